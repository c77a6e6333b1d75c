#include "eval/select.h"

#include <algorithm>
#include <array>
#include <optional>

#include "eval/prefilter.h"

namespace yijian::eval {

DayRange TimeRange::days() const {
  if (!complete || first > last) return {};
  return {DayOf(first), DayOf(last)};
}

BucketIndex IndexBucket(const Bound& bound, const Bucket& bucket, program::Subject subject) {
  BucketIndex found;
  for (const timeline::KindInfo& info : timeline::Kinds()) {
    TimeRange& range = found.times[static_cast<size_t>(info.kind)];
    const Table& table = bucket.table(info.kind);
    const timeline::FieldInfo* field = info.time.empty() ? nullptr : timeline::FindField(info.kind, info.time);
    size_t ordinal = field ? timeline::OrdinalOf(*field) : 0;
    if (!field || table.columns.size() <= ordinal || table.columns[ordinal].empty()) {
      range.complete = false;
      continue;
    }
    table.columns[ordinal].Visit([&](auto times) {
      for (uint32_t row = 0; row < table.rows; row++) {
        range.first = std::min(range.first, times[row]);
        range.last = std::max(range.last, times[row]);
      }
    });
    range.complete = range.first != kNull;
  }

  found.candidates.resize(bound.sides.size());
  const ItemIndex& index = bound.item_index[static_cast<size_t>(subject)];
  const Table& lines = bucket.table(Kind::kLine);
  static const size_t kItem = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  if (lines.columns.empty() || lines.columns[kItem].empty()) return found;
  const std::vector<uint32_t> none;
  auto sides_of = [&](int64_t code) {
    if (static_cast<uint64_t>(code) < index.group.size()) {  // kNull is a huge unsigned number
      return &index.group_sides[index.group[static_cast<size_t>(code)]];
    }
    const LateCode* late = bound.late->Find(code);
    return late ? &late->sides[static_cast<size_t>(subject)] : &none;
  };
  auto add = [&](uint32_t row, const std::vector<uint32_t>& sides) {
    for (uint32_t side : sides) found.candidates[side].push_back(row);
  };
  const Column& items = lines.columns[kItem];
  if (const uint16_t* entry = items.index(); entry && items.distinct() < lines.rows) {
    std::vector<const std::vector<uint32_t>*> sides(items.distinct());
    for (size_t at = 0; at < sides.size(); at++) sides[at] = sides_of(items.entry(at));
    for (uint32_t row = 0; row < lines.rows; row++) add(row, *sides[entry[row]]);
  } else {
    for (uint32_t row = 0; row < lines.rows; row++) add(row, *sides_of(items[row]));
  }
  return found;
}

namespace {

// Rows of one chunk on their way through the tests of a side.
class Sieve {
 public:
  Sieve(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket,
        const TimeRange& times)
      : bound_(bound), rule_(rule), side_(side), slot_(slot), bucket_(bucket), days_(times.days()) {
    always_ = times.complete && times.first <= times.last && DayOf(times.first) >= rule.rule->from &&
              DayOf(times.last) < rule.rule->until && rule.rule->area.empty() && side.bindings.empty();
    static const size_t kStay = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "stay"));
    stay_ = kStay;
    const timeline::KindInfo& info = timeline::InfoOf(side.of);
    if (!info.time.empty())
      time_ = &bucket.table(side.of).columns[timeline::OrdinalOf(*timeline::FindField(side.of, info.time))];
    if (time_ && time_->empty()) time_ = nullptr;
    if (!side.bindings.empty()) lookups_.resize(kChunk);
  }

  void Run(const uint32_t* rows, size_t size, Selection& selection) {
    size_ = size;
    sure_ = true;
    std::copy(rows, rows + size, rows_.begin());
    std::fill(states_.begin(), states_.begin() + static_cast<int64_t>(size), kTrue);
    if (side_.stays_only) StaysOnly();
    if (!always_) InForce();
    if (size_ == 0) return;
    for (const Node* conjunct : side_.conjuncts) {
      Keep(*conjunct, false);
      if (size_ == 0) return;
    }
    if (!rule_.binary) {
      for (const Node* when : rule_.unless) Keep(*when, true);
    }
    selection.rows.insert(selection.rows.end(), rows_.begin(), rows_.begin() + static_cast<int64_t>(size_));
    if (!sure_ || !selection.states.empty()) {
      selection.states.resize(selection.rows.size() - size_, kTrue);
      selection.states.insert(selection.states.end(), states_.begin(), states_.begin() + static_cast<int64_t>(size_));
    }
    if (!side_.bindings.empty())
      selection.lookups.insert(selection.lookups.end(), lookups_.begin(),
                               lookups_.begin() + static_cast<int64_t>(size_));
  }

  // Rows that came by without a time.
  const std::vector<uint32_t>& timeless() const { return timeless_; }

 private:
  void Move(size_t from, size_t to) {
    rows_[to] = rows_[from];
    states_[to] = states_[from];
    if (!lookups_.empty()) lookups_[to] = lookups_[from];
  }

  void StaysOnly() {
    const Column& stay = bucket_.table(Kind::kVisit).columns[stay_];
    size_t kept = 0;
    for (size_t i = 0; i < size_; i++) {
      int64_t value = stay.empty() ? kNull : stay[rows_[i]];
      if (value == kFalse) continue;
      Move(i, kept);
      if (value == kNull) {
        states_[kept] = kStayUnset;
        sure_ = false;
      }
      kept++;
    }
    size_ = kept;
  }

  // The row's time, the rule's validity and area, the knowledge rows.
  void InForce() {
    const program::Rule& rule = *rule_.rule;
    Context context = ContextFor(bound_, rule_, bucket_);
    context.anchor_kind = side_.of;
    size_t kept = 0;
    for (size_t i = 0; i < size_; i++) {
      uint32_t row = rows_[i];
      int64_t time = time_ ? (*time_)[row] : kNull;
      if (time == kNull) time = TimeOf(bucket_, side_.of, row);
      Move(i, kept);
      if (time == kNull) {
        // Cannot be judged at all: straight to the unknowns.
        timeless_.push_back(row);
        continue;
      }
      Date day = DayOf(time);
      if (day < rule.from || day >= rule.until) continue;
      if (!rule.area.empty() && AreaOf(bucket_, bound_, side_.of, row).compare(0, rule.area.size(), rule.area) != 0)
        continue;
      if (!side_.bindings.empty() && !LookUpAll(row, day, context, lookups_[kept], states_[kept])) continue;
      kept++;
    }
    size_ = kept;
  }

  // False when a key is in no table.
  bool LookUpAll(uint32_t row, Date day, Context& context, Lookups& found, int64_t& state) {
    context.rows[slot_] = row;
    context.anchor = row;
    context.lookups.fill(kNoKnowledge);
    for (uint16_t index : side_.bindings) {
      int64_t missing = kFalse;
      context.lookups[index] = LookUpOne(rule_.bindings[index], row, day, context, missing);
      if (IsUnknown(missing)) {
        state = And(state, missing);
        sure_ = false;
      } else if (context.lookups[index] == kNoKnowledge)
        return false;
    }
    found = context.lookups;
    return true;
  }

  // Most tables have one row for a code that holds on all days of the bucket, everywhere.
  int32_t LookUpOne(const BoundBinding& binding, uint32_t row, Date day, Context& context, int64_t& missing) {
    const Node& key = *binding.keys[0];
    if (binding.keys.size() == 1 && key.op == Op::kField && key.hop == Hop::kOwn && key.kind == side_.of) {
      int64_t code = bucket_.table(key.kind).At(key.field, row);
      int32_t always = code == kNull ? kNoKnowledge : binding.table->FindAlways(code, days_);
      if (always != kNoKnowledge) return always;
    }
    return LookUp(binding, context, day, AreaOf(bucket_, bound_, side_.of, row), missing);
  }

  void Keep(const Node& node, bool negated) {
    if (!negated && KeepByField(node)) return;
    std::array<int64_t, kChunk> values;
    Batch batch{&bound_, &rule_, &bucket_,     side_.of,
                slot_,   size_,  rows_.data(), lookups_.empty() ? nullptr : lookups_.data(),
                nullptr, true,   days_};
    Vector(node, batch, values.data());
    if (negated) {
      KeepLoop([&](size_t i) { return Not(values[i]); });
    } else {
      KeepLoop([&](size_t i) { return values[i]; });
    }
  }

  // Moves without branching: which rows stay is as good as random.
  template <typename ValueOf>
  void KeepLoop(ValueOf value_of) {
    size_t kept = 0;
    if (sure_ && lookups_.empty()) {  // nearly always
      bool unknown = false;
      for (size_t i = 0; i < size_; i++) {
        int64_t state = value_of(i);
        rows_[kept] = rows_[i];
        states_[kept] = state;
        kept += state != kFalse ? 1 : 0;
        unknown |= IsUnknown(state);
      }
      sure_ = !unknown;
    } else {
      for (size_t i = 0; i < size_; i++) {
        int64_t state = And(states_[i], value_of(i));
        if (state == kFalse) continue;
        if (i != kept) Move(i, kept);
        states_[kept] = state;
        sure_ = sure_ && state == kTrue;
        kept++;
      }
    }
    size_ = kept;
  }

  // The commonest tests: an own field against a constant, in a list of codes, or true. No column in between.
  bool KeepByField(const Node& node) {
    const bool is_map = node.op == Op::kInList || node.op == Op::kStartsWith;
    const bool compares = node.op == Op::kEqual || node.op == Op::kLess || node.op == Op::kLessEqual ||
                          node.op == Op::kGreater || node.op == Op::kGreaterEqual || node.op == Op::kNotEqual;
    const Node& field = is_map || compares ? *node.args[0] : node;
    if (field.op != Op::kField || field.hop != Hop::kOwn || field.kind != side_.of) return false;
    if (compares && (node.args[1]->op != Op::kConst || IsUnknown(node.args[1]->value))) return false;
    const Column& column = bucket_.table(field.kind).columns[field.field];
    if (column.empty()) return false;
    const int64_t unknown = field.unknown;
    auto keep = [&](auto test) {
      column.Visit([&](auto values) {
        KeepLoop([&, values, unknown](size_t i) {
          int64_t value = values[rows_[i]];
          int64_t certain = test(value);
          return value == kNull ? unknown : certain;
        });
      });
      return true;
    };
    if (is_map) {
      const int64_t* map = node.map->values.data();
      const auto codes = static_cast<uint64_t>(node.map->values.size());
      return keep([&, map, codes](int64_t value) {
        if (static_cast<uint64_t>(value) < codes) return map[value];
        return value == kNull ? kFalse : MapAt(node, value);
      });
    }
    if (!compares) return keep([](int64_t value) { return value; });
    const int64_t limit = node.args[1]->value;
    switch (node.op) {
      case Op::kEqual:
        return keep([limit](int64_t value) { return int64_t{value == limit}; });
      case Op::kNotEqual:
        return keep([limit](int64_t value) { return int64_t{value != limit}; });
      case Op::kLess:
        return keep([limit](int64_t value) { return int64_t{value < limit}; });
      case Op::kLessEqual:
        return keep([limit](int64_t value) { return int64_t{value <= limit}; });
      case Op::kGreater:
        return keep([limit](int64_t value) { return int64_t{value > limit}; });
      default:
        return keep([limit](int64_t value) { return int64_t{value >= limit}; });
    }
  }

  const Bound& bound_;
  const BoundRule& rule_;
  const BoundSide& side_;
  uint8_t slot_;
  const Bucket& bucket_;
  DayRange days_;
  const Column* time_ = nullptr;
  bool always_ = false;  // in force for every row, nothing to look up
  size_t stay_ = 0;
  size_t size_ = 0;
  bool sure_ = true;                   // all states are kTrue
  std::array<uint32_t, kChunk> rows_;  // the first size_ count: clearing them would cost more than a small bucket does
  std::array<int64_t, kChunk> states_;
  std::vector<Lookups> lookups_;
  std::vector<uint32_t> timeless_;
};

// Rows without a time are rare; they are put among the others as unknown.
void MergeTimeless(const std::vector<uint32_t>& timeless, Selection& selection) {
  if (timeless.empty()) return;
  Selection merged{.timed = false};
  size_t next = 0;
  Lookups none{};
  none.fill(kNoKnowledge);
  auto push_timeless = [&] {
    merged.rows.push_back(timeless[next++]);
    merged.states.push_back(kNoTime);
    if (!selection.lookups.empty()) merged.lookups.push_back(none);
  };
  for (size_t i = 0; i < selection.rows.size(); i++) {
    while (next < timeless.size() && timeless[next] < selection.rows[i]) push_timeless();
    merged.rows.push_back(selection.rows[i]);
    merged.states.push_back(selection.StateOf(i));
    if (!selection.lookups.empty()) merged.lookups.push_back(selection.lookups[i]);
  }
  while (next < timeless.size()) push_timeless();
  if (!merged.lookups.empty()) merged.lookups.resize(merged.rows.size(), none);
  selection = std::move(merged);
}

// Rows that matter, null = all of the kind; `persons` as in Select.
Selection SelectFrom(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot,
                     const Bucket& bucket, const BucketIndex& index, const std::vector<uint32_t>* candidates,
                     const std::vector<uint32_t>* persons) {
  Selection selection;
  if ((candidates && candidates->empty()) || bucket.table(side.of).rows == 0) return selection;
  std::optional<std::vector<uint32_t>> filtered;
  // Rows without a time are unknown whatever else holds: they must reach the sieve.
  if (index.times[static_cast<size_t>(side.of)].complete)
    filtered = Prefiltered(bound, rule, side, slot, bucket, candidates, persons);
  if (filtered) candidates = &*filtered;
  Sieve sieve(bound, rule, side, slot, bucket, index.times[static_cast<size_t>(side.of)]);
  if (candidates) {
    for (size_t at = 0; at < candidates->size(); at += kChunk) {
      sieve.Run(candidates->data() + at, std::min(kChunk, candidates->size() - at), selection);
    }
  } else {
    std::array<uint32_t, kChunk> rows;
    uint32_t total = bucket.table(side.of).rows;
    for (uint32_t at = 0; at < total; at += kChunk) {
      size_t size = std::min<size_t>(kChunk, total - at);
      for (size_t i = 0; i < size; i++) rows[i] = at + static_cast<uint32_t>(i);
      sieve.Run(rows.data(), size, selection);
    }
  }
  MergeTimeless(sieve.timeless(), selection);
  return selection;
}

}  // namespace

Selection Select(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket,
                 const BucketIndex& index, const std::vector<uint32_t>* persons) {
  const std::vector<uint32_t>* candidates = side.interest.empty() ? nullptr : &index.candidates[side.index];
  return SelectFrom(bound, rule, side, slot, bucket, index, candidates, persons);
}

Selection SelectAmong(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot,
                      const Bucket& bucket, const BucketIndex& index, const std::vector<uint32_t>& rows) {
  return SelectFrom(bound, rule, side, slot, bucket, index, &rows, nullptr);
}

SelectedValues ValuesOver(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                          const Selection& selection, DayRange days) {
  const size_t total = selection.rows.size();
  SelectedValues values(total);
  for (size_t at = 0; at < total; at += kChunk) {
    const size_t size = std::min(kChunk, total - at);
    const Lookups* lookups = selection.lookups.empty() ? nullptr : selection.lookups.data() + at;
    Batch batch{&bound,  &rule,   &bucket,         rule.a.of, 0, size, selection.rows.data() + at,
                lookups, nullptr, selection.timed, days};
    Vector(node, batch, values.data() + at);
    values.Note(at, at + size);
  }
  return values;
}

std::vector<int64_t> ValuesOfAsks(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                  const Selection& selection, std::span<const uint32_t> order,
                                  std::span<const Ask> asks, std::span<const AggregateColumn> aggregates,
                                  DayRange days) {
  std::vector<int64_t> values(asks.size());
  std::array<uint32_t, kChunk> rows;
  std::vector<Lookups> lookups(selection.lookups.empty() ? 0 : kChunk);
  for (size_t at = 0; at < asks.size(); at += kChunk) {
    size_t size = std::min(kChunk, asks.size() - at);
    for (size_t i = 0; i < size; i++) rows[i] = selection.rows[asks[at + i].speaker];
    for (size_t i = 0; i < size && !lookups.empty(); i++) lookups[i] = selection.lookups[asks[at + i].speaker];
    GroupBatch groups{order, asks.data() + at, aggregates};
    Batch batch{&bound,  &rule, &bucket, rule.a.of, 0, size, rows.data(), lookups.empty() ? nullptr : lookups.data(),
                &groups, true,  days};
    Vector(node, batch, values.data() + at);
  }
  return values;
}

}  // namespace yijian::eval
