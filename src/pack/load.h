// Loads rule packs: every rule, parameter and knowledge table below the folders given, and every mistake in them at
// once.
//
//   Diagnostics diagnostics;
//   Library library = LoadLibrary({"rules/packs"}, diagnostics);
//   if (!diagnostics.ok()) std::cerr << diagnostics.Render();
//   auto bound = TRY(eval::Bind(library.rules, codes));
//
// A pack is a folder with a pack.yaml; a folder given may be one, or hold many. A rule with a mistake is left out, the
// others are there: callers that must not run with a part of a library ask diagnostics.ok().
//
// Order:   rules by id, then by their first day; the same files give the same RuleSet, byte for byte (see digest).
// Errors:  diagnostics only.
// Threads: the result is a value; share it once loaded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lang/diagnostics.h"
#include "pack/knowledge.h"
#include "pack/params.h"
#include "pack/rule_reader.h"
#include "program/rule.h"

namespace yijian::pack {

struct Pack {
  std::string id;
  int version = 1;
  std::string owner;
  program::Bilingual name;
  std::string dir;
  std::string knowledge_dir;  // empty when the pack has none
  PackContext context;
};

struct Library {
  program::RuleSet rules;
  std::vector<Pack> packs;                    // by folder
  std::vector<size_t> pack_of;                // by rule
  std::map<std::string, ParamSource> params;  // where the values of RuleSet::params come from
  std::map<std::string, TableSpec> tables;    // by table name
};

Library LoadLibrary(const std::vector<std::string>& pack_dirs, lang::Diagnostics& diagnostics);
program::RuleSet LoadRules(const std::vector<std::string>& pack_dirs, lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
