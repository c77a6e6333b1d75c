#include "clue/tally.h"

#include <algorithm>

#include "clue/import_book.h"

namespace yijian::clue {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr size_t kChunk = 256;

struct Ranked {
  Rank rank;
  std::string severity;
};

// By clue; one that has no findings left has no rank.
Result<std::map<int64_t, Ranked>> RanksOf(Session& session, const std::vector<int64_t>& clues,
                                          const RankWeights& weights) {
  std::map<int64_t, std::vector<RankPart>> parts;
  std::map<int64_t, Ranked> ranks;
  for (size_t at = 0; at < clues.size(); at += kChunk) {
    size_t count = std::min(kChunk, clues.size() - at);
    auto first = clues.begin() + static_cast<std::ptrdiff_t>(at);
    Rows rows = TRY(session.Query(
        "SELECT c.clue_id, c.severity, c.findings, c.recoverable_fen, COALESCE(r.confirmed, 0) AS confirmed, "
        "COALESCE(r.refuted, 0) AS refuted, COALESCE(r.coding, 0) AS coding FROM clue_rule c LEFT JOIN rule_info r "
        "ON r.rule = c.rule WHERE c.clue_id IN " +
            Marks(count) + " AND c.findings > 0 ORDER BY c.clue_id, c.rule",
        Values(first, first + static_cast<std::ptrdiff_t>(count))));
    for (const Row& row : rows) {
      std::string severity = row.Text("severity");
      const SeverityWeights& weight = weights.Of(severity);
      double precision = PrecisionOf({row.Int("confirmed"), row.Int("refuted"), row.Int("coding")}, weight);
      int64_t clue = row.Int("clue_id");
      parts[clue].push_back({row.Int("recoverable_fen"), row.Int("findings"), weight.evidence, precision});
      std::string& strongest = ranks[clue].severity;
      if (strongest.empty() || StrengthOf(severity) < StrengthOf(strongest)) strongest = severity;
    }
  }
  for (const auto& [clue, of_clue] : parts) ranks[clue].rank = RankOf(of_clue);
  return ranks;
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
  std::vector<Values> rows;
  rows.reserve(rules_.size());
  for (const auto& [key, rule] : rules_)
    rows.push_back({key.first, key.second, rule.severity, rule.findings, rule.found, rule.recoverable});
  TRY(session.InsertMany("clue_rule", {"clue_id", "rule", "severity", "findings", "found_fen", "recoverable_fen"}, rows,
                         "ON CONFLICT (clue_id, rule) DO UPDATE SET findings = clue_rule.findings + "
                         "excluded.findings, found_fen = clue_rule.found_fen + excluded.found_fen, recoverable_fen = "
                         "clue_rule.recoverable_fen + excluded.recoverable_fen"));
  for (const auto& [rule, verdicts] : verdicts_) {
    TRY(
        session.Execute("UPDATE rule_info SET confirmed = confirmed + ?, refuted = refuted + ?, coding = coding + ?, "
                        "stale = 1 WHERE rule = ?",
                        {verdicts.confirmed, verdicts.refuted, verdicts.coding, rule}));
  }
  return {};
}

Status Tally::WriteMonths(Session& session) const {
  std::vector<Values> rows;
  rows.reserve(months_.size());
  for (const auto& [key, month] : months_) {
    const auto& [institution, rule, name, severity, area] = key;
    rows.push_back({institution, rule, name, severity, area, month.findings, month.found, month.confirmed,
                    month.refuted, month.coding});
  }
  TRY(session.InsertMany(
      "finding_sum",
      {"institution", "rule", "month", "severity", "area", "findings", "found_fen", "confirmed", "refuted", "coding"},
      rows,
      "ON CONFLICT (institution, rule, month, severity, area) DO UPDATE SET findings = "
      "finding_sum.findings + excluded.findings, found_fen = finding_sum.found_fen + "
      "excluded.found_fen, confirmed = finding_sum.confirmed + excluded.confirmed, refuted = "
      "finding_sum.refuted + excluded.refuted, coding = finding_sum.coding + excluded.coding"));
  std::map<std::string, std::pair<int64_t, Fen>> institutions;
  for (const auto& [key, month] : months_) {
    auto& sum = institutions[std::get<0>(key)];
    sum.first += month.findings;
    sum.second += month.found;
  }
  std::vector<Values> changed;
  for (const auto& [code, sum] : institutions) {
    if (sum.first != 0 || sum.second != 0) changed.push_back({code, sum.first, sum.second});
  }
  return session.UpdateMany(
      "institution", {"code", "findings", "found_fen"}, changed,
      "findings = institution.findings + d.findings, found_fen = institution.found_fen + d.found_fen");
}

// In the order of their keys, whatever order the update takes.
Status LockClues(Session& session, const std::vector<int64_t>& clues) {
  if (session.dialect() != store::Dialect::kPostgres || clues.size() < 2) return {};
  for (size_t at = 0; at < clues.size(); at += kChunk) {
    size_t count = std::min(kChunk, clues.size() - at);
    auto first = clues.begin() + static_cast<std::ptrdiff_t>(at);
    TRY(session.Query("SELECT id FROM clue WHERE id IN " + Marks(count) + " ORDER BY id" + session.ForUpdate(),
                      Values(first, first + static_cast<std::ptrdiff_t>(count))));
  }
  return {};
}

Status Tally::WriteClues(Session& session, const RankWeights& weights, EpochMs now) const {
  std::vector<int64_t> ids;
  ids.reserve(clues_.size());
  for (const auto& [id, clue] : clues_) ids.push_back(id);
  TRY(LockClues(session, ids));
  std::map<int64_t, Ranked> ranks = TRY(RanksOf(session, ids, weights));
  std::vector<Values> rows;
  rows.reserve(clues_.size());
  for (const auto& [id, clue] : clues_) {
    const Ranked& ranked = ranks[id];
    rows.push_back({id, clue.findings, clue.undecided, clue.found, clue.fund, clue.confirmed, clue.refuted,
                    store::TextOrNull(clue.first_day), store::TextOrNull(clue.last_day), ranked.rank.rank,
                    ranked.rank.recoverable, ranked.rank.evidence, ranked.rank.precision,
                    store::TextOrNull(ranked.severity), now});
  }
  return session.UpdateMany(
      "clue",
      {"id", "findings", "undecided", "found_fen", "fund_fen", "confirmed_fen", "refuted_fen", "first_day", "last_day",
       "rank", "recoverable_fen", "evidence", "precision_mean", "severity", "updated_at"},
      rows,
      "findings = clue.findings + d.findings, undecided = clue.undecided + d.undecided, found_fen = clue.found_fen + "
      "d.found_fen, fund_fen = clue.fund_fen + d.fund_fen, confirmed_fen = clue.confirmed_fen + d.confirmed_fen, "
      "refuted_fen = clue.refuted_fen + d.refuted_fen, first_day = CASE WHEN d.first_day IS NULL OR clue.first_day < "
      "d.first_day THEN clue.first_day ELSE d.first_day END, last_day = CASE WHEN d.last_day IS NULL OR clue.last_day "
      "> "
      "d.last_day THEN clue.last_day ELSE d.last_day END, rank = d.rank, recoverable_fen = d.recoverable_fen, evidence "
      "= "
      "d.evidence, precision_mean = d.precision_mean, severity = COALESCE(d.severity, clue.severity), updated_at = "
      "d.updated_at, version = clue.version + 1");
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
  Ranked ranked = TRY(RanksOf(session, {clue}, weights))[clue];
  TRY(session.Execute("UPDATE clue SET rank = ?, recoverable_fen = ?, evidence = ?, precision_mean = ? WHERE id = ?",
                      {ranked.rank.rank, ranked.rank.recoverable, ranked.rank.evidence, ranked.rank.precision, clue}));
  return {};
}

}  // namespace yijian::clue
