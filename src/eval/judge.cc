#include "eval/judge.h"

namespace yijian::eval {
namespace {

using program::Within;

struct Numbers {
  size_t stay, line_item;
};

const Numbers& FieldNumbers() {
  static const Numbers numbers{timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "stay")),
                               timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"))};
  return numbers;
}

bool IsUnary(const BoundRule& rule) { return !rule.binary; }

Kind KindOfSlot(const BoundRule& rule, uint8_t slot) { return slot == 0 ? rule.a.of : rule.b.of; }

}  // namespace

void SetAnchor(Context& context, uint8_t slot) {
  context.anchor_kind = KindOfSlot(*context.rule, slot);
  context.anchor = context.rows[slot];
}

int32_t LookUp(const BoundBinding& binding, Context& context, Date day, const std::string& area, int64_t& missing) {
  std::array<int64_t, 2> keys{};
  for (size_t i = 0; i < binding.keys.size(); i++) {
    keys[i] = Evaluate(binding.keys[i], context);
    if (IsUnknown(keys[i])) {
      missing = keys[i];
      return kNoKnowledge;
    }
    if (i == 0 && !binding.table->Holds(keys[0])) return kNoKnowledge;  // whatever the other key may be
  }
  return binding.keys.size() == 1 ? binding.table->Find(keys[0], day, area)
                                  : binding.table->Find(keys[0], keys[1], day, area);
}

Context ContextFor(const Bound& bound, const BoundRule& rule, const Bucket& bucket) {
  Context context;
  context.bucket = &bucket;
  context.bound = &bound;
  context.rule = &rule;
  context.lookups.fill(kNoKnowledge);
  return context;
}

int64_t NoException(Context& context) {
  int64_t answer = kTrue;
  for (const Node* when : context.rule->unless) answer = And(answer, Not(Evaluate(when, context)));
  return answer;
}

int64_t JudgeRow(const BoundSide& side, uint8_t slot, uint32_t row, Context& context) {
  const program::Rule& rule = *context.rule->rule;
  context.rows[slot] = row;
  SetAnchor(context, slot);
  // A line without an item code is no business of a rule about certain items.
  if (!side.interest.empty() && context.bucket->table(Kind::kLine).At(FieldNumbers().line_item, row) == kNull)
    return kFalse;
  int64_t state = kTrue;
  if (side.stays_only) {
    int64_t stay = context.bucket->table(Kind::kVisit).At(FieldNumbers().stay, row);
    state = stay == kNull ? kStayUnset : stay;
    if (state == kFalse) return kFalse;
  }
  int64_t time = TimeOf(*context.bucket, side.of, row);
  if (time == kNull) return kNoTime;
  Date day = DayOf(time);
  if (day < rule.from || day >= rule.until) return kFalse;
  const std::string* area = nullptr;
  if (!rule.area.empty() || !side.bindings.empty()) area = &AreaOf(*context.bucket, *context.bound, side.of, row);
  if (!rule.area.empty() && area->compare(0, rule.area.size(), rule.area) != 0) return kFalse;
  for (uint16_t index : side.bindings) {
    int64_t missing = kFalse;
    context.lookups[index] = LookUp(context.rule->bindings[index], context, day, *area, missing);
    if (IsUnknown(missing))
      state = And(state, missing);
    else if (context.lookups[index] == kNoKnowledge)
      return kFalse;
  }
  if (side.where) state = And(state, Evaluate(side.where, context));
  if (state != kFalse && IsUnary(*context.rule)) state = And(state, NoException(context));
  return state;
}

int64_t UnitOf(const Within& within, const Bucket& bucket, Kind kind, uint32_t row, bool& outside) {
  using Unit = Within::Unit;
  outside = false;
  if (within.unit == Unit::kAll || within.unit == Unit::kRolling) return 0;
  if (within.unit == Unit::kVisit || within.unit == Unit::kStay) {
    uint32_t visit = VisitOf(bucket, kind, row);
    if (visit == kNoRow) return kNoVisit;
    if (within.unit == Unit::kStay) {
      int64_t stay = bucket.table(Kind::kVisit).At(FieldNumbers().stay, visit);
      if (stay == kNull) return kStayUnset;
      outside = stay == kFalse;
    }
    return visit;
  }
  int64_t time = TimeOf(bucket, kind, row);
  if (time == kNull) return kNoTime;
  Date day = DayOf(time);
  switch (within.unit) {
    case Unit::kHour:
      return time >= 0 ? time / kSecondsPerHour : (time + 1) / kSecondsPerHour - 1;
    case Unit::kDay:
      return day;
    case Unit::kIsoWeek:
      return (day - WeekdayOf(day) + 3) / 7;
    case Unit::kMonth:
      return MonthIndexOf(day);
    default:
      return CivilOf(day).year;
  }
}

int64_t AreWithin(const Within& within, const Bucket& bucket, Kind kind_a, uint32_t a, Kind kind_b, uint32_t b) {
  if (within.unit == Within::Unit::kRolling) {
    int64_t time_a = TimeOf(bucket, kind_a, a);
    int64_t time_b = TimeOf(bucket, kind_b, b);
    if (time_a == kNull || time_b == kNull) return kNoTime;
    int64_t apart = time_a < time_b ? time_b - time_a : time_a - time_b;
    return apart < within.seconds ? kTrue : kFalse;
  }
  bool outside_a = false;
  bool outside_b = false;
  int64_t unit_a = UnitOf(within, bucket, kind_a, a, outside_a);
  int64_t unit_b = UnitOf(within, bucket, kind_b, b, outside_b);
  if (outside_a || outside_b) return kFalse;
  if (IsUnknown(unit_a)) return unit_a;
  if (IsUnknown(unit_b)) return unit_b;
  return unit_a == unit_b ? kTrue : kFalse;
}

namespace {

int64_t AreOverlapping(const Context& context) {
  const BoundRule& rule = *context.rule;
  int64_t begin_a = TimeOf(*context.bucket, rule.a.of, context.rows[0]);
  int64_t begin_b = TimeOf(*context.bucket, rule.b.of, context.rows[1]);
  int64_t end_a = EndOf(*context.bucket, rule.a.of, context.rows[0]);
  int64_t end_b = EndOf(*context.bucket, rule.b.of, context.rows[1]);
  if (begin_a == kNull || begin_b == kNull) return kNoTime;
  int64_t first = end_b == kNull ? kNoEnd : static_cast<int64_t>(begin_a < end_b);
  int64_t second = end_a == kNull ? kNoEnd : static_cast<int64_t>(begin_b < end_a);
  return And(first, second);
}

int64_t AreInSequence(const Context& context) {
  const BoundRule& rule = *context.rule;
  int64_t begin_a = TimeOf(*context.bucket, rule.a.of, context.rows[0]);
  int64_t begin_b = TimeOf(*context.bucket, rule.b.of, context.rows[1]);
  if (begin_a == kNull || begin_b == kNull) return kNoTime;
  if (begin_b <= begin_a) return kFalse;
  int64_t end_a = EndOf(*context.bucket, rule.a.of, context.rows[0]);
  if (end_a == kNull) return kNoEnd;
  int64_t gap = DayOf(begin_b) - DayOf(end_a);
  return gap >= rule.rule->gap_days_min && gap <= rule.rule->gap_days_max ? kTrue : kFalse;
}

int64_t IsInDirection(const Context& context) {
  const BoundRule& rule = *context.rule;
  if (rule.rule->direction == program::Direction::kAny) return kTrue;
  int64_t time_a = TimeOf(*context.bucket, rule.a.of, context.rows[0]);
  int64_t time_b = TimeOf(*context.bucket, rule.b.of, context.rows[1]);
  if (time_a == kNull || time_b == kNull) return kNoTime;
  bool before = time_b <= time_a;
  bool after = time_b >= time_a;
  return (rule.rule->direction == program::Direction::kBefore ? before : after) ? kTrue : kFalse;
}

}  // namespace

int64_t JudgePair(Context& context) {
  const BoundRule& rule = *context.rule;
  if (rule.a.of == rule.b.of && context.rows[0] == context.rows[1]) return kFalse;
  int64_t state = kTrue;
  switch (rule.rule->form) {
    case program::Form::kOverlap:
      state = AreOverlapping(context);
      break;
    case program::Form::kSequence:
      state = AreInSequence(context);
      break;
    default:
      state = And(AreWithin(rule.rule->within, *context.bucket, rule.a.of, context.rows[0], rule.b.of, context.rows[1]),
                  IsInDirection(context));
  }
  if (state == kFalse) return kFalse;
  SetAnchor(context, 0);
  if (!rule.rule->match.empty()) {
    int64_t time = TimeOf(*context.bucket, rule.a.of, context.rows[0]);
    const std::string& area = AreaOf(*context.bucket, *context.bound, rule.a.of, context.rows[0]);
    for (uint16_t index : rule.rule->match) {
      int64_t missing = kFalse;
      int32_t found = time == kNull ? kNoKnowledge : LookUp(rule.bindings[index], context, DayOf(time), area, missing);
      if (found == kNoKnowledge) return kFalse;  // a code that is missing pairs with nothing
      context.lookups[index] = found;
    }
  }
  if (rule.where) state = And(state, Evaluate(rule.where, context));
  if (state == kFalse || rule.rule->form == program::Form::kAbsence) return state;
  return And(state, NoException(context));
}

}  // namespace yijian::eval
