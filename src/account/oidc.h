// Signing in by an identity provider: OpenID Connect, authorisation code with PKCE (RFC 6749, 7636; OIDC Core 3.1).
//
//   Oidc oidc(database, clock, {.issuer = "https://id.example", .client = "yijian", .secret = ..., .redirect = ...});
//   OidcStart start = TRY(oidc.Start("/clues"));                   // send the browser to start.url, with a cookie
//   OidcEnd end = TRY(oidc.Finish(state, code, cookie));           // who it is, and where he wanted to go
//   SignedIn in = TRY(sessions.SignInAs(end.subject, ip, agent));  // only people an operator has entered
//
// An attempt lives in the store (several servers may share it) for ten minutes and works once. `state` ties the answer
// to the attempt, the cookie ties it to the browser that began, `nonce` ties the ID token to both, PKCE ties the code
// to us. The ID token must be signed by a key of the provider (RS256 or ES256, nothing else), be for us, of the issuer,
// and not be over (60 seconds of grace). Provider's settings and keys are asked for once an hour, keys again when a
// token names one we do not know, at most once a minute.
// Errors:  kInvalidInput with word oidc_refused (bad state, nonce, signature, audience, time, or the provider's no);
// kIo the provider cannot be reached or answers nonsense; kLimit too many attempts wait.
// Threads: from anywhere. Calls wait for the provider, at most 10 seconds a request.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

inline constexpr int64_t kOidcSeconds = 600;

struct OidcOptions {
  std::string issuer;  // https, or http on this machine
  std::string client;
  std::string secret;    // empty: a public client, PKCE alone
  std::string redirect;  // our /api/session/oidc/callback as browsers see it
  std::string name;      // for the sign-in page
};

struct OidcStart {
  std::string url;
  std::string browser;  // the value of the cookie
};

struct OidcEnd {
  std::string subject;
  std::string back;
};

// One request to the provider; a test gives its own. `form` empty: GET. Returns the body of a 200.
struct Ask {
  std::string url;
  std::string form;
  std::string user;  // with `password`: HTTP Basic
  std::string password;
};
using Fetch = std::function<Result<std::string>(const Ask&)>;
Result<std::string> FetchByCurl(const Ask& ask);

// What the provider says about itself.
struct OidcProvider {
  std::string authorization;
  std::string token;
  std::string jwks;
  bool basic = true;  // how a secret is shown: HTTP Basic, else in the form
};

// A path of ours; what would lead elsewhere becomes "/".
std::string SafeBack(std::string_view back);
// kInvalidInput: an address that is not https, unless it is of this machine.
Status CheckOidcOptions(const OidcOptions& options);

class Oidc {
 public:
  Oidc(store::Database& database, const Clock& clock, OidcOptions options, Fetch fetch = FetchByCurl);

  const OidcOptions& options() const { return options_; }
  Result<OidcStart> Start(std::string_view back);
  Result<OidcEnd> Finish(const std::string& state, const std::string& code, const std::string& browser);
  // The provider said no: the attempt is over.
  Status GiveUp(const std::string& state);

 private:
  struct Attempt {
    std::string nonce;
    std::string verifier;
    std::string back;
  };
  Result<OidcProvider> Provider();
  Result<std::string> KeyFor(const std::string& kid, const std::string& algorithm);
  Result<Attempt> Take(const std::string& state, const std::string& browser);
  Result<std::string> IdToken(const OidcProvider& provider, const std::string& code, const std::string& verifier);
  Result<std::string> SubjectOf(const std::string& token, const std::string& nonce);

  store::Database& database_;
  const Clock& clock_;
  const OidcOptions options_;
  const Fetch fetch_;
  std::mutex mutex_;
  OidcProvider provider_;
  EpochMs provider_until_ = 0;
  std::map<std::string, std::string> keys_;  // "kid algorithm" to PEM
  EpochMs keys_at_ = 0;
};

}  // namespace yijian::account
