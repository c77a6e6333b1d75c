// The life of cases as their people live it, on both databases.
#include "casework/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "casework/documents.h"
#include "clue/tally.h"
#include "document/press.h"

namespace yijian::casework {
namespace {

using enum MeasureKind;

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
