// Findings become clues and money, once, whatever happens in between.
#include "clue/import.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "clue/person_ref.h"
#include "clue/rank.h"
#include "clue/testing.h"
#include "ledger/book.h"

namespace yijian::clue {
namespace {

TEST(Matters, EveryShippedRuleBelongsToExactlyOne) {
  auto matters = Matters::Load("rules/matters.csv");
  ASSERT_TRUE(matters) << matters.error().message;
  std::map<std::string, int> count;
  for (const Matter& matter : matters->all()) {
    for (const std::string& rule : matter.rules) count[rule]++;
  }
  int shipped = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("rules/packs")) {
    std::ifstream file(entry.path());
    std::string line;
    if (entry.path().extension() != ".yaml" || !std::getline(file, line) || !line.starts_with("rule: ")) continue;
    std::string rule = line.substr(6);
    EXPECT_EQ(count[rule], 1) << rule;
    shipped++;
  }
  EXPECT_GT(shipped, 100);
  int listed = 0;
  for (const auto& [rule, times] : count) listed += times;
  EXPECT_EQ(listed, shipped) << "matters.csv names rules that are not shipped";
}

TEST(Matters, ARuleOfOnesOwnIsOther) {
  auto matters = Matters::Load("rules/matters.csv");
  EXPECT_EQ(matters->OfRule("X-1").code, "other");
  EXPECT_EQ(Matters().OfRule("P-025a").code, "other");
}

TEST(Matters, ConductIsThePersonsAndTheRestTheInstitutions) {
  Matter resale{"resale", "", "", "person", {}, {}};
  Matter charging{"charging", "", "", "institution", {}, {}};
  Subject person{"person", "ref"};
  EXPECT_EQ(GroupOf(resale, person, "H1"), person);
  EXPECT_EQ(GroupOf(charging, person, "H1"), (Subject{"institution", "H1"}));
  EXPECT_EQ(GroupOf(charging, person, ""), person);
}

// Worked by hand: violation prior 8/2, no verdicts: 0.8. 100 yuan x 1.0 x 0.8 = 80.
TEST(Rank, IsMoneyTimesEvidenceTimesPrecision) {
  RankWeights weights;
  EXPECT_DOUBLE_EQ(PrecisionOf({}, weights.violation), 0.8);
  EXPECT_DOUBLE_EQ(PrecisionOf({.confirmed = 10, .refuted = 0}, weights.violation), 0.9);  // 18 / 20
  EXPECT_DOUBLE_EQ(PrecisionOf({.refuted = 10}, weights.suspect), 0.25);                   // 5 / 20
  EXPECT_DOUBLE_EQ(PrecisionOf({.coding = 10}, weights.suspect), 0.5);                     // (5 + 5) / 20
  Rank rank = RankOf({{10'000, 1, 1.0, 0.8}});
  EXPECT_DOUBLE_EQ(rank.rank, 80);
  // 300 yuan at (1.0, 0.8) and 100 yuan at (0.6, 0.5): evidence 0.9, precision 0.725; 400 x 0.9 x 0.725 = 261.
  Rank two = RankOf({{30'000, 5, 1.0, 0.8}, {10'000, 1, 0.6, 0.5}});
  EXPECT_DOUBLE_EQ(two.evidence, 0.9);
  EXPECT_DOUBLE_EQ(two.precision, 0.725);
  EXPECT_NEAR(two.rank, 261, 1e-9);
  // Nothing to recover: means by findings, rank 0.
  Rank none = RankOf({{0, 3, 1.0, 0.8}, {0, 1, 0.6, 0.4}});
  EXPECT_DOUBLE_EQ(none.rank, 0);
  EXPECT_DOUBLE_EQ(none.evidence, 0.9);
  EXPECT_DOUBLE_EQ(RankOf({}).rank, 0);
}

TEST(PersonRef, IsTheHmacOfTheNumber) {
  // RFC 2104 over SM3; the value from OpenSSL's `dgst -sm3 -hmac`.
  PersonKey key("key");
  EXPECT_EQ(key.RefOf("a"), "fc5aa6ca5de8eb6cb74b97df");
  EXPECT_NE(key.RefOf("a"), key.RefOf("b"));
  EXPECT_NE(key.RefOf("a"), PersonKey("other").RefOf("a"));
  EXPECT_EQ(key.RefOf("a").size(), 24U);
}

TEST(PersonRef, NamesAreMasked) {
  EXPECT_EQ(MaskedName("张三"), "张*");
  EXPECT_EQ(MaskedName("欧阳锋"), "欧**");
  EXPECT_EQ(MaskedName(""), "*");
  EXPECT_EQ(MaskedName("张"), "张*");
  EXPECT_EQ(MaskedName("\xe5"), "\xe5*");
}

class ImportTest : public ClueTest {};

TEST_P(ImportTest, FindingsOfOneInstitutionAndMatterAreOneClue) {
  FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 10'000);
  run.Add(2, "D-101", "H1", "P2", 5'000);
  run.Add(3, "P-025a", "H2", "P1", 700);
  run.Add(4, "B-030", "H1", "P1", 900, "suspect");
  auto report = Import(run);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->added, 4);
  EXPECT_EQ(report->clues_opened, 3);
  EXPECT_EQ(Count("clue WHERE subject_kind = 'person'"), 1);
  EXPECT_EQ(Count("clue WHERE institution = 'H1' AND matter = 'charging' AND findings = 2 AND found_fen = 15000 AND "
                  "undecided = 2 AND persons = 2"),
            1);
  // 150 yuan x 1.0 x 0.8
  EXPECT_EQ(Count("clue WHERE matter = 'charging' AND institution = 'H1' AND rank > 119.99 AND rank < 120.01"), 1);
  EXPECT_EQ(Count("clue WHERE first_day = '2025-03-06' AND area = '330102'"), 2);
  EXPECT_EQ(Funnel().identified, 16'600);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, TheSameRunAgainChangesNothing) {
  FakeRun run;
  for (uint64_t key = 1; key <= 10; key++) run.Add(key, "P-025a", "H1", "P" + std::to_string(key), 100);
  ASSERT_TRUE(Import(run));
  auto again = Import(run);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->same, 10);
  EXPECT_EQ(again->added + again->changed + again->withdrawn + again->clues_opened, 0);
  EXPECT_EQ(Count("ledger_entry"), 10);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, NewFindingsJoinTheOpenClueAndGoneOnesTakeTheirMoneyBack) {
  FakeRun first;
  first.Add(1, "P-025a", "H1", "P1", 100);
  first.Add(2, "P-025a", "H1", "P2", 200);
  first.Add(3, "P-025a", "H2", "P3", 400);
  ASSERT_TRUE(Import(first));
  FakeRun second;
  second.run.run = "def456";
  second.Add(2, "P-025a", "H1", "P2", 250);  // attributed otherwise
  second.Add(5, "P-025a", "H1", "P5", 50);
  auto report = Import(second);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->added, 1);
  EXPECT_EQ(report->changed, 1);
  EXPECT_EQ(report->withdrawn, 2);
  EXPECT_EQ(Count("clue"), 2);
  EXPECT_EQ(Count("clue WHERE institution = 'H1' AND findings = 2 AND found_fen = 300"), 1);
  EXPECT_EQ(Count("clue WHERE institution = 'H2' AND status = 'withdrawn' AND rank = 0"), 1);
  EXPECT_EQ(Funnel().identified, 300);
  EXPECT_EQ(Problems(), "");
  // And back again: the same findings, the same money.
  auto back = Import(first);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->returned, 2);
  EXPECT_EQ(Funnel().identified, 700);
  EXPECT_EQ(Count("clue WHERE institution = 'H2'"), 2);
  EXPECT_EQ(Count("clue WHERE institution = 'H2' AND earlier IS NOT NULL AND status = 'new' AND found_fen = 400"), 1);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, WhatARunDidNotLookForIsNotGone) {
  FakeRun all;
  all.Add(1, "P-025a", "H1", "P1", 100);
  all.Add(2, "D-101", "H1", "P2", 200);
  all.Add(3, "P-025a", "H2", "P3", 400);
  ASSERT_TRUE(Import(all));
  FakeRun narrow;
  narrow.run.rules = {"P-025a"};
  narrow.run.institution = "H1";
  auto report = Import(narrow);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 1);
  FakeRun months;
  months.run.from = *ParseDate("2025-04-01");
  report = Import(months);
  EXPECT_EQ(report->withdrawn, 0);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, MoneyThatHasMovedOnIsKept) {
  FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 100);
  ASSERT_TRUE(Import(run));
  ASSERT_TRUE(database_->Write([&](store::Session& session) -> Status {
    TRY(ledger::Post(session, {1, "x", 1},
                     {{.line = 1,
                       .way = {ledger::Account::kIdentified, ledger::Account::kConfirmed},
                       .amount = 100,
                       .kind = "verdict"}}));
    return {};
  }));
  FakeRun empty;
  auto report = Import(empty);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 0);
  EXPECT_EQ(report->kept, 1);
  EXPECT_EQ(Count("clue_event WHERE action = 'gone'"), 1);
  report = Import(empty);
  EXPECT_EQ(report->kept, 0);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, AKilledImportIsSeenAndGoesOn) {
  FakeRun run;
  for (uint64_t key = 1; key <= 10; key++) run.Add(key, "P-025a", "H1", "P" + std::to_string(key), 100);
  run.stop_after = 7;
  ASSERT_FALSE(Import(run));
  EXPECT_EQ(Problems(), "");
  auto state = database_->Read([](store::Session& session) { return LastImport(session); });
  ASSERT_TRUE(state && *state);
  EXPECT_FALSE((*state)->done);
  EXPECT_EQ(Count("finding"), 6);
  run.stop_after = {};
  // As kill -9 would have left it.
  ASSERT_TRUE(database_->Write(
      [](store::Session& session) { return session.Execute("UPDATE import_run SET state = 'running'"); }));
  auto busy = Import(run);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().detail->word, "import_running");
  clock_.Add(600);
  auto report = Import(run);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->same, 6);
  EXPECT_EQ(report->added, 4);
  EXPECT_EQ(Count("finding"), 10);
  EXPECT_EQ(Count("clue"), 1);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, HostileTextIsText) {
  FakeRun run;
  SourceFinding& finding = run.Add(1, "P-025a", "H1", "'); DROP TABLE clue; --", 100);
  finding.person_name = "<script>alert(1)</script>";
  finding.message_zh = "' OR 1=1 --\n\"\\ % _ \xF0\x9F\x98\x80";
  finding.doc = std::string(100'000, 'x');
  ASSERT_TRUE(Import(run));
  EXPECT_EQ(Count("clue"), 1);
  FakeRun nul;
  nul.Add(2, "P-025a", "H1", "P2", 100).message_zh = std::string("a\0b", 3);
  clock_.Add(600);
  auto report = Import(nul);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(Problems(), "");
}

TEST_P(ImportTest, AFindingThatIsNotTheSumOfItsLinesIsRefused) {
  FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 100).attributed = 99;
  auto report = Import(run);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidInput);
}

YIJIAN_ON_BOTH_DATABASES(ImportTest);

}  // namespace
}  // namespace yijian::clue
