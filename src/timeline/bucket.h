// The timelines of some persons in columns: what both evaluators read.
//
// Shape:   one Table per Kind. Rows of a table are grouped by person and, within one, ordered by (time, row_id);
//          diagnoses and operations by (visit, row_id). Every value is an int64 (see FieldType); kNull when the source
//          had none. A column that nobody asked for is empty.
// Owns:    its columns; the CodeBook is shared and outlives it.
// Threads: immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timeline/catalogue.h"
#include "timeline/column.h"

namespace yijian::timeline {

inline constexpr int64_t kNull = std::numeric_limits<int64_t>::min();
inline constexpr uint32_t kNoRow = 0xffffffff;

// Codes (items, diagnoses, institutions, ...) as small numbers, with their texts and names. Ids start at 1.
class CodeBook {
 public:
  static constexpr int64_t kNoCode = 0;  // equal to no code of any row

  // Adds a code or finds it; the first non-empty name stays.
  int64_t Intern(std::string_view code, std::string_view name = {});
  // The lake numbers its codes itself. Ids may come in any order.
  void Set(int64_t id, std::string_view code, std::string_view name);
  int64_t Find(std::string_view code) const;  // kNoCode when absent
  const std::string& Text(int64_t id) const;  // empty when absent
  const std::string& Name(int64_t id) const;
  int64_t size() const { return static_cast<int64_t>(entries_.size()); }  // ids are 0 .. size() - 1

 private:
  struct Entry {
    std::string code;
    std::string name;
  };
  std::vector<Entry> entries_{1};
  std::unordered_map<std::string, int64_t> ids_;
};

struct Table {
  uint32_t rows = 0;
  std::vector<Column> columns;         // by field ordinal; empty when not loaded
  std::vector<uint32_t> person;        // row of the person table
  std::vector<uint32_t> visit;         // row of the visit table, kNoRow when the visit is not in the lake
  std::vector<int64_t> row_id;         // names the row in the lake; empty for persons
  std::vector<uint32_t> person_first;  // rows of person p are [person_first[p], person_first[p + 1])

  int64_t At(size_t field, uint32_t row) const { return columns[field].empty() ? kNull : columns[field][row]; }
};

struct Bucket {
  std::array<Table, kKindCount> tables;
  // Diagnoses and operations of visit v are [first[v], first[v + 1]) of their table.
  std::vector<uint32_t> visit_diagnosis_first;
  std::vector<uint32_t> visit_operation_first;
  std::vector<std::string> person_no;  // national ids, for findings
  std::vector<std::string> visit_no;
  std::shared_ptr<const CodeBook> codes;

  Table& table(Kind kind) { return tables[static_cast<size_t>(kind)]; }
  const Table& table(Kind kind) const { return tables[static_cast<size_t>(kind)]; }
  uint32_t persons() const { return table(Kind::kPerson).rows; }
};

}  // namespace yijian::timeline
