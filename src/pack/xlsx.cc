#include "pack/xlsx.h"

#include <cmath>
#include <cstdint>
#include <deque>
#include <orcus/orcus_xlsx.hpp>
#include <orcus/spreadsheet/import_interface.hpp>

#include "base/date.h"
#include "base/decimal.h"

namespace yijian::pack {
namespace {

namespace ss = orcus::spreadsheet;

using lang::Code;
using lang::Diagnostics;

struct Unreadable {
  std::string why;
};

// A number as a person would have typed it; nullopt when a double does not hold it exactly enough.
std::optional<std::string> NumberText(double number) {
  constexpr double kExactMax = 1e12;
  if (!std::isfinite(number) || std::fabs(number) >= kExactMax) return std::nullopt;
  return FormatMicro(static_cast<Micro>(std::llround(number * static_cast<double>(kMicro))));
}

// What liborcus tells about one sheet, as texts.
class Cells : public ss::iface::import_sheet, public ss::iface::import_formula {
 public:
  Cells(Sheet& sheet, const std::vector<std::string>& strings, Diagnostics& diagnostics)
      : sheet_(sheet), strings_(strings), diagnostics_(diagnostics) {}

  void set_auto(ss::row_t row, ss::col_t col, std::string_view text) override { Set(row, col, std::string(text)); }
  void set_string(ss::row_t row, ss::col_t col, ss::string_id_t index) override {
    if (index < strings_.size()) Set(row, col, strings_[index]);
  }
  void set_value(ss::row_t row, ss::col_t col, double value) override {
    std::optional<std::string> text = NumberText(value);
    if (text) return Set(row, col, std::move(*text));
    diagnostics_.Add(Code::kKnowledgeRow, {sheet_.file, row + 1, 0},
                     "column " + std::to_string(col + 1) + " holds a number too long to be exact",
                     "format the column as text and fill it in again");
  }
  void set_bool(ss::row_t row, ss::col_t col, bool value) override { Set(row, col, value ? "true" : "false"); }
  void set_date_time(ss::row_t row, ss::col_t col, int year, int month, int day, int, int, double) override {
    Set(row, col, FormatDate(DateOf({year, month, day})));
  }
  void set_format(ss::row_t, ss::col_t, size_t) override {}
  void set_format(ss::row_t, ss::col_t, ss::row_t, ss::col_t, size_t) override {}
  void fill_down_cells(ss::row_t row, ss::col_t col, ss::row_t count) override {
    std::string text = At(row, col);
    for (ss::row_t i = 1; i <= count; i++) Set(row + i, col, text);
  }
  ss::range_size_t get_sheet_size() const override { return {kXlsxRowsMax, 16384}; }

  // A formula's stored result is its value.
  ss::iface::import_formula* get_formula() override { return this; }
  void set_position(ss::row_t row, ss::col_t col) override {
    row_ = row;
    column_ = col;
  }
  void set_formula(ss::formula_grammar_t, std::string_view) override {}
  void set_shared_formula_index(size_t) override {}
  void set_result_string(std::string_view value) override { Set(row_, column_, std::string(value)); }
  void set_result_value(double value) override { set_value(row_, column_, value); }
  void set_result_bool(bool value) override { set_bool(row_, column_, value); }
  void set_result_empty() override {}
  void commit() override {}

 private:
  void Set(ss::row_t row, ss::col_t col, std::string text) {
    if (text.empty() || row < 0 || col < 0) return;
    if (row >= kXlsxRowsMax) throw Unreadable{"more than " + std::to_string(kXlsxRowsMax) + " rows"};
    if (col >= kXlsxColumnsMax) throw Unreadable{"more than " + std::to_string(kXlsxColumnsMax) + " columns"};
    auto index = static_cast<size_t>(row);
    auto column = static_cast<size_t>(col);
    if (index >= sheet_.rows.size()) sheet_.rows.resize(index + 1);
    std::vector<std::string>& cells = sheet_.rows[index];
    if (column >= cells.size()) cells.resize(column + 1);
    bytes_ += text.size();
    if (bytes_ > kSheetBytesMax) throw Unreadable{"more than 256 MiB of text"};
    cells[column] = std::move(text);
  }
  std::string At(ss::row_t row, ss::col_t col) const {
    auto index = static_cast<size_t>(row);
    auto column = static_cast<size_t>(col);
    if (index >= sheet_.rows.size() || column >= sheet_.rows[index].size()) return {};
    return sheet_.rows[index][column];
  }

  Sheet& sheet_;
  const std::vector<std::string>& strings_;
  Diagnostics& diagnostics_;
  ss::row_t row_ = 0;
  ss::col_t column_ = 0;
  size_t bytes_ = 0;
};

// Texts that cells share; formatted ones come in segments.
class Strings : public ss::iface::import_shared_strings {
 public:
  size_t append(std::string_view text) override {
    texts.emplace_back(text);
    return texts.size() - 1;
  }
  size_t add(std::string_view text) override { return append(text); }
  void set_segment_font(size_t) override {}
  void set_segment_bold(bool) override {}
  void set_segment_italic(bool) override {}
  void set_segment_font_name(std::string_view) override {}
  void set_segment_font_size(double) override {}
  void set_segment_font_color(ss::color_elem_t, ss::color_elem_t, ss::color_elem_t, ss::color_elem_t) override {}
  void append_segment(std::string_view text) override { segments_ += text; }
  size_t commit_segments() override {
    size_t index = append(segments_);
    segments_.clear();
    return index;
  }

  std::vector<std::string> texts;

 private:
  std::string segments_;
};

// "B7", "A1:C9" -> positions.
class Resolver : public ss::iface::import_reference_resolver {
 public:
  ss::src_address_t resolve_address(std::string_view text) override {
    ss::src_address_t address{0, 0, 0};
    for (char c : text) {
      if (c >= 'A' && c <= 'Z' && address.column < kXlsxColumnsMax)
        address.column = address.column * 26 + (c - 'A' + 1);
      if (c >= '0' && c <= '9' && address.row < kXlsxRowsMax) address.row = address.row * 10 + (c - '0');
    }
    address.row--;
    address.column--;
    return address;
  }
  ss::src_range_t resolve_range(std::string_view text) override {
    size_t colon = text.find(':');
    ss::src_address_t first = resolve_address(text.substr(0, colon));
    return {first, colon == std::string_view::npos ? first : resolve_address(text.substr(colon + 1))};
  }
};

// The first sheet is kept; the others are read into nothing.
class Workbook : public ss::iface::import_factory {
 public:
  Workbook(Sheet& first, Diagnostics& diagnostics) : first_(first), diagnostics_(diagnostics) {}

  ss::iface::import_shared_strings* get_shared_strings() override { return &strings_; }
  ss::iface::import_sheet* append_sheet(ss::sheet_t index, std::string_view name) override {
    Sheet& target = sheets_.empty() ? first_ : others_.emplace_back(Sheet{std::string(name), {}});
    Diagnostics& mistakes = sheets_.empty() ? diagnostics_ : ignored_;
    names_.emplace_back(name);
    (void)index;
    return &sheets_.emplace_back(target, strings_.texts, mistakes);
  }
  ss::iface::import_sheet* get_sheet(std::string_view name) override {
    for (size_t i = 0; i < names_.size(); i++) {
      if (names_[i] == name) return &sheets_[i];
    }
    return nullptr;
  }
  ss::iface::import_sheet* get_sheet(ss::sheet_t index) override {
    return index >= 0 && static_cast<size_t>(index) < sheets_.size() ? &sheets_[static_cast<size_t>(index)] : nullptr;
  }
  ss::iface::import_reference_resolver* get_reference_resolver(ss::formula_ref_context_t) override {
    return &resolver_;
  }
  void finalize() override {}
  bool empty() const { return sheets_.empty(); }

 private:
  Sheet& first_;
  Diagnostics& diagnostics_;
  Diagnostics ignored_;
  Strings strings_;
  Resolver resolver_;
  std::deque<Sheet> others_;
  std::deque<Cells> sheets_;
  std::vector<std::string> names_;
};

uint32_t Little(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count && at + i < bytes.size(); i++) {
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

// Sum of the unpacked sizes that the ZIP directory states, before anything is unpacked. Nullopt: no ZIP.
std::optional<uint64_t> UnpackedBytes(std::string_view bytes) {
  size_t end = bytes.rfind(std::string_view("PK\x05\x06", 4));
  if (end == std::string_view::npos) return std::nullopt;
  size_t entries = Little(bytes, end + 10, 2);
  size_t at = Little(bytes, end + 16, 4);
  uint64_t sum = 0;
  for (size_t i = 0; i < entries; i++) {
    if (at + 46 > bytes.size() || bytes.substr(at, 4) != std::string_view("PK\x01\x02", 4)) return std::nullopt;
    sum += Little(bytes, at + 24, 4);
    at += 46 + Little(bytes, at + 28, 2) + Little(bytes, at + 30, 2) + Little(bytes, at + 32, 2);
  }
  return sum;
}

}  // namespace

std::optional<Sheet> ReadXlsx(const std::string& name, const std::string& bytes, Diagnostics& diagnostics) {
  auto refuse = [&](const std::string& why) {
    diagnostics.Add(Code::kKnowledgeRow, {name, 0, 0}, why);
    return std::nullopt;
  };
  std::optional<uint64_t> unpacked = UnpackedBytes(bytes);
  if (!unpacked) return refuse("the file is not an XLSX workbook");
  if (*unpacked > kSheetBytesMax) return refuse("the workbook unpacks to more than 256 MiB");
  Sheet sheet{name, {}};
  try {
    Workbook workbook(sheet, diagnostics);
    orcus::orcus_xlsx reader(&workbook);
    reader.read_stream(bytes);
    if (workbook.empty()) return refuse("the workbook has no sheet");
  } catch (const Unreadable& unreadable) {
    return refuse("the workbook cannot be read: " + unreadable.why);
  } catch (const std::exception& error) {
    return refuse(std::string("the workbook cannot be read: ") + error.what());
  }
  return sheet;
}

}  // namespace yijian::pack
