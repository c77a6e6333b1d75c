#include "intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/testing.h"
#include "timeline/catalogue.h"

namespace yijian::intake {
namespace {

using lake::Must;
using testing::HasSubstr;
using testing::Not;

TEST(IntakeTest, EveryRowReadIsTakenQuarantinedDuplicateOrFiltered) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1"), VisitOf("M2", "P2", {{"begntime", "yesterday"}}), VisitOf("M1", "P1"),
                             VisitOf("M3", "P3", {{"vali_flag", "0"}}), VisitOf("M4", "P4", {{"vali_flag", ""}})});
  Report report = city.TakeIn();
  const TableReport& visit = report.tables["visit"];
  EXPECT_EQ(visit.read, 4);
  EXPECT_EQ(visit.taken, 2);
  EXPECT_EQ(visit.quarantined, 1);
  EXPECT_EQ(visit.duplicate, 1);
  EXPECT_EQ(visit.filtered, 1);
  EXPECT_EQ(city.Ask("SELECT mdtrt_id FROM visit ORDER BY 1"), "M1\nM4");
  EXPECT_EQ(city.Quarantine(report.batch), "3 visit.begntime 'yesterday' is not a time");
}

TEST(IntakeTest, EngineColumnsAreWhatTheLakeFormatSays) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("330000000000000017", "P1")});
  city.Write("FEE_LIST_D.csv", {LineOf("440000000000000099", "330000000000000017", "550000000000000018", "P1", "2",
                                       "1.5", "3", {{"rx_drord_no", "R1"}})});
  city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, bkkp_sn, setl_id FROM fee_line"),
            "330000000000000017|440000000000000099|550000000000000018");
  for (const char* same :
       {"psn_key = (md5_number_lower(psn_no) >> 1)", "mdtrt_key = (md5_number_lower(mdtrt_id) >> 1)",
        "setl_key = (md5_number_lower(setl_id) >> 1)", "rx_drord_no_key = (md5_number_lower(rx_drord_no) >> 1)",
        "bucket = psn_key % 64", "live", "row_id >> 40 = 1"}) {
    EXPECT_EQ(city.Ask(std::string("SELECT ") + same + " FROM fee_line"), "true") << same;
  }
  EXPECT_EQ(city.Ask("SELECT typeof(bucket), typeof(psn_key), typeof(hilist_code_id), typeof(pric), typeof(cnt), "
                     "typeof(det_item_fee_sumamt), typeof(fee_ocur_time), typeof(live) FROM fee_line"),
            "SMALLINT|BIGINT|INTEGER|DECIMAL(18,6)|DECIMAL(18,4)|DECIMAL(18,2)|TIMESTAMP|BOOLEAN");
  std::shared_ptr<timeline::CodeBook> codes = Must(city.OpenLake().LoadDictionary());
  int64_t item = codes->Find("XN02BEA002A001010100001");
  EXPECT_EQ(codes->Name(item), "对乙酰氨基酚片");
  EXPECT_EQ(city.Ask("SELECT hilist_code_id FROM fee_line"), std::to_string(item));
}

// Intake passes over what is blank in a whole piece; here every piece but the last ones lacks most columns.
TEST(IntakeTest, ColumnsMayBeBlankForThousandsOfRowsAndThenHoldValues) {
  City city;
  constexpr int kRows = 9'000;
  std::string text = "mdtrt_id,psn_no,begntime,endtime,med_type,chfpdr_code,adm_diag_dscr,inhosp_stas,ipt_days\n";
  for (int i = 0; i < kRows; i++) {
    std::string number = std::to_string(i);
    text += "M" + number + ",P" + std::to_string(i % 700) + ",2025-03-01 08:00:00,";
    text += i < kRows - 2 ? ",,,,,\n" : "2025-02-01,21,D" + number + ",发热,1,9\n";
  }
  text += "M9,,2025-03-01 08:00:00,,,,,,\n";
  city.WriteText("MDTRT_D.csv", text);
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].taken, kRows);
  EXPECT_EQ(city.Ask("SELECT count(endtime), count(med_type), count(chfpdr_code), count(chfpdr_code_id), "
                     "count(adm_diag_dscr), count(ipt_flag), count(*) FROM visit"),
            "2|2|2|2|2|2|9000");
  EXPECT_EQ(city.Ask("SELECT chfpdr_code, adm_diag_dscr, endtime FROM visit WHERE endtime IS NOT NULL ORDER BY 1"),
            "D8998|发热|2025-02-01 00:00:00\nD8999|发热|2025-02-01 00:00:00");
  EXPECT_EQ(CheckOf(report, "visit", "chfpdr_code", CheckKind::kNullIdentity), "passed 0/9001");
  EXPECT_EQ(CheckOf(report, "visit", "endtime", CheckKind::kType), "passed 0/2");
  EXPECT_EQ(CheckOf(report, "visit", "begntime endtime", CheckKind::kDateOrder), "failed 2/2");
  EXPECT_EQ(CheckOf(report, "visit", "psn_no", CheckKind::kRequired), "failed 1/9001");
}

TEST(IntakeTest, CodesKeepTheirIdsFromBatchToBatch) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"chfpdr_code", "D1"}})});
  city.TakeIn();
  city.Forget();
  city.Write("MDTRT_D-2.csv",
             {VisitOf("M2", "P2", {{"chfpdr_code", "D2"}}), VisitOf("M3", "P3", {{"chfpdr_code", "D1"}})});
  city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT count(DISTINCT chfpdr_code_id) FROM visit WHERE chfpdr_code = 'D1'"), "1");
  EXPECT_EQ(city.Ask("SELECT count(DISTINCT chfpdr_code_id) FROM visit"), "2");
}

TEST(IntakeTest, EveryTableOfTheCatalogueHasItsColumns) {
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    const TableInfo* table = FindTable(kind.table);
    ASSERT_NE(table, nullptr) << kind.table;
    for (const timeline::FieldInfo& field : timeline::Fields(kind.kind)) {
      bool summed =
          kind.kind == timeline::Kind::kVisit && field.type == timeline::FieldType::kMoney;  // from settlements
      if (summed) continue;
      const ColumnInfo* column = table->Find(field.column);
      if (field.storage == timeline::Storage::kKey) {
        bool found = std::ranges::any_of(table->columns,
                                         [&](const ColumnInfo& info) { return info.key_column == field.column; });
        EXPECT_TRUE(found) << kind.table << "." << field.column;
        continue;
      }
      ASSERT_NE(column, nullptr) << kind.table << "." << field.column;
      switch (field.storage) {
        case timeline::Storage::kFlag:
          EXPECT_EQ(column->type, ColumnType::kFlag);
          break;
        case timeline::Storage::kInteger:
          EXPECT_EQ(column->type, ColumnType::kInteger);
          break;
        case timeline::Storage::kDecimal2:
          EXPECT_EQ(column->type, ColumnType::kMoney);
          break;
        case timeline::Storage::kDecimal4:
          EXPECT_EQ(column->type, ColumnType::kQuantity);
          break;
        case timeline::Storage::kDecimal6:
          EXPECT_EQ(column->type, ColumnType::kPrice);
          break;
        case timeline::Storage::kTimestamp:
          EXPECT_EQ(column->type, ColumnType::kTime) << field.column;
          break;
        case timeline::Storage::kDay:
          EXPECT_EQ(column->type, ColumnType::kDate) << field.column;
          break;
        case timeline::Storage::kCodeId:
          EXPECT_EQ(column->type, ColumnType::kCode) << field.column;
          break;
        case timeline::Storage::kString:
          EXPECT_TRUE(IsText(column->type));
          break;
        case timeline::Storage::kKey:
          break;
      }
    }
  }
}

// ---- keys

TEST(IntakeTest, AKeyTwiceIsADuplicateOrAConflict) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1"), VisitOf("M1", "P1"), VisitOf("M1", "P9"), VisitOf("M2", "P2")});
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].taken, 2);
  EXPECT_EQ(report.tables["visit"].duplicate, 1);
  EXPECT_EQ(report.tables["visit"].quarantined, 1);
  EXPECT_EQ(city.Quarantine(report.batch), "4 visit.mdtrt_id '' the key is that of row 2 already, with other content");
  EXPECT_EQ(CheckOf(report, "visit", "mdtrt_id", CheckKind::kKey), "failed 1/4");
}

TEST(IntakeTest, KeysAreUniqueAcrossBatches) {
  City city;
  city.Write("SETL_D.csv", {SettlementOf("S1", "M1", "P1", "10.00"), SettlementOf("S2", "M2", "P2", "20.00")});
  city.TakeIn();
  city.Forget();
  city.Write("SETL_D-2.csv", {SettlementOf("S1", "M1", "P1", "10.00"), SettlementOf("S2", "M2", "P2", "20.01"),
                              SettlementOf("S3", "M3", "P3", "30.00")});
  Report report = city.TakeIn();
  const TableReport& settlement = report.tables["settlement"];
  EXPECT_EQ(settlement.taken, 1);
  EXPECT_EQ(settlement.duplicate, 1);
  EXPECT_EQ(settlement.quarantined, 1);
  const MoneyReport& money = report.tables["settlement"].money["medfee_sumamt"];
  EXPECT_EQ(money.read, 6001);
  EXPECT_EQ(money.taken, 3000);
  EXPECT_EQ(money.duplicate, 1000);
  EXPECT_EQ(money.quarantined, 2001);
  EXPECT_EQ(city.Quarantine(report.batch),
            "3 settlement.setl_id '' the key is in the lake already, with other content");
  EXPECT_EQ(city.Ask("SELECT sum(medfee_sumamt) FROM settlement"), "60.00");
}

TEST(IntakeTest, TheSameFileAgainChangesNothing) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  Report first = city.TakeIn();
  size_t files = city.FilesInLake();
  Report again = city.TakeIn();
  EXPECT_EQ(again.batch, "");
  EXPECT_EQ(again.files[0].taken_as, first.batch);
  EXPECT_EQ(city.FilesInLake(), files);
  // Its rows under another name, quoted otherwise: all of them are there already.
  city.Forget();
  city.WriteText("MDTRT_D-again.csv",
                 "mdtrt_id,psn_no,fixmedins_code,begntime,endtime,med_type,insutype,vali_flag\n"
                 "M1,P1,H50010100001,2025/3/1 8:00,2025/3/5 10:00,21,310,1\n");
  again = city.TakeIn();
  EXPECT_EQ(again.batch, "");
  EXPECT_EQ(again.tables["visit"].duplicate, 1);
  EXPECT_EQ(city.FilesInLake(), files);
}

TEST(IntakeTest, AKnownFileAmongNewOnesIsLeftOut) {
  City city;
  city.Write("MDTRT_D-1.csv", {VisitOf("M1", "P1")});
  city.TakeIn();
  city.Write("MDTRT_D-2.csv", {VisitOf("M2", "P2")});
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].read, 1);
  EXPECT_THAT(PrintReport(report, {.english = true}), HasSubstr("already taken in"));
  EXPECT_EQ(city.Ask("SELECT count(*) FROM visit"), "2");
}

TEST(IntakeTest, AWithdrawnBatchMayComeAgain) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  Report first = city.TakeIn();
  lake::Lake opened = city.OpenLake();
  {
    lake::WriteLock lock = Must(opened.LockForWriting("test"));
    Must(opened.Withdraw(lock, first.batch, {"tester", "wrong month", "2025-04-02 10:00:00"}));
  }
  Report second = city.TakeIn();
  EXPECT_NE(second.batch, "");
  EXPECT_NE(second.batch, first.batch);
  EXPECT_EQ(second.tables["visit"].taken, 1);
  EXPECT_EQ(city.Ask("SELECT row_id >> 40 FROM visit"), "2");
}

// ---- refunds

TEST(IntakeTest, ARefundInALaterBatchCancelsWhatTheLakeHas) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"med_type", "11"}})});
  city.Write("SETL_D.csv", {SettlementOf("S1", "M1", "P1", "100.00"), SettlementOf("S5", "M5", "P5", "50.00")});
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "S1", "P1", "1", "60", "60"), LineOf("L2", "M1", "S1", "P1", "1", "40", "40"),
              LineOf("L5", "M5", "S5", "P5", "2", "25", "50")});
  city.TakeIn();
  city.Forget();
  city.Write("SETL_D-2.csv",
             {SettlementOf("S2", "M1", "P1", "-100.00", {{"refd_setl_flag", "1"}, {"init_setl_id", "S1"}})});
  city.Write("FEE_LIST_D-2.csv",
             {LineOf("L3", "M1", "S2", "P1", "-1", "60", "-60"), LineOf("L4", "M1", "S2", "P1", "-1", "40", "-40"),
              LineOf("L6", "M5", "S5", "P5", "-2", "25", "-50", {{"init_feedetl_sn", "L5"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(report.refunds.settlement_pairs, 1);
  EXPECT_EQ(report.refunds.line_groups, 1);
  EXPECT_EQ(report.refunds.cancelled_in_lake, 4);
  EXPECT_EQ(city.Ask("SELECT setl_id FROM settlement"), "S5");
  EXPECT_EQ(city.Ask("SELECT count(*) FROM fee_line"), "0");
  EXPECT_EQ(city.Ask("SELECT count(*) FROM all_fee_line"), "6");
}

TEST(IntakeTest, ANegativeLineCancelsTheLineItNames) {
  City city;
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "", "P1", "5", "10", "50"),
              LineOf("R1", "M1", "", "P1", "-2", "10", "-20", {{"init_feedetl_sn", "L1"}}),
              LineOf("R2", "M1", "", "P1", "-3", "10", "-30", {{"init_feedetl_sn", "L1"}}),  // together all of L1
              LineOf("L2", "M1", "", "P1", "5", "10", "50"),
              LineOf("R3", "M1", "", "P1", "-1", "10", "-10", {{"init_feedetl_sn", "L2"}}),  // a part of L2
              LineOf("L2", "M2", "", "P1", "1", "10", "10"),                                 // another visit's L2
              LineOf("R4", "M9", "", "P1", "-1", "10", "-10", {{"init_feedetl_sn", "L77"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(report.refunds.line_groups, 1);
  EXPECT_EQ(report.refunds.partial, 1);
  EXPECT_EQ(report.refunds.without_original, 1);
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, bkkp_sn FROM fee_line ORDER BY 1, 2"), "M1|L2\nM1|R3\nM2|L2\nM9|R4");
  EXPECT_EQ(CheckOf(report, "fee_line", "init_feedetl_sn", CheckKind::kRefund), "failed 1/3");
}

TEST(IntakeTest, AMarkedRefundWithoutANameFindsItsOpposite) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"med_type", "41"}}), VisitOf("M2", "P1", {{"med_type", "21"}})});
  city.Write(
      "SETL_D.csv",
      {SettlementOf("S1", "M1", "P1", "30.00"), SettlementOf("S2", "M1", "P1", "-30.00", {{"refd_setl_flag", "1"}}),
       SettlementOf("S3", "M2", "P1", "70.00"), SettlementOf("S4", "M2", "P1", "-70.00", {{"refd_setl_flag", "1"}}),
       SettlementOf("S5", "M3", "P3", "9.00"), SettlementOf("S6", "M3", "P3", "-4.00", {{"refd_setl_flag", "1"}})});
  Report report = city.TakeIn();
  EXPECT_EQ(report.refunds.settlement_pairs, 2);
  EXPECT_EQ(report.refunds.without_original, 1);
  EXPECT_EQ(city.Ask("SELECT setl_id FROM settlement ORDER BY 1"), "S5\nS6");
  // The purchase did not happen; the stay did.
  EXPECT_EQ(city.Ask("SELECT mdtrt_id FROM visit"), "M2");
}

// ---- checks

TEST(IntakeTest, DummyIdsAreFencedOff) {
  City city;
  std::vector<Record> lines;
  int serial = 0;
  for (const char* doctor : {"D500101000001", "0", "-", "99999", "测试", "null", "无", "test01", ""}) {
    lines.push_back(LineOf("L" + std::to_string(serial++), "M1", "", "P1", "1", "1", "1", {{"bilg_dr_code", doctor}}));
  }
  for (const char* person : {"", "0000000000", "NULL", "-"}) {
    lines.push_back(LineOf("L" + std::to_string(serial++), "M1", "", person, "1", "1", "1"));
  }
  city.Write("FEE_LIST_D.csv", lines);
  Report report = city.TakeIn();
  EXPECT_EQ(city.Ask("SELECT count(*), count(bilg_dr_code), count(bilg_dr_code_id) FROM fee_line"), "9|1|1");
  EXPECT_EQ(CheckOf(report, "fee_line", "bilg_dr_code", CheckKind::kNullIdentity), "failed 6/13");  // 'null' is blank
  EXPECT_EQ(CheckOf(report, "fee_line", "psn_no", CheckKind::kNullIdentity), "failed 2/13");
  EXPECT_EQ(CheckOf(report, "fee_line", "psn_no", CheckKind::kRequired), "failed 2/13");
  EXPECT_EQ(report.tables["fee_line"].quarantined, 4);
}

TEST(IntakeTest, ReferencesLookInTheBatchAndInTheLake) {
  City city;
  city.Write("FEE_LIST_D.csv", {LineOf("L1", "M1", "", "P1", "1", "1", "1")});
  Report report = city.TakeIn();
  EXPECT_EQ(CheckOf(report, "fee_line", "mdtrt_id", CheckKind::kReference), "not applicable 0/0");
  city.Forget();
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  report = city.TakeIn();
  EXPECT_EQ(CheckOf(report, "visit", "psn_no", CheckKind::kReference), "not applicable 0/0");
  city.Forget();
  city.Write("FEE_LIST_D-2.csv",
             {LineOf("L2", "M1", "", "P1", "1", "1", "1"), LineOf("L3", "M7", "", "P1", "1", "1", "1")});
  report = city.TakeIn();
  EXPECT_EQ(CheckOf(report, "fee_line", "mdtrt_id", CheckKind::kReference), "failed 1/2");
  EXPECT_EQ(FindCheck(report, "fee_line", "mdtrt_id", CheckKind::kReference)->examples[0].value, "M7");
  EXPECT_EQ(report.tables["fee_line"].taken, 2);
}

constexpr const char* kStrict = R"(
mapping: strict
version: 1
quarantine: [references, code_sets, date_order, identities]
sources: {mdtrt: {files: ['MDTRT_D*']}, fee: {files: ['FEE*']}}
tables:
  - {table: visit, from: mdtrt, same_names: yes}
  - {table: fee_line, from: fee, same_names: yes}
)";

TEST(IntakeTest, AMappingMayQuarantineWhatIsOtherwiseCounted) {
  City city;
  city.UseMapping(kStrict);
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1"), VisitOf("M2", "P2", {{"med_type", "77"}}),
                             VisitOf("M3", "P3", {{"endtime", "2025-02-01"}})});
  city.Write("FEE_LIST_D.csv",
             {LineOf("L1", "M1", "", "P1", "2", "5", "10"), LineOf("L2", "M1", "", "P1", "2", "5", "11"),
              LineOf("L3", "M2", "", "P2", "2", "5", "10")});
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].taken, 1);
  EXPECT_EQ(report.tables["fee_line"].taken, 1);
  EXPECT_EQ(city.Quarantine(report.batch),
            "3 visit.med_type '77' is not in the code set med_type+med_type_regional\n"
            "4 visit.begntime '2025-03-01 08:00:00' comes after what it must come before\n"
            "3 fee_line.pric '5' does not agree with its parts\n"
            "4 fee_line.mdtrt_id 'M2' is of no visit in this batch or the lake");
}

TEST(IntakeTest, ChecksHaveFourStates) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1", {{"insutype", "999"}})});
  Options options = city.MakeOptions();
  options.dictionaries = city.PathOf("nowhere");
  Report report = Must(TakeIn(options));
  EXPECT_THAT(CheckOf(report, "visit", "insutype", CheckKind::kCodeSet), HasSubstr("error"));
  EXPECT_THAT(CheckOf(report, "visit", "mdtrt_id", CheckKind::kKey), HasSubstr("passed"));
  EXPECT_THAT(CheckOf(report, "visit", "psn_no", CheckKind::kReference), HasSubstr("not applicable"));
  EXPECT_THAT(PrintReport(report, {.english = true}), HasSubstr("cannot be read"));
}

// ---- formats

TEST(IntakeTest, Gb18030WithSingleQuotesRowNumbersAndCrLf) {
  City city;
  // 患者 甲 and 乙 in GB18030.
  city.WriteText("MDTRT_D.csv",
                 "mdtrt_id,psn_no,begntime,dise_name,dise_no\r\n"
                 "1,'M1','P1','2025-03-01 08:00:00','\xB8\xDF\xD1\xAA\xD1\xB9','M03900'\r\n"
                 "2,'M2','P2','2025/3/2 8:00','\xCC\xC7\xC4\xF2\xB2\xA1\n','M01600'\r\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].taken, 2);
  EXPECT_EQ(city.Ask("SELECT mdtrt_id, dise_name, dise_no FROM visit ORDER BY 1"),
            "M1|高血压|M03900\nM2|糖尿病|M01600");
}

TEST(IntakeTest, OneMappingReadsCsvTsvJsonLinesAndParquet) {
  City city;
  city.UseMapping(kStrict);
  city.WriteText("MDTRT_D-a.csv", "mdtrt_id,psn_no,begntime\nM1,P1,2025-03-01\n");
  city.WriteText("MDTRT_D-b.tsv", "mdtrt_id\tpsn_no\tbegntime\nM2\tP2\t2025-03-01\n");
  city.WriteText("MDTRT_D-c.jsonl",
                 "{\"mdtrt_id\":330000000000000017,\"psn_no\":\"P3\",\"begntime\":\"2025-03-01T08:00:00\"}\n");
  lake::Connection connection = Must(lake::OpenConnection());
  Must(connection.Execute(
      "COPY (SELECT 330000000000000018 AS mdtrt_id, 'P4' AS psn_no, TIMESTAMP '2025-03-01 08:00:00' AS begntime) TO " +
      lake::Quote(city.PathOf("MDTRT_D-d.parquet")) + " (FORMAT parquet)"));
  Options options = city.MakeOptions();
  options.files.push_back(city.PathOf("MDTRT_D-d.parquet"));
  Report report = Must(TakeIn(options));
  EXPECT_EQ(report.tables["visit"].taken, 4);
  EXPECT_EQ(city.Ask("SELECT mdtrt_id FROM visit ORDER BY 1"), "330000000000000017\n330000000000000018\nM1\nM2");
}

TEST(IntakeTest, StockAndTraceCodes) {
  City city("stock-trace");
  city.WriteText(
      "3503.csv",
      "fixmedins_code,med_list_codg,fixmedins_bchno,purc_retn_cnt,finl_trns_pric,purc_retn_stoin_time,spler_name\n"
      "P50010100001,X1,B1,100,12.345678,2025-03-01 08:00:00,某医药公司\n");
  city.WriteText("3513.csv",
                 "fixmedinsCode,medListCodg,fixmedinsBchno,mdtrtId,drugTracCodg,psnNo,trdnFlag,optTime,rid\n"
                 "P50010100001,X1,B1,M1,81234567890123456789,P1,0,2025-03-02 08:00:00,1\n"
                 "P50010100002,X1,B2,M2,81234567890123456789,P2,0,2025-03-03 08:00:00,2\n"
                 "P50010100002,X1,B2,M2,GS1-XYZ,,0,2025-03-03 08:00:00,3\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["stock"].taken, 1);
  EXPECT_EQ(report.tables["trace"].taken, 3);
  EXPECT_EQ(city.Ask("SELECT stock_event, cnt, pric, bucket = (md5_number_lower(fixmedins_code) >> 1) % 64 FROM stock"),
            "purchase|100.0000|12.345678|true");
  EXPECT_EQ(
      city.Ask("SELECT count(DISTINCT drug_trac_key), count(psn_key), min(trac_prod), count(trac_prod) FROM trace"),
      "2|2|8123456|2");
  EXPECT_EQ(city.Ask("SELECT count(*) FROM trace WHERE bucket <> coalesce(psn_key, 0) % 64 OR trac_event <> 'sale'"),
            "0");
}

TEST(IntakeTest, Registers) {
  City city;
  city.WriteText("MEDINS_INFO_B.csv",
                 "medins_code,medins_name,admdvs,hosp_lv,aprv_bed_cnt\nH50010100001,第一医院,500101,2,500\n");
  city.WriteText("FIXMEDINS_B.csv", "fixmedins_code,fixmedins_type,hosp_lv,begntime\nH50010100001,1,02,2020-01-01\n");
  city.WriteText(
      "DR_INFO_B.csv",
      "dr_code,dr_name,medins_code,dr_pro_tech_duty\nD500101000001,张三,H50010100001,231\n0,李四,H50010100001,\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["institution"].taken, 2);
  EXPECT_EQ(report.tables["staff"].taken, 1);
  EXPECT_EQ(report.tables["staff"].quarantined, 1);
  EXPECT_EQ(city.Ask("SELECT regst, hosp_lv, aprv_bed_cnt FROM institution ORDER BY 1"),
            "FIXMEDINS_B|02|\nMEDINS_INFO_B|02|500");
  EXPECT_EQ(Must(city.OpenLake().LoadDictionary())->Name(Must(city.OpenLake().LoadDictionary())->Find("H50010100001")),
            "第一医院");
}

}  // namespace
}  // namespace yijian::intake
