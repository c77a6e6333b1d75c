#include "intake/schema.h"

#include <array>

#include "base/result.h"

namespace yijian::intake {
namespace {

using T = ColumnType;
using C = ColumnInfo;

// What hangs on the column, so that the tables below read like lists.
constexpr C Text(std::string_view name, std::string_view code_set = {}) {
  return {.name = name, .type = T::kText, .code_set = code_set};
}
constexpr C Code(std::string_view name, std::string_view code_set = {}) {
  return {.name = name, .type = T::kCode, .code_set = code_set};
}
constexpr C Personal(std::string_view name) { return {.name = name, .type = T::kText, .personal = true}; }
constexpr C NameOf(std::string_view name, std::string_view code) {
  return {.name = name, .type = T::kText, .name_of = code};
}
constexpr C PersonName(std::string_view name, std::string_view code) {
  return {.name = name, .type = T::kText, .personal = true, .name_of = code};
}
constexpr C Id(std::string_view name, std::string_view key_column = {}) {
  return {.name = name, .type = T::kId, .key_column = key_column};
}
constexpr C Person() {
  return {.name = "psn_no", .type = T::kId, .required = true, .guard = Guard::kPerson, .key_column = "psn_key"};
}
constexpr C MaybePerson() {
  return {.name = "psn_no", .type = T::kId, .guard = Guard::kPerson, .key_column = "psn_key"};
}
constexpr C Doctor(std::string_view name) { return {.name = name, .type = T::kCode, .guard = Guard::kDoctor}; }
constexpr C Institution() { return {.name = "fixmedins_code", .type = T::kCode, .guard = Guard::kInstitution}; }
constexpr C Money(std::string_view name) { return {.name = name, .type = T::kMoney}; }
constexpr C Price(std::string_view name) { return {.name = name, .type = T::kPrice}; }
constexpr C Quantity(std::string_view name) { return {.name = name, .type = T::kQuantity}; }
constexpr C Integer(std::string_view name) { return {.name = name, .type = T::kInteger, .lenient = true}; }
constexpr C Day(std::string_view name) { return {.name = name, .type = T::kDate}; }
constexpr C Time(std::string_view name) { return {.name = name, .type = T::kTime}; }
constexpr C Flag(std::string_view name) { return {.name = name, .type = T::kFlag}; }

constexpr C Required(C column) {
  column.required = true;
  return column;
}
constexpr C Lenient(C column) {
  column.lenient = true;
  return column;
}

constexpr std::array kPerson{
    Person(),
    Text("psn_cert_type", "psn_cert_type"),
    Personal("certno"),
    Personal("psn_name"),
    Code("gend", "gend"),
    Text("naty"),
    Day("brdy"),
    Day("die_date"),
    Personal("tel"),
    Personal("addr"),
    Code("insu_admdvs"),
    Text("insutype", "insutype"),
    Text("psn_type", "psn_type"),
    Code("psn_insu_stas", "psn_insu_stas"),
    Day("psn_insu_date"),
    Day("paus_insu_date"),
    Text("psn_idet_type", "psn_idet_type"),
    Text("cvlserv_flag"),
    Text("emp_no"),
    Text("emp_name"),
};
constexpr std::array<std::string_view, 1> kPersonKeys{"psn_no"};

constexpr std::array kInstitution{
    Required(Institution()),
    Text("regst"),  // which register the row comes from; ours
    NameOf("fixmedins_name", "fixmedins_code"),
    Text("fixmedins_type", "fixmedins_type"),
    Text("uscc"),
    Text("fix_blng_admdvs"),
    Text("hosp_lv", "hosp_lv"),
    Text("lmtpric_hosp_lv", "lmtpric_hosp_lv"),
    Text("dedc_hosp_lv", "dedc_hosp_lv"),
    Text("medins_type", "medins_type"),
    Text("medinslv"),
    Text("medins_grade"),
    Text("medins_natu"),
    Text("npmo_flag"),
    Text("grst_hosp_flag"),
    Text("econ_type"),
    Text("biznat"),
    Text("afil_rlts"),
    Text("reg_stas"),
    Text("addr"),
    Text("lnt"),
    Text("lat"),
    Time("begntime"),
    Time("endtime"),
    Text("prnt_medins_code"),
    Text("brch_flag"),
    Text("phac_chan_type"),
    Text("biz_stas"),
    Text("biz_way"),
    Text("drug_biz_lic_no"),
    Text("drug_biz_scp"),
    Text("equ_biz_lic_no"),
    Lenient(Day("biz_lic_expy_endtime")),
    Text("medins_prac_lic_regno"),
    Lenient(Day("medins_prac_lic_expy")),
    Integer("aprv_bed_cnt"),
    Integer("hosp_dept_cnt"),
    Integer("enrd_staf_psncnt"),
    Integer("senr_profttl_psncnt"),
    Integer("asgcode_dr_cnt"),
    Integer("asgcode_nurs_cnt"),
    Integer("phar_psncnt"),
    Lenient(Quantity("biz_area")),
    Lenient(Quantity("regcap")),
    Text("cred_lv"),
    Text("cred_lv_name"),
    Text("fix_onln_open_flag"),
    Text("out_fixmedins_type"),
    Personal("legent_name"),
    Personal("legrep_name"),
    Personal("hi_resper_name"),
    Personal("bankacct"),
};
constexpr std::array<std::string_view, 2> kInstitutionKeys{"fixmedins_code+regst", "fixmedins_code"};

constexpr std::array kStaff{
    Required(Doctor("prac_psn_code")),
    PersonName("prac_psn_name", "prac_psn_code"),
    Institution(),
    Text("prac_psn_type", "medins_psn_type"),
    Text("prac_psn_no"),
    Personal("psn_no"),
    Text("psn_cert_type", "psn_cert_type"),
    Personal("certno"),
    Text("prac_psn_cert"),
    Text("prac_cert_no"),
    Text("hi_dr_flag"),
    Text("dr_prac_type"),
    Text("dr_prac_scp_code"),
    Text("prac_regn"),
    Text("mul_prac_flag"),
    Text("main_pracins_no"),
    Text("dr_pro_tech_duty"),
    Text("dr_prac_lv"),
    Text("dr_cert_codg"),
    Text("prac_stas"),
    Text("cred_lv"),
    Text("vola_bhvr"),
    Time("begntime"),
    Time("endtime"),
    Time("cntr_begntime"),
    Time("cntr_endtime"),
    Lenient(Time("nemp_time")),
    Text("chg_rea"),
};
constexpr std::array<std::string_view, 2> kStaffKeys{"prac_psn_code+fixmedins_code", "prac_psn_code"};

constexpr std::array kVisit{
    Required(Id("mdtrt_id", "mdtrt_key")),
    Person(),
    Text("medins_setl_id"),
    Text("psn_insu_rlts_id"),
    Text("psn_cert_type", "psn_cert_type"),
    Personal("certno"),
    Personal("psn_name"),
    Text("gend", "gend"),
    Text("naty"),
    Lenient(Day("brdy")),
    Lenient(Quantity("age")),
    Personal("coner_name"),
    Personal("tel"),
    Personal("addr"),
    Code("insutype", "insutype"),
    Code("psn_type", "psn_type"),
    Text("cvlserv_flag"),
    Text("cvlserv_lv"),
    Text("sp_psn_type"),
    Text("sp_psn_type_lv"),
    Text("flxempe_flag"),
    Text("nwb_flag"),
    Code("insu_admdvs"),
    Text("emp_no"),
    Text("emp_name"),
    Text("emp_type"),
    Text("econ_type"),
    Text("afil_indu"),
    Text("afil_rlts"),
    Text("emp_mgt_type"),
    Text("pay_loc", "pay_loc"),
    Institution(),
    NameOf("fixmedins_name", "fixmedins_code"),
    Code("hosp_lv", "hosp_lv"),
    Code("fix_blng_admdvs"),
    Text("lmtpric_hosp_lv", "lmtpric_hosp_lv"),
    Text("dedc_hosp_lv", "dedc_hosp_lv"),
    Required(Time("begntime")),
    Time("endtime"),
    Code("mdtrt_cert_type", "mdtrt_cert_type"),
    Personal("mdtrt_cert_no"),
    Code("med_type", "med_type+med_type_regional"),
    Flag("ipt_flag"),  // ours: from med_type by the mapping's `stays`, unless the mapping fills it
    Text("rloc_type"),
    Text("ars_year_ipt_flag"),
    Text("pre_pay_flag"),
    Text("year"),
    Id("refl_old_mdtrt_id", "refl_old_mdtrt_key"),
    Text("ipt_otp_no"),
    Text("medrcdno"),
    Doctor("chfpdr_code"),
    PersonName("chfpdr_name", "chfpdr_code"),
    Text("adm_diag_dscr"),
    Code("adm_dept_codg"),
    NameOf("adm_dept_name", "adm_dept_codg"),
    Code("adm_bed"),
    Text("wardarea_bed"),
    Text("traf_dept_flag"),
    Code("dscg_maindiag_code"),
    NameOf("dscg_maindiag_name", "dscg_maindiag_code"),
    Code("dscg_dept_codg"),
    NameOf("dscg_dept_name", "dscg_dept_codg"),
    Text("dscg_bed"),
    Code("dscg_way", "dscg_way"),
    Text("main_cond_dscr"),
    Code("dise_no"),
    NameOf("dise_name", "dise_no"),
    Text("dise_type_code"),
    Text("oprn_oprt_code"),
    Text("oprn_oprt_name"),
    Text("otp_diag_info"),
    Text("inhosp_stas", "inhosp_stas"),
    Lenient(Day("die_date")),
    Integer("ipt_days"),  // computed from the times, not taken (data trap 2)
    Integer("geso_val"),
    Text("birctrl_type", "birctrl_type"),
    Integer("fetts"),
    Integer("fetus_cnt"),
    Code("matn_type", "matn_type"),
    Lenient(Time("prey_time")),
    Text("latechb_flag"),
    Text("pret_flag"),
    Text("fpsc_no"),
    Lenient(Day("birctrl_matn_date")),
    Text("cop_flag"),
    Text("trt_dcla_detl_sn"),
    Text("poolarea_no"),
    Text("adm_caty"),
    Text("dscg_caty"),
    Code("ttp_pay_flag"),
    Lenient(Quantity("ttp_pay_prop")),
    Text("same_dise_adm_flag"),
    Text("vali_flag", "vali_flag"),
};
constexpr std::array<std::string_view, 1> kVisitKeys{"mdtrt_id"};

constexpr std::array kSettlement{
    Required(Id("setl_id", "setl_key")),
    Required(Id("mdtrt_id", "mdtrt_key")),
    Person(),
    Id("init_setl_id"),
    Text("clr_optins"),
    Text("medins_setl_id"),
    Text("psn_insu_rlts_id"),
    Text("insutype", "insutype"),
    Text("psn_type", "psn_type"),
    Text("sp_psn_type"),
    Text("clct_grde"),
    Text("insu_admdvs"),
    Text("emp_no"),
    Text("pay_loc", "pay_loc"),
    Institution(),
    NameOf("fixmedins_name", "fixmedins_code"),
    Text("hosp_lv", "hosp_lv"),
    Text("fix_blng_admdvs"),
    Text("lmtpric_hosp_lv", "lmtpric_hosp_lv"),
    Text("dedc_hosp_lv", "dedc_hosp_lv"),
    Day("begndate"),
    Day("enddate"),
    Time("setl_time"),
    Text("mdtrt_cert_type", "mdtrt_cert_type"),
    Text("med_type", "med_type+med_type_regional"),
    Code("setl_type", "setl_type"),
    Code("clr_type", "clr_type"),
    Text("clr_way", "clr_way"),
    Text("psn_setlway", "psn_setlway"),
    Required(Money("medfee_sumamt")),
    Money("fulamt_ownpay_amt"),
    Money("overlmt_selfpay"),
    Money("preselfpay_amt"),
    Money("inscp_amt"),
    Money("dedc_std"),
    Money("crt_dedc"),
    Money("act_pay_dedc"),
    Money("hifp_pay"),
    Lenient(Quantity("pool_prop_selfpay")),
    Money("hi_agre_sumfee"),
    Money("cvlserv_pay"),
    Money("hifes_pay"),
    Money("hifmi_pay"),
    Money("hifob_pay"),
    Money("hifdm_pay"),
    Money("maf_pay"),
    Money("othfund_pay"),
    Money("fund_pay_sumamt"),
    Money("psn_pay"),
    Money("acct_pay"),
    Money("cash_payamt"),
    Money("ownpay_hosp_part"),
    Money("balc"),
    Money("acct_mulaid_pay"),
    Text("refd_setl_flag", "refd_setl_flag"),
    Text("cal_ipt_cnt"),
    Text("setl_cashpay_way"),
    Text("year"),
    Text("dise_no"),
    Text("dise_name"),
    Id("invono", "invono_key"),
    Text("manl_reim_rea"),
    Code("mid_setl_flag", "mid_setl_flag"),
    Text("acct_used_flag", "acct_used_flag"),
    Text("quts_type"),
    Money("bydise_setl_payamt"),
    Text("poolarea_no"),
    Text("vali_flag", "vali_flag"),
};
constexpr std::array<std::string_view, 1> kSettlementKeys{"setl_id"};

constexpr std::array kFeeLine{
    Required(Id("bkkp_sn")),
    Required(Id("mdtrt_id", "mdtrt_key")),
    Id("setl_id", "setl_key"),
    Person(),
    Required(Time("fee_ocur_time")),
    Id("rx_drord_no", "rx_drord_no_key"),
    Institution(),
    NameOf("fixmedins_name", "fixmedins_code"),
    Text("psn_insu_rlts_id"),
    Text("insu_admdvs"),
    Text("pay_loc", "pay_loc"),
    Text("med_type", "med_type+med_type_regional"),
    Required(Quantity("cnt")),
    Required(Price("pric")),
    Required(Money("det_item_fee_sumamt")),
    Price("pric_uplmt_amt"),
    Lenient(Quantity("selfpay_prop")),
    Money("fulamt_ownpay_amt"),
    Money("overlmt_selfpay"),
    Money("preselfpay_amt"),
    Money("inscp_amt"),
    Money("cvlserv_bedfee_amt"),
    Money("medins_disc_amt"),
    Code("chrgitm_lv", "chrgitm_lv"),
    Code("hilist_code"),
    NameOf("hilist_name", "hilist_code"),
    Code("list_type", "list_type"),
    Text("med_list_codg"),
    Code("medins_list_codg"),
    NameOf("medins_list_name", "medins_list_codg"),
    Code("med_chrgitm_type", "med_chrgitm_type"),
    Text("prodname"),
    Text("spec"),
    Text("dosform_name"),
    Code("bilg_dept_codg"),
    NameOf("bilg_dept_name", "bilg_dept_codg"),
    Doctor("bilg_dr_code"),
    PersonName("bilg_dr_name", "bilg_dr_code"),
    Code("acord_dept_codg"),
    NameOf("acord_dept_name", "acord_dept_codg"),
    Doctor("acord_dr_code"),
    PersonName("acord_dr_name", "acord_dr_code"),
    Code("lmt_used_flag"),
    Text("hosp_prep_flag"),
    Code("hosp_appr_flag", "hosp_appr_flag"),
    Code("tcmdrug_used_way", "tcmdrug_used_way"),
    Text("prodplac_type", "prodplac_type"),
    Text("bas_medn_flag"),
    Code("hi_nego_drug_flag"),
    Text("prcu_drug_flag"),
    Text("chld_medc_flag"),
    Text("etip_flag"),
    Text("etip_hosp_code"),
    Code("dscg_tkdrug_flag"),
    Text("list_sp_item_flag", "list_sp_item_flag"),
    Text("matn_fee_flag"),
    Text("drt_reim_flag"),
    Lenient(Quantity("reim_prop")),
    Text("oprn_oprt_code"),
    Lenient(Quantity("sin_dos_dscr")),
    Code("used_frqu_dscr"),
    Lenient(Quantity("prd_days")),
    Text("medc_way_dscr"),
    Text("memo"),
    Lenient(Time("crte_time")),
    Text("rx_circ_flag"),
    Text("dise_codg"),
    Text("chrg_bchno"),
    Id("init_feedetl_sn"),
    Text("comb_no"),
    Text("poolarea_no"),
    Text("vali_flag", "vali_flag"),
};
constexpr std::array<std::string_view, 1> kFeeLineKeys{"mdtrt_id+bkkp_sn"};

constexpr std::array kDiagnosis{
    Id("setl_list_diag_id"),
    Required(Id("mdtrt_id", "mdtrt_key")),
    Id("setl_id", "setl_key"),
    Person(),
    Code("diag_type", "diag_type"),
    Text("inout_diag_type", "inout_diag_type"),
    Integer("diag_srt_no"),
    Flag("maindiag_flag"),
    Required(Code("diag_code")),
    NameOf("diag_name", "diag_code"),
    Code("adm_cond_type", "adm_cond_type"),
    Text("vali_flag", "vali_flag"),
};
constexpr std::array<std::string_view, 3> kDiagnosisKeys{"setl_list_diag_id", "mdtrt_id+inout_diag_type+diag_srt_no",
                                                         "mdtrt_id+diag_srt_no"};

constexpr std::array kOperation{
    Id("setl_list_oprn_id"),
    Required(Id("mdtrt_id", "mdtrt_key")),
    Id("setl_id", "setl_key"),
    Person(),
    Integer("oprn_srt_no"),
    Flag("main_oprn_flag"),
    Required(Code("oprn_oprt_code")),
    NameOf("oprn_oprt_name", "oprn_oprt_code"),
    Lenient(Day("oprn_oprt_date")),
    Lenient(Time("oprn_oprt_begntime")),
    Lenient(Time("oprn_oprt_endtime")),
    Code("anst_way", "anst_way"),
    Lenient(Time("anst_begntime")),
    Lenient(Time("anst_endtime")),
    Doctor("oper_dr_code"),
    PersonName("oper_dr_name", "oper_dr_code"),
    Doctor("anst_dr_code"),
    PersonName("anst_dr_name", "anst_dr_code"),
    Text("vali_flag", "vali_flag"),
};
constexpr std::array<std::string_view, 2> kOperationKeys{"setl_list_oprn_id", "mdtrt_id+oprn_srt_no"};

constexpr std::array kTrace{
    Required(Id("drug_trac_codg", "drug_trac_key")),
    Code("trac_prod"),             // ours: the product segment, first 7 of 20 digits
    Required(Code("trac_event")),  // ours: sale, return, stock_in
    Required(Time("trac_time")),
    Id("trac_sn"),  // ours: the source's own serial of the event
    Code("med_list_codg"),
    Text("medins_list_codg"),
    NameOf("medins_list_name", "med_list_codg"),
    Institution(),
    Text("fixmedins_bchno"),
    Id("bkkp_sn"),
    Id("mdtrt_id", "mdtrt_key"),
    Id("setl_id", "setl_key"),
    Text("mdtrt_setl_type", "mdtrt_setl_type"),
    MaybePerson(),
    Flag("trdn_flag"),
    Text("trac_codg_pac_hery", "trac_codg_pac_hery"),
    Quantity("cnt"),
    Money("det_item_fee_sumamt"),
    Text("memo"),
};
constexpr std::array<std::string_view, 2> kTraceKeys{
    "trac_sn", "drug_trac_codg+trac_event+trac_time+fixmedins_code+mdtrt_id+fixmedins_bchno"};

constexpr std::array kStock{
    Required(Institution()),
    Required(Code("stock_event")),  // ours: open purchase purchase_return change sale sale_return close claim
    Required(Time("stock_time")),
    Id("stock_sn"),  // ours: the source's own serial of the movement
    Required(Code("med_list_codg")),
    Text("fixmedins_hilist_id"),
    NameOf("fixmedins_hilist_name", "med_list_codg"),
    Text("fixmedins_bchno"),
    Code("inv_chg_type", "inv_chg_type"),
    Required(Quantity("cnt")),
    Price("pric"),
    Text("rx_flag", "rx_flag"),
    Text("trdn_flag"),
    Text("manu_lotnum"),
    Lenient(Day("manu_date")),
    Lenient(Day("expy_end")),
    Text("spler_name"),
    Text("prodentp_name"),
    Text("aprvno"),
    Text("dynt_no"),
    Text("purc_invo_codg"),
    Text("purc_invo_no"),
    Text("prod_geay_flag"),
    Text("rtal_docno"),
    Text("drug_prod_barc"),
    Text("hi_feesetl_type", "hi_feesetl_type"),
    Id("mdtrt_id", "mdtrt_key"),
    Id("setl_id", "setl_key"),
    MaybePerson(),
    Personal("prsc_dr_name"),
    Personal("phar_name"),
    Text("phar_prac_cert_no"),
    Text("rxno"),
    Text("rx_circ_flag"),
    Text("memo"),
};
constexpr std::array<std::string_view, 2> kStockKeys{
    "stock_sn", "fixmedins_code+stock_event+stock_time+med_list_codg+fixmedins_bchno+inv_chg_type"};

constexpr std::array kTables{
    TableInfo{"person", "参保人", kPerson, kPersonKeys, "psn_no", ""},
    TableInfo{"institution", "定点医药机构", kInstitution, kInstitutionKeys, "fixmedins_code", ""},
    TableInfo{"staff", "医务人员", kStaff, kStaffKeys, "fixmedins_code", ""},
    TableInfo{"visit", "就诊", kVisit, kVisitKeys, "psn_no", "begntime"},
    TableInfo{"settlement", "结算", kSettlement, kSettlementKeys, "psn_no", "setl_time"},
    TableInfo{"diagnosis", "诊断", kDiagnosis, kDiagnosisKeys, "psn_no", ""},
    TableInfo{"operation", "手术操作", kOperation, kOperationKeys, "psn_no", "oprn_oprt_begntime"},
    TableInfo{"fee_line", "费用明细", kFeeLine, kFeeLineKeys, "psn_no", "fee_ocur_time"},
    TableInfo{"trace", "追溯码", kTrace, kTraceKeys, "psn_no", "trac_time"},
    TableInfo{"stock", "进销存", kStock, kStockKeys, "fixmedins_code", "stock_time"},
};

}  // namespace

const char* TypeName(ColumnType type) {
  switch (type) {
    case T::kText:
      return "text";
    case T::kCode:
      return "code";
    case T::kId:
      return "id";
    case T::kMoney:
      return "money";
    case T::kPrice:
      return "price";
    case T::kQuantity:
      return "quantity";
    case T::kInteger:
      return "integer";
    case T::kDate:
      return "date";
    case T::kTime:
      return "time";
    case T::kFlag:
      return "flag";
  }
  return "?";
}

int ScaleOf(ColumnType type) {
  if (type == T::kMoney) return 2;
  if (type == T::kQuantity) return 4;
  return type == T::kPrice ? 6 : 0;
}

bool IsNumber(ColumnType type) {
  return type == T::kMoney || type == T::kPrice || type == T::kQuantity || type == T::kInteger;
}

bool IsText(ColumnType type) { return type == T::kText || type == T::kCode || type == T::kId; }

const ColumnInfo* TableInfo::Find(std::string_view column) const {
  for (const ColumnInfo& info : columns) {
    if (info.name == column) return &info;
  }
  return nullptr;
}

size_t TableInfo::IndexOf(std::string_view column) const {
  const ColumnInfo* info = Find(column);
  CHECK(info != nullptr);
  return static_cast<size_t>(info - columns.data());
}

std::span<const TableInfo> Tables() { return kTables; }

const TableInfo* FindTable(std::string_view name) {
  for (const TableInfo& table : kTables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

}  // namespace yijian::intake
