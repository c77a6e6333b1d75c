// A source nobody designed for, through its mapping alone. Skipped where the data are not.
#include <gtest/gtest.h>

#include <filesystem>

#include "intake/intake.h"
#include "lake/lake.h"
#include "lake/testing.h"

namespace yijian::intake {
namespace {

using lake::Must;

constexpr const char* kData = YIJIAN_SOURCE_DIR "/../shared/data/us-inpatient-claims";

TEST(UsInpatientTest, ReconcilesToThePublishedTotals) {
  if (!std::filesystem::exists(std::string(kData) + "/inpatient.csv")) GTEST_SKIP() << "no data in " << kData;
  lake::TempDir dir;
  Report report =
      Must(TakeIn({.mapping = YIJIAN_SOURCE_DIR "/mappings/us-inpatient.yaml",
                   .files = {std::string(kData) + "/beneficiary.csv", std::string(kData) + "/inpatient.csv"},
                   .lake = dir / "lake",
                   .dictionaries = YIJIAN_SOURCE_DIR "/rules/dictionaries"}));
  SCOPED_TRACE(PrintReport(report, {.english = true}));
  EXPECT_EQ(report.tables["person"].taken, 23785);
  EXPECT_EQ(report.tables["visit"].taken, 29545);
  EXPECT_EQ(report.tables["visit"].read, 29545);
  EXPECT_EQ(report.tables["settlement"].taken, 29545);
  EXPECT_EQ(report.tables["settlement"].money["fund_pay_sumamt"].taken, INT64_C(29'792'454'000));
  EXPECT_EQ(report.tables["visit"].quarantined, 0);
  EXPECT_GT(report.tables["diagnosis"].taken, 200'000);

  lake::Lake lake = Must(lake::Lake::Open(dir / "lake"));
  lake::Connection connection = Must(lake::OpenConnection());
  auto count = [&](const std::string& what, const std::string& table) {
    return Must(connection.QueryInt("SELECT " + what + " FROM " + Must(lake.TableSql(table))));
  };
  EXPECT_EQ(count("count(DISTINCT psn_key)", "visit"), 23785);
  EXPECT_EQ(count("count(DISTINCT fixmedins_code)", "visit"), 1457);
  EXPECT_EQ(count("sum(fund_pay_sumamt)::BIGINT", "settlement"), 297'924'540);
  EXPECT_EQ(count("count(*)", "visit"), 29545);
  EXPECT_EQ(count("bool_and(ipt_flag)::INT", "visit"), 1);

  // The same files again change nothing.
  Report again = Must(TakeIn({.mapping = YIJIAN_SOURCE_DIR "/mappings/us-inpatient.yaml",
                              .files = {std::string(kData) + "/beneficiary.csv", std::string(kData) + "/inpatient.csv"},
                              .lake = dir / "lake",
                              .dictionaries = YIJIAN_SOURCE_DIR "/rules/dictionaries"}));
  EXPECT_EQ(again.batch, "");
  EXPECT_EQ(again.files[0].taken_as, report.batch);
  EXPECT_EQ(Must(lake.ListBatches()).size(), 1U);
}

}  // namespace
}  // namespace yijian::intake
