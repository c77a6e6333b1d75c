#include "casework/states.h"

#include <gtest/gtest.h>

#include <set>

namespace yijian::casework {
namespace {

TEST(States, EveryNameIsReadBackAndNoOtherIs) {
  for (auto state : All<CaseState>()) EXPECT_EQ(Parse<CaseState>(Name(state)), state);
  for (auto state : All<OpinionState>()) EXPECT_EQ(Parse<OpinionState>(Name(state)), state);
  for (auto state : All<DecisionState>()) EXPECT_EQ(Parse<DecisionState>(Name(state)), state);
  for (auto kind : All<MeasureKind>()) EXPECT_EQ(Parse<MeasureKind>(Name(kind)), kind);
  EXPECT_FALSE(Parse<CaseState>("Filed"));
  EXPECT_FALSE(Parse<MeasureKind>(""));
}

TEST(States, AClosedCaseTakesNoStepButReversal) {
  for (auto step : All<CaseStep>()) {
    EXPECT_EQ(!Refuse(CaseState::kClosed, step), step == CaseStep::kReverse) << Name(step);
    EXPECT_TRUE(Refuse(CaseState::kEnded, step)) << Name(step);
    EXPECT_TRUE(Refuse(CaseState::kTransferred, step)) << Name(step);
  }
}

// The whole way, and at every place the steps that belong elsewhere.
TEST(States, TheWayOfACaseHasOneOrder) {
  struct Stage {
    CaseState state;
    CaseStep next;
    CaseStep too_early;
  };
  const Stage way[] = {
      {CaseState::kFiled, CaseStep::kIssueOpinion, CaseStep::kReview},
      {CaseState::kAnswering, CaseStep::kAnswer, CaseStep::kDraftDecision},
      {CaseState::kReviewing, CaseStep::kReview, CaseStep::kDraftDecision},
      {CaseState::kAppealed, CaseStep::kVotePanel, CaseStep::kDraftDecision},
      {CaseState::kDeciding, CaseStep::kSubmitDecision, CaseStep::kDeliver},
      {CaseState::kApproving, CaseStep::kVoteApproval, CaseStep::kClose},
      {CaseState::kDecided, CaseStep::kDeliver, CaseStep::kDraftDecision},
      {CaseState::kExecuting, CaseStep::kExecute, CaseStep::kSubmitDecision},
  };
  for (const auto& stage : way) {
    EXPECT_FALSE(Refuse(stage.state, stage.next)) << Name(stage.state);
    auto why = Refuse(stage.state, stage.too_early);
    ASSERT_TRUE(why) << Name(stage.state);
    EXPECT_EQ(why->code, "not_in_this_state");
    EXPECT_NE(why->zh.find(Zh(stage.state)), std::string::npos);
  }
}

TEST(States, ADecisionChangesOnlyAsDraftAndIsReversedOnlyInForce) {
  std::set<DecisionState> changes;
  std::set<DecisionState> reverses;
  for (auto state : All<DecisionState>()) {
    if (!Refuse(state, DecisionStep::kChange)) changes.insert(state);
    if (!Refuse(state, DecisionStep::kReverse)) reverses.insert(state);
  }
  EXPECT_EQ(changes, (std::set{DecisionState::kDraft, DecisionState::kReturned}));
  EXPECT_EQ(reverses, (std::set{DecisionState::kInForce, DecisionState::kDelivered, DecisionState::kExecuted}));
}

TEST(States, AnswersAreTakenOnceAndNotAfterTheTime) {
  for (auto state : All<OpinionState>()) {
    EXPECT_EQ(!Refuse(state, OpinionStep::kAnswer), state == OpinionState::kIssued) << Name(state);
  }
  EXPECT_FALSE(Refuse(OpinionState::kReviewed, OpinionStep::kAppeal));
  EXPECT_TRUE(Refuse(OpinionState::kOverdue, OpinionStep::kAppeal));
}

TEST(States, FinesAreOnlyReceivedNeverSetOff) {
  EXPECT_TRUE(MayExecute(MeasureKind::kFine, "received"));
  EXPECT_FALSE(MayExecute(MeasureKind::kFine, "deducted"));
  EXPECT_TRUE(MayExecute(MeasureKind::kRecover, "deducted"));
  EXPECT_FALSE(MayExecute(MeasureKind::kNoViolation, "received"));
  EXPECT_FALSE(MayExecute(MeasureKind::kSuspend, "held"));
  EXPECT_EQ(AfterPayment(100, 0), MeasureState::kInForce);
  EXPECT_EQ(AfterPayment(100, 99), MeasureState::kPartly);
  EXPECT_EQ(AfterPayment(100, 100), MeasureState::kDone);
}

}  // namespace
}  // namespace yijian::casework
