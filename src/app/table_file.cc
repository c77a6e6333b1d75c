#include "app/table_file.h"

#include <xlsxwriter.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace yijian::app {
namespace {

constexpr size_t kXlsxRowsMax = 1048575;  // a sheet's limit, less the head

std::string Harmless(const std::string& cell, bool numeric) {
  if (numeric || cell.empty()) return cell;
  return std::strchr("=+-@\t\r", cell[0]) ? "'" + cell : cell;
}

std::string CsvCell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

Status WriteCsv(const std::string& path, const TableFile& table) {
  std::ofstream file(path, std::ios::binary);
  if (!file) return IoError("cannot write " + path + ": " + std::strerror(errno));
  file << "\xEF\xBB\xBF";
  for (size_t i = 0; i < table.head.size(); i++) file << (i > 0 ? "," : "") << CsvCell(table.head[i]);
  file << "\r\n";
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); i++) file << (i > 0 ? "," : "") << CsvCell(Harmless(row[i], table.numeric[i]));
    file << "\r\n";
  }
  file.flush();
  if (!file) return IoError("cannot write " + path);
  return {};
}

Status WriteXlsx(const std::string& path, const TableFile& table) {
  if (table.rows.size() > kXlsxRowsMax) {
    return LimitReached(std::to_string(table.rows.size()) + " rows do not fit into one XLSX sheet (" +
                        std::to_string(kXlsxRowsMax) + "); export CSV, or filter");
  }
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
  if (!book) return IoError("cannot write " + path);
  lxw_worksheet* sheet = workbook_add_worksheet(book, nullptr);
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  worksheet_freeze_panes(sheet, 1, 0);
  for (size_t i = 0; i < table.head.size(); i++)
    worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(i), table.head[i].c_str(), bold);
  for (size_t r = 0; r < table.rows.size(); r++) {
    for (size_t i = 0; i < table.rows[r].size(); i++) {
      const std::string& cell = table.rows[r][i];
      auto row = static_cast<lxw_row_t>(r + 1);
      auto column = static_cast<lxw_col_t>(i);
      if (table.numeric[i] && !cell.empty())
        worksheet_write_number(sheet, row, column, std::stod(cell), nullptr);
      else
        worksheet_write_string(sheet, row, column, cell.c_str(), nullptr);
    }
  }
  lxw_error error = workbook_close(book);
  if (error != LXW_NO_ERROR) return IoError("cannot write " + path + ": " + lxw_strerror(error));
  return {};
}

}  // namespace

Status WriteTable(const std::string& path, const TableFile& table) {
  std::string ending = std::filesystem::path(path).extension().string();
  if (ending != ".csv" && ending != ".xlsx") return InvalidInput("'" + path + "': tables are written as .csv or .xlsx");
  std::string aside = path + ".part";
  Status status = ending == ".csv" ? WriteCsv(aside, table) : WriteXlsx(aside, table);
  std::error_code error;
  if (!status) {
    std::filesystem::remove(aside, error);
    return status;
  }
  std::filesystem::rename(aside, path, error);
  if (error) return IoError("cannot write " + path + ": " + error.message());
  return {};
}

}  // namespace yijian::app
