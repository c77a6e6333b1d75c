// Rows of texts out of a CSV or XLSX file (liborcus): what knowledge tables are made of.
//
//   std::optional<Sheet> sheet = ReadSheet("rules/knowledge/drug_age.csv", diagnostics);
//   sheet->rows[0]                                     // the header; row i of the file is rows[i - 1]
//
// CSV is UTF-8, with or without BOM, comma-separated; quoted cells may hold line ends. Of an XLSX the first sheet is
// read; a number is written as shortly as it can be, a formula is its stored result. Limits:  kSheetBytesMax in the
// file and unpacked. Errors:  diagnostics (E301), naming file and row; nullopt when the file as a whole cannot be read.
// Threads: free function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/diagnostics.h"

namespace yijian::pack {

inline constexpr size_t kSheetBytesMax = 256u << 20;

struct Sheet {
  std::string file;
  std::vector<std::vector<std::string>> rows;
};

std::optional<Sheet> ReadSheet(const std::string& path, lang::Diagnostics& diagnostics);
// The same from bytes already read. A name that ends in .xlsx is a workbook, any other a CSV.
std::optional<Sheet> ReadSheet(const std::string& name, std::string bytes, lang::Diagnostics& diagnostics);

// One row as CSV, with its line end; cells that need quotes get them.
std::string CsvRow(const std::vector<std::string>& cells);

}  // namespace yijian::pack
