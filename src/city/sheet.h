// The columns of the files, in the order in which the bureau's centre exports them (national-interface.md, 8.1, 8.2,
// 4).
//
//   Row row(kFeeHeader);
//   row.Put(Fee("cnt"), "2");          // a column that does not exist does not compile
//   row.AppendTo(text);
//
// Threads: a Row belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"

namespace yijian::city {

// PSN_INFO_B
inline constexpr std::string_view kPersonHeader =
    "psn_no,psn_cert_type,certno,psn_name,gend,naty,brdy,tel,live_addr,insutype,psn_type,cvlserv_flag"
    ",insu_admdvs,emp_no,emp_name,psn_insu_stas,psn_insu_date,paus_insu_date,die_date,balc,vali_flag,rid"
    ",updt_time";
// MEDINS_INFO_B
inline constexpr std::string_view kHospitalHeader =
    "medins_code,uscc,medins_name,admdvs,addr,medins_type,fixmedins_type,reg_stas,enrd_staf_psncnt"
    ",hosp_dept_cnt,senr_profttl_psncnt,aprv_bed_cnt,biz_area,medinslv,hosp_lv,lnt,lat,begntime,endtime"
    ",grst_hosp_flag,cred_lv,cred_lv_name,prnt_medins_code,vali_flag,medins_natu,npmo_flag,medins_grade"
    ",legent_name,legrep_name,medins_prac_lic_regno,medins_prac_lic_expy,biznat,econ_type,afil_rlts,bankacct"
    ",hi_resper_name,asgcode_dr_cnt,asgcode_nurs_cnt";
// RTAL_PHAC_B
inline constexpr std::string_view kPharmacyHeader =
    "rtal_phac_code,rtal_phac_name,prnt_rtal_phac_code,uscc,admdvs,addr,lnt,lat,begntime,endtime,brch_flag"
    ",drug_biz_lic_no,drug_biz_scp,econ_type,phar_psncnt,phac_chan_type,equ_biz_lic_no,cred_lv,biz_stas"
    ",legrep_name,regcap,biz_lic_expy_endtime,biz_way";
// DR_INFO_B
inline constexpr std::string_view kDoctorHeader =
    "dr_code,psn_no,dr_name,dr_prac_type,dr_prac_scp_code,prac_regn,mul_prac_flag,main_pracins_no,nemp_time"
    ",dr_pro_tech_duty,dr_prac_cert_no,medins_code,cred_lv,vola_bhvr,prac_stas,cntr_begntime,cntr_endtime"
    ",dr_prac_lv,dr_cert_codg";
// MDTRT_D
inline constexpr std::string_view kVisitHeader =
    "mdtrt_id,medins_setl_id,psn_no,psn_insu_rlts_id,psn_cert_type,certno,psn_name,gend,naty,brdy,age"
    ",coner_name,tel,addr,insutype,psn_type,cvlserv_flag,cvlserv_lv,sp_psn_type,sp_psn_type_lv,flxempe_flag"
    ",nwb_flag,insu_admdvs,emp_no,emp_name,emp_type,econ_type,afil_indu,afil_rlts,emp_mgt_type,pay_loc"
    ",fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,lmtpric_hosp_lv,dedc_hosp_lv,begntime,endtime"
    ",mdtrt_cert_type,mdtrt_cert_no,med_type,rloc_type,ars_year_ipt_flag,pre_pay_flag,year,refl_old_mdtrt_id"
    ",ipt_otp_no,medrcdno,chfpdr_code,adm_diag_dscr,adm_dept_codg,adm_dept_name,adm_bed,wardarea_bed"
    ",traf_dept_flag,dscg_maindiag_code,dscg_dept_codg,dscg_dept_name,dscg_bed,dscg_way,main_cond_dscr"
    ",dise_no,dise_name,oprn_oprt_code,oprn_oprt_name,otp_diag_info,inhosp_stas,die_date,ipt_days,geso_val"
    ",birctrl_type,fetts,fetus_cnt,matn_type,prey_time,latechb_flag,pret_flag,fpsc_no,birctrl_matn_date"
    ",cop_flag,trt_dcla_detl_sn,vali_flag,rid,updt_time,poolarea_no,chfpdr_name,dscg_maindiag_name,adm_caty"
    ",dscg_caty,ttp_pay_flag,ttp_pay_prop,dise_type_code,same_dise_adm_flag";
// SETL_D
inline constexpr std::string_view kSettlementHeader =
    "setl_id,clr_optins,medins_setl_id,mdtrt_id,init_setl_id,psn_no,psn_insu_rlts_id,psn_name,psn_cert_type"
    ",certno,gend,naty,brdy,age,insutype,psn_type,cvlserv_flag,cvlserv_lv,sp_psn_type,sp_psn_type_lv"
    ",clct_grde,flxempe_flag,nwb_flag,insu_admdvs,emp_no,emp_name,emp_type,econ_type,afil_indu,afil_rlts"
    ",emp_mgt_type,pay_loc,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,lmtpric_hosp_lv,dedc_hosp_lv"
    ",begndate,enddate,setl_time,mdtrt_cert_type,mdtrt_cert_no,med_type,setl_type,clr_type,clr_way"
    ",psn_setlway,medfee_sumamt,fulamt_ownpay_amt,overlmt_selfpay,preselfpay_amt,inscp_amt,dedc_std,crt_dedc"
    ",act_pay_dedc,hifp_pay,pool_prop_selfpay,hi_agre_sumfee,cvlserv_pay,hifes_pay,hifmi_pay,hifob_pay"
    ",hifdm_pay,maf_pay,othfund_pay,fund_pay_sumamt,psn_pay,acct_pay,cash_payamt,ownpay_hosp_part,balc"
    ",acct_mulaid_pay,refd_setl_flag,cal_ipt_cnt,setl_cashpay_way,year,dise_no,dise_name,invono,manl_reim_rea"
    ",vali_flag,rid,updt_time,poolarea_no,mid_setl_flag,acct_used_flag,quts_type,bydise_setl_payamt";
// FEE_LIST_D
inline constexpr std::string_view kFeeHeader =
    "bkkp_sn,mdtrt_id,fee_ocur_time,setl_id,rx_drord_no,fixmedins_code,fixmedins_name,psn_no,psn_insu_rlts_id"
    ",insu_admdvs,pay_loc,med_type,cnt,pric,det_item_fee_sumamt,pric_uplmt_amt,selfpay_prop,fulamt_ownpay_amt"
    ",overlmt_selfpay,preselfpay_amt,inscp_amt,cvlserv_bedfee_amt,medins_disc_amt,chrgitm_lv,hilist_code"
    ",hilist_name,list_type,med_list_codg,medins_list_codg,medins_list_name,med_chrgitm_type,prodname,spec"
    ",dosform_name,bilg_dept_codg,bilg_dept_name,bilg_dr_code,bilg_dr_name,acord_dept_codg,acord_dept_name"
    ",acord_dr_code,acord_dr_name,lmt_used_flag,hosp_prep_flag,hosp_appr_flag,tcmdrug_used_way,prodplac_type"
    ",bas_medn_flag,hi_nego_drug_flag,prcu_drug_flag,chld_medc_flag,etip_flag,etip_hosp_code,dscg_tkdrug_flag"
    ",list_sp_item_flag,matn_fee_flag,drt_reim_flag,reim_prop,oprn_oprt_code,sin_dos_dscr,used_frqu_dscr"
    ",prd_days,medc_way_dscr,memo,vali_flag,rid,updt_time,crter_id,crter_name,crte_time,crte_options_no"
    ",opter_id,opter_name,opt_time,optins_no,poolarea_no,rx_circ_flag,dise_codg,chrg_bchno,init_feedetl_sn"
    ",comn_no,pt";
// SETL_LIST_DIAG_D
inline constexpr std::string_view kDiagnosisHeader =
    "setl_list_diag_id,setl_id,mdtrt_id,psn_no,diag_type,maindiag_flag,diag_code,diag_name,adm_cond_type"
    ",vali_flag,rid,updt_time";
// SETL_LIST_OPRN_D
inline constexpr std::string_view kOperationHeader =
    "setl_list_oprn_id,setl_id,psn_no,mdtrt_id,main_oprn_flag,oprn_oprt_name,oprn_oprt_code,oprn_oprt_date"
    ",anst_way,oper_dr_name,oper_dr_code,anst_dr_name,anst_dr_code,vali_flag,rid,updt_time,oprn_oprt_begntime"
    ",oprn_oprt_endtime,anst_begntime,anst_endtime";
// 3513, trace codes sold and given back, with the settlement, event, quantity and amount that city extracts add; 3512,
// codes taken in, has the same columns.
inline constexpr std::string_view kSoldHeader =
    "fixmedinsCode,medListCodg,medinsListCodg,medinsListName,fixmedinsBchno,mdtrtId,mdtrtSetlType,bkkpSn"
    ",drugTracCodg,psnNo,psnCertType,certno,psnName,memo,trdnFlag,updtTime,opterName,rid,crteTime,optTime"
    ",opterId,crterName,crterId,optinsNo,fixBlngAdmdvs,setlId,tracEvent,cnt,detItemFeeSumamt";
// The stock book: 3501 stock-takes, 3502 changes, 3503 and 3504 purchases as one table, in the lake's own columns.
inline constexpr std::string_view kStockHeader =
    "fixmedins_code,stock_event,stock_time,stock_sn,med_list_codg,fixmedins_hilist_id,fixmedins_hilist_name,"
    "fixmedins_bchno,inv_chg_type,cnt,pric,rx_flag";

// Position of a column in a header; -1 when it has none.
constexpr int ColumnOf(std::string_view header, std::string_view name) {
  int column = 0;
  for (size_t at = 0; at <= header.size(); column++) {
    size_t comma = header.find(',', at);
    size_t end = comma == std::string_view::npos ? header.size() : comma;
    if (header.substr(at, end - at) == name) return column;
    at = end + 1;
  }
  return -1;
}
constexpr int ColumnsIn(std::string_view header) {
  int columns = 1;
  for (char c : header) columns += c == ',' ? 1 : 0;
  return columns;
}

namespace sheet_impl {
consteval int Must(std::string_view header, std::string_view name) {
  int column = ColumnOf(header, name);
  if (column < 0) throw "no such column";
  return column;
}
}  // namespace sheet_impl

consteval int Psn(std::string_view name) { return sheet_impl::Must(kPersonHeader, name); }
consteval int Hosp(std::string_view name) { return sheet_impl::Must(kHospitalHeader, name); }
consteval int Phac(std::string_view name) { return sheet_impl::Must(kPharmacyHeader, name); }
consteval int Dr(std::string_view name) { return sheet_impl::Must(kDoctorHeader, name); }
consteval int Mdtrt(std::string_view name) { return sheet_impl::Must(kVisitHeader, name); }
consteval int Setl(std::string_view name) { return sheet_impl::Must(kSettlementHeader, name); }
consteval int Fee(std::string_view name) { return sheet_impl::Must(kFeeHeader, name); }
consteval int Diag(std::string_view name) { return sheet_impl::Must(kDiagnosisHeader, name); }
consteval int Oprn(std::string_view name) { return sheet_impl::Must(kOperationHeader, name); }
consteval int Stk(std::string_view name) { return sheet_impl::Must(kStockHeader, name); }
consteval int Sold(std::string_view name) { return sheet_impl::Must(kSoldHeader, name); }

class Row {
 public:
  explicit Row(std::string_view header) : cells_(static_cast<size_t>(ColumnsIn(header))) {}

  void Put(int column, std::string_view text);
  void PutFen(int column, Fen value);
  void PutMicro(int column, Micro value);
  void PutNumber(int column, int64_t value);
  void PutTime(int column, Time time);
  void PutDate(int column, Date date);
  void Clear(int column) { cells_[static_cast<size_t>(column)] = {}; }

  // Writes the row with its line end, and empties it.
  void AppendTo(std::string& out);

 private:
  struct Cell {
    uint32_t from = 0;
    uint32_t size = 0;
  };
  std::vector<Cell> cells_;
  std::string text_;
};

}  // namespace yijian::city
