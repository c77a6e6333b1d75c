// A mapping's feeds tied to the columns that a file really has.
//
//   std::vector<BoundFeed> feeds = TRY(Bind(mapping, *source_spec, source->columns(), path));
//
// Errors:  kInvalidInput that names every column the mapping needs and the file lacks, with the
// nearest name it has, and lists
//          what it has.
// Threads: bound feeds are immutable; share freely.
#pragma once

#include <string>
#include <vector>

#include "intake/formula.h"
#include "intake/mapping.h"

namespace yijian::intake {

// Columns that intake computes itself.
enum class Derived : uint8_t {
  kNone,
  kStayFlag,      // visit.ipt_flag: med_type is one of the mapping's stay types
  kStayDays,      // visit.ipt_days: civil days of a stay, at least 1 (data trap 2)
  kTraceProduct,  // trace.trac_prod: first 7 of a 20-digit code that begins with 8
};

struct Input {
  size_t column = SIZE_MAX;
  FormulaPtr formula;  // instead of a column
};

struct BoundColumn {
  const ColumnInfo* info = nullptr;
  size_t column = 0;  // position in the table
  ColumnSpec spec;
  std::vector<Input> inputs;  // the first that has a value; empty for constants and derived columns
  Derived derived = Derived::kNone;
};

struct BoundFeed {
  const Feed* feed = nullptr;
  const TableInfo* table = nullptr;
  std::vector<BoundColumn> columns;  // by position in the table; derived ones last
  FormulaPtr where;
  std::vector<size_t> key;    // positions in `columns`; all columns when no key of the schema is mapped
  std::vector<size_t> needs;  // positions in `columns`
  bool own_key = true;        // false: the key is the whole row
  std::string key_name;       // "mdtrt_id+bkkp_sn"

  // Position in `columns` of a national column; SIZE_MAX when it is not mapped.
  size_t PositionOf(std::string_view name) const;
};

Result<std::vector<BoundFeed>> Bind(const Mapping& mapping, const SourceSpec& source,
                                    const std::vector<std::string>& file_columns, const std::string& path);

// Columns of the file that no feed reads.
std::vector<std::string> UnusedColumns(const std::vector<BoundFeed>& feeds,
                                       const std::vector<std::string>& file_columns);

}  // namespace yijian::intake
