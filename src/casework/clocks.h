// Time limits: rules/clocks.csv and the arithmetic of due times (supervision.md D.2, D.4).
//
//   ClockTable table = TRY(ClockTable::Load("rules/clocks.csv"));
//   EpochMs due = DueAt({.unit = ClockUnit::kWorkingDays, .length = 7}, started, pauses, is_working_day);
//
// The day of the start is not counted. A due time is the last millisecond of the last day in the fund's zone; of hours,
// the exact moment. Days that lie in a pause do not count; a period of calendar days or months is longer by the days it
// stood still, and when it would end on a day off it ends on the next working day. Units: EpochMs = milliseconds since
// 1970-01-01 UTC. Threads: const after Load.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/date.h"
#include "base/result.h"

namespace yijian::casework {

using IsWorkingDay = std::function<bool(Date)>;

enum class ClockUnit { kWorkingDays, kCalendarDays, kMonths, kHours };
std::string_view Name(ClockUnit unit);
std::optional<ClockUnit> ParseClockUnit(std::string_view name);

struct ClockKind {
  std::string kind;
  std::string zh;
  std::string en;
  int length = 0;  // 0: whoever starts it gives the day
  ClockUnit unit = ClockUnit::kWorkingDays;
  std::string start;                // event that starts it
  std::vector<std::string> pauses;  // answer, appeal
  std::string owner;                // handler, institution, voter, expert, assignee or a role
  std::string escalate;             // who is told when it is missed; "none"
  std::string track;                // agency, administrative, any
  bool law = false;                 // else: our default
  std::string basis;
};

struct ClockPause {
  EpochMs from = 0;
  std::optional<EpochMs> until;  // none: still standing
};

struct ClockLength {
  ClockUnit unit = ClockUnit::kWorkingDays;
  int length = 0;
};

// With an open pause: the due time if it went on now is not known; what is answered is the due time without it.
EpochMs DueAt(ClockLength length, EpochMs started, const std::vector<ClockPause>& pauses,
              const IsWorkingDay& is_working_day);

// Whole days from now to due in the fund's zone: 0 today, negative when past.
int DaysLeft(EpochMs now, EpochMs due);

Date DayAt(EpochMs at);          // in the fund's zone
EpochMs StartOfDayMs(Date day);  // its first millisecond
EpochMs EndOfDayMs(Date day);    // its last

class ClockTable {
 public:
  static Result<ClockTable> Load(const std::string& path);

  const std::vector<ClockKind>& kinds() const { return kinds_; }
  const ClockKind* Find(std::string_view kind) const;
  // Those an event starts on a track ("agency" or "administrative").
  std::vector<const ClockKind*> StartedBy(std::string_view event, std::string_view track) const;

 private:
  std::vector<ClockKind> kinds_;
};

}  // namespace yijian::casework
