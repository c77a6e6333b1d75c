#include "app/table_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/decimal.h"
#include "document/xlsx.h"

namespace yijian::app {
namespace {

constexpr size_t kXlsxRowsMax = 1048574;  // a sheet's limit, less the head and the row after the last

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

// Amounts in yuan have a point; what is no number after all stays a text.
void WriteNumber(document::XlsxWriter& book, size_t column, const std::string& cell) {
  std::optional<Micro> number = ParseMicro(cell);
  if (!number) return book.Text(column, cell);
  if (cell.find('.') != std::string::npos) return book.Money(column, FenOf(*number));
  book.Number(column, static_cast<double>(*number) / 1e6);
}

Status WriteXlsx(const std::string& path, const TableFile& table) {
  if (table.rows.size() > kXlsxRowsMax) {
    return LimitReached(std::to_string(table.rows.size()) + " rows do not fit into one XLSX sheet (" +
                        std::to_string(kXlsxRowsMax) + "); export CSV, or filter");
  }
  document::XlsxWriter book = TRY(document::XlsxWriter::Create(path));
  std::vector<document::XlsxWriter::Column> columns;
  for (const std::string& name : table.head) columns.push_back({name});
  TRY(book.BeginSheet("疑点", "", columns));
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); i++) {
      if (table.numeric[i] && !row[i].empty())
        WriteNumber(book, i, row[i]);
      else
        book.Text(i, row[i]);
    }
    TRY(book.NextRow());
  }
  return book.Close();
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
