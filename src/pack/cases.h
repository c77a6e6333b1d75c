// The cases that travel with a rule: small timelines, and what the rule must say about them.
//
//   CaseReport report = RunCases(library, diagnostics);
//   std::cout << report.Render();                         // 312 cases of 60 rules: 312 passed, 3 known misses
//   if (report.failed() > 0 || !diagnostics.ok()) ...
//
// P-007.cases lies beside P-007.yaml; its grammar is docs/rule-language.md, "Cases". Every case is run by both
// evaluators, which must agree to the last word.
//
// Errors:  diagnostics: lines that cannot be read (E401, with the nearest word), and rules that lack a case with a
// finding
//          or one with none (E207). A case that fails is no diagnostic but a result.
// Threads: one owner at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "lang/diagnostics.h"
#include "pack/load.h"

namespace yijian::pack {

struct ExpectedFinding {
  std::vector<std::string> rows;  // names of the charged rows
  std::optional<Fen> amount;      // nullopt: written '?', some amount is unknown
};

struct CaseLine {
  int line;
  std::string text;
};

struct Case {
  std::string name;
  bool todo = false;  // a known miss
  int line = 0;
  std::vector<CaseLine> story;
  std::vector<CaseLine> params;  // name=value
  std::vector<CaseLine> tables;  // NAME key=value ...
  bool expects_none = false;
  std::vector<ExpectedFinding> findings;
  std::vector<std::string> unknowns;  // reasons
};

// Cases with a mistake in their own lines are left out; the lines of the timeline are read when the case is run.
std::vector<Case> ParseCases(const std::string& file, std::string_view text, lang::Diagnostics& diagnostics);

enum class CaseOutcome {
  kPassed,
  kFailed,
  kMiss,    // a todo that still fails: known
  kMended,  // a todo that passes now: make it a case
};

struct CaseResult {
  std::string rule;
  std::string name;
  lang::Place place;
  CaseOutcome outcome = CaseOutcome::kPassed;
  std::string difference;  // of cases that did not pass: what was expected, what was found
};

struct CaseReport {
  std::vector<CaseResult> results;
  size_t rules = 0;

  size_t Count(CaseOutcome outcome) const;
  size_t failed() const { return Count(CaseOutcome::kFailed); }
  // Failures with their differences, known misses by name, and a line of sums.
  std::string Render() const;
};

// All rules, or those whose id is in `rules`.
CaseReport RunCases(const Library& library, lang::Diagnostics& diagnostics, const std::vector<std::string>& rules = {});

// One rule with the text of its cases.
std::vector<CaseResult> RunRuleCases(const Library& library, size_t rule, const std::string& file,
                                     std::string_view text, lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
