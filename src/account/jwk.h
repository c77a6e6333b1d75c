// Keys of an identity provider (RFC 7517): those we can verify with, as PEM.
//
// Threads: pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian::account {

// By "kid algorithm", algorithm RS256 or ES256; keys of other kinds, and those not for signatures, are left out.
// kIo: no set of keys, it is the provider who is wrong.
Result<std::map<std::string, std::string>> PemsOfJwks(std::string_view text);

std::string Base64UrlOf(std::string_view bytes);  // without padding

}  // namespace yijian::account
