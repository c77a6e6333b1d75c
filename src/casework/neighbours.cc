#include "casework/neighbours.h"

#include <algorithm>

#include "casework/job.h"
#include "clue/tally.h"
#include "ledger/book.h"
#include "ledger/report.h"
#include "trail/trail.h"

namespace yijian::casework {
namespace {

ledger::Author AuthorOf(const Job& job) { return {job.actor.user, job.actor.name, job.now}; }

std::string MonthOf(EpochMs at) { return FormatDate(DayAt(at)).substr(0, 7); }

ledger::Move MoveOf(const Booking& booking, std::string_view from, std::string_view to, Fen amount, const char* kind) {
  auto account = [](std::string_view name) {
    auto known = name.empty() ? ledger::Account::kNone : *ledger::AccountOf(name);
    return known;
  };
  ledger::Move move{.way = {account(from), account(to)}, .amount = amount, .kind = kind};
  move.case_id = booking.case_id;
  move.case_no = booking.case_no;
  move.decision = booking.decision;
  move.receipt = booking.receipt;
  move.note = booking.note;
  return move;
}

}  // namespace

bool Actor::Is(std::string_view role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

Status RequirePermission(const Job& job, std::string_view permission) {
  if (job.actor.user == 0 || job.bureau.May(job.actor, permission)) return {};
  return Forbidden({"forbidden", "您没有此项权限(" + std::string(permission) + ")",
                    "you may not do this (" + std::string(permission) + ")"});
}

Result<std::string> NameOfUser(Job& job, int64_t user) {
  if (user == 0) return std::string("系统");
  auto person = TRY(job.bureau.Find(job.session, user));
  return person ? person->name : std::string();
}

bool AreaCovers(std::string_view above, std::string_view area) { return area.starts_with(ledger::AreaPrefix(above)); }

Result<std::vector<Person>> PeopleWithRole(Job& job, const std::string& role, const std::string& area) {
  auto people = TRY(job.bureau.WithRole(job.session, role));
  people.erase(std::remove_if(people.begin(), people.end(),
                              [&](const Person& person) { return !person.active || !AreaCovers(person.area, area); }),
               people.end());
  return people;
}

Result<int64_t> NumberSetting(Job& job, const std::string& key, int64_t otherwise) {
  return TRY(job.bureau.Setting(job.session, key)).value_or(otherwise);
}

Result<bool> Sees(Job& job, const Scope& scope) {
  const Actor& actor = job.actor;
  if (actor.user == 0) return true;
  if (!actor.institution.empty()) return actor.institution == scope.institution;
  bool only_expert = actor.roles.size() == 1 && actor.Is("expert");
  if (!only_expert) return AreaCovers(actor.area, scope.area);
  auto seat = TRY(job.session.QueryOne(
      "SELECT e.user_id FROM appeal_expert e JOIN appeal p ON p.id = e.appeal_id WHERE p.case_id = ? AND e.user_id = ?",
      {scope.case_id, actor.user}));
  return seat.has_value();
}

std::string SeesWhere(const Actor& actor, const std::string& alias, const std::string& case_column,
                      store::Values& values) {
  if (!actor.institution.empty()) {
    values.emplace_back(actor.institution);
    return "(" + alias + ".institution = ?)";
  }
  if (actor.roles.size() == 1 && actor.Is("expert")) {
    values.emplace_back(actor.user);
    return "(" + alias + "." + case_column +
           " IN (SELECT p.case_id FROM appeal p JOIN appeal_expert e ON e.appeal_id = p.id WHERE e.user_id = ?))";
  }
  std::string prefix = ledger::AreaPrefix(actor.area);
  if (prefix.empty()) return "(1 = 1)";
  values.emplace_back(prefix + "%");
  return "(" + alias + ".area LIKE ?)";
}

Status Record(Job& job, const TrailText& text) {
  nlohmann::json details = {{"text", text.text}};
  TRY(trail::Append(job.session,
                    {.user = job.actor.user,
                     .user_name = job.actor.user == 0 ? "系统" : job.actor.name,
                     .area = job.actor.area,
                     .institution = job.actor.institution,
                     .action = text.action,
                     .object_kind = text.kind,
                     .object_id = text.id,
                     .details = details.dump(),
                     .ip = job.actor.ip},
                    job.now));
  return {};
}

// ---- clue: its tables are read and written here only.

Result<std::optional<ClueHead>> FindClue(Job& job, int64_t clue) {
  auto row = TRY(job.session.QueryOne("SELECT * FROM clue WHERE id = ?", {clue}));
  if (!row) return std::optional<ClueHead>();
  return std::optional(ClueHead{.id = clue,
                                .no = row->MaybeText("no").value_or(""),
                                .title = row->Text("title"),
                                .status = row->Text("status"),
                                .institution = row->MaybeText("institution").value_or(""),
                                .institution_name = row->MaybeText("institution_name").value_or(""),
                                .subject_kind = row->Text("subject_kind"),
                                .subject = row->Text("subject"),
                                .subject_name = row->Text("subject_name"),
                                .area = row->Text("area"),
                                .found_fen = row->Int("found_fen")});
}

namespace {

Status AddClueEvent(Job& job, int64_t clue, const char* action, const std::string& zh, const std::string& en,
                    const std::string& note) {
  TRY(
      job.session.Execute("INSERT INTO clue_event (clue_id, at, user_id, user_name, action, text_zh, text_en, note) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          {clue, job.now, job.actor.user, job.actor.user == 0 ? std::string("系统") : job.actor.name,
                           std::string(action), zh, en, store::TextOrNull(note)}));
  return {};
}

}  // namespace

Status ClueEntersCase(Job& job, int64_t clue, int64_t case_id) {
  // Of two who take it up at once, the second finds it gone. A case that lives again takes its own back.
  int64_t taken = TRY(job.session.Execute(
      "UPDATE clue SET status = 'in_case', case_id = ?, outcome = NULL, locked_by = NULL, locked_by_name = NULL, "
      "locked_until = NULL, snoozed_until = NULL, snooze_reason = NULL, updated_at = ?, version = version + 1 WHERE id "
      "= ? AND (status IN ('new', 'assigned', 'working', 'snoozed') OR (status = 'closed' AND case_id = ?))",
      {case_id, job.now, clue, case_id}));
  if (taken != 1)
    return ErrorOf({"clue_not_open", "线索已被他人并入案件或办结", "the clue was taken up or closed in between"});
  return AddClueEvent(job, clue, "in_case", "并入案件", "taken up by a case", WireId('a', case_id));
}

Status ClueEnds(Job& job, int64_t clue, const std::string& outcome, const std::string& reason) {
  // A later run may have added to it; what stays undecided in a closed clue would be recoverable money for ever.
  TRY(clue::JudgeUndecided(job.session, AuthorOf(job), clue, outcome == "no_violation" ? "refuted" : "inconclusive",
                           reason));
  TRY(
      job.session.Execute("UPDATE clue SET status = 'closed', outcome = ?, outcome_reason = ?, open_key = NULL, "
                          "locked_by = NULL, locked_by_name = NULL, locked_until = NULL, "
                          "updated_at = ?, version = version + 1 WHERE id = ?",
                          {outcome, reason, job.now, clue}));
  return AddClueEvent(job, clue, "close", "线索办结", "closed: " + outcome, reason);
}

Result<int64_t> WakeSnoozedClues(Job& job) {
  auto rows = TRY(job.session.Query(
      "SELECT id, assignee, no FROM clue WHERE status = 'snoozed' AND snoozed_until <= ? ORDER BY id LIMIT 500",
      {FormatDate(job.Today())}));
  for (const auto& row : rows) {
    int64_t clue = row.Int("id");
    TRY(
        job.session.Execute("UPDATE clue SET status = 'working', snoozed_until = NULL, snooze_reason = NULL, "
                            "updated_at = ?, version = version + 1 WHERE id = ?",
                            {job.now, clue}));
    TRY(AddClueEvent(job, clue, "wake", "暂缓到期,恢复办理", "its time to sleep is over", ""));
    if (auto assignee = row.MaybeInt("assignee")) {
      TRY(Tell(job, {*assignee},
               {"clue_awake", "线索" + row.MaybeText("no").value_or("") + "暂缓到期", "a snoozed clue is awake",
                "/clues/" + WireId('c', clue)}));
    }
  }
  return static_cast<int64_t>(rows.size());
}

Result<std::vector<CaseLine>> ConfirmedLines(Job& job, int64_t case_id) {
  std::vector<CaseLine> lines;
  TRY(
      job.session.ForEach("SELECT l.id, l.finding_id, l.attributed_fen, COALESCE(l.chk_fen, l.attributed_fen) AS chk "
                          "FROM finding_line l JOIN finding f ON f.id = l.finding_id "
                          "JOIN case_clue c ON c.clue_id = f.clue_id WHERE c.case_id = ? AND f.status = 'live' AND "
                          "l.charged = 1 AND l.verdict = 'confirmed' AND l.attributed_fen > 0 ORDER BY l.id",
                          {case_id}, [&](const store::Row& row) -> Status {
                            lines.push_back({row.Int("id"), row.Int("finding_id"), row.Int("attributed_fen"),
                                             std::min(row.Int("chk"), row.Int("attributed_fen"))});
                            return {};
                          }));
  return lines;
}

// ---- ledger

namespace {

// What the clues of a case hold of the ledger's money, in the words of clue::Recount. Rank counts undecided money only
// and stays.
Status RecountMoney(Job& job, int64_t case_id) {
  static const std::string kOfClue =
      " FROM finding f JOIN finding_line l ON l.finding_id = f.id JOIN ledger_line b ON b.line_id = l.id WHERE "
      "f.clue_id = clue.id)";
  TRY(job.session.Execute(
      "UPDATE clue SET confirmed_fen = (SELECT CAST(COALESCE(SUM(b.confirmed + b.decided + b.recovered + "
      "b.written_off), 0) AS BIGINT)" +
          kOfClue + ", refuted_fen = (SELECT CAST(COALESCE(SUM(b.refuted), 0) AS BIGINT)" + kOfClue +
          ", updated_at = ?, version = version + 1 WHERE id IN (SELECT clue_id FROM case_clue WHERE case_id = ?)",
      {job.now, case_id}));
  return {};
}

}  // namespace

Status ConfirmLines(Job& job, const Booking& booking, const std::vector<LineAmount>& lines) {
  std::vector<int64_t> ids;
  for (const auto& line : lines) ids.push_back(line.line);
  auto balances = TRY(ledger::BalancesOfLines(job.session, ids));
  std::vector<ledger::Move> moves;
  for (size_t i = 0; i < lines.size(); i++) {
    auto move = [&](std::string_view from, std::string_view to, Fen amount) {
      if (amount <= 0) return;
      moves.push_back(MoveOf(booking, from, to, amount, "review"));
      moves.back().line = lines[i].line;
    };
    Fen confirmed = balances[i].Of(ledger::Account::kConfirmed);
    Fen identified = balances[i].Of(ledger::Account::kIdentified);
    Fen missing = std::max<Fen>(lines[i].amount - confirmed, 0);
    move("identified", "confirmed", std::min(missing, identified));
    move("refuted", "confirmed", missing - std::min(missing, identified));
    move("identified", "refuted", identified - std::min(missing, identified));
    move("confirmed", "refuted", confirmed - lines[i].amount);
    TRY(job.session.Execute("UPDATE finding_line SET cnfm_fen = ? WHERE id = ?", {lines[i].amount, lines[i].line}));
  }
  TRY(ledger::Post(job.session, AuthorOf(job), moves));
  return RecountMoney(job, booking.case_id);
}

Status BookLines(Job& job, const Booking& booking, std::string_view from, std::string_view to,
                 const std::vector<LineAmount>& lines) {
  std::vector<ledger::Move> moves;
  for (const auto& line : lines) {
    moves.push_back(MoveOf(booking, from, to, line.amount, to == "decided" ? "decision" : "execution"));
    moves.back().line = line.line;
    if (to == "recovered") {
      TRY(job.session.Execute("UPDATE finding_line SET det_fen = COALESCE(det_fen, 0) + ? WHERE id = ?",
                              {line.amount, line.line}));
    }
  }
  TRY(ledger::Post(job.session, AuthorOf(job), moves));
  return {};
}

Status BookMeasure(Job& job, const Booking& booking, std::string_view from, std::string_view to, Fen amount) {
  auto move = MoveOf(booking, from, to, amount, from.empty() ? "decision" : "execution");
  move.measure = booking.measure;
  if (from.empty())
    move.place = TRY(ledger::PlaceOf(job.session, {booking.area, booking.institution, "", MonthOf(job.now)}));
  TRY(ledger::Post(job.session, AuthorOf(job), {move}));
  return {};
}

Status CounterDecision(Job& job, int64_t decision, const std::string& reason) {
  std::vector<int64_t> entries;
  for (const auto& row :
       TRY(job.session.Query("SELECT e.id FROM ledger_entry e WHERE e.decision_id = ? AND e.counter_of IS NULL AND NOT "
                             "EXISTS (SELECT 1 FROM ledger_entry c WHERE c.counter_of = e.id) ORDER BY e.id",
                             {decision}))) {
    entries.push_back(row.Int("id"));
  }
  TRY(
      job.session.Execute("UPDATE finding_line SET det_fen = NULL WHERE id IN (SELECT ml.line_id FROM measure_line ml "
                          "JOIN measure m ON m.id = ml.measure_id WHERE m.decision_id = ?)",
                          {decision}));
  if (entries.empty()) return {};
  return ledger::Counter(job.session, AuthorOf(job), entries, reason);
}

}  // namespace yijian::casework
