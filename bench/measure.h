// One measurement, one process: its peak memory is its own, and no cache of another warms it.
//
//   Measured m = TRY(InChild([&]() -> Result<nlohmann::json> { ...; return {{"lines", 5}}; }));
//   m.said["lines"], m.rss_mib
//
// The work runs in a fork of the caller, who must not have started threads.
// Errors: those of the work; kInternal when the process died.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace yijian::bench {

struct Measured {
  nlohmann::json said;  // what the work returned
  double rss_mib = 0;   // at the peak
};

Result<Measured> InChild(const std::function<Result<nlohmann::json>()>& work);

double Seconds();     // on a steady clock
double CpuSeconds();  // of all threads of this process

}  // namespace yijian::bench
