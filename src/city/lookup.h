// Knowledge tables asked by code and day, as the evaluators ask them: longest key, longest area, latest beginning.
//
//   Lookup lookup(rules);
//   const KnowledgeRow* row = lookup.Find("drug_age", {"ZA04CAE0023010100166"}, day, "500101");
//   lookup.Holds("drug_sex", code)        // some row of the table covers the code, in whatever time
//
// Owns:    indexes; the RuleSet outlives it.
// Threads: const; share freely.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/date.h"
#include "program/rule.h"

namespace yijian::city {

class Lookup {
 public:
  explicit Lookup(const program::RuleSet& rules);

  const program::KnowledgeRow* Find(const std::string& table, const std::vector<std::string_view>& codes, Date day,
                                    std::string_view area) const;
  // By the first key of tables with one key.
  bool Holds(const std::string& table, std::string_view code) const;
  // Names of the tables with one key that hold the code, of all rules.
  std::vector<std::string> TablesHolding(std::string_view code) const;
  // The highest price of a code at a level, of all tables of prices by (code, level); the lower of both days.
  std::optional<Micro> Ceiling(std::string_view code, std::string_view level, Date from, Date until) const;
  // A name the tables know for the code.
  std::string_view NameOf(std::string_view code) const;
  const program::RuleSet& rules() const { return rules_; }
  bool HasAreas(const std::string& table) const;

 private:
  struct Index {
    const program::KnowledgeTable* table;
    std::unordered_multimap<std::string_view, const program::KnowledgeRow*> by_key;
    size_t longest = 0;
    bool areas = false;
  };
  const Index* IndexOf(const std::string& table) const;

  const program::RuleSet& rules_;
  std::map<std::string, Index> indexes_;
};

}  // namespace yijian::city
