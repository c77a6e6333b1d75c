// One yuan is counted once: which finding gets the money when several accuse the same row.
//
// Lines first: of all claims on a line the largest wins (ties: the graver severity, then the rule that stands first);
// the others keep their claim but are attributed nothing. Then visits: claims on a visit, its settlements, diagnoses or
// operations compete in the same way, and the winner is attributed what its claim exceeds the money already attributed
// on the visit's lines. So the sum over a visit is the larger of the two, never both (supervision.md A.2).
//
// Fund share: a line's attributed money times fund / in-scope money of its visit, at most all of it; on a visit at most
// what the fund paid. Unknown when the visit has no settlement.
//
// Units: fen. Threads: stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "finding/finding.h"
#include "program/rule.h"

namespace yijian::audit {

struct Attributed {
  std::vector<Fen> rows;      // by charged row
  Fen amount = 0;             // sum of rows
  Fen fund = 0;               // fund share of what is attributed
  bool fund_unknown = false;  // on some row; `fund` sums the others
};

// A claim of a finding about another subject (a doctor, an institution, a trace code) on a line.
struct OutsideClaim {
  Fen amount = 0;
  program::Severity severity = program::Severity::kMonitor;
  uint32_t rule = 0;
  size_t finding = 0;
  size_t charged = 0;
};
// By row_id of the line; the strongest claim of its kind.
using OutsideClaims = std::unordered_map<int64_t, OutsideClaim>;

struct OutsideWin {
  size_t finding;
  size_t charged;
  Fen amount;
  std::optional<Fen> fund;
};

// Attribution within one bucket of persons. `wins` receives the outside claims that were stronger than all of ours, or
// that nobody here contests.
std::vector<Attributed> Attribute(std::span<const finding::Finding> findings, const program::RuleSet& rules,
                                  const timeline::Bucket& bucket, const OutsideClaims& outside,
                                  std::vector<OutsideWin>& wins);

}  // namespace yijian::audit
