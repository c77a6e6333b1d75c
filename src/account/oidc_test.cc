#include "account/oidc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <jwt/jwt.hpp>
#include <nlohmann/json.hpp>

#include "account/jwk.h"
#include "account/people.h"
#include "store/testing.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

using nlohmann::json;

// A provider's key, made for this test.
class TestKey {
 public:
  explicit TestKey(bool rsa) : rsa_(rsa), key_(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")) {
    CHECK(key_ != nullptr);
  }
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;
  ~TestKey() { EVP_PKEY_free(key_); }

  std::string Pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    CHECK(PEM_write_bio_PrivateKey(memory, key_, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* text = nullptr;
    long length = BIO_get_mem_data(memory, &text);
    std::string pem(text, static_cast<size_t>(length));
    BIO_free_all(memory);
    return pem;
  }
  json Jwk(const std::string& kid) const {
    if (rsa_) return {{"kty", "RSA"}, {"kid", kid}, {"use", "sig"}, {"n", Part("n")}, {"e", Part("e")}};
    return {{"kty", "EC"}, {"kid", kid}, {"crv", "P-256"}, {"x", Part("qx", 32)}, {"y", Part("qy", 32)}};
  }

 private:
  std::string Part(const char* name, int bytes_min = 0) const {
    BIGNUM* number = nullptr;
    CHECK(EVP_PKEY_get_bn_param(key_, name, &number) == 1);
    std::string bytes(static_cast<size_t>(std::max(BN_num_bytes(number), bytes_min)), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(number);
    return Base64UrlOf(bytes);
  }
  bool rsa_;
  EVP_PKEY* key_;
};

std::string ParamOf(const std::string& url, const std::string& name) {
  size_t at = url.find(name + "=");
  CHECK(at != std::string::npos);
  at += name.size() + 1;
  return url.substr(at, url.find('&', at) - at);
}

constexpr const char* kIssuer = "https://id.example";

std::vector<store::Migration> AllMigrations() {
  std::vector<store::Migration> all = trail::Migrations();
  for (store::Migration& migration : Migrations()) all.push_back(std::move(migration));
  return all;
}

class OidcTest : public store::BothDatabases {
 protected:
  OidcTest()
      : clock_(SystemClock().Now()),
        database_(Make(AllMigrations())),
        oidc_(*database_, clock_,
              {.issuer = kIssuer,
               .client = "yijian",
               .secret = "s&cret",
               .redirect = "https://yijian.example/api/session/oidc/callback"},
              [this](const Ask& ask) { return Answer(ask); }) {
    jwks_["keys"] = json::array({rsa_.Jwk("one"), ec_.Jwk("two")});
  }

  Result<std::string> Answer(const Ask& ask) {
    asked_.push_back(ask);
    if (ask.url.ends_with("/.well-known/openid-configuration")) return settings_.dump();
    if (ask.url.ends_with("/keys")) return jwks_.dump();
    return json{{"id_token", token_}}.dump();
  }

  json Claims(const std::string& nonce) const {
    int64_t now = clock_.Now() / 1000;
    return {{"iss", kIssuer}, {"aud", "yijian"}, {"sub", "wangmin@id"},
            {"nonce", nonce}, {"iat", now},      {"exp", now + 300}};
  }
  static std::string Signed(const json& claims, const TestKey& key, const char* algorithm, const std::string& kid) {
    std::string pem = key.Pem();
    jwt::jwt_object object{jwt::params::algorithm(algorithm), jwt::params::secret(pem)};
    for (auto it = claims.begin(); it != claims.end(); ++it) {
      if (it->is_string()) object.add_claim(it.key(), it->get<std::string>());
      if (it->is_number_integer()) object.add_claim(it.key(), it->get<int64_t>());
      if (it->is_array()) object.add_claim(it.key(), it->get<std::vector<std::string>>());
    }
    object.header().add_header("kid", kid);
    return object.signature();
  }

  // A whole sign-in; `twist` changes what the provider says.
  Result<OidcEnd> SignIn(const std::function<void(json&)>& twist = [](json&) {}) {
    OidcStart start = *oidc_.Start("/clues?view=mine");
    json claims = Claims(ParamOf(start.url, "nonce"));
    twist(claims);
    token_ = Signed(claims, rsa_, "RS256", "one");
    return oidc_.Finish(ParamOf(start.url, "state"), "code", start.browser);
  }
  static std::string WordOf(const Result<OidcEnd>& result) {
    if (result.has_value()) return "signed in";
    return result.error().detail ? result.error().detail->word : result.error().message;
  }

  FixedClock clock_;
  std::unique_ptr<store::Database> database_;
  TestKey rsa_{true};
  TestKey ec_{false};
  json settings_{{"issuer", kIssuer},
                 {"authorization_endpoint", "https://id.example/auth"},
                 {"token_endpoint", "https://id.example/token"},
                 {"jwks_uri", "https://id.example/keys"}};
  json jwks_;
  std::string token_;
  std::vector<Ask> asked_;
  Oidc oidc_;
};

TEST_P(OidcTest, TheProvidersWordIsTaken) {
  Result<OidcEnd> end = SignIn();
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(end->subject, "wangmin@id");
  EXPECT_EQ(end->back, "/clues?view=mine");
  const Ask& exchange = asked_[1];
  EXPECT_EQ(exchange.user, "yijian");
  EXPECT_EQ(exchange.password, "s%26cret");
  EXPECT_THAT(exchange.form, testing::HasSubstr("code_verifier="));
  // Settings and keys are kept.
  size_t asked = asked_.size();
  EXPECT_TRUE(SignIn().has_value());
  EXPECT_EQ(asked_.size(), asked + 1);
}

TEST_P(OidcTest, EllipticKeysToo) {
  OidcStart start = *oidc_.Start("/");
  token_ = Signed(Claims(ParamOf(start.url, "nonce")), ec_, "ES256", "two");
  EXPECT_EQ(WordOf(oidc_.Finish(ParamOf(start.url, "state"), "code", start.browser)), "signed in");
}

TEST_P(OidcTest, StateBelongsToOneBrowserAndWorksOnce) {
  OidcStart start = *oidc_.Start("/");
  OidcStart other = *oidc_.Start("/");
  std::string state = ParamOf(start.url, "state");
  token_ = Signed(Claims(ParamOf(start.url, "nonce")), rsa_, "RS256", "one");
  EXPECT_EQ(WordOf(oidc_.Finish("made up", "code", start.browser)), "oidc_refused");
  EXPECT_EQ(WordOf(oidc_.Finish(state, "code", other.browser)), "oidc_refused");
  EXPECT_EQ(WordOf(oidc_.Finish(state, "code", start.browser)), "oidc_refused");  // used up by the thief's try

  OidcStart again = *oidc_.Start("/");
  token_ = Signed(Claims(ParamOf(again.url, "nonce")), rsa_, "RS256", "one");
  EXPECT_EQ(WordOf(oidc_.Finish(ParamOf(again.url, "state"), "code", again.browser)), "signed in");
  EXPECT_EQ(WordOf(oidc_.Finish(ParamOf(again.url, "state"), "code", again.browser)), "oidc_refused");

  OidcStart late = *oidc_.Start("/");
  clock_.Add(kOidcSeconds);
  token_ = Signed(Claims(ParamOf(late.url, "nonce")), rsa_, "RS256", "one");
  EXPECT_EQ(WordOf(oidc_.Finish(ParamOf(late.url, "state"), "code", late.browser)), "oidc_refused");

  OidcStart given_up = *oidc_.Start("/");
  ASSERT_TRUE(oidc_.GiveUp(ParamOf(given_up.url, "state")).has_value());
  EXPECT_EQ(WordOf(oidc_.Finish(ParamOf(given_up.url, "state"), "code", given_up.browser)), "oidc_refused");
}

TEST_P(OidcTest, WrongTokensAreRefused) {
  int64_t now = clock_.Now() / 1000;
  auto with = [](const char* name, json value) { return [=](json& claims) { claims[name] = value; }; };
  auto without = [](const char* name) { return [=](json& claims) { claims.erase(name); }; };
  EXPECT_EQ(WordOf(SignIn(with("nonce", "another"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(without("nonce"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("aud", "somebody"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(without("aud"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("aud", json::array({"yijian", "somebody"})))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("aud", json::array({"yijian"})))), "signed in");
  EXPECT_EQ(WordOf(SignIn([](json& claims) {
              claims["aud"] = json::array({"yijian", "somebody"});
              claims["azp"] = "yijian";
            })),
            "signed in");
  EXPECT_EQ(WordOf(SignIn(with("iss", "https://id.example.evil"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("exp", now - 120))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(without("exp"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("iat", now + 3600))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(without("sub"))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn(with("sub", std::string(300, 'x')))), "oidc_refused");
  EXPECT_EQ(WordOf(SignIn()), "signed in");
}

TEST_P(OidcTest, WrongSignaturesAreRefused) {
  auto finish = [&](const std::function<std::string(const json&)>& make) {
    OidcStart start = *oidc_.Start("/");
    token_ = make(Claims(ParamOf(start.url, "nonce")));
    return WordOf(oidc_.Finish(ParamOf(start.url, "state"), "code", start.browser));
  };
  TestKey stranger(true);
  EXPECT_EQ(finish([&](const json& claims) { return Signed(claims, stranger, "RS256", "one"); }), "oidc_refused");
  EXPECT_EQ(finish([&](const json& claims) { return Signed(claims, rsa_, "RS256", "no such key"); }), "oidc_refused");
  EXPECT_EQ(finish([&](const json& claims) { return Signed(claims, rsa_, "RS512", "one"); }), "oidc_refused");
  EXPECT_EQ(finish([&](const json& claims) {
              return Base64UrlOf(R"({"alg":"none"})") + "." + Base64UrlOf(claims.dump()) + ".";
            }),
            "oidc_refused");
  // The public key as an HMAC secret.
  std::string pem = PemsOfJwks(jwks_.dump())->at("one RS256");
  EXPECT_EQ(finish([&](const json& claims) {
              jwt::jwt_object object{jwt::params::algorithm("HS256"), jwt::params::secret(pem)};
              for (auto it = claims.begin(); it != claims.end(); ++it) {
                if (it->is_string()) object.add_claim(it.key(), it->get<std::string>());
              }
              object.header().add_header("kid", "one");
              return object.signature();
            }),
            "oidc_refused");
  EXPECT_EQ(finish([&](const json& claims) {
              std::string token = Signed(claims, rsa_, "RS256", "one");
              size_t dot = token.find('.');
              json forged = claims;
              forged["sub"] = "boss@id";
              return token.substr(0, dot + 1) + Base64UrlOf(forged.dump()) + token.substr(token.rfind('.'));
            }),
            "oidc_refused");
  for (const char* rubbish :
       {"", ".", "..", "a.b.c", "a.b.c.d", "eyJhbGciOiJSUzI1NiIsImtpZCI6Im9uZSJ9..",
        "eyJhbGciOjEyMywia2lkIjoib25lIn0.e30.AA", "eyJhbGciOiJSUzI1NiIsImtpZCI6Im9uZSJ9.W10.AA"}) {
    EXPECT_EQ(finish([&](const json&) { return std::string(rubbish); }), "oidc_refused") << rubbish;
  }
  EXPECT_EQ(finish([&](const json&) { return std::string(100'000, 'a'); }), "oidc_refused");
  // Cut short anywhere, or one piece missing in the middle.
  size_t length = Signed(Claims(std::string(32, 'a')), rsa_, "RS256", "one").size();
  for (size_t cut = 0; cut < length; cut += 23) {
    EXPECT_EQ(finish([&](const json& claims) { return Signed(claims, rsa_, "RS256", "one").substr(0, cut); }),
              "oidc_refused")
        << cut;
    EXPECT_EQ(finish([&](const json& claims) { return Signed(claims, rsa_, "RS256", "one").erase(cut, 1); }),
              "oidc_refused")
        << cut;
  }
}

TEST_P(OidcTest, NewKeysAreFetchedNotTooOften) {
  ASSERT_TRUE(SignIn().has_value());
  jwks_["keys"] = json::array({rsa_.Jwk("three")});
  auto finish = [&] {
    OidcStart start = *oidc_.Start("/");
    token_ = Signed(Claims(ParamOf(start.url, "nonce")), rsa_, "RS256", "three");
    return WordOf(oidc_.Finish(ParamOf(start.url, "state"), "code", start.browser));
  };
  EXPECT_EQ(finish(), "oidc_refused");
  clock_.Add(60);
  EXPECT_EQ(finish(), "signed in");
}

TEST_P(OidcTest, AProviderThatTalksNonsenseIsNotBelieved) {
  for (const char* nonsense : {"", "[]", "{", R"({"issuer":"https://id.example"})"}) {
    Oidc oidc(*database_, clock_, {.issuer = kIssuer, .client = "yijian", .redirect = "https://yijian.example/x"},
              [&](const Ask&) -> Result<std::string> { return std::string(nonsense); });
    EXPECT_EQ(oidc.Start("/").error().code, ErrorCode::kIo) << nonsense;
  }
  settings_["issuer"] = "https://evil.example";
  EXPECT_EQ(oidc_.Start("/").error().code, ErrorCode::kIo);
  settings_["issuer"] = kIssuer;
  settings_["token_endpoint"] = "http://id.example/token";
  EXPECT_EQ(oidc_.Start("/").error().code, ErrorCode::kIo);
}

YIJIAN_ON_BOTH_DATABASES(OidcTest);

TEST(OidcOptions, AddressesAndWaysBack) {
  auto check = [](const char* issuer) {
    return CheckOidcOptions({.issuer = issuer, .client = "x", .redirect = "https://y.example/cb"}).has_value();
  };
  EXPECT_TRUE(check("https://id.example"));
  EXPECT_TRUE(check("http://127.0.0.1:4000"));
  EXPECT_FALSE(check("http://127.0.0.1.evil.example"));
  EXPECT_FALSE(check("http://id.example"));
  EXPECT_FALSE(check("file:///etc/passwd"));
  EXPECT_FALSE(check(""));
  EXPECT_EQ(SafeBack("/clues?view=mine"), "/clues?view=mine");
  for (const char* bad : {"", "clues", "//evil.example", "/\\evil.example", "https://evil.example",
                          "/a\r\nSet-Cookie: x", "javascript:alert(1)"}) {
    EXPECT_EQ(SafeBack(bad), "/") << bad;
  }
  EXPECT_EQ(SafeBack("/" + std::string(300, 'a')), "/");
}

TEST(Jwk, OnlyKeysWeCanVerifyWith) {
  EXPECT_FALSE(PemsOfJwks("").has_value());
  EXPECT_FALSE(PemsOfJwks("[]").has_value());
  EXPECT_FALSE(PemsOfJwks(R"({"keys":{}})").has_value());
  EXPECT_TRUE(PemsOfJwks(R"({"keys":[]})")->empty());
  EXPECT_TRUE(PemsOfJwks(R"({"keys":[1,{},{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"oct","k":"AAAA"},
      {"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"},{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},{"kty":7}]})")
                  ->empty());
  TestKey rsa(true);
  json key = rsa.Jwk("a");
  key["use"] = "enc";
  EXPECT_TRUE(PemsOfJwks(json{{"keys", {key}}}.dump())->empty());
  key["use"] = "sig";
  key["alg"] = "RS512";
  EXPECT_TRUE(PemsOfJwks(json{{"keys", {key}}}.dump())->empty());
}

}  // namespace
}  // namespace yijian::account
