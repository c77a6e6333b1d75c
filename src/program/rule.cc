#include "program/rule.h"

#include <array>

namespace yijian::program {
namespace {

using lang::Expr;
using lang::ExprPtr;
using lang::Hop;
using lang::Op;
using timeline::Kind;

void Add(Kind kind, std::string_view name, FieldSet& fields) {
  fields[static_cast<size_t>(kind)][timeline::OrdinalOf(*timeline::FindField(kind, name))] = true;
}

void AddExpr(const ExprPtr& expr, FieldSet& fields) {
  if (!expr) return;
  if (expr->op == Op::kField) fields[static_cast<size_t>(expr->kind)][expr->field] = true;
  for (const ExprPtr& arg : expr->args) AddExpr(arg, fields);
}

void AddSide(const Side& side, FieldSet& fields) {
  const timeline::KindInfo& info = timeline::InfoOf(side.of);
  if (!info.time.empty()) Add(side.of, info.time, fields);
  if (!info.end.empty()) Add(side.of, info.end, fields);
  if (side.stays_only) Add(Kind::kVisit, "stay", fields);
  AddExpr(side.where, fields);
  // What a row costs when the rule has no formula of its own.
  if (side.of == Kind::kTrace) Add(side.of, "amount", fields);
  if (side.of == Kind::kSettlement) Add(side.of, "fund", fields);
  if (side.of == Kind::kLine) {
    for (std::string_view name : {"item", "qty", "price", "amount", "scope"}) Add(Kind::kLine, name, fields);
  }
}

}  // namespace

const char* NameOf(Severity severity) {
  constexpr std::array<const char*, 4> kNames{"violation", "suspect", "lead", "monitor"};
  return kNames[static_cast<size_t>(severity)];
}

const char* NameOf(RuleClass rule_class) {
  constexpr std::array<const char*, 4> kNames{"policy", "management", "medical", "behaviour"};
  return kNames[static_cast<size_t>(rule_class)];
}

const char* NameOf(Form form) {
  constexpr std::array<const char*, 7> kNames{"each", "group", "window", "pair", "overlap", "sequence", "absence"};
  return kNames[static_cast<size_t>(form)];
}

const char* NameOf(Subject subject) {
  constexpr std::array<const char*, 4> kNames{"person", "doctor", "institution", "code"};
  return kNames[static_cast<size_t>(subject)];
}

FieldSet NoFields() {
  FieldSet fields;
  for (const timeline::KindInfo& info : timeline::Kinds()) {
    fields[static_cast<size_t>(info.kind)].assign(timeline::Fields(info.kind).size(), false);
  }
  return fields;
}

void AddFields(const Rule& rule, FieldSet& fields) {
  AddSide(rule.a, fields);
  if (rule.b) AddSide(*rule.b, fields);
  for (const Binding& binding : rule.bindings) {
    for (const ExprPtr& key : binding.keys) AddExpr(key, fields);
  }
  AddExpr(rule.where, fields);
  for (const Exception& exception : rule.unless) AddExpr(exception.when, fields);
  for (const ExprPtr& key : rule.by) AddExpr(key, fields);
  AddExpr(rule.having, fields);
  AddExpr(rule.excess, fields);
  AddExpr(rule.amount, fields);
  for (const Fact& fact : rule.facts) AddExpr(fact.value, fields);
  if (rule.subject == Subject::kPerson) {
    // The finding names its institution, its day, and the fund's share.
    for (std::string_view name : {"institution", "area", "begin", "end", "stay", "fund", "scope", "total"})
      Add(Kind::kVisit, name, fields);
  }
}

namespace {

void DumpSide(const char* name, const Rule& rule, const Side& side, std::string& text) {
  text +=
      std::string("  ") + name + ": " + (side.stays_only ? "stay" : std::string(timeline::InfoOf(side.of).name)) + "\n";
  for (uint16_t index : side.bindings) {
    const Binding& binding = rule.bindings[index];
    text += "    with k" + std::to_string(index) + " = " + binding.table + "[";
    for (size_t i = 0; i < binding.keys.size(); i++) text += (i > 0 ? ", " : "") + lang::Dump(*binding.keys[i]);
    text += "]\n";
  }
  if (side.where) text += "    where " + lang::Dump(*side.where) + "\n";
}

}  // namespace

std::string Dump(const Rule& rule) {
  std::string text =
      rule.id + "@" + std::to_string(rule.version) + " " + NameOf(rule.form) + " of " + NameOf(rule.subject) + "\n";
  DumpSide("a", rule, rule.a, text);
  if (rule.b) DumpSide("b", rule, *rule.b, text);
  for (uint16_t index : rule.match) {
    const Binding& binding = rule.bindings[index];
    text += "  match k" + std::to_string(index) + " = " + binding.table + "[";
    for (size_t i = 0; i < binding.keys.size(); i++) text += (i > 0 ? ", " : "") + lang::Dump(*binding.keys[i]);
    text += "]\n";
  }
  auto line = [&](const char* key, const ExprPtr& expr) {
    if (expr) text += std::string("  ") + key + " " + lang::Dump(*expr) + "\n";
  };
  line("where", rule.where);
  for (const Exception& exception : rule.unless) line(("unless " + exception.name).c_str(), exception.when);
  for (const ExprPtr& key : rule.by) line("by", key);
  line("having", rule.having);
  line("excess", rule.excess);
  line("amount", rule.amount);
  for (const Fact& fact : rule.facts) line(("fact " + fact.name).c_str(), fact.value);
  return text;
}

}  // namespace yijian::program
