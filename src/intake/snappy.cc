#include "intake/snappy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace yijian::intake {
namespace {

constexpr size_t kFragment = 1 << 16;  // copies reach back within one fragment: offsets fit 16 bits
constexpr int kHashBits = 13;

uint32_t Load32(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint64_t Load64(const char* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

char* Literal(const char* from, size_t size, char* out) {
  size_t n = size - 1;
  if (n < 60) {
    *out++ = static_cast<char>(n << 2);
  } else if (n < 256) {
    *out++ = static_cast<char>(60 << 2);
    *out++ = static_cast<char>(n);
  } else {
    *out++ = static_cast<char>(61 << 2);
    *out++ = static_cast<char>(n);
    *out++ = static_cast<char>(n >> 8);
  }
  std::memcpy(out, from, size);
  return out + size;
}

char* CopyUpTo64(size_t offset, size_t length, char* out) {
  if (length < 12 && offset < 2048) {
    *out++ = static_cast<char>(1 | ((length - 4) << 2) | ((offset >> 8) << 5));
    *out++ = static_cast<char>(offset);
    return out;
  }
  *out++ = static_cast<char>(2 | ((length - 1) << 2));
  *out++ = static_cast<char>(offset);
  *out++ = static_cast<char>(offset >> 8);
  return out;
}

char* Copy(size_t offset, size_t length, char* out) {
  while (length >= 68) {
    out = CopyUpTo64(offset, 64, out);
    length -= 64;
  }
  if (length > 64) {  // leave at least 4 for the last one
    out = CopyUpTo64(offset, 60, out);
    length -= 60;
  }
  return CopyUpTo64(offset, length, out);
}

size_t MatchLength(const char* a, const char* b, const char* b_end) {
  size_t length = 0;
  while (b + length + 8 <= b_end) {
    uint64_t differ = Load64(a + length) ^ Load64(b + length);
    if (differ != 0) return length + static_cast<size_t>(std::countr_zero(differ)) / 8;
    length += 8;
  }
  while (b + length < b_end && a[length] == b[length]) length++;
  return length;
}

char* Fragment(const char* begin, size_t size, char* out) {
  const char* end = begin + size;
  const char* literal = begin;
  if (size >= 16) {
    std::array<uint16_t, 1 << kHashBits> table{};
    const char* limit = end - 12;
    const char* at = begin + 1;
    uint32_t tries = 32;  // the longer nothing matches, the bigger the steps
    while (at < limit) {
      uint32_t word = Load32(at);
      uint16_t& slot = table[(word * 0x1e35a7bdU) >> (32 - kHashBits)];
      const char* candidate = begin + slot;
      slot = static_cast<uint16_t>(at - begin);
      if (Load32(candidate) != word || candidate >= at) {
        at += tries++ >> 5;
        continue;
      }
      if (literal < at) out = Literal(literal, static_cast<size_t>(at - literal), out);
      size_t length = 4 + MatchLength(candidate + 4, at + 4, end);
      out = Copy(static_cast<size_t>(at - candidate), length, out);
      at += length;
      literal = at;
      tries = 32;
    }
  }
  if (literal < end) out = Literal(literal, static_cast<size_t>(end - literal), out);
  return out;
}

}  // namespace

void AppendSnappy(std::string_view raw, std::string& packed) {
  size_t start = packed.size();
  packed.resize(start + 32 + raw.size() + raw.size() / 6);
  char* out = packed.data() + start;
  size_t size = raw.size();
  while (size >= 128) {
    *out++ = static_cast<char>(size | 128);
    size >>= 7;
  }
  *out++ = static_cast<char>(size);
  for (size_t at = 0; at < raw.size(); at += kFragment) {
    out = Fragment(raw.data() + at, std::min(kFragment, raw.size() - at), out);
  }
  packed.resize(static_cast<size_t>(out - packed.data()));
}

}  // namespace yijian::intake
