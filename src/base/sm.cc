#include "base/sm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <vector>

#include "base/bytes.h"

namespace yijian {
namespace {

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Freer<T, kFree>>;

using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using Curve = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using ParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

constexpr size_t kNumberBytes = 32;
constexpr size_t kPointBytes = 65;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number NumberOf(std::string_view bytes) {
  return Number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// r and s as two numbers in DER: what OpenSSL signs with.
std::string DerOf(std::string_view raw) {
  std::string body;
  for (size_t at : {size_t{0}, kNumberBytes}) {
    std::string number(raw.substr(at, kNumberBytes));
    number.erase(0, std::min(number.find_first_not_of('\0'), number.size() - 1));
    if ((static_cast<unsigned char>(number[0]) & 0x80) != 0) number.insert(0, 1, '\0');
    body += '\x02';
    body += static_cast<char>(number.size());
    body += number;
  }
  return std::string("\x30") + static_cast<char>(body.size()) + body;
}

// The other way; empty when it is not the DER of two numbers of at most 32 bytes.
std::string RawOf(std::string_view der) {
  std::string raw;
  if (der.size() < 8 || der[0] != '\x30' || static_cast<size_t>(static_cast<unsigned char>(der[1])) + 2 != der.size())
    return {};
  der.remove_prefix(2);
  for (int i = 0; i < 2; i++) {
    if (der.size() < 3 || der[0] != '\x02') return {};
    size_t size = static_cast<unsigned char>(der[1]);
    if (size == 0 || size > kNumberBytes + 1 || der.size() < size + 2) return {};
    std::string number(der.substr(2, size));
    if (size == kNumberBytes + 1) {
      if (number[0] != '\0') return {};
      number.erase(0, 1);
    }
    raw += std::string(kNumberBytes - number.size(), '\0') + number;
    der.remove_prefix(size + 2);
  }
  return der.empty() ? raw : std::string();
}

Result<Key> MakeKey(std::string_view point, const BIGNUM* secret) {
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  bool built =
      builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  if (built && secret) built = OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1;
  Params params(built ? OSSL_PARAM_BLD_to_param(builder.get()) : nullptr);
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return InternalError("OpenSSL has no SM2");
  int selection = secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata(context.get(), &made, selection, params.get()) != 1)
    return InvalidInput("not a key of the SM2 curve");
  return Key(made);
}

}  // namespace

std::string Sm3(std::string_view bytes) {
  std::string digest(32, '\0');
  unsigned size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sm3(),
                   nullptr) == 1);
  CHECK(size == digest.size());
  return digest;
}

namespace {

Result<std::string> Crypt(bool encrypt, Sm4Mode mode, std::string_view key, std::string_view iv, std::string_view in) {
  if (key.size() != 16) return InvalidInput("an SM4 key has 16 bytes");
  if (mode == Sm4Mode::kCbc && iv.size() != 16) return InvalidInput("an SM4 iv has 16 bytes");
  if (in.size() > INT32_MAX / 2) return LimitReached("text too long for SM4");
  const EVP_CIPHER* cipher = mode == Sm4Mode::kEcb ? EVP_sm4_ecb() : EVP_sm4_cbc();
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context || EVP_CipherInit_ex(context.get(), cipher, nullptr, Bytes(key),
                                    mode == Sm4Mode::kEcb ? nullptr : Bytes(iv), encrypt ? 1 : 0) != 1)
    return InternalError("OpenSSL has no SM4");
  std::string out(in.size() + 32, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  int rest = 0;
  if (EVP_CipherUpdate(context.get(), to, &size, Bytes(in), static_cast<int>(in.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), to + size, &rest) != 1)
    return InvalidInput("not SM4 under this key");
  out.resize(static_cast<size_t>(size) + static_cast<size_t>(rest));
  return out;
}

}  // namespace

Result<std::string> Sm4Encrypt(Sm4Mode mode, std::string_view key, std::string_view iv, std::string_view plain) {
  return Crypt(true, mode, key, iv, plain);
}

Result<std::string> Sm4Decrypt(Sm4Mode mode, std::string_view key, std::string_view iv, std::string_view secret) {
  return Crypt(false, mode, key, iv, secret);
}

struct Sm2Key::Impl {
  Key key;
};

Result<Sm2Key> Sm2Key::FromPrivateHex(std::string_view hex) {
  std::optional<std::string> bytes = BytesOfHex(hex);
  if (!bytes || bytes->size() != kNumberBytes) return InvalidInput("an SM2 private key has 64 hexadecimal digits");
  Number secret = NumberOf(*bytes);
  Curve curve(EC_GROUP_new_by_curve_name(NID_sm2));
  Point point(curve ? EC_POINT_new(curve.get()) : nullptr);
  if (!secret || !point) return InternalError("OpenSSL has no SM2");
  if (BN_is_zero(secret.get()) || BN_cmp(secret.get(), EC_GROUP_get0_order(curve.get())) >= 0)
    return InvalidInput("an SM2 private key lies between 1 and the curve's order");
  std::string encoded(kPointBytes, '\0');
  if (EC_POINT_mul(curve.get(), point.get(), secret.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(encoded.data()), encoded.size(), nullptr) != kPointBytes)
    return InternalError("SM2 point multiplication failed");
  auto impl = std::make_shared<Impl>();
  impl->key = TRY(MakeKey(encoded, secret.get()));
  return Sm2Key(std::move(impl), HexOfBytes(encoded), HexOfBytes(*bytes));
}

Result<Sm2Key> Sm2Key::FromPublicHex(std::string_view hex) {
  std::optional<std::string> bytes = BytesOfHex(hex);
  if (bytes && bytes->size() == kPointBytes - 1) bytes->insert(0, 1, '\x04');
  if (!bytes || bytes->size() != kPointBytes || (*bytes)[0] != '\x04')
    return InvalidInput("an SM2 public key has 128 hexadecimal digits, or 130 that begin with 04");
  auto impl = std::make_shared<Impl>();
  impl->key = TRY(MakeKey(*bytes, nullptr));
  return Sm2Key(std::move(impl), HexOfBytes(*bytes), {});
}

Result<Sm2Key> Sm2Key::Generate() {
  Curve curve(EC_GROUP_new_by_curve_name(NID_sm2));
  Number secret(BN_new());
  if (!curve || !secret) return InternalError("OpenSSL has no SM2");
  do {
    if (BN_priv_rand_range(secret.get(), EC_GROUP_get0_order(curve.get())) != 1)
      return InternalError("no randomness for a key");
  } while (BN_is_zero(secret.get()));
  std::string bytes(kNumberBytes, '\0');
  CHECK(BN_bn2binpad(secret.get(), reinterpret_cast<unsigned char*>(bytes.data()), kNumberBytes) == kNumberBytes);
  return FromPrivateHex(HexOfBytes(bytes));
}

namespace {

// A context that signs or verifies with SM3 and the signer's id.
struct Signing {
  DigestContext digest{EVP_MD_CTX_new()};
  KeyContext key;

  bool Begin(EVP_PKEY* pkey, std::string_view id) {
    key.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
    if (!digest || !key) return false;
    EVP_MD_CTX_set_pkey_ctx(digest.get(), key.get());
    return EVP_PKEY_CTX_set1_id(key.get(), id.data(), id.size()) > 0;
  }
};

}  // namespace

Result<std::string> Sm2Key::Sign(std::string_view text, std::string_view id) const {
  if (!can_sign()) return InvalidInput("this SM2 key is public only: it cannot sign");
  Signing signing;
  size_t size = 0;
  std::string der(80, '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  bool signed_ = signing.Begin(impl_->key.get(), id) &&
                 EVP_DigestSignInit(signing.digest.get(), nullptr, EVP_sm3(), nullptr, impl_->key.get()) == 1 &&
                 EVP_DigestSign(signing.digest.get(), nullptr, &size, Bytes(text), text.size()) == 1 &&
                 size <= der.size() && EVP_DigestSign(signing.digest.get(), to, &size, Bytes(text), text.size()) == 1;
  if (!signed_) return InternalError("SM2 signing failed");
  std::string raw = RawOf(std::string_view(der).substr(0, size));
  if (raw.empty()) return InternalError("SM2 signing gave an unknown form");
  return raw;
}

bool Sm2Key::Verify(std::string_view text, std::string_view signature, std::string_view id) const {
  if (signature.size() != 2 * kNumberBytes && RawOf(signature).empty()) return false;
  std::string der = signature.size() == 2 * kNumberBytes ? DerOf(signature) : std::string(signature);
  Signing verifying;
  return verifying.Begin(impl_->key.get(), id) &&
         EVP_DigestVerifyInit(verifying.digest.get(), nullptr, EVP_sm3(), nullptr, impl_->key.get()) == 1 &&
         EVP_DigestVerify(verifying.digest.get(), Bytes(der), der.size(), Bytes(text), text.size()) == 1;
}

}  // namespace yijian
