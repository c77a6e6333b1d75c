#include "document/amount.h"

#include <gtest/gtest.h>

#include <limits>

namespace yijian::document {
namespace {

TEST(Amount, YuanHasThousandsAndCents) {
  EXPECT_EQ(Yuan(0), "0.00");
  EXPECT_EQ(Yuan(5), "0.05");
  EXPECT_EQ(Yuan(-12345), "-123.45");
  EXPECT_EQ(Yuan(100'000), "1,000.00");
  EXPECT_EQ(Yuan(123'456'789'012), "1,234,567,890.12");
  EXPECT_EQ(Yuan(std::numeric_limits<int64_t>::min()), "-92,233,720,368,547,758.08");
}

// The examples of the rule's own annex.
TEST(Amount, WordsAsThePaymentRuleWritesThem) {
  EXPECT_EQ(InWords(140'950), "壹仟肆佰零玖元伍角整");
  EXPECT_EQ(InWords(600'714), "陆仟零柒元壹角肆分");
  EXPECT_EQ(InWords(1'640'902), "壹万陆仟肆佰零玖元零贰分");
  EXPECT_EQ(InWords(32'504), "叁佰贰拾伍元零肆分");
}

TEST(Amount, WordsOfRoundAndGappyAmounts) {
  EXPECT_EQ(InWords(0), "零元整");
  EXPECT_EQ(InWords(9), "玖分");
  EXPECT_EQ(InWords(50), "伍角整");
  EXPECT_EQ(InWords(1'000), "壹拾元整");
  EXPECT_EQ(InWords(10'000'000), "壹拾万元整");
  EXPECT_EQ(InWords(1'000'000'100), "壹仟万零壹元整");
  EXPECT_EQ(InWords(10'000'000'001), "壹亿元零壹分");
  EXPECT_EQ(InWords(1'000'100'000'000), "壹佰亿零壹佰万元整");
  EXPECT_EQ(InWords(-150), "负壹元伍角整");
}

TEST(Amount, DaysInWords) {
  EXPECT_EQ(DayInWords("2026-01-05"), "2026年1月5日");
  EXPECT_EQ(DayInWords("2026-11-25T08:00:00+08:00"), "2026年11月25日");
  EXPECT_EQ(DayInWords("AJ-2026-000012"), "AJ-2026-000012");
  EXPECT_EQ(DayInWords("2026-11-2500"), "2026-11-2500");
  EXPECT_EQ(DayInWords(""), "");
}

}  // namespace
}  // namespace yijian::document
