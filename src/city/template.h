// A rule's own case as a pattern for planting: its story, what is expected of it, and the weeks it can be moved by.
//
// A case is moved by whole weeks, so weekdays and hours stay. A move is taken only when it changes nothing that the
// rule could read: ages, months and years where the rule counts in them, what knowledge, parameters and the rule itself
// say on the day, and all of it lies in the city's time.
//
// Errors:  LoadTemplates: kInvalidInput when a case file cannot be read. A case that cannot be planted says why.
// Threads: values.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "city/lookup.h"
#include "city/resident.h"
#include "pack/cases.h"
#include "program/rule.h"
#include "timeline/story.h"

namespace yijian::city {

struct Template {
  size_t rule = 0;  // in RuleSet::rules
  std::string name;
  bool violation = false;
  timeline::Story story;
  std::shared_ptr<timeline::CodeBook> codes;
  std::vector<pack::ExpectedFinding> expected;
  std::vector<int> weeks;  // moves that change nothing
  std::string obstacle;    // why it cannot be planted; empty when it can

  const program::Rule& Of(const program::RuleSet& rules) const { return rules.rules[rule]; }
};

Result<std::vector<Template>> LoadTemplates(const program::RuleSet& rules, const Lookup& lookup, const Era& era);

// What a rule looks at, for planting.
struct Reads {
  program::FieldSet fields;
  std::set<std::string> tables;
  bool calendar_month = false;  // month_of, year_of: dates must not move
  bool whole_year = false;      // counts over the year or longer: nothing of the background may stand beside
  int reach_days = 0;           // how far apart rows may be and still belong together

  bool Field(timeline::Kind kind, std::string_view name) const;
};
Reads ReadsOf(const program::Rule& rule);

// Every time in the story: of rows, and of their time and date fields.
std::vector<Time> TimesOf(const timeline::Story& story);

}  // namespace yijian::city
