// Passwords: argon2id, and what makes one acceptable.
//
//   std::string hash = HashPassword("correct horse");      // "$argon2id$v=19$m=19456,t=2,p=1$..."
//   bool same = PasswordIs(hash, "correct horse");
//
// Parameters: OWASP's minimum for argon2id (19 MiB, 2 passes, 1 lane); the hash names its own, so that they may change.
// Cost:    about 30 ms of a core: callers limit how often.
// Threads: pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian::account {

std::string HashPassword(std::string_view password);
bool PasswordIs(const std::string& hash, std::string_view password);
// Made with other parameters than today's: whoever has the password at hand makes it anew.
bool IsOldHash(std::string_view hash);
// The same work for a login that does not exist, so that its absence takes as long to tell.
void PretendToCheck(std::string_view password);

// 10 to 200 characters, not the login, not among the common ones, not one character only. kInvalidInput says which.
Status CheckPassword(std::string_view password, std::string_view login);

// Random texts: of letters and digits without look-alikes; of hexadecimal digits.
std::string RandomPassword();         // 16 characters, 95 bits
std::string RandomHex(size_t bytes);  // 2 digits a byte

}  // namespace yijian::account
