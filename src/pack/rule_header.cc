#include "pack/rule_header.h"

#include <algorithm>

#include "pack/rule_parts.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using program::Rule;

using Names = std::vector<std::string>;

void ReadMoments(const YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  static const Names kMoments{"pre", "mid", "post"};
  const Yaml* node = keys.Take("moments");
  if (!node) return;
  if (node->kind != Yaml::Kind::kList || node->items.empty()) {
    diagnostics.Add(Code::kBadValue, file.At(*node), "moments must be a list", "such as [pre, mid, post]");
    return;
  }
  rule.moments = 0;
  for (const Yaml& item : node->items) {
    std::optional<size_t> at = OneOf(file, item, "moments", kMoments, diagnostics);
    if (at) rule.moments = static_cast<uint8_t>(rule.moments | 1u << *at);
  }
}

void ReadValidity(const YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  const Yaml* node = keys.Take("valid");
  if (!node) return;
  Keys valid(file, *node, "valid", diagnostics);
  rule.from = valid.Day("from").value_or(rule.from);
  rule.until = valid.Day("until").value_or(rule.until);
  valid.End();
  if (rule.from < rule.until) return;
  diagnostics.Add(Code::kBadValue, file.At(*node), "valid is empty: until must lie behind from",
                  "until is the first day on which the rule is not in force");
}

void ReadArea(const YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  const Yaml* node = keys.Take("area");
  if (!node) return;
  rule.area = node->text == "*" ? std::string() : node->text;
  if (node->kind == Yaml::Kind::kScalar && !node->text.empty() && IsArea(rule.area)) return;
  diagnostics.Add(Code::kBadValue, file.At(*node), "area must be the beginning of a division code, or \"*\"",
                  "such as \"5001\"");
}

}  // namespace

void ReadHeader(const YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
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

void ReadMessage(const YamlFile& file, Keys& keys, Rule& rule, Diagnostics& diagnostics) {
  rule.message = keys.Both("message");
  const Yaml* message = file.root.Find("message");
  if (!message) return;
  Names known = MessageBuiltins();
  if (const Yaml* facts = file.root.Find("facts")) {
    for (const YamlEntry& entry : facts->entries) known.push_back(entry.key);
  }
  for (const YamlEntry& entry : message->entries) {
    for (const MessageName& name : NamesOf(file, entry.value, diagnostics)) {
      if (std::find(known.begin(), known.end(), name.name) != known.end()) continue;
      diagnostics.Add(Code::kFactMissing, file.Inside(entry.value, name.offset),
                      "the rule states no fact '" + name.name + "'", DidYouMean(name.name, known));
    }
  }
}

}  // namespace yijian::pack
