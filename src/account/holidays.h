// Working days: weekends are off, holidays are off, make-up days are worked (国务院办公厅节假日安排通知).
//
//   WorkingDays calendar(TRY(HolidaysBetween(session, from, until)));
//   Date due = calendar.After(issued, 10);    // the tenth working day after; the day itself is not counted
//
// Years that nobody has entered know weekends only: `known` says so, and screens tell it.
// Threads: WorkingDays is const.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "account/actor.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

struct Holiday {
  Date day = 0;
  bool off = true;  // false: a make-up working day
  std::string name;
};

class WorkingDays {
 public:
  explicit WorkingDays(const std::vector<Holiday>& holidays);
  bool IsWorkingDay(Date day) const;
  bool Known(int year) const { return years_.contains(year); }
  // days >= 0; 0 is the day itself when it is worked, else the next that is.
  Date After(Date day, int64_t days) const;

 private:
  std::map<Date, bool> off_;
  std::set<int> years_;
};

Result<std::vector<Holiday>> HolidaysOf(store::Session& session, int year);
Result<std::vector<Holiday>> AllHolidays(store::Session& session);
// Replaces a year's. kInvalidInput names the day that is not of that year, or twice, or off on a weekend anyway as
// work.
Status SetHolidays(store::Session& session, const Actor& actor, int year, const std::vector<Holiday>& holidays,
                   EpochMs now);
// rules/holidays.csv: day,kind,name. For stores that have none of a year yet.
Status AddShippedHolidays(store::Session& session, const std::string& csv_path);

}  // namespace yijian::account
