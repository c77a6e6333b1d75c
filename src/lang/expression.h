// Expression text -> tree. CEL syntax; no names or types are known here.
//
//   Diagnostics diagnostics;
//   NodePtr tree = Parse("line.qty > 2 && line.item in dialysis_items", {"P-001.yaml", 7, 3}, diagnostics);
//   if (!tree) std::cerr << diagnostics.Render();
//
// The same tree serves rules (lang/check.h types it) and intake mappings (which turn it into SQL).
// Limits: kTextMax bytes, kDepthMax levels; beyond them E102, never a crash.
// Threads: trees are immutable and may be shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "lang/diagnostics.h"

namespace yijian::lang {

inline constexpr size_t kTextMax = 64 * 1024;
inline constexpr int kDepthMax = 100;

enum class NodeKind {
  kBool,     // number = 0 or 1
  kNumber,   // number in millionths
  kText,     // text
  kNull,     // null
  kName,     // text
  kMember,   // children[0] . text
  kIndex,    // children[0] [ children[1..] ]
  kCall,     // text ( children... ); a method call has method = true and the receiver as children[0]
  kList,     // [ children... ]
  kUnary,    // text is "!" or "-"
  kBinary,   // text is the operator, also "in"
  kTernary,  // children[0] ? children[1] : children[2]
};

struct Node;
using NodePtr = std::unique_ptr<const Node>;

struct Node {
  NodeKind kind;
  int offset = 0;  // byte offset in the text
  std::string text;
  Micro number = 0;
  bool method = false;
  std::vector<NodePtr> children;
};

// Null when there was a mistake; it is in diagnostics then. `place` is where the text begins in its file.
NodePtr Parse(std::string_view text, const Place& place, Diagnostics& diagnostics);

// The place of a node of a text that begins at `start`. Folded YAML scalars keep the line of their start.
Place PlaceOf(const Place& start, std::string_view text, int offset);

// Fully bracketed text of the tree: for golden files and the property "parse(print(tree)) == tree".
std::string Print(const Node& node);

}  // namespace yijian::lang
