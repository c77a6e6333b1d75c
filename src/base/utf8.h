// Is this text UTF-8 (RFC 3629)? Overlong forms, surrogates and numbers above U+10FFFF are not.
//
//   if (!IsUtf8(name)) return InvalidInput("name: not UTF-8");
#pragma once

#include <string_view>

namespace yijian {

bool IsUtf8(std::string_view text);

}  // namespace yijian
