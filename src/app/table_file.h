// Tables for people's own programs: CSV (RFC 4180, UTF-8 with BOM so that spreadsheets read Chinese) and XLSX.
//
// Cells that begin with = + - @ are written so that no spreadsheet runs them as formulas.
// Errors: kIo with the path; the file is written aside and renamed, so that a failure leaves no half file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace yijian::app {

struct TableFile {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> numeric;  // by column: numbers in XLSX
};

// By the ending of `path`: .csv or .xlsx; another is kInvalidInput.
Status WriteTable(const std::string& path, const TableFile& table);

}  // namespace yijian::app
