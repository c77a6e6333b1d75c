#include "account/password.h"

#include <argon2.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/bytes.h"

namespace yijian::account {
namespace {

constexpr uint32_t kPasses = 2;
constexpr uint32_t kMemoryKib = 19 * 1024;
constexpr uint32_t kLanes = 1;
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
constexpr size_t kCharactersMin = 10;
constexpr size_t kBytesMax = 800;

// Long enough for the rule and still the first that anybody tries.
constexpr std::array<std::string_view, 22> kCommon{
    "1234567890",    "0123456789",  "12345678910",  "1234567891",  "123456789a",   "password123",
    "password1234",  "passw0rd123", "qwertyuiop",   "qwerty12345", "1qaz2wsx3edc", "abc1234567",
    "administrator", "admin123456", "iloveyou123",  "0987654321",  "1122334455",   "9876543210",
    "woaini1314520", "yibao123456", "yijian123456", "abcdefghij"};

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string HashPassword(std::string_view password) {
  std::string salt = RandomBytes(kSaltBytes);
  std::vector<char> encoded(argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kHashBytes, Argon2_id));
  int made = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                   salt.size(), kHashBytes, encoded.data(), encoded.size());
  CHECK(made == ARGON2_OK);
  return std::string(encoded.data());
}

bool PasswordIs(const std::string& hash, std::string_view password) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool IsOldHash(std::string_view hash) {
  std::string today = "$argon2id$v=19$m=" + std::to_string(kMemoryKib) + ",t=" + std::to_string(kPasses) +
                      ",p=" + std::to_string(kLanes) + "$";
  return !hash.starts_with(today);
}

void PretendToCheck(std::string_view password) {
  static const std::string hash = HashPassword(RandomBytes(16));
  (void)PasswordIs(hash, password);
}

namespace {
Error Refused(const char* en, const char* zh) {
  Error error = InvalidInput(en);
  error.detail = std::make_shared<ErrorDetail>(ErrorDetail{.word = "fields", .zh = zh, .fields = {}});
  return error;
}
}  // namespace

Status CheckPassword(std::string_view password, std::string_view login) {
  size_t characters = Characters(password);
  if (characters < kCharactersMin || password.size() > kBytesMax)
    return Refused("10 to 200 characters expected", "10 至 200 个字符");
  std::string lower;
  for (char c : password) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == login) return Refused("the login is no password", "不能与登录名相同");
  if (std::ranges::find(kCommon, lower) != kCommon.end())
    return Refused("this one is among the first that anybody tries", "过于常见，请换一个");
  if (std::ranges::all_of(lower, [&](char c) { return c == lower[0]; }))
    return Refused("one character again and again", "不能是同一字符的重复");
  return {};
}

std::string RandomPassword() {
  constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+.=_#*@";
  static_assert(kAlphabet.size() == 64);
  std::string password;
  for (char byte : RandomBytes(16)) password += kAlphabet[static_cast<unsigned char>(byte) % kAlphabet.size()];
  return password;
}

std::string RandomHex(size_t bytes) { return HexOfBytes(RandomBytes(bytes)); }

}  // namespace yijian::account
