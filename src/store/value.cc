#include "store/value.h"

#include <charconv>
#include <cstdlib>

#include "base/result.h"

namespace yijian::store {
namespace {

// SQLite gives expressions as texts, PostgreSQL sums as doubles: the caller's question says what is meant.
int64_t AsInt(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return static_cast<int64_t>(*number);
  const auto* text = std::get_if<std::string>(&value);
  CHECK(text != nullptr);
  int64_t number = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  CHECK(error == std::errc() && end == text->data() + text->size());
  return number;
}

double AsReal(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  const auto* text = std::get_if<std::string>(&value);
  CHECK(text != nullptr && !text->empty());
  char* end = nullptr;
  double number = std::strtod(text->c_str(), &end);
  CHECK(end == text->c_str() + text->size());
  return number;
}

std::string AsText(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  const auto* number = std::get_if<double>(&value);
  CHECK(number != nullptr);
  return std::to_string(*number);
}

bool Missing(const Value& value) { return std::holds_alternative<std::monostate>(value); }

}  // namespace

const Value& Row::At(std::string_view column) const {
  for (size_t i = 0; i < names_->size(); i++) {
    if ((*names_)[i] == column) return values_[i];
  }
  std::fprintf(stderr, "no column '%.*s' in this row\n", static_cast<int>(column.size()), column.data());
  std::abort();
}

bool Row::IsNull(std::string_view column) const { return Missing(At(column)); }
int64_t Row::Int(std::string_view column) const { return AsInt(At(column)); }
double Row::Real(std::string_view column) const { return AsReal(At(column)); }
std::string Row::Text(std::string_view column) const { return AsText(At(column)); }

std::optional<int64_t> Row::MaybeInt(std::string_view column) const {
  const Value& value = At(column);
  if (Missing(value)) return std::nullopt;
  return AsInt(value);
}

std::optional<double> Row::MaybeReal(std::string_view column) const {
  const Value& value = At(column);
  if (Missing(value)) return std::nullopt;
  return AsReal(value);
}

std::optional<std::string> Row::MaybeText(std::string_view column) const {
  const Value& value = At(column);
  if (Missing(value)) return std::nullopt;
  return AsText(value);
}

}  // namespace yijian::store
