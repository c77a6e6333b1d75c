// Which item codes can matter to a side of a rule at all, and which sides a line of an item concerns.
//
// Most lines of a city concern few rules: a pass over the item codes of a bucket replaces a pass over it per rule.
//
// Internal to eval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yijian::eval {

class Bound;
struct BoundRule;
struct BoundSide;

// By code from `from` on, up to `until`: 0 only when the side certainly does not want a line of this item. Empty: it
// wants all of them, or does not look at the item.
std::vector<uint8_t> InterestOf(const BoundRule& rule, const BoundSide& side, uint8_t slot, int64_t from,
                                int64_t until);

// Sides over lines that are indexed by item: code -> group, group -> sides.
struct ItemIndex {
  std::vector<uint16_t> group;                     // by code; codes of one group concern the same sides
  std::vector<std::vector<uint32_t>> group_sides;  // side indexes, ascending; group 0 is empty
};

// Of the bound rules of a subject, whose sides know their interest.
ItemIndex IndexItems(const Bound& bound, size_t subject);

}  // namespace yijian::eval
