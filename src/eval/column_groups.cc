// The columnar evaluator for groups and windows: rows that share a key are found over whole columns, and most groups
// are judged without looking at their rows one by one.

#include <algorithm>
#include <bit>
#include <deque>

#include "eval/rule_run.h"

namespace yijian::eval {
namespace {

using finding::Sink;
using program::Form;
using program::Within;

// Members [begin, end) of the list of all members.
struct Group {
  uint32_t begin;
  uint32_t end;
};

class Groups {
 public:
  explicit Groups(RuleRun& run)
      : run_(run),
        bound_(run.bound),
        rule_(run.rule),
        bucket_(run.bucket),
        sink_(run.sink),
        a_(run.a),
        days_(run.index.times[static_cast<size_t>(run.rule.a.of)].days()) {}

  void Run() {
    std::vector<uint8_t> outside(a_.rows.size());
    std::vector<std::vector<int64_t>> keys;
    if (HasUnits()) keys.push_back(Units(outside));
    for (const Node* by : rule_.by) keys.push_back(ValuesOver(bound_, rule_, *by, bucket_, a_, days_));
    const std::vector<uint32_t>& person = bucket_.table(rule_.a.of).person;
    bool all_known = std::ranges::none_of(outside, [](uint8_t is) { return is != 0; }) &&
                     std::ranges::none_of(keys, [](const auto& key) { return std::ranges::any_of(key, IsUnknown); });
    std::vector<uint32_t> order;
    for (size_t first = 0; first < a_.rows.size();) {
      size_t last = first + 1;
      while (last < a_.rows.size() && person[a_.rows[last]] == person[a_.rows[first]]) last++;
      bool enough = static_cast<int64_t>(last - first) >= rule_.count_min;
      if (all_known && enough && StandTogether(keys, first, last)) {
        RunsOfPerson(keys, first, last);
      } else if (enough || !all_known) {
        order.clear();
        for (size_t at = first; at < last; at++) {
          // HasKeys also reports the rows that cannot be grouped.
          if (all_known || (!outside[at] && HasKeys(keys, at))) order.push_back(static_cast<uint32_t>(at));
        }
        if (enough) GroupsOfPerson(keys, order);
      }
      first = last;
    }
    if (groups_.empty()) return;
    CacheAggregates(rule_.having);
    CacheAggregates(rule_.excess);
    run_.context.aggregates = aggregates_;
    JudgeGroups();
  }

 private:
  Member MemberAt(size_t at) const {
    static const Lookups kNone = [] {
      Lookups none;
      none.fill(kNoKnowledge);
      return none;
    }();
    return {a_.rows[at], a_.states[at], static_cast<uint32_t>(at), a_.lookups.empty() ? &kNone : &a_.lookups[at]};
  }

  // Rolling windows and groups of all time have no units to tell apart.
  bool HasUnits() const {
    Within::Unit unit = rule_.rule->within.unit;
    return unit != Within::Unit::kRolling && unit != Within::Unit::kAll;
  }

  // The calendar unit or visit of every selected row; rows outside any unit are marked in `outside`.
  std::vector<int64_t> Units(std::vector<uint8_t>& outside) const {
    std::vector<int64_t> units(a_.rows.size());
    Within::Unit unit = rule_.rule->within.unit;
    const std::vector<uint32_t>& visit = bucket_.table(rule_.a.of).visit;
    if (unit == Within::Unit::kVisit && rule_.a.of != Kind::kVisit && !visit.empty()) {
      for (size_t at = 0; at < units.size(); at++) {
        uint32_t row = visit[a_.rows[at]];
        units[at] = row == kNoRow ? kNoVisit : row;
      }
      return units;
    }
    for (size_t at = 0; at < units.size(); at++) {
      bool same_visit = at > 0 && unit == Within::Unit::kStay && rule_.a.of != Kind::kVisit && !visit.empty() &&
                        visit[a_.rows[at]] == visit[a_.rows[at - 1]];
      if (same_visit) {
        units[at] = units[at - 1];
        outside[at] = outside[at - 1];
        continue;
      }
      bool is_outside = false;
      units[at] = UnitOf(rule_.rule->within, bucket_, rule_.a.of, a_.rows[at], is_outside);
      outside[at] = is_outside ? 1 : 0;
    }
    return units;
  }

  // What the aggregates add up, computed over whole columns.
  void CacheAggregates(const Node* node) {
    if (!node) return;
    bool aggregate =
        node->op == Op::kSum || node->op == Op::kMinOf || node->op == Op::kMaxOf || node->op == Op::kDistinct;
    if (!aggregate) {
      for (const Node* arg : node->args) CacheAggregates(arg);
      return;
    }
    auto known = std::ranges::find_if(
        aggregates_, [&](const AggregateColumn& column) { return AreAlike(*column.node->args[0], *node->args[0]); });
    if (known == aggregates_.end()) {
      aggregate_values_.push_back(ValuesOver(bound_, rule_, *node->args[0], bucket_, a_, days_));
      aggregates_.push_back({node, aggregate_values_.back(), AddUpExactly(aggregate_values_.back())});
    } else {
      aggregates_.push_back({node, known->values, known->adds_up});
    }
  }

  // Whether all values are known and so small that no sum of them can leave the range of money.
  static bool AddUpExactly(const std::vector<int64_t>& values) {
    int64_t bits = 0;
    for (int64_t value : values) bits |= value < 0 ? ~value : value;
    return std::bit_width(static_cast<uint64_t>(bits)) + std::bit_width(values.size()) < 62;
  }

  bool HasKeys(const std::vector<std::vector<int64_t>>& keys, size_t at) {
    for (const std::vector<int64_t>& key : keys) {
      if (!IsUnknown(key[at])) continue;
      int64_t reason = a_.states[at] == kTrue ? key[at] : a_.states[at];
      if (run_.IsOfInterest(at)) ReportUnknown(run_.context, rule_.a.of, a_.rows[at], reason, sink_);
      return false;
    }
    return true;
  }

  // Where a row stands among those of its person: by its first key, of equal ones by the others, then by its position.
  struct Place {
    int64_t key;
    uint32_t at;
  };

  // Lines of one stay mostly stand together, as all rows of a person do when there is no key.
  static bool StandTogether(const std::vector<std::vector<int64_t>>& keys, size_t first, size_t last) {
    if (keys.size() != 1) return keys.empty();
    auto begin = keys[0].begin();
    return std::is_sorted(begin + static_cast<int64_t>(first), begin + static_cast<int64_t>(last));
  }

  void RunsOfPerson(const std::vector<std::vector<int64_t>>& keys, size_t first, size_t last) {
    while (first < last) {
      size_t end = keys.empty() ? last : first + 1;
      while (end < last && keys[0][end] == keys[0][first]) end++;
      AddGroup(first, end, [](size_t at) { return static_cast<uint32_t>(at); });
      first = end;
    }
  }

  // A group of the rows at_of(first), ..., at_of(last - 1), if it can have it and is of interest.
  template <typename AtOf>
  void AddGroup(size_t first, size_t last, AtOf at_of) {
    if (static_cast<int64_t>(last - first) < rule_.count_min) return;
    auto begin = static_cast<uint32_t>(members_.size());
    bool of_interest = !run_.interest;
    for (size_t i = first; i < last; i++) {
      members_.push_back(at_of(i));
      of_interest = of_interest || run_.IsOfInterest(members_.back());
    }
    if (of_interest)
      groups_.push_back({begin, static_cast<uint32_t>(members_.size())});
    else
      members_.resize(begin);
  }

  void GroupsOfPerson(const std::vector<std::vector<int64_t>>& keys, const std::vector<uint32_t>& order) {
    auto others = [&](uint32_t left, uint32_t right) {
      for (size_t i = 1; i < keys.size(); i++) {
        if (keys[i][left] != keys[i][right]) return keys[i][left] < keys[i][right] ? -1 : 1;
      }
      return 0;
    };
    auto before = [&](const Place& left, const Place& right) {
      if (left.key != right.key) return left.key < right.key;
      int more = others(left.at, right.at);
      return more != 0 ? more < 0 : left.at < right.at;
    };
    places_.clear();
    for (uint32_t at : order) places_.push_back({keys.empty() ? 0 : keys[0][at], at});
    // Lines of one day or stay mostly stand together already.
    if (!std::is_sorted(places_.begin(), places_.end(), before)) std::sort(places_.begin(), places_.end(), before);
    for (size_t first = 0; first < places_.size();) {
      size_t last = first + 1;
      while (last < places_.size() && places_[last].key == places_[first].key &&
             others(places_[first].at, places_[last].at) == 0)
        last++;
      AddGroup(first, last, [&](size_t i) { return places_[i].at; });
      first = last;
    }
  }

  // Most groups do not have it: those whose members are all certain are asked over whole columns, and only the others
  // are looked at one by one.
  void JudgeGroups() {
    std::vector<Ask> asks;
    std::vector<size_t> asks_end;  // by group
    std::vector<uint8_t> one_by_one(groups_.size(), 1);
    bool columnar = rule_.having && IsColumnar(*rule_.having);
    for (size_t i = 0; i < groups_.size(); i++) {
      if (columnar && Put(groups_[i], asks)) one_by_one[i] = 0;
      asks_end.push_back(asks.size());
    }
    std::vector<int64_t> answers;
    if (!asks.empty())
      answers = ValuesOfAsks(bound_, rule_, *rule_.having, bucket_, a_, members_, asks, aggregates_, days_);
    size_t ask = 0;
    for (size_t i = 0; i < groups_.size(); i++) {
      bool may_have = one_by_one[i] != 0;
      for (; ask < asks_end[i]; ask++) may_have |= answers[ask] != kFalse;
      if (may_have) JudgeOne(groups_[i]);
    }
  }

  // Adds what JudgeGroup or JudgeWindows would ask of the group; false when only they can.
  bool Put(Group group, std::vector<Ask>& asks) {
    for (uint32_t at = group.begin; at < group.end; at++) {
      if (a_.states[members_[at]] != kTrue) return false;
    }
    if (rule_.rule->form == Form::kGroup) {
      asks.push_back({group.begin, group.end, members_[group.begin]});
      return true;
    }
    times_.clear();
    for (uint32_t at = group.begin; at < group.end; at++)
      times_.push_back(TimeOf(bucket_, rule_.a.of, a_.rows[members_[at]]));
    if (times_[0] == kNull) return false;  // the timeless come first
    uint32_t size = group.end - group.begin;
    uint32_t from = 0;
    for (uint32_t first = 0, last = 0; first < size; first = last) {
      int64_t time = times_[first];
      while (last < size && times_[last] == time) last++;
      while (times_[from] <= time - rule_.rule->within.seconds) from++;
      if (static_cast<int64_t>(last - from) < rule_.count_min) continue;
      for (uint32_t at = first; at < last; at++)
        asks.push_back({group.begin + from, group.begin + last, members_[group.begin + at]});
    }
    return true;
  }

  void JudgeOne(Group group) {
    std::vector<Member> members;
    for (uint32_t at = group.begin; at < group.end; at++) members.push_back(MemberAt(members_[at]));
    if (rule_.rule->form == Form::kWindow)
      JudgeWindows(members, run_.context, sink_);
    else
      JudgeGroup(members, run_.context, sink_);
  }

  RuleRun& run_;
  const Bound& bound_;
  const BoundRule& rule_;
  const Bucket& bucket_;
  Sink& sink_;
  const Selection& a_;
  DayRange days_;  // of its rows
  std::vector<Place> places_;
  std::vector<uint32_t> members_;  // positions in a_, group after group
  std::vector<Group> groups_;
  std::vector<AggregateColumn> aggregates_;
  std::deque<std::vector<int64_t>> aggregate_values_;
  std::vector<int64_t> times_;  // of a group's members
};

}  // namespace

void RunGroups(RuleRun& run) { Groups(run).Run(); }

}  // namespace yijian::eval
