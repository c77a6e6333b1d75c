#include "pack/rule_parts.h"

#include <algorithm>
#include <charconv>

#include "lang/expression.h"
#include "pack/keys.h"

namespace yijian::pack {

using lang::Code;
using lang::Diagnostics;
using lang::ExprPtr;
using lang::Place;
using lang::Scope;
using program::Rule;
using timeline::Kind;

namespace {

// The expression is checked as if it stood alone in a file; every mistake is then moved to where the text stands.
class Moved {
 public:
  Moved(const lang::YamlFile& file, const lang::Yaml& node, Diagnostics& to) : file_(file), node_(node), to_(to) {}
  ~Moved() {
    for (const lang::Diagnostic& mistake : own.list()) {
      to_.Add(mistake.code, file_.Inside(node_, OffsetOf(mistake.place)), mistake.message, mistake.suggestion);
    }
  }
  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;

  Diagnostics own;

 private:
  size_t OffsetOf(const Place& place) const {
    int line = 1;
    int column = 1;
    for (size_t at = 0; at < node_.text.size(); at++) {
      if ((node_.text[at] & 0xC0) == 0x80) continue;
      if (line == place.line && column == place.column) return at;
      column++;
      if (node_.text[at] == '\n') {
        line++;
        column = 1;
      }
    }
    // The end of the text: its last character that is not blank.
    size_t last = node_.text.find_last_not_of(" \t\r\n");
    return last == std::string::npos ? 0 : last;
  }

  const lang::YamlFile& file_;
  const lang::Yaml& node_;
  Diagnostics& to_;
};

bool IsExpression(const lang::YamlFile& file, const lang::Yaml& node, Diagnostics& diagnostics) {
  if (node.kind == lang::Yaml::Kind::kScalar && !node.text.empty()) return true;
  std::string hint = node.kind == lang::Yaml::Kind::kNull ? "" : "put it in quotes when it begins with [ or {";
  diagnostics.Add(Code::kBadValue, file.At(node), "an expression is expected here", hint);
  return false;
}

}  // namespace

ExprPtr CheckAt(const lang::YamlFile& file, const lang::Yaml& node, lang::Type want, const Scope& scope,
                Diagnostics& diagnostics) {
  if (!IsExpression(file, node, diagnostics)) return nullptr;
  Moved mistakes(file, node, diagnostics);
  return lang::Check(node.text, {file.file, 1, 1}, want, scope, mistakes.own);
}

std::optional<program::Binding> ReadLookup(const lang::YamlFile& file, const lang::Yaml& node, const Scope& scope,
                                           Diagnostics& diagnostics) {
  if (!IsExpression(file, node, diagnostics)) return std::nullopt;
  Moved mistakes(file, node, diagnostics);
  Place place{file.file, 1, 1};
  lang::NodePtr tree = lang::Parse(node.text, place, mistakes.own);
  if (!tree) return std::nullopt;
  if (tree->kind != lang::NodeKind::kIndex || tree->children[0]->kind != lang::NodeKind::kName) {
    mistakes.own.Add(Code::kBadValue, place, "a lookup is expected here", "it looks like table[line.item]");
    return std::nullopt;
  }
  program::Binding binding;
  binding.table = tree->children[0]->text;
  auto table = scope.tables->find(binding.table);
  if (table == scope.tables->end()) {
    std::vector<std::string> names;
    for (const auto& [name, schema] : *scope.tables) names.push_back(name);
    mistakes.own.Add(Code::kUnknownTable, lang::PlaceOf(place, node.text, tree->children[0]->offset),
                     "no knowledge table '" + binding.table + "'", DidYouMean(binding.table, names));
    return std::nullopt;
  }
  auto keys = static_cast<int>(tree->children.size()) - 1;
  if (keys != table->second.keys) {
    mistakes.own.Add(
        Code::kWrongArguments, lang::PlaceOf(place, node.text, tree->offset),
        "table " + binding.table + " has " + std::to_string(table->second.keys) + " keys, not " + std::to_string(keys));
    return std::nullopt;
  }
  for (size_t i = 1; i < tree->children.size(); i++) {
    ExprPtr key = lang::CheckTree(*tree->children[i], node.text, place, lang::Type::kCode, scope, mistakes.own);
    if (!key) return std::nullopt;
    binding.keys.push_back(std::move(key));
  }
  return binding;
}

// --- scopes ---

Scope Scopes::Base() const {
  Scope scope;
  scope.tables = &context_.tables;
  scope.params = &context_.params;
  scope.person = rule_.subject == program::Subject::kPerson;
  return scope;
}

void Scopes::AddRow(Scope& scope, int slot, bool by_kind) const {
  const program::Side& side = slot == 0 ? rule_.a : *rule_.b;
  auto number = static_cast<uint8_t>(slot);
  if (rule_.b) scope.rows.push_back({slot == 0 ? "a" : "b", side.of, number});
  if (!by_kind) return;
  if (side.stays_only) scope.rows.push_back({"stay", side.of, number});
  scope.rows.push_back({std::string(timeline::InfoOf(side.of).name), side.of, number});
}

// Expressions number bindings by their position in the rule; those that must not be seen stand there without a name.
void Scopes::AddBindings(Scope& scope, int owner, bool all) const {
  scope.lets = &lets_;
  for (size_t i = 0; i < rule_.bindings.size(); i++) {
    const program::Binding& binding = rule_.bindings[i];
    bool seen = all || owners_[i] == owner;
    auto table = context_.tables.find(binding.table);
    seen = seen && table != context_.tables.end();
    scope.bindings.push_back({seen ? binding.name : std::string(), seen ? &table->second : nullptr});
  }
}

Scope Scopes::Keys(int slot) const {
  Scope scope = Base();
  AddRow(scope, slot, true);
  return scope;
}

Scope Scopes::Side(int slot) const {
  Scope scope = Keys(slot);
  AddBindings(scope, slot, false);
  return scope;
}

Scope Scopes::Match() const {
  Scope scope = Base();
  AddRow(scope, 0, !rule_.b);
  if (rule_.b) AddRow(scope, 1, false);
  return scope;
}

Scope Scopes::Both() const {
  Scope scope = Match();
  AddBindings(scope, 0, true);
  return scope;
}

Scope Scopes::Group() const {
  Scope scope = Both();
  scope.aggregates = rule_.form == program::Form::kGroup || rule_.form == program::Form::kWindow;
  return scope;
}

Scope Scopes::Amount() const {
  Scope scope = Both();
  if (rule_.b && rule_.charge == program::Charge::kA) AddRow(scope, 0, true);
  if (rule_.b && rule_.charge == program::Charge::kB) AddRow(scope, 1, true);
  bool in_money = rule_.excess && rule_.excess->type == lang::Type::kMoney;
  scope.units = rule_.charge == program::Charge::kExcess && !in_money;
  return scope;
}

Scope Scopes::Plain() const {
  Scope scope = Base();
  scope.person = false;
  return scope;
}

bool Scopes::Bind(program::Binding binding, int owner) {
  if (rule_.bindings.size() >= kBindingsMax) return false;
  auto index = static_cast<uint16_t>(rule_.bindings.size());
  rule_.bindings.push_back(std::move(binding));
  owners_.push_back(owner);
  (owner == kMatch ? rule_.match : owner == 0 ? rule_.a.bindings : rule_.b->bindings).push_back(index);
  return true;
}

// --- durations ---

std::optional<int64_t> ParseDuration(std::string_view text) {
  int64_t number = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > 1'000'000 || number < -1'000'000) return std::nullopt;
  std::string_view unit = text.substr(static_cast<size_t>(stop - text.data()));
  if (unit == "d") return number * kSecondsPerDay;
  if (unit == "h") return number * kSecondsPerHour;
  if (unit == "min") return number * 60;
  return std::nullopt;
}

namespace {

struct Folded {
  std::optional<int64_t> value;
  std::string why_not;
};

// Value of an expression of constants and of parameters that never changed.
Folded Fold(const lang::Expr& expr, const PackContext& context) {
  if (expr.op == lang::Op::kConst) return {expr.value, {}};
  if (expr.op == lang::Op::kParam) {
    const lang::Param& param = context.params.at(expr.name);
    if (param.values.size() == 1) return {param.values[0].value, {}};
    return {std::nullopt, "param." + expr.name + " has several dated values; write one rule version for each"};
  }
  std::vector<int64_t> args;
  for (const ExprPtr& arg : expr.args) {
    Folded folded = Fold(*arg, context);
    if (!folded.value) return folded;
    args.push_back(*folded.value);
  }
  if (expr.op == lang::Op::kScaleRaw) return {MulMicro(args[0], args[1]), {}};
  if (expr.op == lang::Op::kAddRaw) return {AddMicro(args[0], args[1]), {}};
  if (expr.op == lang::Op::kSubtractRaw) return {AddMicro(args[0], -args[1]), {}};
  if (expr.op == lang::Op::kNegate) return {-args[0], {}};
  return {std::nullopt, "this is computed; only days(n), hours(n) and parameters can stand here"};
}

}  // namespace

std::optional<Constant> ReadConstant(const lang::YamlFile& file, const lang::Yaml& node, const Scopes& scopes,
                                     const PackContext& context, Diagnostics& diagnostics) {
  if (node.kind == lang::Yaml::Kind::kScalar) {
    if (std::optional<int64_t> seconds = ParseDuration(node.text)) return Constant{lang::Type::kDuration, *seconds};
  }
  ExprPtr expr = CheckAt(file, node, lang::Type::kAny, scopes.Plain(), diagnostics);
  if (!expr) return std::nullopt;
  if (expr->type != lang::Type::kDuration && expr->type != lang::Type::kNumber) {
    diagnostics.Add(Code::kTypeMismatch, file.At(node),
                    std::string("expected days(n) or hours(n), this is ") + lang::TypeName(expr->type));
    return std::nullopt;
  }
  Folded folded = Fold(*expr, context);
  if (!folded.value) {
    diagnostics.Add(Code::kBadValue, file.At(node), folded.why_not);
    return std::nullopt;
  }
  return Constant{expr->type, *folded.value};
}

// --- messages ---

const std::vector<std::string>& MessageBuiltins() {
  static const std::vector<std::string> kNames{"item",   "code",        "time",  "qty",   "price",
                                               "amount", "institution", "visit", "count", "total"};
  return kNames;
}

std::vector<MessageName> NamesOf(const lang::YamlFile& file, const lang::Yaml& message, Diagnostics& diagnostics) {
  std::vector<MessageName> names;
  const std::string& text = message.text;
  for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
    size_t end = text.find('}', at);
    if (end == std::string::npos) {
      diagnostics.Add(Code::kBadValue, file.Inside(message, at), "this '{' has no '}'", "a message uses {fact}");
      break;
    }
    names.push_back({text.substr(at + 1, end - at - 1), at});
    at = end;
  }
  return names;
}

}  // namespace yijian::pack
