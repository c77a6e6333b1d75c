#include "pack/params.h"

#include <algorithm>

#include "pack/keys.h"
#include "pack/rule_parts.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using lang::Type;

struct Dated {
  lang::ParamValue value;
  Type type;
  std::string text;
  std::string source;
};

std::optional<Dated> ReadValue(const lang::YamlFile& file, const lang::Yaml& node, Diagnostics& diagnostics) {
  size_t before = diagnostics.list().size();
  Keys keys(file, node, "a value", diagnostics);
  std::optional<Date> from = keys.Day("from");
  const lang::Yaml* value = keys.Need("value");
  std::string source = keys.Text("source");
  keys.End();
  const lang::Yaml* day = node.Find("from");
  if (node.kind == lang::Yaml::Kind::kMap && (!day || day->kind == lang::Yaml::Kind::kNull)) {
    diagnostics.Add(Code::kMissingKey, file.At(node), "a value needs 'from'", "the first day on which it is in force");
  }
  if (value && (value->kind != lang::Yaml::Kind::kScalar || value->text.empty())) {
    diagnostics.Add(Code::kBadValue, file.At(*value), "value must be a number, a duration such as \"15d\", or a text");
  }
  if (diagnostics.list().size() > before || !from) return std::nullopt;
  ParamText parsed = ParseParam(value->text, value->quoted);
  return Dated{{*from, parsed.value, parsed.text}, parsed.type, value->text, std::move(source)};
}

}  // namespace

ParamText ParseParam(const std::string& text, bool quoted) {
  if (std::optional<int64_t> seconds = ParseDuration(text)) return {Type::kDuration, *seconds, {}};
  std::optional<Micro> number = quoted ? std::nullopt : ParseMicro(text);
  if (number) return {Type::kNumber, *number, {}};
  return {Type::kCode, 0, text};
}

Params ReadParams(const lang::YamlFile& file, Diagnostics& diagnostics) {
  Params params;
  if (file.root.kind == lang::Yaml::Kind::kNull) return params;
  if (file.root.kind != lang::Yaml::Kind::kMap) {
    diagnostics.Add(Code::kBadValue, file.At(file.root), "params.yaml must be a map of names and dated values");
    return params;
  }
  for (const lang::YamlEntry& entry : file.root.entries) {
    size_t before = diagnostics.list().size();
    if (!IsName(entry.key)) {
      diagnostics.Add(Code::kBadValue, file.At(entry), "'" + entry.key + "' cannot name a parameter",
                      "letters, digits and _");
    }
    if (entry.value.kind != lang::Yaml::Kind::kList || entry.value.items.empty()) {
      diagnostics.Add(Code::kBadValue, file.At(entry), "'" + entry.key + "' must be a list of dated values",
                      "such as - {from: 2020-01-01, value: 14, source: \"...\"}");
      continue;
    }
    std::vector<Dated> values;
    for (const lang::Yaml& item : entry.value.items) {
      std::optional<Dated> value = ReadValue(file, item, diagnostics);
      if (!value) continue;
      if (!values.empty() && values[0].type != value->type) {
        diagnostics.Add(Code::kTypeMismatch, file.At(item),
                        std::string("this value is a ") + lang::TypeName(value->type) + ", the first is a " +
                            lang::TypeName(values[0].type));
      }
      auto same = [&](const Dated& other) { return other.value.from == value->value.from; };
      if (std::any_of(values.begin(), values.end(), same)) {
        diagnostics.Add(Code::kDuplicate, file.At(item), "two values begin on " + FormatDate(value->value.from));
      }
      values.push_back(std::move(*value));
    }
    if (diagnostics.list().size() > before) continue;
    std::sort(values.begin(), values.end(), [](const Dated& l, const Dated& r) { return l.value.from < r.value.from; });
    lang::Param& param = params.values[entry.key];
    ParamSource& source = params.sources[entry.key];
    param.type = values[0].type;
    source.place = file.At(entry);
    for (Dated& value : values) {
      param.values.push_back(std::move(value.value));
      source.texts.push_back(std::move(value.text));
      source.sources.push_back(std::move(value.source));
    }
  }
  return params;
}

}  // namespace yijian::pack
