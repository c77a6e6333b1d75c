// Digests: SHA-256 for files and packs (OpenSSL), and 64-bit keys for ids (XXH3, MD5).
//
// IdKeyOf is how the lake numbers national ids (docs/formats/lake.md); for many at once see intake/id_key.h.
// KeyOf is XXH3-64 of the text: stable for ever and on every machine, because finding ids are made of it. It is not
// secret and not a signature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian {

std::string Sha256Hex(std::string_view bytes);
// Streams the file; memory stays constant.
Result<std::string> Sha256HexOfFile(const std::string& path);
uint64_t KeyOf(std::string_view text);
int64_t IdKeyOf(std::string_view id);  // md5_number_lower(id) >> 1, never negative
std::string HexOf(uint64_t key);       // 16 lower-case digits

}  // namespace yijian
