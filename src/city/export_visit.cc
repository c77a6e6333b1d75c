#include <algorithm>

#include "city/export.h"

namespace yijian::city {
namespace {

constexpr std::string_view kCertTypes[] = {"01", "02", "03"};

std::string_view CredentialOf(const Life& life, const Visit& visit) {
  return kCertTypes[(life.person.index + visit.number) % 3];
}

std::string AgeText(const Life& life, Time when) {
  return std::to_string(std::max(0, AgeYears(life.person.birth, DayOf(when))));
}

std::string_view ClearingOf(const Visit& visit) {
  if (visit.stay) return "21";
  if (visit.type == "51") return "53";
  for (std::string_view own : {"11", "12", "13", "14", "41"}) {
    if (visit.type.substr(0, 2) == own) return own;
  }
  return "99";
}

}  // namespace

void Exporter::WriteVisit(const Life& life, const Visit& visit, Pages& pages) {
  const Resident& person = life.person;
  const Institution& at = world_.town.At(visit.institution);
  Row& row = visit_;
  row.Put(Mdtrt("mdtrt_id"), MdtrtId(life, visit));
  row.Put(Mdtrt("medins_setl_id"), "L" + MdtrtId(life, visit));
  row.Put(Mdtrt("psn_no"), person_no_);
  row.Put(Mdtrt("psn_insu_rlts_id"), person_no_);
  row.Put(Mdtrt("psn_cert_type"), "01");
  row.Put(Mdtrt("certno"), person.certno);
  row.Put(Mdtrt("psn_name"), person.name);
  row.Put(Mdtrt("gend"), person.female ? "2" : "1");
  row.Put(Mdtrt("naty"), "01");
  if (!person_spoilt_) row.PutDate(Mdtrt("brdy"), person.birth);
  row.Put(Mdtrt("age"), AgeText(life, visit.begin));
  row.Put(Mdtrt("tel"), person.phone);
  row.Put(Mdtrt("addr"), person.village);
  row.Put(Mdtrt("insutype"), person.insurance);
  row.Put(Mdtrt("psn_type"), person.type);
  row.Put(Mdtrt("cvlserv_flag"), "0");
  row.Put(Mdtrt("nwb_flag"), "0");
  row.Put(Mdtrt("insu_admdvs"), person.area);
  row.Put(Mdtrt("pay_loc"), "2");
  row.Put(Mdtrt("fixmedins_code"), at.code);
  row.Put(Mdtrt("fixmedins_name"), at.name);
  row.Put(Mdtrt("hosp_lv"), at.level);
  row.Put(Mdtrt("fix_blng_admdvs"), at.area);
  row.PutTime(Mdtrt("begntime"), visit.begin);
  row.PutTime(Mdtrt("endtime"), visit.end);
  row.Put(Mdtrt("mdtrt_cert_type"), CredentialOf(life, visit));
  row.Put(Mdtrt("med_type"), visit.type);
  row.PutNumber(Mdtrt("year"), CivilOf(DayOf(visit.begin)).year);
  row.Put(Mdtrt("ipt_otp_no"), (visit.stay ? "ZY" : "MZ") + MdtrtId(life, visit).substr(6));
  PutDoctor(Mdtrt("chfpdr_code"), Mdtrt("chfpdr_name"), visit.doctor, at.area, row);
  row.Put(Mdtrt("vali_flag"), "1");
  row.Put(Mdtrt("ttp_pay_flag"), "0");
  row.Put(Mdtrt("poolarea_no"), kCityArea);
  row.Put(Mdtrt("dise_no"), visit.disease);
  row.Put(Mdtrt("matn_type"), visit.maternity);
  if (visit.weeks > 0) row.PutNumber(Mdtrt("geso_val"), visit.weeks);
  if (visit.dept != Dept::kCount) {
    row.Put(Mdtrt("adm_dept_codg"), InfoOf(visit.dept).code);
    row.Put(Mdtrt("adm_dept_name"), InfoOf(visit.dept).name);
  }
  if (visit.stay) {
    row.Put(Mdtrt("adm_bed"), visit.bed > 0 ? Padded(static_cast<uint64_t>(visit.bed), 4) : "");
    if (visit.dept != Dept::kCount) {
      row.Put(Mdtrt("dscg_dept_codg"), InfoOf(visit.dept).code);
      row.Put(Mdtrt("dscg_dept_name"), InfoOf(visit.dept).name);
    }
    if (!visit.diagnoses.empty()) {
      row.Put(Mdtrt("adm_diag_dscr"), visit.diagnoses[0].name);
      row.Put(Mdtrt("dscg_maindiag_code"), visit.diagnoses[0].code);
      row.Put(Mdtrt("dscg_maindiag_name"), visit.diagnoses[0].name);
    }
    row.Put(Mdtrt("dscg_way"), visit.discharge_way);
    row.Put(Mdtrt("inhosp_stas"), "0");
    row.PutNumber(Mdtrt("ipt_days"), std::max(1, DayOf(visit.end) - DayOf(visit.begin)));
  } else if (!visit.diagnoses.empty()) {
    row.Put(Mdtrt("otp_diag_info"), visit.diagnoses[0].name);
  }
  Finish(File::kVisit, row, visit.set, pages);
}

void Exporter::WriteSettlement(const Life& life, const Visit& visit, size_t ordinal, Pages& pages) {
  const Resident& person = life.person;
  const Institution& at = world_.town.At(visit.institution);
  const Settlement& paid = visit.settlements[ordinal];
  Row& row = settlement_;
  row.Put(Setl("setl_id"), SetlId(life, visit, ordinal));
  row.Put(Setl("clr_optins"), kCityArea);
  row.Put(Setl("mdtrt_id"), MdtrtId(life, visit));
  if (paid.reverses >= 0) row.Put(Setl("init_setl_id"), SetlId(life, visit, static_cast<size_t>(paid.reverses)));
  row.Put(Setl("psn_no"), person_no_);
  row.Put(Setl("psn_name"), person.name);
  row.Put(Setl("psn_cert_type"), "01");
  row.Put(Setl("certno"), person.certno);
  row.Put(Setl("gend"), person.female ? "2" : "1");
  if (!person_spoilt_) row.PutDate(Setl("brdy"), person.birth);
  row.Put(Setl("age"), AgeText(life, visit.begin));
  row.Put(Setl("insutype"), person.insurance);
  row.Put(Setl("psn_type"), person.type);
  row.Put(Setl("insu_admdvs"), person.area);
  row.Put(Setl("pay_loc"), "2");
  row.Put(Setl("fixmedins_code"), at.code);
  row.Put(Setl("fixmedins_name"), at.name);
  bool lost = !visit.planted &&
              Mix(person.index * 131 + visit.number) % 1'000'000 < static_cast<uint64_t>(noise_.level_lost_zero);
  row.Put(Setl("hosp_lv"), lost && at.level[0] == '0' ? at.level.substr(1) : at.level);
  row.Put(Setl("fix_blng_admdvs"), at.area);
  row.PutDate(Setl("begndate"), DayOf(visit.begin));
  row.PutDate(Setl("enddate"), DayOf(visit.end));
  row.PutTime(Setl("setl_time"), paid.time);
  row.Put(Setl("mdtrt_cert_type"), CredentialOf(life, visit));
  row.Put(Setl("med_type"), visit.type);
  row.Put(Setl("setl_type"), "2");
  row.Put(Setl("clr_type"), ClearingOf(visit));
  row.Put(Setl("clr_way"), "1");
  row.PutFen(Setl("medfee_sumamt"), paid.total);
  row.PutFen(Setl("fulamt_ownpay_amt"), paid.full_self);
  row.PutFen(Setl("overlmt_selfpay"), paid.over_limit);
  row.PutFen(Setl("preselfpay_amt"), paid.first_self);
  row.PutFen(Setl("inscp_amt"), paid.scope);
  row.PutFen(Setl("act_pay_dedc"), paid.deductible);
  row.PutFen(Setl("hifp_pay"), paid.pooled);
  for (int column : {Setl("cvlserv_pay"), Setl("hifes_pay"), Setl("hifob_pay"), Setl("hifdm_pay"), Setl("maf_pay"),
                     Setl("othfund_pay"), Setl("ownpay_hosp_part"), Setl("acct_mulaid_pay")}) {
    row.PutFen(column, 0);
  }
  row.PutFen(Setl("hifmi_pay"), paid.serious);
  row.PutFen(Setl("fund_pay_sumamt"), paid.fund);
  row.PutFen(Setl("psn_pay"), paid.person);
  row.PutFen(Setl("acct_pay"), paid.account);
  row.PutFen(Setl("cash_payamt"), paid.cash);
  if (person.employee()) row.PutFen(Setl("balc"), paid.balance);
  row.Put(Setl("refd_setl_flag"), paid.reverses >= 0 ? "1" : "0");
  row.PutNumber(Setl("year"), CivilOf(DayOf(visit.end)).year);
  row.Put(Setl("dise_no"), visit.disease);
  if (paid.reverses < 0) row.Put(Setl("invono"), "FP" + SetlId(life, visit, ordinal).substr(2));
  row.Put(Setl("vali_flag"), "1");
  row.Put(Setl("poolarea_no"), kCityArea);
  row.Put(Setl("mid_setl_flag"), "0");
  row.Put(Setl("acct_used_flag"), paid.account != 0 ? "1" : "0");
  Finish(File::kSettlement, row, paid.set, pages);
}

void Exporter::WriteLine(const Life& life, const Visit& visit, size_t ordinal, Pages& pages) {
  const Institution& at = world_.town.At(visit.institution);
  const Line& line = visit.lines[ordinal];
  Row& row = fee_;
  std::string mdtrt = MdtrtId(life, visit);
  std::string sn = BkkpSn(life, visit, ordinal);
  uint64_t luck = Mix(life.person.index * 1'000'003 + visit.number * 4099 + ordinal) % 1'000'000;
  row.Put(Fee("bkkp_sn"), sn);
  row.Put(Fee("mdtrt_id"), mdtrt);
  row.PutTime(Fee("fee_ocur_time"), line.time);
  if (line.settlement < visit.settlements.size()) row.Put(Fee("setl_id"), SetlId(life, visit, line.settlement));
  if (line.prescription > 0) row.Put(Fee("rx_drord_no"), "R" + mdtrt + Padded(line.prescription, 4));
  row.Put(Fee("fixmedins_code"), at.code);
  row.Put(Fee("fixmedins_name"), at.name);
  row.Put(Fee("psn_no"), person_no_);
  row.Put(Fee("insu_admdvs"), life.person.area);
  row.Put(Fee("pay_loc"), "2");
  row.Put(Fee("med_type"), visit.type);
  row.PutMicro(Fee("cnt"), line.qty);
  row.PutMicro(Fee("pric"), line.price);
  row.PutFen(Fee("det_item_fee_sumamt"), line.amount);
  row.PutFen(Fee("fulamt_ownpay_amt"), line.full_self);
  row.PutFen(Fee("overlmt_selfpay"), line.over_limit);
  row.PutFen(Fee("preselfpay_amt"), line.first_self);
  row.PutFen(Fee("inscp_amt"), line.scope);
  row.Put(Fee("hilist_code"), CodeOf(line));
  row.Put(Fee("hilist_name"), NameOf(line));
  row.Put(Fee("med_list_codg"), CodeOf(line));
  row.Put(Fee("medins_list_codg"), CodeOf(line));
  row.Put(Fee("medins_list_name"), NameOf(line));
  if (line.good != G::kCount) {
    const Good& good = GoodOf(line.good);
    row.Put(Fee("selfpay_prop"), good.level == '3' ? "1" : good.level == '2' ? "0.1" : "0");
    if (good.level == '2' && good.self_percent != 10)
      row.PutMicro(Fee("selfpay_prop"), good.self_percent * kMicro / 100);
    row.Put(Fee("chrgitm_lv"), good.level == '1' ? "01" : good.level == '2' ? "02" : "03");
    row.Put(Fee("list_type"), ListTypeOf(good));
    bool lost = luck >= 10'000 && luck < 10'000u + static_cast<uint64_t>(noise_.lost_zero) && good.charge[0] == '0';
    row.Put(Fee("med_chrgitm_type"), lost ? good.charge.substr(1) : good.charge);
    if (!IsService(good)) row.Put(Fee("spec"), good.spec);
    if (good.charge == "10") row.Put(Fee("tcmdrug_used_way"), "1");
  }
  if (line.dept != Dept::kCount) {
    row.Put(Fee("bilg_dept_codg"), InfoOf(line.dept).code);
    row.Put(Fee("bilg_dept_name"), InfoOf(line.dept).name);
  }
  if (line.exec_dept != Dept::kCount) {
    row.Put(Fee("acord_dept_codg"), InfoOf(line.exec_dept).code);
    row.Put(Fee("acord_dept_name"), InfoOf(line.exec_dept).name);
  }
  bool plain = !visit.planted && line.doctor != 0;
  if (plain && luck < static_cast<uint64_t>(noise_.no_doctor)) {
    pages.spoilt.push_back(mdtrt + "," + sn);
  } else if (plain && luck < static_cast<uint64_t>(noise_.no_doctor) + static_cast<uint64_t>(noise_.dummy_doctor)) {
    row.Put(Fee("bilg_dr_code"), "0000");
    pages.spoilt.push_back(mdtrt + "," + sn);
  } else {
    PutDoctor(Fee("bilg_dr_code"), Fee("bilg_dr_name"), line.doctor, at.area, row);
  }
  PutDoctor(Fee("acord_dr_code"), Fee("acord_dr_name"), line.exec_doctor, at.area, row);
  row.Put(Fee("lmt_used_flag"), "0");
  if (line.days > 0) row.PutNumber(Fee("prd_days"), line.days);
  row.Put(Fee("dscg_tkdrug_flag"), (line.flags & kTakeHome) != 0 ? "1" : "0");
  row.Put(Fee("vali_flag"), "1");
  row.PutTime(Fee("crte_time"), line.time + 600 + static_cast<Time>(luck % 9000));
  row.Put(Fee("poolarea_no"), kCityArea);
  if (line.reverses >= 0) row.Put(Fee("init_feedetl_sn"), BkkpSn(life, visit, static_cast<size_t>(line.reverses)));
  Finish(File::kFee, row, line.set, pages);
}

}  // namespace yijian::city
