// Snappy's block format, reading side.
//
// Errors:  bytes may be anything: false when they are not exactly `size` bytes, compressed. Never
// reads or writes beyond. Threads: no shared state.
#pragma once

#include <cstddef>
#include <string_view>

namespace yijian::lake {

// `out` has room for `size` bytes and kSnappySlack more, which may be written to.
inline constexpr size_t kSnappySlack = 64;
bool Unsnappy(std::string_view packed, char* out, size_t size);

}  // namespace yijian::lake
