// What every rule says, whatever its form: who it is, what it rests on, when and where it is in force, and its message.
//
// Internal to pack.
#pragma once

#include <string>
#include <vector>

#include "pack/keys.h"
#include "program/rule.h"

namespace yijian::pack {

void ReadHeader(const lang::YamlFile& file, Keys& keys, program::Rule& rule, lang::Diagnostics& diagnostics);
// Whether the rule's rows, lists and windows are known on the timeline of its subject.
void CheckSubject(const lang::YamlFile& file, const program::Rule& rule, lang::Diagnostics& diagnostics);
inline bool IsBinary(program::Form form) { return form >= program::Form::kPair; }
// Texts of the message; every {name} in them must be a fact or a name that all messages have.
void ReadMessage(const lang::YamlFile& file, Keys& keys, program::Rule& rule, lang::Diagnostics& diagnostics);

// Names of an enum of program, from its first value to `last`.
template <typename Enum>
std::vector<std::string> NamesOfEnum(Enum last) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); i++) names.emplace_back(program::NameOf(static_cast<Enum>(i)));
  return names;
}

}  // namespace yijian::pack
