// Where an audit's processor time goes: to loading, and to each rule.
//
//   std::vector<PartTime> parts = TRY(TimeRules(lake, rules, 3));       // dearest first
//
// Each bucket is loaded once and evaluated `times` times; of the times the least counts, so that what else runs on the
// machine matters little.
//
// Errors:  those of the lake and the packs.
// Threads: one; processor time is that of the calling thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace yijian::bench {

struct PartTime {
  std::string part;  // a rule's id, "load", or "index and the rest"
  double cpu = 0;
  int64_t findings = 0;
};

Result<std::vector<PartTime>> TimeRules(const std::string& lake, const std::vector<std::string>& rules, int times);

}  // namespace yijian::bench
