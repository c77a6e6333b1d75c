#include "eval/select.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace yijian::eval {
namespace {

// The groups that the rows of a batch speak for.
struct GroupBatch {
  std::span<const uint32_t> order;
  const Ask* asks;  // one per row
  std::span<const AggregateColumn> aggregates;
};

// Up to kChunk rows of one side, evaluated together.
struct Batch {
  const Bound* bound;
  const BoundRule* rule;
  const Bucket* bucket;
  Kind of;
  uint8_t slot;
  size_t size;
  const uint32_t* rows;
  const std::array<int32_t, 16>* lookups;  // may be null
  const GroupBatch* groups = nullptr;
  bool timed = false;  // every row has a time
};

void Scalar(const Node& node, const Batch& batch, int64_t* out) {
  Context context = ContextFor(*batch.bound, *batch.rule, *batch.bucket);
  context.anchor_kind = batch.of;
  for (size_t i = 0; i < batch.size; i++) {
    context.rows[batch.slot] = batch.rows[i];
    context.anchor = batch.rows[i];
    if (batch.lookups) context.lookups = batch.lookups[i];
    out[i] = Evaluate(node, context);
  }
}

void Gather(const Node& node, const Batch& batch, int64_t* out) {
  const Column& column = batch.bucket->table(node.kind).columns[node.field];
  const int64_t* values = column.empty() ? nullptr : column.data();
  auto put = [&](size_t i, uint32_t row) {
    int64_t value = values ? values[row] : kNull;
    out[i] = value == kNull ? node.unknown : value;
  };
  if (node.hop == Hop::kOwn || (node.hop == Hop::kVisit && node.base == Kind::kVisit)) {
    for (size_t i = 0; i < batch.size; i++) put(i, batch.rows[i]);
  } else if (node.hop == Hop::kPerson) {
    const uint32_t* person = batch.bucket->table(node.base).person.data();
    for (size_t i = 0; i < batch.size; i++) put(i, person[batch.rows[i]]);
  } else {
    const std::vector<uint32_t>& visit = batch.bucket->table(node.base).visit;
    for (size_t i = 0; i < batch.size; i++) {
      uint32_t row = visit.empty() ? kNoRow : visit[batch.rows[i]];
      if (row == kNoRow)
        out[i] = kNoVisit;
      else
        put(i, row);
    }
  }
}

void Vector(const Node& node, const Batch& batch, int64_t* out);

// Most codes stand in no row of the table, whatever the day and the area.
void InTable(const Node& node, const Batch& batch, int64_t* out) {
  if (!batch.timed) return Scalar(node, batch, out);
  Vector(*node.args[0], batch, out);
  for (size_t i = 0; i < batch.size; i++) {
    if (IsUnknown(out[i])) continue;
    if (!node.table->Holds(out[i])) {
      out[i] = kFalse;
      continue;
    }
    Date day = DayOf(TimeOf(*batch.bucket, batch.of, batch.rows[i]));
    const std::string& area = AreaOf(*batch.bucket, *batch.bound, batch.of, batch.rows[i]);
    out[i] = node.table->Find(out[i], day, area) == kNoKnowledge ? kFalse : kTrue;
  }
}

// One operation over two columns: on known values only, the leftmost unknown passes through.
template <typename Operation>
void CompareLoop(const int64_t* left, const int64_t* right, size_t size, int64_t* out, Operation operation) {
  for (size_t i = 0; i < size; i++) {
    int64_t certain = operation(left[i], right[i]);
    out[i] = IsUnknown(left[i]) ? left[i] : IsUnknown(right[i]) ? right[i] : certain;
  }
}

// The same when the operation itself deals with unknowns.
template <typename Operation>
void EachLoop(const int64_t* left, const int64_t* right, size_t size, int64_t* out, Operation operation) {
  for (size_t i = 0; i < size; i++) out[i] = operation(left[i], right[i]);
}

void Binary(const Node& node, const Batch& batch, int64_t* out) {
  std::array<int64_t, kChunk> right;
  Vector(*node.args[0], batch, out);
  Vector(*node.args[1], batch, right.data());
  size_t n = batch.size;
  switch (node.op) {
    case Op::kEqual:
      return CompareLoop(out, right.data(), n, out, std::equal_to<>());
    case Op::kNotEqual:
      return CompareLoop(out, right.data(), n, out, std::not_equal_to<>());
    case Op::kLess:
      return CompareLoop(out, right.data(), n, out, std::less<>());
    case Op::kLessEqual:
      return CompareLoop(out, right.data(), n, out, std::less_equal<>());
    case Op::kGreater:
      return CompareLoop(out, right.data(), n, out, std::greater<>());
    case Op::kGreaterEqual:
      return CompareLoop(out, right.data(), n, out, std::greater_equal<>());
    case Op::kAnd:
      return EachLoop(out, right.data(), n, out, [](int64_t l, int64_t r) { return And(l, r); });
    case Op::kOr:
      return EachLoop(out, right.data(), n, out, [](int64_t l, int64_t r) { return Or(l, r); });
    case Op::kAdd:
      return CompareLoop(out, right.data(), n, out, [](int64_t l, int64_t r) { return AddMicro(l, r); });
    case Op::kSubtract:
      return CompareLoop(out, right.data(), n, out, [](int64_t l, int64_t r) { return SubtractMicro(l, r); });
    case Op::kMultiply:
      return CompareLoop(out, right.data(), n, out, [](int64_t l, int64_t r) { return MulMicro(l, r); });
    default:
      return EachLoop(out, right.data(), n, out, [&](int64_t l, int64_t r) { return Apply(node, l, r); });
  }
}

// As Apply says, with a divisor the compiler knows: half up towards plus when positive, away from zero when negative.
int64_t RoundToFen(int64_t value) {
  int64_t down = value / kMicroPerFen;
  int64_t rest = value % kMicroPerFen;
  if (rest < 0) {  // towards minus infinity
    rest += kMicroPerFen;
    down--;
  }
  bool up = rest * 2 > kMicroPerFen || (rest * 2 == kMicroPerFen && value > 0);
  return (down + (up ? 1 : 0)) * kMicroPerFen;
}

void Unary(const Node& node, const Batch& batch, int64_t* out) {
  Vector(*node.args[0], batch, out);
  size_t n = batch.size;
  if (node.op == Op::kDay) {
    for (size_t i = 0; i < n; i++) out[i] = IsUnknown(out[i]) ? out[i] : DayOf(out[i]);
  } else if (node.op == Op::kAbs) {
    for (size_t i = 0; i < n; i++) out[i] = IsUnknown(out[i]) || out[i] >= 0 ? out[i] : -out[i];
  } else if (node.op == Op::kRound && node.type == Type::kMoney) {
    for (size_t i = 0; i < n; i++) out[i] = IsUnknown(out[i]) ? out[i] : RoundToFen(out[i]);
  } else if (node.op == Op::kNot) {
    for (size_t i = 0; i < n; i++) out[i] = Not(out[i]);
  } else if (node.op == Op::kKnown) {
    for (size_t i = 0; i < n; i++) out[i] = IsUnknown(out[i]) ? kFalse : kTrue;
  } else {
    for (size_t i = 0; i < n; i++) out[i] = Apply(node, out[i]);
  }
}

void Choice(const Node& node, const Batch& batch, int64_t* out) {
  std::array<int64_t, kChunk> yes;
  std::array<int64_t, kChunk> no;
  Vector(*node.args[0], batch, out);
  Vector(*node.args[1], batch, yes.data());
  Vector(*node.args[2], batch, no.data());
  for (size_t i = 0; i < batch.size; i++) {
    if (!IsUnknown(out[i])) out[i] = out[i] == kTrue ? yes[i] : no[i];
  }
}

void Map(const Node& node, const Batch& batch, int64_t* out) {
  Vector(*node.args[0], batch, out);
  const int64_t* map = node.map->values.data();
  auto size = static_cast<int64_t>(node.map->values.size());
  for (size_t i = 0; i < batch.size; i++) {
    if (IsUnknown(out[i])) continue;
    out[i] = out[i] >= 0 && out[i] < size ? map[out[i]] : MapAt(node, out[i]);
  }
}

// The members' values folded into one; the first unknown stays.
template <typename Fold>
void FoldLoop(const GroupBatch& groups, std::span<const int64_t> values, size_t size, int64_t* out, Fold fold) {
  for (size_t i = 0; i < size; i++) {
    const Ask& ask = groups.asks[i];
    int64_t folded = values[groups.order[ask.begin]];
    for (uint32_t at = ask.begin + 1; at < ask.end && !IsUnknown(folded); at++) {
      int64_t value = values[groups.order[at]];
      folded = IsUnknown(value) ? value : fold(folded, value);
    }
    out[i] = folded;
  }
}

void Distinct(const GroupBatch& groups, std::span<const int64_t> values, size_t size, int64_t* out) {
  std::vector<int64_t> seen;
  for (size_t i = 0; i < size; i++) {
    const Ask& ask = groups.asks[i];
    seen.clear();
    int64_t unknown = kFalse;
    for (uint32_t at = ask.begin; at < ask.end && !IsUnknown(unknown); at++) {
      int64_t value = values[groups.order[at]];
      if (IsUnknown(value)) unknown = value;
      if (seen.empty() || seen.back() != value) seen.push_back(value);
    }
    std::sort(seen.begin(), seen.end());
    out[i] = IsUnknown(unknown) ? unknown : (std::unique(seen.begin(), seen.end()) - seen.begin()) * kMicro;
  }
}

void Aggregate(const Node& node, const GroupBatch& groups, size_t size, int64_t* out) {
  if (node.op == Op::kCount) {
    for (size_t i = 0; i < size; i++) out[i] = static_cast<int64_t>(groups.asks[i].end - groups.asks[i].begin) * kMicro;
    return;
  }
  auto column = std::ranges::find(groups.aggregates, &node, &AggregateColumn::node);
  CHECK(column != groups.aggregates.end());
  std::span<const int64_t> values = column->values;
  switch (node.op) {
    case Op::kSum:
      return FoldLoop(groups, values, size, out, [](int64_t sum, int64_t value) { return AddMicro(sum, value); });
    case Op::kMinOf:
      return FoldLoop(groups, values, size, out, [](int64_t least, int64_t value) { return std::min(least, value); });
    case Op::kMaxOf:
      return FoldLoop(groups, values, size, out, [](int64_t most, int64_t value) { return std::max(most, value); });
    default:
      return Distinct(groups, values, size, out);
  }
}

bool IsAggregate(Op op) {
  return op == Op::kCount || op == Op::kSum || op == Op::kMinOf || op == Op::kMaxOf || op == Op::kDistinct;
}

void Vector(const Node& node, const Batch& batch, int64_t* out) {
  if (batch.groups && IsAggregate(node.op)) return Aggregate(node, *batch.groups, batch.size, out);
  switch (node.op) {
    case Op::kConst:
      std::fill(out, out + batch.size, node.value);
      return;
    case Op::kField:
      return Gather(node, batch, out);
    case Op::kStartsWith:
    case Op::kPrefix:
    case Op::kDosesPerDay:
    case Op::kInList:
      return Map(node, batch, out);
    case Op::kParam:
      if (node.params.size() == 1 && node.params[0].from <= DateOf({1950, 1, 1})) {
        std::fill(out, out + batch.size, node.params[0].value);
        return;
      }
      return Scalar(node, batch, out);
    case Op::kKnowledge: {
      const BoundTable& table = *batch.rule->bindings[node.binding].table;
      for (size_t i = 0; i < batch.size; i++) {
        int32_t row = batch.lookups ? batch.lookups[i][node.binding] : kNoKnowledge;
        out[i] = row == kNoKnowledge ? kNull : table.rows[static_cast<size_t>(row)].values[node.column];
      }
      return;
    }
    case Op::kTernary:
      return Choice(node, batch, out);
    case Op::kInTable:
      return InTable(node, batch, out);
    case Op::kUnits:
    case Op::kCount:
    case Op::kSum:
    case Op::kMinOf:
    case Op::kMaxOf:
    case Op::kDistinct:
    case Op::kExists:
    case Op::kAll:
    case Op::kCountIf:
      return Scalar(node, batch, out);
    default:
      break;
  }
  if (node.args.size() == 1) return Unary(node, batch, out);
  Binary(node, batch, out);
}

// Rows of one chunk on their way through the tests of a side.
class Sieve {
 public:
  Sieve(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket,
        const TimeRange& times)
      : bound_(bound), rule_(rule), side_(side), slot_(slot), bucket_(bucket) {
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
    selection.states.insert(selection.states.end(), states_.begin(), states_.begin() + static_cast<int64_t>(size_));
    if (!side_.bindings.empty())
      selection.lookups.insert(selection.lookups.end(), lookups_.begin(),
                               lookups_.begin() + static_cast<int64_t>(size_));
  }

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
      if (value == kNull) states_[kept] = kStayUnset;
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
        Pending(row);
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
  bool LookUpAll(uint32_t row, Date day, Context& context, std::array<int32_t, 16>& found, int64_t& state) {
    context.rows[slot_] = row;
    context.anchor = row;
    context.lookups.fill(kNoKnowledge);
    const std::string& area = AreaOf(bucket_, bound_, side_.of, row);
    for (uint16_t index : side_.bindings) {
      int64_t missing = kFalse;
      context.lookups[index] = LookUp(rule_.bindings[index], context, day, area, missing);
      if (IsUnknown(missing))
        state = And(state, missing);
      else if (context.lookups[index] == kNoKnowledge)
        return false;
    }
    found = context.lookups;
    return true;
  }

  void Keep(const Node& node, bool negated) {
    if (!negated && KeepByField(node)) return;
    std::array<int64_t, kChunk> values;
    Batch batch{&bound_, &rule_, &bucket_,     side_.of,
                slot_,   size_,  rows_.data(), lookups_.empty() ? nullptr : lookups_.data(),
                nullptr, true};
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
    if (lookups_.empty()) {
      for (size_t i = 0; i < size_; i++) {
        int64_t state = And(states_[i], value_of(i));
        rows_[kept] = rows_[i];
        states_[kept] = state;
        kept += state != kFalse ? 1 : 0;
      }
      size_ = kept;
      return;
    }
    for (size_t i = 0; i < size_; i++) {
      int64_t state = And(states_[i], value_of(i));
      if (state == kFalse) continue;
      if (i != kept) Move(i, kept);
      states_[kept] = state;
      kept++;
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
    const int64_t* values = column.data();
    const int64_t unknown = field.unknown;
    auto keep = [&](auto test) {
      KeepLoop([&, values, unknown](size_t i) {
        int64_t value = values[rows_[i]];
        int64_t certain = test(value);
        return value == kNull ? unknown : certain;
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

  void Pending(uint32_t row) { timeless_.push_back(row); }

 public:
  const std::vector<uint32_t>& timeless() const { return timeless_; }

 private:
  const Bound& bound_;
  const BoundRule& rule_;
  const BoundSide& side_;
  uint8_t slot_;
  const Bucket& bucket_;
  const Column* time_ = nullptr;
  bool always_ = false;  // in force for every row, nothing to look up
  size_t stay_ = 0;
  size_t size_ = 0;
  std::array<uint32_t, kChunk> rows_;  // the first size_ count: clearing them would cost more than a small bucket does
  std::array<int64_t, kChunk> states_;
  std::vector<std::array<int32_t, 16>> lookups_;
  std::vector<uint32_t> timeless_;
};

// Rows without a time are rare; they are put among the others as unknown.
void MergeTimeless(const std::vector<uint32_t>& timeless, Selection& selection) {
  if (timeless.empty()) return;
  Selection merged;
  size_t next = 0;
  std::array<int32_t, 16> none{};
  none.fill(kNoKnowledge);
  auto push_timeless = [&] {
    merged.rows.push_back(timeless[next++]);
    merged.states.push_back(kNoTime);
    if (!selection.lookups.empty()) merged.lookups.push_back(none);
  };
  for (size_t i = 0; i < selection.rows.size(); i++) {
    while (next < timeless.size() && timeless[next] < selection.rows[i]) push_timeless();
    merged.rows.push_back(selection.rows[i]);
    merged.states.push_back(selection.states[i]);
    if (!selection.lookups.empty()) merged.lookups.push_back(selection.lookups[i]);
  }
  while (next < timeless.size()) push_timeless();
  if (!merged.lookups.empty()) merged.lookups.resize(merged.rows.size(), none);
  selection = std::move(merged);
}

}  // namespace

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
    for (int64_t time : table.columns[ordinal]) {
      range.first = std::min(range.first, time);
      range.last = std::max(range.last, time);
    }
    range.complete = range.first != kNull;
  }

  found.candidates.resize(bound.sides.size());
  const ItemIndex& index = bound.item_index[static_cast<size_t>(subject)];
  const Table& lines = bucket.table(Kind::kLine);
  static const size_t kItem = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  if (lines.columns.empty() || lines.columns[kItem].empty()) return found;
  const Column& items = lines.columns[kItem];
  const uint16_t* groups = index.group.data();
  auto codes = static_cast<uint64_t>(index.group.size());
  for (uint32_t row = 0; row < lines.rows; row++) {
    auto code = static_cast<uint64_t>(items[row]);
    if (code >= codes) {  // kNull is a huge unsigned number
      const LateCode* late = bound.late->Find(items[row]);
      if (!late) continue;
      for (uint32_t side : late->sides[static_cast<size_t>(subject)]) found.candidates[side].push_back(row);
      continue;
    }
    if (groups[code] == 0) continue;
    for (uint32_t side : index.group_sides[groups[code]]) found.candidates[side].push_back(row);
  }
  return found;
}

namespace {

// How far a condition reaches: one that looks only at the person, or only at the visit, is asked once for all their
// rows.
enum class Reach { kPerson, kVisit, kRow };

Reach ReachOf(const Node& node) {
  Reach reach = Reach::kPerson;
  switch (node.op) {
    case Op::kConst:
      return Reach::kPerson;
    case Op::kField:
      if (node.slot >= lang::kMacroSlot || node.hop == Hop::kVisit) return Reach::kVisit;
      return node.hop == Hop::kPerson ? Reach::kPerson : Reach::kRow;
    case Op::kKnowledge:
    case Op::kParam:
    case Op::kInTable:
    case Op::kUnits:
      return Reach::kRow;
    case Op::kExists:
    case Op::kAll:
    case Op::kCountIf:
      if (node.base_slot >= lang::kMacroSlot) return Reach::kRow;
      reach = Reach::kVisit;
      break;
    default:
      break;
  }
  for (const Node* arg : node.args) reach = std::max(reach, ReachOf(*arg));
  return reach;
}

// Whether the person or the visit alone can make the condition false, and which of the two must be asked.
bool CanRefute(const Node& node, Reach& reach) {
  Reach own = ReachOf(node);
  if (own != Reach::kRow) {
    reach = std::max(reach, own);
    return true;
  }
  if (node.op == Op::kInTable && ReachOf(*node.args[0]) != Reach::kRow) {
    reach = std::max(reach, ReachOf(*node.args[0]));
    return true;
  }
  if (node.op == Op::kAnd) {
    Reach left = reach, right = reach;
    bool by_left = CanRefute(*node.args[0], left);
    bool by_right = CanRefute(*node.args[1], right);
    reach = std::max(by_left ? left : reach, by_right ? right : reach);
    return by_left || by_right;
  }
  return node.op == Op::kOr && CanRefute(*node.args[0], reach) && CanRefute(*node.args[1], reach);
}

// Throws rows out before they are looked at one by one: those whose key no table holds, whose person or whose visit
// already makes a conjunct false. A false decides '&&' wherever it stands, so nothing is lost, and reasons stay those
// of Sieve.
class Prefilter {
 public:
  Prefilter(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket)
      : slot_(slot), bucket_(bucket), table_(bucket.table(side.of)), context_(ContextFor(bound, rule, bucket)) {
    context_.anchor_kind = side.of;
    static const size_t kStay = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "stay"));
    stay_ = kStay;
    // Groups within a stay have no rows outside one.
    bool grouped = rule.rule->form == program::Form::kGroup || rule.rule->form == program::Form::kWindow;
    stays_only_ = grouped && rule.rule->within.unit == program::Within::Unit::kStay && side.of != Kind::kVisit;
    for (const Node* conjunct : side.conjuncts) {
      Reach reach = Reach::kPerson;
      if (!CanRefute(*conjunct, reach)) continue;
      if (reach == Reach::kPerson)
        of_person_.push_back(conjunct);
      else if (side.of != Kind::kVisit)
        of_visit_.push_back(conjunct);
    }
    for (uint16_t index : side.bindings) {
      const Node& key = *rule.bindings[index].keys[0];
      if (key.op != Op::kField || key.hop != Hop::kOwn || key.kind != side.of || !side.interest.empty()) continue;
      if (!table_.columns[key.field].empty()) keys_.push_back({&table_.columns[key.field], rule.bindings[index].table});
    }
  }

  // Null when there is nothing to ask. `persons`: only their rows matter; null = everybody's.
  std::optional<std::vector<uint32_t>> Run(const std::vector<uint32_t>* candidates,
                                           const std::vector<uint32_t>* persons) {
    if (of_person_.empty() && of_visit_.empty() && keys_.empty() && !stays_only_ && !(persons && !candidates))
      return std::nullopt;
    if (candidates && candidates->size() < kChunk) return std::nullopt;
    std::vector<uint32_t> rows;
    if (candidates) {
      if (!of_person_.empty()) person_memo_.assign(bucket_.persons(), kUnasked);
      for (uint32_t row : *candidates) {
        if (KeysHold(row) && (of_person_.empty() || Memo(of_person_, person_memo_, table_.person[row], row)))
          rows.push_back(row);
      }
    } else {
      WholePersons(persons, rows);
    }
    if ((!of_visit_.empty() || stays_only_) && !table_.visit.empty()) KeepVisits(rows);
    return rows;
  }

 private:
  static constexpr uint8_t kUnasked = 2;

  bool KeysHold(uint32_t row) const {
    for (const auto& [column, table] : keys_) {
      if ((*column)[row] != kNull && !table->Holds((*column)[row])) return false;
    }
    return true;
  }

  bool MayHold(const std::vector<const Node*>& conjuncts, uint32_t row) {
    context_.rows[slot_] = row;
    context_.anchor = row;
    return std::all_of(conjuncts.begin(), conjuncts.end(), [&](const Node* conjunct) { return MayHold(*conjunct); });
  }

  // False only when no row of the person or visit at hand can make it true or unknown.
  bool MayHold(const Node& node) {
    if (ReachOf(node) != Reach::kRow) return Evaluate(node, context_) != kFalse;
    if (node.op == Op::kInTable && ReachOf(*node.args[0]) != Reach::kRow) {
      int64_t code = Evaluate(node.args[0], context_);
      return IsUnknown(code) || node.table->Holds(code);
    }
    if (node.op == Op::kAnd) return MayHold(*node.args[0]) && MayHold(*node.args[1]);
    if (node.op == Op::kOr) return MayHold(*node.args[0]) || MayHold(*node.args[1]);
    return true;
  }

  bool Memo(const std::vector<const Node*>& conjuncts, std::vector<uint8_t>& memo, uint32_t at, uint32_t row) {
    if (memo[at] == kUnasked) memo[at] = MayHold(conjuncts, row) ? 1 : 0;
    return memo[at] != 0;
  }

  void WholePersons(const std::vector<uint32_t>* persons, std::vector<uint32_t>& rows) {
    size_t count = persons ? persons->size() : bucket_.persons();
    for (size_t i = 0; i < count; i++) {
      uint32_t person = persons ? (*persons)[i] : static_cast<uint32_t>(i);
      uint32_t first = table_.person_first[person];
      uint32_t last = table_.person_first[person + 1];
      if (first == last || (!of_person_.empty() && !MayHold(of_person_, first))) continue;
      for (uint32_t row = first; row < last; row++) {
        if (KeysHold(row)) rows.push_back(row);
      }
    }
  }

  void KeepVisits(std::vector<uint32_t>& rows) {
    std::vector<uint8_t> memo(bucket_.table(Kind::kVisit).rows, kUnasked);
    size_t kept = 0;
    for (uint32_t row : rows) {
      uint32_t visit = table_.visit[row];
      if (visit != kNoRow && memo[visit] == kUnasked && stays_only_ &&
          bucket_.table(Kind::kVisit).At(stay_, visit) == kFalse)
        memo[visit] = 0;
      if (visit == kNoRow || Memo(of_visit_, memo, visit, row)) rows[kept++] = row;
    }
    rows.resize(kept);
  }

  uint8_t slot_;
  const Bucket& bucket_;
  const Table& table_;
  Context context_;
  std::vector<const Node*> of_person_;
  std::vector<const Node*> of_visit_;
  std::vector<std::pair<const Column*, const BoundTable*>> keys_;
  std::vector<uint8_t> person_memo_;
  size_t stay_ = 0;
  bool stays_only_ = false;
};

}  // namespace

namespace {

// Rows that matter, null = all of the kind; `persons` as in Select.
Selection SelectFrom(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot,
                     const Bucket& bucket, const BucketIndex& index, const std::vector<uint32_t>* candidates,
                     const std::vector<uint32_t>* persons) {
  Selection selection;
  if ((candidates && candidates->empty()) || bucket.table(side.of).rows == 0) return selection;
  std::optional<std::vector<uint32_t>> filtered;
  // Rows without a time are unknown whatever else holds: they must reach the sieve.
  if (index.times[static_cast<size_t>(side.of)].complete)
    filtered = Prefilter(bound, rule, side, slot, bucket).Run(candidates, persons);
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

std::vector<int64_t> ValuesOver(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                const Selection& selection) {
  std::vector<int64_t> values(selection.rows.size());
  bool timed = std::ranges::find(selection.states, kNoTime) == selection.states.end();
  for (size_t at = 0; at < values.size(); at += kChunk) {
    Batch batch{&bound,
                &rule,
                &bucket,
                rule.a.of,
                0,
                std::min(kChunk, values.size() - at),
                selection.rows.data() + at,
                selection.lookups.empty() ? nullptr : selection.lookups.data() + at,
                nullptr,
                timed};
    Vector(node, batch, values.data() + at);
  }
  return values;
}

namespace {

bool HasAggregate(const Node& node) {
  return IsAggregate(node.op) || std::ranges::any_of(node.args, [](const Node* arg) { return HasAggregate(*arg); });
}

}  // namespace

bool IsColumnar(const Node& node) {
  switch (node.op) {
    case Op::kUnits:
      return false;
    case Op::kInTable:
    case Op::kExists:
    case Op::kAll:
    case Op::kCountIf:
      return !HasAggregate(node);  // asked row by row
    default:
      break;
  }
  if (IsAggregate(node.op)) return true;
  return std::ranges::all_of(node.args, [](const Node* arg) { return IsColumnar(*arg); });
}

std::vector<int64_t> ValuesOfAsks(const Bound& bound, const BoundRule& rule, const Node& node, const Bucket& bucket,
                                  const Selection& selection, std::span<const uint32_t> order,
                                  std::span<const Ask> asks, std::span<const AggregateColumn> aggregates) {
  std::vector<int64_t> values(asks.size());
  std::array<uint32_t, kChunk> rows;
  std::vector<std::array<int32_t, 16>> lookups(selection.lookups.empty() ? 0 : kChunk);
  for (size_t at = 0; at < asks.size(); at += kChunk) {
    size_t size = std::min(kChunk, asks.size() - at);
    for (size_t i = 0; i < size; i++) rows[i] = selection.rows[asks[at + i].speaker];
    for (size_t i = 0; i < size && !lookups.empty(); i++) lookups[i] = selection.lookups[asks[at + i].speaker];
    GroupBatch groups{order, asks.data() + at, aggregates};
    Batch batch{&bound,  &rule, &bucket, rule.a.of, 0, size, rows.data(), lookups.empty() ? nullptr : lookups.data(),
                &groups, true};
    Vector(node, batch, values.data() + at);
  }
  return values;
}

bool AreAlike(const Node& left, const Node& right) {
  auto alike = [](const ParamSpan& one, const ParamSpan& other) {
    return one.from == other.from && one.value == other.value;
  };
  auto parts = [](const Node& node) {
    return std::tuple(node.op, node.type, node.value, node.slot, node.hop, node.base, node.kind, node.field,
                      node.binding, node.column, node.base_slot, node.unknown, node.map, node.table);
  };
  return parts(left) == parts(right) && std::ranges::equal(left.params, right.params, alike) &&
         std::ranges::equal(left.args, right.args, [](const Node* a, const Node* b) { return AreAlike(*a, *b); });
}

}  // namespace yijian::eval
