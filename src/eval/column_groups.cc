// The columnar evaluator for groups and windows: rows that share a key are found over whole columns, and most groups
// are judged without looking at their rows one by one.

#include <algorithm>
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
    if (HasUnits()) keys_.push_back(Units());
    for (const Node* by : rule_.by) keys_.push_back(ValuesOver(bound_, rule_, *by, bucket_, a_, days_));
    const std::vector<uint32_t>& person = bucket_.table(rule_.a.of).person;
    bool all_known = outside_.empty() && std::ranges::all_of(keys_, &SelectedValues::known);
    std::vector<uint32_t> order;
    for (size_t first = 0, last = 0; first < a_.rows.size(); first = last) {
      while (last < a_.rows.size() && person[a_.rows[last]] == person[a_.rows[first]]) last++;
      if (all_known) {
        GroupsAmong(last - first, [first](size_t i) { return static_cast<uint32_t>(first + i); });
        continue;
      }
      order.clear();
      for (size_t at = first; at < last; at++) {
        // HasKeys also reports the rows that cannot be grouped.
        if (!IsOutside(at) && HasKeys(at)) order.push_back(static_cast<uint32_t>(at));
      }
      GroupsAmong(order.size(), [&](size_t i) { return order[i]; });
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
    return {a_.rows[at], a_.StateOf(at), static_cast<uint32_t>(at), a_.lookups.empty() ? &kNone : &a_.lookups[at]};
  }

  // Rolling windows and groups of all time have no units to tell apart.
  bool HasUnits() const {
    Within::Unit unit = rule_.rule->within.unit;
    return unit != Within::Unit::kRolling && unit != Within::Unit::kAll;
  }

  // The calendar unit or visit of every selected row; rows outside any unit are marked in `outside_`.
  SelectedValues Units() {
    const size_t total = a_.rows.size();
    SelectedValues units(total);
    int64_t* to = units.data();
    const Within& within = rule_.rule->within;
    const std::vector<uint32_t>& visit = bucket_.table(rule_.a.of).visit;
    const bool in_visit = rule_.a.of != Kind::kVisit && !visit.empty();
    for (size_t at = 0; at < total; at++) {
      uint32_t row = a_.rows[at];
      if (in_visit && within.unit == Within::Unit::kVisit) {
        to[at] = visit[row] == kNoRow ? kNoVisit : visit[row];
        continue;
      }
      bool same_visit =
          at > 0 && in_visit && within.unit == Within::Unit::kStay && visit[row] == visit[a_.rows[at - 1]];
      bool is_outside = same_visit && IsOutside(at - 1);
      to[at] = same_visit ? to[at - 1] : UnitOf(within, bucket_, rule_.a.of, row, is_outside);
      if (is_outside) {
        outside_.resize(total);
        outside_[at] = 1;
      }
    }
    units.Note(0, total);
    return units;
  }
  bool IsOutside(size_t at) const { return !outside_.empty() && outside_[at] != 0; }

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
      const SelectedValues& values =
          aggregate_values_.emplace_back(ValuesOver(bound_, rule_, *node->args[0], bucket_, a_, days_));
      aggregates_.push_back({node, values.all(), values.add_up()});
    } else {
      aggregates_.push_back({node, known->values, known->adds_up});
    }
  }

  bool HasKeys(size_t at) {
    for (const SelectedValues& key : keys_) {
      if (!IsUnknown(key[at])) continue;
      int64_t reason = a_.StateOf(at) == kTrue ? key[at] : a_.StateOf(at);
      if (run_.IsOfInterest(at)) ReportUnknown(run_.context, rule_.a.of, a_.rows[at], reason, sink_);
      return false;
    }
    return true;
  }

  // Groups of the rows of one person that stand at at_of(0), ..., at_of(size - 1) of the selection, in its order.
  template <typename AtOf>
  void GroupsAmong(size_t size, AtOf at_of) {
    if (static_cast<int64_t>(size) < rule_.count_min) return;
    if (keys_.empty()) return AddGroup(0, size, at_of);
    const SelectedValues& key = keys_[0];
    bool ascends = true;
    for (size_t i = 1; i < size && ascends; i++) ascends = key[at_of(i - 1)] <= key[at_of(i)];
    if (!ascends) return GroupsSorted(0, size, at_of, 0);
    // Rows of one visit or day mostly stand together, and are mostly too few to be looked at further.
    for (size_t begin = 0, end = 0; begin < size; begin = end) {
      while (end < size && key[at_of(end)] == key[at_of(begin)]) end++;
      if (keys_.size() == 1)
        AddGroup(begin, end, at_of);
      else if (static_cast<int64_t>(end - begin) >= rule_.count_min)
        GroupsSorted(begin, end, at_of, 1);
    }
  }

  // Where a row stands among others: by the first key that counts, of equal ones by the later ones, then by its
  // position.
  struct Place {
    int64_t key;
    uint32_t at;
  };

  // The same by the keys from `from` on, whatever their order.
  template <typename AtOf>
  void GroupsSorted(size_t begin, size_t end, AtOf at_of, size_t from) {
    auto later = [&](uint32_t left, uint32_t right) {
      for (size_t i = from + 1; i < keys_.size(); i++) {
        if (keys_[i][left] != keys_[i][right]) return keys_[i][left] < keys_[i][right] ? -1 : 1;
      }
      return 0;
    };
    auto before = [&](const Place& left, const Place& right) {
      if (left.key != right.key) return left.key < right.key;
      int more = later(left.at, right.at);
      return more != 0 ? more < 0 : left.at < right.at;
    };
    places_.clear();
    for (size_t i = begin; i < end; i++) places_.push_back({keys_[from][at_of(i)], at_of(i)});
    if (!std::ranges::is_sorted(places_, before)) std::ranges::sort(places_, before);
    for (size_t first = 0, last = 0; first < places_.size(); first = last) {
      while (last < places_.size() && places_[last].key == places_[first].key &&
             later(places_[first].at, places_[last].at) == 0)
        last++;
      AddGroup(first, last, [&](size_t i) { return places_[i].at; });
    }
  }

  // A group of the rows at_of(first), ..., at_of(last - 1), if it can have it and is of interest.
  template <typename AtOf>
  void AddGroup(size_t first, size_t last, AtOf at_of) {
    if (static_cast<int64_t>(last - first) < rule_.count_min) return;
    bool of_interest = !run_.interest;
    for (size_t i = first; i < last && !of_interest; i++) of_interest = run_.IsOfInterest(at_of(i));
    if (!of_interest) return;
    size_t begin = members_.size();
    members_.resize(begin + (last - first));
    for (size_t i = first; i < last; i++) members_[begin + (i - first)] = at_of(i);
    groups_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(members_.size())});
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
    for (uint32_t at = group.begin; at < group.end && !a_.states.empty(); at++) {
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
  std::vector<SelectedValues> keys_;
  std::vector<uint8_t> outside_;  // by position: the row lies outside any unit; empty when none does
  std::vector<Place> places_;
  std::vector<uint32_t> members_;  // positions in a_, group after group
  std::vector<Group> groups_;
  std::vector<AggregateColumn> aggregates_;
  std::deque<SelectedValues> aggregate_values_;
  std::vector<int64_t> times_;  // of a group's members
};

}  // namespace

void RunGroups(RuleRun& run) { Groups(run).Run(); }

}  // namespace yijian::eval
