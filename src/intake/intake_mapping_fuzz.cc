// Any text as a mapping: refused with diagnostics or accepted, never a crash; what is accepted can be tied to a file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "intake/binding.h"
#include "intake/mapping.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yijian::intake;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  yijian::lang::Diagnostics diagnostics;
  std::optional<Mapping> mapping = ParseMapping(text, "fuzz.yaml", diagnostics);
  CHECK(mapping.has_value() == diagnostics.ok());
  CHECK(mapping.has_value() || !diagnostics.Render().empty());
  if (!mapping) return 0;
  for (const SourceSpec& source : mapping->sources) {
    yijian::Result<std::vector<BoundFeed>> feeds =
        Bind(*mapping, source, {"mdtrt_id", "psn_no", "begntime", "a", "b", "c"}, "fuzz.csv");
    CHECK(feeds.has_value() || !feeds.error().message.empty());
  }
  return 0;
}
