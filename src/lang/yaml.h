// YAML as authors of rules and mappings write it: a small tree in which every node knows its place, read from text
// nobody vouches for.
//
//   std::optional<YamlFile> file = ReadYaml("P-007.yaml", text, diagnostics);
//   if (file) file->At(*file->root.Find("severity"))         // P-007.yaml:6:11
//
// Only this file sees yaml-cpp. Anchors, aliases, tags, several documents, and keys that are not plain texts are
// refused: nobody needs them here, and hostile files live on them. Two equal keys in a map are a mistake. Limits:
// kYamlBytesMax, kYamlDepthMax, kYamlNodesMax; beyond them E201, never a crash. Errors:  diagnostics. Nullopt when the
// text as a whole cannot be read; a file with equal keys is still returned. Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lang/diagnostics.h"

namespace yijian::lang {

inline constexpr size_t kYamlBytesMax = 1 << 20;
inline constexpr int kYamlDepthMax = 16;
inline constexpr size_t kYamlNodesMax = 100'000;

struct YamlEntry;

struct Yaml {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;                // of a scalar
  bool quoted = false;             // a scalar in quotes or a block: a text even when it looks like a number
  int line = 1;                    // 1-based; where the node begins
  int byte_column = 1;             // 1-based, in bytes
  std::vector<Yaml> items;         // of a list
  std::vector<YamlEntry> entries;  // of a map, in the order written

  const Yaml* Find(std::string_view key) const;  // null when absent, or when this is no map
};

struct YamlEntry {
  std::string key;
  int line = 1;
  int byte_column = 1;
  Yaml value;
};

struct YamlFile {
  std::string file;
  std::string text;
  std::vector<size_t> line_starts;  // byte offsets
  Yaml root;

  Place At(const Yaml& node) const { return PlaceOf(node.line, node.byte_column); }
  Place At(const YamlEntry& entry) const { return PlaceOf(entry.line, entry.byte_column); }
  // Where byte `offset` of a scalar's text stands in the file, also when it is quoted, folded or a block.
  Place Inside(const Yaml& scalar, size_t offset) const;

 private:
  Place PlaceOf(int line, int byte_column) const;
};

std::optional<YamlFile> ReadYaml(std::string file, std::string text, Diagnostics& diagnostics);

// The whole file; E201 when it cannot be read or is larger than `bytes_max`.
std::optional<std::string> ReadText(const std::string& path, size_t bytes_max, Diagnostics& diagnostics);

}  // namespace yijian::lang
