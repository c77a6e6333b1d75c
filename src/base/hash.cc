#include "base/hash.h"

#include <openssl/evp.h>
#define XXH_INLINE_ALL  // header only: nothing to link
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace yijian {
namespace {

using Digest = std::array<unsigned char, 32>;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // as below
    CHECK(context_ && kSha256 && EVP_DigestInit_ex(context_.get(), kSha256, nullptr) == 1);
  }
  void Add(const char* bytes, size_t size) { CHECK(EVP_DigestUpdate(context_.get(), bytes, size) == 1); }
  Digest Finish() {
    Digest digest{};
    unsigned length = 0;
    CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1 && length == digest.size());
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string Hex(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2);
  for (size_t i = 0; i < size; i++) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  Sha256 sha;
  sha.Add(bytes.data(), bytes.size());
  Digest digest = sha.Finish();
  return Hex(digest.data(), digest.size());
}

Result<std::string> Sha256HexOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return IoError("cannot open " + path + ": " + std::strerror(errno));
  Sha256 sha;
  std::vector<char> buffer(1 << 20);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    sha.Add(buffer.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) return IoError("cannot read " + path);
  Digest digest = sha.Finish();
  return Hex(digest.data(), digest.size());
}

uint64_t KeyOf(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

int64_t IdKeyOf(std::string_view id) {
  static EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);  // fetching costs more than the digest
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, 16> digest{};
  unsigned length = 0;
  CHECK(kMd5 && context && EVP_DigestInit_ex(context.get(), kMd5, nullptr) == 1 &&
        EVP_DigestUpdate(context.get(), id.data(), id.size()) == 1 &&
        EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1 && length == 16);
  uint64_t lower = 0;
  for (size_t i = 16; i-- > 8;) lower = lower << 8 | digest[i];
  return static_cast<int64_t>(lower >> 1);
}

std::string HexOf(uint64_t key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 0; i < text.size(); i++) text[i] = kDigits[key >> (60 - 4 * i) & 15];
  return text;
}

}  // namespace yijian
