// The columnar evaluator: one pass finds the candidate rows of all rules by item, whole columns are tested at once, and
// only what survives is looked at row by row.

#include <algorithm>
#include <bit>
#include <deque>
#include <ranges>

#include "eval/select.h"

namespace yijian::eval {
namespace {

using finding::Sink;
using program::Charge;
using program::Form;
using program::Within;

// Selected rows of one person: positions [first, last) of the selection.
struct Span {
  size_t first;
  size_t last;
};

// Members [begin, end) of the list of all members.
struct Group {
  uint32_t begin;
  uint32_t end;
};

class Columns {
 public:
  // `interest`: EvaluateOptions::lines_of_interest.
  Columns(const Bound& bound, const BoundRule& rule, const Bucket& bucket, const BucketIndex& index,
          const std::vector<uint8_t>* interest, Sink& sink)
      : bound_(bound),
        rule_(rule),
        bucket_(bucket),
        index_(index),
        interest_(LeavesOut(*rule.rule) ? interest : nullptr),
        sink_(sink),
        days_(index.times[static_cast<size_t>(rule.a.of)].days()),
        context_(ContextFor(bound, rule, bucket)) {}

  void Run() {
    a_ = Select(bound_, rule_, rule_.a, 0, bucket_, index_);
    if (a_.rows.empty()) return;
    if (!rule_.binary) {
      if (rule_.rule->form == Form::kEach)
        Each();
      else
        Groups();
      return;
    }
    // Only those who have an a can be accused.
    std::vector<uint32_t> persons;
    for (uint32_t row : a_.rows) {
      uint32_t person = PersonOf(rule_.a.of, row);
      if (persons.empty() || persons.back() != person) persons.push_back(person);
    }
    std::vector<uint32_t> near;
    if (NearA(near))
      b_ = SelectAmong(bound_, rule_, rule_.b, 1, bucket_, index_, near);
    else
      b_ = Select(bound_, rule_, rule_.b, 1, bucket_, index_,
                  4 * persons.size() < bucket_.persons() ? &persons : nullptr);
    if (b_.rows.empty() && rule_.rule->form != Form::kAbsence) return;
    PrepareTimes();
    ForEachPerson();
  }

 private:
  // How far apart two rows that belong together can be; 0 when time does not tell.
  int64_t ReachSeconds() const {
    const Within& within = rule_.rule->within;
    switch (within.unit) {
      case Within::Unit::kHour:
        return kSecondsPerHour;
      case Within::Unit::kDay:
        return kSecondsPerDay;
      case Within::Unit::kIsoWeek:
        return 7 * kSecondsPerDay;
      case Within::Unit::kMonth:
        return 31 * kSecondsPerDay;
      case Within::Unit::kYear:
        return 366 * kSecondsPerDay;
      case Within::Unit::kRolling:
        return within.seconds;
      default:
        return 0;
    }
  }

  // The lines within reach of some a, when no item names those of side b: a superset, ascending. False: ask all.
  bool NearA(std::vector<uint32_t>& near) const {
    bool by_time = rule_.rule->form == Form::kPair || rule_.rule->form == Form::kAbsence;
    int64_t reach = by_time ? ReachSeconds() : 0;
    const TimeRange& times = index_.times[static_cast<size_t>(Kind::kLine)];
    if (reach == 0 || rule_.b.of != Kind::kLine || !rule_.b.interest.empty() || !times.complete) return false;
    const Table& lines = bucket_.table(Kind::kLine);
    static const size_t kTime = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "time"));
    const Column& time = lines.columns[kTime];
    for (uint32_t row : a_.rows) {
      int64_t center = TimeOf(bucket_, rule_.a.of, row);
      uint32_t person = PersonOf(rule_.a.of, row);
      if (center == kNull) return false;
      uint32_t begin = lines.person_first[person];
      uint32_t end = lines.person_first[person + 1];
      if (!near.empty()) begin = std::max(begin, near.back() + 1);
      auto rows = std::views::iota(begin, std::max(begin, end));
      auto low = std::ranges::partition_point(rows, [&](uint32_t at) { return time[at] < center - reach; });
      for (uint32_t at : std::ranges::subrange(low, rows.end())) {
        if (time[at] > center + reach) break;
        near.push_back(at);
      }
    }
    return true;
  }

  uint32_t PersonOf(Kind kind, uint32_t row) const { return bucket_.table(kind).person[row]; }
  // A group that reaches beyond a visit may be another one for a line of interest that only the other of two histories
  // has: all groups are judged, so that the one it was is seen to be gone.
  static bool LeavesOut(const program::Rule& rule) {
    Within::Unit unit = rule.within.unit;
    bool in_visit = rule.form == Form::kEach || unit == Within::Unit::kVisit || unit == Within::Unit::kStay;
    return rule.a.of == Kind::kLine && in_visit;
  }
  bool IsOfInterest(size_t at) const { return !interest_ || (*interest_)[a_.rows[at]] != 0; }

  void EnterA(size_t at) {
    context_.rows[0] = a_.rows[at];
    context_.anchor_kind = rule_.a.of;
    context_.anchor = a_.rows[at];
    if (a_.lookups.empty())
      context_.lookups.fill(kNoKnowledge);
    else
      context_.lookups = a_.lookups[at];
  }

  void EnterPair(size_t a, size_t b) {
    EnterA(a);
    context_.rows[1] = b_.rows[b];
    if (b_.lookups.empty()) return;
    for (size_t i = 0; i < context_.lookups.size(); i++) {
      if (context_.lookups[i] == kNoKnowledge) context_.lookups[i] = b_.lookups[b][i];
    }
  }

  void Each() {
    for (size_t at = 0; at < a_.rows.size(); at++) {
      if (!IsOfInterest(at)) continue;
      EnterA(at);
      if (a_.states[at] == kTrue)
        ReportRow(context_, sink_);
      else
        ReportUnknown(context_, rule_.a.of, a_.rows[at], a_.states[at], sink_);
    }
  }

  // --- group and window ---

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

  void Groups() {
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
    context_.aggregates = aggregates_;
    JudgeGroups();
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
      ReportUnknown(context_, rule_.a.of, a_.rows[at], reason, sink_);
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
    bool of_interest = !interest_;
    for (size_t i = first; i < last; i++) {
      members_.push_back(at_of(i));
      of_interest = of_interest || IsOfInterest(members_.back());
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
    times_a_.clear();  // of the group's members
    for (uint32_t at = group.begin; at < group.end; at++)
      times_a_.push_back(TimeOf(bucket_, rule_.a.of, a_.rows[members_[at]]));
    if (times_a_[0] == kNull) return false;  // the timeless come first
    uint32_t size = group.end - group.begin;
    uint32_t from = 0;
    for (uint32_t first = 0, last = 0; first < size; first = last) {
      int64_t time = times_a_[first];
      while (last < size && times_a_[last] == time) last++;
      while (times_a_[from] <= time - rule_.rule->within.seconds) from++;
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
      JudgeWindows(members, context_, sink_);
    else
      JudgeGroup(members, context_, sink_);
  }

  // --- pair, overlap, sequence, absence ---

  // The column of times of a kind all of whose rows have one.
  const Column* OwnTimes(Kind kind) const {
    const timeline::KindInfo& info = timeline::InfoOf(kind);
    if (info.time.empty() || !index_.times[static_cast<size_t>(kind)].complete) return nullptr;
    return &bucket_.table(kind).columns[timeline::OrdinalOf(*timeline::FindField(kind, info.time))];
  }

  void PrepareTimes() {
    auto times = [&](const BoundSide& side, const Selection& selection) {
      std::vector<int64_t> list(selection.rows.size());
      if (const Column* own = OwnTimes(side.of)) {
        for (size_t at = 0; at < list.size(); at++) list[at] = (*own)[selection.rows[at]];
        return list;
      }
      for (size_t at = 0; at < list.size(); at++) list[at] = TimeOf(bucket_, side.of, selection.rows[at]);
      return list;
    };
    times_a_ = times(rule_.a, a_);
    times_b_ = times(rule_.b, b_);
    sorted_ = IsSorted(rule_.a, a_, times_a_) && IsSorted(rule_.b, b_, times_b_);
    // A pair table over the items of both sides names the partners worth trying.
    for (uint16_t index : rule_.rule->match) {
      const BoundBinding& binding = rule_.bindings[index];
      if (binding.keys.size() != 2 || binding.keys[0]->op != Op::kField || binding.keys[1]->op != Op::kField) continue;
      if (binding.keys[0]->slot != 0 || binding.keys[1]->slot != 1) continue;
      if (binding.keys[0]->hop != Hop::kOwn || binding.keys[1]->hop != Hop::kOwn) continue;
      partner_table_ = binding.table;
      partner_a_ = binding.keys[0]->field;
      partner_b_ = binding.keys[1]->field;
      break;
    }
  }

  // Whether every row has a time and those of one person ascend (diagnoses, ordered by visit, may not).
  bool IsSorted(const BoundSide& side, const Selection& selection, const std::vector<int64_t>& times) const {
    for (size_t at = 0; at < times.size(); at++) {
      if (times[at] == kNull) return false;
      bool same_person = at > 0 && PersonOf(side.of, selection.rows[at]) == PersonOf(side.of, selection.rows[at - 1]);
      if (same_person && times[at] < times[at - 1]) return false;
    }
    return true;
  }

  void ForEachPerson() {
    size_t b_at = 0;
    for (size_t first = 0; first < a_.rows.size();) {
      uint32_t person = PersonOf(rule_.a.of, a_.rows[first]);
      size_t last = first + 1;
      while (last < a_.rows.size() && PersonOf(rule_.a.of, a_.rows[last]) == person) last++;
      while (b_at < b_.rows.size() && PersonOf(rule_.b.of, b_.rows[b_at]) < person) b_at++;
      size_t b_last = b_at;
      while (b_last < b_.rows.size() && PersonOf(rule_.b.of, b_.rows[b_last]) == person) b_last++;
      Person({first, last}, {b_at, b_last});
      b_at = b_last;
      first = last;
    }
  }

  void Person(Span a, Span b) {
    switch (rule_.rule->form) {
      case Form::kPair:
        return Pairs(a, b);
      case Form::kAbsence:
        return Absence(a, b);
      default:
        return AllPairs(a, b);
    }
  }

  int64_t JudgeTogether(size_t a, size_t b) {
    EnterPair(a, b);
    return And(And(a_.states[a], b_.states[b]), JudgePair(context_));
  }

  // Positions of the other side that can be within reach of time `time`: a superset, ascending.
  Span Reach(int64_t time, Span span, const std::vector<int64_t>& times) const {
    int64_t before = ReachSeconds();
    if (before == 0) return span;
    if (time == kNull || !sorted_) return span;
    auto begin = times.begin() + static_cast<int64_t>(span.first);
    auto end = times.begin() + static_cast<int64_t>(span.last);
    auto low = std::lower_bound(begin, end, time - before);
    auto high = std::upper_bound(low, end, time + before);
    return {static_cast<size_t>(low - times.begin()), static_cast<size_t>(high - times.begin())};
  }

  void Pairs(Span a, Span b) {
    if (b.first == b.last) return;
    bool by_a = rule_.rule->charge == Charge::kA;
    if (partner_table_ && !by_a) return PairsByTable(a, b);
    Span charged = by_a ? a : b;
    for (size_t one = charged.first; one < charged.last; one++) {
      Span others = by_a ? Reach(times_a_[one], b, times_b_) : Reach(times_b_[one], a, times_a_);
      partners_.clear();
      for (size_t other = others.first; other < others.last; other++) partners_.push_back(other);
      TryPartners(one, by_a);
    }
  }

  // Tries partners_ in order; reports the first that makes it true, else one unknown.
  void TryPartners(size_t one, bool by_a) {
    int64_t unknown = kFalse;
    for (size_t other : partners_) {
      size_t at_a = by_a ? one : other;
      size_t at_b = by_a ? other : one;
      if (rule_.symmetric && a_.rows[at_a] >= b_.rows[at_b]) continue;
      int64_t state = JudgeTogether(at_a, at_b);
      if (state == kTrue) return ReportPair(context_, sink_);
      if (IsUnknown(state) && !IsUnknown(unknown)) unknown = state;
    }
    if (!IsUnknown(unknown)) return;
    uint32_t row = by_a ? a_.rows[one] : b_.rows[one];
    ReportUnknown(context_, by_a ? rule_.a.of : rule_.b.of, row, unknown, sink_);
  }

  void PairsByTable(Span a, Span b) {
    // The a's of this person by code, so that each b looks only at the partners the table names.
    by_code_.clear();
    for (size_t at = a.first; at < a.last; at++)
      by_code_.push_back({bucket_.table(rule_.a.of).At(partner_a_, a_.rows[at]), at});
    std::sort(by_code_.begin(), by_code_.end());
    bool late_a = !by_code_.empty() && partner_table_->IsLate(by_code_.back().first);
    for (size_t one = b.first; one < b.last; one++) {
      int64_t code_b = bucket_.table(rule_.b.of).At(partner_b_, b_.rows[one]);
      if (late_a || partner_table_->IsLate(code_b)) {  // the list of partners does not know them
        TryLatePartners(one, code_b, Reach(times_b_[one], a, times_a_));
        continue;
      }
      auto partner = partner_table_->partners.find(code_b);
      if (partner == partner_table_->partners.end()) continue;
      Span reach = Reach(times_b_[one], a, times_a_);
      if (reach.first == reach.last) continue;
      partners_.clear();
      if (by_code_.size() <= partner->second.size()) {
        for (const auto& [code, at] : by_code_) {
          if (std::binary_search(partner->second.begin(), partner->second.end(), code)) AddPartner(at, reach);
        }
      } else {
        for (int64_t code : partner->second) {
          auto entry = std::lower_bound(by_code_.begin(), by_code_.end(), std::pair<int64_t, size_t>{code, 0});
          for (; entry != by_code_.end() && entry->first == code; ++entry) AddPartner(entry->second, reach);
        }
      }
      std::sort(partners_.begin(), partners_.end());
      TryPartners(one, false);
    }
  }

  void TryLatePartners(size_t one, int64_t code_b, Span reach) {
    partners_.clear();
    for (const auto& [code, at] : by_code_) {
      if (code >= 0 && partner_table_->MayPair(code, code_b)) AddPartner(at, reach);
    }
    std::sort(partners_.begin(), partners_.end());
    TryPartners(one, false);
  }

  void AddPartner(size_t at, Span reach) {
    if (at >= reach.first && at < reach.last) partners_.push_back(at);
  }

  void AllPairs(Span a, Span b) {
    for (size_t at_a = a.first; at_a < a.last; at_a++) {
      for (size_t at_b = b.first; at_b < b.last; at_b++) {
        if (rule_.symmetric && a_.rows[at_a] >= b_.rows[at_b]) continue;
        if (rule_.rule->next_only && !IsNext(at_a, at_b, b)) continue;
        int64_t state = JudgeTogether(at_a, at_b);
        if (state == kTrue) ReportPair(context_, sink_);
        if (IsUnknown(state)) ReportUnknown(context_, rule_.b.of, b_.rows[at_b], state, sink_);
      }
    }
  }

  bool IsNext(size_t at_a, size_t at_b, Span b) const {
    if (times_a_[at_a] == kNull) return false;
    for (size_t other = b.first; other < b.last; other++) {
      if (times_b_[other] != kNull && times_b_[other] > times_a_[at_a]) return other == at_b;
    }
    return false;
  }

  // Whether a certain b stands near enough to look no further. Says nothing when more than time counts.
  bool IsSurelyPresent(size_t at, Span b) const {
    const program::Rule& rule = *rule_.rule;
    bool by_time = rule.within.unit == Within::Unit::kRolling && rule.direction == program::Direction::kAny;
    if (!by_time || !sorted_ || rule_.where || !rule.match.empty()) return false;
    Span reach = Reach(times_a_[at], b, times_b_);
    for (size_t other = reach.first; other < reach.last; other++) {
      int64_t apart = std::abs(times_b_[other] - times_a_[at]);
      bool itself = rule_.a.of == rule_.b.of && a_.rows[at] == b_.rows[other];
      if (apart < rule.within.seconds && b_.states[other] == kTrue && !itself) return true;
    }
    return false;
  }

  void Absence(Span a, Span b) {
    for (size_t at = a.first; at < a.last; at++) {
      if (a_.states[at] == kTrue && IsSurelyPresent(at, b)) continue;
      Span reach = Reach(times_a_[at], b, times_b_);
      int64_t present = kFalse;
      for (size_t other = reach.first; other < reach.last && present != kTrue; other++) {
        if (rule_.a.of == rule_.b.of && a_.rows[at] == b_.rows[other]) continue;
        EnterPair(at, other);
        present = Or(present, And(b_.states[other], JudgePair(context_)));
      }
      EnterA(at);
      int64_t state = And(And(a_.states[at], NoException(context_)), Not(present));
      if (state == kTrue) ReportRow(context_, sink_);
      if (IsUnknown(state)) ReportUnknown(context_, rule_.a.of, a_.rows[at], state, sink_);
    }
  }

  const Bound& bound_;
  const BoundRule& rule_;
  const Bucket& bucket_;
  const BucketIndex& index_;
  const std::vector<uint8_t>* interest_;
  Sink& sink_;
  DayRange days_;  // of the rows of side a
  Context context_;
  Selection a_;
  Selection b_;
  std::vector<Place> places_;
  std::vector<uint32_t> members_;  // positions in a_, group after group
  std::vector<Group> groups_;
  std::vector<AggregateColumn> aggregates_;
  std::deque<std::vector<int64_t>> aggregate_values_;
  std::vector<int64_t> times_a_;
  std::vector<int64_t> times_b_;
  bool sorted_ = false;
  const BoundTable* partner_table_ = nullptr;
  size_t partner_a_ = 0;
  size_t partner_b_ = 0;
  std::vector<std::pair<int64_t, size_t>> by_code_;
  std::vector<size_t> partners_;
};

}  // namespace

namespace {

// Whether what the rule would say is of no interest: it is about items, and none of their lines is.
bool IsIdle(const BoundRule& rule, const BucketIndex& index, const std::vector<uint8_t>* interest) {
  auto lines_of = [&](const BoundSide& side) {
    return side.interest.empty() ? nullptr : &index.candidates[side.index];
  };
  const std::vector<uint32_t>* a = lines_of(rule.a);
  if (a && a->empty()) return true;  // nobody can be accused
  if (!a || !interest) return false;
  auto is_idle = [&](const std::vector<uint32_t>& lines) {
    return std::ranges::none_of(lines, [&](uint32_t row) { return (*interest)[row] != 0; });
  };
  if (!is_idle(*a)) return false;
  if (!rule.binary) return true;
  const std::vector<uint32_t>* b = lines_of(rule.b);
  return b && is_idle(*b);
}

}  // namespace

void EvaluateColumns(const Bound& bound, const Bucket& bucket, Sink& sink, EvaluateOptions options) {
  BucketIndex index = IndexBucket(bound, bucket, options.subject);
  for (const BoundRule& rule : bound.rules) {
    if (rule.rule->subject != options.subject || (rule.rule->moments & options.moments) == 0) continue;
    if (IsIdle(rule, index, options.lines_of_interest)) continue;
    if (options.watch && !options.watch->Begin(rule.index)) continue;
    Columns(bound, rule, bucket, index, options.lines_of_interest, sink).Run();
    if (options.watch) options.watch->End(rule.index);
  }
}

}  // namespace yijian::eval
