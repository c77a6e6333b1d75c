#include "base/date.h"

#include <array>
#include <charconv>

namespace yijian {
namespace {

bool IsLeap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

bool IsValid(CivilDay civil) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12 || civil.day < 1) return false;
  int last = kDays[static_cast<size_t>(civil.month - 1)] + (civil.month == 2 && IsLeap(civil.year) ? 1 : 0);
  return civil.day <= last;
}

// Takes one to `digits_max` digits from the front of text; false when there is none.
bool TakeNumber(std::string_view& text, size_t digits_max, int& number) {
  size_t length = 0;
  while (length < text.size() && length < digits_max && text[length] >= '0' && text[length] <= '9') length++;
  if (length == 0) return false;
  std::from_chars(text.data(), text.data() + length, number);
  text.remove_prefix(length);
  return true;
}

bool TakeSeparator(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view& text, Date& date) {
  CivilDay civil{};
  if (!TakeNumber(text, 4, civil.year)) return false;
  bool separated = TakeSeparator(text, "-/.");
  if (!TakeNumber(text, 2, civil.month)) return false;
  if (separated && !TakeSeparator(text, "-/.")) return false;
  if (!TakeNumber(text, 2, civil.day) || !IsValid(civil)) return false;
  date = DateOf(civil);
  return true;
}

}  // namespace

// Days-from-civil over 400-year eras (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
Date DateOf(CivilDay civil) {
  int year = civil.year - (civil.month <= 2 ? 1 : 0);
  int era = (year >= 0 ? year : year - 399) / 400;
  int year_of_era = year - era * 400;
  int day_of_year = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDay CivilOf(Date date) {
  int shifted = date + 719468;
  int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int day_of_era = shifted - era * 146097;
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int month_shifted = (5 * day_of_year + 2) / 153;
  int day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
  int month = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int AgeYears(Date birth, Date day) {
  CivilDay from = CivilOf(birth);
  CivilDay to = CivilOf(day);
  bool reached = to.month > from.month || (to.month == from.month && to.day >= from.day);
  return to.year - from.year - (reached ? 0 : 1);
}

int WeekdayOf(Date date) {
  int shifted = (date + 3) % 7;  // 1970-01-01 was a Thursday
  return shifted < 0 ? shifted + 7 : shifted;
}

int MonthIndexOf(Date date) {
  CivilDay civil = CivilOf(date);
  return (civil.year - 1970) * 12 + civil.month - 1;
}

std::optional<Date> ParseDate(std::string_view text) {
  Date date = 0;
  if (!TakeDate(text, date) || !text.empty()) return std::nullopt;
  return date;
}

std::optional<Time> ParseTime(std::string_view text) {
  Date date = 0;
  if (!TakeDate(text, date)) return std::nullopt;
  if (text.empty()) return StartOf(date);
  int hour = 0, minute = 0, second = 0;
  if (!TakeSeparator(text, " T") || !TakeNumber(text, 2, hour)) return std::nullopt;
  if (!TakeSeparator(text, ":") || !TakeNumber(text, 2, minute)) return std::nullopt;
  if (TakeSeparator(text, ":") && !TakeNumber(text, 2, second)) return std::nullopt;
  if (TakeSeparator(text, ".")) {
    int fraction = 0;
    if (!TakeNumber(text, 9, fraction)) return std::nullopt;
  }
  if (!text.empty() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return StartOf(date) + hour * kSecondsPerHour + minute * 60 + second;
}

namespace {

// Writes `number` with `digits` digits at `to`.
void PutDigits(char* to, int digits, int number) {
  for (int i = digits - 1; i >= 0; i--) {
    to[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

std::string FormatDate(Date date) {
  CivilDay civil = CivilOf(date);
  std::string text = "0000-00-00";
  PutDigits(text.data(), 4, civil.year);
  PutDigits(text.data() + 5, 2, civil.month);
  PutDigits(text.data() + 8, 2, civil.day);
  return text;
}

std::string FormatTime(Time time) {
  Date day = DayOf(time);
  auto second = static_cast<int>(time - StartOf(day));
  std::string text = FormatDate(day) + " 00:00:00";
  PutDigits(text.data() + 11, 2, second / 3600);
  PutDigits(text.data() + 14, 2, second / 60 % 60);
  PutDigits(text.data() + 17, 2, second % 60);
  return text;
}

}  // namespace yijian
