// Fixed-point decimals: every number of the platform that is not a count of things is an int64 of millionths.
//
//   Micro price = *ParseMicro("12.50");            // 12500000
//   Micro amount = MulMicro(price, *ParseMicro("3"), Round::kHalfUp);
//   FormatMicro(amount)                            // "37.5"
//
// Units:  Micro = 1/1,000,000 (of a yuan, a pack, a session). Fen = 1/100 yuan. Never floating point.
// Range:  |value| < 9.2e12 units. Overflow of a product or sum saturates at kMicroMax: a sum of a city cannot wrap to a
//         small number.
// Errors: ParseMicro gives nullopt for anything that is not a plain decimal, has more than six decimals that are not
//         zero, or is out of range.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yijian {

using Micro = int64_t;
using Fen = int64_t;

inline constexpr Micro kMicro = 1'000'000;
inline constexpr Micro kMicroPerFen = 10'000;
inline constexpr Micro kMicroMax = INT64_C(9'000'000'000'000'000'000);

enum class Round { kHalfUp, kDown };  // half up: away from zero at exactly one half, as cashiers do

Micro AddSaturated(Micro left, Micro right);
Micro MulWide(Micro left, Micro right, Round round);

inline Micro AddMicro(Micro left, Micro right) {
  Micro sum = 0;
  if (!__builtin_add_overflow(left, right, &sum) && sum <= kMicroMax && sum >= -kMicroMax) return sum;
  return AddSaturated(left, right);
}

inline Micro SubtractMicro(Micro left, Micro right) {
  Micro difference = 0;
  bool fits = !__builtin_sub_overflow(left, right, &difference) && difference <= kMicroMax && difference >= -kMicroMax;
  return fits ? difference : (left > right ? kMicroMax : -kMicroMax);
}

// Nearly all products fit 64 bits, where dividing by a constant is a multiplication.
inline Micro MulMicro(Micro left, Micro right, Round round = Round::kHalfUp) {
  Micro product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return MulWide(left, right, round);
  Micro quotient = product / kMicro;
  if (round == Round::kDown) return quotient;
  Micro rest = product % kMicro;
  return quotient + (2 * rest >= kMicro ? 1 : 0) - (2 * rest <= -kMicro ? 1 : 0);
}

// Caller guarantees right != 0.
Micro DivMicro(Micro left, Micro right, Round round = Round::kHalfUp);
Fen FenOf(Micro yuan, Round round = Round::kHalfUp);

std::optional<Micro> ParseMicro(std::string_view text);
std::string FormatMicro(Micro value);  // shortest: 12.5, -3, 0.000001
std::string FormatFen(Fen value);      // two decimals: 12.50

}  // namespace yijian
