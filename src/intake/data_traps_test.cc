// The eleven data traps of national-interface.md 8.3, one test each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "intake/testing.h"

namespace yijian::intake {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DataTraps, Trap1_TheScopeAmountIsKeptApartFromTheLineAmount) {
  City city;
  city.Write("FEE_LIST_D.csv", {LineOf("L1", "M1", "S1", "P1", "2", "50", "100.00",
                                       {{"inscp_amt", ""},
                                        {"inscp_scp_amt", "70.00"},
                                        {"fulamt_ownpay_amt", "20.00"},
                                        {"overlmt_amt", "0"},
                                        {"preselfpay_amt", "10.00"}}),
                                LineOf("L2", "M1", "S1", "P1", "1", "50", "50.00",
                                       {{"inscp_amt", ""},
                                        {"inscp_scp_amt", "49.00"},
                                        {"fulamt_ownpay_amt", "0"},
                                        {"overlmt_amt", "0"},
                                        {"preselfpay_amt", "0"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT det_item_fee_sumamt, inscp_amt FROM fee_line ORDER BY bkkp_sn"),
            "100.00|70.00\n50.00|49.00");
  // The second line does not split into its parts: told, not dropped.
  EXPECT_EQ(
      CheckOf(report, "fee_line", "det_item_fee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_amt",
              CheckKind::kIdentity),
      "failed 1/2");
  EXPECT_EQ(report.tables["fee_line"].taken, 2);
}

TEST(DataTraps, Trap2_StayDaysAreComputedNotTaken) {
  City city;
  city.Write("MDTRT_D.csv",
             {VisitOf("M1", "P1", {{"ipt_days", "99"}}), VisitOf("M2", "P2", {{"endtime", "2025-03-01 20:00:00"}}),
              VisitOf("M3", "P3", {{"med_type", "11"}, {"ipt_days", "7"}})});
  city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, ipt_days, ipt_flag FROM visit ORDER BY 1"), "M1|4|true\nM2|1|true\nM3||false");

  City inclusive;
  inclusive.UseMapping(R"(
mapping: site
version: 1
stays: {med_types: ['21'], days: inclusive}
sources: {mdtrt: {files: ['MDTRT_D*']}}
tables: [{table: visit, from: mdtrt, same_names: yes}]
)");
  inclusive.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  inclusive.TakeIn();
  EXPECT_EQ(inclusive.Ask("SELECT ipt_days FROM visit"), "5");
}

TEST(DataTraps, Trap3_RefundsStayAsRowsAndAreNetted) {
  City city;
  city.Write("SETL_D.csv",
             {SettlementOf("S1", "M1", "P1", "100.00"),
              SettlementOf("S2", "M1", "P1", "-100.00", {{"refd_setl_flag", "1"}, {"init_setl_id", "S1"}}),
              SettlementOf("S3", "M1", "P1", "90.00")});
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "S1", "P1", "1", "100", "100"), LineOf("L2", "M1", "S2", "P1", "-1", "100", "-100"),
              LineOf("L3", "M1", "S3", "P1", "1", "90", "90")});
  Report report = city.TakeIn();
  EXPECT_EQ(report.refunds.settlement_pairs, 1);
  EXPECT_EQ(city.Ask("SELECT setl_id FROM settlement"), "S3");
  EXPECT_EQ(city.Ask("SELECT bkkp_sn FROM fee_line"), "L3");
  EXPECT_EQ(city.Ask("SELECT count(*), sum(medfee_sumamt) FROM all_settlement"), "3|90.00");
  EXPECT_EQ(city.Ask("SELECT count(*) FROM all_fee_line"), "3");
}

TEST(DataTraps, Trap4_LostLeadingZerosComeBackAndNumbersEqualTexts) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"hosp_lv", "2"}}), VisitOf("M2", "P2", {{"hosp_lv", "02"}}),
                             VisitOf("M3", "P3",
                                     {{"hosp_lv", "11"},
                                      {"fixmedins_code", "P50010100001"},
                                      {"med_type", "41"},
                                      {"adm_dept_codg", ""},
                                      {"endtime", ""}})});
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "", "P1", "1", "5", "5", {{"chrgitm_lv", "1"}, {"med_chrgitm_type", "9"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, hosp_lv FROM visit ORDER BY 1"), "M1|02\nM2|02\nM3|11");
  EXPECT_EQ(city.Ask("SELECT count(DISTINCT hosp_lv_id) FROM visit WHERE hosp_lv = '02'"), "1");
  EXPECT_EQ(city.Ask("SELECT chrgitm_lv, med_chrgitm_type FROM fee_line"), "01|09");
  EXPECT_EQ(CheckOf(report, "visit", "hosp_lv", CheckKind::kCodeSet), "passed 0/3");
  EXPECT_EQ(report.tables["visit"].taken, 3);
}

TEST(DataTraps, Trap5_WhatOutpatientVisitsLackIsNoFault) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1",
                                     {{"med_type", "11"},
                                      {"otp_diag_info", "上呼吸道感染，咳嗽3天"},
                                      {"dscg_maindiag_code", ""},
                                      {"oprn_oprt_code", ""},
                                      {"endtime", ""}})});
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "", "P1", "1", "5", "5", {{"prd_days", ""}, {"oprn_oprt_code", ""}}),
              LineOf("L2", "M1", "", "P1", "1", "5", "5", {{"prd_days", "三天"}, {"sin_dos_dscr", "一片"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT otp_diag_info, dscg_maindiag_code IS NULL FROM visit"), "上呼吸道感染，咳嗽3天|true");
  EXPECT_EQ(report.tables["fee_line"].taken, 2);
  EXPECT_EQ(CheckOf(report, "fee_line", "prd_days", CheckKind::kType), "failed 1/1");
}

TEST(DataTraps, Trap6_SettlementTotalsAreNotMultipliedByTheirLines) {
  City city;
  city.Write("SETL_D.csv", {SettlementOf("S1", "M1", "P1", "30.00"), SettlementOf("S2", "M2", "P2", "10.00")});
  std::vector<Record> lines;
  for (int i = 0; i < 3; i++) lines.push_back(LineOf("L" + std::to_string(i), "M1", "S1", "P1", "1", "10", "10.00"));
  lines.push_back(LineOf("L9", "M2", "S2", "P2", "1", "7", "7.00"));
  city.Write("FEE_LIST_D.csv", lines);
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["settlement"].money["medfee_sumamt"].taken, 4000);
  EXPECT_EQ(city.Ask("SELECT sum(medfee_sumamt) FROM settlement"), "40.00");
  // S2's lines do not add up.
  EXPECT_EQ(CheckOf(report, "settlement", "medfee_sumamt", CheckKind::kIdentity), "failed 1/2");
}

TEST(DataTraps, Trap7_AStayMayHaveSeveralSettlements) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1"),
                             VisitOf("M2", "P2", {{"med_type", "51"}, {"endtime", ""}, {"dscg_maindiag_code", ""}})});
  city.Write("SETL_D.csv",
             {SettlementOf("S1", "M1", "P1", "100", {{"mid_setl_flag", "1"}, {"setl_type", "2"}, {"hifp_pay", "60"}}),
              SettlementOf("S2", "M1", "P1", "200", {{"mid_setl_flag", "0"}, {"setl_type", "2"}, {"hifp_pay", "120"}}),
              SettlementOf("S3", "M1", "P1", "0", {{"setl_type", "3"}, {"maf_pay", "15"}, {"hifp_pay", "0"}}),
              SettlementOf("S4", "M2", "P2", "80",
                           {{"begndate", ""},
                            {"enddate", ""},
                            {"inscp_amt", ""},
                            {"fulamt_ownpay_amt", ""},
                            {"preselfpay_amt", ""},
                            {"overlmt_selfpay", ""},
                            {"act_pay_dedc", ""}})});
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["settlement"].taken, 4);
  EXPECT_EQ(city.Ask("SELECT count(*), sum(maf_pay) FROM settlement WHERE mdtrt_id = 'M1'"), "3|15.00");
  EXPECT_EQ(CheckOf(report, "settlement", "mdtrt_id", CheckKind::kReference), "passed 0/4");
}

TEST(DataTraps, Trap8_WhichVisitsAreStaysIsTheSitesToSay) {
  City city;
  city.UseMapping(R"(
mapping: site
version: 1
stays: {med_types: ['21', '2105', '9901']}
code_sets: {med_type: ['9901']}
sources: {mdtrt: {files: ['MDTRT_D*']}}
tables: [{table: visit, from: mdtrt, same_names: yes}]
)");
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"med_type", "2105"}}), VisitOf("M2", "P2", {{"med_type", "9901"}}),
                             VisitOf("M3", "P3", {{"med_type", "52"}}), VisitOf("M4", "P4", {{"med_type", ""}})});
  city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, ipt_flag FROM visit ORDER BY 1"), "M1|true\nM2|true\nM3|false\nM4|");
}

TEST(DataTraps, Trap9_APersonsRowsLieTogetherInTimeOrderAcrossInstitutions) {
  City city;
  std::vector<Record> lines;
  for (int i = 0; i < 200; i++) {
    int day = 1 + i * 7 % 28;
    lines.push_back(
        LineOf("L" + std::to_string(i), "M" + std::to_string(i % 10), "", "P" + std::to_string(i % 10), "1", "1", "1",
               {{"fixmedins_code", "H5001010000" + std::to_string(i % 3)},
                {"fee_ocur_time", "2025-03-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + " 08:00:00"}}));
  }
  city.Write("FEE_LIST_D.csv", lines);
  city.TakeIn();
  EXPECT_EQ(
      city.Ask("SELECT count(*) FROM (SELECT (bucket, psn_key, fee_ocur_time, row_id) AS now, "
               "lag((bucket, psn_key, fee_ocur_time, row_id)) OVER () AS before FROM all_fee_line) WHERE before > now"),
      "0");
  EXPECT_EQ(city.Ask("SELECT count(*) FROM fee_line WHERE bucket <> psn_key % 64"), "0");
}

TEST(DataTraps, Trap10_AmountsAreExact) {
  City city;
  std::vector<Record> lines;
  // A tenth of a yuan a thousand times: floating point would not give 100.
  for (int i = 0; i < 1000; i++)
    lines.push_back(LineOf("L" + std::to_string(i), "M1", "", "P1", "0.1000", "1.000000", "0.10"));
  lines.push_back(LineOf("X1", "M1", "", "P1", "0.3333", "0.012345", "0.00"));
  lines.push_back(LineOf("X2", "M1", "", "P1", "1", "9999999999.99", "9999999999.99"));
  city.Write("FEE_LIST_D.csv", lines);
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["fee_line"].money["det_item_fee_sumamt"].taken, INT64_C(1'000'000'009'999));
  EXPECT_EQ(report.tables["fee_line"].money["det_item_fee_sumamt"].read, INT64_C(1'000'000'009'999));
  EXPECT_EQ(city.Ask("SELECT pric, cnt FROM fee_line WHERE bkkp_sn = 'X1'"), "0.012345|0.3333");
  EXPECT_EQ(CheckOf(report, "fee_line", "pric cnt det_item_fee_sumamt", CheckKind::kIdentity), "passed 0/1002");
}

TEST(DataTraps, Trap11_NamesAndIdNumbersStayOutOfReportsAndManifests) {
  City city;
  city.Write("PSN_INFO_B.csv", {{{"psn_no", "P1"},
                                 {"psn_name", "欧阳秘密"},
                                 {"certno", "500101199001019999"},
                                 {"tel", "13800138000"},
                                 {"brdy", "not a date"},
                                 {"gend", "7"}},
                                {{"psn_no", "000"}, {"psn_name", "欧阳秘密"}, {"certno", "500101199001019999"}}});
  city.Write("MDTRT_D.csv",
             {VisitOf("M1", "500101199001019999", {{"psn_name", "欧阳秘密"}, {"brdy", "x"}, {"tel", "13800138000"}})});
  Report report = city.TakeIn();
  std::string shown = PrintReport(report, {.all_checks = true}) + ReportJson(report);
  std::ifstream manifest(city.lake() + "/batches/" + report.batch + ".json");
  shown += std::string(std::istreambuf_iterator<char>(manifest), {});
  for (const char* secret : {"欧阳秘密", "500101199001019999", "13800138000"})
    EXPECT_THAT(shown, Not(HasSubstr(secret)));
  EXPECT_EQ(report.tables["person"].quarantined, 2);
}

}  // namespace
}  // namespace yijian::intake
