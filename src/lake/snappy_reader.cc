#include "lake/snappy_reader.h"

#include <cstdint>
#include <cstring>

namespace yijian::lake {
namespace {

// Pages of numbers are long rows of tiny pieces, so pieces are copied as one or a few moves of
// fixed size. What that writes too much lies in the slack or is overwritten by the next piece.
constexpr size_t kShort = 16;
static_assert(kSnappySlack >= 64);

void Copy8(const char* from, char* to) {
  uint64_t word;
  std::memcpy(&word, from, 8);
  std::memcpy(to, &word, 8);
}

void Copy16(const char* from, char* to) { std::memcpy(to, from, 16); }

// length <= 64. Bytes that lie `offset` behind, again and again when they overlap.
void CopyBack(char* to, size_t offset, size_t length) {
  const char* from = to - offset;
  if (offset >= 16) {
    for (size_t i = 0; i < length; i += 16) Copy16(from + i, to + i);
    return;
  }
  char* end = to + length;
  while (to - from < 8) {  // a short pattern doubles until it fills a word
    if (to >= end) return;
    Copy8(from, to);
    to += to - from;
  }
  for (; to < end; to += 8, from += 8) Copy8(from, to);
}

uint32_t LoadUpTo4(const char* at, size_t left) {
  uint32_t value = 0;
  std::memcpy(&value, at, left < 4 ? left : 4);
  return value;
}

bool ReadSize(const char** at, const char* end, uint64_t* size) {
  *size = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (*at == end) return false;
    auto byte = static_cast<unsigned char>(*(*at)++);
    *size |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

}  // namespace

bool Unsnappy(std::string_view packed, char* out, size_t size) {
  const char* at = packed.data();
  const char* const end = at + packed.size();
  uint64_t promised;
  if (!ReadSize(&at, end, &promised) || promised != size) return false;
  char* to = out;
  char* const to_end = out + size;
  while (at < end) {
    const unsigned tag = static_cast<unsigned char>(*at++);
    const auto left = static_cast<size_t>(end - at);
    const auto room = static_cast<size_t>(to_end - to);
    size_t length = (tag >> 2) + 1;
    if ((tag & 3) == 0) {  // literal
      if (length <= kShort && left >= kShort && length <= room) [[likely]] {
        Copy16(at, to);
        at += length;
        to += length;
        continue;
      }
      if (length > 60) {
        const size_t extra = length - 60;
        if (left < extra) return false;
        length = size_t{LoadUpTo4(at, left) & (0xffffffffu >> (8 * (4 - extra)))} + 1;
        at += extra;
      }
      if (length > static_cast<size_t>(end - at) || length > room) return false;
      std::memcpy(to, at, length);
      at += length;
      to += length;
      continue;
    }
    uint32_t word;
    if (left >= 4) [[likely]] {
      std::memcpy(&word, at, 4);
    } else {
      word = LoadUpTo4(at, left);
    }
    size_t offset, width;
    if ((tag & 3) == 1) {
      offset = (tag >> 5) << 8 | (word & 0xff);
      length = ((tag >> 2) & 7) + 4;
      width = 1;
    } else if ((tag & 3) == 2) {
      offset = word & 0xffff;
      width = 2;
    } else {
      offset = word;
      width = 4;
    }
    if (width > left || offset == 0 || offset > static_cast<size_t>(to - out) || length > room) return false;
    at += width;
    CopyBack(to, offset, length);
    to += length;
  }
  return to == to_end;
}

}  // namespace yijian::lake
