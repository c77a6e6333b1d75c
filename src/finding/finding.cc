#include "finding/finding.h"

#include <algorithm>
#include <tuple>

namespace yijian::finding {

void Collector::Sort() {
  using Place = std::tuple<uint32_t, uint32_t, RowRef, size_t, const std::vector<RowRef>&>;
  auto place = [](const Finding& f) {
    return Place(f.rule, f.person, f.charged.front().row, f.charged.size(), f.evidence);
  };
  std::sort(findings.begin(), findings.end(),
            [&](const Finding& left, const Finding& right) { return place(left) < place(right); });
  auto spot = [](const Unknown& u) { return std::tuple(u.rule, u.person, u.row, u.reason); };
  std::sort(unknowns.begin(), unknowns.end(),
            [&](const Unknown& left, const Unknown& right) { return spot(left) < spot(right); });
}

}  // namespace yijian::finding
