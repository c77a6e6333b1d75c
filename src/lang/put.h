// Typed expressions put in the place of their names (`let`): how large they are, what they speak of.
//
// Internal to lang. Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lang/check.h"

namespace yijian::lang {

struct Extent {
  size_t operations = 0;  // every occurrence counts: a tree, not a graph
  int depth = 0;
  bool aggregates = false;
  size_t slot_end = 0;                  // one behind the last slot
  std::array<bool, kMacroSlot> rows{};  // by slot: whether it reads a, b
  std::vector<uint16_t> bindings;       // lookups, each once
};
Extent ExtentOf(const Expr& expr);

// The expression as it stands inside `lists` list conditions: its own list variables take the slots behind theirs.
ExprPtr MovedBehind(const ExprPtr& expr, uint8_t lists);

}  // namespace yijian::lang
