// What a timeline is made of: the kinds of rows, their fields, and where each field lies in the lake.
//
//   const FieldInfo* field = FindField(Kind::kLine, "scope");   // line.scope <- fee_line.inscp_amt, money
//
// One table, read by everybody: the lake loads columns by it, the language checks names and types by it, the evaluators
// number columns by it, the manual prints it. National names (inscp_amt) are those of national-interface.md part 8; the
// English names are the glossary's.
//
// Threads: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace yijian::timeline {

// Row kinds. A stay is a visit whose ipt_flag is true; it has no table of its own.
enum class Kind : uint8_t { kPerson, kVisit, kSettlement, kDiagnosis, kOperation, kLine, kTrace, kStock };
inline constexpr size_t kKindCount = 8;

// How a value is typed in the language and held in a column (always int64; kNull when the source has none).
enum class FieldType : uint8_t {
  kBool,    // 0, 1
  kNumber,  // millionths
  kMoney,   // millionths of a yuan
  kTime,    // local seconds since 1970
  kDate,    // days since 1970
  kCode,    // id in the CodeBook; written 'text' in rules
  kId,      // opaque 63-bit key: equality only
  kText,    // for people to read: only in messages, never compared
};

// Lake storage: how the loader turns the stored column into the int64.
enum class Storage : uint8_t {
  kFlag,       // BOOLEAN
  kInteger,    // INTEGER count          -> millionths
  kDecimal2,   // DECIMAL(18,2)          -> millionths
  kDecimal4,   // DECIMAL(18,4)          -> millionths
  kDecimal6,   // DECIMAL(18,6)          -> millionths
  kTimestamp,  // TIMESTAMP              -> seconds
  kDay,        // DATE                   -> days
  kCodeId,     // VARCHAR + <column>_id INTEGER, the id is loaded
  kKey,        // BIGINT key
  kString,     // VARCHAR, kept as text for persons and visits only
};

struct FieldInfo {
  Kind kind;
  std::string_view name;  // in the rule language
  FieldType type;
  std::string_view column;  // in the lake: national name, or ours with suffix _key
  Storage storage;
  std::string_view zh;  // for manuals and screens
};

struct KindInfo {
  Kind kind;
  std::string_view name;   // "line"
  std::string_view table;  // lake table "fee_line"
  std::string_view time;   // field that orders rows of this kind; empty for persons
  std::string_view end;    // field that ends the row's interval; empty when it is a point
  std::string_view zh;
};

// Ordinals are positions in Fields(kind); they number the columns of a Table.
std::span<const FieldInfo> Fields(Kind kind);
std::span<const KindInfo> Kinds();
const KindInfo& InfoOf(Kind kind);
const FieldInfo* FindField(Kind kind, std::string_view name);
const KindInfo* FindKind(std::string_view name);
size_t OrdinalOf(const FieldInfo& field);

}  // namespace yijian::timeline
