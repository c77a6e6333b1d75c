// One rule file -> one checked rule. Tells all its mistakes at once.
//
//   std::optional<program::Rule> rule = ReadRule(file, context, diagnostics);
//
// The language is docs/rule-language.md. What an expression may name is decided here (Scopes of rule_scope.h); how it
// is typed, in lang. Errors:  diagnostics, at the right line of the YAML also inside folded and block texts. Nullopt
// when there was one. Threads: const and stateless.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "lang/check.h"
#include "lang/yaml.h"
#include "program/rule.h"

namespace yijian::pack {

// What the rules of one pack may name. Outlives the reading; rules copy what they need.
struct PackContext {
  std::string pack;
  std::map<std::string, lang::TableSchema> tables;
  std::map<std::string, lang::Param> params;
};

std::optional<program::Rule> ReadRule(const lang::YamlFile& file, const PackContext& context,
                                      lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
