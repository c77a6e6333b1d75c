// Throws rows of a side out before they are looked at one by one: those whose key no table holds, whose person or whose
// visit already makes a conjunct false.
//
// A false decides '&&' wherever it stands, so nothing is lost, and reasons stay those of the sieve.
//
// Internal to eval.
#pragma once

#include <optional>
#include <vector>

#include "eval/vectors.h"

namespace yijian::eval {

// What is left of `candidates` (null: of all rows of the kind), ascending; `persons`: only their rows matter, null:
// everybody's. Nullopt when there is nothing to ask. All rows of the kind have a time.
std::optional<std::vector<uint32_t>> Prefiltered(const Bound& bound, const BoundRule& rule, const BoundSide& side,
                                                 uint8_t slot, const Bucket& bucket,
                                                 const std::vector<uint32_t>* candidates,
                                                 const std::vector<uint32_t>* persons);

}  // namespace yijian::eval
