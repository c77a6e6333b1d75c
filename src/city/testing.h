// For tests: what a small city would look like once taken in, without taking it in.
//
// Reads the pages of the files back as a timeline, the way the intake does as far as the rules can tell: refund pairs
// are left out, a visit's sums are those of its live settlements.
#pragma once

#include <string>
#include <vector>

#include "city/export.h"
#include "city/score.h"
#include "program/rule.h"

namespace yijian::city {

// A table of a page: header and rows, read from CSV text with its header line.
struct PageTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  const std::string& Cell(size_t row, std::string_view column) const;
};
PageTable TableOf(const Pages& pages, File file);

// Runs all rules, of all subjects, over the pages.
std::vector<FoundRow> Audit(const Pages& pages, const program::RuleSet& rules);

}  // namespace yijian::city
