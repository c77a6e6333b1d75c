// A History as bytes and back: what a value of the timeline store is made of (docs/formats/timeline-store.md).
//
//   std::string value = Encode(first) + Encode(second);          // appended, as the merge operator does
//   History known = TRY(Decode(value));                          // = first, then second absorbed
//
// A value is a list of records, oldest first. Folded makes one record of many.
// Errors:  kIo when bytes are cut off or no record: a damaged store. Never reads beyond them, whatever they say.
// Threads: stateless.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "realtime/history.h"

namespace yijian::realtime {

std::string Encode(const History& history);
Result<History> Decode(std::string_view value);

// How many records a value holds; 0 when it is damaged.
size_t CountRecords(std::string_view value);

}  // namespace yijian::realtime
