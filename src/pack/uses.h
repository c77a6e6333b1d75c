// What a rule reads beside the timeline: knowledge tables and parameters.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "program/rule.h"

namespace yijian::pack {

// Every operation of every expression of the rule.
void ForEachExpr(const program::Rule& rule, const std::function<void(const lang::Expr&)>& visit);

std::set<std::string> TablesOf(const program::Rule& rule);
// Parameters that its expressions name; those folded into `within` or `gap` when the rule was read are not among them.
std::set<std::string> ParamsOf(const program::Rule& rule);

}  // namespace yijian::pack
