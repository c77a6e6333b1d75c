// The meaning of a rule for one row, one pair, one group: what both evaluators agree on.
//
// They differ in how they find the rows worth judging: the plain evaluator tries all of them.
// Internal to eval.
#pragma once

#include <vector>

#include "eval/scalar.h"

namespace yijian::eval {

Context ContextFor(const Bound& bound, const BoundRule& rule, const Bucket& bucket);

// The row of the binding's table for the keys at hand, or kNoKnowledge; `missing` is set when a key is unknown.
int32_t LookUp(const BoundBinding& binding, Context& context, Date day, const std::string& area, int64_t& missing);

// One row of a side: stays only, rule in force, area, knowledge, where; for unary forms the exceptions too.
// Sets rows[slot] and the side's lookups in the context. kFalse also when the row's knowledge key is not in the table;
// a key that is missing is an unknown like any other.
int64_t JudgeRow(const BoundSide& side, uint8_t slot, uint32_t row, Context& context);

// rows[0] and rows[1] are set and judged: together in time, matched by the pair tables, where, exceptions.
int64_t JudgePair(Context& context);

// The exceptions alone, negated: true when none holds.
int64_t NoException(Context& context);

// Whether two rows belong together; unknown when a visit or a time is missing.
int64_t AreWithin(const program::Within& within, const Bucket& bucket, Kind kind_a, uint32_t a, Kind kind_b,
                  uint32_t b);
// Number of the calendar unit or visit a row falls in (kRolling and kAll: 0); may be unknown. kStay outside stays:
// kFalse via `outside`.
int64_t UnitOf(const program::Within& within, const Bucket& bucket, Kind kind, uint32_t row, bool& outside);

// Parameters and tables are judged on the day and in the area of the slot's row.
void SetAnchor(Context& context, uint8_t slot);

// --- groups: members share `by` and the unit ---

struct Member {
  uint32_t row;
  int64_t state;           // kTrue, or unknown with its reason
  uint32_t at;             // position in the selection, for the aggregate columns
  const Lookups* lookups;  // lives as long as the members
};

// Judges one group (members in row order) and reports at most one finding or unknown.
void JudgeGroup(const std::vector<Member>& members, Context& context, finding::Sink& sink);
// The same for a rolling window: members of one key in time order.
void JudgeWindows(const std::vector<Member>& members, Context& context, finding::Sink& sink);

// --- reports ---

// Rows of the finding: kind and row; amounts come from the rule's formula.
void ReportRow(Context& context, finding::Sink& sink);   // each, absence: slot 0
void ReportPair(Context& context, finding::Sink& sink);  // by rule.charge
void ReportUnknown(Context& context, Kind kind, uint32_t row, int64_t reason, finding::Sink& sink);

}  // namespace yijian::eval
