// Findings of an audit run become suspects and clues, each yuan entered into the ledger.
//
//   ImportReport report = TRY(ImportRun(database, source, matters, weights, clock, {}));
//
// Idempotent: a finding is known by its id, so that the same run again changes nothing. New findings join the open clue
// of their subject and matter, or open one that names the earlier. What was attributed otherwise this time is adjusted.
// Findings that the run, within what it looked for, does not find any more are withdrawn and take their money out of
// the ledger; when their money was confirmed or decided already they are kept, and the clue's history says so. Crash:
// work is done in transactions of `batch` findings, each whole with its money and counters. What was killed is
//          seen as an import that is not done (LastImport), and the next one goes on where it stopped.
// Errors:  kConflict word "import_running": another import was alive within the last two minutes; those of the source.
// Memory:  about 50 bytes per finding.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "clue/matters.h"
#include "clue/rank.h"
#include "clue/source.h"
#include "ledger/report.h"
#include "store/database.h"

namespace yijian::clue {

struct ImportReport {
  std::string run;
  int64_t findings = 0;  // of the run
  int64_t added = 0;
  int64_t returned = 0;  // withdrawn before, found again; also in `added`
  int64_t changed = 0;   // attributed otherwise
  int64_t withdrawn = 0;
  int64_t kept = 0;  // gone or changed, but their money has moved on
  int64_t same = 0;
  int64_t clues_opened = 0;
};

struct ImportOptions {
  size_t batch = 4000;
  std::function<void(int64_t done, int64_t all)> progress;
};

Result<ImportReport> ImportRun(store::Database& database, FindingSource& source, const Matters& matters,
                               const RankWeights& weights, const Clock& clock, const ImportOptions& options);

struct ImportState {
  std::string run;
  bool done = false;
  EpochMs started_at = 0;
  std::optional<EpochMs> finished_at;
  int64_t findings = 0;
  int64_t done_findings = 0;
  std::string info_json;  // lines, visits, persons, from, until of the run
};
Result<std::optional<ImportState>> LastImport(store::Session& session);

// Whether every line of a live finding stands in the ledger with exactly what was attributed to it, and nothing else
// does. What does not, in words; empty: reconciled to the fen. Reads every line.
Result<std::vector<std::string>> VerifyFindings(store::Session& session);
// The same from running sums, for screens: attributed money of live findings, of these months.
Result<Fen> AttributedSum(store::Session& session, const std::vector<std::string>& areas,
                          const ledger::Months& months = {});

}  // namespace yijian::clue
