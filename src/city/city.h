// A synthetic city: the files a bureau would export, with violations planted of every rule, and the truth about them.
//
//   city::Options options{.persons = 20'000, .seed = 1, .to = "build/demo/city", .rules = {"rules/packs"}};
//   city::Summary summary = TRY(city::Build(options, [](const city::Progress& p) { ... }));
//
// Everything in it is made up, and README.txt in the folder says so. The folder then holds the registers, the five
// extract tables, trace codes and stock (national-interface.md part 8), UTF-8 CSV with a header, and truth.csv (see
// truth.h).
//
// Same options, same bytes: on every machine, with any number of threads. Persons are made one after another from
// counter-based chance, so memory does not grow with their number (but for the stock book: institutions x items).
//
// Files:   written to a temporary folder beside `to`, which is put in place of an older city when all is there. A
// folder
//          that is not empty and not a city is refused.
// Errors:  kInvalidInput for options out of range and rules with mistakes; kConflict for a foreign folder; kIo.
// Threads: Build uses its own threads; progress is called on the calling one.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"

namespace yijian::city {

struct Options {
  uint64_t persons = 20'000;
  uint64_t seed = 1;
  std::string to;
  std::string from = "2026-01-01";  // first day of a month; the newest knowledge is in force from 2026 on
  int months = 12;
  std::vector<std::string> rules;  // pack folders; empty = nothing is planted
  int threads = 0;                 // 0 = as the machine has
  uint64_t planted_per_rule = 0;   // 0 = max(3, persons / 2000)
};

struct FileSummary {
  std::string name;
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

struct Summary {
  uint64_t persons = 0;  // background and planted
  uint64_t planted_persons = 0;
  uint64_t visits = 0, stays = 0;
  uint64_t settlements = 0, refunds = 0;
  uint64_t lines = 0;
  Fen total = 0;  // net of refunds
  Fen fund = 0;
  Fen mean_settlement = 0;  // of those that are no refunds
  uint64_t rules = 0, rules_planted = 0;
  uint64_t violations = 0, lookalikes = 0, noise = 0;
  std::vector<std::string> unplanted;  // "M-001: why"
  std::vector<FileSummary> files;
  double seconds = 0;
};

struct Progress {
  uint64_t done = 0;  // persons
  uint64_t of = 0;
  uint64_t lines = 0;
};

Result<Summary> Build(const Options& options, const std::function<void(const Progress&)>& progress);

// A readable account, for the command line.
std::string Render(const Summary& summary);

}  // namespace yijian::city
