#include "account/holidays.h"

#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

Holiday HolidayOf(const store::Row& row) {
  return {*ParseDate(row.Text("day")), row.Text("kind") == "off", row.Text("name")};
}

Error BadDay(size_t index, const std::string& expected, const std::string& zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "节假日有误";
  detail->fields.push_back({"/days/" + std::to_string(index), InBoth(expected, zh)});
  Error error = InvalidInput("day " + std::to_string(index) + ": " + expected);
  error.detail = std::move(detail);
  return error;
}

Status Insert(store::Session& session, const Holiday& holiday) {
  TRY(session.Execute("INSERT INTO holiday (day, kind, name) VALUES (?, ?, ?)",
                      {FormatDate(holiday.day), std::string(holiday.off ? "off" : "work"), holiday.name}));
  return {};
}

}  // namespace

WorkingDays::WorkingDays(const std::vector<Holiday>& holidays) {
  for (const Holiday& holiday : holidays) {
    off_[holiday.day] = holiday.off;
    years_.insert(CivilOf(holiday.day).year);
  }
}

bool WorkingDays::IsWorkingDay(Date day) const {
  if (auto found = off_.find(day); found != off_.end()) return !found->second;
  return WeekdayOf(day) < 5;
}

Date WorkingDays::After(Date day, int64_t days) const {
  CHECK(days >= 0);
  while (days > 0) {
    day++;
    if (IsWorkingDay(day)) days--;
  }
  while (!IsWorkingDay(day)) day++;
  return day;
}

Result<std::vector<Holiday>> HolidaysOf(store::Session& session, int year) {
  std::string from = FormatDate(DateOf({year, 1, 1}));
  std::string until = FormatDate(DateOf({year + 1, 1, 1}));
  std::vector<Holiday> holidays;
  for (const store::Row& row :
       TRY(session.Query("SELECT * FROM holiday WHERE day >= ? AND day < ? ORDER BY day", {from, until}))) {
    holidays.push_back(HolidayOf(row));
  }
  return holidays;
}

Result<std::vector<Holiday>> AllHolidays(store::Session& session) {
  std::vector<Holiday> holidays;
  for (const store::Row& row : TRY(session.Query("SELECT * FROM holiday ORDER BY day")))
    holidays.push_back(HolidayOf(row));
  return holidays;
}

Status SetHolidays(store::Session& session, const Actor& actor, int year, const std::vector<Holiday>& holidays,
                   EpochMs now) {
  std::set<Date> seen;
  for (size_t i = 0; i < holidays.size(); i++) {
    if (CivilOf(holidays[i].day).year != year)
      return BadDay(i, "a day of " + std::to_string(year), std::to_string(year) + " 年的日期");
    if (!seen.insert(holidays[i].day).second) return BadDay(i, "each day once", "日期各一次");
    if (!holidays[i].off && WeekdayOf(holidays[i].day) < 5)
      return BadDay(i, "a make-up day on a weekend", "调休上班日须为周末");
  }
  TRY(session.Execute("DELETE FROM holiday WHERE day >= ? AND day < ?",
                      {FormatDate(DateOf({year, 1, 1})), FormatDate(DateOf({year + 1, 1, 1}))}));
  for (const Holiday& holiday : holidays) TRY(Insert(session, holiday));
  nlohmann::json details{{"days", holidays.size()}};
  TRY(trail::Append(session,
                    {.user = actor.id,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = "holiday.change",
                     .object_kind = "holiday",
                     .object_id = std::to_string(year),
                     .details = details.dump(),
                     .ip = actor.ip},
                    now));
  return {};
}

Status AddShippedHolidays(store::Session& session, const std::string& csv_path) {
  CsvTable table = TRY(ReadCsvTable(csv_path, {"day", "kind", "name"}));
  std::set<int> full;
  for (const Holiday& holiday : TRY(AllHolidays(session))) full.insert(CivilOf(holiday.day).year);
  for (const auto& row : table.rows) {
    std::optional<Date> day = ParseDate(row[table.Column("day")]);
    const std::string& kind = row[table.Column("kind")];
    if (!day || (kind != "off" && kind != "work")) {
      return InvalidInput(csv_path + ": '" + row[table.Column("day")] + "," + kind +
                          "': a day and off or work expected");
    }
    if (full.contains(CivilOf(*day).year)) continue;
    TRY(Insert(session, {*day, kind == "off", row[table.Column("name")]}));
  }
  return {};
}

}  // namespace yijian::account
