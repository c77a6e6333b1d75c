// A timeline store out of a lake.
//
//   RebuildReport report = TRY(Rebuild({.lake = dir, .store = store_dir, .pack_dirs = {"rules/packs"}}, progress));
//
// What:    every person's timeline as the audit sees it, and those of doctors and trace codes that the packs' rules
// look at.
//          Only fields that the packs read are kept (all, with `all_fields`): a later pack that reads others needs a
//          new rebuild, and is told so by MissingFields.
// Uploads: what the store in place heard of visits that the lake does not have yet is carried over; so are hits told,
//          feedback, overrides, kept requests and receipts: a message sent before is not carried out anew.
// Crash:   built beside the store and put in its place by renaming; until then the old one stands.
// Errors:  kNotFound no lake; kConflict the store is in use; kInvalidInput mistakes in the packs; kIo.
// Threads: Rebuild uses its own; progress is called from them, one at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "realtime/store.h"
#include "realtime/version.h"

namespace yijian::realtime {

struct RebuildOptions {
  std::string lake;
  std::string store;
  std::vector<std::string> pack_dirs;
  bool all_fields = false;
  int threads = 0;                 // 0 = all cores
  std::optional<int> window_days;  // not given: as the rules need
  int64_t lines_per_unit = 500'000;
};

struct RebuildReport {
  int64_t persons = 0;
  int64_t lines = 0;
  int64_t doctors = 0;
  int64_t trace_codes = 0;
  int64_t carried_over = 0;  // persons with uploads that the lake lacks
  int64_t bytes = 0;         // of all timelines, as encoded
  int64_t disk_bytes = 0;
  int window_days = 0;  // 0: everything is kept
  double seconds = 0;
  double person_seconds = 0;  // of reading, encoding and writing persons alone
};

using RebuildProgress = std::function<void(int64_t units_done, int64_t units, int64_t lines)>;
Result<RebuildReport> Rebuild(const RebuildOptions& options, const RebuildProgress& progress = {});

// Fields that the version's rules read and the store does not keep of rows that came from the lake: "line.dose".
Result<std::vector<std::string>> MissingFields(const Store& store, const PackVersion& version);

}  // namespace yijian::realtime
