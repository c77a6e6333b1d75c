// The life of cases as their people live it, on both databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "casework/documents.h"
#include "casework/testing.h"
#include "clue/tally.h"
#include "document/press.h"

namespace yijian::casework {
namespace {

using enum MeasureKind;

class CaseStory : public CaseworkTest {
 protected:
  int64_t Open(std::vector<int64_t> clues, Track track = Track::kAgency) {
    auto id = Do(kAuditor, [&](Job& job) {
      return OpenCase(job, {.clues = clues, .title = "仁和医院重复收费", .track = track});
    });
    EXPECT_TRUE(id.has_value()) << Word(id);
    return *id;
  }
  Status Team(int64_t id, std::vector<int64_t> assistants = {kHelper}) {
    return Do(kAuditor, [&](Job& job) { return SetTeam(job, id, {kAuditor, assistants, Version("case_file", id)}); });
  }
  int64_t Issue(int64_t id) {
    int64_t version = Version("case_file", id);
    auto opinion =
        Do(kAuditor, [&](Job& job) { return IssueOpinion(job, id, {.text = "请核对", .version = version}); });
    EXPECT_TRUE(opinion.has_value()) << Word(opinion);
    return *opinion;
  }
  Status Answer(int64_t opinion, std::vector<AnswerLine> lines, int64_t user = kHospital) {
    int64_t version = Version("opinion", opinion);
    return Do(user, [&](Job& job) { return AnswerOpinion(job, opinion, {.lines = lines, .version = version}, true); });
  }
  Result<int64_t> Draft(int64_t id, std::vector<PlannedMeasure> measures) {
    int64_t version = Version("case_file", id);
    return Do(kAuditor, [&](Job& job) {
      return DraftDecision(
          job, id,
          {.facts = "事实", .reasons = "理由", .articles = {"条例 38(3)"}, .measures = measures, .version = version});
    });
  }
  Status Submit(int64_t decision) {
    int64_t version = Version("decision", decision);
    return Do(kAuditor, [&](Job& job) { return SubmitDecision(job, decision, version); });
  }
  int64_t Approval(int64_t decision) {
    return One("SELECT MAX(id) AS id FROM approval WHERE decision_id = ?", {decision}).Int("id");
  }
  Status Vote(int64_t user, int64_t decision, int step, Ballot ballot = Ballot::kAgree, std::string comment = "") {
    int64_t approval = Approval(decision);
    return Do(user, [&](Job& job) { return VoteApproval(job, approval, {step, ballot, comment}); });
  }
  Status Deliver(int64_t decision) {
    int64_t version = Version("decision", decision);
    return Do(kAuditor,
              [&](Job& job) { return DeliverDecision(job, decision, {.way = "electronic", .version = version}); });
  }
  int64_t MeasureOf(int64_t decision, const char* kind) {
    return One("SELECT id FROM measure WHERE decision_id = ? AND kind = ?", {decision, std::string(kind)}).Int("id");
  }
  Status Execute(int64_t decision, const char* kind, ExecuteInput input) {
    input.version = Version("decision", decision);
    int64_t measure = MeasureOf(decision, kind);
    return Do(kAuditor, [&](Job& job) { return ExecuteMeasure(job, measure, input); });
  }
  Status Close(int64_t id, const char* reason) {
    int64_t version = Version("case_file", id);
    return Do(kAuditor, [&](Job& job) {
      return CloseCase(job, id,
                       {.reason = reason, .exposure = true, .exposure_reason = "典型案例", .version = version});
    });
  }
  // Everything up to a decision in force: accepted lines, a refund, two or more levels.
  int64_t UpToForce(int64_t id) {
    int64_t opinion = Issue(id);
    std::vector<AnswerLine> all;
    auto rows = database_->Read(
        [&](store::Session& s) { return s.Query("SELECT line_id FROM opinion_line WHERE opinion_id = ?", {opinion}); });
    for (const auto& row : *rows) all.push_back({.line = row.Int("line_id"), .accept = true});
    EXPECT_EQ(Word(Answer(opinion, all)), "");
    auto decision = Draft(id, {{.kind = kRecover}});
    EXPECT_TRUE(decision.has_value()) << Word(decision);
    EXPECT_EQ(Word(Submit(*decision)), "");
    int64_t level = One("SELECT level FROM decision WHERE id = ?", {*decision}).Int("level");
    for (int step = 1; step <= level; step++) EXPECT_EQ(Word(Vote(kLevel1 + step - 1, *decision, step)), "");
    return *decision;
  }
  std::string CaseState(int64_t id) { return State("case_file", id); }
};
YIJIAN_ON_BOTH_DATABASES(CaseStory);

// Auditor, helper, representative, institution, three experts, three levels, down to the recovered yuan.
TEST_P(CaseStory, FromClueToRecoveredMoney) {
  int64_t clue = AddClue({400'000, 300'000, 500'000});  // 12,000 yuan
  int64_t id = Open({clue});
  EXPECT_EQ(CaseState(id), "filed");
  EXPECT_EQ(One("SELECT status FROM clue WHERE id = ?", {clue}).Text("status"), "in_case");
  EXPECT_FALSE(
      One("SELECT transfer_alert FROM case_file WHERE id = ?", {id}).IsNull("transfer_alert"));  // 3,000 yuan and more
  ASSERT_EQ(Word(Team(id, {kHelper, kRepresentative})), "");

  // The representative goes to the ward.
  auto task = Do(kAuditor, [&](Job& job) {
    return AddTask(job, id, {"on_site", kRepresentative, *ParseDate("2026-03-06"), "查床", {}});
  });
  ASSERT_TRUE(task.has_value()) << Word(task);
  TaskReport report{.version = 1, .conclusion = "false_care", .summary = "不在床"};
  for (const auto& item : rules_.check_lists) {
    if (item.task != "on_site") continue;
    CheckAnswer answer{.code = item.code,
                       .answer = item.kind == "choice"   ? item.choices[0]
                                 : item.kind == "number" ? "1"
                                                         : "yes"};
    if (item.kind == "photo") answer.evidence = {"e1"};
    report.items.push_back(answer);
  }
  EXPECT_EQ(Word(Do(kHelper, [&](Job& job) { return KeepTask(job, *task, report, true); })), "not_your_task");
  ASSERT_EQ(Word(Do(kRepresentative, [&](Job& job) { return KeepTask(job, *task, report, true); })), "");
  EXPECT_EQ(CaseState(id), "opinion");

  // The institution accepts one line, one in part, and contests the third.
  int64_t opinion = Issue(id);
  EXPECT_EQ(CaseState(id), "answering");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'agency_decision'").Text("state"), "paused");
  SetNow("2026-03-10 10:00");
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true},
                                  {.line = LineOf(1, 1), .amount = 100'000, .reason = "一次为急诊"},
                                  {.line = LineOf(1, 2), .reason = "医嘱齐全"}})),
            "");
  EXPECT_EQ(CaseState(id), "reviewing");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'agency_decision'").Text("state"), "running");

  // Second look: one lowered, one upheld; the institution appeals against that.
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return ReviewAnswer(
                          job, opinion,
                          {{{LineOf(1, 1), "lower", 200'000, "认可一半"}, {LineOf(1, 2), "uphold", {}, "医嘱系补录"}},
                           version});
                    })),
            "");
  EXPECT_EQ(State("opinion", opinion), "reviewed");
  version = Version("opinion", opinion);
  auto appeal = Do(kHospital, [&](Job& job) {
    return FileAppeal(job, opinion, {{LineOf(1, 2)}, "请专家评议", {}, version});
  });
  ASSERT_TRUE(appeal.has_value()) << Word(appeal);
  EXPECT_EQ(CaseState(id), "appealed");
  ASSERT_EQ(
      Word(Do(kAuditor, [&](Job& job) { return DrawExperts(job, *appeal, {.count = 3, .seed = "public-seed"}); })), "");
  const char* votes[] = {"uphold", "drop", "lower"};
  for (int i = 0; i < 3; i++) {
    auto vote = Do(kExpert1 + i, [&](Job& job) {
      return VoteAppeal(job, *appeal,
                        {{{LineOf(1, 2), votes[i], i == 2 ? std::optional<Fen>(250'000) : std::nullopt, ""}}, 2});
    });
    ASSERT_EQ(Word(vote), "") << i;
  }
  EXPECT_EQ(State("opinion", opinion), "settled");
  EXPECT_EQ(CaseState(id), "deciding");
  // 4,000 accepted + 2,000 lowered + 2,500 by the panel = 8,500 yuan; 3,500 fall away.
  EXPECT_EQ(Booked("confirmed"), 850'000);
  EXPECT_EQ(Booked("refuted"), 350'000);
  EXPECT_EQ(Booked("identified"), 0);
  EXPECT_EQ(One("SELECT confirmed_fen FROM case_file WHERE id = ?", {id}).Int("confirmed_fen"), 850'000);

  // Decision: refund and damages, three levels.
  auto decision = Draft(id, {{.kind = kRecover}, {.kind = kLiquidatedDamages, .multiple = 30}});
  ASSERT_TRUE(decision.has_value()) << Word(decision);
  EXPECT_EQ(One("SELECT level FROM decision WHERE id = ?", {*decision}).Int("level"), 3);
  ASSERT_EQ(Word(Submit(*decision)), "");
  EXPECT_EQ(Word(Vote(kLevel1, *decision, 1)), "");
  EXPECT_EQ(Word(Vote(kLevel2, *decision, 2)), "");
  EXPECT_EQ(CaseState(id), "approving");
  EXPECT_EQ(Word(Vote(kLevel3, *decision, 3)), "");
  EXPECT_EQ(CaseState(id), "decided");
  EXPECT_EQ(Booked("decided"), 850'000);
  EXPECT_EQ(Booked("damages_due"), 255'000);

  ASSERT_EQ(Word(Deliver(*decision)), "");
  EXPECT_EQ(Word(Execute(*decision, "recover", {.way = "received", .amount = 500'000, .receipt = "V-1"})), "");
  EXPECT_EQ(Booked("recovered"), 500'000);
  EXPECT_EQ(Word(Close(id, "executed")), "not_executed");
  EXPECT_EQ(Word(Execute(*decision, "recover", {.way = "deducted", .amount = 340'000, .receipt = "V-2"})), "");
  EXPECT_EQ(Word(Execute(*decision, "recover", {.way = "written_off", .amount = 10'000, .note = "零星差额"})), "");
  EXPECT_EQ(Word(Execute(*decision, "liquidated_damages", {.way = "received", .amount = 255'000, .receipt = "V-3"})),
            "");
  EXPECT_EQ(State("decision", *decision), "executed");
  ASSERT_EQ(Word(Close(id, "executed")), "");
  EXPECT_EQ(CaseState(id), "closed");

  EXPECT_EQ(Booked("recovered"), 840'000);
  EXPECT_EQ(Booked("written_off"), 10'000);
  EXPECT_EQ(Booked("damages_paid"), 255'000);
  EXPECT_EQ(Booked("refuted") + Booked("recovered") + Booked("written_off"), 1'200'000);  // to the fen
  EXPECT_EQ(One("SELECT recovered_fen FROM case_file WHERE id = ?", {id}).Int("recovered_fen"), 840'000);
  EXPECT_EQ(One("SELECT CAST(SUM(det_fen) AS BIGINT) AS s FROM finding_line").Int("s"), 840'000);
  EXPECT_EQ(One("SELECT outcome FROM clue WHERE id = ?", {clue}).Text("outcome"), "sanctioned");
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM case_clock WHERE state IN ('running', 'paused')").Int("n"), 0);
  auto verdict = trail::Verify(*database_, {});
  ASSERT_TRUE(verdict.has_value());
  EXPECT_TRUE(verdict->whole) << verdict->why;
}

TEST_P(CaseStory, AReversalTurnsTheLedgerBackAndTheCaseLivesAgain) {
  int64_t id = Open({AddClue({70'000})});
  int64_t decision = UpToForce(id);
  ASSERT_EQ(Word(Deliver(decision)), "");
  ASSERT_EQ(Word(Execute(decision, "recover", {.way = "received", .amount = 70'000, .receipt = "V-1"})), "");
  ASSERT_EQ(Word(Close(id, "executed")), "");
  int64_t version = Version("decision", decision);
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReverseDecision(job, decision, {"复议撤销", version}); })), "");
  EXPECT_EQ(Booked("recovered"), 0);
  EXPECT_EQ(Booked("decided"), 0);
  EXPECT_EQ(Booked("confirmed"), 70'000);
  EXPECT_EQ(CaseState(id), "deciding");
  EXPECT_EQ(One("SELECT recovered_fen FROM case_file WHERE id = ?", {id}).Int("recovered_fen"), 0);
  EXPECT_EQ(
      One("SELECT COUNT(*) AS n FROM case_clock WHERE kind = 'withdraw_publication' AND state = 'running'").Int("n"),
      1);
  version = Version("decision", decision);
  EXPECT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return ReverseDecision(job, decision, {"再撤", version});
                    })),
            "not_in_this_state");
  // A new decision takes the same money once more.
  auto second = Draft(id, {{.kind = kRecover}});
  ASSERT_TRUE(second.has_value()) << Word(second);
  EXPECT_EQ(One("SELECT amount_fen FROM decision WHERE id = ?", {*second}).Int("amount_fen"), 70'000);
}

TEST_P(CaseStory, DocumentsSayWhatCaseAndLedgerSay) {
  int64_t id = Open({AddClue({70'000, 1'234})});
  int64_t decision = UpToForce(id);
  ASSERT_EQ(Word(Deliver(decision)), "");
  ASSERT_EQ(Word(Execute(decision, "recover", {.way = "received", .amount = 70'000, .receipt = "V-1"})), "");
  int64_t opinion = One("SELECT id FROM opinion").Int("id");
  auto make = [&](int64_t user, DocumentInput input) {
    input.bureau = "某市医疗保障局";
    return Do(user, [&](Job& job) { return MakeDocument(job, input); });
  };
  auto html = [&](int64_t document, int64_t user) {
    auto data = See(user, [&](Job& job) { return DataOfDocument(job, document); });
    EXPECT_TRUE(data.has_value()) << Word(data);
    auto press = document::Press::Open(std::string(YIJIAN_SOURCE_DIR) + "/documents");
    auto page = press->Print(data->kind, data->data, document::Format::kHtml);
    EXPECT_TRUE(page.has_value()) << page.error().message;
    return *page;
  };
  auto letter = make(kAuditor, {.kind = "review_opinion", .opinion = opinion});
  ASSERT_TRUE(letter.has_value()) << Word(letter);
  EXPECT_THAT(html(*letter, kHospital),
              testing::AllOf(testing::HasSubstr("712.34"), testing::HasSubstr("柒佰壹拾贰元叁角肆分"),
                             testing::HasSubstr("仁和医院"), testing::HasSubstr("某市医疗保障局")));
  auto ruling = make(kAuditor, {.kind = "decision", .decision = decision});
  ASSERT_TRUE(ruling.has_value()) << Word(ruling);
  EXPECT_THAT(html(*ruling, kAuditor), testing::HasSubstr("712.34"));
  // The table counts the case, the refund that came in, and its measure; another month has none of them.
  auto month = make(kAuditor, {.kind = "monthly_table", .month = "2026-03"});
  ASSERT_TRUE(month.has_value()) << Word(month);
  auto tables = [&](int64_t document) {
    auto data = See(kAuditor, [&](Job& job) { return DataOfDocument(job, document); });
    return nlohmann::json::parse(data->data)["tables"];
  };
  EXPECT_EQ(tables(*month)[0]["rows"].back()[3], 1);       // opened
  EXPECT_EQ(tables(*month)[0]["rows"].back()[6], 71'234);  // confirmed
  EXPECT_EQ(tables(*month)[1]["rows"][0][0], 70'000);      // recovered
  auto other = make(kAuditor, {.kind = "monthly_table", .month = "2025-12"});
  EXPECT_EQ(tables(*other)[1]["rows"][0][0], 0);
  EXPECT_TRUE(make(kAuditor, {.kind = "quarterly_bulletin", .quarter = "2026-Q1"}).has_value());
  // Kept as made: what happens later does not change it.
  std::string before = html(*month, kAuditor);
  ASSERT_EQ(Word(Execute(decision, "recover", {.way = "received", .amount = 1'234, .receipt = "V-2"})), "");
  EXPECT_EQ(html(*month, kAuditor), before);
  // Whose they are not: an institution sees letters to it, no tables and nothing of others.
  for (int64_t hidden : {*month, *ruling}) {
    int64_t reader = hidden == *month ? kHospital : kOtherHospital;
    EXPECT_EQ(See(reader, [&](Job& job) { return DocumentView(job, hidden); }).error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(See(kHospital, [&](Job& job) { return DocumentList(job, {}, {}); })->at("total"), 2);
  EXPECT_EQ(See(kElsewhere, [&](Job& job) { return DocumentList(job, {}, {}); })->at("total"), 0);
  // What a kind needs is told.
  EXPECT_EQ(Word(make(kAuditor, {.kind = "decision"})), "fields");
  EXPECT_EQ(Word(make(kAuditor, {.kind = "monthly_table", .month = "2026-13"})), "fields");
  EXPECT_EQ(Word(make(kAuditor, {.kind = "notice", .institution = "H1"})), "fields");
  EXPECT_EQ(make(kAuditor, {.kind = "monthly_table", .month = "2026-03", .area = "330200"}).error().code,
            ErrorCode::kNotFound);
  EXPECT_TRUE(make(kAuditor, {.kind = "notice", .institution = "H9", .text = "x"}).error().code ==
              ErrorCode::kNotFound);
}

TEST_P(CaseStory, WhatIsNotAnsweredInTimeCountsAsAccepted) {
  int64_t id = Open({AddClue({50'000, 20'000})});
  SetNow("2026-02-12 09:00");
  int64_t opinion = Issue(id);
  // Ten working days from 12 February 2026: 13, make-up 14, then after the holidays 24 to 27, make-up 28, 2, 3, 4
  // March.
  EXPECT_EQ(FormatMoment(One("SELECT answer_due_at FROM opinion WHERE id = ?", {opinion}).Int("answer_due_at")),
            "2026-03-04T23:59:59+08:00");
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kHospital,
                    [&](Job& job) {
                      return AnswerOpinion(job, opinion,
                                           {.lines = {{.line = LineOf(1, 0), .reason = "草稿"}}, .version = version},
                                           false);
                    })),
            "");
  SetNow("2026-03-04 23:59");
  EXPECT_EQ(casework_->Tick()->clocks, 0);
  SetNow("2026-03-05 00:00");
  EXPECT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}, {.line = LineOf(1, 1), .accept = true}})),
            "too_late");
  auto tick = casework_->Tick();
  ASSERT_TRUE(tick.has_value());
  EXPECT_EQ(tick->failed, 0) << tick->first_error;
  EXPECT_EQ(State("opinion", opinion), "overdue");
  EXPECT_EQ(CaseState(id), "deciding");
  EXPECT_EQ(Booked("confirmed"), 70'000);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM opinion_line WHERE by_default = 1").Int("n"), 2);
  EXPECT_EQ(casework_->Tick()->clocks, 0);  // once
}

TEST_P(CaseStory, NoDecisionWhileAnAppealIsStillPossible) {
  int64_t id = Open({AddClue({50'000})});
  int64_t opinion = Issue(id);
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .reason = "有异议"}})), "");
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return ReviewAnswer(job, opinion, {{{LineOf(1, 0), "uphold", {}, ""}}, version});
                    })),
            "");
  EXPECT_EQ(Word(Draft(id, {{.kind = kRecover}})), "not_in_this_state");
  SetNow("2026-03-10 00:00");  // five working days are over
  ASSERT_EQ(casework_->Tick()->failed, 0);
  EXPECT_EQ(State("opinion", opinion), "settled");
  EXPECT_EQ(Booked("confirmed"), 50'000);
  version = Version("opinion", opinion);
  EXPECT_EQ(Word(Do(kHospital,
                    [&](Job& job) {
                      return FileAppeal(job, opinion, {{LineOf(1, 0)}, "太晚", {}, version});
                    })),
            "not_in_this_state");
  EXPECT_EQ(Word(Draft(id, {{.kind = kRecover}})), "");
}

TEST_P(CaseStory, FourPeopleApproveAndNobodyHisOwnWork) {
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

TEST_P(CaseStory, ARunningApprovalKeepsItsFlow) {
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

TEST_P(CaseStory, EveryStepOutOfTurnIsRefusedAndLeavesNothing) {
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
TEST_P(CaseStory, AnErrorInTheMiddleLeavesNothing) {
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

TEST_P(CaseStory, AnAuditBecomesEnforcementWithItsEvidence) {
  int64_t id = Open({AddClue({400'000})});
  int64_t version = Version("case_file", id);
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ConvertTrack(job, id, {"涉嫌骗保", version}); })), "two_officers");
  ASSERT_EQ(Word(Team(id)), "");
  int64_t opinion = Issue(id);
  version = Version("case_file", id);
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ConvertTrack(job, id, {"涉嫌骗保", version}); })), "");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'decision'").Text("state"), "paused");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'agency_decision'").Text("state"), "cancelled");
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}})), "");
  auto decision = Draft(id, {{.kind = kRecover},
                             {.kind = kFine, .article = "条例 40(3)", .multiple = 200},
                             {.kind = kTransfer, .article = "条例 40(3)", .target = "市公安局"}});
  ASSERT_TRUE(decision.has_value()) << Word(decision);
  ASSERT_EQ(Word(Reply(kHospital, Notify(*decision), "waived")), "");
  ASSERT_EQ(Word(Submit(*decision)), "");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'transfer_decide'").Text("state"), "running");
  for (int step = 1; step <= 4; step++) ASSERT_EQ(Word(Vote(kLevel1 + step - 1, *decision, step)), "");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'transfer_send'").Text("state"), "running");
  ASSERT_EQ(Word(Deliver(*decision)), "");
  EXPECT_EQ(Word(Execute(*decision, "transfer", {.way = "receipted"})), "fields");
  EXPECT_EQ(Word(Execute(*decision, "transfer", {.way = "receipted", .receipt = "公移-1"})), "");
  EXPECT_EQ(Word(Execute(*decision, "fine", {.way = "deducted", .amount = 1, .receipt = "x"})), "fields");

  // Not paid in fifteen days: reminder; ten days later it is told again.
  SetNow("2026-03-18 00:00");
  ASSERT_EQ(casework_->Tick()->failed, 0);
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'payment'").Text("state"), "missed");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'reminder'").Text("state"), "running");
  EXPECT_EQ(Word(Execute(*decision, "fine", {.way = "received", .amount = 800'000, .receipt = "国库-1"})), "");
  EXPECT_EQ(One("SELECT state FROM case_clock WHERE kind = 'reminder'").Text("state"), "met");
  EXPECT_EQ(Booked("fine_paid"), 800'000);
}

TEST_P(CaseStory, ExpertsAreDrawnByTheSeedWithoutThoseInConflict) {
  int64_t id = Open({AddClue({50'000})});
  int64_t opinion = Issue(id);
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .reason = "异议"}})), "");
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return ReviewAnswer(job, opinion, {{{LineOf(1, 0), "uphold", {}, ""}}, version});
                    })),
            "");
  version = Version("opinion", opinion);
  auto appeal = Do(kHospital, [&](Job& job) {
    return FileAppeal(job, opinion, {{LineOf(1, 0)}, "请专家", {}, version});
  });
  ASSERT_TRUE(appeal.has_value());
  bureau_.people[kExpert2].institution = "H1";  // works there
  bureau_.people[kHelper].roles.push_back("expert");
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return AddTask(job, id, {"on_file", kHelper, *ParseDate("2026-03-20"), "", {}});
                    })),
            "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return DrawExperts(job, *appeal, {.count = 4}); })), "fields");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return DrawExperts(job, *appeal, {.named = {kExpert2}}); })), "fields");
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return DrawExperts(job, *appeal, {.count = 2, .seed = "abcd"}); })), "");
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM appeal_expert WHERE user_id = ?", {kExpert2}).Int("n"), 0);
  EXPECT_EQ(Word(Do(kExpert2,
                    [&](Job& job) {
                      return VoteAppeal(job, *appeal, {{{LineOf(1, 0), "drop", {}, ""}}, 2});
                    })),
            "no such appeal");
  EXPECT_EQ(DrawOrder("s", {1, 2, 3, 4}), DrawOrder("s", {4, 3, 2, 1}));
  EXPECT_EQ(PanelAmount({100, 0}), 0);  // a tie is for the institution
  EXPECT_EQ(PanelAmount({100, 100, 0}), 100);
  EXPECT_EQ(PanelAmount({100, 40, 0}), 40);
}

// The hospital admits two findings of a rule and 100 yuan nobody had found.
TEST_P(CaseStory, ASelfInspectionRefundsEachYuanOnce) {
  AddClue({30'000}, "H1", "330102", "undecided");
  AddClue({50'000}, "H1", "330102", "undecided");
  AddClue({900'000}, "H1", "330102", "undecided");
  ASSERT_TRUE(
      database_
          ->Write([&](store::Session& s) -> Status {
            TRY(s.Execute("INSERT INTO institution (code, name, kind, area) VALUES ('H1', '仁和医院', '1', '330102')"));
            return {};
          })
          .has_value());
  AskInput ask{.title = "年度自查", .institutions = {"H1"}, .due = *ParseDate("2026-03-20")};
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return StartSelfChecks(job, ask); })), "forbidden");
  EXPECT_EQ(Word(Do(kElsewhere, [&](Job& job) { return StartSelfChecks(job, ask); })), "fields");
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return StartSelfChecks(job, ask); })), "");
  EXPECT_EQ(One("SELECT found_fen FROM self_check").Int("found_fen"), 980'000);
  auto view = See(kHospital, [&](Job& job) { return SelfCheckView(job, 1); });
  ASSERT_TRUE(view.has_value());
  std::vector<SelfCheckAnswer> answers;
  for (const auto& item : (*view)["items"]) {
    bool charging = item["code"] == "1-6";
    EXPECT_EQ(item["found"], charging ? 3 : 0);
    answers.push_back({item["code"].get<std::string>(),
                       charging,
                       charging ? std::optional<Fen>(95'000) : std::nullopt,
                       charging ? std::optional<Fen>(90'000) : std::nullopt,
                       {}});
  }
  EXPECT_EQ(Word(Do(kOtherHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 1); })), "no such self-inspection");
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 1); })),
            "fields");  // nothing is answered yet
  auto wrong = answers;
  wrong[0].refund_fen = 5;
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return SaveSelfCheck(job, 1, 1, wrong); })), "fields");
  ASSERT_EQ(Word(Do(kHospital, [&](Job& job) { return SaveSelfCheck(job, 1, 1, answers); })), "");
  ASSERT_EQ(Word(Do(kHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 2); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 3, false, ""); })), "fields");
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 3, true, ""); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 4, true, ""); })), "not_in_this_state");
  // 300 and 500 yuan settle two suspects whole; 100 more are a suspect of its own; 9,000 stay to be decided.
  EXPECT_EQ(Booked("recovered"), 90'000);
  EXPECT_EQ(Booked("identified"), 900'000);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM clue WHERE source = 'inspection' AND status = 'closed'").Int("n"), 1);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM finding WHERE verdict = 'confirmed'").Int("n"), 3);
}

// The register says 1 and 2; where it says nothing, the code does.
TEST_P(CaseStory, APharmacyInspectsWhatPharmaciesDo) {
  const std::vector<std::pair<std::string, std::string>> kPlaces = {
      {"H1", "1"}, {"P2", "2"}, {"X3", "2"}, {"P4", ""}, {"H5", ""}};
  AskInput ask{.title = "年度自查", .due = *ParseDate("2026-03-20")};
  for (const auto& [code, kind] : kPlaces) {
    ASSERT_TRUE(database_
                    ->Write([&](store::Session& s) -> Status {
                      TRY(s.Execute("INSERT INTO institution (code, name, kind, area) VALUES (?, ?, ?, '330102')",
                                    {code, "机构" + code, kind}));
                      return {};
                    })
                    .has_value());
    ask.institutions.push_back(code);
  }
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return StartSelfChecks(job, ask); })), "");
  auto items = [&](const std::string& code, const char* item) {
    return One("SELECT COUNT(*) AS n FROM self_check_item i JOIN self_check s ON s.id = i.self_check_id WHERE "
               "s.institution = ? AND i.code = ?",
               {code, std::string(item)})
        .Int("n");
  };
  std::string of_pharmacies, of_hospitals;
  for (const auto& item : rules_.negative_list) {
    if (item.kind == "pharmacy") of_pharmacies = item.code;
  }
  of_hospitals = "1-6";
  for (const char* code : {"P2", "X3", "P4"}) {
    EXPECT_EQ(items(code, of_pharmacies.c_str()), 1) << code;
    EXPECT_EQ(items(code, of_hospitals.c_str()), 0) << code;
  }
  for (const char* code : {"H1", "H5"}) {
    EXPECT_EQ(items(code, of_pharmacies.c_str()), 0) << code;
    EXPECT_EQ(items(code, of_hospitals.c_str()), 1) << code;
  }
}

// What a clue counts of money stays what clue's own count from the ledger says, and nothing of it is left undecided.
TEST_P(CaseStory, CluesCountWhatTheCaseMakesOfTheirMoney) {
  int64_t settled = AddClue({60'000, 40'000});
  int64_t open = AddClue({7'000}, "H1", "330102", "undecided");
  auto counts = [&](int64_t clue) {
    return One(
        "SELECT confirmed_fen, refuted_fen, undecided, recoverable_fen, rank, status, locked_by FROM clue WHERE "
        "id = ?",
        {clue});
  };
  auto recount = [&] {
    for (int64_t clue : {settled, open}) {
      ASSERT_TRUE(database_
                      ->Write([&](store::Session& session) {
                        return clue::Recount(session, clue, clue::RankWeights{}, clock_.Now());
                      })
                      .has_value());
    }
  };
  recount();
  EXPECT_EQ(counts(open).Int("recoverable_fen"), 7'000);
  int64_t id = Open({settled, open});
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ClueEntersCase(job, open, id); })), "clue_not_open");
  int64_t opinion = Issue(id);
  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(settled, 0), .accept = true},
                                  {.line = LineOf(settled, 1), .amount = 10'000, .reason = "有医嘱"}})),
            "");
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return ReviewAnswer(job, opinion, {{{LineOf(settled, 1), "drop", {}, "理由成立"}}, version});
                    })),
            "");
  EXPECT_EQ(counts(settled).Int("confirmed_fen"), 70'000);
  EXPECT_EQ(counts(settled).Int("refuted_fen"), 30'000);
  version = Version("case_file", id);
  ASSERT_EQ(Word(Do(kAuditor,
                    [&](Job& job) {
                      return CloseCase(job, id, {.reason = "ended", .exposure_reason = "无需曝光", .version = version});
                    })),
            "");
  for (int64_t clue : {settled, open}) {
    EXPECT_EQ(counts(clue).Text("status"), "closed");
    EXPECT_EQ(counts(clue).Int("undecided"), 0) << clue;
    EXPECT_EQ(counts(clue).Int("recoverable_fen"), 0) << clue;
    EXPECT_EQ(One("SELECT COUNT(*) AS n FROM clue WHERE id = ? AND rank > 0", {clue}).Int("n"), 0) << clue;
  }
  EXPECT_EQ(One("SELECT verdict FROM finding WHERE clue_id = ?", {open}).Text("verdict"), "inconclusive");
  recount();
  EXPECT_EQ(counts(settled).Int("confirmed_fen"), 70'000);
  EXPECT_EQ(counts(settled).Int("refuted_fen"), 30'000);
  EXPECT_EQ(Booked("refuted"), 30'000);
}

// What each person is shown: his own, masked, with what he may do.
TEST_P(CaseStory, ScreensShowWhatOneMaySeeAndDo) {
  int64_t id = Open({AddClue({50'000})});
  auto view = [&](int64_t user) { return See(user, [&](Job& job) { return CaseView(job, id); }); };
  auto mine = view(kAuditor);
  ASSERT_TRUE(mine.has_value()) << mine.error().message;
  EXPECT_EQ((*mine)["actions"], (nlohmann::json{"set_team", "recuse", "add_task", "issue_opinion", "draft_decision",
                                                "convert", "close", "evidence", "document"}));
  EXPECT_EQ((*mine)["handler_name"], "审核员王敏");
  EXPECT_EQ(view(kElsewhere).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(view(kOtherHospital).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(view(kExpert1).error().code, ErrorCode::kNotFound);
  int64_t opinion = Issue(id);
  int64_t version = Version("opinion", opinion);
  ASSERT_EQ(Word(Do(kHospital,
                    [&](Job& job) {
                      return AnswerOpinion(
                          job, opinion, {.lines = {{.line = LineOf(1, 0), .reason = "草稿理由"}}, .version = version},
                          false);
                    })),
            "");
  auto shown = [&](int64_t user) { return *See(user, [&](Job& job) { return OpinionView(job, opinion); }); };
  EXPECT_EQ(shown(kHospital)["lines"][0]["answer_reason"], "草稿理由");
  EXPECT_EQ(shown(kHospital)["actions"], nlohmann::json{"answer"});
  EXPECT_TRUE(shown(kAuditor)["lines"][0]["answer_reason"].is_null());  // a draft is the institution's own
  EXPECT_EQ((*See(kHospital, [&](Job& job) { return OpinionList(job, "", {}); }))["total"], 1);
  EXPECT_EQ((*See(kOtherHospital, [&](Job& job) { return OpinionList(job, "", {}); }))["total"], 0);
  EXPECT_EQ((*See(kHospital, [&](Job& job) { return HomeView(job); }))["counts"]["my_opinions"], 1);
  EXPECT_EQ((*See(kHospital, [&](Job& job) { return DeadlineList(job, true, {}); }))["rows"][0]["kind"], "answer");
  EXPECT_EQ((*See(kElsewhere, [&](Job& job) { return CaseList(job, {}, {}); }))["total"], 0);
  EXPECT_EQ((*See(kAuditor,
                  [&](Job& job) {
                    return CaseList(job,
                                    {.sort = "due",
                                     .mine = true,
                                     .states = {"answering"},
                                     .track = "agency",
                                     .institution = "H1",
                                     .area = "330102",
                                     .overdue = false,
                                     .text = "仁和"},
                                    {});
                  }))["total"],
            1);
  EXPECT_EQ((*See(kAuditor, [&](Job& job) { return CaseList(job, {.text = "%' OR '1'='1"}, {}); }))["total"], 0);

  ASSERT_EQ(Word(Answer(opinion, {{.line = LineOf(1, 0), .accept = true}})), "");
  auto decision = Draft(id, {{.kind = kRecover}});
  ASSERT_EQ(Word(Submit(*decision)), "");
  EXPECT_EQ((*See(kLevel1, [&](Job& job) { return ApprovalList(job, "waiting", {}); }))["total"], 1);
  EXPECT_EQ((*See(kLevel2, [&](Job& job) { return ApprovalList(job, "waiting", {}); }))["total"], 0);
  EXPECT_EQ((*See(kLevel1, [&](Job& job) { return ApprovalView(job, Approval(*decision)); }))["waiting_for_me"], true);
  EXPECT_EQ(See(kHospital, [&](Job& job) { return DecisionView(job, *decision); }).error().code,
            ErrorCode::kNotFound);  // not before delivery
  EXPECT_EQ((*See(kAuditor, [&](Job& job) { return SanctionChoices(job, id); }))[0]["article"], "条例 13");
  EXPECT_GE((*See(kAuditor, [&](Job& job) { return CaseHistory(job, id); })).size(), 5U);
  EXPECT_EQ((*See(kAuditor, [&](Job& job) { return FlowList(job); }))[0]["running"], 1);
}

}  // namespace
}  // namespace yijian::casework
