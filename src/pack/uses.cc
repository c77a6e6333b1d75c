#include "pack/uses.h"

namespace yijian::pack {
namespace {

using lang::ExprPtr;
using lang::Op;

using Visit = std::function<void(const lang::Expr&)>;

void ForEachIn(const ExprPtr& expr, const Visit& visit) {
  if (!expr) return;
  visit(*expr);
  for (const ExprPtr& arg : expr->args) ForEachIn(arg, visit);
}

}  // namespace

void ForEachExpr(const program::Rule& rule, const Visit& visit) {
  ForEachIn(rule.a.where, visit);
  if (rule.b) ForEachIn(rule.b->where, visit);
  for (const program::Binding& binding : rule.bindings) {
    for (const ExprPtr& key : binding.keys) ForEachIn(key, visit);
  }
  for (const ExprPtr& expr : {rule.where, rule.having, rule.excess, rule.amount}) ForEachIn(expr, visit);
  for (const ExprPtr& expr : rule.by) ForEachIn(expr, visit);
  for (const program::Exception& exception : rule.unless) ForEachIn(exception.when, visit);
  for (const program::Fact& fact : rule.facts) ForEachIn(fact.value, visit);
}

std::set<std::string> TablesOf(const program::Rule& rule) {
  std::set<std::string> tables;
  for (const program::Binding& binding : rule.bindings) tables.insert(binding.table);
  ForEachExpr(rule, [&](const lang::Expr& expr) {
    if (expr.op == Op::kInTable) tables.insert(expr.name);
  });
  return tables;
}

std::set<std::string> ParamsOf(const program::Rule& rule) {
  std::set<std::string> params;
  ForEachExpr(rule, [&](const lang::Expr& expr) {
    if (expr.op == Op::kParam) params.insert(expr.name);
  });
  return params;
}

}  // namespace yijian::pack
