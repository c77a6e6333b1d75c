#include "document/sheet.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "document/view.h"

namespace yijian::document {
namespace {

using nlohmann::json;

constexpr size_t kSheetNameMax = 31;      // characters, of which some are forbidden
constexpr size_t kRowsMax = 1'000'000;    // a sheet ends at 1,048,576
constexpr double kColumnWidthMax = 48.0;  // in digits

struct Formats {
  lxw_format* title;
  lxw_format* head;
  lxw_format* text;
  lxw_format* number;
  lxw_format* money;
};

lxw_format* Bordered(lxw_workbook* book) {
  lxw_format* format = workbook_add_format(book);
  format_set_border(format, LXW_BORDER_THIN);
  return format;
}

Formats MakeFormats(lxw_workbook* book) {
  Formats formats{workbook_add_format(book), Bordered(book), Bordered(book), Bordered(book), Bordered(book)};
  format_set_bold(formats.title);
  format_set_font_size(formats.title, 14);
  format_set_bold(formats.head);
  format_set_align(formats.head, LXW_ALIGN_CENTER);
  format_set_bg_color(formats.head, 0xE8EEF4);
  format_set_text_wrap(formats.text);
  format_set_num_format(formats.number, "#,##0");
  format_set_num_format(formats.money, "#,##0.00");
  return formats;
}

// Excel counts UTF-16 units and refuses []:*?/\ and names used twice.
std::string SheetName(const std::string& wanted, std::set<std::string>& used) {
  std::string name;
  size_t characters = 0;
  for (char c : wanted) {
    bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && ++characters > kSheetNameMax - 3) break;
    name += std::string("[]:*?/\\'").find(c) == std::string::npos ? c : '_';
  }
  if (name.empty()) name = "表";
  std::string unique = name;
  for (int i = 2; !used.insert(unique).second; i++) unique = name + " " + std::to_string(i);
  return unique;
}

// Chinese characters take two digits' width.
double WidthOf(const std::string& text) {
  double width = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) width += 1;
    if (byte >= 0xC0) width += 2;
  }
  return width;
}

void WriteCell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const json& cell, const std::string& kind,
               const Formats& formats) {
  if (kind == "money" && cell.is_number_integer()) {
    // A spreadsheet knows binary fractions only; 15 digits keep the fen of anything below ten trillion yuan.
    worksheet_write_number(sheet, row, column, static_cast<double>(cell.get<int64_t>()) / 100, formats.money);
  } else if (kind == "number" && cell.is_number()) {
    worksheet_write_number(sheet, row, column, cell.get<double>(), formats.number);
  } else {
    worksheet_write_string(sheet, row, column, CellText(cell, kind).c_str(), formats.text);
  }
}

Status WriteSheet(lxw_workbook* book, const json& table, const std::string& title, const Formats& formats,
                  std::set<std::string>& names) {
  const json& head = table.at("head");
  const json& rows = table.at("rows");
  std::string name = table.value("name", "");
  if (rows.size() > kRowsMax) return LimitReached("table '" + name + "' has more rows than a sheet holds");
  lxw_worksheet* sheet = workbook_add_worksheet(book, SheetName(name, names).c_str());
  if (sheet == nullptr) return InternalError("no sheet for table '" + name + "'");
  worksheet_write_string(sheet, 0, 0, title.c_str(), formats.title);
  constexpr lxw_row_t kHeadRow = 1;
  worksheet_freeze_panes(sheet, kHeadRow + 1, 0);
  worksheet_repeat_rows(sheet, kHeadRow, kHeadRow);
  worksheet_set_landscape(sheet);
  worksheet_fit_to_pages(sheet, 1, 0);
  worksheet_set_footer(sheet, "&C第 &P 页 共 &N 页");
  for (size_t i = 0; i < head.size(); i++) {
    auto column = static_cast<lxw_col_t>(i);
    std::string kind = head[i].value("kind", "text");
    std::string words = head[i].value("zh", "");
    worksheet_write_string(sheet, kHeadRow, column, words.c_str(), formats.head);
    double width = WidthOf(words) + 2;
    for (size_t r = 0; r < std::min<size_t>(rows.size(), 200); r++) {
      if (i < rows[r].size()) width = std::max(width, WidthOf(CellText(rows[r][i], kind)) + 2);
    }
    worksheet_set_column(sheet, column, column, std::min(width, kColumnWidthMax), nullptr);
    for (size_t r = 0; r < rows.size(); r++) {
      if (i < rows[r].size())
        WriteCell(sheet, kHeadRow + 1 + static_cast<lxw_row_t>(r), column, rows[r][i], kind, formats);
    }
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
  lxw_workbook* book = workbook_new(path.c_str());
  if (book == nullptr) return IoError("cannot write " + path);
  Formats formats = MakeFormats(book);
  std::set<std::string> names;
  Status written;
  for (const json& table : tables) {
    if (!table.is_object() || !table.contains("head") || !table.contains("rows")) {
      written = InvalidInput("a table of a document needs head and rows");
    } else {
      written = WriteSheet(book, table, title, formats, names);
    }
    if (!written) break;
  }
  lxw_error error = workbook_close(book);
  TRY(std::move(written));
  if (error != LXW_NO_ERROR) return IoError(std::string("workbook: ") + lxw_strerror(error));
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace yijian::document
