#include "audit/attribute.h"

#include <algorithm>
#include <tuple>

namespace yijian::audit {
namespace {

using finding::ChargedRow;
using finding::Finding;
using timeline::Bucket;
using timeline::Kind;
using timeline::kNoRow;
using timeline::kNull;

struct Claim {
  uint32_t row;  // line or visit
  Fen amount;
  program::Severity severity;
  uint32_t rule;
  size_t finding;
  size_t charged;

  // The strongest first.
  bool operator<(const Claim& other) const {
    return std::tuple(row, -amount, severity, rule, finding, charged) <
           std::tuple(other.row, -other.amount, other.severity, other.rule, other.finding, other.charged);
  }
};

uint32_t VisitOf(const Bucket& bucket, Kind kind, uint32_t row) {
  if (kind == Kind::kVisit) return row;
  const timeline::Table& table = bucket.table(kind);
  return table.visit.empty() ? kNoRow : table.visit[row];
}

class Fund {
 public:
  explicit Fund(const Bucket& bucket) : bucket_(bucket) {
    fund_ = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "fund"));
    scope_ = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "scope"));
  }

  std::optional<Fen> OfLine(Fen amount, uint32_t visit) const {
    if (visit == kNoRow) return std::nullopt;
    int64_t fund = bucket_.table(Kind::kVisit).At(fund_, visit);
    int64_t scope = bucket_.table(Kind::kVisit).At(scope_, visit);
    if (fund == kNull || scope == kNull) return std::nullopt;
    if (scope <= 0) return 0;
    Micro share = MulMicro(amount * kMicroPerFen, DivMicro(fund, scope));
    return std::clamp<Fen>(FenOf(share), 0, amount);
  }

  std::optional<Fen> OfVisit(Fen amount, uint32_t visit) const {
    if (visit == kNoRow) return std::nullopt;
    int64_t fund = bucket_.table(Kind::kVisit).At(fund_, visit);
    if (fund == kNull) return std::nullopt;
    return std::clamp<Fen>(FenOf(fund), 0, amount);
  }

 private:
  const Bucket& bucket_;
  size_t fund_;
  size_t scope_;
};

void Give(std::vector<Attributed>& attributed, const Claim& claim, Fen amount, std::optional<Fen> fund) {
  Attributed& to = attributed[claim.finding];
  to.rows[claim.charged] = amount;
  to.amount += amount;
  if (fund)
    to.fund += *fund;
  else if (amount > 0)
    to.fund_unknown = true;
}

}  // namespace

std::vector<Attributed> Attribute(std::span<const Finding> findings, const program::RuleSet& rules,
                                  const Bucket& bucket, const OutsideClaims& outside, std::vector<OutsideWin>& wins) {
  std::vector<Attributed> attributed(findings.size());
  std::vector<Claim> lines;
  std::vector<Claim> visits;
  for (size_t i = 0; i < findings.size(); i++) {
    attributed[i].rows.resize(findings[i].charged.size());
    for (size_t j = 0; j < findings[i].charged.size(); j++) {
      const ChargedRow& charged = findings[i].charged[j];
      program::Severity severity = rules.rules[findings[i].rule].severity;
      if (charged.row.kind == Kind::kLine) {
        lines.push_back({charged.row.row, charged.amount, severity, findings[i].rule, i, j});
      } else if (uint32_t visit = VisitOf(bucket, charged.row.kind, charged.row.row); visit != kNoRow) {
        visits.push_back({visit, charged.amount, severity, findings[i].rule, i, j});
      }
    }
  }
  Fund fund(bucket);
  const timeline::Table& line_table = bucket.table(Kind::kLine);
  std::unordered_map<uint32_t, Fen> on_lines;  // by visit
  std::sort(lines.begin(), lines.end());
  for (size_t i = 0; i < lines.size(); i++) {
    if (i > 0 && lines[i].row == lines[i - 1].row) continue;
    const Claim& best = lines[i];
    uint32_t visit = VisitOf(bucket, Kind::kLine, best.row);
    Fen amount = best.amount;
    auto rival = outside.find(line_table.row_id.empty() ? -1 : line_table.row_id[best.row]);
    bool lost =
        rival != outside.end() && std::tuple(-rival->second.amount, rival->second.severity, rival->second.rule) <
                                      std::tuple(-best.amount, best.severity, best.rule);
    if (lost) amount = rival->second.amount;
    if (visit != kNoRow) on_lines[visit] += amount;
    if (!lost) Give(attributed, best, amount, fund.OfLine(amount, visit));
    if (lost) wins.push_back({rival->second.finding, rival->second.charged, amount, fund.OfLine(amount, visit)});
  }
  if (!outside.empty()) {
    // Outside claims nobody here contests.
    std::vector<uint32_t> claimed;
    for (const Claim& claim : lines) claimed.push_back(claim.row);
    for (uint32_t row = 0; row < line_table.rows; row++) {
      auto rival = outside.find(line_table.row_id[row]);
      if (rival == outside.end() || std::binary_search(claimed.begin(), claimed.end(), row)) continue;
      uint32_t visit = VisitOf(bucket, Kind::kLine, row);
      if (visit != kNoRow) on_lines[visit] += rival->second.amount;
      wins.push_back({rival->second.finding, rival->second.charged, rival->second.amount,
                      fund.OfLine(rival->second.amount, visit)});
    }
  }
  std::sort(visits.begin(), visits.end());
  for (size_t i = 0; i < visits.size(); i++) {
    if (i > 0 && visits[i].row == visits[i - 1].row) continue;
    Fen amount = std::max<Fen>(0, visits[i].amount - on_lines[visits[i].row]);
    Give(attributed, visits[i], amount, fund.OfVisit(amount, visits[i].row));
  }
  return attributed;
}

}  // namespace yijian::audit
