// One audit: every rule over every timeline of the lake, findings to Parquet, a summary to read.
//
//   AuditOptions options{.lake = dir, .from = jan_1};
//   AuditReport report = TRY(RunAudit(options, rules, progress));
//   std::cout << Print(report);
//
// Work:    ranges of buckets, in parallel, one worker per core; memory is bounded by `lines_per_unit` times workers.
// Same in, same out: the run's id is made of the rules' digest, the live batches and the filters; its files do not
// depend on
//          the number of threads. Running again changes nothing and says so.
// Crash:   a run is written aside and renamed into place; `findings/current` names it afterwards.
// Filters: findings are kept when their day lies in [from, until) and their institution matches; look-backs still see
// all. Errors:  kNotFound no lake; kConflict another writer; kInvalidInput a rule id that does not exist; kIo.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"
#include "program/rule.h"

namespace yijian::audit {

struct AuditOptions {
  std::string lake;
  std::optional<Date> from;
  std::optional<Date> until;
  std::string institution;             // code; empty = all
  std::vector<std::string> rules;      // ids; empty = all
  std::vector<std::string> pack_dirs;  // kept with the run, for replay
  int threads = 0;                     // 0 = all cores
  int64_t lines_per_unit = 1'000'000;
  bool plain = false;  // judge with the slow evaluator
};

struct Money {
  int64_t findings = 0;
  int64_t amount_unknown = 0;  // findings whose formula lacked a fact on some row
  Fen flagged = 0;             // sum of all claims
  Fen attributed = 0;          // every yuan once
  Fen fund = 0;                // the fund's share of the attributed
  int64_t fund_unknown = 0;    // findings whose fund share is not known

  void Add(const Money& other);
};

struct AuditReport {
  std::string run;
  int64_t lines = 0;
  int64_t visits = 0;
  int64_t persons = 0;
  double seconds = 0;
  double load_seconds = 0;  // summed over workers
  double evaluate_seconds = 0;
  double write_seconds = 0;
  Money total;
  std::map<std::string, Money> by_rule;
  std::map<std::string, Money> by_institution;                    // code
  std::map<std::string, std::map<std::string, int64_t>> unknown;  // rule, reason: how many rows
  int64_t unknowns = 0;
  // Against the run in force before.
  int64_t added = 0;
  int64_t gone = 0;
  int64_t same = 0;
  bool first = true;
};

// Units done and all, lines done. Called from workers, one at a time.
using Progress = std::function<void(int64_t done, int64_t all, int64_t lines)>;

Result<AuditReport> RunAudit(const AuditOptions& options, const program::RuleSet& rules, const Progress& progress);

// Tables for people. `rules` gives names; institutions are named from the lake's dictionary where known.
std::string Print(const AuditReport& report, const program::RuleSet& rules,
                  const std::map<std::string, std::string>& institution_names, bool english);

}  // namespace yijian::audit
