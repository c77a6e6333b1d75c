#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace yijian {

std::optional<size_t> FindBadUtf8(std::string_view text) {
  size_t at = 0;
  const size_t size = text.size();
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto continues = [&](size_t i) { return i < size && (byte(i) & 0xC0) == 0x80; };
  while (at < size) {
    if (at + 8 <= size) {
      uint64_t word;
      std::memcpy(&word, text.data() + at, 8);
      if ((word & 0x8080808080808080U) == 0) {
        at += 8;
        continue;
      }
    }
    unsigned char lead = byte(at);
    if (lead < 0x80) {
      at++;
    } else if (lead >= 0xC2 && lead <= 0xDF && continues(at + 1)) {
      at += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF && continues(at + 1) && continues(at + 2) &&
               !(lead == 0xE0 && byte(at + 1) < 0xA0) && !(lead == 0xED && byte(at + 1) > 0x9F)) {
      at += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4 && continues(at + 1) && continues(at + 2) && continues(at + 3) &&
               !(lead == 0xF0 && byte(at + 1) < 0x90) && !(lead == 0xF4 && byte(at + 1) > 0x8F)) {
      at += 4;
    } else {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace yijian
