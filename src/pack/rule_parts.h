// Parts of a rule: expressions inside YAML, what they may name, durations and windows, message templates.
//
// Internal to pack.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/check.h"
#include "lang/yaml.h"
#include "pack/rule_reader.h"
#include "program/rule.h"

namespace yijian::pack {

inline constexpr size_t kBindingsMax = 16;  // what evaluators keep per row

// Checks an expression that is the scalar `node`; mistakes are placed inside it.
lang::ExprPtr CheckAt(const lang::YamlFile& file, const lang::Yaml& node, lang::Type want, const lang::Scope& scope,
                      lang::Diagnostics& diagnostics);

// table[key] or table[key, key2]. The name of the binding is the caller's.
std::optional<program::Binding> ReadLookup(const lang::YamlFile& file, const lang::Yaml& node, const lang::Scope& scope,
                                           lang::Diagnostics& diagnostics);

// Which rows and bindings the places of a rule may name. Slot 0 is the row, or a; slot 1 is b.
class Scopes {
 public:
  // What outlives it: all three. Lets are seen wherever lookups are.
  Scopes(const PackContext& context, program::Rule& rule, lang::Lets& lets)
      : context_(context), rule_(rule), lets_(lets) {}

  lang::Scope Keys(int slot) const;  // of `with`: rows alone
  lang::Scope Side(int slot) const;  // of `where` of one side
  lang::Scope Both() const;          // of `where` over a and b; of exceptions
  lang::Scope Match() const;         // of `match`: both rows alone
  lang::Scope Group() const;         // of lets; having, excess, facts of group and window
  lang::Scope Amount() const;
  lang::Scope Plain() const;  // parameters alone

  // Adds a binding to the rule. False when the rule has too many.
  bool Bind(program::Binding binding, int owner);  // owner: slot, or kMatch

  static constexpr int kMatch = 2;

 private:
  lang::Scope Base() const;
  void AddRow(lang::Scope& scope, int slot, bool by_kind) const;
  void AddBindings(lang::Scope& scope, int owner, bool all) const;

  const PackContext& context_;
  program::Rule& rule_;
  lang::Lets& lets_;
  std::vector<int> owners_;  // of rule_.bindings
};

// A duration or number that does not depend on rows: days(3), hours(param.gap_hours), param.gap, "15d", 15.
struct Constant {
  lang::Type type;  // kDuration or kNumber
  int64_t value;    // seconds; millionths
};
std::optional<Constant> ReadConstant(const lang::YamlFile& file, const lang::Yaml& node, const Scopes& scopes,
                                     const PackContext& context, lang::Diagnostics& diagnostics);
// "15d", "6h", "30min", also negative. Nullopt when it is none.
std::optional<int64_t> ParseDuration(std::string_view text);

// What is between { and } of a message, with its place in the text. A '{' without '}' is a mistake (E204).
struct MessageName {
  std::string name;
  size_t offset;
};
std::vector<MessageName> NamesOf(const lang::YamlFile& file, const lang::Yaml& message, lang::Diagnostics& diagnostics);
// Names that every message may use.
const std::vector<std::string>& MessageBuiltins();

}  // namespace yijian::pack
