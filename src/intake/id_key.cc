#include "intake/id_key.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "base/result.h"
#include "lake/parquet_writer.h"

namespace yijian::intake {

using lake::kNullValue;

namespace {

static_assert(std::endian::native == std::endian::little);

// Four MD5 computations side by side; the compiler maps it to the machine's vectors.
using Lanes = uint32_t __attribute__((vector_size(16)));
constexpr size_t kLanes = 4;
constexpr size_t kOneBlockMax = 55;  // longer texts need a second block

// MD5's constants: floor(2^32 * abs(sin(i + 1))).
constexpr std::array<uint32_t, 64> kSines{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kTurns{{{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

struct State {
  Lanes a{0x67452301, 0x67452301, 0x67452301, 0x67452301};
  Lanes b{0xefcdab89, 0xefcdab89, 0xefcdab89, 0xefcdab89};
  Lanes c{0x98badcfe, 0x98badcfe, 0x98badcfe, 0x98badcfe};
  Lanes d{0x10325476, 0x10325476, 0x10325476, 0x10325476};
};

using Block = std::array<Lanes, 16>;

template <int kStep>
inline void Step(Lanes& a, Lanes& b, Lanes& c, Lanes& d, const Block& words) {
  constexpr int kRound = kStep / 16;
  constexpr int kWord = kRound == 0   ? kStep
                        : kRound == 1 ? (5 * kStep + 1) % 16
                        : kRound == 2 ? (3 * kStep + 5) % 16
                                      : (7 * kStep) % 16;
  constexpr int kTurn = kTurns[kRound][kStep % 4];
  Lanes f;
  if constexpr (kRound == 0) {
    f = d ^ (b & (c ^ d));
  } else if constexpr (kRound == 1) {
    f = c ^ (d & (b ^ c));
  } else if constexpr (kRound == 2) {
    f = b ^ c ^ d;
  } else {
    f = c ^ (b | ~d);
  }
  Lanes sum = a + f + kSines[kStep] + words[kWord];
  Lanes turned = b + ((sum << kTurn) | (sum >> (32 - kTurn)));
  a = d;
  d = c;
  c = b;
  b = turned;
}

template <int kStep>
inline void StepsFrom(Lanes& a, Lanes& b, Lanes& c, Lanes& d, const Block& words) {
  if constexpr (kStep < 64) {
    Step<kStep>(a, b, c, d, words);
    StepsFrom<kStep + 1>(a, b, c, d, words);
  }
}

void Add(State& state, const Block& words) {
  Lanes a = state.a, b = state.b, c = state.c, d = state.d;
  StepsFrom<0>(a, b, c, d, words);
  state.a += a;
  state.b += b;
  state.c += c;
  state.d += d;
}

int64_t KeyAt(const State& state, size_t lane) {
  return static_cast<int64_t>((static_cast<uint64_t>(state.d[lane]) << 32 | state.c[lane]) >> 1);
}

using Bytes = std::array<char, 64>;

void Put(const Bytes& bytes, size_t lane, Block& words) {
  std::array<uint32_t, 16> plain;
  std::memcpy(plain.data(), bytes.data(), 64);
  for (size_t i = 0; i < 16; i++) words[i][lane] = plain[i];
}

void PutLength(size_t size, Bytes& bytes) {
  uint64_t bits = static_cast<uint64_t>(size) * 8;
  std::memcpy(bytes.data() + 56, &bits, 8);
}

Bytes OneBlock(std::string_view text) {
  Bytes bytes{};
  std::memcpy(bytes.data(), text.data(), text.size());
  bytes[text.size()] = static_cast<char>(0x80);
  PutLength(text.size(), bytes);
  return bytes;
}

int64_t LongKey(std::string_view text) {
  State state;
  Block words{};
  size_t size = text.size();
  Bytes bytes;
  for (; text.size() >= 64; text.remove_prefix(64)) {
    std::memcpy(bytes.data(), text.data(), 64);
    Put(bytes, 0, words);
    Add(state, words);
  }
  bytes.fill(0);
  std::memcpy(bytes.data(), text.data(), text.size());
  bytes[text.size()] = static_cast<char>(0x80);
  if (text.size() > kOneBlockMax) {
    Put(bytes, 0, words);
    Add(state, words);
    bytes.fill(0);
  }
  PutLength(size, bytes);
  Put(bytes, 0, words);
  Add(state, words);
  return KeyAt(state, 0);
}

}  // namespace

int64_t KeyOfId(std::string_view id) { return LongKey(id); }

void KeysOfIds(std::span<const std::string_view> ids, std::span<int64_t> keys) {
  CHECK(ids.size() == keys.size());
  Block words{};
  std::array<size_t, kLanes> waiting{};
  size_t filled = 0;
  auto flush = [&] {
    State state;
    Add(state, words);
    for (size_t lane = 0; lane < filled; lane++) keys[waiting[lane]] = KeyAt(state, lane);
    filled = 0;
  };
  // A run's rows wait until their first one is computed.
  std::string_view last;
  size_t last_row = 0;
  for (size_t row = 0; row < ids.size(); row++) {
    std::string_view id = ids[row];
    if (id.data() == nullptr || (last.data() != nullptr && id == last)) continue;
    last = id;
    last_row = row;
    if (id.size() > kOneBlockMax) {
      keys[row] = LongKey(id);
      continue;
    }
    Put(OneBlock(id), filled, words);
    waiting[filled++] = row;
    if (filled == kLanes) flush();
  }
  flush();
  last = {};
  for (size_t row = 0; row < ids.size(); row++) {
    std::string_view id = ids[row];
    if (id.data() == nullptr) {
      keys[row] = kNullValue;
    } else if (last.data() != nullptr && id == last) {
      keys[row] = keys[last_row];
    } else {
      last = id;
      last_row = row;
    }
  }
}

}  // namespace yijian::intake
