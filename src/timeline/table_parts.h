// Pieces of a Table for those who build buckets by hand.
//
// Internal to timeline.
#pragma once

#include <numeric>
#include <vector>

#include "timeline/bucket.h"

namespace yijian::timeline {

// Rows of owner o are [first[o], first[o + 1]); rows lie grouped by owner.
inline std::vector<uint32_t> FirstOf(const std::vector<uint32_t>& owner, uint32_t owners) {
  std::vector<uint32_t> first(owners + 1, 0);
  for (uint32_t o : owner) first[o + 1]++;
  std::partial_sum(first.begin(), first.end(), first.begin());
  return first;
}

// No rows, every column there.
inline Table EmptyTable(Kind kind, uint32_t persons) {
  Table table;
  table.columns.resize(Fields(kind).size());
  table.person_first.assign(persons + 1, 0);
  return table;
}

}  // namespace yijian::timeline
