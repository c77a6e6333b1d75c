#include "lake/arrange.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace yijian::lake {
namespace {

using timeline::Column;
using timeline::kNoRow;
using timeline::kNull;

constexpr size_t kStretchesFew = 64;
constexpr uint32_t kFewVisits = 32;  // up to here looking along them beats a sorted index

// The visits of one person by key. People's lines mostly stay with a visit or go on to the next.
class VisitFinder {
 public:
  explicit VisitFinder(const Column& keys) : keys_(keys) {}

  void Enter(uint32_t begin, uint32_t end) {
    begin_ = begin;
    end_ = end;
    at_ = begin;
    index_.clear();
    missed_ = kNull;
  }

  uint32_t Find(int64_t key) {
    if (begin_ == end_ || key == missed_) return kNoRow;  // kNull is always missed
    if (keys_[at_] == key) return at_;
    uint32_t found = end_ - begin_ <= kFewVisits ? Walk(key) : Search(key);
    if (found == kNoRow) {
      if (key != kNull) missed_ = key;
      return kNoRow;
    }
    at_ = found;
    return found;
  }

 private:
  uint32_t Walk(int64_t key) const {
    if (key == kNull) return kNoRow;
    for (uint32_t visit = at_ + 1; visit < end_; visit++) {
      if (keys_[visit] == key) return visit;
    }
    for (uint32_t visit = begin_; visit < at_; visit++) {
      if (keys_[visit] == key) return visit;
    }
    return kNoRow;
  }

  uint32_t Search(int64_t key) {
    if (key == kNull) return kNoRow;
    if (at_ + 1 < end_ && keys_[at_ + 1] == key) return at_ + 1;
    if (index_.empty()) {
      for (uint32_t visit = begin_; visit < end_; visit++) index_.emplace_back(keys_[visit], visit);
      std::sort(index_.begin(), index_.end());
    }
    auto it = std::lower_bound(index_.begin(), index_.end(), std::pair(key, uint32_t{0}));
    return it != index_.end() && it->first == key ? it->second : kNoRow;
  }

  const Column& keys_;
  uint32_t begin_ = 0, end_ = 0, at_ = 0;
  int64_t missed_ = kNull;
  std::vector<std::pair<int64_t, uint32_t>> index_;
};

}  // namespace

// ---- PersonOrder

void PersonOrder::Add(const std::vector<Group>& groups) {
  auto before = [this](int64_t left, int64_t right) { return Before(left, right); };
  added_.clear();
  for (const Group& group : groups) added_.push_back(group.key);
  // One sorted stretch per file; few of them, so merge rather than sort.
  size_t stretches = 1;
  for (size_t i = 1; i < added_.size(); i++) stretches += Before(added_[i - 1], added_[i]) ? 0 : 1;
  if (stretches > kStretchesFew) {
    std::sort(added_.begin(), added_.end(), before);
    added_.erase(std::unique(added_.begin(), added_.end()), added_.end());
  } else {
    MergeStretches();
  }
  merged_.clear();
  std::set_union(keys_.begin(), keys_.end(), added_.begin(), added_.end(), std::back_inserter(merged_), before);
  keys_.swap(merged_);
}

void PersonOrder::MergeStretches() {
  auto before = [this](int64_t left, int64_t right) { return Before(left, right); };
  auto at = [this](size_t i) { return added_.begin() + static_cast<std::ptrdiff_t>(i); };
  size_t sorted = 0;
  for (size_t begin = 0; begin < added_.size();) {
    size_t end = begin + 1;
    while (end < added_.size() && Before(added_[end - 1], added_[end])) end++;
    merged_.clear();
    std::set_union(at(0), at(sorted), at(begin), at(end), std::back_inserter(merged_), before);
    std::copy(merged_.begin(), merged_.end(), added_.begin());
    sorted = merged_.size();
    begin = end;
  }
  added_.resize(sorted);
}

void PersonOrder::Place(const std::vector<Group>& groups, std::vector<uint32_t>* person_of_group) const {
  person_of_group->clear();
  auto before = [this](int64_t left, int64_t right) { return Before(left, right); };
  size_t person = 0;
  for (const Group& group : groups) {
    // Usually this person or one of the next; else far away, as where the next file begins.
    size_t near_end = std::min(person + 8, keys_.size());
    while (person < near_end && keys_[person] != group.key) person++;
    if (person == near_end) {
      auto it = std::lower_bound(keys_.begin(), keys_.end(), group.key, before);
      person = static_cast<size_t>(it - keys_.begin());
    }
    CHECK(person < keys_.size() && keys_[person] == group.key);
    person_of_group->push_back(static_cast<uint32_t>(person));
  }
}

// ---- Rows of persons

void ArrangeByPerson(const ScanRows& rows, const std::vector<uint32_t>& person_of_group, uint32_t persons,
                     const Column* time, Arrangement* arrangement) {
  std::vector<uint32_t>& first = arrangement->person_first;
  std::vector<uint32_t>& order = arrangement->order;
  const std::vector<int64_t>& row_id = rows.row_id;
  order.clear();
  first.assign(persons + 1, 0);
  bool in_place = true;
  for (size_t group = 0; group < rows.groups.size(); group++) {
    first[person_of_group[group] + 1] += rows.EndOf(group) - rows.groups[group].begin;
    if (group > 0 && person_of_group[group] < person_of_group[group - 1]) in_place = false;
  }
  std::partial_sum(first.begin(), first.end(), first.begin());

  auto list_rows = [&] {
    order.resize(rows.rows);
    std::vector<uint32_t> next(first.begin(), first.end() - 1);
    for (size_t group = 0; group < rows.groups.size(); group++) {
      uint32_t& to = next[person_of_group[group]];
      for (uint32_t row = rows.groups[group].begin; row < rows.EndOf(group); row++) order[to++] = row;
    }
  };
  if (!in_place) list_rows();

  auto sort_persons = [&](auto times) {
    auto before = [&](uint32_t left, uint32_t right) {
      return times[left] != times[right] ? times[left] < times[right] : row_id[left] < row_id[right];
    };
    for (uint32_t person = 0; person < persons; person++) {
      bool sorted = true;
      if (in_place && order.empty()) {
        for (uint32_t row = first[person] + 1; row < first[person + 1]; row++) sorted &= !before(row, row - 1);
      } else {
        for (uint32_t at = first[person] + 1; at < first[person + 1]; at++) sorted &= !before(order[at], order[at - 1]);
      }
      if (sorted) continue;
      if (order.empty()) list_rows();
      std::sort(order.begin() + first[person], order.begin() + first[person + 1], before);
    }
  };
  if (time != nullptr)
    time->Visit(sort_persons);
  else
    sort_persons(row_id.data());
}

void Reorder(const std::vector<uint32_t>& order, std::vector<int64_t>* list, std::vector<int64_t>* scratch) {
  scratch->resize(order.size());
  const int64_t* from = list->data();
  int64_t* to = scratch->data();
  for (size_t row = 0; row < order.size(); row++) to[row] = from[order[row]];
  list->swap(*scratch);
}

void Reorder(const std::vector<uint32_t>& order, ScanRows* rows, Column::Scratch* scratch) {
  for (Column& column : rows->columns) column.Reorder(order, *scratch);
  rows->visit_key.Reorder(order, *scratch);
  Reorder(order, &rows->row_id, &scratch->values);
  if (!rows->text.empty()) {
    std::vector<std::string> texts(order.size());
    for (size_t row = 0; row < order.size(); row++) texts[row] = std::move(rows->text[order[row]]);
    rows->text = std::move(texts);
  }
  rows->rows = static_cast<uint32_t>(order.size());
}

// ---- Visits

void LinkVisits(const Column& row_keys, const std::vector<uint32_t>& row_person_first, const Column& visit_keys,
                const std::vector<uint32_t>& visit_person_first, std::vector<uint32_t>* visit) {
  visit->resize(row_keys.size());
  VisitFinder finder(visit_keys);
  row_keys.Visit([&](auto keys) {
    for (size_t person = 0; person + 1 < row_person_first.size(); person++) {
      finder.Enter(visit_person_first[person], visit_person_first[person + 1]);
      for (uint32_t row = row_person_first[person]; row < row_person_first[person + 1]; row++) {
        (*visit)[row] = finder.Find(keys[row]);
      }
    }
  });
}

void ArrangeByVisit(const std::vector<uint32_t>& visit, const std::vector<int64_t>& row_id, uint32_t visits,
                    std::vector<uint32_t>* order, std::vector<uint32_t>* visit_first) {
  visit_first->assign(visits + 1, 0);
  for (uint32_t v : visit) {
    if (v != kNoRow) (*visit_first)[v + 1]++;
  }
  std::partial_sum(visit_first->begin(), visit_first->end(), visit_first->begin());
  order->resize(visit_first->back());
  std::vector<uint32_t> next(visit_first->begin(), visit_first->end() - 1);
  for (uint32_t row = 0; row < visit.size(); row++) {
    if (visit[row] != kNoRow) (*order)[next[visit[row]]++] = row;
  }
  for (uint32_t v = 0; v < visits; v++) {
    std::sort(order->begin() + (*visit_first)[v], order->begin() + (*visit_first)[v + 1],
              [&](uint32_t left, uint32_t right) { return row_id[left] < row_id[right]; });
  }
}

bool KeepLatest(const Column& keys, const std::vector<int64_t>& row_id, const std::vector<uint32_t>& person_first,
                std::vector<uint32_t>* order) {
  std::vector<uint32_t> mine, dead;
  for (size_t person = 0; person + 1 < person_first.size(); person++) {
    mine.clear();
    for (uint32_t row = person_first[person]; row < person_first[person + 1]; row++) {
      if (keys[row] != kNull) mine.push_back(row);
    }
    std::sort(mine.begin(), mine.end(), [&](uint32_t left, uint32_t right) {
      return std::pair(keys[left], row_id[left]) < std::pair(keys[right], row_id[right]);
    });
    for (size_t i = 0; i + 1 < mine.size(); i++) {
      if (keys[mine[i]] == keys[mine[i + 1]]) dead.push_back(mine[i]);
    }
  }
  if (dead.empty()) return false;
  std::sort(dead.begin(), dead.end());
  order->clear();
  size_t next = 0;
  for (uint32_t row = 0; row < keys.size(); row++) {
    if (next < dead.size() && dead[next] == row) {
      next++;
    } else {
      order->push_back(row);
    }
  }
  return true;
}

}  // namespace yijian::lake
