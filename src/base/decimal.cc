#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace yijian {
namespace {

__extension__ using Wide = __int128;

Micro Saturate(Wide value) {
  return static_cast<Micro>(std::clamp<Wide>(value, -static_cast<Wide>(kMicroMax), kMicroMax));
}

Wide DivideRounded(Wide numerator, Wide denominator, Round round) {
  Wide quotient = numerator / denominator;
  if (round == Round::kDown) return quotient;
  Wide rest = numerator % denominator;
  Wide twice = rest < 0 ? -2 * rest : 2 * rest;
  if (twice < (denominator < 0 ? -denominator : denominator)) return quotient;
  return ((numerator < 0) == (denominator < 0)) ? quotient + 1 : quotient - 1;
}

}  // namespace

Micro AddSaturated(Micro left, Micro right) { return Saturate(static_cast<Wide>(left) + right); }

Micro MulWide(Micro left, Micro right, Round round) {
  return Saturate(DivideRounded(static_cast<Wide>(left) * right, kMicro, round));
}

Micro DivMicro(Micro left, Micro right, Round round) {
  return Saturate(DivideRounded(static_cast<Wide>(left) * kMicro, right, round));
}

Fen FenOf(Micro yuan, Round round) { return static_cast<Fen>(DivideRounded(yuan, kMicroPerFen, round)); }

std::optional<Micro> ParseMicro(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  Wide value = 0;
  int decimals = -1;  // before the point
  bool any = false;
  for (char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (decimals >= 6) {
      if (c != '0') return std::nullopt;
      continue;
    }
    value = value * 10 + (c - '0');
    if (decimals >= 0) decimals++;
    if (value > kMicroMax) return std::nullopt;
  }
  if (!any) return std::nullopt;
  for (int scale = std::max(decimals, 0); scale < 6; scale++) value *= 10;
  if (value > kMicroMax) return std::nullopt;
  return static_cast<Micro>(negative ? -value : value);
}

std::string FormatMicro(Micro value) {
  uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  std::string text = (value < 0 ? "-" : "") + std::to_string(magnitude / kMicro);
  auto fraction = static_cast<unsigned>(magnitude % kMicro);
  if (fraction == 0) return text;
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), ".%06u", fraction);
  text += digits.data();
  while (text.back() == '0') text.pop_back();
  return text;
}

std::string FormatFen(Fen value) {
  uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  std::array<char, 32> digits;
  size_t at = digits.size();
  int count = 0;
  do {
    digits[--at] = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
    if (++count == 2) digits[--at] = '.';
  } while (magnitude > 0 || count < 3);
  if (value < 0) digits[--at] = '-';
  return {digits.data() + at, digits.size() - at};
}

}  // namespace yijian
