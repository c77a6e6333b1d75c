// Reads a YAML map key by key, and tells every mistake in it: missing keys, unknown keys, values of a wrong shape.
//
//   Keys keys(file, file.root, "a rule", diagnostics);
//   std::string id = keys.Text("rule");                       // required, one line of text
//   auto severity = keys.OneOf("severity", kSeverities);      // required, one of a list of names
//   if (const lang::Yaml* area = keys.Take("area")) ...             // optional
//   keys.End();                                               // what is left is unknown; suggests the nearest key
//
// Errors:  diagnostics; the values returned are then empty and the reading goes on.
// Threads: one owner at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "lang/diagnostics.h"
#include "lang/yaml.h"
#include "program/rule.h"

namespace yijian::pack {

class Keys {
 public:
  // `what` names the map in messages: "a rule", "side a". A node that is no map is reported once.
  Keys(const lang::YamlFile& file, const lang::Yaml& map, std::string what, lang::Diagnostics& diagnostics);

  const lang::Yaml* Take(std::string_view key);  // null when absent
  const lang::Yaml* Need(std::string_view key);  // the same, and absence is a mistake

  std::string Text(std::string_view key);  // required and not empty
  std::string TextOr(std::string_view key, std::string_view otherwise);
  std::vector<std::string> Texts(std::string_view key);  // required: a list of texts, at least one; or one text
  std::optional<size_t> OneOf(std::string_view key, std::span<const std::string> names);  // required
  std::optional<size_t> OneOfOr(std::string_view key, std::span<const std::string> names, size_t otherwise);
  int NumberOr(std::string_view key, int otherwise);  // whole, not negative
  bool FlagOr(std::string_view key, bool otherwise);
  std::optional<Date> Day(std::string_view key);    // optional
  program::Bilingual Both(std::string_view key);    // required: {zh, en}
  program::Bilingual BothOr(std::string_view key);  // optional

  bool Knows(std::string_view key) const;  // whether the key was asked for already
  void End();

  const lang::Yaml& map() const { return map_; }

 private:
  const lang::Yaml* Scalar(const lang::Yaml* node, std::string_view key);
  program::Bilingual ReadBoth(const lang::Yaml* node, std::string_view key);

  const lang::YamlFile& file_;
  const lang::Yaml& map_;
  std::string what_;
  lang::Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

// One of `names`, or E204 with the nearest.
std::optional<size_t> OneOf(const lang::YamlFile& file, const lang::Yaml& node, std::string_view key,
                            std::span<const std::string> names, lang::Diagnostics& diagnostics);
std::string DidYouMean(std::string_view word, std::span<const std::string> names);
std::string Join(std::span<const std::string> words, std::string_view between);
// A name that expressions can use: letters, digits and _, not beginning with a digit.
bool IsName(std::string_view text);
// The beginning of a six-digit division code; empty is everywhere.
bool IsArea(std::string_view text);

}  // namespace yijian::pack
