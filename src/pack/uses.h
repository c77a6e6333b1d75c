// What a rule reads beside the timeline: knowledge tables and parameters.
#pragma once

#include <set>
#include <string>

#include "program/rule.h"

namespace yijian::pack {

std::set<std::string> TablesOf(const program::Rule& rule);
// Parameters that its expressions name; those folded into `within` or `gap` when the rule was read are not among them.
std::set<std::string> ParamsOf(const program::Rule& rule);

}  // namespace yijian::pack
