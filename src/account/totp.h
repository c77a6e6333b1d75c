// One-time codes (RFC 6238): 6 digits, 30 seconds, SHA-1, as the usual apps make them. By liboath.
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace yijian::account {

std::string NewTotpSecret();  // 160 bits in Base32
// For the app's QR code.
std::string TotpUri(std::string_view secret, std::string_view login);
// The time step whose code this is: now, the one before or the one after, and later than `last`, the last used: a code
// works once. nullopt: wrong, or used.
std::optional<int64_t> TotpStep(const std::string& secret, const std::string& code, EpochMs now, int64_t last);

}  // namespace yijian::account
