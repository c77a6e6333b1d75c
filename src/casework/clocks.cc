#include "casework/clocks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "base/csv.h"
#include "casework/sanctions.h"

namespace yijian::casework {
namespace {

constexpr EpochMs kZoneMs = 8 * kSecondsPerHour * 1000;
constexpr EpochMs kDayMs = kSecondsPerDay * 1000;
constexpr EpochMs kHourMs = kSecondsPerHour * 1000;

constexpr std::array<std::string_view, 4> kUnits = {"working_days", "calendar_days", "months", "hours"};

// The days on which a clock stood still: from the day of the pause to the day before it goes on.
bool StoodStill(Date day, const std::vector<ClockPause>& pauses) {
  return std::any_of(pauses.begin(), pauses.end(), [day](const ClockPause& pause) {
    return pause.until && DayAt(pause.from) <= day && day < DayAt(*pause.until);
  });
}

Date NextWorkingDay(Date day, const IsWorkingDay& is_working_day) {
  // A holiday table without any working day would never end; a month off is no holiday.
  for (int i = 0; i < 31 && !is_working_day(day); i++) day++;
  return day;
}

Date AfterWorkingDays(Date day, int length, const std::vector<ClockPause>& pauses, const IsWorkingDay& is_working_day) {
  int idle = 0;
  for (int left = length; left > 0 && idle < 4000;) {
    day++;
    bool counts = is_working_day(day) && !StoodStill(day, pauses);
    left -= counts ? 1 : 0;
    idle = counts ? 0 : idle + 1;
  }
  return day;
}

Date AfterPausedDays(Date day, Date last, const std::vector<ClockPause>& pauses) {
  for (; day <= last; day++) {
    if (StoodStill(day, pauses)) last++;
  }
  return last;
}

}  // namespace

std::string_view Name(ClockUnit unit) { return kUnits[static_cast<size_t>(unit)]; }

std::optional<ClockUnit> ParseClockUnit(std::string_view name) {
  auto found = std::find(kUnits.begin(), kUnits.end(), name);
  if (found == kUnits.end()) return std::nullopt;
  return static_cast<ClockUnit>(found - kUnits.begin());
}

Date DayAt(EpochMs at) {
  EpochMs local = at + kZoneMs;
  return static_cast<Date>(local >= 0 ? local / kDayMs : (local - kDayMs + 1) / kDayMs);
}
EpochMs StartOfDayMs(Date day) { return EpochMs{day} * kDayMs - kZoneMs; }
EpochMs EndOfDayMs(Date day) { return StartOfDayMs(day + 1) - 1; }

int DaysLeft(EpochMs now, EpochMs due) { return DayAt(due) - DayAt(now); }

EpochMs DueAt(ClockLength length, EpochMs started, const std::vector<ClockPause>& pauses,
              const IsWorkingDay& is_working_day) {
  Date start = DayAt(started);
  switch (length.unit) {
    case ClockUnit::kWorkingDays:
      return EndOfDayMs(AfterWorkingDays(start, length.length, pauses, is_working_day));
    case ClockUnit::kCalendarDays:
      return EndOfDayMs(NextWorkingDay(AfterPausedDays(start + 1, start + length.length, pauses), is_working_day));
    case ClockUnit::kMonths:
      return EndOfDayMs(
          NextWorkingDay(AfterPausedDays(start + 1, AddMonths(start, length.length), pauses), is_working_day));
    case ClockUnit::kHours: {
      EpochMs due = started + length.length * kHourMs;
      for (const auto& pause : pauses) due += pause.until ? *pause.until - pause.from : 0;
      return due;
    }
  }
  return started;
}

Result<ClockTable> ClockTable::Load(const std::string& path) {
  CsvTable table = TRY(ReadCsvTable(
      path, {"kind", "zh", "en", "length", "unit", "start", "pause", "owner", "escalate", "track", "source", "basis"}));
  ClockTable result;
  for (const auto& row : table.rows) {
    auto cell = [&](std::string_view name) -> const std::string& { return row[table.Column(name)]; };
    ClockKind kind{.kind = cell("kind"), .zh = cell("zh"), .en = cell("en")};
    const std::string& length = cell("length");
    auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), kind.length);
    auto unit = ParseClockUnit(cell("unit"));
    bool numbers = error == std::errc() && end == length.data() + length.size() && kind.length >= 0;
    if (!numbers || !unit) return InvalidInput(path + ": " + kind.kind + ": length or unit cannot be read");
    if (result.Find(kind.kind) != nullptr) return InvalidInput(path + ": " + kind.kind + " is there twice");
    kind.unit = *unit;
    kind.start = cell("start");
    std::istringstream pauses(cell("pause"));
    for (std::string pause; pauses >> pause;) kind.pauses.push_back(pause);
    kind.owner = cell("owner");
    kind.escalate = cell("escalate");
    kind.track = cell("track");
    kind.law = cell("source") == "law";
    kind.basis = cell("basis");
    result.kinds_.push_back(std::move(kind));
  }
  return result;
}

const ClockKind* ClockTable::Find(std::string_view kind) const {
  auto found = std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& k) { return k.kind == kind; });
  return found == kinds_.end() ? nullptr : &*found;
}

std::vector<const ClockKind*> ClockTable::StartedBy(std::string_view event, std::string_view track) const {
  std::vector<const ClockKind*> started;
  for (const auto& kind : kinds_) {
    if (kind.start == event && (kind.track == "any" || kind.track == track)) started.push_back(&kind);
  }
  return started;
}

}  // namespace yijian::casework
