// The columnar evaluator's first half: which rows of a side survive, found over whole columns.
//
// Internal to eval. Rows come out ascending, so that they are grouped by person and in time order.
#pragma once

#include <bit>
#include <memory>
#include <vector>

#include "eval/vectors.h"

namespace yijian::eval {

struct Selection {
  std::vector<uint32_t> rows;
  std::vector<int64_t> states;   // kTrue or unknown; empty while all are kTrue, which they nearly always are
  std::vector<Lookups> lookups;  // empty when the side has no binding
  bool timed = true;             // every row has a time

  int64_t StateOf(size_t at) const { return states.empty() ? kTrue : states[at]; }
};

// Values by position of a selection.
class SelectedValues {
 public:
  SelectedValues() = default;
  explicit SelectedValues(size_t size) : values_(std::make_unique_for_overwrite<int64_t[]>(size)), size_(size) {}

  int64_t* data() { return values_.get(); }
  std::span<const int64_t> all() const { return {values_.get(), size_}; }
  int64_t operator[](size_t at) const { return values_[at]; }
  // To be called for all that was written.
  void Note(size_t begin, size_t end) {
    for (size_t at = begin; at < end; at++)
      magnitude_ |= static_cast<uint64_t>(values_[at] < 0 ? ~values_[at] : values_[at]);
  }

  // Surely known, all of them: unknowns are the lowest of numbers.
  bool known() const { return std::bit_width(magnitude_) < 63; }
  // Known, and so small that no sum of them can leave the range of money.
  bool add_up() const { return std::bit_width(magnitude_) + std::bit_width(size_) < 62; }

 private:
  std::unique_ptr<int64_t[]> values_;
  size_t size_ = 0;
  uint64_t magnitude_ = 0;  // the bits that some value has; of negative ones those of their complement
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
SelectedValues ValuesOver(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                          const Selection& selection, DayRange days);

// Values of an expression over groups whose members are all certain; `aggregates` hold the arguments of all its
// aggregates.
std::vector<int64_t> ValuesOfAsks(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                  const Selection& selection, std::span<const uint32_t> order,
                                  std::span<const Ask> asks, std::span<const AggregateColumn> aggregates,
                                  DayRange days);

}  // namespace yijian::eval
