// Values of the evaluators: int64, with the unknowns and their reasons in the lowest numbers.
//
// kFalse and kTrue are the two certain answers of a condition; an unknown carries the number of its reason, so that
// "unknown, because person.birth" travels through arithmetic and logic without a second column.
// Logic is Kleene's: a false decides '&&', a true decides '||'; otherwise the leftmost unknown stays.
#pragma once

#include <cstdint>

#include "timeline/bucket.h"

namespace yijian::eval {

inline constexpr int64_t kFalse = 0;
inline constexpr int64_t kTrue = 1;
inline constexpr int64_t kUnknownLimit = timeline::kNull + 65536;

inline bool IsUnknown(int64_t value) { return value < kUnknownLimit; }
inline int64_t UnknownOf(uint16_t reason) { return timeline::kNull + reason; }
inline uint16_t ReasonOf(int64_t unknown) { return static_cast<uint16_t>(unknown - timeline::kNull); }

inline int64_t And(int64_t left, int64_t right) {
  if (left == kFalse || right == kFalse) return kFalse;
  return left == kTrue ? right : left;
}
inline int64_t Or(int64_t left, int64_t right) {
  if (left == kTrue || right == kTrue) return kTrue;
  return left == kFalse ? right : left;
}
inline int64_t Not(int64_t value) { return IsUnknown(value) ? value : 1 - value; }

}  // namespace yijian::eval
