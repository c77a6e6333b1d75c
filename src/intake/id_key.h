// The 63-bit keys of national ids, as docs/formats/lake.md fixes them: md5_number_lower(id) >> 1.
//
//   int64_t key = KeyOfId("330000000000012345");
//
// Any engine with MD5 can make the same keys; KeysOfIds makes them four at a time.
// Threads: no shared state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace yijian::intake {

int64_t KeyOfId(std::string_view id);
// keys[i] of ids[i]; kNullValue (parquet_writer.h) where ids[i].data() is null. Runs of equal ids
// cost one.
void KeysOfIds(std::span<const std::string_view> ids, std::span<int64_t> keys);

}  // namespace yijian::intake
