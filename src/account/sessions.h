// Signing in and staying so.
//
//   Sessions sessions(database, clock);
//   SignedIn in = TRY(sessions.SignIn({.login = "wangmin", .password = "...", .ip = ..., .agent = ...}));
//   std::shared_ptr<const Actor> actor = TRY(sessions.Who(in.token, ip));   // nullptr: nobody
//
// A token is 256 random bits, known to the browser only; the store has its SHA-256. A new one with every sign-in:
// whoever planted one has nothing. Idle for 30 minutes or 12 hours old, it ends; a change of password, roles or status
// ends all of a person's. Guessing: after 5 failures an account waits 1 minute, then twice as long each time, up to an
// hour; the trail tells. A login that does not exist costs the same work. A one-time code works once. What ends a
// session here counts with the next request; several servers on one store: what another ended is noticed within
// kCacheSeconds. Errors:  kInvalidInput with word
// wrong_credentials, totp_required, locked (zh and en); never which of login or password. Threads: from anywhere.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/actor.h"
#include "account/people.h"

namespace yijian::account {

inline constexpr int64_t kIdleSeconds = 30 * 60;
inline constexpr int64_t kSessionSeconds = 12 * 3600;
inline constexpr int64_t kCacheSeconds = 5;

struct Credentials {
  std::string login;
  std::string password;
  std::string totp;
  std::string ip;
  std::string agent;
};

struct SignedIn {
  std::string token;
  std::shared_ptr<const Actor> actor;
};

struct SessionRow {
  int64_t id = 0;
  EpochMs created_at = 0;
  EpochMs seen_at = 0;
  std::string ip;
  std::string agent;
};

class Sessions {
 public:
  Sessions(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Result<SignedIn> SignIn(const Credentials& credentials);
  // Somebody whom an identity provider vouches for. kInvalidInput no_account: nobody here, or disabled; the trail
  // tells.
  Result<SignedIn> SignInAs(const std::string& oidc_subject, const std::string& ip, const std::string& agent);
  // An identity provider's answer was refused (`why`: the refusal's word): the trail tells, as of a wrong password.
  Status RecordRefusal(const std::string& why, const std::string& ip);
  Result<std::shared_ptr<const Actor>> Who(std::string_view token, const std::string& ip);
  // To be called after a change or reset of a person is committed: his sessions are asked of the store again.
  void ForgetPerson(int64_t person);
  Status SignOut(const Actor& actor);
  // Those of these sessions that have not ended, as the store has them. Asking is no use of them: they idle on.
  Result<std::set<int64_t>> Living(const std::set<int64_t>& sessions);
  // Called whenever some may have ended here, once that is committed, by the thread that ended them. Set while nobody
  // asks yet.
  void WhenEnded(std::function<void()> told) { when_ended_ = std::move(told); }

  Result<std::vector<SessionRow>> Of(const Actor& actor);
  Status Revoke(const Actor& actor, int64_t session);  // one's own; kNotFound

  // Ends all other sessions. kInvalidInput: the old one is wrong, or the new one not acceptable.
  Status ChangePassword(const Actor& actor, const std::string& old_password, const std::string& new_password);
  struct TotpSetup {
    std::string secret;
    std::string uri;
  };
  Result<TotpSetup> BeginTotp(const Actor& actor);
  Status ConfirmTotp(const Actor& actor, const std::string& code);
  Status RemoveTotp(const Actor& actor, const std::string& password);

  Result<int64_t> Count();

 private:
  struct Cached {
    std::shared_ptr<const Actor> actor;
    EpochMs checked_at = 0;
  };
  Result<SignedIn> Begin(store::Session& session, const Person& person, const std::string& ip, const std::string& agent,
                         const char* how);
  Result<std::shared_ptr<const Actor>> Load(const std::string& digest, const std::string& ip);
  void Forget(const std::function<bool(const Actor&)>& which);

  store::Database& database_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Cached> cache_;  // by digest
  uint64_t forgotten_ = 0;                         // how often something was dropped: what was read before may be stale
  std::function<void()> when_ended_;
};

}  // namespace yijian::account
