// The canonical tables: which national columns they have, of what type, and what must hold of them.
//
//   const TableInfo* table = FindTable("fee_line");
//   const ColumnInfo* column = table->Find("pric");      // ColumnType::kPrice
//
// Names are those of national-interface.md part 8.1 (extract tables), 3.1 (registers) and 4 (stock,
// trace codes). A lake file of a table always has all of them, in this order, then the engine's own
// columns (docs/formats/lake.md); a column that no mapping fills is NULL.
//
// Threads: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace yijian::intake {

enum class ColumnType : uint8_t {
  kText,      // VARCHAR
  kCode,      // VARCHAR and <column>_id INTEGER
  kId,        // VARCHAR, hardly ever equal to another row's; often with a <..>_key BIGINT
  kMoney,     // DECIMAL(18,2)
  kPrice,     // DECIMAL(18,6)
  kQuantity,  // DECIMAL(18,4)
  kInteger,   // INTEGER
  kDate,      // DATE
  kTime,      // TIMESTAMP
  kFlag,      // BOOLEAN
};
const char* TypeName(ColumnType type);
// Decimals of a number type; 0 for integers.
int ScaleOf(ColumnType type);
bool IsNumber(ColumnType type);
bool IsText(ColumnType type);  // text, code, id

// Whom an id names: blank and dummy ids are fenced off (see checks.h).
enum class Guard : uint8_t { kNone, kPerson, kDoctor, kInstitution };

struct ColumnInfo {
  std::string_view name;
  ColumnType type;
  bool required = false;
  // A value that cannot be read becomes NULL and is counted; without it the row goes to quarantine.
  bool lenient = false;
  bool personal = false;  // never shown in reports and messages (data trap 11)
  Guard guard = Guard::kNone;
  std::string_view code_set{};    // rules/dictionaries/<code_set>.csv; several with '+'
  std::string_view key_column{};  // lake column that holds the id's 63-bit key
  std::string_view name_of{};     // the code column whose dictionary names this column gives
};

struct TableInfo {
  std::string_view name;
  std::string_view zh;
  std::span<const ColumnInfo> columns;
  // Alternatives, best first, each "a+b": the first whose columns are all mapped is the unique key.
  std::span<const std::string_view> keys;
  std::string_view bucket_by;  // its key % buckets is the row's bucket
  std::string_view time;       // orders the rows of one bucket_by; may be empty

  const ColumnInfo* Find(std::string_view column) const;
  // Position in columns; CHECKs that it exists.
  size_t IndexOf(std::string_view column) const;
};

std::span<const TableInfo> Tables();
const TableInfo* FindTable(std::string_view name);

}  // namespace yijian::intake
