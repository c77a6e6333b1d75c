// Runs of the audit on disk: findings/<run>/ below the lake (docs/formats/lake.md).
//
// Written aside, renamed into place, then named in findings/current: readers see a run whole or not at all.
// Threads: Write may be called from several workers, each for its own unit; the rest from one.
// Errors:  kIo.
#pragma once

#include <string>

#include "audit/unit.h"
#include "lake/lake.h"

namespace yijian::audit {

class Archive {
 public:
  static Result<Archive> Begin(const lake::Lake& lake, const std::string& run);

  // One file each of findings, rows and unknowns; none for what is empty.
  Status Write(size_t unit, const Unit& content, const program::RuleSet& rules);

  // Compares with the run in force, keeps the rule packs, writes run.json and puts the run in force.
  Status Finish(AuditReport& report, const program::RuleSet& rules, const AuditOptions& options);

 private:
  Archive(lake::Lake lake, std::string run, std::string staging)
      : lake_(std::move(lake)), run_(std::move(run)), staging_(std::move(staging)) {}

  Status Compare(AuditReport& report) const;
  Status KeepPacks(const program::RuleSet& rules, const AuditOptions& options) const;

  lake::Lake lake_;
  std::string run_;
  std::string staging_;
};

}  // namespace yijian::audit
