// Taking, locking, putting off, ending.
#include <algorithm>

#include "clue/desk.h"
#include "clue/import_book.h"
#include "clue/tally.h"

namespace yijian::clue {
namespace {

using store::Row;
using store::Session;
using store::Values;

constexpr EpochMs kMinuteMs = 60'000;
constexpr size_t kRerankRows = 2'000;

bool Workable(const std::string& status) { return status == "new" || status == "assigned" || status == "working"; }

Error WrongStatus(const Clue& clue) {
  return Refused(ErrorCode::kConflict, "wrong_status", "clue " + clue.no + " is " + clue.status,
                 "线索 " + clue.no + " 当前状态不允许此操作");
}

Error VersionConflict(const Clue& clue) {
  return Refused(ErrorCode::kConflict, "version_conflict", "somebody has changed clue " + clue.no + " since",
                 "线索 " + clue.no + " 已被他人更新，请查看最新内容后再操作");
}

}  // namespace

Result<Clue> Desk::LoadLocked(Session& session, const Viewer& viewer, int64_t id) {
  std::string where;
  Values values{id};
  WhereVisible(viewer, "c.", where, values);
  auto row = TRY(session.QueryOne("SELECT c.* FROM clue c WHERE c.id = ?" + where + session.ForUpdate(), values));
  if (!row) return NoSuchClue();
  return ClueOf(*row, matters_, clock_.Now());
}

Result<Clue> Desk::LoadToWork(Session& session, const Viewer& viewer, int64_t id, int64_t version) {
  Clue clue = TRY(LoadLocked(session, viewer, id));
  if (version >= 0 && clue.version != version) return VersionConflict(clue);
  if (!Workable(clue.status)) return WrongStatus(clue);
  if (clue.locked_by && *clue.locked_by != viewer.user) {
    return Refused(ErrorCode::kConflict, "locked_by_other",
                   "clue " + clue.no + " is locked by " + clue.locked_by_name.value_or("?"),
                   "线索 " + clue.no + " 正由" + clue.locked_by_name.value_or("他人") + "办理");
  }
  return clue;
}

Status Desk::TakeLock(Session& session, const Viewer& viewer, const Clue& clue) {
  DeskSettings settings = TRY(settings_(session));
  EpochMs until = clock_.Now() + settings.lock_minutes * kMinuteMs;
  TRY(
      session.Execute("UPDATE clue SET locked_by = ?, locked_by_name = ?, locked_until = ?, status = 'working', "
                      "assignee = COALESCE(assignee, ?), "
                      "assignee_name = COALESCE(assignee_name, ?) WHERE id = ?",
                      {viewer.user, viewer.name, until, viewer.user, viewer.name, clue.id}));
  return {};
}

Status Desk::Told(Session& session, const Viewer& viewer, int64_t clue, const std::string& action,
                  const std::string& zh, const std::string& en, const std::string& note) {
  TRY(AddEvent(session, clue, AuthorOf(viewer), action, zh, en, note));
  return Record(session, viewer, "clue." + action, "clue", "c" + std::to_string(clue), "", clock_.Now());
}

Result<Clue> Desk::TakeNext(const Viewer& viewer, const std::string& matter, const std::string& institution,
                            int64_t after) {
  TRY(Require(viewer.works));
  return database_.Write([&](Session& session) -> Result<Clue> {
    EpochMs now = clock_.Now();
    std::string where;
    Values values{now, viewer.user, viewer.user, after};
    WhereInOrder(session.dialect(), viewer, where, values);
    if (!matter.empty()) {
      where += " AND c.matter = ?";
      values.emplace_back(matter);
    }
    if (!institution.empty()) {
      where += " AND c.institution = ?";
      values.emplace_back(institution);
    }
    // Others' locked rows are passed over, so that two who ask at once get two clues.
    auto row = TRY(session.QueryOne(
        "SELECT c.* FROM clue c WHERE " + InOrder(session.dialect(), "c.status") +
            " IN ('new', 'assigned', 'working') AND c.sampled_out = 0 AND (c.locked_until IS NULL "
            "OR c.locked_until <= ? OR c.locked_by = ?) AND (c.assignee IS NULL OR c.assignee = ?) AND c.id <> ?" +
            where + " ORDER BY c.rank DESC, c.id DESC LIMIT 1" + session.ForUpdateSkipLocked(),
        values));
    if (!row) return Refused(ErrorCode::kNotFound, "none_left", "no clue is left for you", "没有可领取的线索");
    Clue clue = ClueOf(*row, matters_, now);
    TRY(TakeLock(session, viewer, clue));
    TRY(session.Execute("UPDATE clue SET version = version + 1, updated_at = ? WHERE id = ?", {now, clue.id}));
    TRY(Told(session, viewer, clue.id, "take", "领取线索", "Taken from the queue", ""));
    return Load(session, viewer, clue.id);
  });
}

// Opening for work is no change of the clue: its version stays, so that nobody's page grows old by a look.
Result<Clue> Desk::Lock(const Viewer& viewer, int64_t id) {
  TRY(Require(viewer.works));
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadToWork(session, viewer, id, -1));
    TRY(TakeLock(session, viewer, clue));
    TRY(Record(session, viewer, "clue.lock", "clue", "c" + std::to_string(id), "", clock_.Now()));
    return Load(session, viewer, id);
  });
}

Status Desk::Unlock(const Viewer& viewer, int64_t id) {
  TRY(Require(viewer.works));
  return database_.Write([&](Session& session) -> Status {
    TRY(LoadLocked(session, viewer, id));
    TRY(session.Execute(
        "UPDATE clue SET locked_by = NULL, locked_by_name = NULL, locked_until = NULL WHERE id = ? AND locked_by = ?",
        {id, viewer.user}));
    return Record(session, viewer, "clue.unlock", "clue", "c" + std::to_string(id), "", clock_.Now());
  });
}

Result<Clue> Desk::Snooze(const Viewer& viewer, int64_t id, int64_t version, Date until, const std::string& reason) {
  TRY(Require(viewer.works));
  if (until <= clock_.Today())
    return Refused(ErrorCode::kInvalidInput, "fields", "until: expected a day to come", "暂缓日期应在今天之后");
  return database_.Write([&](Session& session) -> Result<Clue> {
    TRY(LoadToWork(session, viewer, id, version));
    TRY(
        session.Execute("UPDATE clue SET status = 'snoozed', snoozed_until = ?, snooze_reason = ?, locked_by = NULL, "
                        "locked_by_name = NULL, locked_until = "
                        "NULL, assignee = COALESCE(assignee, ?), assignee_name = COALESCE(assignee_name, ?), version = "
                        "version + 1, updated_at = ? WHERE id = ?",
                        {FormatDate(until), reason, viewer.user, viewer.name, clock_.Now(), id}));
    TRY(Told(session, viewer, id, "snooze", "暂缓至 " + FormatDate(until), "Put off until " + FormatDate(until),
             reason));
    return Load(session, viewer, id);
  });
}

Result<Clue> Desk::Wake(const Viewer& viewer, int64_t id) {
  TRY(Require(viewer.works));
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadLocked(session, viewer, id));
    if (clue.status != "snoozed") return WrongStatus(clue);
    TRY(
        session.Execute("UPDATE clue SET status = 'working', snoozed_until = NULL, snooze_reason = NULL, version = "
                        "version + 1, updated_at = ? WHERE id = ?",
                        {clock_.Now(), id}));
    TRY(Told(session, viewer, id, "wake", "提前恢复办理", "Woken", ""));
    return Load(session, viewer, id);
  });
}

Result<Clue> Desk::Close(const Viewer& viewer, int64_t id, int64_t version, const std::string& outcome,
                         const std::string& reason) {
  TRY(Require(viewer.works));
  static const std::map<std::string, std::string> kVerdictOf{{"no_violation", "refuted"},
                                                             {"coding_error", "coding_error"},
                                                             {"inconclusive", "inconclusive"},
                                                             {"duplicate", "inconclusive"}};
  auto verdict = kVerdictOf.find(outcome);
  if (verdict == kVerdictOf.end())
    return Refused(ErrorCode::kInvalidInput, "fields",
                   "outcome: expected no_violation, coding_error, inconclusive or duplicate", "办结结果有误");
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadToWork(session, viewer, id, version));
    if (clue.confirmed > 0) {
      return Refused(ErrorCode::kConflict, "has_confirmed", "clue " + clue.no + " has confirmed money: it needs a case",
                     "线索中有已认定的金额，应立案处理");
    }
    if (clue.undecided > 0) {
      VerdictItem item;
      item.all = true;
      item.verdict = verdict->second;
      item.note = reason;
      TRY(Judge(session, viewer, clue,
                {.version = version, .conduct = outcome == "coding_error" ? "coding_error" : "", .items = {item}}));
    }
    TRY(
        session.Execute("UPDATE clue SET status = 'closed', outcome = ?, outcome_reason = ?, open_key = NULL, "
                        "locked_by = NULL, locked_by_name = NULL, "
                        "locked_until = NULL, version = version + 1, updated_at = ? WHERE id = ?",
                        {outcome, reason, clock_.Now(), id}));
    TRY(Told(session, viewer, id, "close", "线索办结", "Closed: " + outcome, reason));
    return Load(session, viewer, id);
  });
}

Result<bool> Desk::RefreshRanks() {
  // stale: 1 verdicts have come in, 2 ranks are being made anew; a killed server leaves 2 and the next begins again.
  auto stale = TRY(database_.Read(
      [](Session& session) { return session.Query("SELECT rule FROM rule_info WHERE stale > 0 ORDER BY rule"); }));
  for (const Row& rule : stale) {
    std::string name = rule.Text("rule");
    int64_t after = 0;
    TRY(database_.Write([&](Session& session) -> Status {
      TRY(session.Execute("UPDATE rule_info SET stale = 2 WHERE rule = ?", {name}));
      return {};
    }));
    for (;;) {
      auto ids = TRY(database_.Read([&](Session& session) {
        return session.Query(
            "SELECT clue_id FROM clue_rule WHERE rule = ? AND clue_id > ? AND recoverable_fen > 0 ORDER BY clue_id "
            "LIMIT ?",
            {name, after, int64_t{kRerankRows}});
      }));
      if (ids.empty()) break;
      TRY(database_.Write([&](Session& session) -> Status {
        RankWeights weights = TRY(Weights(session));
        for (const Row& row : ids) TRY(Rerank(session, row.Int("clue_id"), weights));
        return {};
      }));
      after = ids.back().Int("clue_id");
    }
    // A verdict in the meantime has made it 1 again.
    TRY(database_.Write([&](Session& session) -> Status {
      TRY(session.Execute("UPDATE rule_info SET stale = 0 WHERE rule = ? AND stale = 2", {name}));
      return {};
    }));
  }
  return !stale.empty();
}

Status Desk::RankAnew(Session& session) {
  TRY(session.Execute("UPDATE rule_info SET stale = 1"));
  return {};
}

}  // namespace yijian::clue
