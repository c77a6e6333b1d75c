// Runs another program over bytes: no shell, bounded in time, output and children.
//
//   std::string pdf = TRY(RunProgram({"weasyprint", "-", "-"}, html, {}));
//
// Errors:  kIo when it cannot start, fails (with the last words it said) or overruns its time; kLimit when it prints
// too much. Needs:   SIGPIPE ignored in this process: a program may stop listening before we have said all. Threads:
// from any; at most `kProgramsMax` run at once, others wait their turn.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian {

inline constexpr int kProgramsMax = 2;

struct ProgramLimits {
  std::chrono::seconds time{60};
  size_t output_bytes_max = 256u << 20;
};

// `arguments[0]` is looked up in PATH. Input goes to its standard input; its standard output comes back.
Result<std::string> RunProgram(const std::vector<std::string>& arguments, std::string_view input,
                               const ProgramLimits& limits);

}  // namespace yijian
