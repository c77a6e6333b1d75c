// What a compiled formula consists of, and the functions that a mapping may call. Internal to formula*.cc.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/convert.h"
#include "intake/formula.h"

namespace yijian::intake {

struct Context {
  const Piece& piece;
  size_t row;
  FormulaArena& arena;
};

struct Part;
using PartPtr = std::unique_ptr<const Part>;
using Action = Value (*)(const Part& part, const Context& context);

// One step: an action over its arguments' values.
struct Part {
  ValueType type = ValueType::kNull;
  Action action = nullptr;
  Value constant;
  size_t column = 0;
  std::vector<PartPtr> args;
  DateFormats formats;
  const NullTest* is_null = nullptr;

  Value Run(const Context& context) const { return action(*this, context); }
  Value Arg(size_t i, const Context& context) const { return args[i]->Run(context); }
};

inline std::string_view Keep(std::string text, const Context& context) {
  return context.arena.emplace_back(std::move(text));
}
// An empty text is no text.
inline Value TextOrNull(std::string_view text) { return text.empty() ? Value{} : Value::Text(text); }

// What a function takes and gives.
struct Signature {
  std::vector<ValueType> args;
  size_t required;
  ValueType result;  // kNull: the type of the first argument
  Action action;
  bool any_first = false;
};

const std::map<std::string_view, Signature>& Signatures();

}  // namespace yijian::intake
