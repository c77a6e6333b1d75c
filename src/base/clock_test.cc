#include "base/clock.h"

#include <gtest/gtest.h>

namespace yijian {
namespace {

TEST(Clock, MomentsAreWrittenInTheFundsZone) {
  EXPECT_EQ(FormatMoment(0), "1970-01-01T08:00:00+08:00");
  EXPECT_EQ(FormatMoment(-1), "1970-01-01T07:59:59+08:00");
  EXPECT_EQ(MomentOf(*ParseTime("1970-01-01 08:00:00")), 0);
  EXPECT_EQ(CivilTimeOf(MomentOf(*ParseTime("2026-11-25 23:59:59"))), *ParseTime("2026-11-25 23:59:59"));
}

TEST(Clock, TheDayTurnsAtMidnightThere) {
  FixedClock clock(MomentOf(*ParseTime("2026-11-25 23:59:59")));
  EXPECT_EQ(clock.Today(), *ParseDate("2026-11-25"));
  clock.Add(1);
  EXPECT_EQ(clock.Today(), *ParseDate("2026-11-26"));
}

}  // namespace
}  // namespace yijian
