// Any text as a rule file, a parameter file, a table description and a case file: mistakes are told, nothing crashes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "pack/cases.h"
#include "pack/knowledge.h"
#include "pack/params.h"
#include "pack/rule_reader.h"
#include "timeline/story.h"

namespace {

using namespace yijian;

pack::PackContext Context() {
  using lang::Type;
  pack::PackContext context;
  context.tables["t"] = {"t", 1, {{"text", Type::kCode}, {"n", Type::kNumber}, {"m", Type::kMoney}}};
  context.tables["p"] = {"p", 2, {{"text", Type::kCode}}};
  context.params["n"] = {Type::kNumber, {{0, kMicro, {}}}};
  context.params["d"] = {Type::kDuration, {{0, kSecondsPerDay, {}}}};
  return context;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const pack::PackContext context = Context();
  std::string text(reinterpret_cast<const char*>(data), size);
  lang::Diagnostics diagnostics;
  std::optional<lang::YamlFile> file = lang::ReadYaml("fuzz.yaml", text, diagnostics);
  CHECK(file || !diagnostics.ok());
  if (file) {
    lang::Diagnostics found;
    std::optional<program::Rule> rule = pack::ReadRule(*file, context, found);
    CHECK(rule.has_value() == found.ok());
    if (rule) CHECK(!program::Dump(*rule).empty());
    pack::ReadParams(*file, found);
    pack::ReadTableSpec(*file, found);
    CHECK(found.Render().size() < (1u << 24));
  }
  pack::ParseCases("fuzz.cases", text, diagnostics);
  timeline::CodeBook codes;
  CHECK(timeline::ParseStory(text, codes).has_value() || true);
  return 0;
}
