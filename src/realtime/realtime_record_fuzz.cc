// Bytes of a damaged store: they decode to a history or to an error, and a history goes there and back.

#include <cstdint>
#include <string_view>

#include "realtime/record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yijian::realtime;
  auto history = Decode(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!history) return 0;
  SortByTime(*history);
  auto again = Decode(Encode(*history));
  CHECK(again.has_value() && again->size() == history->size());
  return 0;
}
