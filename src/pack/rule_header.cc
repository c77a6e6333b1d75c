#include "pack/rule_header.h"

#include <algorithm>

#include "pack/rule_parts.h"
#include "pack/uses.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using program::Rule;

using Names = std::vector<std::string>;

void ReadMoments(const lang::YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  static const Names kMoments{"pre", "mid", "post"};
  const lang::Yaml* node = keys.Take("moments");
  if (!node) return;
  if (node->kind != lang::Yaml::Kind::kList || node->items.empty()) {
    diagnostics.Add(Code::kBadValue, file.At(*node), "moments must be a list", "such as [pre, mid, post]");
    return;
  }
  rule.moments = 0;
  for (const lang::Yaml& item : node->items) {
    std::optional<size_t> at = OneOf(file, item, "moments", kMoments, diagnostics);
    if (at) rule.moments = static_cast<uint8_t>(rule.moments | 1u << *at);
  }
}

void ReadValidity(const lang::YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  const lang::Yaml* node = keys.Take("valid");
  if (!node) return;
  Keys valid(file, *node, "valid", diagnostics);
  rule.from = valid.Day("from").value_or(rule.from);
  rule.until = valid.Day("until").value_or(rule.until);
  valid.End();
  if (rule.from < rule.until) return;
  diagnostics.Add(Code::kBadValue, file.At(*node), "valid is empty: until must lie behind from",
                  "until is the first day on which the rule is not in force");
}

void ReadArea(const lang::YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  const lang::Yaml* node = keys.Take("area");
  if (!node) return;
  rule.area = node->text == "*" ? std::string() : node->text;
  if (node->kind == lang::Yaml::Kind::kScalar && !node->text.empty() && IsArea(rule.area)) return;
  diagnostics.Add(Code::kBadValue, file.At(*node), "area must be the beginning of a division code, or \"*\"",
                  "such as \"5001\"");
}

// A list over diagnoses or operations: they hang on a person's visit.
bool IsList(const lang::Expr& expr) {
  return expr.op == lang::Op::kExists || expr.op == lang::Op::kAll || expr.op == lang::Op::kCountIf;
}

// What a visit's settlements add up to.
bool IsSum(const lang::Expr& expr) {
  if (expr.op != lang::Op::kField || expr.kind != timeline::Kind::kVisit) return false;
  std::string_view name = timeline::Fields(expr.kind)[expr.field].name;
  return name == "total" || name == "scope" || name == "fund";
}

}  // namespace

void ReadHeader(const lang::YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  static const Names kClasses = NamesOfEnum(program::RuleClass::kBehaviour);
  static const Names kSeverities = NamesOfEnum(program::Severity::kMonitor);
  rule.id = keys.Text("rule");
  rule.version = keys.NumberOr("version", 1);
  rule.name = keys.Both("name");
  if (auto at = keys.OneOf("class", kClasses)) rule.rule_class = static_cast<program::RuleClass>(*at);
  rule.official = keys.TextOr("official", "");
  rule.basis = keys.Texts("basis");
  if (auto at = keys.OneOf("severity", kSeverities)) rule.severity = static_cast<program::Severity>(*at);
  ReadMoments(file, keys, rule, diagnostics);
  ReadValidity(file, keys, rule, diagnostics);
  ReadArea(file, keys, rule, diagnostics);
  rule.why = keys.Both("why");
  rule.false_alarms = keys.BothOr("false_alarms");
}

void CheckSubject(const lang::YamlFile& file, const Rule& rule, Diagnostics& diagnostics) {
  using program::Subject;
  using Unit = program::Within::Unit;
  if (rule.subject == Subject::kPerson) return;
  lang::Place place = file.At(*file.root.Find("subject"));
  auto refuse = [&](std::string message, std::string suggestion) {
    diagnostics.Add(Code::kNotAllowedHere, place, std::move(message), std::move(suggestion));
  };
  if (IsBinary(rule.form)) return refuse("only each, group and window rules have another subject than a person", "");
  timeline::Kind of = rule.a.of;
  bool fits = rule.subject == Subject::kDoctor ? of == timeline::Kind::kLine
              : rule.subject == Subject::kCode ? of == timeline::Kind::kTrace
                                               : timeline::FindField(of, "institution") != nullptr;
  if (!fits) {
    refuse(std::string("subject ") + program::NameOf(rule.subject) + " does not go with these rows",
           "doctor: of line; code: of trace; institution: of visit, stay, trace or stock");
  }
  bool lists = false;
  bool sums = of == timeline::Kind::kVisit && !rule.amount;  // the default amount is what the fund paid
  ForEachExpr(rule, [&](const lang::Expr& expr) {
    lists = lists || IsList(expr);
    sums = sums || IsSum(expr);
  });
  if (lists) refuse("diagnoses and operations are known on a person's timeline only", "");
  if (sums) {
    refuse("total, scope and fund of visits are known on a person's timeline only",
           "say what is charged, such as amount: 0");
  }
  if (rule.within.unit == Unit::kVisit || rule.within.unit == Unit::kStay) {
    refuse("within visit or stay needs a person's timeline", "");
  }
}

void ReadMessage(const lang::YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  rule.message = keys.Both("message");
  const lang::Yaml* message = file.root.Find("message");
  if (!message) return;
  Names known = MessageBuiltins();
  if (const lang::Yaml* facts = file.root.Find("facts")) {
    for (const lang::YamlEntry& entry : facts->entries) known.push_back(entry.key);
  }
  for (const lang::YamlEntry& entry : message->entries) {
    for (const MessageName& name : NamesOf(file, entry.value, diagnostics)) {
      if (std::find(known.begin(), known.end(), name.name) != known.end()) continue;
      diagnostics.Add(Code::kFactMissing, file.Inside(entry.value, name.offset),
                      "the rule states no fact '" + name.name + "'", DidYouMean(name.name, known));
    }
  }
}

}  // namespace yijian::pack
