#include "eval/report.h"

#include <algorithm>

#include "eval/judge.h"

namespace yijian::eval {
namespace {

using program::Charge;

struct Numbers {
  size_t line_qty, line_scope, visit_fund, settlement_fund, trace_amount;
};

const Numbers& FieldNumbers() {
  auto ordinal = [](Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); };
  static const Numbers numbers{ordinal(Kind::kLine, "qty"), ordinal(Kind::kLine, "scope"),
                               ordinal(Kind::kVisit, "fund"), ordinal(Kind::kSettlement, "fund"),
                               ordinal(Kind::kTrace, "amount")};
  return numbers;
}

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

// A code of a dictionary by its name; what has none as it is.
const std::string& NamedText(const Piece& piece, const std::string& text) {
  if (piece.names == nullptr) return text;
  auto found = piece.names->find(text);
  return found == piece.names->end() ? text : found->second;
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

}  // namespace

int64_t Reporter::DefaultAmount(Kind kind, uint32_t row, Micro units) const {
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

int64_t Reporter::MoneyOf(Kind kind, uint32_t row, Micro units) {
  if (!context_.rule->amount) return DefaultAmount(kind, row, units);
  Micro before = context_.units;
  context_.units = units;
  int64_t amount = Evaluate(context_.rule->amount, context_);
  context_.units = before;
  return IsUnknown(amount) ? kNull : amount;
}

void Reporter::ChargeRow(Kind kind, uint32_t row, Micro units, Fen most) {
  int64_t amount = MoneyOf(kind, row, units);
  if (amount == kNull) finding_.amount_unknown = true;
  Fen fen = amount == kNull ? 0 : std::clamp<Fen>(FenOf(amount), 0, most);
  finding_.charged.push_back({{kind, row}, fen, units});
  finding_.amount += fen;
}

std::string Reporter::Render(const std::vector<Piece>& pieces) const {
  const finding::ChargedRow& first = finding_.charged.front();
  std::string text;
  const ShownFields& shown = ShownOf(first.row.kind);
  auto value_of = [&](int field) {
    return field < 0 ? kNull : Value(first.row.kind, static_cast<size_t>(field), first.row.row);
  };
  uint32_t visit = VisitOf(*context_.bucket, first.row.kind, first.row.row);
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        text += piece.text;
        break;
      case Piece::Kind::kFact:
        text += NamedText(piece, finding_.facts[piece.fact].text);
        break;
      case Piece::Kind::kItem:
      case Piece::Kind::kCode: {
        int64_t code = value_of(shown.code);
        const std::string& name = context_.bound->NameOf(code);
        text += piece.kind == Piece::Kind::kItem && !name.empty() ? name : context_.bound->TextOf(code);
        break;
      }
      case Piece::Kind::kTime: {
        int64_t time = TimeOf(*context_.bucket, first.row.kind, first.row.row);
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
        text += FormatFen(finding_.amount);
        break;
      case Piece::Kind::kCount:
        text += std::to_string(finding_.charged.size());
        break;
      case Piece::Kind::kInstitution: {
        static const size_t kInstitution = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "institution"));
        int64_t code = visit == kNoRow ? kNull : Value(Kind::kVisit, kInstitution, visit);
        const std::string& name = context_.bound->NameOf(code);
        text += name.empty() ? context_.bound->TextOf(code) : name;
        break;
      }
      case Piece::Kind::kVisit:
        text += visit == kNoRow || context_.bucket->visit_no.empty() ? "" : context_.bucket->visit_no[visit];
        break;
    }
  }
  return text;
}

void Reporter::Finish(finding::Sink& sink) {
  const finding::RowRef row = finding_.charged.front().row;
  finding_.rule = context_.rule->index;
  finding_.person = context_.bucket->table(row.kind).person[row.row];
  for (size_t i = 0; i < context_.rule->facts.size(); i++) {
    const Node* fact = context_.rule->facts[i];
    finding_.facts.push_back(
        {context_.rule->rule->facts[i].name, FormatFact(*context_.bound, fact->type, Evaluate(fact, context_))});
  }
  finding_.message_zh = Render(context_.rule->message_zh);
  finding_.message_en = Render(context_.rule->message_en);
  sink.Take(std::move(finding_));
}

void ReportUnknown(Context& context, Kind kind, uint32_t row, int64_t reason, finding::Sink& sink) {
  sink.Take(finding::Unknown{
      context.rule->index, context.bucket->table(kind).person[row], {kind, row}, context.bound->ReasonText(reason)});
}

void ReportRow(Context& context, finding::Sink& sink) {
  Reporter reporter(context);
  reporter.ChargeRow(context.rule->a.of, context.rows[0], 0);
  reporter.Finish(sink);
}

void ReportPair(Context& context, finding::Sink& sink) {
  const BoundRule& rule = *context.rule;
  finding::RowRef a{rule.a.of, context.rows[0]};
  finding::RowRef b{rule.b.of, context.rows[1]};
  Charge charge = rule.rule->charge;
  Reporter reporter(context);
  if (charge == Charge::kCheaper) {
    int64_t money_a = reporter.DefaultAmount(a.kind, a.row, 0);
    int64_t money_b = reporter.DefaultAmount(b.kind, b.row, 0);
    charge = money_a != kNull && money_b != kNull && money_a < money_b ? Charge::kA : Charge::kB;
  }
  if (charge == Charge::kA || charge == Charge::kBoth) reporter.ChargeRow(a.kind, a.row, 0);
  if (charge != Charge::kA) reporter.ChargeRow(b.kind, b.row, 0);
  if (charge == Charge::kA) reporter.AddEvidence(b);
  if (charge != Charge::kA && charge != Charge::kBoth) reporter.AddEvidence(a);
  reporter.Finish(sink);
}

}  // namespace yijian::eval
