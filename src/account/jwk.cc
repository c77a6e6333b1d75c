#include "account/jwk.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/bytes.h"

namespace yijian::account {
namespace {

using nlohmann::json;

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr size_t kRsaBitsMin = 2048;
constexpr size_t kEcBytes = 32;  // of a coordinate on P-256

std::optional<std::string> BytesOf(const json& jwk, const char* name) {
  auto found = jwk.find(name);
  if (found == jwk.end() || !found->is_string()) return std::nullopt;
  std::string text = found->get<std::string>();
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return BytesOfBase64(text);
}

std::string TextOf(const json& jwk, const char* name) {
  auto found = jwk.find(name);
  return found != jwk.end() && found->is_string() ? found->get<std::string>() : "";
}

Number NumberOf(const std::string& bytes) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

std::optional<std::string> PemOf(const char* kind, OSSL_PARAM_BLD* builder) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return std::nullopt;
  }
  Key key(made);
  Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || PEM_write_bio_PUBKEY(memory.get(), key.get()) != 1) return std::nullopt;
  char* text = nullptr;
  long length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<size_t>(length));
}

std::optional<std::string> RsaPem(const json& jwk) {
  std::optional<std::string> modulus = BytesOf(jwk, "n");
  std::optional<std::string> exponent = BytesOf(jwk, "e");
  if (!modulus || !exponent || modulus->size() > 2048 || exponent->size() > 8) return std::nullopt;
  Number n = NumberOf(*modulus);
  Number e = NumberOf(*exponent);
  if (!n || !e || static_cast<size_t>(BN_num_bits(n.get())) < kRsaBitsMin) return std::nullopt;
  Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return std::nullopt;
  }
  return PemOf("RSA", builder.get());
}

std::optional<std::string> EcPem(const json& jwk) {
  std::optional<std::string> x = BytesOf(jwk, "x");
  std::optional<std::string> y = BytesOf(jwk, "y");
  if (TextOf(jwk, "crv") != "P-256" || !x || !y || x->size() != kEcBytes || y->size() != kEcBytes) return std::nullopt;
  std::string point = "\x04" + *x + *y;
  Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return std::nullopt;
  }
  return PemOf("EC", builder.get());
}

}  // namespace

Result<std::map<std::string, std::string>> PemsOfJwks(std::string_view text) {
  json set = json::parse(text, nullptr, false);
  if (!set.is_object() || !set.contains("keys") || !set["keys"].is_array())
    return IoError("the identity provider's keys are no JWK set");
  std::map<std::string, std::string> pems;
  for (const json& jwk : set["keys"]) {
    if (!jwk.is_object()) continue;
    std::string use = TextOf(jwk, "use");
    if (!use.empty() && use != "sig") continue;
    std::string kind = TextOf(jwk, "kty");
    std::string algorithm = kind == "RSA" ? "RS256" : kind == "EC" ? "ES256" : "";
    std::string stated = TextOf(jwk, "alg");
    if (algorithm.empty() || (!stated.empty() && stated != algorithm)) continue;
    std::optional<std::string> pem = kind == "RSA" ? RsaPem(jwk) : EcPem(jwk);
    if (pem) pems[TextOf(jwk, "kid") + " " + algorithm] = *pem;
  }
  return pems;
}

std::string Base64UrlOf(std::string_view bytes) {
  std::string text = Base64Of(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace yijian::account
