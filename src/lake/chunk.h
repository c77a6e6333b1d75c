// Some rows of a query in columns, as raw memory: what hot loops read.
//
//   const ColumnView& item = chunk->columns[0];
//   const int32_t* ids = item.As<int32_t>();
//   for (size_t row = 0; row < chunk->rows; row++) {
//     if (item.Has(row)) seen[ids[row]] = true;
//   }
//
// Layout:  `physical` says what lies at `data`; `logical` says what it means. A DECIMAL lies as the
// narrowest of int16,
//          int32, int64 and int128 that holds its width, counted in units of 10^-scale.
// Nulls:   `validity` is null when no row is null; else bit row % 64 of word row / 64 is 1 when the
// row has a value. What
//          lies at `data` under a null is undefined.
// Owns:    nothing. Views die at the next call on the stream they came from.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::lake {

enum class Physical : uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kInt128,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kFloat,
  kDouble,
  kText,
};

enum class Logical : uint8_t {
  kBool,
  kInteger,
  kDecimal,
  kFloating,
  kDate,       // days since 1970-01-01
  kTimestamp,  // units_per_second since 1970-01-01 00:00
  kText,
  kBlob,
};

struct ColumnInfo {
  std::string name;
  Logical logical = Logical::kInteger;
  Physical physical = Physical::kInt64;
  uint8_t scale = 0;                     // of a decimal
  uint8_t width = 0;                     // of a decimal
  int64_t units_per_second = 1'000'000;  // of a timestamp
};

__extension__ typedef __int128 Int128;

struct ColumnView {
  const void* data = nullptr;
  const uint64_t* validity = nullptr;

  template <typename T>
  const T* As() const {
    return static_cast<const T*>(data);
  }
  bool Has(size_t row) const { return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1) != 0; }
  // Only for kText. DuckDB's string_t: length, then up to 12 bytes in place, or 4 bytes of prefix
  // and a pointer.
  std::string_view Text(size_t row) const {
    const char* cell = static_cast<const char*>(data) + row * 16;
    uint32_t length;
    std::memcpy(&length, cell, sizeof length);
    if (length <= 12) return {cell + 4, length};
    const char* far;
    std::memcpy(&far, cell + 8, sizeof far);
    return {far, length};
  }
};

struct Chunk {
  size_t rows = 0;
  std::vector<ColumnView> columns;
};

}  // namespace yijian::lake
