// `let`: names that a rule gives to sub-expressions, in order; each may use those above it.
//
// Internal to pack.
#pragma once

#include "lang/check.h"
#include "lang/yaml.h"
#include "pack/rule_reader.h"

namespace yijian::pack {

inline constexpr size_t kLetsMax = 32;

// Reads the map `node` into *scope.lets. The scope is the widest of the rule: where all its rows, lookups and, for
// groups, aggregates are known. A name must mean nothing else.
void ReadLets(const lang::YamlFile& file, const lang::Yaml& node, const lang::Scope& scope,
              lang::Diagnostics& diagnostics);

// Names that no expression used. To be asked of rules without mistakes: a mistake hides what stands behind it.
void TellUnused(const lang::YamlFile& file, const lang::Yaml& node, const lang::Lets& lets,
                lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
