// Who may take which step, and when: what is out of turn leaves nothing.
#include <gtest/gtest.h>

#include "casework/story.h"

namespace yijian::casework {
namespace {

using enum MeasureKind;

class CaseOrder : public CaseStory {};
YIJIAN_ON_BOTH_DATABASES(CaseOrder);

TEST_P(CaseOrder, FourPeopleApproveAndNobodyHisOwnWork) {
  int64_t id = Open({AddClue({1'000'000})}, Track::kAdministrative);
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return IssueOpinion(job, id, {.text = "意见", .version = 1}); })),
            "two_officers");
  EXPECT_EQ(Word(Team(id, {})), "two_officers");
  ASSERT_EQ(Word(Team(id)), "");
  // The auditor is also an approver of level 1, and level 1's man holds level 2 as well.
  bureau_.people[kAuditor].roles.push_back("approver_1");
  bureau_.people[kLevel1].roles.push_back("approver_2");
  bureau_.people[40] = {40, "回避的人", "330100", "", {"approver_2"}, true};
  int64_t opinion = Issue(id);
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}})), "");
  EXPECT_EQ(Word(Draft(id, {{.kind = kRecover}, {.kind = kFine, .article = "条例 38(3)", .multiple = 250}})), "fields");
  auto decision = Draft(id, {{.kind = kRecover}, {.kind = kFine, .article = "条例 38(3)", .multiple = 150}});
  ASSERT_TRUE(decision.has_value()) << Word(decision);
  ASSERT_EQ(Word(Reply(kHospital, Notify(*decision), "waived")), "");
  ASSERT_EQ(Word(Submit(*decision)), "");
  int64_t version = Version("case_file", id);
  ASSERT_EQ(Word(Do(kLevel1, [&](Job& job) { return Recuse(job, id, {40, "亲属", version}); })), "");

  EXPECT_EQ(Word(Vote(kLevel2, *decision, 2)), "wrong_step");
  EXPECT_EQ(Word(Vote(kLevel2, *decision, 1)), "not_your_level");
  EXPECT_EQ(Word(Vote(kAuditor, *decision, 1)), "same_person");
  EXPECT_EQ(Word(Vote(kHospital, *decision, 1)), "no such approval");
  EXPECT_EQ(Word(Vote(kHelper, *decision, 1)), "forbidden");
  EXPECT_EQ(Word(Vote(kLevel1, *decision, 1)), "");
  EXPECT_EQ(Word(Vote(kLevel1, *decision, 2)), "same_person");
  EXPECT_EQ(Word(Vote(40, *decision, 2)), "recused");
  EXPECT_EQ(Word(Vote(kLevel2, *decision, 2, Ballot::kReturn)), "fields");  // without a reason
  EXPECT_EQ(Word(Vote(kLevel2, *decision, 2, Ballot::kReturn, "金额请复核")), "");
  EXPECT_EQ(State("decision", *decision), "returned");
  EXPECT_EQ(CaseState(id), "deciding");
  EXPECT_EQ(Booked("decided"), 0);

  // All levels again.
  ASSERT_EQ(Word(Submit(*decision)), "");
  for (int step = 1; step <= 4; step++) EXPECT_EQ(Word(Vote(kLevel1 + step - 1, *decision, step)), "");
  EXPECT_EQ(State("decision", *decision), "in_force");
  EXPECT_EQ(Booked("decided"), 1'000'000);
  EXPECT_EQ(Booked("fine_due"), 1'500'000);
  EXPECT_EQ(Word(Vote(kLevel4, *decision, 4)), "not_in_this_state");
}

TEST_P(CaseOrder, ARunningApprovalKeepsItsFlow) {
  int64_t id = Open({AddClue({1'000})});
  Flow all = DefaultFlow();
  all.levels = {{4, std::nullopt, {}}};
  ASSERT_EQ(Word(Do(kOperator, [&](Job& job) { return AddFlowVersion(job, all, "一律四级"); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return AddFlowVersion(job, all, "越权"); })), "forbidden");
  UpToForce(id);  // 10 yuan: one level by the flow it began with
  EXPECT_EQ(CaseState(id), "decided");
  int64_t later = Open({AddClue({1'000})});
  int64_t opinion = Issue(later);
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(2, 0), .accept = true}})), "");
  auto decision = Draft(later, {{.kind = kRecover}});
  EXPECT_EQ(One("SELECT level FROM decision WHERE id = ?", {*decision}).Int("level"), 4);
}

TEST_P(CaseOrder, EveryStepOutOfTurnIsRefusedAndLeavesNothing) {
  int64_t clue = AddClue({50'000});
  int64_t other = AddClue({50'000}, "H2");
  EXPECT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return OpenCase(job, {.clues = {clue, other}, .title = "两家"});
                    })),
            "fields");
  EXPECT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return OpenCase(job, {.clues = {clue, clue}, .title = "重复"});
                    })),
            "fields");
  EXPECT_EQ(Word(Do(kElsewhere, [&](Job& job) { return OpenCase(job, {.clues = {clue}, .title = "外地"}); })),
            "fields");
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return OpenCase(job, {.clues = {clue}, .title = "自立"}); })),
            "forbidden");
  int64_t id = Open({clue});
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return OpenCase(job, {.clues = {clue}, .title = "再立"}); })),
            "clue_not_open");
  EXPECT_EQ(Word(Do(kElsewhere, [&](Job& job) { return SetTeam(job, id, {kElsewhere, {}, 1}); })), "no such case");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return SetTeam(job, id, {kHospital, {}, 1}); })), "fields");
  EXPECT_EQ(Word(Do(kHelper, [&](Job& job) { return IssueOpinion(job, id, {.text = "x", .version = 1}); })),
            "not_on_the_team");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return IssueOpinion(job, id, {.text = "x", .version = 7}); })),
            "version_conflict");
  EXPECT_EQ(Word(Draft(id, {{.kind = kRecover}})), "fields");  // nothing is confirmed
  EXPECT_EQ(Word(Close(id, "executed")), "not_executed");
  EXPECT_EQ(Word(Close(id, "no_penalty")), "no_such_decision");
  EXPECT_EQ(Word(Close(id, "transferred")), "not_transferred");
  EXPECT_EQ(Word(Close(id, "other")), "fields");
  int64_t opinion = Issue(id);
  EXPECT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}}, kOtherHospital)), "no such opinion");
  EXPECT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}}, kAuditor)), "forbidden");
  EXPECT_EQ(Word(Answer(opinion, {})), "fields");
  EXPECT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0)}})), "fields");  // contested without a reason
  EXPECT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .amount = 50'000, .reason = "全部认可?"}})),
            "fields");  // that is accepting
  EXPECT_EQ(Word(Answer(opinion, {{.line = 77, .accept = true}, {.line = LineOf(1, 0), .accept = true}})), "fields");
  EXPECT_EQ(State("opinion", opinion), "issued");
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM opinion_line WHERE answer IS NOT NULL").Int("n"), 0);
  EXPECT_EQ(Booked("identified"), 100'000);
}

// A step that fails half-way leaves neither rows nor trail: the database refuses the last write of a step.
TEST_P(CaseOrder, AnErrorInTheMiddleLeavesNothing) {
  int64_t id = Open({AddClue({50'000})});
  int64_t events = One("SELECT COUNT(*) AS n FROM case_event").Int("n");
  int64_t entries = One("SELECT COUNT(*) AS n FROM ledger_entry").Int("n");
  auto outcome = Do(kAuditor, [&](Job& job) -> Status {
    int64_t opinion = TRY(IssueOpinion(job, id, {.text = "意见", .version = 1}));
    TRY(ExpireOpinion(job, opinion));
    return IoError("the disk is gone");
  });
  EXPECT_EQ(outcome.error().code, ErrorCode::kIo);
  EXPECT_EQ(CaseState(id), "filed");
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM opinion").Int("n"), 0);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM case_event").Int("n"), events);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM ledger_entry").Int("n"), entries);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM case_clock").Int("n"), 1);
}

}  // namespace
}  // namespace yijian::casework
