// How fast a bureau's files come into a lake, with every check, beside a bare reading of the largest.
//
// The files are those of a synthetic city (src/city): the five extract tables and the registers, 1.2 M fee lines in
// the national columns, made once below `parent`. The seconds are those of the whole batch; all its tables count in
// `rows`, fee lines alone in `lines`.
#pragma once

#include <string>

#include "base/result.h"
#include "engine_runs.h"

namespace yijian::bench {

struct IntakeRun {
  double seconds = 0;
  double cpu = 0;
  double rss_mib = 0;
  int64_t lines = 0;
  int64_t rows = 0;
  int64_t quarantined = 0;
  double csv_seconds = 0;  // SELECT count(*) FROM read_csv('FEE_LIST_D.csv')
};

Result<IntakeRun> RunIntake(const std::string& parent, int times);

}  // namespace yijian::bench
