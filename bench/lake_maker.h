// A lake of any size to measure with: a city's year in the shape of a real bureau's tables.
//
//   std::string dir = TRY(LakeDir("build/bench", 10));
//   Lake lake = TRY(MakeLake(dir, 10'000'000, tell));     // once; found again later
//
// Shape:   1.1 M persons to 98 M fee lines and 6 M visits; about 5,800 item codes, of which most
//          concern no rule; the rest, diagnoses and slips are drawn so that about one line in a
//          hundred is accused. What is drawn and how often: bench/lake/*.sql and menu.csv.
// Same in, same out: everything is a hash of a row's number and the seed.
// Memory:  one range of buckets at a time, about 2 M lines.
// Errors:  kIo, kLimit; a lake that was not finished is made anew.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace yijian::bench {

using Tell = std::function<void(const std::string& what)>;

// Where the lake of this size and recipe lies below `parent`: another recipe is another lake.
Result<std::string> LakeDir(const std::string& parent, double millions);

Result<lake::Lake> MakeLake(const std::string& dir, int64_t lines, const Tell& tell);

}  // namespace yijian::bench
