// The columnar evaluator for pairs, overlaps, sequences and absences: both sides are found over whole columns, and of
// one person only rows within reach of each other are looked at together.

#include <algorithm>
#include <ranges>

#include "eval/rule_run.h"

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

class Pairs {
 public:
  explicit Pairs(RuleRun& run)
      : run_(run),
        bound_(run.bound),
        rule_(run.rule),
        bucket_(run.bucket),
        index_(run.index),
        sink_(run.sink),
        context_(run.context),
        a_(run.a) {}

  void Run() {
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
  uint32_t PersonOf(Kind kind, uint32_t row) const { return bucket_.table(kind).person[row]; }

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

  void EnterPair(size_t a, size_t b) {
    run_.EnterA(a);
    context_.rows[1] = b_.rows[b];
    if (b_.lookups.empty()) return;
    for (size_t i = 0; i < context_.lookups.size(); i++) {
      if (context_.lookups[i] == kNoKnowledge) context_.lookups[i] = b_.lookups[b][i];
    }
  }
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
        return PairsOf(a, b);
      case Form::kAbsence:
        return Absence(a, b);
      default:
        return AllPairs(a, b);
    }
  }

  int64_t JudgeTogether(size_t a, size_t b) {
    EnterPair(a, b);
    return And(And(a_.StateOf(a), b_.StateOf(b)), JudgePair(context_));
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

  void PairsOf(Span a, Span b) {
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
      if (apart < rule.within.seconds && b_.StateOf(other) == kTrue && !itself) return true;
    }
    return false;
  }

  void Absence(Span a, Span b) {
    for (size_t at = a.first; at < a.last; at++) {
      if (a_.StateOf(at) == kTrue && IsSurelyPresent(at, b)) continue;
      Span reach = Reach(times_a_[at], b, times_b_);
      int64_t present = kFalse;
      for (size_t other = reach.first; other < reach.last && present != kTrue; other++) {
        if (rule_.a.of == rule_.b.of && a_.rows[at] == b_.rows[other]) continue;
        EnterPair(at, other);
        present = Or(present, And(b_.StateOf(other), JudgePair(context_)));
      }
      run_.EnterA(at);
      int64_t state = And(And(a_.StateOf(at), NoException(context_)), Not(present));
      if (state == kTrue) ReportRow(context_, sink_);
      if (IsUnknown(state)) ReportUnknown(context_, rule_.a.of, a_.rows[at], state, sink_);
    }
  }

  RuleRun& run_;
  const Bound& bound_;
  const BoundRule& rule_;
  const Bucket& bucket_;
  const BucketIndex& index_;
  Sink& sink_;
  Context& context_;
  const Selection& a_;
  Selection b_;
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

void RunPairs(RuleRun& run) { Pairs(run).Run(); }

}  // namespace yijian::eval
