// What a person reads about the rules: one rule explained, and the whole manual. Chinese first, English beside it.
//
//   std::cout << Explain(library, *FindRule(library, "P-007"), {.program = true});
//   WriteFile("docs/rules.md", WriteManual(library));            // yijian rules doc
//
// Everything comes from the packs and from the tables that the program itself reads (fields, functions, diagnostics),
// so that the manual cannot say other things than the program does. Threads: const and stateless.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pack/load.h"

namespace yijian::pack {

// Position of the rule in force latest under this id; nullopt when there is none.
std::optional<size_t> FindRule(const Library& library, std::string_view id);

struct ExplainOptions {
  bool program = false;  // with the dump of the checked rule
  bool source = false;   // with the YAML as written
};
std::string Explain(const Library& library, size_t rule, ExplainOptions options = {});

// Markdown: index by class, each rule, parameters, tables, fields, functions, diagnostics.
std::string WriteManual(const Library& library);

// Words for screens, both languages: "政策类 policy".
std::string_view ZhOf(program::RuleClass rule_class);
std::string_view ZhOf(program::Severity severity);
std::string_view ZhOf(program::Form form);
std::string_view ZhOf(program::Subject subject);
std::string MomentsText(uint8_t moments);  // "事前 事中 事后"

}  // namespace yijian::pack
