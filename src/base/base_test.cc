#include <gtest/gtest.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/result.h"

namespace yijian {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return InvalidInput("odd");
  return number / 2;
}

Result<int> Quarter(int number) {
  int half = TRY(Half(number).While("first half"));
  return TRY(Half(half).While("second half"));
}

TEST(Result, TryPassesTheErrorUpAndSaysWhatWeWereDoing) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().message, "second half: odd");
}

TEST(Date, CivilDaysRoundTripOverCenturies) {
  for (Date day = -200000; day < 200000; day += 17) EXPECT_EQ(DateOf(CivilOf(day)), day);
  EXPECT_EQ(FormatDate(0), "1970-01-01");
  EXPECT_EQ(WeekdayOf(*ParseDate("2026-11-23")), 0);
}

TEST(Date, ReadsWhatBureauxWriteAndRefusesTheRest) {
  EXPECT_EQ(ParseDate("2025/3/6"), ParseDate("2025-03-06"));
  EXPECT_EQ(ParseDate("20250306"), ParseDate("2025-03-06"));
  EXPECT_EQ(ParseTime("2025-03-06T08:15"), ParseTime("2025-03-06 08:15:00"));
  EXPECT_FALSE(ParseDate("2025-02-29"));
  EXPECT_FALSE(ParseDate("2025-13-01"));
  EXPECT_FALSE(ParseDate(""));
  EXPECT_FALSE(ParseTime("2025-03-06 25:00"));
  EXPECT_EQ(FormatTime(*ParseTime("2025-03-06 08:15:30.000")), "2025-03-06 08:15:30");
}

TEST(Date, BirthdayCountsAsReached) {
  Date birth = *ParseDate("2011-03-06");
  EXPECT_EQ(AgeYears(birth, *ParseDate("2025-03-05")), 13);
  EXPECT_EQ(AgeYears(birth, *ParseDate("2025-03-06")), 14);
  EXPECT_EQ(AgeYears(*ParseDate("2012-02-29"), *ParseDate("2013-02-28")), 0);
}

TEST(Decimal, RoundsHalfAwayFromZeroAndNeverWraps) {
  EXPECT_EQ(MulMicro(*ParseMicro("12.345"), *ParseMicro("2")), *ParseMicro("24.69"));
  EXPECT_EQ(FenOf(*ParseMicro("0.005")), 1);
  EXPECT_EQ(FenOf(*ParseMicro("-0.005")), -1);
  EXPECT_EQ(MulMicro(kMicroMax, kMicroMax), kMicroMax);
  EXPECT_EQ(DivMicro(kMicro, 3 * kMicro), 333333);
}

TEST(Decimal, ParsesPlainDecimalsOnly) {
  EXPECT_EQ(ParseMicro("1.000000000"), kMicro);
  EXPECT_FALSE(ParseMicro("1.0000001"));
  EXPECT_FALSE(ParseMicro("1e3"));
  EXPECT_FALSE(ParseMicro("."));
  EXPECT_FALSE(ParseMicro(""));
  EXPECT_FALSE(ParseMicro("99999999999999999999"));
  EXPECT_EQ(FormatMicro(*ParseMicro("-0.05")), "-0.05");
  EXPECT_EQ(FormatFen(-5), "-0.05");
}

TEST(Hash, KeysAreStableForEver) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexOf(KeyOf("abc")), "78af5f94892f3950");
}

}  // namespace
}  // namespace yijian
