// params.yaml: dated values, each with the source that sets it.
//
//   Params params = ReadParams(file, diagnostics);
//   params.values.at("child_age_years").values[0].value      // 14 in millionths
//
// A value in quotes is a text, unless it is a duration ("15d", "6h", "30min"); one without is a number or a duration.
// Errors:  diagnostics; a parameter with a mistake is left out.
// Threads: values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lang/check.h"
#include "lang/yaml.h"

namespace yijian::pack {

// Beside each value of lang::Param, in the same order.
struct ParamSource {
  lang::Place place;
  std::vector<std::string> texts;  // as written
  std::vector<std::string> sources;
};

struct Params {
  std::map<std::string, lang::Param> values;
  std::map<std::string, ParamSource> sources;
};

Params ReadParams(const lang::YamlFile& file, lang::Diagnostics& diagnostics);

// A text as a parameter's value; the type tells whether it is a number, a duration or a text.
struct ParamText {
  lang::Type type;
  int64_t value = 0;
  std::string text;
};
ParamText ParseParam(const std::string& text, bool quoted);

}  // namespace yijian::pack
