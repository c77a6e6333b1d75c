// Civil dates and times in the fund's zone (UTC+8, no daylight saving).
//
//   Date day = *ParseDate("2025-03-06");         // days since 1970-01-01
//   Time at = *ParseTime("2025-03-06 08:15:00"); // seconds since 1970-01-01 00:00 local
//   AgeYears(birth, day)                         // full years; the birthday counts as reached
//
// Both are plain integers, local and without zone: what a bill says is what is compared.
// Ranges: years 1 to 9999. Errors: an unreadable text gives nullopt; never an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yijian {

using Date = int32_t;  // days since 1970-01-01
using Time = int64_t;  // local seconds since 1970-01-01 00:00

inline constexpr int64_t kSecondsPerDay = 86400;
inline constexpr int64_t kSecondsPerHour = 3600;

struct CivilDay {
  int year;
  int month;  // 1..12
  int day;    // 1..31
};

Date DateOf(CivilDay civil);
CivilDay CivilOf(Date date);
inline Date DayOf(Time time) {
  return static_cast<Date>(time >= 0 ? time / kSecondsPerDay : (time - kSecondsPerDay + 1) / kSecondsPerDay);
}
inline Time StartOf(Date date) { return static_cast<Time>(date) * kSecondsPerDay; }

// Full years between birth and day (supervision.md 0.3). Negative when day lies before birth.
int AgeYears(Date birth, Date day);
// 0 = Monday ... 6 = Sunday.
int WeekdayOf(Date date);
// Months since 1970-01.
int MonthIndexOf(Date date);

// "2025-03-06", also "2025/3/6" and "20250306".
std::optional<Date> ParseDate(std::string_view text);
// "2025-03-06 08:15[:30]" with ' ' or 'T'; a bare date is its midnight.
std::optional<Time> ParseTime(std::string_view text);

std::string FormatDate(Date date);  // 2025-03-06
std::string FormatTime(Time time);  // 2025-03-06 08:15:30

}  // namespace yijian
