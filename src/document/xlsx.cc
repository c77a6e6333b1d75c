#include "document/xlsx.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <set>

namespace yijian::document {
namespace {

constexpr size_t kSheetNameMax = 31;       // characters, of which some are forbidden
constexpr lxw_row_t kRowsMax = 1'048'576;  // of a sheet, head included
constexpr double kColumnWidthMax = 48.0;

struct Formats {
  lxw_format* title = nullptr;
  lxw_format* head = nullptr;
  lxw_format* text = nullptr;
  lxw_format* number = nullptr;
  lxw_format* money = nullptr;
};

Formats MakeFormats(lxw_workbook* book, bool bordered) {
  auto make = [&](bool border) {
    lxw_format* format = workbook_add_format(book);
    if (border && bordered) format_set_border(format, LXW_BORDER_THIN);
    return format;
  };
  Formats formats{make(false), make(true), make(true), make(true), make(true)};
  format_set_bold(formats.title);
  format_set_font_size(formats.title, 14);
  format_set_bold(formats.head);
  if (bordered) {
    format_set_align(formats.head, LXW_ALIGN_CENTER);
    format_set_bg_color(formats.head, 0xE8EEF4);
    format_set_text_wrap(formats.text);
  }
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

}  // namespace

struct XlsxWriter::State {
  std::string path;
  lxw_workbook* book = nullptr;
  lxw_worksheet* sheet = nullptr;
  std::set<std::string> names;
  Formats paper;
  Formats plain;
  const Formats* formats = nullptr;
  lxw_row_t row = 0;

  ~State() {
    if (book != nullptr) (void)workbook_close(book);
  }
};

XlsxWriter::XlsxWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
XlsxWriter::XlsxWriter(XlsxWriter&&) noexcept = default;
XlsxWriter::~XlsxWriter() = default;

Result<XlsxWriter> XlsxWriter::Create(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  state->book = workbook_new_opt(path.c_str(), &options);
  if (state->book == nullptr) return IoError("cannot write " + path);
  state->paper = MakeFormats(state->book, true);
  state->plain = MakeFormats(state->book, false);
  return XlsxWriter(std::move(state));
}

Status XlsxWriter::BeginSheet(const std::string& name, const std::string& title, const std::vector<Column>& columns) {
  State& state = *state_;
  state.sheet = workbook_add_worksheet(state.book, SheetName(name, state.names).c_str());
  if (state.sheet == nullptr) return IoError("no sheet '" + name + "' in " + state.path);
  state.formats = title.empty() ? &state.plain : &state.paper;
  state.row = 0;
  if (!title.empty()) {
    worksheet_write_string(state.sheet, state.row++, 0, title.c_str(), state.formats->title);
    worksheet_repeat_rows(state.sheet, state.row, state.row);
    worksheet_set_landscape(state.sheet);
    worksheet_fit_to_pages(state.sheet, 1, 0);
    worksheet_set_footer(state.sheet, "&C第 &P 页 共 &N 页");
  }
  for (size_t i = 0; i < columns.size(); i++) {
    auto column = static_cast<lxw_col_t>(i);
    worksheet_write_string(state.sheet, state.row, column, columns[i].name.c_str(), state.formats->head);
    if (columns[i].width > 0)
      worksheet_set_column(state.sheet, column, column, std::min(columns[i].width, kColumnWidthMax), nullptr);
  }
  state.row++;
  worksheet_freeze_panes(state.sheet, state.row, 0);
  return {};
}

void XlsxWriter::Text(size_t column, const std::string& text) {
  worksheet_write_string(state_->sheet, state_->row, static_cast<lxw_col_t>(column), text.c_str(),
                         state_->formats->text);
}

void XlsxWriter::Number(size_t column, double number) {
  worksheet_write_number(state_->sheet, state_->row, static_cast<lxw_col_t>(column), number, state_->formats->number);
}

void XlsxWriter::Money(size_t column, Fen fen) {
  // A spreadsheet knows binary fractions only; 15 digits keep the fen of anything below ten trillion yuan.
  worksheet_write_number(state_->sheet, state_->row, static_cast<lxw_col_t>(column), static_cast<double>(fen) / 100,
                         state_->formats->money);
}

Status XlsxWriter::NextRow() {
  if (++state_->row >= kRowsMax) return LimitReached("more rows than a sheet holds: " + std::to_string(kRowsMax));
  return {};
}

Status XlsxWriter::Close() {
  lxw_workbook* book = std::exchange(state_->book, nullptr);
  lxw_error error = workbook_close(book);
  if (error != LXW_NO_ERROR) return IoError("cannot write " + state_->path + ": " + lxw_strerror(error));
  return {};
}

double WidthOf(const std::string& text) {
  double width = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) width += 1;
    if (byte >= 0xC0) width += 2;
  }
  return width;
}

}  // namespace yijian::document
