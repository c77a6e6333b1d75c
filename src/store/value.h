// Values that go into statements and rows that come out.
//
//   for (const Row& row : rows) total += row.Int("amount_fen");
//
// Asking for a column that is not there, or for a text as a number, is our bug and stops the process; a NULL where a
// value is wanted too. Columns that may be NULL are asked with Maybe....
// Numbers of any width are int64; sums of BIGINT must be cast in SQL (CAST(SUM(x) AS BIGINT)), see database.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace yijian::store {

using Value = std::variant<std::monostate, int64_t, double, std::string>;  // monostate is NULL
using Values = std::vector<Value>;

// For optional things: nullopt is NULL.
template <typename T>
Value Maybe(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}
// Empty texts as NULL: of codes that are not given.
inline Value TextOrNull(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }

class Row {
 public:
  using Names = std::shared_ptr<const std::vector<std::string>>;
  Row(Names names, Values values) : names_(std::move(names)), values_(std::move(values)) {}

  bool IsNull(std::string_view column) const;
  int64_t Int(std::string_view column) const;
  bool Bool(std::string_view column) const { return Int(column) != 0; }
  double Real(std::string_view column) const;
  std::string Text(std::string_view column) const;
  std::optional<int64_t> MaybeInt(std::string_view column) const;
  std::optional<double> MaybeReal(std::string_view column) const;
  std::optional<std::string> MaybeText(std::string_view column) const;

  const std::vector<std::string>& names() const { return *names_; }
  const Values& values() const { return values_; }

 private:
  const Value& At(std::string_view column) const;

  Names names_;
  Values values_;
};

using Rows = std::vector<Row>;

}  // namespace yijian::store
