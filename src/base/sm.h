// The national algorithms: SM2 signatures (GB/T 32918), SM3 digests (32905), SM4 encryption (32907), by OpenSSL.
//
//   Sm2Key key = TRY(Sm2Key::FromPrivateHex("3945208f..."));
//   std::string signature = TRY(key.Sign(body));               // 64 bytes: r, then s
//   bool genuine = key.Verify(body, signature);
//   std::string secret = TRY(Sm4Encrypt(Sm4Mode::kCbc, key16, iv16, body));
//
// SM2:     curve sm2p256v1, digest SM3, the signer's id "1234567812345678" unless told otherwise. A signature is r and
// s
//          of 32 bytes each; Verify also takes the DER form that some gateways send.
// SM4:     16-byte keys, PKCS#7 padding. ECB is what the interface's mobile gateways use; CBC takes a 16-byte iv.
// Errors:  kInvalidInput for keys, ivs and texts of a wrong form. A signature that is not genuine is `false`, no error.
// Threads: a key is immutable; share it freely.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian {

std::string Sm3(std::string_view bytes);  // 32 bytes

enum class Sm4Mode { kEcb, kCbc };
Result<std::string> Sm4Encrypt(Sm4Mode mode, std::string_view key, std::string_view iv, std::string_view plain);
// kInvalidInput also when the padding is not right: the key or the text is another one.
Result<std::string> Sm4Decrypt(Sm4Mode mode, std::string_view key, std::string_view iv, std::string_view secret);

inline constexpr std::string_view kSm2DefaultId = "1234567812345678";

class Sm2Key {
 public:
  // 64 hexadecimal digits; the public key is computed.
  static Result<Sm2Key> FromPrivateHex(std::string_view hex);
  // 128 digits (x, y), or 130 that begin with 04. Can verify only.
  static Result<Sm2Key> FromPublicHex(std::string_view hex);
  static Result<Sm2Key> Generate();

  bool can_sign() const { return !private_hex_.empty(); }
  const std::string& public_hex() const { return public_hex_; }  // 130 digits
  const std::string& private_hex() const { return private_hex_; }

  Result<std::string> Sign(std::string_view text, std::string_view id = kSm2DefaultId) const;
  bool Verify(std::string_view text, std::string_view signature, std::string_view id = kSm2DefaultId) const;

 private:
  struct Impl;
  Sm2Key(std::shared_ptr<const Impl> impl, std::string public_hex, std::string private_hex)
      : impl_(std::move(impl)), public_hex_(std::move(public_hex)), private_hex_(std::move(private_hex)) {}

  std::shared_ptr<const Impl> impl_;
  std::string public_hex_;
  std::string private_hex_;
};

}  // namespace yijian
