#include "casework/clocks.h"

#include <gtest/gtest.h>

#include <set>

namespace yijian::casework {
namespace {

EpochMs At(const char* local) { return (*ParseTime(local) - 8 * kSecondsPerHour) * 1000; }
std::string Text(EpochMs at) { return FormatTime(at / 1000 + 8 * kSecondsPerHour); }

// Spring Festival 2026: off 15 to 23 February, make-up Saturdays 14 and 28 February (State Council notice for 2026).
bool WorkingDay2026(Date day) {
  static const std::set<std::string> kWork = {"2026-02-14", "2026-02-28"};
  std::string text = FormatDate(day);
  if (kWork.count(text) != 0) return true;
  if (text >= "2026-02-15" && text <= "2026-02-23") return false;
  return WeekdayOf(day) < 5;
}

std::string Due(ClockUnit unit, int length, const char* started, std::vector<ClockPause> pauses = {}) {
  return Text(DueAt({unit, length}, At(started), pauses, WorkingDay2026));
}

TEST(Clocks, WorkingDaysSkipHolidaysAndCountMakeUpDays) {
  // Friday 13 February: Saturday 14 works, then nine days off, then 24 to 27 and Saturday 28.
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 1, "2026-02-13 09:00"), "2026-02-14 23:59:59");
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 2, "2026-02-13 09:00"), "2026-02-24 23:59:59");
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 7, "2026-02-13 09:00"), "2026-03-02 23:59:59");
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 5, "2026-03-06 23:59"), "2026-03-13 23:59:59");
}

TEST(Clocks, CalendarDaysThatEndOnADayOffEndOnTheNextWorkingDay) {
  EXPECT_EQ(Due(ClockUnit::kCalendarDays, 15, "2026-03-02 10:00"), "2026-03-17 23:59:59");
  EXPECT_EQ(Due(ClockUnit::kCalendarDays, 15, "2026-02-01 10:00"), "2026-02-24 23:59:59");  // 16 February is off
  EXPECT_EQ(Due(ClockUnit::kMonths, 6, "2026-08-31 10:00"), "2027-03-01 23:59:59");  // 28 February 2027 is a Sunday
  EXPECT_EQ(Due(ClockUnit::kMonths, 3, "2026-01-05 10:00"), "2026-04-06 23:59:59");  // 5 April is a Sunday
  EXPECT_EQ(Due(ClockUnit::kHours, 24, "2026-02-14 18:30"), "2026-02-15 18:30:00");  // hours know no holidays
}

TEST(Clocks, StandStillDuringAnswerAndAppeal) {
  std::vector<ClockPause> answer = {{At("2026-03-09 10:00"), At("2026-03-19 15:00")}};      // ten days still
  EXPECT_EQ(Due(ClockUnit::kCalendarDays, 90, "2026-03-02 09:00"), "2026-06-01 23:59:59");  // 31 May is a Sunday
  EXPECT_EQ(Due(ClockUnit::kCalendarDays, 90, "2026-03-02 09:00", answer), "2026-06-10 23:59:59");
  answer.push_back({At("2026-04-01 10:00"), At("2026-04-03 15:00")});
  EXPECT_EQ(Due(ClockUnit::kCalendarDays, 90, "2026-03-02 09:00", answer), "2026-06-12 23:59:59");
  // Working days: 3 to 6 March are four, 9 to 18 stand still, 19 is the fifth.
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 5, "2026-03-02 09:00", {answer[0]}), "2026-03-19 23:59:59");
  // A pause begun and ended on one day costs nothing; one not yet ended is not known.
  EXPECT_EQ(Due(ClockUnit::kWorkingDays, 5, "2026-03-02 09:00", {{At("2026-03-04 09:00"), At("2026-03-04 17:00")}}),
            "2026-03-09 23:59:59");
  EXPECT_EQ(Due(ClockUnit::kHours, 24, "2026-03-02 09:00", {{At("2026-03-02 10:00"), At("2026-03-02 12:00")}}),
            "2026-03-03 11:00:00");
}

TEST(Clocks, DaysLeftCountsInTheFundsZone) {
  EXPECT_EQ(DaysLeft(At("2026-03-02 23:59"), At("2026-03-03 00:01")), 1);
  EXPECT_EQ(DaysLeft(At("2026-03-02 00:01"), At("2026-03-02 23:59")), 0);
  EXPECT_EQ(DaysLeft(At("2026-03-05 00:01"), At("2026-03-02 23:59")), -3);
  EXPECT_EQ(FormatDate(DayAt(StartOfDayMs(20000))), FormatDate(20000));
  EXPECT_EQ(FormatDate(DayAt(EndOfDayMs(20000))), FormatDate(20000));
}

TEST(Clocks, AHolidayTableWithoutWorkingDaysStillEnds) {
  auto never = [](Date) { return false; };
  EXPECT_GT(DueAt({ClockUnit::kWorkingDays, 5}, At("2026-03-02 09:00"), {}, never), At("2026-03-02 09:00"));
  EXPECT_GT(DueAt({ClockUnit::kCalendarDays, 5}, At("2026-03-02 09:00"), {}, never), At("2026-03-02 09:00"));
}

TEST(Clocks, TheShippedTableHasTheLegalFigures) {
  auto table = ClockTable::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules/clocks.csv");
  ASSERT_TRUE(table.has_value()) << table.error().message;
  struct Figure {
    const char* kind;
    int length;
    ClockUnit unit;
  };
  const Figure law[] = {{"decision", 90, ClockUnit::kCalendarDays},
                        {"hearing_request", 5, ClockUnit::kWorkingDays},
                        {"delivery", 7, ClockUnit::kWorkingDays},
                        {"payment", 15, ClockUnit::kCalendarDays},
                        {"reminder", 10, ClockUnit::kCalendarDays},
                        {"review_request", 60, ClockUnit::kCalendarDays},
                        {"lawsuit", 6, ClockUnit::kMonths},
                        {"court", 3, ClockUnit::kMonths},
                        {"transfer_decide", 3, ClockUnit::kCalendarDays},
                        {"transfer_send", 24, ClockUnit::kHours},
                        {"police", 3, ClockUnit::kCalendarDays},
                        {"withdraw_publication", 3, ClockUnit::kWorkingDays}};
  for (const auto& figure : law) {
    const ClockKind* kind = table->Find(figure.kind);
    ASSERT_NE(kind, nullptr) << figure.kind;
    EXPECT_EQ(kind->length, figure.length) << figure.kind;
    EXPECT_EQ(kind->unit, figure.unit) << figure.kind;
    EXPECT_TRUE(kind->law) << figure.kind;
    EXPECT_FALSE(kind->basis.empty());
  }
  EXPECT_EQ(table->Find("decision")->pauses, (std::vector<std::string>{"answer", "appeal"}));
  EXPECT_EQ(table->StartedBy("case_opened", "agency").size(), 1U);
  EXPECT_EQ(table->StartedBy("case_opened", "agency")[0]->kind, "agency_decision");
  EXPECT_EQ(table->StartedBy("decision_delivered", "administrative").size(), 3U);
}

}  // namespace
}  // namespace yijian::casework
