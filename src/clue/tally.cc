#include "clue/tally.h"

#include <algorithm>

namespace yijian::clue {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

struct Ranked {
  Rank rank;
  std::string severity;
};

Result<Ranked> RankOfClue(Session& session, int64_t clue, const RankWeights& weights) {
  Rows rows = TRY(session.Query(
      "SELECT c.severity, c.findings, c.recoverable_fen, COALESCE(r.confirmed, 0) AS confirmed, "
      "COALESCE(r.refuted, 0) AS refuted, COALESCE(r.coding, 0) AS coding FROM clue_rule c LEFT JOIN rule_info r "
      "ON r.rule = c.rule WHERE c.clue_id = ? AND c.findings > 0 ORDER BY c.rule",
      {clue}));
  std::vector<RankPart> parts;
  Ranked ranked;
  for (const Row& row : rows) {
    std::string severity = row.Text("severity");
    const SeverityWeights& weight = weights.Of(severity);
    double precision = PrecisionOf({row.Int("confirmed"), row.Int("refuted"), row.Int("coding")}, weight);
    parts.push_back({row.Int("recoverable_fen"), row.Int("findings"), weight.evidence, precision});
    if (ranked.severity.empty() || StrengthOf(severity) < StrengthOf(ranked.severity)) ranked.severity = severity;
  }
  ranked.rank = RankOf(parts);
  return ranked;
}

int64_t* CounterOf(RuleVerdicts& verdicts, const std::string& verdict) {
  if (verdict == "confirmed") return &verdicts.confirmed;
  if (verdict == "refuted") return &verdicts.refuted;
  if (verdict == "coding_error") return &verdicts.coding;
  return nullptr;
}

}  // namespace

void Tally::Found(const Counted& finding, int sign) {
  bool undecided = finding.verdict == "undecided";
  OfClue& clue = clues_[finding.clue];
  clue.findings += sign;
  clue.undecided += undecided ? sign : 0;
  clue.found += sign * finding.attributed;
  clue.fund += sign * finding.recoverable();
  if (sign > 0 && !finding.day.empty()) {
    if (clue.first_day.empty() || finding.day < clue.first_day) clue.first_day = finding.day;
    clue.last_day = std::max(clue.last_day, finding.day);
  }
  OfRule& rule = rules_[{finding.clue, finding.rule}];
  rule.severity = finding.severity;
  rule.findings += sign;
  rule.found += sign * finding.attributed;
  rule.recoverable += undecided ? sign * finding.recoverable() : 0;
  OfMonth& month = months_[{finding.institution, finding.rule, finding.month, finding.severity, finding.area}];
  month.findings += sign;
  month.found += sign * finding.attributed;
  CountVerdict(finding, finding.verdict, sign);
}

void Tally::CountVerdict(const Counted& finding, const std::string& verdict, int sign) {
  OfMonth& month = months_[{finding.institution, finding.rule, finding.month, finding.severity, finding.area}];
  if (verdict == "confirmed") month.confirmed += sign;
  if (verdict == "refuted") month.refuted += sign;
  if (verdict == "coding_error") month.coding += sign;
}

void Tally::Judged(const Counted& finding, const std::string& from, const std::string& to) {
  if (from == to) {
    clues_[finding.clue];
    return;
  }
  CountVerdict(finding, from, -1);
  CountVerdict(finding, to, +1);
  RuleVerdicts& verdicts = verdicts_[finding.rule];
  if (int64_t* counter = CounterOf(verdicts, from)) (*counter)--;
  if (int64_t* counter = CounterOf(verdicts, to)) (*counter)++;
  int open = (to == "undecided" ? 1 : 0) - (from == "undecided" ? 1 : 0);
  clues_[finding.clue].undecided += open;
  OfRule& rule = rules_[{finding.clue, finding.rule}];
  rule.severity = finding.severity;
  rule.recoverable += open * finding.recoverable();
}

void Tally::Money(int64_t clue, Fen confirmed, Fen refuted) {
  clues_[clue].confirmed += confirmed;
  clues_[clue].refuted += refuted;
}

Status Tally::WriteRules(Session& session) const {
  for (const auto& [key, rule] : rules_) {
    TRY(session.Execute(
        "INSERT INTO clue_rule (clue_id, rule, severity, findings, found_fen, recoverable_fen) VALUES (?, ?, ?, ?, ?, "
        "?) ON "
        "CONFLICT (clue_id, rule) DO UPDATE SET findings = clue_rule.findings + excluded.findings, found_fen = "
        "clue_rule.found_fen + excluded.found_fen, recoverable_fen = clue_rule.recoverable_fen + "
        "excluded.recoverable_fen",
        {key.first, key.second, rule.severity, rule.findings, rule.found, rule.recoverable}));
  }
  for (const auto& [rule, verdicts] : verdicts_) {
    TRY(
        session.Execute("UPDATE rule_info SET confirmed = confirmed + ?, refuted = refuted + ?, coding = coding + ?, "
                        "stale = 1 WHERE rule = ?",
                        {verdicts.confirmed, verdicts.refuted, verdicts.coding, rule}));
  }
  return {};
}

Status Tally::WriteMonths(Session& session) const {
  for (const auto& [key, month] : months_) {
    const auto& [institution, rule, name, severity, area] = key;
    TRY(session.Execute(
        "INSERT INTO finding_sum (institution, rule, month, severity, area, findings, found_fen, confirmed, refuted, "
        "coding) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (institution, rule, month, severity, area) DO UPDATE SET "
        "findings = "
        "finding_sum.findings + excluded.findings, found_fen = finding_sum.found_fen + excluded.found_fen, confirmed = "
        "finding_sum.confirmed + excluded.confirmed, refuted = finding_sum.refuted + excluded.refuted, coding = "
        "finding_sum.coding + excluded.coding",
        {institution, rule, name, severity, area, month.findings, month.found, month.confirmed, month.refuted,
         month.coding}));
  }
  std::map<std::string, std::pair<int64_t, Fen>> institutions;
  for (const auto& [key, month] : months_) {
    auto& sum = institutions[std::get<0>(key)];
    sum.first += month.findings;
    sum.second += month.found;
  }
  for (const auto& [code, sum] : institutions) {
    if (sum.first == 0 && sum.second == 0) continue;
    TRY(session.Execute("UPDATE institution SET findings = findings + ?, found_fen = found_fen + ? WHERE code = ?",
                        {sum.first, sum.second, code}));
  }
  return {};
}

Status Tally::WriteClues(Session& session, const RankWeights& weights, EpochMs now) const {
  for (const auto& [id, clue] : clues_) {
    Ranked ranked = TRY(RankOfClue(session, id, weights));
    TRY(session.Execute(
        "UPDATE clue SET findings = findings + ?, undecided = undecided + ?, found_fen = found_fen + ?, fund_fen = "
        "fund_fen + ?, "
        "confirmed_fen = confirmed_fen + ?, refuted_fen = refuted_fen + ?, first_day = CASE WHEN CAST(? AS TEXT) IS "
        "NULL THEN first_day WHEN "
        "first_day IS NULL OR first_day > ? THEN ? ELSE first_day END, last_day = CASE WHEN CAST(? AS TEXT) IS NULL "
        "THEN last_day WHEN last_day "
        "IS NULL OR last_day < ? THEN ? ELSE last_day END, rank = ?, recoverable_fen = ?, evidence = ?, precision_mean "
        "= ?, severity = CASE WHEN "
        "CAST(? AS TEXT) IS NULL THEN severity ELSE ? END, updated_at = ?, version = version + 1 WHERE id = ?",
        {clue.findings,
         clue.undecided,
         clue.found,
         clue.fund,
         clue.confirmed,
         clue.refuted,
         store::TextOrNull(clue.first_day),
         store::TextOrNull(clue.first_day),
         store::TextOrNull(clue.first_day),
         store::TextOrNull(clue.last_day),
         store::TextOrNull(clue.last_day),
         store::TextOrNull(clue.last_day),
         ranked.rank.rank,
         ranked.rank.recoverable,
         ranked.rank.evidence,
         ranked.rank.precision,
         store::TextOrNull(ranked.severity),
         store::TextOrNull(ranked.severity),
         now,
         id}));
  }
  return {};
}

Status Tally::Write(Session& session, const RankWeights& weights, EpochMs now) const {
  TRY(WriteRules(session));
  TRY(WriteMonths(session));
  return WriteClues(session, weights, now);
}

Status Recount(Session& session, int64_t clue, const RankWeights& weights, EpochMs now) {
  TRY(session.Execute("DELETE FROM clue_rule WHERE clue_id = ?", {clue}));
  TRY(
      session.Execute("INSERT INTO clue_rule (clue_id, rule, severity, findings, found_fen, recoverable_fen) SELECT "
                      "clue_id, rule, MIN(severity), COUNT(*), "
                      "CAST(SUM(attributed_fen) AS BIGINT), CAST(SUM(CASE WHEN verdict = 'undecided' THEN "
                      "COALESCE(fund_fen, attributed_fen) ELSE 0 END) AS "
                      "BIGINT) FROM finding WHERE clue_id = ? AND status <> 'withdrawn' GROUP BY clue_id, rule",
                      {clue}));
  auto sums = TRY(session.QueryOne(
      "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN verdict = 'undecided' THEN 1 ELSE 0 END), 0) AS BIGINT) AS "
      "undecided, "
      "CAST(COALESCE(SUM(attributed_fen), 0) AS BIGINT) AS found, CAST(COALESCE(SUM(COALESCE(fund_fen, "
      "attributed_fen)), 0) AS "
      "BIGINT) AS fund, COUNT(DISTINCT person) AS persons FROM finding WHERE clue_id = ? AND status <> 'withdrawn'",
      {clue}));
  auto money = TRY(session.QueryOne(
      "SELECT CAST(COALESCE(SUM(b.confirmed + b.decided + b.recovered + b.written_off), 0) AS BIGINT) AS confirmed, "
      "CAST(COALESCE(SUM(b.refuted), 0) AS BIGINT) AS refuted FROM finding f JOIN finding_line l ON l.finding_id = "
      "f.id JOIN "
      "ledger_line b ON b.line_id = l.id WHERE f.clue_id = ?",
      {clue}));
  TRY(
      session.Execute("UPDATE clue SET findings = ?, undecided = ?, found_fen = ?, fund_fen = ?, persons = ?, "
                      "confirmed_fen = ?, refuted_fen = ?, updated_at "
                      "= ?, version = version + 1 WHERE id = ?",
                      {sums->Int("n"), sums->Int("undecided"), sums->Int("found"), sums->Int("fund"),
                       sums->Int("persons"), money->Int("confirmed"), money->Int("refuted"), now, clue}));
  return Rerank(session, clue, weights);
}

Status Rerank(Session& session, int64_t clue, const RankWeights& weights) {
  Ranked ranked = TRY(RankOfClue(session, clue, weights));
  TRY(session.Execute("UPDATE clue SET rank = ?, recoverable_fen = ?, evidence = ?, precision_mean = ? WHERE id = ?",
                      {ranked.rank.rank, ranked.rank.recoverable, ranked.rank.evidence, ranked.rank.precision, clue}));
  return {};
}

}  // namespace yijian::clue
