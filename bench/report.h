// What was measured, as a table on the terminal and in bench/RESULTS.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine_runs.h"
#include "intake_runs.h"
#include "sql_rules.h"

namespace yijian::bench {

struct SqlRule {
  double seconds = 0;
  Comparison compared;
};

// All there is to say about one lake.
struct SizeReport {
  EngineRun ten;
  EngineRun sixty;
  Floor floor;
  bool has_sql = false;
  double sql_seconds = 0;
  double sql_cpu = 0;
  double sql_rss_mib = 0;
  int64_t lines_accused = 0;
  std::map<std::string, SqlRule> sql;
};

// Processor, cores, memory, and how busy it is.
std::string DescribeMachine();

std::string Markdown(const std::string& machine, const std::vector<SizeReport>& sizes, const IntakeRun& intake);

}  // namespace yijian::bench
