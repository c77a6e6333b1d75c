// The columnar evaluator's first half: which rows of a side survive, found over whole columns.
//
// Internal to eval. Rows come out ascending, so that they are grouped by person and in time order.
#pragma once

#include <vector>

#include "eval/judge.h"

namespace yijian::eval {

inline constexpr size_t kChunk = 1024;

struct Selection {
  std::vector<uint32_t> rows;
  std::vector<int64_t> states;                   // kTrue or unknown
  std::vector<std::array<int32_t, 16>> lookups;  // empty when the side has no binding
};

// First and last time of the rows of a kind; when every row has one.
struct TimeRange {
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  bool complete = true;
};

// What is found out about a bucket once, for all rules of a subject.
struct BucketIndex {
  // Candidate rows by side index, for all item-indexed sides, found in one pass over the lines.
  std::vector<std::vector<uint32_t>> candidates;
  std::array<TimeRange, timeline::kKindCount> times;
};
BucketIndex IndexBucket(const Bound& bound, const Bucket& bucket, program::Subject subject);

// `persons`, when given, are the only ones whose rows matter.
Selection Select(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket,
                 const BucketIndex& index, const std::vector<uint32_t>* persons = nullptr);

// The same when only some rows matter: `rows` ascend.
Selection SelectAmong(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot,
                      const Bucket& bucket, const BucketIndex& index, const std::vector<uint32_t>& rows);

// Values of an expression over selected rows, unary rules only (slot 0).
std::vector<int64_t> ValuesOver(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                const Selection& selection);

// One question to a group: its members, and which of them the names outside aggregates mean.
struct Ask {
  uint32_t begin;    // members are `order`[begin, end): positions in the selection
  uint32_t end;      // at least one
  uint32_t speaker;  // position in the selection
};

// Whether ValuesOfAsks can compute the expression: its aggregates stand where columns reach them.
bool IsColumnar(const Node& node);

// Values of an expression over groups whose members are all certain; `aggregates` hold the arguments of all its
// aggregates.
std::vector<int64_t> ValuesOfAsks(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                  const Selection& selection, std::span<const uint32_t> order,
                                  std::span<const Ask> asks, std::span<const AggregateColumn> aggregates);

// Whether two expressions are written alike, and so have the same values.
bool AreAlike(const Node& left, const Node& right);

}  // namespace yijian::eval
