#include "eval/vectors.h"

#include <algorithm>
#include <tuple>

namespace yijian::eval {
namespace {

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

// Whether the rows follow each other without a gap: rows of a batch ascend, but not those who speak for groups.
bool IsStretch(const Batch& batch) {
  return batch.size > 0 && !batch.groups && batch.rows[batch.size - 1] - batch.rows[0] + 1 == batch.size;
}

template <typename Values>
void GatherFrom(Values values, const Node& node, const Batch& batch, int64_t* out) {
  const int64_t unknown = node.unknown;
  auto put = [&](size_t i, size_t row) {
    int64_t value = values[row];
    out[i] = value == kNull ? unknown : value;
  };
  if (node.hop == Hop::kOwn || (node.hop == Hop::kVisit && node.base == Kind::kVisit)) {
    if (IsStretch(batch)) {
      for (size_t i = 0, first = batch.rows[0]; i < batch.size; i++) put(i, first + i);
    } else {
      for (size_t i = 0; i < batch.size; i++) put(i, batch.rows[i]);
    }
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

void Gather(const Node& node, const Batch& batch, int64_t* out) {
  const Column& column = batch.bucket->table(node.kind).columns[node.field];
  if (column.empty()) {
    // A row without a visit is unknown for that, not for the field.
    if (node.hop == Hop::kVisit && node.base != Kind::kVisit) return Scalar(node, batch, out);
    std::fill(out, out + batch.size, node.unknown);
    return;
  }
  column.Visit([&](auto values) { GatherFrom(values, node, batch, out); });
}

// Most codes stand in no row of the table, or in one for all days of the bucket and everywhere.
void InTable(const Node& node, const Batch& batch, int64_t* out) {
  if (!batch.timed) return Scalar(node, batch, out);
  Vector(*node.args[0], batch, out);
  int64_t code = kNull;  // the last one asked for
  int64_t answer = kNull;
  for (size_t i = 0; i < batch.size; i++) {
    if (IsUnknown(out[i])) continue;
    if (out[i] != code) {
      code = out[i];
      bool surely = node.table->FindAlways(code, batch.days) != kNoKnowledge;
      answer = surely ? kTrue : node.table->Holds(code) ? kNull : kFalse;
    }
    if (answer != kNull) {
      out[i] = answer;
      continue;
    }
    Date day = DayOf(TimeOf(*batch.bucket, batch.of, batch.rows[i]));
    const std::string& area = AreaOf(*batch.bucket, *batch.bound, batch.of, batch.rows[i]);
    out[i] = node.table->Find(code, day, area) == kNoKnowledge ? kFalse : kTrue;
  }
}

// The right operand of a loop: a column, or the same value for all.
struct Values {
  const int64_t* at;
  int64_t operator[](size_t i) const { return at[i]; }
};
struct Same {
  int64_t value;
  int64_t operator[](size_t) const { return value; }
};

// One operation over two columns: on known values only, the leftmost unknown passes through.
template <typename Right, typename Operation>
void CompareLoop(int64_t* values, Right right, size_t size, Operation operation) {
  for (size_t i = 0; i < size; i++) {
    int64_t certain = operation(values[i], right[i]);
    values[i] = IsUnknown(values[i]) ? values[i] : IsUnknown(right[i]) ? right[i] : certain;
  }
}

// The same when the operation itself deals with unknowns.
template <typename Right, typename Operation>
void EachLoop(int64_t* values, Right right, size_t size, Operation operation) {
  for (size_t i = 0; i < size; i++) values[i] = operation(values[i], right[i]);
}

// `values` are the left operand and become the result.
template <typename Right>
void Binary(const Node& node, Right right, size_t size, int64_t* values) {
  switch (node.op) {
    case Op::kEqual:
      return CompareLoop(values, right, size, std::equal_to<>());
    case Op::kNotEqual:
      return CompareLoop(values, right, size, std::not_equal_to<>());
    case Op::kLess:
      return CompareLoop(values, right, size, std::less<>());
    case Op::kLessEqual:
      return CompareLoop(values, right, size, std::less_equal<>());
    case Op::kGreater:
      return CompareLoop(values, right, size, std::greater<>());
    case Op::kGreaterEqual:
      return CompareLoop(values, right, size, std::greater_equal<>());
    case Op::kAnd:
      return EachLoop(values, right, size, [](int64_t l, int64_t r) { return And(l, r); });
    case Op::kOr:
      return EachLoop(values, right, size, [](int64_t l, int64_t r) { return Or(l, r); });
    case Op::kAdd:
      return CompareLoop(values, right, size, [](int64_t l, int64_t r) { return AddMicro(l, r); });
    case Op::kSubtract:
      return CompareLoop(values, right, size, [](int64_t l, int64_t r) { return SubtractMicro(l, r); });
    case Op::kMultiply:
      return CompareLoop(values, right, size, [](int64_t l, int64_t r) { return MulMicro(l, r); });
    default:
      return EachLoop(values, right, size, [&](int64_t l, int64_t r) { return Apply(node, l, r); });
  }
}

void Binary(const Node& node, const Batch& batch, int64_t* out) {
  Vector(*node.args[0], batch, out);
  if (node.args[1]->op == Op::kConst) return Binary(node, Same{node.args[1]->value}, batch.size, out);
  // What the left side decides alone needs no right side.
  const bool decides = node.op == Op::kAnd || node.op == Op::kOr;
  const int64_t decided = node.op == Op::kAnd ? kFalse : kTrue;
  if (decides && std::all_of(out, out + batch.size, [&](int64_t value) { return value == decided; })) return;
  std::array<int64_t, kChunk> right;
  Vector(*node.args[1], batch, right.data());
  Binary(node, Values{right.data()}, batch.size, out);
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

// `values` are the conditions and become the result.
template <typename Yes, typename No>
void ChoiceLoop(Yes yes, No no, size_t size, int64_t* values) {
  for (size_t i = 0; i < size; i++) {
    int64_t chosen = values[i] == kTrue ? yes[i] : no[i];
    values[i] = IsUnknown(values[i]) ? values[i] : chosen;
  }
}

void Choice(const Node& node, const Batch& batch, int64_t* out) {
  std::array<int64_t, kChunk> yes;
  Vector(*node.args[0], batch, out);
  Vector(*node.args[1], batch, yes.data());
  if (node.args[2]->op == Op::kConst) return ChoiceLoop(Values{yes.data()}, Same{node.args[2]->value}, batch.size, out);
  std::array<int64_t, kChunk> no;
  Vector(*node.args[2], batch, no.data());
  ChoiceLoop(Values{yes.data()}, Values{no.data()}, batch.size, out);
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
    const uint32_t* member = groups.order.data() + ask.begin;
    const uint32_t* end = groups.order.data() + ask.end;
    int64_t folded = values[*member];
    while (++member != end && !IsUnknown(folded))
      folded = IsUnknown(values[*member]) ? values[*member] : fold(folded, values[*member]);
    out[i] = folded;
  }
}

// Sums of values that add up without a question per value. Members ascend, and mostly follow each other.
void SumLoop(const GroupBatch& groups, std::span<const int64_t> values, size_t size, int64_t* out) {
  for (size_t i = 0; i < size; i++) {
    const Ask& ask = groups.asks[i];
    std::span<const uint32_t> members = groups.order.subspan(ask.begin, ask.end - ask.begin);
    int64_t sum = 0;
    if (members.back() - members.front() + 1 == members.size()) {
      for (int64_t value : values.subspan(members.front(), members.size())) sum += value;
    } else {
      for (uint32_t member : members) sum += values[member];
    }
    out[i] = sum;
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
      if (column->adds_up) return SumLoop(groups, values, size, out);
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

}  // namespace

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
