// Expressions in mappings: the rule language's syntax over the columns of a source.
//
//   FormulaPtr sum = CompileFormula("number(paid) + number(deductible)", place, ValueType::kNumber,
//   find, {}, diagnostics); FormulaArena arena; Value value = sum->Evaluate(piece, row, arena);
//
// Types:   a column is text. number(x), date(x) and date(x, 'dd/MM/yyyy') turn texts into numbers
// and times; a text beside a
//          number is a mistake the compiler reports, with this hint. Functions are one table, see
//          Functions().
// Null:    a blank column, and a text that cannot be turned. Three-valued as in rules: null == 'x'
// is null, false && null is
//          false, x.or(y) is y where x is null.
// Errors:  diagnostics when compiling; none when evaluating (overflow and division by zero are
// null). Threads: a bound formula is immutable; every thread brings its own arena.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "intake/piece.h"
#include "lang/diagnostics.h"
#include "lang/expression.h"

namespace yijian::intake {

enum class ValueType : uint8_t { kNull, kBool, kNumber, kText, kTime, kDuration };

struct Value {
  ValueType type = ValueType::kNull;
  int64_t number = 0;     // bool 0/1, number in millionths, time and duration in seconds
  std::string_view text;  // in the piece, the formula or the arena

  bool is_null() const { return type == ValueType::kNull; }
  static Value Bool(bool value) { return {ValueType::kBool, value ? 1 : 0, {}}; }
  static Value Number(Micro value) { return {ValueType::kNumber, value, {}}; }
  static Value Text(std::string_view text) { return {ValueType::kText, 0, text}; }
  static Value Time(int64_t seconds) { return {ValueType::kTime, seconds, {}}; }
  static Value Duration(int64_t seconds) { return {ValueType::kDuration, seconds, {}}; }
};

// Texts made while evaluating. Clear it between rows or pieces.
using FormulaArena = std::deque<std::string>;

struct FunctionInfo {
  std::string_view name;
  std::string_view example;  // runs in the test
  std::string_view gives;
  std::string_view zh;
};
std::span<const FunctionInfo> Functions();

class Formula {
 public:
  virtual ~Formula() = default;
  virtual Value Evaluate(const Piece& piece, size_t row, FormulaArena& arena) const = 0;
  ValueType type() const { return type_; }
  // The source columns it reads, as written.
  const std::vector<std::string>& names() const { return names_; }

  ValueType type_ = ValueType::kNull;
  std::vector<std::string> names_;
};
using FormulaPtr = std::shared_ptr<const Formula>;

// Finds a name's column; nullopt when there is none.
using ColumnFinder = std::function<std::optional<size_t>(const std::string& name)>;
// Tells which texts mean nothing.
using NullTest = std::function<bool(std::string_view text)>;

// The finder may be empty: then only syntax, functions and types are looked at. kNull as `want`
// accepts every type.
FormulaPtr CompileFormula(std::string_view text, const lang::Place& place, ValueType want, const ColumnFinder& find,
                          const NullTest& is_null, lang::Diagnostics& diagnostics);

// As a converter reads it: 12.5, 2024-03-05 08:00:00, 1, text. Null gives a view without data.
std::string_view TextOf(const Value& value, FormulaArena& arena);

}  // namespace yijian::intake
