#include "base/utf8.h"

#include <cstdint>

namespace yijian {

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) {
      at++;
      continue;
    }
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || text.size() - at <= more) return false;
    uint32_t code = first & (0x3Fu >> more);
    for (size_t i = 1; i <= more; i++) {
      auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3Fu);
    }
    bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    at += more + 1;
  }
  return true;
}

}  // namespace yijian
