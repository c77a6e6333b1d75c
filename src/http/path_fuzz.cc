// Any request target: what is accepted has safe segments and survives being written and read again.
#include <cstdint>

#include "base/result.h"
#include "base/utf8.h"
#include "http/path.h"
#include "http/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yijian::http;
  auto target = ParseTarget({reinterpret_cast<const char*>(data), size});
  if (!target) return 0;
  std::string again;
  for (const std::string& segment : target->segments) {
    CHECK(!segment.empty() && segment != "." && segment != "..");
    CHECK(segment.find_first_of("/\\") == std::string::npos);
    CHECK(yijian::IsUtf8(segment) && !HasControl(segment, false));
    again += "/" + EncodePercent(segment);
  }
  if (target->trailing_slash || again.empty()) again += "/";
  auto same = ParseTarget(again);
  CHECK(same.has_value());
  CHECK(same->segments == target->segments);
  return 0;
}
