#include "intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "base/decimal.h"
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

// ---- quarantine

TEST(IntakeTest, QuarantinedRowsAreExportedMendedAndTakenIn) {
  City city;
  city.Write(
      "MDTRT_D.csv",
      {VisitOf("M1", "P1"), VisitOf("M2", "P2", {{"begntime", "2025-13-01"}, {"adm_diag_dscr", "发热, \"3天\"\n咳嗽"}}),
       VisitOf("", "P3", {{"begntime", ""}})});
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].quarantined, 2);
  std::vector<ExportedFile> files = Must(ExportQuarantine(city.lake(), report.batch, city.PathOf("mend")));
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].rows, 2);
  EXPECT_EQ(files[0].source, "mdtrt_d");
  std::ifstream in(files[0].path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr("begntime is out of the range of a time"));
  EXPECT_THAT(text, HasSubstr("mdtrt_id is blank and must not be; begntime is blank and must not be"));
  // Mend the first of the two.
  text.replace(text.find("2025-13-01"), 10, "2025-12-01");
  city.Forget();
  city.WriteText("mended.csv", text);
  Options options = city.MakeOptions();
  options.files = {"mdtrt_d=" + city.PathOf("mended.csv")};
  Report second = Must(TakeIn(options));
  EXPECT_EQ(second.tables["visit"].taken, 1);
  EXPECT_EQ(second.tables["visit"].quarantined, 1);
  EXPECT_EQ(city.Ask("SELECT adm_diag_dscr, begntime FROM visit WHERE mdtrt_id = 'M2'"),
            "发热, \"3天\"\n咳嗽|2025-12-01 00:00:00");
}

TEST(IntakeTest, RecordsThatCannotBeCutAreKeptAsTheyAre) {
  City city;
  city.WriteText("MDTRT_D.csv", "mdtrt_id,psn_no,begntime\nM1,P1,2025-03-01\nM2,P2\nM3,P3,2025-03-01,x,y\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].read, 3);
  EXPECT_EQ(report.tables["visit"].taken, 1);
  EXPECT_EQ(report.tables["visit"].quarantined, 2);
  std::vector<ExportedFile> files = Must(ExportQuarantine(city.lake(), report.batch, city.PathOf("mend")));
  ASSERT_EQ(files.size(), 1U);
  std::ifstream in(files[0].path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr("2 fields where 3 are expected\nM2,P2\n"));
  EXPECT_THAT(text, HasSubstr("M3,P3,2025-03-01,x,y"));
}

TEST(IntakeTest, BytesThatAreNoTextAreRefusedWithTheirPlace) {
  City city;
  std::string text = "mdtrt_id,psn_no,begntime,adm_diag_dscr\n";
  for (int i = 0; i < 20; i++) text += "M" + std::to_string(i) + ",P1,2025-03-01,感冒发热\n";
  size_t place = text.size() + std::string("M90,P1,2025-03-01,a").size();
  text += "M90,P1,2025-03-01,a\xB1\xA3\n";
  text += std::string("M91,P1,2025-03-01,a\0b\n", 23);
  city.WriteText("MDTRT_D.csv", text);
  Report report = city.TakeIn();
  EXPECT_EQ(report.tables["visit"].taken, 20);
  EXPECT_THAT(city.Quarantine(report.batch),
              HasSubstr("22 visit.adm_diag_dscr 'a\\xB1\\xA3' holds bytes that are not UTF-8 text, at byte " +
                        std::to_string(place) + " of the file"));
  EXPECT_THAT(city.Quarantine(report.batch), HasSubstr("23 visit.adm_diag_dscr 'a\\x00b'"));
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

// ---- bad input

TEST(IntakeTest, MissingColumnsAreAllNamedWithSuggestions) {
  City city;
  city.WriteText("FEE_LIST_D.csv", "bkkp_sn,mdtrtid,psn_no,fee_ocur_tme,pric,amount\n1,2,3,4,5,6\n");
  std::string mistake = city.Mistake();
  EXPECT_THAT(mistake, HasSubstr("fee_line cannot do without mdtrt_id (did you mean 'mdtrtid'?)"));
  EXPECT_THAT(mistake, HasSubstr("fee_line cannot do without fee_ocur_time (did you mean 'fee_ocur_tme'?)"));
  EXPECT_THAT(mistake, HasSubstr("fee_line cannot do without cnt"));
  EXPECT_THAT(mistake, HasSubstr("fee_line cannot do without det_item_fee_sumamt"));
  EXPECT_THAT(mistake, HasSubstr("the file has: bkkp_sn, mdtrtid, psn_no, fee_ocur_tme, pric, amount"));
  EXPECT_EQ(city.OpenLake().ListBatches()->size(), 0U);
}

TEST(IntakeTest, EmptyFilesAndFilesWithAHeaderOnly) {
  City city;
  city.WriteText("MDTRT_D.csv", "");
  EXPECT_THAT(city.Mistake(), HasSubstr("is empty"));
  city.WriteText("MDTRT_D.csv", "mdtrt_id,psn_no,begntime\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.batch, "");
  EXPECT_EQ(report.tables["visit"].read, 0);
  EXPECT_EQ(CheckOf(report, "visit", "begntime", CheckKind::kType), "not applicable 0/0");
}

TEST(IntakeTest, ABadFileAmongGoodOnesLeavesTheLakeAsItWas) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  city.WriteText("FEE_LIST_D.parquet", "PAR1 this is not all of it");
  EXPECT_THAT(city.Mistake(), HasSubstr("is cut off"));
  EXPECT_EQ(city.OpenLake().ListBatches()->size(), 0U);
  EXPECT_EQ(city.FilesInLake(), 2U);  // lake.json and the lock
}

TEST(IntakeTest, ALineOfHundredsOfMegabytesCostsOneRow) {
  City city;
  {
    std::ofstream out(city.PathOf("MDTRT_D.csv"), std::ios::binary);
    out << "mdtrt_id,psn_no,begntime\nM1,P1,2025-03-01\nM2,P2,";
    std::string block(1 << 20, ',');
    for (int i = 0; i < 150; i++) out << block;
    out << "\nM3,P3,2025-03-01\n";
  }
  Options options = city.MakeOptions();
  options.files = {city.PathOf("MDTRT_D.csv")};
  Report report = Must(TakeIn(options));
  EXPECT_EQ(report.tables["visit"].taken, 2);
  EXPECT_EQ(report.tables["visit"].quarantined, 1);
  EXPECT_THAT(city.Quarantine(report.batch), HasSubstr("3 . '' a line of 157286406 bytes"));
}

TEST(IntakeTest, FilesThatNoSourceWants) {
  City city;
  city.WriteText("weather.csv", "a,b\n");
  EXPECT_THAT(city.Mistake(), HasSubstr("no source of mapping centre-tables fits this file name"));
  Options options = city.MakeOptions();
  options.files = {city.PathOf("nothing.csv")};
  EXPECT_EQ(TakeIn(options).error().code, ErrorCode::kNotFound);
}

TEST(IntakeTest, AWriterAtWorkIsNotDisturbed) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  lake::Lake opened = Must(lake::Lake::OpenOrCreate(city.lake(), 64));
  lake::WriteLock lock = Must(opened.LockForWriting("somebody"));
  Result<Report> report = TakeIn(city.MakeOptions());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
}

// ---- the whole

// A small city with every table; the same for the same seed.
void WriteCity(City& city, uint32_t seed, int persons) {
  std::mt19937 random(seed);
  std::vector<Record> visits, settlements, lines;
  std::string number = std::to_string(seed);
  for (int p = 0; p < persons; p++) {
    std::string person = "P" + number + "-" + std::to_string(p);
    for (unsigned v = 0; v <= random() % 3; v++) {
      std::string visit = "M" + person + "-" + std::to_string(v);
      std::string settlement = "S" + visit;
      visits.push_back(VisitOf(visit, person, {{"med_type", random() % 3 == 0 ? "21" : "11"}}));
      int64_t total = 0;
      for (unsigned l = 0; l <= random() % 6; l++) {
        auto fen = static_cast<int64_t>(random() % 10000);
        total += 2 * fen;
        lines.push_back(LineOf(visit + "-" + std::to_string(l), visit, settlement, person, "2", FormatFen(fen),
                               FormatFen(2 * fen), {{"hilist_code", "X" + std::to_string(random() % 50)}}));
        if (random() % 40 == 0) lines.back()[4].second = "never";  // a bad time
      }
      settlements.push_back(SettlementOf(settlement, visit, person, FormatFen(total)));
      if (random() % 20 == 0) {
        settlements.push_back(SettlementOf(settlement + "R", visit, person, FormatFen(-total),
                                           {{"refd_setl_flag", "1"}, {"init_setl_id", settlement}}));
      }
    }
  }
  city.Write("MDTRT_D-" + number + ".csv", visits);
  city.Write("SETL_D-" + number + ".csv", settlements);
  city.Write("FEE_LIST_D-" + number + ".csv", lines);
}

// Everything the lake holds, in one text.
std::string Contents(const City& city) {
  std::string text;
  for (const char* table : {"all_visit", "all_settlement", "all_fee_line"}) {
    text += city.Ask(std::string("SELECT count(*), bit_xor(hash(t))::VARCHAR FROM ") + table + " t") + "\n";
  }
  return text;
}

TEST(IntakeTest, TheOutcomeDoesNotDependOnTheNumberOfThreads) {
  std::string one;
  for (int threads : {1, 2, 5}) {
    City city;
    WriteCity(city, 7, 3000);
    Options options = city.MakeOptions();
    options.threads = threads;
    Report report = Must(TakeIn(options));
    EXPECT_GT(report.tables["fee_line"].quarantined, 0);
    EXPECT_GT(report.refunds.settlement_pairs, 0);
    report.seconds = 0;
    for (FileReport& file : report.files) file.path = std::filesystem::path(file.path).filename();
    std::string outcome = ReportJson(report) + Contents(city) + city.Quarantine(report.batch);
    if (one.empty()) one = outcome;
    EXPECT_EQ(outcome, one) << threads << " threads";
  }
}

TEST(IntakeTest, SurvivesKillAtAnyMoment) {
  City whole;
  WriteCity(whole, 3, 4000);
  Report expected = whole.TakeIn();
  std::string contents = Contents(whole);

  City city;
  WriteCity(city, 3, 4000);
  std::mt19937 random(11);
  int killed = 0;
  int committed = 0;
  for (int round = 0; round < 30; round++) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Result<Report> report = TakeIn(city.MakeOptions());
      _exit(report ? 0 : 1);
    }
    usleep(static_cast<useconds_t>(random() % static_cast<unsigned>(expected.seconds * 1e6)));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      killed++;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    Result<lake::Lake> opened = lake::Lake::Open(city.lake());
    if (!opened) continue;  // killed before there was one
    size_t batches = Must(opened->ListBatches()).size();
    ASSERT_LE(batches, 1U);
    if (batches == 0) continue;  // the next one goes on with what this one left
    EXPECT_EQ(Contents(city), contents);
    committed++;
    std::filesystem::remove_all(city.lake());
  }
  city.TakeIn();
  EXPECT_EQ(Contents(city), contents);
  EXPECT_GT(killed, 0) << committed << " runs were done before they could be killed";
  EXPECT_TRUE(std::filesystem::is_empty(city.lake() + "/staging"));  // what the killed ones left is gone
}

TEST(IntakeTest, ManyBatchesReconcileWithTheLake) {
  City city;
  int64_t fen = 0;
  int64_t rows = 0;
  for (uint32_t seed = 1; seed <= 4; seed++) {
    city.Forget();
    WriteCity(city, seed, 500);
    Report report = city.TakeIn();
    fen += report.tables["fee_line"].money["det_item_fee_sumamt"].taken;
    rows += report.tables["fee_line"].taken;
  }
  EXPECT_EQ(city.Ask("SELECT count(*), (sum(det_item_fee_sumamt) * 100)::BIGINT FROM all_fee_line"),
            std::to_string(rows) + "|" + std::to_string(fen));
  EXPECT_EQ(city.Ask("SELECT count(*) FROM (SELECT row_id FROM all_fee_line GROUP BY 1 HAVING count(*) > 1)"), "0");
}

}  // namespace
}  // namespace yijian::intake
