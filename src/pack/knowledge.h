// Knowledge tables: dated limits that rules look up, described by <table>.yaml and filled by <table>*.csv and .xlsx.
//
//   Knowledge knowledge = LoadKnowledge("rules/knowledge", diagnostics);
//   knowledge.tables.at("drug_age").rows.size()             // 4398
//
// A later batch supersedes: when two rows have the same keys and area, and the row of the higher batch begins later,
// the other row ends where it begins. Rows in force together that then still say different things contradict each
// other.
//
// Errors:  diagnostics, all at once (at most kMistakesMax a table): unreadable cells by file, row and column;
//          contradictions by both rows; row counts other than expected. Rows with a mistake are left out.
// Threads: values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/check.h"
#include "lang/diagnostics.h"
#include "lang/yaml.h"
#include "pack/sheet.h"
#include "program/rule.h"

namespace yijian::pack {

inline constexpr size_t kMistakesMax = 50;

// How a published file of one kind fills the table: which of its columns is which.
struct ImportKind {
  std::vector<std::pair<std::string, std::string>> columns;  // table column, file column
  std::string name;                                          // file columns; may be empty
  std::string note;
};

// What <table>.yaml says.
struct TableSpec {
  std::string file;
  lang::TableSchema schema;
  std::vector<std::string> keys;
  bool prefix = true;
  std::string source;
  std::optional<size_t> expect_rows;  // of all files but those that `knowledge import` wrote
  std::map<std::string, ImportKind> kinds;
};

struct Knowledge {
  std::map<std::string, TableSpec> specs;
  std::map<std::string, program::KnowledgeTable> tables;
  std::vector<std::string> files;  // all that was read, sorted
};

std::optional<TableSpec> ReadTableSpec(const lang::YamlFile& file, lang::Diagnostics& diagnostics);
Knowledge LoadKnowledge(const std::string& dir, lang::Diagnostics& diagnostics);

// --- rows, for those who make tables in other ways (import, cases) ---

// Where the columns of a table stand in a header.
class RowLayout {
 public:
  // Nullopt, with diagnostics, when a key column is missing or a column is unknown or stands twice.
  static std::optional<RowLayout> FromHeader(const TableSpec& spec, const std::vector<std::string>& header,
                                             const lang::Place& place, lang::Diagnostics& diagnostics);
  // Nullopt, with diagnostics, when a cell cannot be read. Short rows are filled with empty cells.
  std::optional<program::KnowledgeRow> Read(const std::vector<std::string>& cells, const lang::Place& place,
                                            lang::Diagnostics& diagnostics) const;

 private:
  enum class Part { kKey, kValue, kFrom, kUntil, kArea, kSource, kBatch, kName, kNote };
  struct Slot {
    std::string name;
    Part part;
    size_t index;
  };
  explicit RowLayout(const TableSpec& spec) : spec_(&spec) {}
  bool Fill(const Slot& slot, const std::string& cell, program::KnowledgeRow& row, std::string& expected) const;

  const TableSpec* spec_;
  std::vector<Slot> slots_;  // by position in the header
};

struct PlacedRow {
  program::KnowledgeRow row;
  lang::Place place;
};

// A row whose end was moved because a later batch supersedes it.
struct Superseded {
  size_t older;  // positions in the rows
  size_t newer;
  Date until_before;
};
std::vector<Superseded> Supersede(std::vector<PlacedRow>& rows);
void FindContradictions(const TableSpec& spec, const std::vector<PlacedRow>& rows, lang::Diagnostics& diagnostics);

// Rows of all files of a table, as written (nothing superseded yet).
std::vector<PlacedRow> ReadRows(const TableSpec& spec, const std::vector<std::string>& files,
                                lang::Diagnostics& diagnostics);
// Files in `dir` that hold rows of a table, sorted; and whether `knowledge import` wrote one.
std::vector<std::string> FilesOf(const std::string& dir, std::string_view table);
bool IsImported(const std::string& file);

// "item_code=Z1 limit=男"
std::string DescribeKeys(const TableSpec& spec, const program::KnowledgeRow& row);
std::string DescribeValues(const TableSpec& spec, const program::KnowledgeRow& row);
std::string DescribePlace(const lang::Place& place);
bool SameValues(const program::KnowledgeRow& left, const program::KnowledgeRow& right);
bool IsBlankRow(const std::vector<std::string>& cells);
std::string Trimmed(std::string_view text);

}  // namespace yijian::pack
