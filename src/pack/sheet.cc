#include "pack/sheet.h"

#include <filesystem>
#include <orcus/csv_parser.hpp>

#include "base/utf8.h"
#include "lang/yaml.h"
#include "pack/xlsx.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;

// --- CSV ---

class RowCollector {
 public:
  explicit RowCollector(std::vector<std::vector<std::string>>& rows) : rows_(rows) {}
  void begin_parse() {}
  void end_parse() {}
  void begin_row() { rows_.emplace_back(); }
  void end_row() {
    if (!rows_.back().empty() && rows_.back().back().ends_with('\r')) rows_.back().back().pop_back();
  }
  void cell(const char* text, size_t length, bool) { rows_.back().emplace_back(text, length); }

 private:
  std::vector<std::vector<std::string>>& rows_;
};

// The row in which a quoted cell begins that never ends: liborcus would take all that follows for its text. 0: none.
int UnclosedRow(std::string_view text) {
  int row = 1;
  int opened = 0;
  bool at_start = true;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (opened > 0) {
      if (c != '"') continue;
      if (i + 1 < text.size() && text[i + 1] == '"')
        i++;
      else
        opened = 0;
    } else if (c == '"' && at_start) {
      opened = row;
    }
    if (c == '\n' && opened == 0) row++;
    at_start = opened == 0 && (c == ',' || c == '\n');
  }
  return opened;
}

std::optional<Sheet> ReadCsv(const std::string& name, std::string bytes, Diagnostics& diagnostics) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  if (!IsUtf8(bytes) || bytes.find('\0') != std::string::npos) {
    diagnostics.Add(Code::kKnowledgeRow, {name, 0, 0}, "the file is not UTF-8 text", "save it as CSV UTF-8");
    return std::nullopt;
  }
  if (int row = UnclosedRow(bytes); row > 0) {
    diagnostics.Add(Code::kKnowledgeRow, {name, row, 0}, "a quote in this row is not closed");
    return std::nullopt;
  }
  if (!bytes.empty() && bytes.back() != '\n') bytes += '\n';
  Sheet sheet{name, {}};
  RowCollector collector(sheet.rows);
  orcus::csv::parser_config config;
  config.delimiters = ",";
  config.text_qualifier = '"';
  config.trim_cell_value = false;
  try {
    orcus::csv_parser<RowCollector>(bytes.data(), bytes.size(), collector, config).parse();
  } catch (const std::exception& error) {
    diagnostics.Add(Code::kKnowledgeRow, {name, static_cast<int>(sheet.rows.size()), 0},
                    std::string("this row cannot be read: ") + error.what());
    return std::nullopt;
  }
  return sheet;
}

}  // namespace

std::optional<Sheet> ReadSheet(const std::string& path, Diagnostics& diagnostics) {
  std::optional<std::string> bytes = lang::ReadText(path, kSheetBytesMax, diagnostics);
  return bytes ? ReadSheet(path, std::move(*bytes), diagnostics) : std::nullopt;
}

std::optional<Sheet> ReadSheet(const std::string& name, std::string bytes, Diagnostics& diagnostics) {
  if (std::filesystem::path(name).extension() == ".xlsx") return ReadXlsx(name, bytes, diagnostics);
  return ReadCsv(name, std::move(bytes), diagnostics);
}

std::string CsvRow(const std::vector<std::string>& cells) {
  std::string text;
  for (size_t i = 0; i < cells.size(); i++) {
    if (i > 0) text += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      text += cells[i];
      continue;
    }
    text += '"';
    for (char c : cells[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  return text + "\n";
}

}  // namespace yijian::pack
