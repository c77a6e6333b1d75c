#include "audit/attribute.h"

#include <gtest/gtest.h>

#include "timeline/story.h"

namespace yijian::audit {
namespace {

using finding::Finding;
using timeline::Kind;

class AttributeTest : public testing::Test {
 protected:
  AttributeTest()
      : story_(*timeline::ParseStory(R"(
person P sex=1
2025-01-01 08:00 stay V1 until=2025-01-05 total=1000 scope=800 fund=400
2025-01-01 09:00 line L1 item=A qty=1 price=100 scope=100
2025-01-01 10:00 line L2 item=A qty=1 price=50 scope=50
)",
                                     codes_)) {
    rules_.rules.resize(3);
    rules_.rules[0].severity = program::Severity::kSuspect;
    rules_.rules[1].severity = program::Severity::kViolation;
    rules_.rules[2].severity = program::Severity::kSuspect;
  }

  Finding Accuse(uint32_t rule, const std::string& name, Fen amount) {
    timeline::StoryRow row = story_.names.at(name);
    Finding finding;
    finding.rule = rule;
    finding.charged = {{{row.kind, row.row}, amount, 0}};
    finding.amount = amount;
    return finding;
  }

  std::vector<Attributed> Run(const std::vector<Finding>& findings, const OutsideClaims& outside = {}) {
    return Attribute(findings, rules_, story_.bucket, outside, wins_);
  }

  timeline::CodeBook codes_;
  timeline::Story story_;
  program::RuleSet rules_;
  std::vector<OutsideWin> wins_;
};

TEST_F(AttributeTest, TheLargestClaimOnALineWins) {
  auto attributed = Run({Accuse(0, "L1", 10000), Accuse(1, "L1", 4000)});
  EXPECT_EQ(attributed[0].amount, 10000);
  EXPECT_EQ(attributed[1].amount, 0);
  EXPECT_EQ(attributed[0].fund, 5000);  // 400 of 800 in scope were paid by the fund
}

TEST_F(AttributeTest, TheGraverRuleWinsATie) {
  auto attributed = Run({Accuse(0, "L1", 10000), Accuse(1, "L1", 10000)});
  EXPECT_EQ(attributed[0].amount, 0);
  EXPECT_EQ(attributed[1].amount, 10000);
}

TEST_F(AttributeTest, AVisitGetsOnlyWhatItsLinesLeave) {
  auto attributed = Run({Accuse(0, "L1", 10000), Accuse(0, "L2", 5000), Accuse(2, "V1", 40000)});
  EXPECT_EQ(attributed[0].amount + attributed[1].amount, 15000);
  EXPECT_EQ(attributed[2].amount, 25000);
  attributed = Run({Accuse(0, "L1", 10000), Accuse(2, "V1", 6000)});
  EXPECT_EQ(attributed[1].amount, 0) << "the lines already cover the visit's claim";
}

TEST_F(AttributeTest, AnotherSubjectsClaimCompetesToo) {
  int64_t row_id = story_.bucket.table(Kind::kLine).row_id[story_.names.at("L1").row];
  OutsideClaims outside{{row_id, {12000, program::Severity::kViolation, 1, 7, 0}}};
  auto attributed = Run({Accuse(0, "L1", 10000)}, outside);
  EXPECT_EQ(attributed[0].amount, 0);
  ASSERT_EQ(wins_.size(), 1U);
  EXPECT_EQ(wins_[0].finding, 7U);
  EXPECT_EQ(wins_[0].amount, 12000);
  EXPECT_EQ(wins_[0].fund, 6000);
}

}  // namespace
}  // namespace yijian::audit
