#include "city/score.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace yijian::city {
namespace {

TruthRow Planted(std::string rule, std::vector<std::string> visits, std::vector<std::string> lines, Fen amount) {
  return {"violation", "case", std::move(rule), "a case", "P1", std::move(visits), std::move(lines), amount};
}
FoundRow Found(std::string rule, std::string visit, std::vector<std::string> lines, Fen amount = 0) {
  return {"f", std::move(rule), "P1", std::move(visit), amount, std::move(lines)};
}

TEST(Score, AFindingMatchesByItsRuleAndALine) {
  std::vector<TruthRow> truth{Planted("P-007", {"V1"}, {"L1", "L2"}, 2000)};
  ScoreReport report = Score({Found("P-007", "V1", {"L2"}, 2000)}, truth);
  EXPECT_EQ(report.total.recalled, 1);
  EXPECT_EQ(report.total.matching, 1);
  EXPECT_EQ(report.total.expected, 2000);
  EXPECT_EQ(report.total.found, 2000);
  EXPECT_DOUBLE_EQ(report.total.Precision(), 1);
}

TEST(Score, AnotherLineOfTheVisitIsNoMatch) {
  std::vector<TruthRow> truth{Planted("P-007", {"V1"}, {"L1"}, 2000)};
  ScoreReport report = Score({Found("P-007", "V1", {"L9"})}, truth);
  EXPECT_EQ(report.total.recalled, 0);
  EXPECT_EQ(report.missed.size(), 1u);
}

TEST(Score, AVariantServesForItsCatalogueId) {
  std::vector<TruthRow> truth{Planted("P-025", {"V1"}, {"L1"}, 100)};
  EXPECT_EQ(Score({Found("P-025a", "V1", {"L1"})}, truth).total.recalled, 1);
  EXPECT_EQ(Score({Found("P-0251", "V1", {"L1"})}, truth).total.recalled, 0);
}

TEST(Score, FindingsOfOtherRulesOnAPlantedStoryAreCountedApart) {
  TruthRow story{"story", "", "P-007", "a case", "P1", {"V1"}, {}, {}};
  ScoreReport report = Score({Found("D-002", "V1", {"L1"})}, {Planted("P-007", {"V1"}, {"L1"}, 1), story});
  EXPECT_EQ(report.by_rule.at("D-002").collateral, 1);
  EXPECT_EQ(report.by_rule.at("D-002").false_hits, 0);
}

TEST(Score, ALookalikeHitLowersThePrecision) {
  TruthRow alike{"lookalike", "case", "M-015", "an emergency", "P1", {"V1", "V2"}, {"L1"}, {}};
  ScoreReport report = Score({Found("M-015", "V2", {})}, {alike});
  EXPECT_EQ(report.total.lookalike_hits, 1);
  EXPECT_DOUBLE_EQ(report.total.Precision(), 0);
}

TEST(Score, TheCleanBackgroundIsAFalseFindingAndSpoiltRowsAreNot) {
  TruthRow noise{"noise", "noise", "", "", "", {"V7"}, {"L7"}, {}};
  FoundRow stranger = Found("M-002", "V8", {"L8"});
  stranger.subject = "P8";
  FoundRow spoilt = Found("M-002", "", {"L7"});
  spoilt.subject = "P7";
  ScoreReport report = Score({stranger, spoilt}, {noise});
  EXPECT_EQ(report.total.false_hits, 1);
  EXPECT_EQ(report.total.noise, 1);
}

TEST(Score, ATraceCodeMatchesByItsKeyInTheLake) {
  TruthRow code{"violation", "scene", "M-125", "one pack twice", "89900030000000000001", {}, {}, 5000};
  // md5('89900030000000000001'): the last eight bytes, little-endian, shifted by one.
  FoundRow found{"f", "M-125", "566cfea6687a1698", "", 5000, {}};
  FoundRow named{"f", "M-125", "89900030000000000001", "", 5000, {}};
  EXPECT_EQ(Score({named}, {code}).total.recalled, 1);
  EXPECT_EQ(Score({found}, {code}).total.recalled, 1);
  FoundRow other{"f", "M-125", "5c1fe1f4b7d9f7b3", "", 5000, {}};
  EXPECT_EQ(Score({other}, {code}).total.recalled, 0) << "another code's key";
}

TEST(Score, FindingsAreReadInBothLanguagesAndWithAByteOrderMark) {
  auto english = ReadFindings(
      "\xef\xbb\xbf"
      "finding_id,rule,subject,mdtrt_id,amount,bkkp_sn\nf1,P-007,P1,V1,20.00,L1;L2\n");
  ASSERT_TRUE(english.has_value()) << english.error().message;
  EXPECT_EQ((*english)[0].lines, (std::vector<std::string>{"L1", "L2"}));
  EXPECT_EQ((*english)[0].amount, 2000);
  auto chinese = ReadFindings("疑点编号,规则,对象,就诊ID,涉及金额,明细流水号\nf1,P-007,P1,V1,20.00,L1\n");
  EXPECT_TRUE(chinese.has_value());
  auto wrong = ReadFindings("finding_id,rule\n");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("subject"), std::string::npos);
}

TEST(Truth, WhatIsWrittenIsReadAgain) {
  TruthRow row{"violation", "case", "P-007", "a \"hard\" name, really", "P1", {"V1", "V2"}, {"L1"}, 1234};
  std::string text(kTruthHeader);
  AppendTo(row, text);
  std::string path = testing::TempDir() + "truth_" + std::to_string(getpid()) + ".csv";
  std::ofstream(path) << text;
  auto read = ReadTruth(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].name, row.name);
  EXPECT_EQ((*read)[0].visits, row.visits);
  EXPECT_EQ((*read)[0].amount, row.amount);
  EXPECT_FALSE(ReadTruth("/no/such/file").has_value());
}

}  // namespace
}  // namespace yijian::city
