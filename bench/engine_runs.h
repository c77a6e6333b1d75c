// What is measured of the engine, and the floor under it. Each call is one process (measure.h).
//
// Threads: two, like everything else in the comparison.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "measure.h"
#include "program/rule.h"

namespace yijian::bench {

inline constexpr int kThreads = 2;

struct EngineRun {
  double seconds = 0;  // RunAudit whole: snapshot, binding, load, evaluate, attribute, write
  double cpu = 0;
  double load = 0;  // of both threads together
  double evaluate = 0;
  double write = 0;
  double rss_mib = 0;
  int64_t lines = 0;
  int64_t visits = 0;
  int64_t persons = 0;
  int64_t findings = 0;
  int64_t unknowns = 0;
  std::string run;
};

// Rule ids of a file like rules60.txt.
Result<std::vector<std::string>> ReadRuleList(const std::string& name);

// The packs without the rules that are not named; all of those named must be there.
Result<program::RuleSet> LoadChosen(const std::vector<std::string>& ids);

// Audits the lake with these rules, `times` times, each as if for the first; the fastest counts.
Result<EngineRun> RunEngine(const std::string& lake, const std::vector<std::string>& rules, int times);

struct Floor {
  double seconds = 0;
  int columns = 0;
};

// DuckDB reading the columns that the engine reads for these rules, and taking the largest of each.
Result<Floor> ScanColumns(const std::string& lake, const std::vector<std::string>& rules, int times);

}  // namespace yijian::bench
