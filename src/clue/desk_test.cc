// Auditors at work, told as they would tell it.
#include "clue/desk.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/hash.h"
#include "clue/testing.h"

namespace yijian::clue {
namespace {

class DeskTest : public ClueTest {
 protected:
  DeskTest()
      : desk_(*database_, clock_, matters_, [this](store::Session&) { return Result<DeskSettings>(settings_); }) {
    FakeRun run;
    run.Add(1, "P-025a", "H1", "P1", 10'000);
    run.Add(2, "P-025a", "H1", "P2", 20'000);
    run.Add(3, "D-101", "H1", "P1", 5'000);
    run.Add(4, "P-025a", "H2", "P3", 70'000);
    run.Add(5, "M-015", "H1", "P1", 1'000, "suspect");
    auto imported = Import(run);
    CHECK(imported.has_value());
    charging_ = Id("institution = 'H1' AND matter = 'charging'");
    stay_ = Id("institution = 'H1' AND matter = 'stay'");
    other_ = Id("institution = 'H2'");
  }
  int64_t Id(const std::string& where) {
    auto row = database_->Read(
        [&](store::Session& session) { return session.QueryOne("SELECT id FROM clue WHERE " + where); });
    CHECK(row.has_value() && row->has_value());
    return (**row).Int("id");
  }
  Clue Get(int64_t id) {
    auto clue = desk_.Get(wang_, id);
    CHECK(clue.has_value());
    return *clue;
  }
  Result<Clue> Say(int64_t id, const std::string& verdict, int64_t version) {
    VerdictItem item;
    item.all = true;
    item.verdict = verdict;
    return desk_.GiveVerdicts(wang_, id, {.version = version, .conduct = "", .items = {item}});
  }
  static std::string WordOf(const Error& error) { return error.detail ? error.detail->word : ""; }

  DeskSettings settings_;
  Desk desk_;
  Viewer wang_{
      .user = 1, .name = "王敏", .area = "330000", .works = true, .adds = true, .assigns = true, .samples = true};
  Viewer li_{.user = 2, .name = "李强", .area = "330000", .works = true};
  Viewer county_{.user = 3, .name = "县审", .area = "330203", .works = true};
  Viewer reader_{.user = 4, .name = "看", .area = "330000"};
  int64_t charging_ = 0;
  int64_t stay_ = 0;
  int64_t other_ = 0;
};

TEST_P(DeskTest, TheQueueIsRankedFilteredAndCounted) {
  auto page = desk_.List(wang_, {}, "-rank", {.limit = 2});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->total, 3);
  EXPECT_EQ(page->found, 106'000);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].id, other_);
  EXPECT_EQ(page->facets["severity"]["violation"], 2);
  auto filter = ParseFilter("status=new&rule=D-101&min_fen=1&text=%E5%9F%8E%E4%B8%9C");
  ASSERT_TRUE(filter);
  page = desk_.List(wang_, *filter, "found", {});
  ASSERT_EQ(page->total, 1);
  EXPECT_EQ(page->rows[0].id, charging_);
  EXPECT_EQ(page->rows[0].rules.size(), 2U);
  EXPECT_FALSE(desk_.List(wang_, {}, "rank; DROP TABLE clue", {}));
  EXPECT_FALSE(ParseFilter("status=new' OR 1=1"));
  EXPECT_FALSE(ParseFilter("nonsense=1"));
  filter = ParseFilter("text=%25");
  EXPECT_EQ(desk_.List(wang_, *filter, "", {})->total, 0) << "a percent sign is no joker";
}

TEST_P(DeskTest, AnotherAreaDoesNotExist) {
  EXPECT_EQ(desk_.List(county_, {}, "", {})->total, 1);
  auto clue = desk_.Get(county_, charging_);
  ASSERT_FALSE(clue);
  EXPECT_EQ(clue.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk_.Suspects(county_, charging_, {}, "", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk_.History(county_, charging_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk_.Lock(county_, charging_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk_.GiveVerdicts(county_, charging_, {.version = 1, .items = {{.all = true, .verdict = "refuted"}}})
                .error()
                .code,
            ErrorCode::kNotFound);
}

TEST_P(DeskTest, WhoMayOnlyLookIsRefused) {
  EXPECT_TRUE(desk_.Get(reader_, charging_));
  for (const Error& error : {desk_.Lock(reader_, charging_).error(), desk_.TakeNext(reader_, "", "", 0).error(),
                             desk_.Close(reader_, charging_, 1, "no_violation", "x").error(),
                             desk_.Assign(li_, {.how = "to"}).error(), desk_.Draw(li_, {}).error()}) {
    ASSERT_TRUE(error.detail);
    EXPECT_TRUE(error.detail->forbidden);
  }
}

TEST_P(DeskTest, WhatTheOfficeSetsCountsAtOnce) {
  Clue clue = Get(charging_);
  settings_.lock_minutes = 3;
  auto locked = desk_.Lock(wang_, charging_);
  ASSERT_TRUE(locked) << locked.error().message;
  EXPECT_EQ(locked->locked_until, clock_.Now() + 3 * 60'000);

  double before = Get(other_).rank;
  settings_.weights.violation.evidence = 0.5;
  ASSERT_TRUE(database_->Write([&](store::Session& session) { return desk_.RankAnew(session); }));
  ASSERT_TRUE(desk_.RefreshRanks());
  EXPECT_DOUBLE_EQ(Get(other_).rank, before / 2);
  EXPECT_FALSE(*desk_.RefreshRanks());
}

TEST_P(DeskTest, VerdictsMoveMoneyAndPrecision) {
  Clue clue = Get(charging_);
  auto suspects = desk_.Suspects(wang_, charging_, {}, "-found", {});
  ASSERT_EQ(suspects->total, 3);
  int64_t dearest = suspects->rows[0].id;
  int64_t line = suspects->rows[1].lines[0].id;
  VerdictItem part{.suspect = dearest, .verdict = "confirmed", .chk = 15'000};
  VerdictItem refuted{.line = line, .verdict = "refuted", .note = "有医嘱"};
  auto after =
      desk_.GiveVerdicts(wang_, charging_, {.version = clue.version, .conduct = "conduct", .items = {part, refuted}});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->confirmed, 15'000);
  EXPECT_EQ(after->refuted, 15'000);  // 5,000 left over of the first, 10,000 of the second
  EXPECT_EQ(after->undecided, 1);
  EXPECT_EQ(after->recoverable, 5'000);
  EXPECT_EQ(after->status, "working");
  EXPECT_EQ(after->conduct, "conduct");
  EXPECT_EQ(after->locked_by, 1);
  EXPECT_GT(after->version, clue.version);
  EXPECT_EQ(Funnel().confirmed, 15'000);
  EXPECT_EQ(Funnel().refuted, 15'000);
  // P-025a has one confirmed and one refuted of twelve with its prior: 9 / 12.
  EXPECT_EQ(Count("rule_info WHERE rule = 'P-025a' AND confirmed = 1 AND refuted = 1 AND stale = 1"), 1);
  double before = Get(other_).precision;
  EXPECT_DOUBLE_EQ(before, 0.8);
  ASSERT_TRUE(desk_.RefreshRanks());
  EXPECT_DOUBLE_EQ(Get(other_).precision, 0.75);
  EXPECT_DOUBLE_EQ(Get(other_).rank, 700 * 0.75);
  // And back: everything is as it was.
  VerdictItem undo{.suspect = dearest, .verdict = "undecided"};
  VerdictItem undo_line{.line = line, .verdict = "undecided"};
  after = desk_.GiveVerdicts(wang_, charging_, {.version = after->version, .items = {undo, undo_line}});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->confirmed, 0);
  EXPECT_EQ(after->refuted, 0);
  EXPECT_EQ(after->undecided, 3);
  EXPECT_EQ(Count("rule_info WHERE rule = 'P-025a' AND confirmed = 0 AND refuted = 0"), 1);
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, BulkVerdictsPerRule) {
  VerdictItem item{.all = true, .rule = "P-025a", .verdict = "confirmed"};
  auto after = desk_.GiveVerdicts(wang_, charging_, {.version = Get(charging_).version, .items = {item}});
  ASSERT_TRUE(after);
  EXPECT_EQ(after->confirmed, 30'000);
  EXPECT_EQ(after->undecided, 1);
  auto close = desk_.Close(wang_, charging_, after->version, "no_violation", "算了");
  ASSERT_FALSE(close);
  EXPECT_EQ(WordOf(close.error()), "has_confirmed");
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, BadVerdictsNameTheField) {
  int64_t version = Get(charging_).version;
  auto say = [&](VerdictItem item) {
    auto result = desk_.GiveVerdicts(wang_, charging_, {.version = version, .items = {item}});
    CHECK(!result.has_value() && result.error().detail != nullptr && !result.error().detail->fields.empty());
    return result.error().detail->fields[0].field;
  };
  int64_t suspect = desk_.Suspects(wang_, charging_, {}, "", {})->rows[0].id;
  int64_t foreign = desk_.Suspects(wang_, other_, {}, "", {})->rows[0].id;
  EXPECT_EQ(say({.suspect = suspect, .verdict = "guilty"}), "/verdicts/0/verdict");
  EXPECT_EQ(say({.suspect = suspect, .verdict = "confirmed", .chk = 20'001}), "/verdicts/0/chk_vola_amt_fen");
  EXPECT_EQ(say({.suspect = suspect, .verdict = "refuted", .chk = 1}), "/verdicts/0/chk_vola_amt_fen");
  EXPECT_EQ(say({.suspect = foreign, .verdict = "refuted"}), "/verdicts/0/suspect");
  EXPECT_EQ(say({.line = 999'999, .verdict = "refuted"}), "/verdicts/0/line");
  EXPECT_EQ(say({.verdict = "refuted"}), "/verdicts/0/suspect");
  EXPECT_EQ(Get(charging_).version, version);
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, TwoDecideAtOnceOneWinsTheOtherIsTold) {
  for (int round = 0; round < 4; round++) {
    int64_t version = Get(charging_).version;
    std::string words[2];
    bool won[2] = {false, false};
    auto decide = [&](int who) {
      VerdictItem item{.suspect = 1, .verdict = who == 0 ? "confirmed" : "refuted"};
      Viewer viewer = wang_;  // one lock between them: only the version stands in the way
      viewer.name = who == 0 ? "甲" : "乙";
      auto result = desk_.GiveVerdicts(viewer, charging_, {.version = version, .items = {item}});
      won[who] = result.has_value();
      if (!result) words[who] = WordOf(result.error());
    };
    std::thread first(decide, 0);
    std::thread second(decide, 1);
    first.join();
    second.join();
    EXPECT_NE(won[0], won[1]);
    EXPECT_EQ(words[won[0] ? 1 : 0], "version_conflict");
    EXPECT_EQ(Count("verdict"), round + 1);
  }
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, TwoWhoTakeNextGetTwoClues) {
  int64_t got[2] = {0, 0};
  auto take = [&](int who) {
    auto clue = desk_.TakeNext(who == 0 ? wang_ : li_, "", "", 0);
    if (clue) got[who] = clue->id;
  };
  std::thread first(take, 0);
  std::thread second(take, 1);
  first.join();
  second.join();
  EXPECT_NE(got[0], 0);
  EXPECT_NE(got[1], 0);
  EXPECT_NE(got[0], got[1]);
}

TEST_P(DeskTest, ALockHoldsForItsTime) {
  ASSERT_TRUE(desk_.Lock(wang_, charging_));
  auto refused = desk_.Lock(li_, charging_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(WordOf(refused.error()), "locked_by_other");
  VerdictItem item{.all = true, .verdict = "refuted"};
  EXPECT_EQ(WordOf(desk_.GiveVerdicts(li_, charging_, {.version = Get(charging_).version, .items = {item}}).error()),
            "locked_by_other");
  clock_.Add(21 * 60);
  EXPECT_TRUE(desk_.Lock(li_, charging_));
  ASSERT_TRUE(desk_.Unlock(li_, charging_));
  EXPECT_TRUE(desk_.Lock(wang_, charging_));
  // Nothing is left for another when all are locked or his own.
  ASSERT_TRUE(desk_.TakeNext(wang_, "", "", charging_));
}

TEST_P(DeskTest, SnoozeSleepsAndWakes) {
  Clue clue = Get(charging_);
  EXPECT_FALSE(desk_.Snooze(wang_, charging_, clue.version, clock_.Today(), "等材料"));
  auto asleep = desk_.Snooze(wang_, charging_, clue.version, clock_.Today() + 7, "等材料");
  ASSERT_TRUE(asleep) << asleep.error().message;
  EXPECT_EQ(asleep->status, "snoozed");
  EXPECT_EQ(WordOf(Say(charging_, "refuted", asleep->version).error()), "wrong_status");
  auto awake = desk_.Wake(wang_, charging_);
  ASSERT_TRUE(awake);
  EXPECT_EQ(awake->status, "working");
  EXPECT_EQ(WordOf(desk_.Wake(wang_, charging_).error()), "wrong_status");
}

TEST_P(DeskTest, ClosingRefutesWhatWasLeftAndTheNextRunOpensAnother) {
  auto closed = desk_.Close(wang_, charging_, Get(charging_).version, "no_violation", "医嘱齐全");
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(closed->status, "closed");
  EXPECT_EQ(closed->refuted, 35'000);
  EXPECT_TRUE(closed->actions.empty());
  FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 10'000);
  run.Add(2, "P-025a", "H1", "P2", 20'000);
  run.Add(3, "D-101", "H1", "P1", 5'000);
  run.Add(9, "P-025a", "H1", "P9", 300);
  run.run.institution = "H1";
  run.run.rules = {"P-025a", "D-101"};
  auto report = Import(run);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->clues_opened, 1);
  EXPECT_EQ(Count("clue WHERE matter = 'charging' AND institution = 'H1' AND status = 'new' AND earlier = " +
                  std::to_string(charging_)),
            1);
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, MergedCluesComeApartAgain) {
  auto merged = desk_.Merge(wang_, charging_, {stay_}, "同一批病历");
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(merged->findings, 4);
  EXPECT_EQ(merged->found, 36'000);
  EXPECT_EQ(merged->merged, std::vector<int64_t>{stay_});
  EXPECT_EQ(Get(stay_).status, "merged");
  EXPECT_EQ(Get(stay_).findings, 0);
  EXPECT_EQ(Problems(), "");
  // A later run's finding of the merged matter goes where the clue went.
  FakeRun run;
  run.Add(20, "M-015", "H1", "P8", 40, "suspect");
  run.run.rules = {"M-016a"};
  ASSERT_TRUE(Import(run));
  EXPECT_EQ(Get(charging_).findings, 5);
  auto apart = desk_.Unmerge(wang_, stay_, "弄错了");
  ASSERT_TRUE(apart) << apart.error().message;
  EXPECT_EQ(apart->findings, 2);
  EXPECT_EQ(apart->found, 1'040);
  EXPECT_EQ(Get(charging_).findings, 3);
  EXPECT_EQ(WordOf(desk_.Unmerge(wang_, stay_, "again").error()), "wrong_status");
  EXPECT_FALSE(desk_.Merge(wang_, charging_, {charging_}, "itself"));
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, SplittingRemembersTheOrigin) {
  auto suspects = desk_.Suspects(wang_, charging_, {}, "-found", {});
  int64_t version = Get(charging_).version;
  EXPECT_FALSE(desk_.Split(wang_, charging_, version, {999}, "", "x"));
  auto made = desk_.Split(wang_, charging_, version, {suspects->rows[0].id}, "单独的一条", "不同人员");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->found, 20'000);
  EXPECT_EQ(made->title, "单独的一条");
  EXPECT_EQ(Get(charging_).found, 15'000);
  auto related = desk_.Related(wang_, made->id);
  ASSERT_TRUE(related);
  ASSERT_FALSE(related->empty());
  EXPECT_EQ(related->front().id, charging_);
  EXPECT_EQ(related->front().why, "split");
  EXPECT_EQ(Problems(), "");
}

TEST_P(DeskTest, CluesFromElsewhereComeInByTheSameDoor) {
  NewClue input{.source = "report",
                .source_note = "举报 2025-12",
                .title = "<b>空刷</b>'; --",
                .text = "来电",
                .matter = "charging",
                .subject_kind = "institution",
                .institution = "H1",
                .amount = 12'345};
  auto clue = desk_.Add(wang_, input);
  ASSERT_TRUE(clue) << clue.error().message;
  EXPECT_EQ(clue->found, 12'345);
  EXPECT_EQ(clue->area, "330102");
  EXPECT_EQ(clue->title, input.title);
  EXPECT_EQ(Problems(), "");
  input.institution = "nobody";
  EXPECT_FALSE(desk_.Add(wang_, input));
  input.institution = "H1";
  input.source = "rule";
  EXPECT_FALSE(desk_.Add(wang_, input));
  auto before = desk_.Before(wang_, "H1", "institution", "H1", "charging");
  ASSERT_TRUE(before);
  EXPECT_EQ(before->size(), 3U);
  EXPECT_TRUE(desk_.Before(county_, "H1", "institution", "H1", "charging")->empty());
}

TEST_P(DeskTest, AssignmentByNameWorkloadFieldAndLot) {
  Colleague li{2, "李强", {"stay"}};
  Colleague zhao{5, "赵", {"charging"}};
  auto fields = desk_.Assign(wang_, {.how = "field", .to = {li, zhao}});
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_EQ(fields->assigned, 3);
  EXPECT_EQ(Get(stay_).assignee, 2);
  EXPECT_EQ(Get(charging_).assignee, 5);
  EXPECT_EQ(Get(charging_).status, "assigned");
  auto lot = desk_.Assign(
      wang_, {.how = "random", .clues = {charging_, stay_, other_}, .to = {li, zhao}, .seed = "2025-双色球"});
  ASSERT_TRUE(lot);
  EXPECT_EQ(lot->assigned, 3);
  std::vector<std::optional<int64_t>> first{Get(charging_).assignee, Get(stay_).assignee, Get(other_).assignee};
  ASSERT_TRUE(desk_.Assign(
      wang_, {.how = "random", .clues = {charging_, stay_, other_}, .to = {li, zhao}, .seed = "2025-双色球"}));
  EXPECT_EQ(first,
            (std::vector<std::optional<int64_t>>{Get(charging_).assignee, Get(stay_).assignee, Get(other_).assignee}));
  EXPECT_FALSE(desk_.Assign(wang_, {.how = "random", .to = {li}}));
}

TEST_P(DeskTest, ADrawCanBeRepeatedByAnybody) {
  auto sample =
      desk_.Draw(wang_, {.filter = "", .size = 1, .seed = "公开种子", .strata = "none", .reason = "季度抽查"});
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(sample->population, 3);
  EXPECT_EQ(sample->drawn, 1);
  std::string least;
  for (int64_t id : {charging_, stay_, other_}) {
    std::string lot = Sha256Hex("公开种子" + Get(id).no);
    if (least.empty() || lot < least) least = lot;
  }
  for (int64_t id : {charging_, stay_, other_})
    EXPECT_EQ(Get(id).sampled_out, Sha256Hex("公开种子" + Get(id).no) != least);
  EXPECT_EQ(desk_.List(wang_, {.view = "pool"}, "", {})->total, 1);
  EXPECT_EQ(desk_.List(wang_, {}, "", {})->total, 3) << "what was not drawn stays visible";
  EXPECT_EQ(desk_.Samples(wang_, {})->total, 1);
}

TEST_P(DeskTest, FiltersAreOnesOwnUnlessShared) {
  auto mine = desk_.SaveFilter(wang_, "高风险", "severity=violation&min_fen=100", false);
  ASSERT_TRUE(mine);
  ASSERT_TRUE(desk_.SaveFilter(wang_, "<script>", "status=new", true));
  EXPECT_FALSE(desk_.SaveFilter(wang_, "bad", "status=no", true));
  EXPECT_EQ(desk_.Filters(wang_)->size(), 2U);
  EXPECT_EQ(desk_.Filters(li_)->size(), 1U);
  EXPECT_FALSE(desk_.DeleteFilter(li_, mine->id));
  EXPECT_TRUE(desk_.DeleteFilter(wang_, mine->id));
}

TEST_P(DeskTest, EverythingIsInTheTrailAndTheHistory) {
  ASSERT_TRUE(Say(charging_, "confirmed", Get(charging_).version));
  auto history = desk_.History(wang_, charging_);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].action, "opened");
  EXPECT_EQ((*history)[1].action, "verdict");
  EXPECT_EQ((*history)[1].by_name, "王敏");
  auto entries =
      database_->Read([](store::Session& session) { return trail::Find(session, {.action = "clue.verdict"}); });
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), 1U);
}

YIJIAN_ON_BOTH_DATABASES(DeskTest);

}  // namespace
}  // namespace yijian::clue
