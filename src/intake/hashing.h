// The two hashes by which rows are told apart. On disk (row_key, row_hash): never change them.
//
//   uint64_t value = HashOfText("330000000000012345");    // or HashOfNumber(250)
//   uint64_t key = ChainKey(ChainKey(KeySeed("fee_line"), value), other);
//   row_hash += FieldHash(column_salt, value);            // NULL adds nothing: a column more or
//   less that is empty
//                                                         // makes no difference
// Threads: pure functions.
#pragma once

#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace yijian::intake {

inline constexpr uint64_t kHashOfNull = 0x6E756C6C;

inline uint64_t MixHash(uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93U;
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93U;
  return value ^ (value >> 32);
}
inline uint64_t HashOfText(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }
inline uint64_t HashOfNumber(int64_t number) { return MixHash(static_cast<uint64_t>(number) + 0x9E3779B97F4A7C15U); }
inline uint64_t KeySeed(std::string_view table) { return HashOfText(table); }
inline uint64_t ChainKey(uint64_t chain, uint64_t value) { return MixHash(chain * 31 + value); }
inline uint64_t FieldHash(uint64_t column_salt, uint64_t value) { return MixHash(column_salt ^ value); }

}  // namespace yijian::intake
