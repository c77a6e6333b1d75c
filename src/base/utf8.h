// Is this text UTF-8 (RFC 3629)? Overlong forms, surrogates and numbers above U+10FFFF are not.
//
//   if (!IsUtf8(name)) return InvalidInput("name: not UTF-8");
#pragma once

#include <optional>
#include <string_view>

namespace yijian {

// Offset of the first byte that does not belong to well-formed UTF-8, nullopt when all is well.
std::optional<size_t> FindBadUtf8(std::string_view text);
inline bool IsUtf8(std::string_view text) { return !FindBadUtf8(text).has_value(); }

}  // namespace yijian
