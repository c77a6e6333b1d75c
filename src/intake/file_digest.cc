#include "intake/file_digest.h"

#include <openssl/evp.h>

#include "base/result.h"

namespace yijian::intake {

struct FileDigest::Impl {
  Impl() : context(EVP_MD_CTX_new()) {
    CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { EVP_MD_CTX_free(context); }
  EVP_MD_CTX* context;
};

FileDigest::FileDigest() : impl_(std::make_unique<Impl>()) {}
FileDigest::~FileDigest() = default;
FileDigest::FileDigest(FileDigest&&) noexcept = default;
FileDigest& FileDigest::operator=(FileDigest&&) noexcept = default;

void FileDigest::Add(const char* bytes, size_t size) { CHECK(EVP_DigestUpdate(impl_->context, bytes, size) == 1); }

std::string FileDigest::Hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(impl_->context, digest, &size) == 1);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; i++) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace yijian::intake
