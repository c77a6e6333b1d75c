#include "account/oidc.h"

#include <algorithm>
#include <jwt/jwt.hpp>
#include <nlohmann/json.hpp>

#include "account/jwk.h"
#include "account/password.h"
#include "base/bytes.h"
#include "base/hash.h"

namespace yijian::account {
namespace {

using nlohmann::json;

constexpr int64_t kProviderMs = 3600 * 1000;
constexpr int64_t kKeysAgainMs = 60 * 1000;
constexpr int64_t kGraceSeconds = 60;
constexpr int64_t kAttemptsMax = 10'000;
constexpr size_t kTokenBytesMax = 16 * 1024;

Error Refused(const std::string& why) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "oidc_refused";
  detail->zh = "身份平台登录未成功，请重新登录";
  Error error = InvalidInput("signing in by the identity provider failed: " + why);
  error.detail = std::move(detail);
  return error;
}

bool Unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (Unreserved(c)) {
      escaped += c;
    } else {
      escaped += "%" + HexOfBytes(std::string_view(&c, 1));
    }
  }
  return escaped;
}

std::string FormOf(const std::vector<std::pair<const char*, std::string>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += std::string(name) + "=" + Escaped(value);
  }
  return form;
}

// Plain http only where nobody listens on the wire.
bool IsSafeUrl(std::string_view url) {
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c == '"' || c == '\\' || c >= 127; })) return false;
  if (url.starts_with("https://") && url.size() > 8) return true;
  for (std::string_view here : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(here)) continue;
    std::string_view rest = url.substr(here.size());
    return rest.empty() || rest[0] == ':' || rest[0] == '/';
  }
  return false;
}

std::string TextIn(const json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool IsAudience(const json& claims, const std::string& client) {
  auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  if (audience->is_string()) return *audience == client;
  if (!audience->is_array() || std::ranges::find(*audience, json(client)) == audience->end()) return false;
  return audience->size() == 1 || TextIn(claims, "azp") == client;
}

// Signature, and the times as far as cpp-jwt looks at them. What it throws on odd tokens stops here.
Result<json> VerifiedClaims(const std::string& token, const std::string& algorithm, const std::string& pem) {
  try {
    std::error_code error;
    jwt::jwt_object object = jwt::decode(token, jwt::params::algorithms({algorithm}), error, jwt::params::secret(pem),
                                         jwt::params::verify(true), jwt::params::leeway(kGraceSeconds));
    if (error) return Refused(error.message());
    json claims = object.payload().create_json_obj();
    if (!claims.is_object()) return Refused("the ID token has no claims");
    return claims;
  } catch (const std::exception& e) {
    return Refused(e.what());
  }
}

Result<json> HeaderOf(const std::string& token) {
  size_t dots = static_cast<size_t>(std::ranges::count(token, '.'));
  bool plain = std::ranges::all_of(token, [](char c) { return Unreserved(c) && c != '~'; });
  // cpp-jwt reads past the end of an empty part.
  bool whole = !token.starts_with('.') && !token.ends_with('.') && token.find("..") == std::string::npos;
  if (token.size() > kTokenBytesMax || dots != 2 || !plain || !whole) return Refused("the ID token is no JWT");
  std::string head = token.substr(0, token.find('.'));
  std::ranges::replace(head, '-', '+');
  std::ranges::replace(head, '_', '/');
  head.append((4 - head.size() % 4) % 4, '=');
  json header = json::parse(BytesOfBase64(head).value_or(""), nullptr, false);
  if (!header.is_object()) return Refused("the ID token is no JWT");
  return header;
}

}  // namespace

std::string SafeBack(std::string_view back) {
  bool ours = back.size() <= 200 && back.starts_with('/') && !back.starts_with("//");
  bool plain = std::ranges::none_of(back, [](char c) { return c <= ' ' || c >= 127 || c == '\\'; });
  return ours && plain ? std::string(back) : "/";
}

Status CheckOidcOptions(const OidcOptions& options) {
  if (options.client.empty()) return InvalidInput("OIDC: a client id is needed");
  if (!IsSafeUrl(options.issuer)) return InvalidInput("OIDC: the issuer must be an https address");
  if (!IsSafeUrl(options.redirect)) return InvalidInput("OIDC: the public address must be an https address");
  return {};
}

Oidc::Oidc(store::Database& database, const Clock& clock, OidcOptions options, Fetch fetch)
    : database_(database), clock_(clock), options_(std::move(options)), fetch_(std::move(fetch)) {}

Result<OidcProvider> Oidc::Provider() {
  EpochMs now = clock_.Now();
  {
    std::lock_guard lock(mutex_);
    if (now < provider_until_) return provider_;
  }
  std::string base = options_.issuer;
  while (base.ends_with('/')) base.pop_back();
  std::string text = TRY(fetch_({.url = base + "/.well-known/openid-configuration"}));
  json found = json::parse(text, nullptr, false);
  if (!found.is_object()) return IoError("the identity provider's settings are no JSON object");
  // Mix-up: settings of another provider must not be taken for this one's.
  if (TextIn(found, "issuer") != options_.issuer) return IoError("the identity provider calls itself otherwise");
  OidcProvider provider;
  provider.authorization = TextIn(found, "authorization_endpoint");
  provider.token = TextIn(found, "token_endpoint");
  provider.jwks = TextIn(found, "jwks_uri");
  for (const std::string& url : {provider.authorization, provider.token, provider.jwks}) {
    if (!IsSafeUrl(url)) return IoError("the identity provider's settings have an address that is not https");
  }
  auto ways = found.find("token_endpoint_auth_methods_supported");
  if (ways != found.end() && ways->is_array())
    provider.basic = std::ranges::find(*ways, json("client_secret_basic")) != ways->end();
  std::lock_guard lock(mutex_);
  provider_ = provider;
  provider_until_ = now + kProviderMs;
  return provider;
}

Result<OidcStart> Oidc::Start(std::string_view back) {
  OidcProvider provider = TRY(Provider());
  EpochMs now = clock_.Now();
  std::string state = RandomHex(32);
  std::string browser = RandomHex(32);
  Attempt attempt{RandomHex(16), RandomHex(32), SafeBack(back)};
  TRY(database_.Write([&](store::Session& session) -> Status {
    TRY(session.Execute("DELETE FROM oidc_attempt WHERE ends_at <= ?", {now}));
    store::Rows waiting = TRY(session.Query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM oidc_attempt"));
    if (waiting.front().Int("n") >= kAttemptsMax) return LimitReached("too many sign-ins wait for the provider");
    TRY(
        session.Execute("INSERT INTO oidc_attempt (state_digest, browser_digest, nonce, verifier, back, ends_at) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        {Sha256Hex(state), Sha256Hex(browser), attempt.nonce, attempt.verifier, attempt.back,
                         now + kOidcSeconds * 1000}));
    return {};
  }));
  std::string challenge = Base64UrlOf(*BytesOfHex(Sha256Hex(attempt.verifier)));
  std::string url = provider.authorization + (provider.authorization.find('?') == std::string::npos ? "?" : "&") +
                    FormOf({{"response_type", "code"},
                            {"client_id", options_.client},
                            {"redirect_uri", options_.redirect},
                            {"scope", "openid"},
                            {"state", state},
                            {"nonce", attempt.nonce},
                            {"code_challenge", challenge},
                            {"code_challenge_method", "S256"}});
  return OidcStart{std::move(url), std::move(browser)};
}

Result<Oidc::Attempt> Oidc::Take(const std::string& state, const std::string& browser) {
  struct Found {
    Attempt attempt;
    bool good = false;
  };
  Found found = TRY(database_.Write([&](store::Session& session) -> Result<Found> {
    // Gone with the first look, whatever comes of it: a state works once.
    std::optional<store::Row> row = TRY(session.QueryOne(
        "DELETE FROM oidc_attempt WHERE state_digest = ? RETURNING browser_digest, nonce, verifier, back, ends_at",
        {Sha256Hex(state)}));
    if (!row) return Found{};
    bool good = row->Text("browser_digest") == Sha256Hex(browser) && row->Int("ends_at") > clock_.Now();
    return Found{{row->Text("nonce"), row->Text("verifier"), row->Text("back")}, good};
  }));
  if (!found.good) return Refused("nobody began this sign-in here");
  return std::move(found.attempt);
}

Status Oidc::GiveUp(const std::string& state) {
  return database_.Write([&](store::Session& session) -> Status {
    TRY(session.Execute("DELETE FROM oidc_attempt WHERE state_digest = ?", {Sha256Hex(state)}));
    return {};
  });
}

Result<std::string> Oidc::IdToken(const OidcProvider& provider, const std::string& code, const std::string& verifier) {
  std::vector<std::pair<const char*, std::string>> fields{{"grant_type", "authorization_code"},
                                                          {"code", code},
                                                          {"redirect_uri", options_.redirect},
                                                          {"code_verifier", verifier}};
  Ask ask{.url = provider.token};
  if (!options_.secret.empty() && provider.basic) {
    // RFC 6749, 2.3.1: escaped before they are joined.
    ask.user = Escaped(options_.client);
    ask.password = Escaped(options_.secret);
  } else {
    fields.emplace_back("client_id", options_.client);
    if (!options_.secret.empty()) fields.emplace_back("client_secret", options_.secret);
  }
  ask.form = FormOf(fields);
  json answer = json::parse(TRY(fetch_(ask)), nullptr, false);
  std::string token = answer.is_object() ? TextIn(answer, "id_token") : "";
  if (token.empty()) return Refused("the provider gave no ID token");
  return token;
}

Result<std::string> Oidc::KeyFor(const std::string& kid, const std::string& algorithm) {
  OidcProvider provider = TRY(Provider());
  EpochMs now = clock_.Now();
  auto pick = [&]() -> std::optional<std::string> {
    auto found = keys_.find(kid + " " + algorithm);
    if (found != keys_.end()) return found->second;
    // A provider with one key of the kind need not name it.
    std::optional<std::string> only;
    for (const auto& [name, pem] : keys_) {
      if (!kid.empty() || !name.ends_with(algorithm)) continue;
      if (only) return std::nullopt;
      only = pem;
    }
    return only;
  };
  {
    std::lock_guard lock(mutex_);
    std::optional<std::string> pem = now - keys_at_ < kProviderMs ? pick() : std::nullopt;
    if (pem) return *pem;
    if (now - keys_at_ < kKeysAgainMs) return Refused("the ID token is signed by a key the provider does not have");
  }
  std::map<std::string, std::string> keys = TRY(PemsOfJwks(TRY(fetch_({.url = provider.jwks}))));
  std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  keys_at_ = now;
  std::optional<std::string> pem = pick();
  if (!pem) return Refused("the ID token is signed by a key the provider does not have");
  return *pem;
}

Result<std::string> Oidc::SubjectOf(const std::string& token, const std::string& nonce) {
  json header = TRY(HeaderOf(token));
  // The key decides the algorithm: what the token says must be one of the two, and a key of that kind must be there.
  std::string algorithm = TextIn(header, "alg");
  if (algorithm != "RS256" && algorithm != "ES256") return Refused("the ID token's algorithm is not allowed");
  std::string pem = TRY(KeyFor(TextIn(header, "kid"), algorithm));
  json claims = TRY(VerifiedClaims(token, algorithm, pem));
  if (TextIn(claims, "iss") != options_.issuer) return Refused("the ID token is of another issuer");
  if (!IsAudience(claims, options_.client)) return Refused("the ID token is for somebody else");
  auto seconds = [&](const char* name) -> std::optional<int64_t> {
    auto found = claims.find(name);
    if (found == claims.end() || !found->is_number()) return std::nullopt;
    double value = found->get<double>();
    if (!(value > 0 && value < 1e12)) return std::nullopt;
    return static_cast<int64_t>(value);
  };
  int64_t now = clock_.Now() / 1000;
  std::optional<int64_t> until = seconds("exp");
  if (!until || *until + kGraceSeconds <= now) return Refused("the ID token is over");
  std::optional<int64_t> made = seconds("iat");
  if (!made || *made - kGraceSeconds > now) return Refused("the ID token is of tomorrow");
  if (TextIn(claims, "nonce") != nonce) return Refused("the ID token answers another sign-in");
  std::string subject = TextIn(claims, "sub");
  if (subject.empty() || subject.size() > 255) return Refused("the ID token names nobody");
  return subject;
}

Result<OidcEnd> Oidc::Finish(const std::string& state, const std::string& code, const std::string& browser) {
  Attempt attempt = TRY(Take(state, browser));
  OidcProvider provider = TRY(Provider());
  std::string token = TRY(IdToken(provider, code, attempt.verifier));
  return OidcEnd{TRY(SubjectOf(token, attempt.nonce)), attempt.back};
}

}  // namespace yijian::account
