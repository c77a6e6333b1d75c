#include "eval/scalar.h"

#include <algorithm>
#include <vector>

namespace yijian::eval {
namespace {

int64_t Field(const Node& node, const Context& context) {
  uint32_t row = context.rows[node.slot];
  if (node.hop == Hop::kVisit) {
    row = VisitOf(*context.bucket, node.base, row);
    if (row == kNoRow) return kNoVisit;
  } else if (node.hop == Hop::kPerson) {
    row = context.bucket->table(node.base).person[row];
  }
  int64_t value = context.bucket->table(node.kind).At(node.field, row);
  return value == kNull ? node.unknown : value;
}

// Diagnoses or operations of the visit of base_slot.
int64_t OverList(const Node& node, Context& context) {
  uint32_t visit = VisitOf(*context.bucket, node.base, context.rows[node.base_slot]);
  if (visit == kNoRow) return kNoVisit;
  const std::vector<uint32_t>& first =
      node.kind == Kind::kDiagnosis ? context.bucket->visit_diagnosis_first : context.bucket->visit_operation_first;
  int64_t answer = node.op == Op::kAll ? kTrue : kFalse;
  int64_t count = 0;
  int64_t unknown = 0;
  bool any_unknown = false;
  if (first.empty()) return answer;
  for (uint32_t row = first[visit]; row < first[visit + 1]; row++) {
    context.rows[node.slot] = row;
    int64_t value = Evaluate(node.args[0], context);
    if (node.op == Op::kExists) answer = Or(answer, value);
    if (node.op == Op::kAll) answer = And(answer, value);
    if (value == kTrue) count++;
    if (IsUnknown(value) && !any_unknown) {
      any_unknown = true;
      unknown = value;
    }
  }
  if (node.op != Op::kCountIf) return answer;
  return any_unknown ? unknown : count * kMicro;
}

// Values of an aggregate's argument over the group; false with the first unknown.
bool Gather(const Node& node, Context& context, std::vector<int64_t>& values, int64_t& unknown) {
  for (const AggregateColumn& column : context.aggregates) {
    if (column.node != &node) continue;
    for (uint32_t at : context.group_at) {
      values.push_back(column.values[at]);
      if (!IsUnknown(values.back())) continue;
      unknown = values.back();
      return false;
    }
    return true;
  }
  Context member = context;
  for (size_t i = 0; i < context.group.size(); i++) {
    member.rows[0] = context.group[i];
    member.anchor = context.group[i];
    if (!context.group_lookups.empty()) member.lookups = *context.group_lookups[i];
    values.push_back(Evaluate(node.args[0], member));
    if (!IsUnknown(values.back())) continue;
    unknown = values.back();
    return false;
  }
  return true;
}

int64_t Aggregate(const Node& node, Context& context) {
  if (node.op == Op::kCount) return static_cast<int64_t>(context.group.size()) * kMicro;
  std::vector<int64_t> values;
  values.reserve(context.group.size());
  int64_t unknown = 0;
  if (!Gather(node, context, values, unknown)) return unknown;
  if (values.empty()) return node.op == Op::kSum || node.op == Op::kDistinct ? 0 : kNull;
  switch (node.op) {
    case Op::kSum: {
      int64_t sum = 0;
      for (int64_t value : values) sum = AddMicro(sum, value);
      return sum;
    }
    case Op::kMinOf:
      return *std::min_element(values.begin(), values.end());
    case Op::kMaxOf:
      return *std::max_element(values.begin(), values.end());
    default:
      std::sort(values.begin(), values.end());
      return (std::unique(values.begin(), values.end()) - values.begin()) * kMicro;
  }
}

Micro RoundUnits(Op op, Micro value, Micro unit) {
  Micro down = value / unit * unit;
  if (down > value) down -= unit;  // towards minus infinity
  if (op == Op::kFloor || down == value) return down;
  if (op == Op::kCeil) return down + unit;
  Micro rest = value - down;
  return rest * 2 > unit || (rest * 2 == unit && value > 0) ? down + unit : down;
}

}  // namespace

int64_t ParamOn(const Node& node, Date day) {
  int64_t value = node.unknown;
  for (const ParamSpan& span : node.params) {
    if (span.from <= day) value = span.value;
  }
  return value;
}

int64_t Apply(const Node& node, int64_t left, int64_t right) {
  if (node.op == Op::kAnd) return And(left, right);
  if (node.op == Op::kOr) return Or(left, right);
  if (node.op == Op::kOrElse) return IsUnknown(left) ? right : left;
  if (IsUnknown(left)) return left;
  if (IsUnknown(right)) return right;
  switch (node.op) {
    case Op::kEqual:
      return left == right;
    case Op::kNotEqual:
      return left != right;
    case Op::kLess:
      return left < right;
    case Op::kLessEqual:
      return left <= right;
    case Op::kGreater:
      return left > right;
    case Op::kGreaterEqual:
      return left >= right;
    case Op::kAdd:
      return AddMicro(left, right);
    case Op::kSubtract:
      return SubtractMicro(left, right);
    case Op::kMultiply:
      return MulMicro(left, right);
    case Op::kDivide:
      return right == 0 ? node.unknown : DivMicro(left, right);
    case Op::kAddRaw:
      return left + right;
    case Op::kSubtractRaw:
      return left - right;
    case Op::kScaleRaw:
      return MulMicro(left, right);
    case Op::kAge:
      return AgeYears(static_cast<Date>(left), static_cast<Date>(right)) * kMicro;
    case Op::kAgeDays:
    case Op::kDaysBetween:
      return (right - left) * kMicro;
    case Op::kMin:
      return std::min(left, right);
    case Op::kMax:
      return std::max(left, right);
    default:
      return kNull;
  }
}

int64_t Apply(const Node& node, int64_t value) {
  if (node.op == Op::kKnown) return IsUnknown(value) ? kFalse : kTrue;
  if (IsUnknown(value)) return value;
  switch (node.op) {
    case Op::kNot:
      return 1 - value;
    case Op::kNegate:
      return -value;
    case Op::kStartsWith:
    case Op::kPrefix:
    case Op::kDosesPerDay:
    case Op::kInList:
      return MapAt(node, value);
    case Op::kDay:
      return DayOf(value);
    case Op::kDateToTime:
      return StartOf(static_cast<Date>(value));
    case Op::kHourOf:
      return (value - StartOf(DayOf(value))) / kSecondsPerHour * kMicro;
    case Op::kWeekday:
      return (WeekdayOf(static_cast<Date>(value)) + 1) * kMicro;
    case Op::kMonthOf:
      return CivilOf(static_cast<Date>(value)).month * kMicro;
    case Op::kYearOf:
      return CivilOf(static_cast<Date>(value)).year * kMicro;
    case Op::kAbs:
      return value < 0 ? -value : value;
    case Op::kFloor:
    case Op::kCeil:
      return RoundUnits(node.op, value, kMicro);
    case Op::kRound:
      return RoundUnits(node.op, value, node.type == Type::kMoney ? kMicroPerFen : kMicro);
    default:
      return kNull;
  }
}

int64_t Evaluate(const Node& node, Context& context) {
  switch (node.op) {
    case Op::kConst:
      return node.value;
    case Op::kField:
      return Field(node, context);
    case Op::kUnits:
      return context.units;
    case Op::kKnowledge: {
      int32_t row = context.lookups[node.binding];
      if (row == kNoKnowledge) return kNull;
      return context.rule->bindings[node.binding].table->rows[static_cast<size_t>(row)].values[node.column];
    }
    case Op::kParam: {
      int64_t time = TimeOf(*context.bucket, context.anchor_kind, context.anchor);
      return time == kNull ? kNoTime : ParamOn(node, DayOf(time));
    }
    case Op::kInTable: {
      int64_t code = Evaluate(node.args[0], context);
      if (IsUnknown(code)) return code;
      int64_t time = TimeOf(*context.bucket, context.anchor_kind, context.anchor);
      if (time == kNull) return kNoTime;
      const std::string& area = AreaOf(*context.bucket, *context.bound, context.anchor_kind, context.anchor);
      return node.table->Find(code, DayOf(time), area) == kNoKnowledge ? kFalse : kTrue;
    }
    case Op::kTernary: {
      int64_t condition = Evaluate(node.args[0], context);
      if (IsUnknown(condition)) return condition;
      return Evaluate(node.args[condition == kTrue ? 1 : 2], context);
    }
    case Op::kCount:
    case Op::kSum:
    case Op::kMinOf:
    case Op::kMaxOf:
    case Op::kDistinct:
      return Aggregate(node, context);
    case Op::kExists:
    case Op::kAll:
    case Op::kCountIf:
      return OverList(node, context);
    default:
      break;
  }
  if (node.args.size() == 1 || node.op == Op::kInList) return Apply(node, Evaluate(node.args[0], context));
  return Apply(node, Evaluate(node.args[0], context), Evaluate(node.args[1], context));
}

}  // namespace yijian::eval
