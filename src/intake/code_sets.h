// The dictionaries of codes (rules/dictionaries/*.csv) as sets.
//
//   CodeSets sets(dir, mapping);
//   const CodeSet& set = sets.Get("med_type+med_type_regional");
//   if (!set.error.empty()) ... else set.codes.contains("21")
//
// A mapping may add a site's own codes, or turn a set off.
// Threads: owned by one thread; sets it gave out stay where they are and are immutable.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "intake/mapping.h"

namespace yijian::intake {

struct CodeSet {
  std::set<std::string, std::less<>> codes;
  std::string error;  // why it cannot be used
  bool off = false;   // the mapping says so
};

class CodeSets {
 public:
  CodeSets(std::string dir, const Mapping& mapping) : dir_(std::move(dir)), mapping_(mapping) {}
  // Several names with '+' are one set.
  const CodeSet& Get(std::string_view names);

 private:
  CodeSet Load(std::string_view names) const;

  std::string dir_;
  const Mapping& mapping_;
  std::map<std::string, CodeSet, std::less<>> sets_;
};

}  // namespace yijian::intake
