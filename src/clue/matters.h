// What clues can be about: rules/matters.csv, read once at start.
//
//   Matters matters = TRY(Matters::Load("rules/matters.csv"));
//   const Matter& matter = matters.OfRule("P-025a");           // charging; `other` for a rule it does not know
//   GroupOf(matter, subject_of_the_finding)                     // whose clue it becomes
//
// Errors: kIo, kInvalidInput with file and row: a rule twice, a kind of subject that does not exist. Threads: const.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::clue {

struct Matter {
  std::string code;
  std::string zh;
  std::string en;
  std::string subject_kind;  // institution, doctor, person, code, group
  std::vector<std::string> articles;
  std::vector<std::string> rules;
};

class Matters {
 public:
  static Result<Matters> Load(const std::string& path);
  Matters();  // only `other`

  const std::vector<Matter>& all() const { return all_; }
  const Matter& OfRule(std::string_view rule) const;
  const Matter* Find(std::string_view code) const;

 private:
  std::vector<Matter> all_;  // `other` last: for rules of one's own, and clues from elsewhere
  std::map<std::string, size_t, std::less<>> by_rule_;
  std::map<std::string, size_t, std::less<>> by_code_;
};

struct Subject {
  std::string kind;
  std::string code;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};
// The matter's kind of subject where the finding has one, else the institution, else the finding's own.
Subject GroupOf(const Matter& matter, const Subject& finding, const std::string& institution);

}  // namespace yijian::clue
