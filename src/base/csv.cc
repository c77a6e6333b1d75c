#include "base/csv.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace yijian {
namespace {

// One record from `at` on; moves `at` past its line end.
Result<std::vector<std::string>> NextRecord(std::string_view text, size_t& at, size_t& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  size_t first_line = line;
  while (at < text.size()) {
    char c = text[at++];
    if (quoted) {
      if (c == '\n') line++;
      if (c != '"') {
        cells.back() += c;
      } else if (at < text.size() && text[at] == '"') {
        cells.back() += '"';
        at++;
      } else {
        quoted = false;
      }
    } else if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      line++;
      return cells;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  if (quoted) return InvalidInput("line " + std::to_string(first_line) + ": a quote is not closed");
  return cells;
}

}  // namespace

size_t CsvTable::Column(std::string_view name) const {
  auto found = std::find(columns.begin(), columns.end(), name);
  CHECK(found != columns.end());
  return static_cast<size_t>(found - columns.begin());
}

Result<CsvTable> ParseCsvTable(std::string_view text, const std::vector<std::string>& required) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  size_t at = 0;
  size_t line = 1;
  while (at < text.size()) {
    size_t row_line = line;
    bool remark = text[at] == '#';
    if (remark) {
      size_t end = text.find('\n', at);
      at = end == std::string_view::npos ? text.size() : end + 1;
      line++;
      continue;
    }
    auto cells = TRY(NextRecord(text, at, line));
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      continue;
    }
    if (cells.size() != table.columns.size()) {
      return InvalidInput("line " + std::to_string(row_line) + ": " + std::to_string(cells.size()) +
                          " cells, the header has " + std::to_string(table.columns.size()));
    }
    table.rows.push_back(std::move(cells));
  }
  auto sorted = table.columns;
  std::sort(sorted.begin(), sorted.end());
  auto doubled = std::adjacent_find(sorted.begin(), sorted.end());
  if (doubled != sorted.end()) return InvalidInput("column '" + *doubled + "' is there twice");
  for (const auto& name : required) {
    if (!std::binary_search(sorted.begin(), sorted.end(), name))
      return InvalidInput("column '" + name + "' is missing");
  }
  return table;
}

Result<CsvTable> ReadCsvTable(const std::string& path, const std::vector<std::string>& required) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return IoError(path + ": cannot be read");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return IoError(path + ": cannot be read");
  return ParseCsvTable(text, required).While(path);
}

}  // namespace yijian
