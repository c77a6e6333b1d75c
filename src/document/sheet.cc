#include "document/sheet.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "document/view.h"
#include "document/xlsx.h"

namespace yijian::document {
namespace {

using nlohmann::json;

constexpr size_t kRowsMax = 1'000'000;  // a sheet ends a little later
constexpr size_t kRowsMeasured = 200;   // for the widths of columns

void WriteCell(XlsxWriter& book, size_t column, const json& cell, const std::string& kind) {
  if (kind == "money" && cell.is_number_integer()) {
    book.Money(column, cell.get<int64_t>());
  } else if (kind == "number" && cell.is_number()) {
    book.Number(column, cell.get<double>());
  } else {
    book.Text(column, CellText(cell, kind));
  }
}

Status WriteSheet(XlsxWriter& book, const json& table, const std::string& title) {
  const json& head = table.at("head");
  const json& rows = table.at("rows");
  std::string name = table.value("name", "");
  if (rows.size() > kRowsMax) return LimitReached("table '" + name + "' has more rows than a sheet holds");
  std::vector<XlsxWriter::Column> columns;
  std::vector<std::string> kinds;
  for (size_t i = 0; i < head.size(); i++) {
    XlsxWriter::Column column{head[i].value("zh", "")};
    std::string kind = head[i].value("kind", "text");
    column.width = WidthOf(column.name) + 2;
    for (size_t r = 0; r < std::min(rows.size(), kRowsMeasured); r++) {
      if (i < rows[r].size()) column.width = std::max(column.width, WidthOf(CellText(rows[r][i], kind)) + 2);
    }
    columns.push_back(std::move(column));
    kinds.push_back(std::move(kind));
  }
  TRY(book.BeginSheet(name, title, columns));
  for (const json& row : rows) {
    for (size_t i = 0; i < std::min(row.size(), kinds.size()); i++) WriteCell(book, i, row[i], kinds[i]);
    TRY(book.NextRow());
  }
  return {};
}

struct TemporaryFile {
  std::string path;
  ~TemporaryFile() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove(path, ignored);
  }
};

}  // namespace

Result<std::string> Workbook(const json& tables, const std::string& title) {
  TemporaryFile file;
  std::string path = (std::filesystem::temp_directory_path() / "yijian-XXXXXX").string();
  int made = mkstemp(path.data());
  if (made < 0) return IoError("no temporary file for a workbook");
  close(made);
  file.path = path;
  XlsxWriter book = TRY(XlsxWriter::Create(path));
  for (const json& table : tables) {
    if (!table.is_object() || !table.contains("head") || !table.contains("rows"))
      return InvalidInput("a table of a document needs head and rows");
    TRY(WriteSheet(book, table, title.empty() ? " " : title));
  }
  TRY(book.Close());
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace yijian::document
