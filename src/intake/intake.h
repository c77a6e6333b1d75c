// Taking files into the lake.
//
//   Result<Report> report = TakeIn({.mapping = "mappings/centre-tables.yaml", .files =
//   {"MDTRT_D.csv", "fee_list_d=x.csv"},
//                                   .lake = "lake"}, [](const Progress& progress) {
//                                   bar.Show(progress); });
//   std::cout << PrintReport(*report);
//
// All or nothing: either one new batch is in the lake when TakeIn returns, or the lake is as it
// was; also when the process is
//          killed at any moment. A file whose content was taken in before with the same mapping is
//          left out; when that leaves nothing, no batch is made.
// Rows:    every row read is taken, quarantined, duplicate (the lake or the batch has it already,
// alike in every mapped field)
//          or filtered (the mapping's `where`). Counts, and sums of money to the fen, must agree
//          between what the texts of the source say and what the written files hold; otherwise
//          nothing is committed (kInternal).
// Memory:  bounded: about 100 MB and 200 MB for each thread, and the distinct codes of the batch.
// Errors:  kInvalidInput the mapping or a file is not as it must be; kConflict another writer is at
// work, or too many rows
//          contradict the lake; kIo, kLimit.
// Threads: one call at a time for a lake (it takes the lake's writer lock). `progress` is called
// from several threads, never
//          from two at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "intake/checks.h"

namespace yijian::intake {

struct Options {
  std::string mapping;
  std::vector<std::string> files;  // FILE, or SOURCE=FILE when the name does not tell
  std::string lake;
  std::string dictionaries = "rules/dictionaries";
  std::string created;  // "2025-03-06 08:15:30", for the manifest; empty: now
  int buckets = 64;     // of a lake that is made now
  int threads = 0;      // 0: one for each core
};

struct Progress {
  std::string_view stage;  // "reading", "keys", "writing", "checking"
  double done = 0;         // share of the stage, 0..1
  int64_t bytes = 0;
  int64_t bytes_total = 0;
  int64_t rows = 0;
  double seconds = 0;  // since the start
  double rows_per_second = 0;
  double seconds_left = 0;  // of the stage
};
using ProgressFn = std::function<void(const Progress&)>;

struct FileReport {
  std::string path;
  std::string source;
  std::string sha256;
  int64_t bytes = 0;
  int64_t rows = 0;
  std::string taken_as;  // the batch that has it already; empty: read now
  std::vector<std::string> unused_columns;
};

// Fen. read = taken + quarantined + duplicate + nulled.
struct MoneyReport {
  int64_t read = 0;
  int64_t taken = 0;
  int64_t quarantined = 0;
  int64_t duplicate = 0;
  int64_t nulled = 0;  // could not be kept, and the mapping says on_bad: null
};

struct TableReport {
  int64_t read = 0;
  int64_t taken = 0;
  int64_t quarantined = 0;
  int64_t duplicate = 0;
  int64_t filtered = 0;  // not among read
  int64_t dead = 0;      // taken, but one half of a refund
  std::string key;
  std::map<std::string, MoneyReport> money;
};

struct RefundReport {
  int64_t settlement_pairs = 0;
  int64_t line_groups = 0;
  int64_t partial = 0;
  int64_t without_original = 0;
  int64_t cancelled_in_lake = 0;  // rows of earlier batches
};

struct Report {
  std::string batch;  // empty: nothing changed
  std::string mapping;
  std::vector<FileReport> files;
  std::map<std::string, TableReport> tables;
  std::vector<CheckResult> checks;
  RefundReport refunds;
  int64_t new_codes = 0;
  int64_t rows = 0;
  double seconds = 0;
};

Result<Report> TakeIn(const Options& options, const ProgressFn& progress = {});

// For people: files, rows and money by table, checks that did not pass, refunds.
struct PrintOptions {
  bool english = false;
  bool all_checks = false;  // those that passed, too
};
std::string PrintReport(const Report& report, const PrintOptions& options = {});
// The same for machines; the part `checks` of a manifest.
std::string ReportJson(const Report& report);

// Writes the rows of a batch's quarantine as they were in their files, one CSV per source, with
// _file, _row, _field, _value and _reason behind their own columns; mended, they can be taken in as
// SOURCE=FILE. Records that could not be cut into fields go to <source>.uncut.txt. Returns the
// files written. kNotFound when the batch has no quarantine.
struct ExportedFile {
  std::string path;
  std::string source;
  int64_t rows = 0;
};
Result<std::vector<ExportedFile>> ExportQuarantine(const std::string& lake, const std::string& batch,
                                                   const std::string& dir);

}  // namespace yijian::intake
