// What codes of hospital levels and visit types are called, for messages: as the screens call them.
//
// The dictionaries are those of rules/dictionaries when this was built; a code they do not have has no name. Names of
// items, institutions and people are no matter of theirs: the lake's code book has them.
//
// Internal to eval.
#pragma once

#include <map>
#include <string>

#include "timeline/catalogue.h"

namespace yijian::eval {

struct CodeNames {
  std::map<std::string, std::string> zh;  // by code
  std::map<std::string, std::string> en;
};

// nullptr: the field has no such dictionary.
const CodeNames* CodeNamesOf(const timeline::FieldInfo& field);

}  // namespace yijian::eval
