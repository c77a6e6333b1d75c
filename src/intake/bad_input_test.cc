// What intake refuses, how it says so, and what stays of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/intake.h"
#include "intake/testing.h"

namespace yijian::intake {
namespace {

using lake::Must;
using testing::HasSubstr;

TEST(BadInputTest, QuarantinedRowsAreExportedMendedAndTakenIn) {
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

TEST(BadInputTest, RecordsThatCannotBeCutAreKeptAsTheyAre) {
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

TEST(BadInputTest, BytesThatAreNoTextAreRefusedWithTheirPlace) {
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

TEST(BadInputTest, MissingColumnsAreAllNamedWithSuggestions) {
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

TEST(BadInputTest, EmptyFilesAndFilesWithAHeaderOnly) {
  City city;
  city.WriteText("MDTRT_D.csv", "");
  EXPECT_THAT(city.Mistake(), HasSubstr("is empty"));
  city.WriteText("MDTRT_D.csv", "mdtrt_id,psn_no,begntime\n");
  Report report = city.TakeIn();
  EXPECT_EQ(report.batch, "");
  EXPECT_EQ(report.tables["visit"].read, 0);
  EXPECT_EQ(CheckOf(report, "visit", "begntime", CheckKind::kType), "not applicable 0/0");
}

TEST(BadInputTest, ABadFileAmongGoodOnesLeavesTheLakeAsItWas) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  city.WriteText("FEE_LIST_D.parquet", "PAR1 this is not all of it");
  EXPECT_THAT(city.Mistake(), HasSubstr("is cut off"));
  EXPECT_EQ(city.OpenLake().ListBatches()->size(), 0U);
  EXPECT_EQ(city.FilesInLake(), 2U);  // lake.json and the lock
}

TEST(BadInputTest, ALineOfHundredsOfMegabytesCostsOneRow) {
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

TEST(BadInputTest, FilesThatNoSourceWants) {
  City city;
  city.WriteText("weather.csv", "a,b\n");
  EXPECT_THAT(city.Mistake(), HasSubstr("no source of mapping centre-tables fits this file name"));
  Options options = city.MakeOptions();
  options.files = {city.PathOf("nothing.csv")};
  EXPECT_EQ(TakeIn(options).error().code, ErrorCode::kNotFound);
}

TEST(BadInputTest, AWriterAtWorkIsNotDisturbed) {
  City city;
  city.Write("MDTRT_D.csv", {VisitOf("M1", "P1")});
  lake::Lake opened = Must(lake::Lake::OpenOrCreate(city.lake(), 64));
  lake::WriteLock lock = Must(opened.LockForWriting("somebody"));
  Result<Report> report = TakeIn(city.MakeOptions());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace yijian::intake
