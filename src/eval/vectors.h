// Expressions over whole columns, kChunk rows at a time: what scalar.h says of one row.
//
// Internal to eval. Threads: no shared state.
#pragma once

#include <span>
#include <vector>

#include "eval/judge.h"

namespace yijian::eval {

inline constexpr size_t kChunk = 1024;

// One question to a group: its members, and which of them the names outside aggregates mean.
struct Ask {
  uint32_t begin;    // members are `order`[begin, end): positions in the selection
  uint32_t end;      // at least one
  uint32_t speaker;  // position in the selection
};

// The groups that the rows of a batch speak for.
struct GroupBatch {
  std::span<const uint32_t> order;
  const Ask* asks;  // one per row
  std::span<const AggregateColumn> aggregates;
};

// Up to kChunk rows of one side, evaluated together.
struct Batch {
  const Bound* bound;
  const BoundRule* rule;
  const Bucket* bucket;
  Kind of;
  uint8_t slot;
  size_t size;
  const uint32_t* rows;
  const Lookups* lookups;  // may be null
  const GroupBatch* groups = nullptr;
  bool timed = false;  // every row has a time,
  DayRange days;       // which lies in here
};

// The expression's values for the rows of the batch.
void Vector(const Node& node, const Batch& batch, int64_t* out);

// Whether Vector can compute the expression for groups: its aggregates stand where columns reach them.
bool IsColumnar(const Node& node);
// Whether two expressions are written alike, and so have the same values.
bool AreAlike(const Node& left, const Node& right);

}  // namespace yijian::eval
