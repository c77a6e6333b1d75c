#include "casework/clock_book.h"

#include <algorithm>

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Maybe;
using store::TextOrNull;

struct Owner {
  std::optional<int64_t> user;
  std::string institution;
  std::string role;
};

Owner OwnerOf(const ClockKind& kind, const ClockFor& what) {
  std::string institution = what.file != nullptr ? what.file->institution : what.institution;
  if (kind.owner == "handler") return {.user = what.file->handler};
  if (kind.owner == "assignee") return {.user = what.assignee};
  if (kind.owner == "institution") return {.institution = institution};
  if (kind.owner == "voter") return {.role = what.voter_role};
  return {.role = kind.owner};
}

std::vector<ClockPause> PausesOf(const std::string& text) {
  std::vector<ClockPause> pauses;
  for (const auto& entry : ParseJson(text)) {
    ClockPause pause{.from = entry.at(0).get<EpochMs>()};
    if (entry.size() > 1) pause.until = entry.at(1).get<EpochMs>();
    pauses.push_back(pause);
  }
  return pauses;
}

std::string TextOf(const std::vector<ClockPause>& pauses) {
  json list = json::array();
  for (const auto& pause : pauses) list.push_back(pause.until ? json{pause.from, *pause.until} : json{pause.from});
  return list.dump();
}

Status ShowNearest(Job& job, int64_t case_id) {
  if (case_id == 0) return {};
  auto rows = TRY(job.session.Query(
      "SELECT kind, due_at FROM case_clock WHERE case_id = ? AND state = 'running' ORDER BY due_at, id LIMIT 1",
      {case_id}));
  store::Value due;
  store::Value kind;
  if (!rows.empty()) {
    due = rows[0].Int("due_at");
    kind = rows[0].Text("kind");
  }
  TRY(job.session.Execute("UPDATE case_file SET due_at = ?, due_kind = ? WHERE id = ?", {due, kind, case_id}));
  return {};
}

bool PausedBy(const Job& job, const std::string& kind, const std::string& why) {
  const ClockKind* known = job.rules.clocks.Find(kind);
  return known != nullptr && std::find(known->pauses.begin(), known->pauses.end(), why) != known->pauses.end();
}

}  // namespace

Result<EpochMs> StartClocks(Job& job, const std::string& event, const ClockFor& what) {
  std::string track = what.file != nullptr ? std::string(Name(what.file->track)) : "agency";
  EpochMs earliest = 0;
  for (const ClockKind* kind : job.rules.clocks.StartedBy(event, track)) {
    if (what.only_kind != nullptr && kind->kind != what.only_kind) continue;
    int length = what.length.value_or(kind->length);
    if (length == 0 && !what.last_day) continue;  // no day was given: nothing to wait for
    EpochMs due =
        what.last_day ? EndOfDayMs(*what.last_day) : DueAt({kind->unit, length}, job.now, {}, job.is_working_day);
    Owner owner = OwnerOf(*kind, what);
    store::Value case_id;
    if (what.file != nullptr) case_id = what.file->id;
    TRY(job.session.Execute(
        "INSERT INTO case_clock (kind, case_id, object_kind, object_id, owner, institution, role, area, started_at, "
        "length, unit, "
        "due_at, state, pauses_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', '[]')",
        {kind->kind, case_id, what.object_kind, what.object, Maybe(owner.user), TextOrNull(owner.institution),
         TextOrNull(owner.role), what.file != nullptr ? what.file->area : what.area, job.now,
         int64_t{what.last_day ? *what.last_day - job.Today() : length}, std::string(Name(kind->unit)), due}));
    earliest = earliest == 0 ? due : std::min(earliest, due);
  }
  if (what.file != nullptr) TRY(ShowNearest(job, what.file->id));
  return earliest;
}

Status PauseClocks(Job& job, int64_t case_id, const std::string& why) {
  auto rows = TRY(job.session.Query(
      "SELECT id, kind, pauses_json FROM case_clock WHERE case_id = ? AND state = 'running' ORDER BY id", {case_id}));
  for (const auto& row : rows) {
    if (!PausedBy(job, row.Text("kind"), why)) continue;
    auto pauses = PausesOf(row.Text("pauses_json"));
    pauses.push_back({.from = job.now});
    TRY(job.session.Execute("UPDATE case_clock SET state = 'paused', paused_why = ?, pauses_json = ? WHERE id = ?",
                            {why, TextOf(pauses), row.Int("id")}));
  }
  return ShowNearest(job, case_id);
}

Status ResumeClocks(Job& job, int64_t case_id, const std::string& why) {
  auto rows = TRY(job.session.Query(
      "SELECT * FROM case_clock WHERE case_id = ? AND state = 'paused' AND paused_why = ? ORDER BY id",
      {case_id, why}));
  for (const auto& row : rows) {
    auto pauses = PausesOf(row.Text("pauses_json"));
    CHECK(!pauses.empty() && !pauses.back().until);
    pauses.back().until = job.now;
    ClockLength length{*ParseClockUnit(row.Text("unit")), static_cast<int>(row.Int("length"))};
    EpochMs due = DueAt(length, row.Int("started_at"), pauses, job.is_working_day);
    TRY(job.session.Execute(
        "UPDATE case_clock SET state = 'running', paused_why = NULL, pauses_json = ?, due_at = ? WHERE id = ?",
        {TextOf(pauses), due, row.Int("id")}));
  }
  return ShowNearest(job, case_id);
}

Status StopClocks(Job& job, const std::string& kind, const std::string& object_kind, int64_t object, bool met) {
  auto rows =
      TRY(job.session.Query("SELECT id, case_id FROM case_clock WHERE object_kind = ? AND object_id = ? AND kind = ? "
                            "AND state IN ('running', 'paused')",
                            {object_kind, object, kind}));
  for (const auto& row : rows) {
    TRY(job.session.Execute("UPDATE case_clock SET state = ?, ended_at = ? WHERE id = ?",
                            {std::string(met ? "met" : "cancelled"), job.now, row.Int("id")}));
    TRY(ShowNearest(job, row.MaybeInt("case_id").value_or(0)));
  }
  return {};
}

Status CancelClocks(Job& job, int64_t case_id) {
  TRY(job.session.Execute(
      "UPDATE case_clock SET state = 'cancelled', ended_at = ? WHERE case_id = ? AND state IN ('running', 'paused')",
      {job.now, case_id}));
  return ShowNearest(job, case_id);
}

Result<std::vector<ClockRow>> DueClocks(Job& job, int limit) {
  std::vector<ClockRow> clocks;
  auto rows = TRY(
      job.session.Query("SELECT * FROM case_clock WHERE state = 'running' AND due_at < ? ORDER BY due_at, id LIMIT ?",
                        {job.now, int64_t{limit}}));
  for (const auto& row : rows) {
    clocks.push_back({.id = row.Int("id"),
                      .kind = row.Text("kind"),
                      .case_id = row.MaybeInt("case_id").value_or(0),
                      .object_kind = row.Text("object_kind"),
                      .object = row.Int("object_id"),
                      .owner = row.MaybeInt("owner").value_or(0),
                      .institution = row.MaybeText("institution").value_or(""),
                      .role = row.MaybeText("role").value_or(""),
                      .area = row.Text("area"),
                      .due_at = row.Int("due_at")});
  }
  return clocks;
}

Status MarkMissed(Job& job, const ClockRow& clock, bool escalated) {
  TRY(job.session.Execute("UPDATE case_clock SET state = 'missed', ended_at = ?, escalated = ? WHERE id = ?",
                          {job.now, int64_t{escalated}, clock.id}));
  return ShowNearest(job, clock.case_id);
}

}  // namespace yijian::casework
