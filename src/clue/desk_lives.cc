// Merging, splitting, and clues that no rule found.
#include <algorithm>
#include <set>

#include "clue/desk.h"
#include "clue/import_book.h"
#include "clue/tally.h"

namespace yijian::clue {
namespace {

using store::Row;
using store::Session;
using store::Values;

constexpr size_t kChunk = 400;

bool Open(const std::string& status) {
  return status == "new" || status == "assigned" || status == "working" || status == "snoozed";
}

Error NotOpen(const Clue& clue) {
  return Refused(ErrorCode::kConflict, "wrong_status", "clue " + clue.no + " is " + clue.status,
                 "线索 " + clue.no + " 当前状态不允许此操作");
}

// A clue and all that were merged into it, and into those.
Result<std::set<int64_t>> WithMerged(Session& session, int64_t id) {
  std::set<int64_t> all{id};
  std::vector<int64_t> look{id};
  while (!look.empty()) {
    int64_t at = look.back();
    look.pop_back();
    for (const Row& row : TRY(session.Query("SELECT id FROM clue WHERE merged_into = ?", {at}))) {
      if (all.insert(row.Int("id")).second) look.push_back(row.Int("id"));
    }
  }
  return all;
}

Error Bad(const char* message, const char* zh) { return Refused(ErrorCode::kInvalidInput, "fields", message, zh); }

}  // namespace

Result<Clue> Desk::Merge(const Viewer& viewer, int64_t into, const std::vector<int64_t>& clues,
                         const std::string& reason) {
  TRY(Require(viewer.works));
  std::set<int64_t> others(clues.begin(), clues.end());
  if (others.empty() || others.contains(into))
    return Bad("clues: expected others than the one that stays", "合并对象有误");
  return database_.Write([&](Session& session) -> Result<Clue> {
    std::set<int64_t> all = others;
    all.insert(into);
    std::map<int64_t, Clue> loaded;  // rows locked in order of ids
    for (int64_t id : all) loaded[id] = TRY(LoadLocked(session, viewer, id));
    for (const auto& [id, clue] : loaded) {
      if (!Open(clue.status)) return NotOpen(clue);
      if (clue.locked_by && *clue.locked_by != viewer.user)
        return Refused(ErrorCode::kConflict, "locked_by_other", "clue " + clue.no + " is locked by another",
                       "线索 " + clue.no + " 正由他人办理");
    }
    for (int64_t id : others) {
      TRY(session.Execute("UPDATE finding SET clue_id = ? WHERE clue_id = ?", {into, id}));
      TRY(
          session.Execute("UPDATE clue SET status = 'merged', merged_into = ?, locked_by = NULL, locked_by_name = "
                          "NULL, locked_until = NULL WHERE id = ?",
                          {into, id}));
      RankWeights weights = TRY(Weights(session));
      TRY(Recount(session, id, weights, clock_.Now()));
      TRY(Told(session, viewer, id, "merge", "并入线索 " + loaded[into].no, "Merged into " + loaded[into].no, reason));
      TRY(AddEvent(session, into, AuthorOf(viewer), "merge", "并入线索 " + loaded[id].no, "Took up " + loaded[id].no,
                   reason));
    }
    TRY(
        session.Execute("UPDATE clue SET first_day = (SELECT MIN(o.first_day) FROM clue o WHERE o.id = clue.id OR "
                        "o.merged_into = clue.id), last_day = (SELECT "
                        "MAX(o.last_day) FROM clue o WHERE o.id = clue.id OR o.merged_into = clue.id) WHERE id = ?",
                        {into}));
    RankWeights weights = TRY(Weights(session));
    TRY(Recount(session, into, weights, clock_.Now()));
    return Load(session, viewer, into);
  });
}

Result<Clue> Desk::Unmerge(const Viewer& viewer, int64_t id, const std::string& reason) {
  TRY(Require(viewer.works));
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadLocked(session, viewer, id));
    if (clue.status != "merged" || !clue.merged_into) return NotOpen(clue);
    Clue target = TRY(LoadLocked(session, viewer, *clue.merged_into));
    if (!Open(target.status)) return NotOpen(target);
    for (int64_t home : TRY(WithMerged(session, id)))
      TRY(session.Execute("UPDATE finding SET clue_id = ? WHERE clue_id = ? AND home_clue = ?", {id, target.id, home}));
    TRY(
        session.Execute("UPDATE clue SET status = CASE WHEN assignee IS NULL THEN 'new' ELSE 'working' END, "
                        "merged_into = NULL WHERE id = ?",
                        {id}));
    RankWeights weights = TRY(Weights(session));
    TRY(Recount(session, id, weights, clock_.Now()));
    TRY(Recount(session, target.id, weights, clock_.Now()));
    TRY(Told(session, viewer, id, "unmerge", "从线索 " + target.no + " 拆回", "Taken out of " + target.no, reason));
    TRY(AddEvent(session, target.id, AuthorOf(viewer), "unmerge", "拆回线索 " + clue.no, "Gave back " + clue.no,
                 reason));
    return Load(session, viewer, id);
  });
}

Result<Clue> Desk::Split(const Viewer& viewer, int64_t id, int64_t version, const std::vector<int64_t>& suspects,
                         const std::string& title, const std::string& reason) {
  TRY(Require(viewer.works));
  std::set<int64_t> wanted(suspects.begin(), suspects.end());
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadToWork(session, viewer, id, version));
    int64_t made = TRY(TakeIds(session, "clue", 1));
    EpochMs now = clock_.Now();
    TRY(session.Execute(
        "INSERT INTO clue (id, no, title, source, matter, subject_kind, subject, subject_name, institution, "
        "institution_name, area, severity, "
        "status, conduct, first_day, last_day, assignee, assignee_name, split_from, created_at, updated_at, version) "
        "SELECT CAST(? AS BIGINT), "
        "CAST(? AS TEXT), CAST(? AS TEXT), source, matter, subject_kind, subject, subject_name, institution, "
        "institution_name, area, severity, "
        "'working', conduct, first_day, last_day, CAST(? AS BIGINT), CAST(? AS TEXT), id, CAST(? AS BIGINT), CAST(? AS "
        "BIGINT), 0 FROM clue WHERE "
        "id = ?",
        {made, ClueNumber(made, now), title.empty() ? clue.title : title, viewer.user, viewer.name, now, now, id}));
    std::vector<int64_t> ids(wanted.begin(), wanted.end());
    int64_t moved = 0;
    for (size_t at = 0; at < ids.size(); at += kChunk) {
      size_t count = std::min(kChunk, ids.size() - at);
      Values values{made, made, id};
      values.insert(values.end(), ids.begin() + static_cast<std::ptrdiff_t>(at),
                    ids.begin() + static_cast<std::ptrdiff_t>(at + count));
      moved += TRY(session.Execute(
          "UPDATE finding SET clue_id = ?, home_clue = ? WHERE clue_id = ? AND status <> 'withdrawn' AND id IN " +
              Marks(count),
          values));
    }
    if (moved != static_cast<int64_t>(ids.size()) || moved == 0)
      return Bad("suspects: expected live suspects of this clue", "拆分的疑点不属于本线索");
    if (moved == clue.findings) return Bad("suspects: expected some of the clue's, not all", "不能拆出全部疑点");
    RankWeights weights = TRY(Weights(session));
    TRY(Recount(session, id, weights, now));
    TRY(Recount(session, made, weights, now));
    if (clue.institution)
      TRY(session.Execute("UPDATE institution SET clues = clues + 1 WHERE code = ?", {*clue.institution}));
    TRY(AddEvent(session, id, AuthorOf(viewer), "split", "拆出线索 " + ClueNumber(made, now),
                 "Split off " + ClueNumber(made, now), reason));
    TRY(Told(session, viewer, made, "split", "由线索 " + clue.no + " 拆出", "Split from " + clue.no, reason));
    return Load(session, viewer, made);
  });
}

Result<Clue> Desk::Add(const Viewer& viewer, const NewClue& input) {
  TRY(Require(viewer.adds));
  static const std::set<std::string> kSources{"report", "inspection", "superior", "media", "department"};
  static const std::set<std::string> kKinds{"institution", "doctor", "person", "code", "group"};
  if (!kSources.contains(input.source))
    return Bad("source: expected report, inspection, superior, media or department", "线索来源有误");
  if (!kKinds.contains(input.subject_kind))
    return Bad("subject_kind: expected institution, doctor, person, code or group", "对象类别有误");
  const Matter* matter = matters_.Find(input.matter.empty() ? "other" : input.matter);
  if (matter == nullptr) return Bad("matter: expected one of /api/matters", "事项有误");
  if (input.amount < 0) return Bad("amount_fen: expected 0 or more", "金额有误");
  return database_.Write([&](Session& session) -> Result<Clue> {
    EpochMs now = clock_.Now();
    std::string area = input.area.empty() ? viewer.area : input.area;
    std::string institution_name;
    if (!input.institution.empty()) {
      auto row = TRY(session.QueryOne("SELECT name, area FROM institution WHERE code = ?", {input.institution}));
      if (!row) return Bad("institution: expected the code of an institution", "没有该机构");
      institution_name = row->Text("name");
      area = row->Text("area");
    }
    std::string subject = input.subject_kind == "institution" ? input.institution : input.subject;
    std::string subject_name = input.subject_kind == "institution" ? institution_name : subject;
    if (input.subject_kind == "person" && !subject.empty()) {
      auto row = TRY(session.QueryOne("SELECT masked_name FROM person WHERE ref = ?", {subject}));
      if (!row) return Bad("subject: expected a person_ref", "没有该参保人");
      subject_name = row->Text("masked_name");
    }
    int64_t id = TRY(TakeIds(session, "clue", 1));
    TRY(
        session.Execute("INSERT INTO clue (id, no, title, source, source_note, text, matter, subject_kind, subject, "
                        "subject_name, institution, "
                        "institution_name, area, severity, status, assignee, assignee_name, first_day, last_day, "
                        "created_at, updated_at, version) VALUES (?, ?, "
                        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'suspect', 'new', NULL, NULL, ?, ?, ?, ?, 0)",
                        {id, ClueNumber(id, now), input.title, input.source, store::TextOrNull(input.source_note),
                         input.text, matter->code, input.subject_kind, subject, subject_name,
                         store::TextOrNull(input.institution), store::TextOrNull(institution_name), area,
                         store::TextOrNull(input.first_day), store::TextOrNull(input.last_day), now, now}));
    if (!input.institution.empty())
      TRY(session.Execute("UPDATE institution SET clues = clues + 1 WHERE code = ?", {input.institution}));
    Tally tally;
    tally.Touch(id);
    if (input.amount > 0) {
      std::string day = input.first_day.empty() ? FormatDate(clock_.Today()) : input.first_day;
      std::string month = day.substr(0, 7);
      int64_t place = TRY(ledger::PlaceOf(session, {area, input.institution, matter->code, month}));
      int64_t finding = TRY(TakeIds(session, "finding", 1));
      int64_t line = TRY(TakeIds(session, "finding_line", 1));
      TRY(session.Execute(
          "INSERT INTO finding (id, clue_id, home_clue, rule, rule_version, severity, person, institution, month, "
          "place_id, status, verdict, "
          "found_fen, attributed_fen, message_zh, message_en, facts) VALUES (?, ?, ?, ?, 0, 'suspect', ?, ?, ?, ?, "
          "'live', 'undecided', ?, ?, ?, "
          "?, '{}')",
          {finding, id, id, input.source, input.subject_kind == "person" ? store::TextOrNull(subject) : store::Value(),
           store::TextOrNull(input.institution), month, place, input.amount, input.amount, input.title, input.title}));
      TRY(
          session.Execute("INSERT INTO finding_line (id, finding_id, kind, row_id, charged, found_fen, attributed_fen, "
                          "verdict) VALUES (?, ?, 'none', 0, 1, ?, ?, "
                          "'undecided')",
                          {line, finding, input.amount, input.amount}));
      TRY(ledger::Identify(session, AuthorOf(viewer), {{line, place, input.amount}}));
      tally.Found({.clue = id,
                   .rule = input.source,
                   .severity = "suspect",
                   .area = area,
                   .institution = input.institution,
                   .month = month,
                   .day = input.first_day,
                   .attributed = input.amount},
                  +1);
    }
    RankWeights weights = TRY(Weights(session));
    TRY(tally.Write(session, weights, now));
    TRY(Told(session, viewer, id, "opened", "登记线索", "Brought from elsewhere: " + input.source, input.source_note));
    return Load(session, viewer, id);
  });
}

}  // namespace yijian::clue
