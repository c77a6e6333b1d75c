#include "eval/judge.h"

#include <algorithm>

namespace yijian::eval {
namespace {

using program::Charge;
using program::Within;

struct Numbers {
  size_t stay, line_item, line_qty, line_price, line_amount, line_scope, visit_fund, settlement_fund, trace_amount;
};

const Numbers& FieldNumbers() {
  auto ordinal = [](Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); };
  static const Numbers numbers{
      ordinal(Kind::kVisit, "stay"), ordinal(Kind::kLine, "item"),       ordinal(Kind::kLine, "qty"),
      ordinal(Kind::kLine, "price"), ordinal(Kind::kLine, "amount"),     ordinal(Kind::kLine, "scope"),
      ordinal(Kind::kVisit, "fund"), ordinal(Kind::kSettlement, "fund"), ordinal(Kind::kTrace, "amount")};
  return numbers;
}

bool IsUnary(const BoundRule& rule) { return !rule.binary; }

Kind KindOfSlot(const BoundRule& rule, uint8_t slot) { return slot == 0 ? rule.a.of : rule.b.of; }

void SetAnchor(Context& context, uint8_t slot) {
  context.anchor_kind = KindOfSlot(*context.rule, slot);
  context.anchor = context.rows[slot];
}

}  // namespace

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

// --- reports ---

namespace {

std::string FormatFact(const Bound& bound, Type type, int64_t value) {
  if (IsUnknown(value)) return "未知(" + bound.ReasonText(value) + ")";
  switch (type) {
    case Type::kBool:
      return value == kTrue ? "是" : "否";
    case Type::kNumber:
      return FormatMicro(value);
    case Type::kMoney:
      return FormatFen(FenOf(value));
    case Type::kTime:
      return FormatTime(value).substr(0, 16);
    case Type::kDate:
      return FormatDate(static_cast<Date>(value));
    case Type::kDuration:
      if (value % kSecondsPerDay == 0) return std::to_string(value / kSecondsPerDay) + "d";
      if (value % kSecondsPerHour == 0) return std::to_string(value / kSecondsPerHour) + "h";
      return FormatMicro(DivMicro(value * kMicro, 60 * kMicro)) + "min";
    case Type::kCode:
      return bound.NameOf(value).empty() ? bound.TextOf(value) : bound.NameOf(value);
    default:
      return std::to_string(value);
  }
}

// What messages show of a row, by kind; -1 when the kind has no such field.
struct ShownFields {
  int code = -1;
  int qty = -1;
  int price = -1;
};

const ShownFields& ShownOf(Kind kind) {
  static const std::array<ShownFields, timeline::kKindCount> kShown = [] {
    std::array<ShownFields, timeline::kKindCount> shown;
    auto find = [](Kind each, std::string_view name) {
      const timeline::FieldInfo* field = timeline::FindField(each, name);
      return field ? static_cast<int>(timeline::OrdinalOf(*field)) : -1;
    };
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      ShownFields& fields = shown[static_cast<size_t>(info.kind)];
      for (std::string_view name : {"item", "code", "diagnosis"}) {
        const timeline::FieldInfo* field = timeline::FindField(info.kind, name);
        if (fields.code < 0 && field && field->type == timeline::FieldType::kCode) fields.code = find(info.kind, name);
      }
      fields.qty = find(info.kind, "qty");
      fields.price = find(info.kind, "price");
    }
    return shown;
  }();
  return kShown[static_cast<size_t>(kind)];
}

struct Reporter {
  Context& context;
  finding::Finding finding;
  bool grouped = false;

  Kind kind() const { return context.rule->a.of; }

  int64_t Value(Kind kind, size_t field, uint32_t row) const { return context.bucket->table(kind).At(field, row); }

  // Money of a row when the rule has no formula of its own. kNull when unknown.
  int64_t DefaultAmount(Kind kind, uint32_t row, Micro units) const {
    const Numbers& numbers = FieldNumbers();
    if (kind == Kind::kVisit) return Value(Kind::kVisit, numbers.visit_fund, row);
    if (kind == Kind::kSettlement) return Value(kind, numbers.settlement_fund, row);
    if (kind == Kind::kTrace) return Value(kind, numbers.trace_amount, row);
    if (kind != Kind::kLine) return 0;
    int64_t scope = Value(kind, numbers.line_scope, row);
    if (units == 0 || scope == kNull) return scope;
    int64_t qty = Value(kind, numbers.line_qty, row);
    if (qty == kNull || qty == 0) return kNull;
    return MulMicro(scope, DivMicro(units, qty));
  }

  void ChargeRow(Kind kind, uint32_t row, Micro units) {
    int64_t amount = kNull;
    if (context.rule->amount) {
      Micro before = context.units;
      context.units = units;
      amount = Evaluate(context.rule->amount, context);
      context.units = before;
      if (IsUnknown(amount)) amount = kNull;
    } else {
      amount = DefaultAmount(kind, row, units);
    }
    if (amount == kNull) finding.amount_unknown = true;
    Fen fen = amount == kNull ? 0 : std::max<Fen>(0, FenOf(amount));
    finding.charged.push_back({{kind, row}, fen, units});
    finding.amount += fen;
  }

  std::string Render(const std::vector<Piece>& pieces) const {
    const finding::ChargedRow& first = finding.charged.front();
    std::string text;
    const ShownFields& shown = ShownOf(first.row.kind);
    auto value_of = [&](int field) {
      return field < 0 ? kNull : Value(first.row.kind, static_cast<size_t>(field), first.row.row);
    };
    uint32_t visit = VisitOf(*context.bucket, first.row.kind, first.row.row);
    for (const Piece& piece : pieces) {
      switch (piece.kind) {
        case Piece::Kind::kText:
          text += piece.text;
          break;
        case Piece::Kind::kFact:
          text += finding.facts[piece.fact].text;
          break;
        case Piece::Kind::kItem:
        case Piece::Kind::kCode: {
          int64_t code = value_of(shown.code);
          const std::string& name = context.bound->NameOf(code);
          text += piece.kind == Piece::Kind::kItem && !name.empty() ? name : context.bound->TextOf(code);
          break;
        }
        case Piece::Kind::kTime: {
          int64_t time = TimeOf(*context.bucket, first.row.kind, first.row.row);
          text += time == kNull ? "?" : FormatTime(time).substr(0, 16);
          break;
        }
        case Piece::Kind::kQty:
        case Piece::Kind::kPrice: {
          int64_t value = value_of(piece.kind == Piece::Kind::kQty ? shown.qty : shown.price);
          text += value == kNull ? "?" : FormatMicro(value);
          break;
        }
        case Piece::Kind::kAmount:
          text += FormatFen(first.amount);
          break;
        case Piece::Kind::kTotal:
          text += FormatFen(finding.amount);
          break;
        case Piece::Kind::kCount:
          text += std::to_string(finding.charged.size());
          break;
        case Piece::Kind::kInstitution: {
          static const size_t kInstitution = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "institution"));
          int64_t code = visit == kNoRow ? kNull : Value(Kind::kVisit, kInstitution, visit);
          const std::string& name = context.bound->NameOf(code);
          text += name.empty() ? context.bound->TextOf(code) : name;
          break;
        }
        case Piece::Kind::kVisit:
          text += visit == kNoRow || context.bucket->visit_no.empty() ? "" : context.bucket->visit_no[visit];
          break;
      }
    }
    return text;
  }

  void Finish(finding::Sink& sink) {
    const finding::RowRef row = finding.charged.front().row;
    finding.rule = context.rule->index;
    finding.person = context.bucket->table(row.kind).person[row.row];
    for (size_t i = 0; i < context.rule->facts.size(); i++) {
      const Node* fact = context.rule->facts[i];
      finding.facts.push_back(
          {context.rule->rule->facts[i].name, FormatFact(*context.bound, fact->type, Evaluate(fact, context))});
    }
    finding.message_zh = Render(context.rule->message_zh);
    finding.message_en = Render(context.rule->message_en);
    sink.Take(std::move(finding));
  }
};

}  // namespace

void ReportUnknown(Context& context, Kind kind, uint32_t row, int64_t reason, finding::Sink& sink) {
  sink.Take(finding::Unknown{
      context.rule->index, context.bucket->table(kind).person[row], {kind, row}, context.bound->ReasonText(reason)});
}

void ReportRow(Context& context, finding::Sink& sink) {
  Reporter reporter{context, {}, false};
  reporter.ChargeRow(context.rule->a.of, context.rows[0], 0);
  reporter.Finish(sink);
}

void ReportPair(Context& context, finding::Sink& sink) {
  const BoundRule& rule = *context.rule;
  finding::RowRef a{rule.a.of, context.rows[0]};
  finding::RowRef b{rule.b.of, context.rows[1]};
  Charge charge = rule.rule->charge;
  Reporter reporter{context, {}, false};
  if (charge == Charge::kCheaper) {
    int64_t money_a = reporter.DefaultAmount(a.kind, a.row, 0);
    int64_t money_b = reporter.DefaultAmount(b.kind, b.row, 0);
    charge = money_a != kNull && money_b != kNull && money_a < money_b ? Charge::kA : Charge::kB;
  }
  if (charge == Charge::kA || charge == Charge::kBoth) reporter.ChargeRow(a.kind, a.row, 0);
  if (charge != Charge::kA) reporter.ChargeRow(b.kind, b.row, 0);
  if (charge == Charge::kA) reporter.finding.evidence.push_back(b);
  if (charge != Charge::kA && charge != Charge::kBoth) reporter.finding.evidence.push_back(a);
  reporter.Finish(sink);
}

// --- groups ---

namespace {

// The group as the aggregates see it.
struct GroupView {
  std::vector<uint32_t> rows;
  std::vector<uint32_t> at;
  std::vector<const Lookups*> lookups;

  void Clear() {
    rows.clear();
    at.clear();
    lookups.clear();
  }

  void Add(const Member& member) {
    rows.push_back(member.row);
    at.push_back(member.at);
    lookups.push_back(member.lookups);
  }

  // Non-aggregates read row `speaker`.
  void Enter(Context& context, size_t speaker) const {
    context.group = rows;
    context.group_at = at;
    context.group_lookups = lookups;
    context.rows[0] = rows[speaker];
    context.lookups = *lookups[speaker];
    SetAnchor(context, 0);
  }
};

int64_t Having(const GroupView& view, size_t speaker, Context& context) {
  view.Enter(context, speaker);
  return context.rule->having ? Evaluate(context.rule->having, context) : kTrue;
}

Micro QtyOf(const Context& context, uint32_t row) {
  Kind kind = context.rule->a.of;
  const timeline::FieldInfo* field = timeline::FindField(kind, "qty");
  if (!field) return kMicro;
  int64_t qty = context.bucket->table(kind).At(timeline::OrdinalOf(*field), row);
  return qty == kNull ? 0 : qty;
}

// Position of the dearest row by price (lines) or fund (others); the earliest of equals.
size_t Dearest(const GroupView& view, const Context& context) {
  Kind kind = context.rule->a.of;
  size_t best = 0;
  int64_t best_value = kNull;
  for (size_t i = 0; i < view.rows.size(); i++) {
    int64_t value = kind == Kind::kLine    ? context.bucket->table(kind).At(FieldNumbers().line_price, view.rows[i])
                    : kind == Kind::kVisit ? context.bucket->table(kind).At(FieldNumbers().visit_fund, view.rows[i])
                                           : kNull;
    if (value != kNull && (best_value == kNull || value > best_value)) {
      best_value = value;
      best = i;
    }
  }
  return best;
}

// Charged units by position; -1 = not charged, 0 = charged whole.
std::vector<Micro> Charges(const GroupView& view, Micro excess, Context& context) {
  std::vector<Micro> units(view.rows.size(), -1);
  switch (context.rule->rule->charge) {
    case Charge::kAfterFirst:
      for (size_t i = 1; i < units.size(); i++) units[i] = 0;
      break;
    case Charge::kButDearest: {
      size_t dearest = Dearest(view, context);
      for (size_t i = 0; i < units.size(); i++) units[i] = i == dearest ? -1 : 0;
      break;
    }
    case Charge::kExcess:
      for (size_t i = units.size(); i-- > 0 && excess > 0;) {
        Micro part = std::min(QtyOf(context, view.rows[i]), excess);
        if (part <= 0) continue;
        units[i] = part;
        excess -= part;
      }
      break;
    default:
      std::fill(units.begin(), units.end(), 0);
  }
  return units;
}

void ReportGroup(const GroupView& view, const std::vector<Micro>& units, size_t speaker, Context& context,
                 finding::Sink& sink) {
  Kind kind = context.rule->a.of;
  Reporter reporter{context, {}, true};
  for (size_t i = 0; i < view.rows.size(); i++) {
    if (units[i] < 0) {
      reporter.finding.evidence.push_back({kind, view.rows[i]});
      continue;
    }
    view.Enter(context, i);
    reporter.ChargeRow(kind, view.rows[i], units[i]);
  }
  if (reporter.finding.charged.empty()) return;
  view.Enter(context, speaker);
  reporter.Finish(sink);
}

// Excess of the rule on the group at hand; kNull when the rule has none.
int64_t ExcessOf(Context& context) {
  return context.rule->rule->charge == Charge::kExcess ? Evaluate(context.rule->excess, context) : kNull;
}

}  // namespace

void JudgeGroup(const std::vector<Member>& members, Context& context, finding::Sink& sink) {
  GroupView sure;
  const Member* first_unknown = nullptr;
  for (const Member& member : members) {
    if (member.state == kTrue) sure.Add(member);
    if (member.state != kTrue && !first_unknown) first_unknown = &member;
  }
  // Too few rows cannot have it, whatever facts are missing.
  if (static_cast<int64_t>(members.size()) < context.rule->count_min) return;
  Kind kind = context.rule->a.of;
  if (!sure.rows.empty() && static_cast<int64_t>(sure.rows.size()) >= context.rule->count_min) {
    int64_t having = Having(sure, 0, context);
    if (IsUnknown(having)) return ReportUnknown(context, kind, sure.rows[0], having, sink);
    if (having == kTrue) {
      int64_t excess = ExcessOf(context);
      if (context.rule->rule->charge == Charge::kExcess) {
        if (IsUnknown(excess)) return ReportUnknown(context, kind, sure.rows[0], excess, sink);
        if (excess <= 0) return;
      }
      return ReportGroup(sure, Charges(sure, excess, context), 0, context, sink);
    }
  }
  if (!first_unknown) return;
  GroupView all;
  for (const Member& member : members) all.Add(member);
  int64_t having = Having(all, 0, context);
  if (having == kFalse) return;
  ReportUnknown(context, kind, all.rows[0], IsUnknown(having) ? having : first_unknown->state, sink);
}

namespace {

struct WindowHits {
  struct Hit {
    size_t from;  // first position of its window
    size_t at;
    Micro units;
  };
  std::vector<Hit> hits;
  int64_t unknown = kFalse;  // first unknown answer
  size_t unknown_at = 0;
};

struct Moment {
  size_t from;   // where the window begins
  size_t first;  // rows of the moment: [first, last)
  size_t last;
};

// Asks every row of the moment; an excess is taken from the last backwards, each part once.
void JudgeMoment(const std::vector<const Member*>& members, const GroupView& view, Moment moment, WindowHits& found,
                 Context& context) {
  bool in_part = context.rule->rule->charge == Charge::kExcess;
  std::vector<WindowHits::Hit> hits;
  Micro taken = 0;
  for (size_t at = moment.last; at-- > moment.first;) {
    int64_t having = Having(view, at - moment.from, context);
    Micro units = 0;
    if (having == kTrue && in_part) {
      int64_t excess = ExcessOf(context);
      if (IsUnknown(excess)) {
        having = excess;
      } else {
        units = std::min(QtyOf(context, members[at]->row), excess - taken);
        if (units <= 0) continue;
        taken += units;
      }
    }
    if (having == kTrue) hits.push_back({moment.from, at, units});
    if (IsUnknown(having) && !IsUnknown(found.unknown)) {
      found.unknown = having;
      found.unknown_at = at;
    }
  }
  found.hits.insert(found.hits.end(), hits.rbegin(), hits.rend());
}

// Rows of one moment share their window: none of them came first.
WindowHits FindHits(const std::vector<const Member*>& members, Context& context) {
  const BoundRule& rule = *context.rule;
  std::vector<int64_t> times;
  times.reserve(members.size());
  for (const Member* member : members) times.push_back(TimeOf(*context.bucket, rule.a.of, member->row));
  WindowHits found;
  GroupView view;
  size_t from = 0;
  for (size_t first = 0, last = 0; first < members.size(); first = last) {
    while (last < members.size() && times[last] == times[first]) last++;
    while (times[from] <= times[first] - rule.rule->within.seconds) from++;
    if (static_cast<int64_t>(last - from) < rule.count_min) continue;
    view.Clear();
    for (size_t i = from; i < last; i++) view.Add(*members[i]);
    JudgeMoment(members, view, {from, first, last}, found, context);
  }
  return found;
}

}  // namespace

void JudgeWindows(const std::vector<Member>& members, Context& context, finding::Sink& sink) {
  Kind kind = context.rule->a.of;
  std::vector<const Member*> sure;
  std::vector<const Member*> all;
  const Member* first_unknown = nullptr;
  const Member* timeless = nullptr;
  for (const Member& member : members) {
    if (TimeOf(*context.bucket, kind, member.row) == kNull) {
      if (!timeless) timeless = &member;
      continue;
    }
    all.push_back(&member);
    if (member.state == kTrue) sure.push_back(&member);
    if (member.state != kTrue && !first_unknown) first_unknown = &member;
  }
  WindowHits found = FindHits(sure, context);
  for (size_t i = 0; i < found.hits.size();) {
    size_t last = i;
    while (last + 1 < found.hits.size() && found.hits[last + 1].from <= found.hits[last].at) last++;
    GroupView chain;
    std::vector<Micro> units;
    for (size_t at = found.hits[i].from; at <= found.hits[last].at; at++) {
      chain.Add(*sure[at]);
      units.push_back(-1);
    }
    for (size_t hit = i; hit <= last; hit++) units[found.hits[hit].at - found.hits[i].from] = found.hits[hit].units;
    ReportGroup(chain, units, chain.rows.size() - 1, context, sink);
    i = last + 1;
  }
  if (!found.hits.empty()) return;
  if (IsUnknown(found.unknown)) return ReportUnknown(context, kind, sure[found.unknown_at]->row, found.unknown, sink);
  // It may belong to any window.
  if (timeless && static_cast<int64_t>(members.size()) >= context.rule->count_min)
    return ReportUnknown(context, kind, timeless->row, timeless->state, sink);
  if (!first_unknown) return;
  WindowHits possible = FindHits(all, context);
  if (!possible.hits.empty())
    ReportUnknown(context, kind, all[possible.hits[0].at]->row, first_unknown->state, sink);
  else if (IsUnknown(possible.unknown))
    ReportUnknown(context, kind, all[possible.unknown_at]->row, possible.unknown, sink);
}

}  // namespace yijian::eval
