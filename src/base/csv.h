// Small CSV tables of rules/: header line, quotes doubled inside quotes, UTF-8, LF or CRLF.
//
//   CsvTable table = TRY(ReadCsvTable(dir + "/clocks.csv", {"kind", "length"}));
//   for (const auto& row : table.rows) Use(row[table.Column("kind")]);
//
// For files of a few thousand rows that we ship ourselves; intake has its own scanner for a city's exports.
// Lines that begin with '#' are remarks (the source of the table). Empty lines are skipped.
// Errors: kIo when the file cannot be read; kInvalidInput, naming file and line, for an open quote, a row with another
// number
//         of cells than the header, a doubled or a missing column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian {

struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as columns

  size_t Column(std::string_view name) const;  // CHECKs that it is there: name it in `required`
};

Result<CsvTable> ParseCsvTable(std::string_view text, const std::vector<std::string>& required);
Result<CsvTable> ReadCsvTable(const std::string& path, const std::vector<std::string>& required);

}  // namespace yijian
