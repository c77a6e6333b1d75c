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
  std::vector<int64_t> states;                       // kTrue or unknown
  std::vector<std::array<int32_t, 16>> lookups;      // empty when the side has no binding
};

// Candidate rows by side index, for all item-indexed sides of a subject, in one pass over the lines.
std::vector<std::vector<uint32_t>> IndexLines(const Bound& bound, const Bucket& bucket, program::Subject subject);

// `candidates` is null for a side that any row may concern.
Selection Select(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket,
                 const std::vector<uint32_t>* candidates);

// Values of an expression over selected rows, unary rules only (slot 0).
std::vector<int64_t> ValuesOver(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket, const Selection& selection);

}  // namespace yijian::eval
