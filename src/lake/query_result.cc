// How DuckDB's types become ours, and how cells are read and written as text.
#include <array>
#include <bit>
#include <cstdio>
#include <type_traits>

#include "base/date.h"
#include "lake/database_impl.h"

namespace yijian::lake {
namespace {

static_assert(sizeof(duckdb_string_t) == 16, "ColumnView::Text reads this layout");
static_assert(sizeof(duckdb_hugeint) == sizeof(Int128), "ColumnView::As<Int128> reads this layout");

Physical PhysicalOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_SMALLINT:
      return Physical::kInt16;
    case DUCKDB_TYPE_INTEGER:
      return Physical::kInt32;
    case DUCKDB_TYPE_BIGINT:
      return Physical::kInt64;
    default:
      return Physical::kInt128;
  }
}

std::string FormatDecimal(int64_t unscaled, int scale) {
  if (scale == 0) return std::to_string(unscaled);
  std::string digits = std::to_string(unscaled);
  bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  size_t places = static_cast<size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  return negative ? "-" + digits : digits;
}

std::string FormatDouble(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.15g", value);
  return text.data();
}

template <typename T>
Status Widen(const ColumnView& from, size_t rows, std::vector<int64_t>* to) {
  const T* values = from.As<T>();
  for (size_t row = 0; row < rows; row++) {
    if (!from.Has(row)) {
      to->push_back(0);
      continue;
    }
    if constexpr (std::is_floating_point_v<T>) {
      to->push_back(std::bit_cast<int64_t>(static_cast<double>(values[row])));
    } else {
      auto narrow = static_cast<int64_t>(values[row]);  // NOLINT(bugprone-signed-char-misuse)
      bool fits = static_cast<T>(narrow) == values[row] && (narrow < 0) == (values[row] < T{0});
      if (!fits) return LimitReached("a value does not fit into 64 bits; cast it in SQL");
      to->push_back(narrow);
    }
  }
  return {};
}

Status WidenColumn(Physical physical, const ColumnView& from, size_t rows, std::vector<int64_t>* to) {
  switch (physical) {
    case Physical::kBool:
    case Physical::kUint8:
      return Widen<uint8_t>(from, rows, to);
    case Physical::kInt8:
      return Widen<int8_t>(from, rows, to);
    case Physical::kInt16:
      return Widen<int16_t>(from, rows, to);
    case Physical::kInt32:
      return Widen<int32_t>(from, rows, to);
    case Physical::kInt64:
      return Widen<int64_t>(from, rows, to);
    case Physical::kInt128:
      return Widen<Int128>(from, rows, to);
    case Physical::kUint16:
      return Widen<uint16_t>(from, rows, to);
    case Physical::kUint32:
      return Widen<uint32_t>(from, rows, to);
    case Physical::kUint64:
      return Widen<uint64_t>(from, rows, to);
    case Physical::kFloat:
      return Widen<float>(from, rows, to);
    case Physical::kDouble:
      return Widen<double>(from, rows, to);
    case Physical::kText:
      break;
  }
  CHECK(physical != Physical::kText);
  return {};
}

}  // namespace

std::optional<ColumnInfo> InfoOf(duckdb_logical_type type, std::string name) {
  ColumnInfo info{.name = std::move(name)};
  auto is = [&info](Logical logical, Physical physical, int64_t units = 1'000'000) {
    info.logical = logical;
    info.physical = physical;
    info.units_per_second = units;
    return info;
  };
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return is(Logical::kBool, Physical::kBool);
    case DUCKDB_TYPE_TINYINT:
      return is(Logical::kInteger, Physical::kInt8);
    case DUCKDB_TYPE_SMALLINT:
      return is(Logical::kInteger, Physical::kInt16);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_SQLNULL:
      return is(Logical::kInteger, Physical::kInt32);
    case DUCKDB_TYPE_BIGINT:
      return is(Logical::kInteger, Physical::kInt64);
    case DUCKDB_TYPE_HUGEINT:
      return is(Logical::kInteger, Physical::kInt128);
    case DUCKDB_TYPE_UTINYINT:
      return is(Logical::kInteger, Physical::kUint8);
    case DUCKDB_TYPE_USMALLINT:
      return is(Logical::kInteger, Physical::kUint16);
    case DUCKDB_TYPE_UINTEGER:
      return is(Logical::kInteger, Physical::kUint32);
    case DUCKDB_TYPE_UBIGINT:
      return is(Logical::kInteger, Physical::kUint64);
    case DUCKDB_TYPE_FLOAT:
      return is(Logical::kFloating, Physical::kFloat);
    case DUCKDB_TYPE_DOUBLE:
      return is(Logical::kFloating, Physical::kDouble);
    case DUCKDB_TYPE_DATE:
      return is(Logical::kDate, Physical::kInt32);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return is(Logical::kTimestamp, Physical::kInt64);
    case DUCKDB_TYPE_TIMESTAMP_S:
      return is(Logical::kTimestamp, Physical::kInt64, 1);
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return is(Logical::kTimestamp, Physical::kInt64, 1'000);
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return is(Logical::kTimestamp, Physical::kInt64, 1'000'000'000);
    case DUCKDB_TYPE_VARCHAR:
      return is(Logical::kText, Physical::kText);
    case DUCKDB_TYPE_BLOB:
      return is(Logical::kBlob, Physical::kText);
    case DUCKDB_TYPE_DECIMAL:
      info.scale = duckdb_decimal_scale(type);
      info.width = duckdb_decimal_width(type);
      return is(Logical::kDecimal, PhysicalOf(duckdb_decimal_internal_type(type)));
    default:
      return std::nullopt;
  }
}

void View(duckdb_data_chunk from, Chunk* chunk) {
  chunk->rows = duckdb_data_chunk_get_size(from);
  chunk->columns.resize(duckdb_data_chunk_get_column_count(from));
  for (size_t i = 0; i < chunk->columns.size(); i++) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(from, i);
    chunk->columns[i] = {duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector)};
  }
}

size_t QueryResult::ColumnOf(std::string_view name) const {
  size_t column = 0;
  while (column < columns_.size() && columns_[column].name != name) column++;
  CHECK(column < columns_.size());
  return column;
}

Status QueryResult::Append(const Chunk& chunk) {
  for (size_t i = 0; i < columns_.size(); i++) {
    const ColumnView& from = chunk.columns[i];
    Cells& to = cells_[i];
    for (size_t row = 0; row < chunk.rows; row++) to.null.push_back(!from.Has(row));
    if (columns_[i].physical == Physical::kText) {
      for (size_t row = 0; row < chunk.rows; row++) {
        to.texts.emplace_back(from.Has(row) ? from.Text(row) : std::string_view());
      }
    } else {
      TRY(WidenColumn(columns_[i].physical, from, chunk.rows, &to.ints).While("column " + columns_[i].name));
    }
  }
  rows_ += chunk.rows;
  return {};
}

int64_t QueryResult::Int(size_t row, size_t column) const {
  CHECK(columns_[column].physical != Physical::kText);
  CHECK(columns_[column].logical != Logical::kFloating);
  return cells_[column].ints[row];
}

double QueryResult::Double(size_t row, size_t column) const {
  CHECK(columns_[column].physical != Physical::kText);
  int64_t bits = cells_[column].ints[row];
  if (columns_[column].logical == Logical::kFloating) return std::bit_cast<double>(bits);
  double value = static_cast<double>(bits);
  for (int i = 0; i < columns_[column].scale; i++) value /= 10;
  return value;
}

std::string QueryResult::Text(size_t row, size_t column) const {
  if (IsNull(row, column)) return {};
  const ColumnInfo& info = columns_[column];
  switch (info.logical) {
    case Logical::kText:
    case Logical::kBlob:
      return cells_[column].texts[row];
    case Logical::kBool:
      return Int(row, column) != 0 ? "true" : "false";
    case Logical::kInteger:
      return std::to_string(Int(row, column));
    case Logical::kDecimal:
      return FormatDecimal(Int(row, column), info.scale);
    case Logical::kFloating:
      return FormatDouble(Double(row, column));
    case Logical::kDate:
      return FormatDate(static_cast<Date>(Int(row, column)));
    case Logical::kTimestamp: {
      int64_t units = Int(row, column);
      int64_t seconds = units / info.units_per_second - (units % info.units_per_second < 0 ? 1 : 0);
      return FormatTime(seconds);
    }
  }
  return {};
}

}  // namespace yijian::lake
