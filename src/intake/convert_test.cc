#include "intake/convert.h"

#include <gtest/gtest.h>

#include "base/date.h"
#include "base/utf8.h"

namespace yijian::intake {
namespace {

std::string Number(std::string_view text, NumberFormat format = {}) {
  int64_t value = -1;
  switch (ParseDecimal(text, format, value)) {
    case Parsed::kValue:
      return std::to_string(value);
    case Parsed::kNull:
      return "null";
    case Parsed::kBad:
      return "bad";
    case Parsed::kTooFine:
      return "too fine";
    case Parsed::kTooLarge:
      return "too large";
  }
  return "?";
}

std::string When(std::string_view text, const DateFormats& formats = {}) {
  int64_t seconds = 0;
  switch (formats.Parse(text, seconds)) {
    case Parsed::kValue:
      return FormatTime(seconds);
    case Parsed::kNull:
      return "null";
    case Parsed::kBad:
      return "bad";
    case Parsed::kTooFine:
      return "too fine";
    case Parsed::kTooLarge:
      return "too large";
  }
  return "?";
}

std::string When(std::string_view text, std::vector<std::string> formats) {
  Result<DateFormats> compiled = DateFormats::Compile(formats);
  return compiled ? When(text, *compiled) : compiled.error().message;
}

TEST(ConvertTest, NumbersAreExact) {
  EXPECT_EQ(Number("0"), "0");
  EXPECT_EQ(Number("12.5"), "1250");
  EXPECT_EQ(Number("-12.50"), "-1250");
  EXPECT_EQ(Number("+.05"), "5");
  EXPECT_EQ(Number("7."), "700");
  EXPECT_EQ(Number("0.10000000000000000000"), "10");
  EXPECT_EQ(Number("000000000000000000000012"), "1200");
  EXPECT_EQ(Number("9999999999999999.99"), "999999999999999999");
  EXPECT_EQ(Number("10000000000000000.00"), "too large");
  EXPECT_EQ(Number("999999999999999999999999"), "too large");
  EXPECT_EQ(Number("1.23456", {.scale = 6}), "1234560");
  EXPECT_EQ(Number("12", {.scale = 0}), "12");
  EXPECT_EQ(Number("1.5e3"), "150000");
  EXPECT_EQ(Number("1E-2"), "1");
  EXPECT_EQ(Number("0e99"), "0");
}

TEST(ConvertTest, PartsOfAFenAreRefusedUnlessRoundingIsDeclared) {
  EXPECT_EQ(Number("12.345"), "too fine");
  EXPECT_EQ(Number("1E-3"), "too fine");
  EXPECT_EQ(Number("12.345", {.round = true}), "1235");
  EXPECT_EQ(Number("-12.345", {.round = true}), "-1235");
  EXPECT_EQ(Number("12.3449", {.round = true}), "1234");
}

TEST(ConvertTest, ThousandSeparatorsOnlyWhenDeclared) {
  EXPECT_EQ(Number("1,234.50"), "bad");
  EXPECT_EQ(Number("1,234.50", {.thousands = true}), "123450");
}

TEST(ConvertTest, WhatIsNoNumber) {
  for (std::string_view text :
       {"", "-", ".", "1.2.3", "12a", "a12", "1e", "1e+", "--1", "1 2", "0x10", "NaN", "inf", "１"}) {
    EXPECT_EQ(Number(text), "bad") << text;
  }
}

TEST(ConvertTest, DatesOfManyForms) {
  for (std::string_view text : {"2024-03-05", "2024/3/5", "2024.3.5", "20240305", "2024年3月5日", "2024-03-05 00:00:00",
                                "2024/3/5 0:00", "20240305000000", "2024-03-05T00:00:00.000"}) {
    EXPECT_EQ(When(text), "2024-03-05 00:00:00") << text;
  }
  EXPECT_EQ(When("2024-03-05 08:15:30"), "2024-03-05 08:15:30");
  EXPECT_EQ(When("2024/3/5 8:15"), "2024-03-05 08:15:00");
  EXPECT_EQ(When("2024-02-29"), "2024-02-29 00:00:00");
}

TEST(ConvertTest, DatesThatAreNone) {
  for (std::string_view text : {"2023-02-29", "2024-13-01", "2024-00-01", "2024-03-05 25:00:00", "1024-03-05"}) {
    EXPECT_EQ(When(text), "too large") << text;
  }
  for (std::string_view text : {"", "x", "2024", "05/03/2024", "2024-03-05 08", "2024-03-05x", "45292"}) {
    EXPECT_EQ(When(text), "bad") << text;
  }
  EXPECT_EQ(When("9999-12-31 23:59:59"), "null");
  EXPECT_EQ(When("0001-01-01"), "null");
}

TEST(ConvertTest, DeclaredFormats) {
  EXPECT_EQ(When("05/03/2024", {"dd/MM/yyyy"}), "2024-03-05 00:00:00");
  EXPECT_EQ(When("05/03/2024", {"MM/dd/yyyy"}), "2024-05-03 00:00:00");
  EXPECT_EQ(When("5/3/2024 8:05", {"yyyy-MM-dd", "d/M/yyyy H:mm"}), "2024-03-05 08:05:00");
  EXPECT_EQ(When("05-MAR-24", {"dd-MMM-yy"}), "2024-03-05 00:00:00");
  EXPECT_EQ(When("05-3月 -24", {"dd-MMM-yy"}), "2024-03-05 00:00:00");
  EXPECT_EQ(When("45356.5", {"excel"}), "2024-03-05 12:00:00");
  EXPECT_EQ(When("1709596800", {"unix"}), "2024-03-05 08:00:00");
  EXPECT_EQ(When("1709596800000", {"unix_ms"}), "2024-03-05 08:00:00");
  EXPECT_EQ(When("2024-03-05", {"dd/MM/yyyy"}), "bad");
  EXPECT_NE(When("x", {"hello"}).find("needs a year"), std::string::npos);
}

TEST(ConvertTest, Flags) {
  int64_t value = -1;
  EXPECT_EQ(ParseFlag("TRUE", value), Parsed::kValue);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(ParseFlag("否", value), Parsed::kValue);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(ParseFlag("2", value), Parsed::kBad);
}

TEST(ConvertTest, Utf8) {
  EXPECT_TRUE(IsUtf8("医保 abc 0123456789 😀"));
  EXPECT_EQ(FindBadUtf8("abc\xD2\xBD"),
            std::nullopt);  // two bytes of GB18030 can be a letter of UTF-8
  EXPECT_EQ(FindBadUtf8("12345678\xB1\xA3"), 8U);
  EXPECT_EQ(FindBadUtf8("\xE5\x8C"), 0U);
  EXPECT_EQ(FindBadUtf8("\xC0\x80"), 0U);
  EXPECT_EQ(FindBadUtf8("\xED\xA0\x80"), 0U);
  EXPECT_EQ(FindBadUtf8("\xF5\x80\x80\x80"), 0U);
  EXPECT_EQ(Printable("a\xB1\n\x01"), "a\\xB1\\n\\x01");
  EXPECT_EQ(Printable("医保医保", 7), "医保...");
}

}  // namespace
}  // namespace yijian::intake
