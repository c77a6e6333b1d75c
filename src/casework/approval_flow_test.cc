#include "casework/approval_flow.h"

#include <gtest/gtest.h>

namespace yijian::casework {
namespace {

using enum MeasureKind;

int LevelOf(Fen yuan, std::vector<MeasureKind> kinds) { return LevelFor(DefaultFlow(), yuan * 100, kinds).level; }

TEST(ApprovalFlow, LevelFollowsFromAmountAndMeasure) {
  EXPECT_EQ(LevelOf(999, {kRecover}), 1);
  EXPECT_EQ(LevelOf(1'000, {kRecover}), 2);
  EXPECT_EQ(LevelOf(9'999, {kRecover}), 2);
  EXPECT_EQ(LevelOf(10'000, {kRecover}), 3);
  EXPECT_EQ(LevelOf(100'000, {kRecover}), 4);
  EXPECT_EQ(LevelOf(0, {kInterview}), 1);
  EXPECT_EQ(LevelOf(1, {kRecover, kLiquidatedDamages}), 3);
  for (auto kind : {kFine, kSuspend, kEndAgreement, kTransfer}) EXPECT_EQ(LevelOf(1, {kind}), 4) << Name(kind);
  auto why = LevelFor(DefaultFlow(), 0, {kFine});
  EXPECT_EQ(why.why_zh, "含“罚款”措施");
  EXPECT_EQ(LevelFor(DefaultFlow(), 1'000'000, {}).why_en, "amount from 10000.00 yuan");
}

TEST(ApprovalFlow, FlowsThatCouldNotRunAreRefused) {
  EXPECT_TRUE(CheckFlow(DefaultFlow()).empty());
  auto broken = [](auto change) {
    Flow flow = DefaultFlow();
    change(flow);
    auto problems = CheckFlow(flow);
    return problems.empty() ? std::string() : problems[0].field;
  };
  EXPECT_EQ(broken([](Flow& f) {
              f.steps.clear();
              f.levels = {{1}};
            }),
            "/steps");
  EXPECT_EQ(broken([](Flow& f) { f.steps[1].level = 1; }), "/steps/1/level");
  EXPECT_EQ(broken([](Flow& f) { f.steps[0].role = "institution"; }), "/steps/0/role");
  EXPECT_EQ(broken([](Flow& f) { f.steps[0].votes = 0; }), "/steps/0/votes");
  EXPECT_EQ(broken([](Flow& f) { f.levels[3].level = 5; }), "/levels/3/level");
  EXPECT_EQ(broken([](Flow& f) { f.levels.erase(f.levels.begin()); }), "/levels");
}

TEST(ApprovalFlow, StepsPassByAnyAllOrN) {
  FlowStep step{.rule = VoteRule::kAny};
  EXPECT_EQ(VotesNeeded(step, 5), 1);
  step.rule = VoteRule::kAll;
  EXPECT_EQ(VotesNeeded(step, 5), 5);
  EXPECT_EQ(VotesNeeded(step, 0), 1);  // nobody there: it waits, it does not pass
  step.rule = VoteRule::kN;
  step.votes = 2;
  EXPECT_EQ(VotesNeeded(step, 5), 2);
  EXPECT_EQ(Tally(1, 2, {}), StepResult::kOpen);
  EXPECT_EQ(Tally(1, 2, {{1, 7}}), StepResult::kOpen);
  EXPECT_EQ(Tally(1, 2, {{1, 7}, {2, 8}}), StepResult::kOpen);  // the other step's vote
  EXPECT_EQ(Tally(1, 2, {{1, 7}, {1, 8}}), StepResult::kPassed);
  EXPECT_EQ(Tally(1, 2, {{1, 7}, {1, 8, Ballot::kReturn}}), StepResult::kReturned);
  EXPECT_EQ(Tally(1, 2, {{1, 7, Ballot::kRefuse}}), StepResult::kRefused);
}

// One row per person; what he hears when he votes on level 2 while level 2 is open and user 11 voted on level 1.
TEST(ApprovalFlow, WhoMayVote) {
  CasePeople people{.handler = 1, .assistants = {2}, .drafter = 3, .submitter = 4, .recused = {5}};
  FlowStep step = DefaultFlow().steps[1];
  std::vector<CastVote> votes = {{1, 11, Ballot::kAgree}, {2, 12, Ballot::kAgree}};
  struct Row {
    int64_t user;
    std::vector<std::string> roles;
    const char* code;
  };
  const Row rows[] = {
      {20, {"approver_2"}, ""},
      {20, {"approver_1", "approver_2"}, ""},
      {20, {"approver_1", "approver_3", "approver_4", "auditor"}, "not_your_level"},
      {20, {}, "not_your_level"},
      {1, {"approver_2"}, "same_person"},
      {2, {"approver_2"}, "same_person"},
      {3, {"approver_2"}, "same_person"},
      {4, {"approver_2"}, "same_person"},
      {5, {"approver_2"}, "recused"},
      {11, {"approver_1", "approver_2"}, "same_person"},
      {12, {"approver_2"}, "same_person"},
  };
  for (const auto& row : rows) {
    auto why = RefuseVote({row.user, row.roles}, people, step, 2, votes);
    EXPECT_EQ(why ? why->code : "", row.code) << row.user;
  }
  EXPECT_EQ(RefuseVote({20, {"approver_2"}}, people, step, 1, votes)->code, "wrong_step");
}

}  // namespace
}  // namespace yijian::casework
