#include "casework/sanctions.h"

#include <gtest/gtest.h>

#include <fstream>

namespace yijian::casework {
namespace {

using enum MeasureKind;

SanctionTable Table() {
  auto table = SanctionTable::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules/sanctions.csv");
  CHECK(table.has_value());
  return *table;
}
constexpr CaseSums kAgainstHospital{Track::kAdministrative, false, 1'000'000};  // 10,000 yuan
constexpr CaseSums kAudit{Track::kAgency, false, 1'000'000};
constexpr CaseSums kAgainstPerson{Track::kAdministrative, true, 400'000};

std::string FirstProblem(const Plan& plan) {
  return plan.problems.empty() ? "" : plan.problems[0].field + ": " + plan.problems[0].expected;
}
PlannedMeasure Fine(std::string article, const char* multiple) {
  return {.kind = kFine, .article = std::move(article), .multiple = ParseMultiple(multiple)};
}

TEST(Sanctions, MultiplesAreExactAndPartsOfAFenFallToThePayer) {
  EXPECT_EQ(FineOf(1'000'000, 150), 1'500'000);
  EXPECT_EQ(FineOf(333, 150), 499);  // 499.5
  EXPECT_EQ(FineOf(1, 100), 1);
  EXPECT_EQ(FineOf(INT64_MAX, 500), INT64_MAX);
  EXPECT_EQ(ParseMultiple("1.25"), 125);
  EXPECT_EQ(ParseMultiple("2"), 200);
  for (const char* wrong : {"", "1.", "12", "1.234", "-1", "1,5", "1e2", "０"})
    EXPECT_FALSE(ParseMultiple(wrong)) << wrong;
  EXPECT_EQ(FormatMultiple(105), "1.05");
  EXPECT_EQ(FormatMultiple(200), "2");
}

TEST(Sanctions, Article38FinesOneToTwoTimesAndArticle40TwoToFive) {
  auto table = Table();
  auto plan = [&](PlannedMeasure fine) { return table.Check(kAgainstHospital, {{.kind = kRecover}, std::move(fine)}); };
  EXPECT_EQ(plan(Fine("条例 38(3)", "1")).measures[1].amount_fen, 1'000'000);
  EXPECT_EQ(plan(Fine("条例 38(3)", "2")).measures[1].amount_fen, 2'000'000);
  EXPECT_EQ(FirstProblem(plan(Fine("条例 38(3)", "2.01"))), "/measures/1/multiple: 1 to 2");
  EXPECT_EQ(FirstProblem(plan(Fine("条例 40(3)", "1.99"))), "/measures/1/multiple: 2 to 5");
  EXPECT_EQ(plan(Fine("条例 40(3)", "5")).amount_fen, 6'000'000);
  EXPECT_EQ(FirstProblem(plan(Fine("条例 99", "1"))),
            "/measures/1/article: an article of GET /api/cases/{id}/sanctions");
}

TEST(Sanctions, Article39FinesAFixedRange) {
  auto table = Table();
  auto plan = [&](Fen fen) {
    return table.Check({Track::kAdministrative, false, 0}, {{.kind = kFine, .article = "条例 39", .amount_fen = fen}});
  };
  EXPECT_TRUE(plan(1'000'000).problems.empty());
  EXPECT_TRUE(plan(5'000'000).problems.empty());
  EXPECT_EQ(FirstProblem(plan(999'999)), "/measures/0/amount_fen: 1000000 to 5000000");
  EXPECT_EQ(FirstProblem(plan(5'000'001)), "/measures/0/amount_fen: 1000000 to 5000000");
}

TEST(Sanctions, TheAgencyDoesNotFineAndTheBureauTakesNoDamages) {
  auto table = Table();
  EXPECT_EQ(FirstProblem(table.Check(kAudit, {{.kind = kRecover}, {.kind = kFine, .multiple = 100}})),
            "/measures/1/kind: a measure of the agreement: only administrative enforcement may fine");
  EXPECT_EQ(
      FirstProblem(table.Check(kAgainstHospital, {{.kind = kRecover}, {.kind = kLiquidatedDamages, .amount_fen = 5}})),
      "/measures/1/kind: no damages: they belong to the agreement's track");
  EXPECT_EQ(FirstProblem(table.Check(kAudit, {{.kind = kRecover}, Fine("条例 38(1)", "1")})),
            "/measures/1/article: an article of the track 'agency'");
}

TEST(Sanctions, PersonsAreFinedOnlyWithIntent) {
  auto table = Table();
  EXPECT_EQ(FirstProblem(table.Check(kAgainstPerson, {{.kind = kRecover}, Fine("条例 41(3)", "2")})),
            "/measures/1/kind: a measure that 条例 41(3) allows");
  EXPECT_EQ(table.Check(kAgainstPerson, {{.kind = kRecover}, Fine("条例 41-2", "2")}).amount_fen, 1'200'000);
  EXPECT_EQ(FirstProblem(table.Check(kAgainstPerson, {{.kind = kRecover}, Fine("条例 40(1)", "2")})),
            "/measures/1/article: an article on persons");
}

TEST(Sanctions, HearingsAreOfferedFromTheThreshold) {
  auto table = Table();
  // Entity: 100,000 yuan. 50,000 x 2 reaches it, 49,999.99 x 2 does not.
  EXPECT_TRUE(
      table.Check({Track::kAdministrative, false, 5'000'000}, {{.kind = kRecover}, Fine("条例 38(1)", "2")}).hearing);
  EXPECT_FALSE(
      table.Check({Track::kAdministrative, false, 4'999'999}, {{.kind = kRecover}, Fine("条例 38(1)", "2")}).hearing);
  // Person: 5,000 yuan.
  EXPECT_TRUE(
      table.Check({Track::kAdministrative, true, 250'000}, {{.kind = kRecover}, Fine("条例 41-2", "2")}).hearing);
  EXPECT_EQ(table.CriminalLine(false), 300'000);
}

TEST(Sanctions, SuspensionsKeepTheirMonths) {
  auto table = Table();
  Date from = *ParseDate("2026-01-31");
  auto plan = [&](const CaseSums& sums, std::string article, const char* last) {
    return FirstProblem(
        table.Check(sums, {{.kind = kRecover},
                           {.kind = kSuspend, .article = std::move(article), .from = from, .until = ParseDate(last)}}));
  };
  EXPECT_EQ(plan(kAgainstHospital, "条例 38(1)", "2026-07-30"), "");  // six months to the day
  EXPECT_EQ(plan(kAgainstHospital, "条例 38(1)", "2026-07-29"), "/measures/1/until: at least 6 months after from");
  EXPECT_EQ(plan(kAgainstHospital, "条例 38(1)", "2027-01-30"), "");
  EXPECT_EQ(plan(kAgainstHospital, "条例 38(1)", "2027-01-31"), "/measures/1/until: at most 12 months after from");
  EXPECT_EQ(plan(kAgainstPerson, "条例 41(1)", "2026-04-29"), "");  // 30 April is the last of a short month
  EXPECT_EQ(plan(kAudit, "条例 13", "2026-07-29"), "");             // 180 days
  EXPECT_EQ(plan(kAudit, "条例 13", "2026-07-30"), "/measures/1/until: at most 180 days");
}

TEST(Sanctions, RefundsTakeExactlyWhatIsConfirmed) {
  auto table = Table();
  auto plan = [&](std::vector<PlannedMeasure> measures) { return table.Check(kAudit, measures); };
  EXPECT_EQ(plan({{.kind = kRecover}}).measures[0].amount_fen, 1'000'000);
  auto split = plan({{.kind = kRefusePayment, .amount_fen = 300'000}, {.kind = kRecover}});
  EXPECT_TRUE(split.problems.empty());
  EXPECT_EQ(split.measures[1].amount_fen, 700'000);
  EXPECT_EQ(FirstProblem(plan({{.kind = kRecover, .amount_fen = 999'999}})),
            "/measures/0/amount_fen: refusals and refunds of 1000000 fen together, all that is confirmed");
  EXPECT_EQ(FirstProblem(plan({{.kind = kRecover, .amount_fen = 1'000'001}})),
            "/measures/0/amount_fen: at most 1000000, what is left of the confirmed money");
  EXPECT_EQ(FirstProblem(plan({{.kind = kInterview}})),
            "/measures: refusals and refunds of 1000000 fen together, all that is confirmed");
  EXPECT_EQ(FirstProblem(plan({{.kind = kNoViolation}})), "/measures/0/kind: a measure: money is confirmed");
  EXPECT_TRUE(table.Check({Track::kAgency, false, 0}, {{.kind = kNoViolation}}).problems.empty());
  EXPECT_FALSE(
      table.Check({Track::kAgency, false, 0}, {{.kind = kNoViolation}, {.kind = kInterview}}).problems.empty());
  EXPECT_FALSE(table.Check({Track::kAgency, false, 0}, {{.kind = kRecover}}).problems.empty());
}

TEST(Sanctions, BrokenTablesAreRefused) {
  std::string path = testing::TempDir() + "sanctions_broken.csv";
  auto load = [&](const std::string& row) {
    std::ofstream(path)
        << "article,who,track,zh,en,measures,multiple_min,multiple_max,fine_min_yuan,fine_max_yuan,suspend_months_min,"
           "suspend_months_max,hearing_yuan,criminal_yuan,basis\n"
        << row << "\n";
    return SanctionTable::Load(path);
  };
  EXPECT_TRUE(load("a,institution,agency,z,e,recover,,,,,,,,,b").has_value());
  EXPECT_FALSE(load("a,institution,agency,z,e,fine,,,,,,,,,b").has_value());
  EXPECT_FALSE(load("a,institution,agency,z,e,fine,1,,,,,,,,b").has_value());
  EXPECT_FALSE(load("a,institution,elsewhere,z,e,recover,,,,,,,,,b").has_value());
  EXPECT_FALSE(load("a,institution,agency,z,e,scold,,,,,,,,,b").has_value());
  EXPECT_FALSE(load("a,institution,agency,z,e,fine,1,x,,,,,,,b").has_value());
}

}  // namespace
}  // namespace yijian::casework
