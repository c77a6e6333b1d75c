// Before a penalty the party is told and heard (行政处罚法 44, 45, 62 to 64).
#include "casework/testing.h"

namespace yijian::casework {
namespace {

using enum MeasureKind;

class Notices : public CaseworkTest {
 protected:
  // An enforcement case up to the draft of a fine; 150: 1.5 times the confirmed money.
  int64_t Draft(Fen money, int64_t multiple = 150) {
    int64_t clue = AddClue({money});
    auto id = Do(kAuditor, [&](Job& job) {
      return OpenCase(job, {.clues = {clue}, .title = "虚构服务", .track = Track::kAdministrative});
    });
    CHECK(id.has_value());
    case_ = *id;
    auto draft = [&](Job& job) -> Result<int64_t> {
      TRY(SetTeam(job, case_, {kAuditor, {kHelper}, 1}));
      return IssueOpinion(job, case_, {.text = "请核对", .version = 2});
    };
    auto opinion = Do(kAuditor, draft);
    CHECK(opinion.has_value());
    Status answered = Do(kHospital, [&](Job& job) {
      return AnswerOpinion(job, *opinion, {.lines = {{.line = LineOf(clues_, 0), .accept = true}}, .version = 1}, true);
    });
    CHECK(answered.has_value());
    auto decision = Do(kAuditor, [&](Job& job) { return DraftDecision(job, case_, Input(multiple)); });
    EXPECT_TRUE(decision.has_value()) << Word(decision);
    return *decision;
  }
  DecisionInput Input(int64_t multiple) {
    return {.facts = "事实",
            .reasons = "理由",
            .articles = {"条例 38(3)"},
            .measures = {{.kind = kRecover}, {.kind = kFine, .article = "条例 38(3)", .multiple = multiple}},
            .version = Version("case_file", case_)};
  }
  std::string Submit(int64_t decision) {
    int64_t version = Version("decision", decision);
    return Word(Do(kAuditor, [&](Job& job) { return SubmitDecision(job, decision, version); }));
  }
  nlohmann::json Shown(int64_t user, int64_t document) {
    auto shown = See(user, [&](Job& job) { return DocumentView(job, document); });
    return shown.has_value() ? *shown : nlohmann::json(shown.error().message);
  }
  std::string Clock(const char* kind) {
    return One("SELECT state FROM case_clock WHERE kind = ? ORDER BY id DESC LIMIT 1", {std::string(kind)})
        .Text("state");
  }
  int64_t case_ = 0;
};
YIJIAN_ON_BOTH_DATABASES(Notices);

TEST_P(Notices, NoFineWithoutOneAndNotBeforeItsTimeIsOver) {
  int64_t decision = Draft(1'000'000);
  EXPECT_EQ(Submit(decision), "notice_missing");
  auto made =
      Do(kAuditor, [&](Job& job) { return MakeDocument(job, {.kind = "penalty_notice", .decision = decision}); });
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(Submit(decision), "notice_missing");  // made, but nobody has it
  EXPECT_EQ(Shown(kHospital, *made), "no such document");
  EXPECT_EQ((*See(kHospital, [&](Job& job) { return CaseView(job, case_); }))["documents"].size(), 0u);
  EXPECT_EQ(Shown(kAuditor, *made)["actions"], nlohmann::json{"deliver"});
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return AnswerNotice(job, *made, {"waived", ""}); })), "no such notice");

  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return DeliverNotice(job, *made, {.way = "post"}); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return DeliverNotice(job, *made, {.way = "post"}); })), "delivered");
  EXPECT_EQ(Clock("statement"), "running");
  EXPECT_EQ(One("SELECT institution FROM case_clock WHERE kind = 'statement'").Text("institution"), "H1");
  EXPECT_EQ(bureau_.sent.back().first, kHospital);
  EXPECT_EQ(Submit(decision), "notice_running");
  EXPECT_EQ(Shown(kHospital, *made)["actions"], (nlohmann::json{"statement", "waived"}));
  EXPECT_EQ(Shown(kOtherHospital, *made), "no such document");

  // Five working days from Monday the 2nd: to the end of the 9th. A statement does not shorten them.
  EXPECT_EQ(Word(Reply(kHospital, *made, "statement")), "fields");
  EXPECT_EQ(Word(Reply(kHospital, *made, "hearing_requested")), "not_in_this_state");
  EXPECT_EQ(Word(Reply(kOtherHospital, *made, "waived")), "no such case");
  EXPECT_EQ(Word(Reply(kHospital, *made, "statement", "金额有误")), "");
  SetNow("2026-03-09 23:59");
  EXPECT_EQ(casework_->Tick()->failed, 0);
  EXPECT_EQ(Submit(decision), "notice_running");
  SetNow("2026-03-10 00:00");
  EXPECT_EQ(Word(Reply(kHospital, *made, "waived")), "not_in_this_state");
  EXPECT_EQ(casework_->Tick()->failed, 0);
  EXPECT_EQ(Clock("statement"), "met");  // it was used
  EXPECT_EQ(Shown(kAuditor, *made)["answers"][0]["text"], "金额有误");
  EXPECT_EQ(Submit(decision), "");
}

TEST_P(Notices, ARightThatIsNotUsedLapsesQuietly) {
  int64_t decision = Draft(1'000'000);
  Notify(decision);
  SetNow("2026-03-10 00:00");
  bureau_.sent.clear();
  EXPECT_EQ(casework_->Tick()->failed, 0);
  EXPECT_EQ(Clock("statement"), "missed");
  EXPECT_TRUE(bureau_.sent.empty());
  EXPECT_EQ(Submit(decision), "");
}

TEST_P(Notices, AHeavyFineHasAHearing) {
  int64_t decision = Draft(10'000'000);  // 150,000 yuan of fine
  ASSERT_EQ(Word(Reply(kHospital, Notify(decision), "waived")), "");
  EXPECT_EQ(Clock("statement"), "met");
  EXPECT_EQ(Submit(decision), "notice_missing");
  int64_t hearing = Notify(decision, "hearing_notice");
  EXPECT_EQ(Clock("hearing_request"), "running");
  ASSERT_EQ(Word(Reply(kHospital, hearing, "hearing_requested", "要求听证")), "");
  EXPECT_EQ(Clock("hearing_request"), "met");
  EXPECT_EQ(Submit(decision), "hearing_open");
  EXPECT_EQ(Word(Reply(kHospital, hearing, "hearing_held", "已开")), "not_in_this_state");  // the bureau holds it
  ASSERT_EQ(Word(Reply(kAuditor, hearing, "hearing_held", "双方到场")), "");
  EXPECT_EQ(Submit(decision), "");
}

TEST_P(Notices, AChangedDraftIsToldAgain) {
  int64_t decision = Draft(1'000'000);
  Notify(decision);
  clock_.Add(3600);
  DecisionInput heavier = Input(200);
  heavier.version = Version("decision", decision);
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ChangeDecision(job, decision, heavier); })), "");
  EXPECT_EQ(Clock("statement"), "cancelled");
  EXPECT_EQ(Submit(decision), "notice_missing");
  ASSERT_EQ(Word(Reply(kHelper, Notify(decision), "waived")), "");  // on paper, recorded by the team
  EXPECT_EQ(Submit(decision), "");
}

TEST_P(Notices, WhatIsNoPenaltyNeedsNone) {
  int64_t decision = Draft(100'000);
  EXPECT_EQ(
      Word(Do(kAuditor, [&](Job& job) { return MakeDocument(job, {.kind = "hearing_notice", .decision = decision}); })),
      "no_hearing");
  DecisionInput mild = Input(150);
  mild.measures.pop_back();
  mild.version = Version("decision", decision);
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ChangeDecision(job, decision, mild); })), "");
  EXPECT_EQ(
      Word(Do(kAuditor, [&](Job& job) { return MakeDocument(job, {.kind = "penalty_notice", .decision = decision}); })),
      "no_penalty");
  EXPECT_EQ(Submit(decision), "");
}

}  // namespace
}  // namespace yijian::casework
