// The columnar evaluator's first half: which rows of a side survive, found over whole columns.
//
// Internal to eval. Rows come out ascending, so that they are grouped by person and in time order.
#pragma once

#include <vector>

#include "eval/vectors.h"

namespace yijian::eval {

struct Selection {
  std::vector<uint32_t> rows;
  std::vector<int64_t> states;   // kTrue or unknown
  std::vector<Lookups> lookups;  // empty when the side has no binding
  bool timed = true;             // every row has a time
};

// First and last time of the rows of a kind; when every row has one.
struct TimeRange {
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  bool complete = true;

  DayRange days() const;  // of complete times
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
                                const Selection& selection, DayRange days);

// Values of an expression over groups whose members are all certain; `aggregates` hold the arguments of all its
// aggregates.
std::vector<int64_t> ValuesOfAsks(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                  const Selection& selection, std::span<const uint32_t> order,
                                  std::span<const Ask> asks, std::span<const AggregateColumn> aggregates,
                                  DayRange days);

}  // namespace yijian::eval
