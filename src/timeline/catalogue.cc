#include "timeline/catalogue.h"

#include <array>

#include "base/result.h"

namespace yijian::timeline {
namespace {

using K = Kind;
using T = FieldType;
using S = Storage;

constexpr std::array kKinds{
    KindInfo{K::kPerson, "person", "person", "", "", "参保人"},
    KindInfo{K::kVisit, "visit", "visit", "begin", "end", "就诊"},
    KindInfo{K::kSettlement, "settlement", "settlement", "time", "", "结算"},
    KindInfo{K::kDiagnosis, "diagnosis", "diagnosis", "", "", "诊断"},
    KindInfo{K::kOperation, "operation", "operation", "time", "end", "手术操作"},
    KindInfo{K::kLine, "line", "fee_line", "time", "", "费用明细"},
    KindInfo{K::kTrace, "trace", "trace", "time", "", "追溯码"},
    KindInfo{K::kStock, "stock", "stock", "time", "", "进销存"},
};

constexpr std::array kPerson{
    FieldInfo{K::kPerson, "no", T::kText, "psn_no", S::kString, "人员编号"},
    FieldInfo{K::kPerson, "key", T::kId, "psn_key", S::kKey, "人员键"},
    FieldInfo{K::kPerson, "sex", T::kCode, "gend", S::kCodeId, "性别"},
    FieldInfo{K::kPerson, "birth", T::kDate, "brdy", S::kDay, "出生日期"},
    FieldInfo{K::kPerson, "death", T::kDate, "die_date", S::kDay, "死亡日期"},
    FieldInfo{K::kPerson, "area", T::kCode, "insu_admdvs", S::kCodeId, "参保地区划"},
    FieldInfo{K::kPerson, "enrolled", T::kDate, "psn_insu_date", S::kDay, "参保日期"},
    FieldInfo{K::kPerson, "enrolment", T::kCode, "psn_insu_stas", S::kCodeId, "参保状态"},
    FieldInfo{K::kPerson, "paused", T::kDate, "paus_insu_date", S::kDay, "暂停参保日期"},
};

constexpr std::array kVisit{
    FieldInfo{K::kVisit, "no", T::kText, "mdtrt_id", S::kString, "就诊ID"},
    FieldInfo{K::kVisit, "key", T::kId, "mdtrt_key", S::kKey, "就诊键"},
    FieldInfo{K::kVisit, "stay", T::kBool, "ipt_flag", S::kFlag, "是否住院"},
    FieldInfo{K::kVisit, "institution", T::kCode, "fixmedins_code", S::kCodeId, "定点医药机构"},
    FieldInfo{K::kVisit, "level", T::kCode, "hosp_lv", S::kCodeId, "医院等级"},
    FieldInfo{K::kVisit, "type", T::kCode, "med_type", S::kCodeId, "医疗类别"},
    FieldInfo{K::kVisit, "insurance", T::kCode, "insutype", S::kCodeId, "险种类型"},
    FieldInfo{K::kVisit, "person_type", T::kCode, "psn_type", S::kCodeId, "人员类别"},
    FieldInfo{K::kVisit, "begin", T::kTime, "begntime", S::kTimestamp, "开始时间"},
    FieldInfo{K::kVisit, "end", T::kTime, "endtime", S::kTimestamp, "结束时间"},
    FieldInfo{K::kVisit, "insured_area", T::kCode, "insu_admdvs", S::kCodeId, "参保地区划"},
    FieldInfo{K::kVisit, "area", T::kCode, "fix_blng_admdvs", S::kCodeId, "就医地区划"},
    FieldInfo{K::kVisit, "department", T::kCode, "adm_dept_codg", S::kCodeId, "入院科室"},
    FieldInfo{K::kVisit, "department_out", T::kCode, "dscg_dept_codg", S::kCodeId, "出院科室"},
    FieldInfo{K::kVisit, "doctor", T::kCode, "chfpdr_code", S::kCodeId, "主诊医师"},
    FieldInfo{K::kVisit, "diagnosis", T::kCode, "dscg_maindiag_code", S::kCodeId, "主诊断"},
    FieldInfo{K::kVisit, "disease", T::kCode, "dise_no", S::kCodeId, "病种编号"},
    FieldInfo{K::kVisit, "discharge_way", T::kCode, "dscg_way", S::kCodeId, "离院方式"},
    FieldInfo{K::kVisit, "bed", T::kCode, "adm_bed", S::kCodeId, "入院床位"},
    FieldInfo{K::kVisit, "referred_from", T::kId, "refl_old_mdtrt_key", S::kKey, "转诊前就诊"},
    FieldInfo{K::kVisit, "maternity", T::kCode, "matn_type", S::kCodeId, "生育类别"},
    FieldInfo{K::kVisit, "gestation_weeks", T::kNumber, "geso_val", S::kInteger, "孕周数"},
    FieldInfo{K::kVisit, "credential", T::kCode, "mdtrt_cert_type", S::kCodeId, "就诊凭证类型"},
    FieldInfo{K::kVisit, "death", T::kDate, "die_date", S::kDay, "死亡日期"},
    FieldInfo{K::kVisit, "third_party", T::kCode, "ttp_pay_flag", S::kCodeId, "第三方赔付标志"},
    // Sums over the visit's live settlements; unknown when it has none.
    FieldInfo{K::kVisit, "total", T::kMoney, "medfee_sumamt", S::kDecimal2, "总费用"},
    FieldInfo{K::kVisit, "scope", T::kMoney, "inscp_amt", S::kDecimal2, "符合范围金额"},
    FieldInfo{K::kVisit, "fund", T::kMoney, "fund_pay_sumamt", S::kDecimal2, "基金支付"},
};

constexpr std::array kSettlement{
    FieldInfo{K::kSettlement, "key", T::kId, "setl_key", S::kKey, "结算键"},
    FieldInfo{K::kSettlement, "time", T::kTime, "setl_time", S::kTimestamp, "结算时间"},
    FieldInfo{K::kSettlement, "begin", T::kDate, "begndate", S::kDay, "开始日期"},
    FieldInfo{K::kSettlement, "end", T::kDate, "enddate", S::kDay, "结束日期"},
    FieldInfo{K::kSettlement, "type", T::kCode, "setl_type", S::kCodeId, "结算类型"},
    FieldInfo{K::kSettlement, "clearing", T::kCode, "clr_type", S::kCodeId, "清算类别"},
    FieldInfo{K::kSettlement, "interim", T::kCode, "mid_setl_flag", S::kCodeId, "中途结算标志"},
    FieldInfo{K::kSettlement, "invoice", T::kId, "invono_key", S::kKey, "发票号键"},
    FieldInfo{K::kSettlement, "total", T::kMoney, "medfee_sumamt", S::kDecimal2, "总费用"},
    FieldInfo{K::kSettlement, "full_self", T::kMoney, "fulamt_ownpay_amt", S::kDecimal2, "全自费金额"},
    FieldInfo{K::kSettlement, "over_limit", T::kMoney, "overlmt_selfpay", S::kDecimal2, "超限价自费"},
    FieldInfo{K::kSettlement, "first_self", T::kMoney, "preselfpay_amt", S::kDecimal2, "先行自付"},
    FieldInfo{K::kSettlement, "scope", T::kMoney, "inscp_amt", S::kDecimal2, "符合范围金额"},
    FieldInfo{K::kSettlement, "deductible", T::kMoney, "act_pay_dedc", S::kDecimal2, "实际支付起付线"},
    FieldInfo{K::kSettlement, "pooled", T::kMoney, "hifp_pay", S::kDecimal2, "统筹基金支出"},
    FieldInfo{K::kSettlement, "serious", T::kMoney, "hifmi_pay", S::kDecimal2, "大病保险支出"},
    FieldInfo{K::kSettlement, "assistance", T::kMoney, "maf_pay", S::kDecimal2, "医疗救助支出"},
    FieldInfo{K::kSettlement, "fund", T::kMoney, "fund_pay_sumamt", S::kDecimal2, "基金支付总额"},
    FieldInfo{K::kSettlement, "person_pay", T::kMoney, "psn_pay", S::kDecimal2, "个人支付"},
    FieldInfo{K::kSettlement, "account", T::kMoney, "acct_pay", S::kDecimal2, "个人账户支出"},
    FieldInfo{K::kSettlement, "cash", T::kMoney, "cash_payamt", S::kDecimal2, "现金支付"},
    FieldInfo{K::kSettlement, "mutual_aid", T::kMoney, "acct_mulaid_pay", S::kDecimal2, "账户共济支付"},
    FieldInfo{K::kSettlement, "balance", T::kMoney, "balc", S::kDecimal2, "账户余额"},
};

constexpr std::array kDiagnosis{
    FieldInfo{K::kDiagnosis, "code", T::kCode, "diag_code", S::kCodeId, "诊断编码"},
    FieldInfo{K::kDiagnosis, "type", T::kCode, "diag_type", S::kCodeId, "诊断类别"},
    FieldInfo{K::kDiagnosis, "main", T::kBool, "maindiag_flag", S::kFlag, "主诊断标志"},
    FieldInfo{K::kDiagnosis, "on_admission", T::kCode, "adm_cond_type", S::kCodeId, "入院病情"},
};

constexpr std::array kOperation{
    FieldInfo{K::kOperation, "code", T::kCode, "oprn_oprt_code", S::kCodeId, "手术操作编码"},
    FieldInfo{K::kOperation, "main", T::kBool, "main_oprn_flag", S::kFlag, "主手术标志"},
    FieldInfo{K::kOperation, "time", T::kTime, "oprn_oprt_begntime", S::kTimestamp, "手术开始时间"},
    FieldInfo{K::kOperation, "end", T::kTime, "oprn_oprt_endtime", S::kTimestamp, "手术结束时间"},
    FieldInfo{K::kOperation, "anaesthesia", T::kCode, "anst_way", S::kCodeId, "麻醉方式"},
    FieldInfo{K::kOperation, "anaesthesia_begin", T::kTime, "anst_begntime", S::kTimestamp, "麻醉开始时间"},
    FieldInfo{K::kOperation, "anaesthesia_end", T::kTime, "anst_endtime", S::kTimestamp, "麻醉结束时间"},
    FieldInfo{K::kOperation, "doctor", T::kCode, "oper_dr_code", S::kCodeId, "术者"},
};

constexpr std::array kLine{
    FieldInfo{K::kLine, "time", T::kTime, "fee_ocur_time", S::kTimestamp, "费用发生时间"},
    FieldInfo{K::kLine, "item", T::kCode, "hilist_code", S::kCodeId, "医保目录编码"},
    FieldInfo{K::kLine, "local_item", T::kCode, "medins_list_codg", S::kCodeId, "机构目录编码"},
    FieldInfo{K::kLine, "qty", T::kNumber, "cnt", S::kDecimal4, "数量"},
    FieldInfo{K::kLine, "price", T::kMoney, "pric", S::kDecimal6, "单价"},
    FieldInfo{K::kLine, "amount", T::kMoney, "det_item_fee_sumamt", S::kDecimal2, "明细金额"},
    FieldInfo{K::kLine, "price_limit", T::kMoney, "pric_uplmt_amt", S::kDecimal6, "定价上限"},
    FieldInfo{K::kLine, "self_ratio", T::kNumber, "selfpay_prop", S::kDecimal4, "自付比例"},
    FieldInfo{K::kLine, "full_self", T::kMoney, "fulamt_ownpay_amt", S::kDecimal2, "全自费金额"},
    FieldInfo{K::kLine, "over_limit", T::kMoney, "overlmt_selfpay", S::kDecimal2, "超限价自费"},
    FieldInfo{K::kLine, "first_self", T::kMoney, "preselfpay_amt", S::kDecimal2, "先行自付"},
    FieldInfo{K::kLine, "scope", T::kMoney, "inscp_amt", S::kDecimal2, "符合范围金额"},
    FieldInfo{K::kLine, "level", T::kCode, "chrgitm_lv", S::kCodeId, "收费项目等级"},
    FieldInfo{K::kLine, "charge_type", T::kCode, "med_chrgitm_type", S::kCodeId, "医疗收费项目类别"},
    FieldInfo{K::kLine, "list_type", T::kCode, "list_type", S::kCodeId, "目录类别"},
    FieldInfo{K::kLine, "department", T::kCode, "bilg_dept_codg", S::kCodeId, "开单科室"},
    FieldInfo{K::kLine, "doctor", T::kCode, "bilg_dr_code", S::kCodeId, "开单医师"},
    FieldInfo{K::kLine, "exec_department", T::kCode, "acord_dept_codg", S::kCodeId, "受单科室"},
    FieldInfo{K::kLine, "exec_doctor", T::kCode, "acord_dr_code", S::kCodeId, "受单医师"},
    FieldInfo{K::kLine, "prescription", T::kId, "rx_drord_no_key", S::kKey, "处方医嘱号键"},
    FieldInfo{K::kLine, "settlement", T::kId, "setl_key", S::kKey, "结算键"},
    FieldInfo{K::kLine, "person_key", T::kId, "psn_key", S::kKey, "人员键"},
    FieldInfo{K::kLine, "frequency", T::kCode, "used_frqu_dscr", S::kCodeId, "使用频次"},
    FieldInfo{K::kLine, "dose", T::kNumber, "sin_dos_dscr", S::kDecimal4, "单次剂量"},
    FieldInfo{K::kLine, "days", T::kNumber, "prd_days", S::kDecimal4, "用药天数"},
    FieldInfo{K::kLine, "restricted", T::kCode, "lmt_used_flag", S::kCodeId, "限制使用标志"},
    FieldInfo{K::kLine, "approved", T::kCode, "hosp_appr_flag", S::kCodeId, "医院审批标志"},
    FieldInfo{K::kLine, "take_home", T::kCode, "dscg_tkdrug_flag", S::kCodeId, "出院带药标志"},
    FieldInfo{K::kLine, "negotiated", T::kCode, "hi_nego_drug_flag", S::kCodeId, "国谈药品标志"},
    FieldInfo{K::kLine, "herb_way", T::kCode, "tcmdrug_used_way", S::kCodeId, "中药使用方式"},
    FieldInfo{K::kLine, "uploaded", T::kTime, "crte_time", S::kTimestamp, "上传时间"},
    FieldInfo{K::kLine, "institution", T::kCode, "fixmedins_code", S::kCodeId, "定点医药机构"},
};

constexpr std::array kTrace{
    FieldInfo{K::kTrace, "code", T::kId, "drug_trac_key", S::kKey, "追溯码键"},
    FieldInfo{K::kTrace, "product", T::kCode, "trac_prod", S::kCodeId, "追溯码标识段"},
    FieldInfo{K::kTrace, "item", T::kCode, "med_list_codg", S::kCodeId, "医疗目录编码"},
    FieldInfo{K::kTrace, "institution", T::kCode, "fixmedins_code", S::kCodeId, "定点医药机构"},
    FieldInfo{K::kTrace, "event", T::kCode, "trac_event", S::kCodeId, "事件(sale|return|stock_in)"},
    FieldInfo{K::kTrace, "time", T::kTime, "trac_time", S::kTimestamp, "时间"},
    FieldInfo{K::kTrace, "settlement", T::kId, "setl_key", S::kKey, "结算键"},
    FieldInfo{K::kTrace, "person_key", T::kId, "psn_key", S::kKey, "人员键"},
    FieldInfo{K::kTrace, "split", T::kBool, "trdn_flag", S::kFlag, "拆零标志"},
    FieldInfo{K::kTrace, "qty", T::kNumber, "cnt", S::kDecimal4, "数量"},
    FieldInfo{K::kTrace, "amount", T::kMoney, "det_item_fee_sumamt", S::kDecimal2, "金额"},
};

constexpr std::array kStock{
    FieldInfo{K::kStock, "institution", T::kCode, "fixmedins_code", S::kCodeId, "定点医药机构"},
    FieldInfo{K::kStock, "item", T::kCode, "med_list_codg", S::kCodeId, "医疗目录编码"},
    FieldInfo{K::kStock, "event", T::kCode, "stock_event", S::kCodeId,
              "事件(open|purchase|purchase_return|change|sale|sale_return|close|claim)"},
    FieldInfo{K::kStock, "change_type", T::kCode, "inv_chg_type", S::kCodeId, "库存变更类型"},
    FieldInfo{K::kStock, "time", T::kTime, "stock_time", S::kTimestamp, "时间"},
    FieldInfo{K::kStock, "qty", T::kNumber, "cnt", S::kDecimal4, "数量"},
    FieldInfo{K::kStock, "price", T::kMoney, "pric", S::kDecimal6, "单价"},
};

constexpr std::array<std::span<const FieldInfo>, kKindCount> kFields{kPerson,    kVisit, kSettlement, kDiagnosis,
                                                                     kOperation, kLine,  kTrace,      kStock};

}  // namespace

std::span<const FieldInfo> Fields(Kind kind) { return kFields[static_cast<size_t>(kind)]; }

std::span<const KindInfo> Kinds() { return kKinds; }

const KindInfo& InfoOf(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

const FieldInfo* FindField(Kind kind, std::string_view name) {
  for (const FieldInfo& field : Fields(kind)) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const KindInfo* FindKind(std::string_view name) {
  for (const KindInfo& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

size_t OrdinalOf(const FieldInfo& field) {
  std::span<const FieldInfo> fields = Fields(field.kind);
  CHECK(&field >= fields.data() && &field < fields.data() + fields.size());
  return static_cast<size_t>(&field - fields.data());
}

}  // namespace yijian::timeline
