#include "account/totp.h"

#include <liboath/oath.h>

#include <array>
#include <cstdlib>

#include "account/password.h"
#include "base/bytes.h"
#include "base/result.h"

namespace yijian::account {
namespace {

constexpr int64_t kStepSeconds = 30;
constexpr unsigned kDigits = 6;
constexpr size_t kSecretBytes = 20;

// liboath wants to be initialised once.
void NeedOath() {
  static const bool ready = oath_init() == OATH_OK;
  CHECK(ready);
}

}  // namespace

std::string NewTotpSecret() {
  NeedOath();
  std::string bytes = *BytesOfHex(RandomHex(kSecretBytes));
  char* text = nullptr;
  size_t length = 0;
  CHECK(oath_base32_encode(bytes.data(), bytes.size(), &text, &length) == OATH_OK);
  std::string secret(text, length);
  free(text);
  return secret;
}

std::string TotpUri(std::string_view secret, std::string_view login) {
  return "otpauth://totp/Yijian:" + std::string(login) + "?secret=" + std::string(secret) + "&issuer=Yijian";
}

std::optional<int64_t> TotpStep(const std::string& secret, const std::string& code, EpochMs now, int64_t last) {
  NeedOath();
  char* key = nullptr;
  size_t length = 0;
  if (oath_base32_decode(secret.c_str(), secret.size(), &key, &length) != OATH_OK) return std::nullopt;
  std::optional<int64_t> found;
  int64_t current = now / 1000 / kStepSeconds;
  for (int64_t step = current - 1; step <= current + 1; step++) {
    if (step <= last) continue;
    std::array<char, kDigits + 1> expected{};
    int made = oath_totp_generate(key, length, step * kStepSeconds, kStepSeconds, 0, kDigits, expected.data());
    if (made == OATH_OK && code == expected.data()) found = step;
  }
  free(key);
  return found;
}

}  // namespace yijian::account
