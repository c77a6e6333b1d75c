#include "intake/convert.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/date.h"
#include "base/utf8.h"

namespace yijian::intake {
namespace {

constexpr int64_t kDecimalMax = 999'999'999'999'999'999;  // DECIMAL(18, x)
constexpr int kYearMin = 1850;
constexpr int kYearMax = 2150;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

// Digits with their decimal point moved by `exponent`, at `scale`.
struct Digits {
  int64_t value = 0;  // of the digits kept
  int dropped = -1;   // first digit beyond the scale, -1 when there was none
  bool rest = false;  // something not zero beyond the scale
  bool large = false;
};

// `point` is how many digits stand before the decimal point; may be negative or beyond the end.
Digits Place(std::string_view digits, int64_t point, int scale) {
  Digits result;
  int64_t keep = point + scale;
  for (int64_t i = 0; i < static_cast<int64_t>(digits.size()); i++) {
    int digit = digits[static_cast<size_t>(i)] - '0';
    if (i < keep) {
      if (result.value > kDecimalMax / 10) result.large = true;
      if (!result.large) result.value = result.value * 10 + digit;
    } else {
      if (i == keep) result.dropped = digit;
      if (digit != 0) result.rest = true;
    }
  }
  for (int64_t i = static_cast<int64_t>(digits.size()); i < keep && result.value != 0 && !result.large; i++) {
    if (result.value > kDecimalMax / 10) result.large = true;
    if (!result.large) result.value *= 10;
  }
  return result;
}

// The careful way: exponents, thousand separators, long fractions.
Parsed ParseDecimalSlowly(std::string_view text, bool negative, const NumberFormat& format, int64_t& value) {
  std::string digits;
  int64_t point = -1;
  size_t at = 0;
  for (; at < text.size(); at++) {
    char c = text[at];
    if (IsDigit(c)) {
      digits += c;
    } else if (c == '.' && point < 0) {
      point = static_cast<int64_t>(digits.size());
    } else if (c == ',' && format.thousands && point < 0 && !digits.empty()) {
      continue;
    } else {
      break;
    }
  }
  if (digits.empty() || digits.size() > 400) return Parsed::kBad;
  if (point < 0) point = static_cast<int64_t>(digits.size());
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return Parsed::kBad;
    at++;
    bool down = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) at++;
    if (at == text.size() || text.size() - at > 3) return Parsed::kBad;
    int64_t exponent = 0;
    for (; at < text.size(); at++) {
      if (!IsDigit(text[at])) return Parsed::kBad;
      exponent = exponent * 10 + (text[at] - '0');
    }
    point += down ? -exponent : exponent;
  }
  Digits placed = Place(digits, point, format.scale);
  if (placed.rest && !format.round) return Parsed::kTooFine;
  if (placed.rest && placed.dropped >= 5) placed.value++;
  if (placed.large || placed.value > kDecimalMax) return Parsed::kTooLarge;
  value = negative ? -placed.value : placed.value;
  return Parsed::kValue;
}

constexpr std::array<int64_t, 7> kPowers{1, 10, 100, 1000, 10'000, 100'000, 1'000'000};

bool TwoDigits(const char* at, int& value) {
  if (!IsDigit(at[0]) || !IsDigit(at[1])) return false;
  value = (at[0] - '0') * 10 + (at[1] - '0');
  return true;
}

int DaysIn(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month - 1)];
}

struct Civil {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};

// In range for a calendar; the year is judged by the caller.
bool ToSeconds(const Civil& civil, int64_t& seconds) {
  if (civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.hour > 24 || civil.minute > 59 ||
      civil.second > 60 || civil.year < 1 || civil.day > DaysIn(civil.year, civil.month)) {
    return false;
  }
  if (civil.hour == 24 && (civil.minute != 0 || civil.second != 0)) return false;
  seconds = StartOf(DateOf({civil.year, civil.month, civil.day})) + civil.hour * kSecondsPerHour + civil.minute * 60 +
            std::min(civil.second, 59);
  return true;
}

// Days of 1970 onwards for the month at hand: DateOf is the slow part of reading a date.
struct MonthCache {
  int year = 0;
  int month = 0;
  int64_t first_day_seconds = 0;
};

// yyyy-MM-dd and yyyy-MM-dd HH:mm:ss with any of -/. between: what nearly every export has.
bool FastTime(std::string_view text, int64_t& seconds, int& year) {
  if (text.size() != 10 && text.size() != 19) return false;
  const char* at = text.data();
  int century, years, month, day, hour = 0, minute = 0, second = 0;
  if (!TwoDigits(at, century) || !TwoDigits(at + 2, years) || !TwoDigits(at + 5, month) || !TwoDigits(at + 8, day) ||
      at[4] != at[7] || (at[4] != '-' && at[4] != '/' && at[4] != '.')) {
    return false;
  }
  if (text.size() == 19 && ((at[10] != ' ' && at[10] != 'T') || at[13] != ':' || at[16] != ':' ||
                            !TwoDigits(at + 11, hour) || !TwoDigits(at + 14, minute) || !TwoDigits(at + 17, second))) {
    return false;
  }
  year = century * 100 + years;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) || hour > 23 || minute > 59 ||
      second > 59) {
    return false;
  }
  thread_local MonthCache cache;
  if (cache.year != year || cache.month != month) {
    cache = {year, month, StartOf(DateOf({year, month, 1}))};
  }
  seconds = cache.first_day_seconds + (day - 1) * kSecondsPerDay + hour * kSecondsPerHour + minute * 60 + second;
  return true;
}

Parsed JudgeYear(int64_t seconds) {
  int year = CivilOf(DayOf(seconds)).year;
  if (year == 9999 || year == 1) return Parsed::kNull;  // 'for ever' and 'never' of centre databases
  return year < kYearMin || year > kYearMax ? Parsed::kTooLarge : Parsed::kValue;
}

// Up to `most` digits, at least `least`.
bool Number(std::string_view text, size_t& at, size_t least, size_t most, int& value) {
  size_t start = at;
  value = 0;
  while (at < text.size() && at - start < most && IsDigit(text[at])) value = value * 10 + (text[at++] - '0');
  return at - start >= least;
}

bool MonthName(std::string_view text, size_t& at, int& month) {
  constexpr std::array<std::string_view, 12> kNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  for (size_t i = 0; i < kNames.size(); i++) {
    if (EqualsIgnoringCase(text.substr(at, 3), kNames[i])) {
      at += 3;
      month = static_cast<int>(i) + 1;
      return true;
    }
  }
  constexpr std::string_view kMonth = "月";
  if (!Number(text, at, 1, 2, month) || text.substr(at, kMonth.size()) != kMonth) return false;
  at += kMonth.size();
  while (at < text.size() && text[at] == ' ') at++;  // Oracle pads: '05-3月 -24'
  return true;
}

constexpr std::array<std::string_view, 5> kAutoDates{"yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy年M月d日"};
constexpr std::array<std::string_view, 7> kAutoTimes{"", " H:m:s", " H:m", "TH:m:s", "TH:m", " H:m:s.S", "TH:m:s.S"};

std::vector<std::string> AutoPatterns() {
  std::vector<std::string> patterns{"yyyyMMddHHmmss"};
  for (std::string_view date : kAutoDates) {
    for (std::string_view time : kAutoTimes) patterns.push_back(std::string(date) + std::string(time));
  }
  return patterns;
}

constexpr int64_t kExcelEpochDays = 25569;  // 1970-01-01 counted from 1899-12-30

Parsed ParseCount(std::string_view text, int scale, int64_t& count) {
  return ParseDecimal(text, {.scale = scale, .round = true}, count);
}

}  // namespace

std::string_view Complaint(Parsed parsed) {
  switch (parsed) {
    case Parsed::kValue:
    case Parsed::kNull:
      return "";
    case Parsed::kBad:
      return "cannot be read";
    case Parsed::kTooFine:
      return "has more decimals than can be kept";
    case Parsed::kTooLarge:
      return "is out of range";
  }
  return "";
}

Parsed ParseDecimal(std::string_view text, const NumberFormat& format, int64_t& value) {
  const char* at = text.data();
  const char* end = at + text.size();
  bool negative = false;
  if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  const char* start = at;
  if (end - at > 17) return ParseDecimalSlowly({start, static_cast<size_t>(end - start)}, negative, format, value);
  int64_t number = 0;
  while (at < end && IsDigit(*at)) number = number * 10 + (*at++ - '0');
  bool any = at > start;
  int decimals = 0;
  if (at < end && *at == '.') {
    at++;
    while (at < end && IsDigit(*at) && decimals < format.scale) {
      number = number * 10 + (*at++ - '0');
      decimals++;
    }
    while (at < end && *at == '0') at++;
    any = any || decimals > 0;
  }
  if (at != end || !any) return ParseDecimalSlowly({start, static_cast<size_t>(end - start)}, negative, format, value);
  int64_t scale = kPowers[static_cast<size_t>(format.scale - decimals)];
  if (number > kDecimalMax / scale) return Parsed::kTooLarge;
  value = negative ? -number * scale : number * scale;
  return Parsed::kValue;
}

Parsed ParseFlag(std::string_view text, int64_t& value) {
  if (text == "1" || text == "0") {
    value = text == "1" ? 1 : 0;
    return Parsed::kValue;
  }
  for (std::string_view yes : {"y", "t", "true", "yes", "是"}) {
    if (EqualsIgnoringCase(text, yes)) {
      value = 1;
      return Parsed::kValue;
    }
  }
  for (std::string_view no : {"n", "f", "false", "no", "否"}) {
    if (EqualsIgnoringCase(text, no)) {
      value = 0;
      return Parsed::kValue;
    }
  }
  return Parsed::kBad;
}

Result<DateFormats> DateFormats::Compile(std::span<const std::string> formats) {
  DateFormats compiled;
  for (const std::string& format : formats) {
    if (format == "excel") {
      compiled.formats_.push_back({Kind::kExcel, {}});
    } else if (format == "unix") {
      compiled.formats_.push_back({Kind::kUnix, {}});
    } else if (format == "unix_ms") {
      compiled.formats_.push_back({Kind::kUnixMs, {}});
    } else if (format.find("yy") == std::string::npos || format.find('M') == std::string::npos ||
               format.find('d') == std::string::npos) {
      return InvalidInput("the date format '" + format +
                          "' needs a year (yyyy), a month (M, MM) and a day (d, dd), or is excel, unix or unix_ms");
    } else {
      compiled.formats_.push_back({Kind::kPattern, format});
    }
  }
  return compiled;
}

bool DateFormats::Match(std::string_view pattern, std::string_view text, int64_t& seconds, bool& in_range) {
  Civil civil;
  size_t at = 0;
  for (size_t i = 0; i < pattern.size();) {
    char letter = pattern[i];
    size_t run = i;
    while (run < pattern.size() && pattern[run] == letter) run++;
    size_t count = run - i;
    if (letter == 'S') {
      int ignored;
      if (!Number(text, at, 1, 9, ignored)) return false;
      i = run;
      continue;
    }
    int* part = letter == 'M'   ? &civil.month
                : letter == 'd' ? &civil.day
                : letter == 'H' ? &civil.hour
                : letter == 'm' ? &civil.minute
                : letter == 's' ? &civil.second
                                : nullptr;
    if (letter == 'y') {
      size_t digits = count >= 4 ? 4 : 2;
      if (!Number(text, at, digits, digits, civil.year)) return false;
      if (digits == 2) civil.year += 2000;
      i = run;
    } else if (letter == 'M' && count == 3) {
      if (!MonthName(text, at, civil.month)) return false;
      i = run;
    } else if (part != nullptr && count <= 2) {
      if (!Number(text, at, count, 2, *part)) return false;
      i = run;
    } else {
      if (at >= text.size() || text[at] != letter) return false;
      at++;
      i++;
    }
  }
  if (at != text.size()) return false;
  in_range = ToSeconds(civil, seconds);
  return true;
}

Parsed DateFormats::Parse(std::string_view text, int64_t& seconds) const {
  bool matched = false;
  auto try_pattern = [&](std::string_view pattern) {
    bool in_range = false;
    if (!Match(pattern, text, seconds, in_range)) return false;
    matched = true;
    return in_range;
  };
  if (formats_.empty()) {
    int year = 0;
    if (FastTime(text, seconds, year)) {
      return year >= kYearMin && year <= kYearMax ? Parsed::kValue : JudgeYear(seconds);
    }
    static const std::vector<std::string> kPatterns = AutoPatterns();
    thread_local size_t first = 0;  // a file keeps to one form
    for (size_t i = 0; i < kPatterns.size(); i++) {
      size_t pattern = (first + i) % kPatterns.size();
      if (!try_pattern(kPatterns[pattern])) continue;
      first = pattern;
      return JudgeYear(seconds);
    }
    return matched ? Parsed::kTooLarge : Parsed::kBad;
  }
  for (const Format& format : formats_) {
    int64_t count = 0;
    switch (format.kind) {
      case Kind::kPattern:
        if (try_pattern(format.pattern)) return JudgeYear(seconds);
        break;
      case Kind::kExcel:  // 45292.5: whole days and a fraction of one
        if (ParseCount(text, 6, count) != Parsed::kValue) break;
        if (count < 0 || count > 100'000'000'000) return Parsed::kTooLarge;
        seconds = (count * 864 + 5'000) / 10'000 - kExcelEpochDays * kSecondsPerDay;
        return JudgeYear(seconds);
      case Kind::kUnix:
      case Kind::kUnixMs: {
        if (ParseCount(text, 0, count) != Parsed::kValue) break;
        if (format.kind == Kind::kUnixMs) count /= 1000;
        if (count < -10'000'000'000 || count > 10'000'000'000) return Parsed::kTooLarge;
        seconds = count + 8 * kSecondsPerHour;  // local time, UTC+8
        return JudgeYear(seconds);
      }
    }
  }
  return matched ? Parsed::kTooLarge : Parsed::kBad;
}

// Nearly all texts are plain ASCII.
bool IsBadText(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) != 0) break;
  }
  for (; at < text.size(); at++) {
    if (static_cast<signed char>(text[at]) <= 0)
      return !IsUtf8(text.substr(at)) || text.find('\0', at) != std::string_view::npos;
  }
  return false;
}

std::string_view Trim(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Printable(std::string_view text, size_t size_max) {
  std::string out;
  size_t end = std::min(text.size(), size_max);
  while (end > 0 && end < text.size() && size_max - end < 4 && (text[end] & 0xC0) == 0x80) end--;
  std::string_view rest = text.substr(0, end);
  auto escape = [&](char c) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "\\x%02X", static_cast<unsigned char>(c));
    out += digits.data();
  };
  while (!rest.empty()) {
    size_t good = FindBadUtf8(rest).value_or(rest.size());
    for (char c : rest.substr(0, good)) {
      if (c == '\n') {
        out += "\\n";
      } else if (static_cast<unsigned char>(c) < 0x20) {
        escape(c);
      } else {
        out += c;
      }
    }
    rest.remove_prefix(good);
    if (rest.empty()) break;
    escape(rest.front());
    rest.remove_prefix(1);
  }
  if (end < text.size()) out += "...";
  return out;
}

}  // namespace yijian::intake
