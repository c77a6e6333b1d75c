// How a self-inspection's refund enters clue and ledger. Contract in neighbours.h.
#include <algorithm>

#include "casework/job.h"
#include "clue/import_book.h"
#include "clue/tally.h"
#include "ledger/book.h"

namespace yijian::casework {
namespace {

using ledger::Account;

struct OpenLine {
  int64_t line = 0;
  Fen amount = 0;
  clue::Counted counted;
};

// Undecided lines, each the only charged one of its suspect or not: whole suspects are taken, so that verdicts stay
// clear.
Result<std::vector<std::vector<OpenLine>>> OpenSuspects(Job& job, const SelfRefund& refund) {
  std::vector<std::vector<OpenLine>> suspects;
  int64_t last = 0;
  for (const auto& rule : refund.rules) {
    TRY(
        job.session.ForEach("SELECT l.id, l.attributed_fen, f.id AS suspect, f.clue_id, f.rule, f.severity, f.month, "
                            "f.attributed_fen AS whole_fen, f.fund_fen, p.area FROM finding_line l "
                            "JOIN finding f ON f.id = l.finding_id JOIN clue c ON c.id = f.clue_id JOIN ledger_place p "
                            "ON p.id = f.place_id "
                            "WHERE f.institution = ? AND f.rule = ? AND f.status = 'live' AND f.verdict = 'undecided' "
                            "AND l.charged = 1 AND l.attributed_fen > 0 "
                            "AND c.status IN ('new', 'assigned', 'working', 'snoozed') ORDER BY f.id, l.id",
                            {refund.institution, rule}, [&](const store::Row& row) -> Status {
                              if (row.Int("suspect") != last) suspects.emplace_back();
                              last = row.Int("suspect");
                              suspects.back().push_back({row.Int("id"),
                                                         row.Int("attributed_fen"),
                                                         {.clue = row.Int("clue_id"),
                                                          .rule = row.Text("rule"),
                                                          .severity = row.Text("severity"),
                                                          .area = row.Text("area"),
                                                          .institution = refund.institution,
                                                          .month = row.Text("month"),
                                                          .attributed = row.Int("whole_fen"),
                                                          .fund = row.MaybeInt("fund_fen")}});
                              return {};
                            }));
  }
  return suspects;
}

Status Recover(Job& job, const SelfRefund& refund, int64_t line, Fen amount) {
  std::vector<ledger::Move> moves;
  for (ledger::Way way :
       {ledger::Way{Account::kIdentified, Account::kConfirmed}, ledger::Way{Account::kConfirmed, Account::kDecided},
        ledger::Way{Account::kDecided, Account::kRecovered}}) {
    ledger::Move move{.line = line, .way = way, .amount = amount, .kind = "self_check"};
    move.receipt = refund.no;
    move.note = refund.zh;
    moves.push_back(move);
  }
  TRY(ledger::Post(job.session, {job.actor.user, job.actor.name, job.now}, moves));
  TRY(job.session.Execute(
      "UPDATE finding_line SET verdict = 'confirmed', chk_fen = ?, cnfm_fen = ?, det_fen = ? WHERE id = ?",
      {amount, amount, amount, line}));
  return {};
}

Status SettleSuspect(Job& job, const SelfRefund& refund, const std::vector<OpenLine>& lines, clue::Tally& tally) {
  const clue::Counted& counted = lines[0].counted;
  auto suspect = TRY(job.session.QueryOne("SELECT finding_id FROM finding_line WHERE id = ?", {lines[0].line}));
  Fen sum = 0;
  for (const auto& line : lines) {
    TRY(Recover(job, refund, line.line, line.amount));
    TRY(
        job.session.Execute("INSERT INTO verdict (clue_id, clue_version, finding_id, line_id, verdict, chk_fen, note, "
                            "user_id, user_name, at) "
                            "SELECT id, version, ?, ?, 'confirmed', ?, ?, ?, ?, ? FROM clue WHERE id = ?",
                            {suspect->Int("finding_id"), line.line, line.amount, refund.no, job.actor.user,
                             job.actor.name, job.now, counted.clue}));
    sum += line.amount;
  }
  TRY(job.session.Execute(
      "UPDATE finding SET verdict = 'confirmed', verdict_by = ?, verdict_note = ?, chk_fen = ? WHERE id = ?",
      {job.actor.name, "自查自纠" + refund.no, sum, suspect->Int("finding_id")}));
  tally.Judged(counted, "undecided", "confirmed");
  tally.Money(counted.clue, sum, 0);
  return {};
}

// What no rule found: a suspect the institution brought.
Status AddOwn(Job& job, const SelfRefund& refund, Fen amount) {
  std::string month = FormatDate(job.Today()).substr(0, 7);
  int64_t place = TRY(ledger::PlaceOf(job.session, {refund.area, refund.institution, "other", month}));
  int64_t clue_id = TRY(clue::TakeIds(job.session, "clue", 1));
  int64_t suspect = TRY(clue::TakeIds(job.session, "finding", 1));
  int64_t line = TRY(clue::TakeIds(job.session, "finding_line", 1));
  std::string title = "自查自纠主动退回:" + refund.zh;
  TRY(job.session.Execute(
      "INSERT INTO clue (id, no, title, source, source_note, text, matter, subject_kind, subject, subject_name, "
      "institution, institution_name, area, severity, status, outcome, outcome_reason, "
      "created_at, updated_at, version) VALUES (?, ?, ?, 'inspection', ?, ?, 'other', 'institution', ?, ?, ?, ?, ?, "
      "'violation', 'closed', 'sanctioned', ?, ?, ?, 0)",
      {clue_id, clue::ClueNumber(clue_id, job.now), title, refund.no, title, refund.institution,
       refund.institution_name, refund.institution, refund.institution_name, refund.area, refund.no, job.now,
       job.now}));
  TRY(job.session.Execute(
      "INSERT INTO finding (id, clue_id, home_clue, rule, rule_version, severity, institution, month, place_id, "
      "status, verdict, verdict_by, found_fen, attributed_fen, chk_fen, message_zh, message_en, facts) "
      "VALUES (?, ?, ?, 'inspection', 0, 'violation', ?, ?, ?, 'live', 'confirmed', ?, ?, ?, ?, ?, 'refunded after "
      "self-inspection', '{}')",
      {suspect, clue_id, clue_id, refund.institution, month, place, job.actor.name, amount, amount, amount, title}));
  TRY(
      job.session.Execute("INSERT INTO finding_line (id, finding_id, kind, row_id, charged, found_fen, attributed_fen, "
                          "verdict) VALUES (?, ?, 'none', 0, 1, ?, ?, 'undecided')",
                          {line, suspect, amount, amount}));
  TRY(ledger::Identify(job.session, {job.actor.user, job.actor.name, job.now}, {{line, place, amount}}));
  TRY(Recover(job, refund, line, amount));
  clue::Tally tally;
  tally.Found({.clue = clue_id,
               .rule = "inspection",
               .severity = "violation",
               .area = refund.area,
               .institution = refund.institution,
               .month = month,
               .attributed = amount,
               .verdict = "confirmed"},
              +1);
  tally.Money(clue_id, amount, 0);
  return tally.Write(job.session, clue::RankWeights{}, job.now);
}

}  // namespace

Status BookSelfRefund(Job& job, const SelfRefund& refund) {
  Fen left = refund.amount;
  clue::Tally tally;
  for (const auto& lines : TRY(OpenSuspects(job, refund))) {
    Fen whole = 0;
    for (const auto& line : lines) whole += line.amount;
    if (whole > left) continue;
    TRY(SettleSuspect(job, refund, lines, tally));
    left -= whole;
    if (left == 0) break;
  }
  TRY(tally.Write(job.session, clue::RankWeights{}, job.now));
  return left > 0 ? AddOwn(job, refund, left) : Status();
}

}  // namespace yijian::casework
