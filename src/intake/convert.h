// Texts of a source into values: numbers, dates, flags. Exact, and shy: what is not plainly a value
// is refused.
//
//   int64_t fen;
//   if (ParseDecimal("1234.50", {.scale = 2}, fen) != Parsed::kValue) ...
//   DateFormats formats = *DateFormats::Compile({"dd/MM/yyyy"});
//   formats.Parse("05/03/2024 08:15", seconds)
//
// Units:   numbers are integers in units of 10^-scale; times are local seconds since 1970, dates
// days. Threads: immutable; share freely.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::intake {

enum class Parsed : uint8_t {
  kValue,
  kNull,      // says that there is none: 9999-12-31
  kBad,       // not of this type at all
  kTooFine,   // digits beyond the scale that are not zero
  kTooLarge,  // outside what the lake can hold, or a year outside 1850..2150
};
// "is not a number", "has parts of a fen", ...: the end of a sentence that begins with the value.
std::string_view Complaint(Parsed parsed);

struct NumberFormat {
  int scale = 2;
  bool thousands = false;  // 1,234.50
  bool round = false;      // half up at `scale` instead of kTooFine
};

// Optional sign, digits, optional fraction, optional exponent. At most 18 digits in all.
Parsed ParseDecimal(std::string_view text, const NumberFormat& format, int64_t& value);

// 1 0, Y N, T F, true false, yes no, 是 否, in any case.
Parsed ParseFlag(std::string_view text, int64_t& value);

// What a mapping may say under `date:`. Letters: yyyy yy M MM MMM d dd H HH m mm s ss S (fraction,
// any length); all else is itself; `excel` day numbers, `unix` and `unix_ms` counts. M, d, H, m, s
// take one or two digits, their doubles exactly two. MMM is JAN..DEC or 1月..12月.
class DateFormats {
 public:
  // Without formats: yyyy-M-d, yyyy/M/d, yyyy.M.d, yyyyMMdd, yyyy年M月d日, each bare or with H:m,
  // H:m:s, H:m:s.S after a space or 'T', and yyyyMMddHHmmss.
  DateFormats() = default;
  static Result<DateFormats> Compile(std::span<const std::string> formats);

  Parsed Parse(std::string_view text, int64_t& seconds) const;

 private:
  enum class Kind : uint8_t { kPattern, kExcel, kUnix, kUnixMs };
  struct Format {
    Kind kind = Kind::kPattern;
    std::string pattern;
  };
  static bool Match(std::string_view pattern, std::string_view text, int64_t& seconds, bool& in_range);

  std::vector<Format> formats_;
};

// Not UTF-8, or with a NUL inside.
bool IsBadText(std::string_view text);
// Without ASCII blanks and NULs at either end.
std::string_view Trim(std::string_view text);
// For people: bad bytes as \xNN, cut after `size_max` bytes.
std::string Printable(std::string_view text, size_t size_max = 200);

}  // namespace yijian::intake
