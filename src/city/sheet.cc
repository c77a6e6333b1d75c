#include "city/sheet.h"

#include <charconv>

namespace yijian::city {
namespace {

void AppendQuoted(std::string_view cell, std::string& out) {
  out += '"';
  for (char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

char* TwoDigits(char* at, int value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

char* WriteDate(char* at, Date date) {
  CivilDay day = CivilOf(date);
  at = TwoDigits(at, day.year / 100);
  at = TwoDigits(at, day.year % 100);
  *at++ = '-';
  at = TwoDigits(at, day.month);
  *at++ = '-';
  return TwoDigits(at, day.day);
}

}  // namespace

void Row::Put(int column, std::string_view text) {
  cells_[static_cast<size_t>(column)] = {static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(text.size())};
  text_.append(text);
}

void Row::PutNumber(int column, int64_t value) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  Put(column, {digits, static_cast<size_t>(end - digits)});
}

void Row::PutFen(int column, Fen value) {
  char digits[28];
  char* at = digits;
  if (value < 0) *at++ = '-';
  uint64_t size = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  at = std::to_chars(at, digits + sizeof digits, size / 100).ptr;
  *at++ = '.';
  at = TwoDigits(at, static_cast<int>(size % 100));
  Put(column, {digits, static_cast<size_t>(at - digits)});
}

void Row::PutMicro(int column, Micro value) {
  if (value % kMicro == 0) return PutNumber(column, value / kMicro);
  if (value % kMicroPerFen == 0) return PutFen(column, value / kMicroPerFen);
  Put(column, FormatMicro(value));
}

void Row::PutDate(int column, Date date) {
  char text[10];
  Put(column, {text, static_cast<size_t>(WriteDate(text, date) - text)});
}

void Row::PutTime(int column, Time time) {
  char text[19];
  char* at = WriteDate(text, DayOf(time));
  auto seconds = static_cast<int>(time - StartOf(DayOf(time)));
  *at++ = ' ';
  at = TwoDigits(at, seconds / 3600);
  *at++ = ':';
  at = TwoDigits(at, seconds / 60 % 60);
  *at++ = ':';
  at = TwoDigits(at, seconds % 60);
  Put(column, {text, static_cast<size_t>(at - text)});
}

void Row::AppendTo(std::string& out) {
  for (size_t i = 0; i < cells_.size(); i++) {
    if (i > 0) out += ',';
    std::string_view cell = std::string_view(text_).substr(cells_[i].from, cells_[i].size);
    if (cell.find_first_of(",\"\n\r") == std::string_view::npos) {
      out += cell;
    } else {
      AppendQuoted(cell, out);
    }
    cells_[i] = {};
  }
  out += '\n';
  text_.clear();
}

}  // namespace yijian::city
