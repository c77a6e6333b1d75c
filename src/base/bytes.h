// Bytes as text and back: hexadecimal and Base64 (RFC 4648, with padding).
//
//   HexOfBytes("\x0f\xa0")            // "0fa0"
//   BytesOfHex("0FA0")                // "\x0f\xa0"
//   BytesOfBase64("5Yy7")             // "医"
//
// Errors: what is not wholly of the alphabet, or is cut short, gives nullopt. Line breaks are no part of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yijian {

std::string HexOfBytes(std::string_view bytes);  // lower case
std::optional<std::string> BytesOfHex(std::string_view text);
std::string Base64Of(std::string_view bytes);
std::optional<std::string> BytesOfBase64(std::string_view text);

}  // namespace yijian
