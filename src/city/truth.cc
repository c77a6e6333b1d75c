#include "city/truth.h"

#include <fstream>
#include <sstream>

namespace yijian::city {
namespace {

std::string Cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ";") + part;
  return text;
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ';');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

void AppendTo(const TruthRow& row, std::string& out) {
  for (const std::string& cell :
       {row.kind, row.source, row.rule, row.name, row.subject, Joined(row.visits), Joined(row.lines)}) {
    out += Cell(cell) + ",";
  }
  out += (row.amount ? FormatFen(*row.amount) : "") + "\n";
}

Result<std::vector<std::vector<std::string>>> ParseCsv(std::string_view text) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  bool any = false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        cell += c;
      }
    } else if (c == '"' && cell.empty()) {
      quoted = any = true;
    } else if (c == ',') {
      row.push_back(std::move(cell));
      cell.clear();
      any = true;
    } else if (c == '\n') {
      if (!cell.empty() && cell.back() == '\r') cell.pop_back();
      if (any || !cell.empty()) {
        row.push_back(std::move(cell));
        rows.push_back(std::move(row));
      }
      cell.clear();
      row.clear();
      any = false;
    } else {
      cell += c;
      any = true;
    }
  }
  if (quoted) return InvalidInput("a quote is not closed");
  if (any) {
    row.push_back(std::move(cell));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<TruthRow>> ReadTruth(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(path + " does not exist; a city writes it");
  std::stringstream text;
  text << file.rdbuf();
  auto cells = TRY(ParseCsv(text.str()).While(path));
  std::vector<TruthRow> rows;
  for (size_t i = 0; i < cells.size(); i++) {
    if (cells[i].size() != 8) return InvalidInput(path + ", row " + std::to_string(i + 1) + ": 8 cells expected");
    if (i == 0) continue;
    const auto& c = cells[i];
    TruthRow row{c[0], c[1], c[2], c[3], c[4], Split(c[5]), Split(c[6]), std::nullopt};
    if (!c[7].empty()) {
      std::optional<Micro> amount = ParseMicro(c[7]);
      if (!amount) return InvalidInput(path + ", row " + std::to_string(i + 1) + ": '" + c[7] + "' is no amount");
      row.amount = FenOf(*amount);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace yijian::city
