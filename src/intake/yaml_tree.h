// YAML that strangers may have written, as a small tree with places.
//
//   std::optional<YamlNode> root = ParseYaml(text, "city.yaml", diagnostics);
//
// Refused, with line and column: more than kYamlBytesMax, deeper than kYamlDepthMax, more nodes
// than kYamlNodesMax, anchors and aliases (nobody needs them here, and they make bombs and cycles),
// two documents, a key twice. Errors:  diagnostics; never an exception. Threads: no shared state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/diagnostics.h"

namespace yijian::intake {

inline constexpr size_t kYamlBytesMax = 1 << 20;
inline constexpr size_t kYamlDepthMax = 24;
inline constexpr size_t kYamlNodesMax = 100'000;

struct YamlMember;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;     // of a scalar
  bool quoted = false;  // 'so' or "so": never a keyword
  lang::Place place;
  std::vector<YamlNode> items;      // of a list
  std::vector<YamlMember> members;  // of a map, in order
  const YamlNode* Find(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  YamlNode node;
};

std::optional<YamlNode> ParseYaml(std::string_view text, const std::string& file, lang::Diagnostics& diagnostics);

}  // namespace yijian::intake
