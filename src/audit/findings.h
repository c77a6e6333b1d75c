// Findings of a run, for people: lists, exports, and one finding explained.
//
//   FindingPage page = TRY(ListFindings(lake, {.rule = "P-007"}, {.limit = 50}));
//   std::string text = TRY(ExplainFinding(lake, "5f0c...", {.english = false}));
//
// A finding that rests on a withdrawn batch is withdrawn with it: left out unless asked for.
// Personal data: subjects are masked unless the caller says otherwise.
// Errors:  kNotFound no run, no finding; kInvalidInput bad filter; kIo.
// Threads: stateless.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "lake/lake.h"

namespace yijian::audit {

struct FindingFilter {
  std::string run;  // empty = the run in force
  std::string rule;
  std::string rule_class;
  std::string severity;
  std::string institution;
  std::string subject;  // psn_no, doctor, ...
  std::string visit;
  std::optional<Date> from;
  std::optional<Date> until;
  Fen amount_min = 0;
  bool withdrawn = false;  // also those that rest on withdrawn batches
};

struct PageOptions {
  int64_t limit = 50;  // <= 0: all
  int64_t offset = 0;
  std::string sort = "amount";  // amount | time | rule | institution
  bool english = false;
  bool unmasked = false;
  bool with_lines = false;  // national serial numbers of the charged lines
};

struct FindingRow {
  std::string id;
  std::string rule;
  int rule_version = 0;
  std::string rule_class;
  std::string severity;
  std::string subject;
  std::string institution;
  std::string visit;
  std::string time;
  Fen amount = 0;
  Fen attributed = 0;
  std::optional<Fen> fund;
  std::string message;
  std::string lines;  // bkkp_sn;bkkp_sn
  bool withdrawn = false;
};

struct FindingPage {
  std::vector<FindingRow> rows;
  int64_t total = 0;  // that pass the filter
  Fen amount = 0;     // of all that pass
  Fen attributed = 0;
};

Result<FindingPage> ListFindings(const lake::Lake& lake, const FindingFilter& filter, const PageOptions& options);

// The columns of a row, in the order of exports; the first row of a CSV.
std::vector<std::string> FindingColumns(bool english);
std::vector<std::string> FindingCells(const FindingRow& row);

struct ExplainOptions {
  bool english = false;
  bool unmasked = false;
};
// `id` may be the first characters of an id, when only one finding begins with them.
Result<std::string> ExplainFinding(const lake::Lake& lake, const std::string& id, const ExplainOptions& options);

// First and last characters only: "3301************45".
std::string Mask(std::string_view id);

}  // namespace yijian::audit
