// One expression for one row (or pair, or group): a walk over the tree. The plain evaluator judges with it; the
// columnar one uses it for the few rows that survive.
//
// Internal to eval. Threads: a Context belongs to one thread.
#pragma once

#include <array>
#include <span>

#include "eval/bound.h"

namespace yijian::eval {

// The argument of an aggregate over all selected rows; equal arguments share their values.
struct AggregateColumn {
  const Node* node;
  std::span<const int64_t> values;
  bool adds_up = false;  // all are known, and no sum of them leaves the range of money
};

// By binding: row of its table.
using Lookups = std::array<int32_t, 16>;

struct Context {
  const Bucket* bucket = nullptr;
  const Bound* bound = nullptr;
  const BoundRule* rule = nullptr;
  Kind anchor_kind = Kind::kLine;  // the row whose day and area parameters and tables are judged on
  uint32_t anchor = 0;
  std::array<uint32_t, lang::kSlotMax> rows{};
  Lookups lookups{};
  Micro units = 0;                                // charged part, in `amount`
  std::span<const uint32_t> group;                // rows the aggregates read; kind is the rule's a.of
  std::span<const Lookups* const> group_lookups;  // by position in group
  std::span<const uint32_t> group_at;             // positions of the group's rows in the aggregate columns
  std::span<const AggregateColumn> aggregates;    // may be empty
};

int64_t Evaluate(const Node& node, Context& context);
inline int64_t Evaluate(const Node* node, Context& context) { return Evaluate(*node, context); }

// The value of one op over evaluated operands; shared by both evaluators so that arithmetic is written once.
int64_t Apply(const Node& node, int64_t left, int64_t right);
int64_t Apply(const Node& node, int64_t value);
int64_t ParamOn(const Node& node, Date day);

}  // namespace yijian::eval
