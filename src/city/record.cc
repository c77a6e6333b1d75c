#include "city/record.h"

#include <algorithm>

#include "base/result.h"

namespace yijian::city {

void Seal(Life& life) {
  std::vector<size_t> order(life.visits.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return life.visits[a].begin < life.visits[b].begin; });
  std::vector<Visit> sorted;
  std::vector<int> place(order.size());
  sorted.reserve(order.size());
  for (size_t i = 0; i < order.size(); i++) {
    place[order[i]] = static_cast<int>(i);
    sorted.push_back(std::move(life.visits[order[i]]));
    sorted.back().number = i + 1;
  }
  life.visits = std::move(sorted);
  for (Trace& trace : life.traces) {
    if (trace.visit >= 0) trace.visit = place[static_cast<size_t>(trace.visit)];
  }
}

std::string MdtrtId(const Life& life, const Visit& visit) {
  return "51" + Padded(life.person.index + 1, 10) + Padded(visit.number, 6);
}

std::string SetlId(const Life& life, const Visit& visit, size_t settlement) {
  return "61" + Padded(life.person.index + 1, 10) + Padded(visit.number, 5) + Padded(settlement + 1, 3);
}

std::string BkkpSn(const Life& life, const Visit& visit, size_t line) {
  return "8" + Padded(life.person.index + 1, 9) + Padded(visit.number, 4) + Padded(line + 1, 5);
}

std::string_view CodeOf(const Line& line) { return line.good == G::kCount ? line.code : GoodOf(line.good).code; }
std::string_view NameOf(const Line& line) { return line.good == G::kCount ? line.name : GoodOf(line.good).name; }

}  // namespace yijian::city
