#include "account/sessions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "account/password.h"
#include "account/totp.h"
#include "base/hash.h"
#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

constexpr int64_t kFailuresFree = 5;
constexpr int64_t kLockSeconds = 60;
constexpr int64_t kLockSecondsMax = 3600;
constexpr size_t kCacheMax = 20'000;
constexpr int64_t kSeenEveryMs = 60'000;  // how exactly "last seen" is kept

Error Refusal(const char* word, const char* zh, const char* en) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = word;
  detail->zh = zh;
  Error error = InvalidInput(en);
  error.detail = std::move(detail);
  return error;
}

Error WrongCredentials() {
  return Refusal("wrong_credentials", "账号、密码或动态码不正确", "wrong login, password or code");
}

Status Record(store::Session& session, const Actor& actor, const char* action, const nlohmann::json& details,
              EpochMs now) {
  TRY(trail::Append(session,
                    {.user = actor.id,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = action,
                     .object_kind = "session",
                     .object_id = std::to_string(actor.session),
                     .details = details.dump(),
                     .ip = actor.ip},
                    now));
  return {};
}

std::shared_ptr<Actor> ActorOf(const Person& person, const std::string& ip) {
  auto actor = std::make_shared<Actor>();
  actor->id = person.id;
  actor->login = person.login;
  actor->name = person.name;
  actor->roles = person.roles;
  actor->area = person.area;
  actor->institution = person.institution;
  actor->fields = person.fields;
  actor->totp = person.totp;
  actor->ip = ip;
  return actor;
}

// What a failed try leaves behind; returned beside the refusal, because a transaction that fails keeps nothing.
struct Try {
  std::optional<SignedIn> in;
  Error refusal;
};

}  // namespace

Result<SignedIn> Sessions::SignIn(const Credentials& credentials) {
  EpochMs now = clock_.Now();
  auto row = TRY(database_.Read([&](store::Session& session) {
    return session.QueryOne(
        "SELECT id, password_hash, status, failures, locked_until, totp_secret, totp_counter FROM person_account WHERE "
        "login = ?",
        {credentials.login});
  }));
  if (!row || row->Text("status") != "active") {
    PretendToCheck(credentials.password);
    return WrongCredentials();
  }
  // The slow part stands outside of any transaction: the writer's turn must not wait for it.
  bool right = PasswordIs(row->Text("password_hash"), credentials.password);
  int64_t id = row->Int("id");
  if (row->MaybeInt("locked_until").value_or(0) > now) {
    return Refusal("locked", "尝试次数过多，账号暂时锁定，请稍后再试",
                   "too many tries: the account is locked for a while");
  }
  std::optional<std::string> secret = row->MaybeText("totp_secret");
  if (right && secret && credentials.totp.empty())
    return Refusal("totp_required", "请输入动态码", "a one-time code is needed");
  std::string hash = row->Text("password_hash");
  std::string new_hash = right && IsOldHash(hash) ? HashPassword(credentials.password) : hash;

  Try outcome = TRY(database_.Write([&](store::Session& session) -> Result<Try> {
    std::optional<int64_t> step;
    if (right && secret) {
      // Under the row's lock: of two with the same code one is late.
      store::Rows used = TRY(session.Query(
          std::string("SELECT totp_counter FROM person_account WHERE id = ?") + session.ForUpdate(), {id}));
      step = TotpStep(*secret, credentials.totp, now, used.front().Int("totp_counter"));
    }
    if (right && (!secret || step)) {
      TRY(session.Execute("UPDATE person_account SET failures = 0, locked_until = NULL, totp_counter = ? WHERE id = ?",
                          {step.value_or(row->Int("totp_counter")), id}));
      if (new_hash != hash) {
        // Unless it was changed meanwhile.
        TRY(session.Execute("UPDATE person_account SET password_hash = ? WHERE id = ? AND password_hash = ?",
                            {new_hash, id, hash}));
      }
      Person person = TRY(FindPerson(session, id));
      return Try{TRY(Begin(session, person, credentials.ip, credentials.agent, "password")), {}};
    }
    store::Rows counted =
        TRY(session.Query("UPDATE person_account SET failures = failures + 1 WHERE id = ? RETURNING failures", {id}));
    int64_t failures = counted.front().Int("failures");
    Actor nobody{.id = id, .login = credentials.login, .name = credentials.login, .ip = credentials.ip};
    if (failures >= kFailuresFree) {
      int64_t seconds = std::min(kLockSecondsMax, kLockSeconds << std::min<int64_t>(failures - kFailuresFree, 10));
      TRY(session.Execute("UPDATE person_account SET locked_until = ? WHERE id = ?", {now + seconds * 1000, id}));
      TRY(Record(session, nobody, "session.lock", {{"failures", failures}, {"seconds", seconds}}, now));
    } else {
      TRY(Record(session, nobody, "session.fail", {{"failures", failures}}, now));
    }
    return Try{std::nullopt, WrongCredentials()};
  }));
  if (!outcome.in) return std::move(outcome.refusal);
  return std::move(*outcome.in);
}

Result<SignedIn> Sessions::SignInAs(const std::string& oidc_subject, const std::string& ip, const std::string& agent) {
  Try outcome = TRY(database_.Write([&](store::Session& session) -> Result<Try> {
    std::optional<store::Row> row =
        TRY(session.QueryOne("SELECT id FROM person_account WHERE oidc_subject = ?", {oidc_subject}));
    std::optional<Person> person;
    if (row) person = TRY(FindPerson(session, row->Int("id")));
    if (person && person->status == "active") return Try{TRY(Begin(session, *person, ip, agent, "oidc")), {}};
    // Whose subject nobody entered has no name here; the provider's word for him is his own affair.
    Actor nobody{.ip = ip};
    if (person) {
      nobody.id = person->id;
      nobody.login = nobody.name = person->login;
      nobody.area = person->area;
    }
    const char* why = person ? "disabled" : "no_account";
    TRY(Record(session, nobody, "session.fail", {{"how", "oidc"}, {"why", why}}, clock_.Now()));
    return Try{std::nullopt, Refusal("no_account", "此身份没有对应的账号", "no account belongs to this identity")};
  }));
  if (!outcome.in) return std::move(outcome.refusal);
  return std::move(*outcome.in);
}

Status Sessions::RecordRefusal(const std::string& why, const std::string& ip) {
  return database_.Write([&](store::Session& session) {
    return Record(session, {.ip = ip}, "session.fail", {{"how", "oidc"}, {"why", why}}, clock_.Now());
  });
}

Result<SignedIn> Sessions::Begin(store::Session& session, const Person& person, const std::string& ip,
                                 const std::string& agent, const char* how) {
  EpochMs now = clock_.Now();
  bool by_provider = std::string_view(how) == "oidc";
  std::string token = RandomHex(32);
  std::string digest = Sha256Hex(token);
  std::shared_ptr<Actor> actor = ActorOf(person, ip);
  actor->csrf = RandomHex(16);
  actor->session =
      TRY(session.Insert("INSERT INTO session (digest, person, csrf, created_at, seen_at, ends_at, ip, agent, "
                         "by_provider) VALUES (?, ?, ?, "
                         "?, ?, ?, ?, ?, ?) RETURNING id",
                         {digest, person.id, actor->csrf, now, now, now + kSessionSeconds * 1000, ip,
                          agent.substr(0, 300), int64_t{by_provider}}));
  store::Rows must =
      TRY(session.Query("UPDATE person_account SET seen_at = ? WHERE id = ? RETURNING must_change", {now, person.id}));
  actor->must_change_password = must.front().Bool("must_change") && !by_provider;
  TRY(Record(session, *actor, "session.begin", {{"how", how}}, now));
  // Not cached yet: the transaction may still fail. The first request loads it.
  return SignedIn{token, actor};
}

Result<std::shared_ptr<const Actor>> Sessions::Who(std::string_view token, const std::string& ip) {
  if (token.size() != 64) return std::shared_ptr<const Actor>();
  std::string digest = Sha256Hex(token);
  EpochMs now = clock_.Now();
  uint64_t forgotten = 0;
  {
    std::lock_guard lock(mutex_);
    forgotten = forgotten_;
    auto found = cache_.find(digest);
    if (found != cache_.end() && now - found->second.checked_at < kCacheSeconds * 1000) return found->second.actor;
  }
  std::shared_ptr<const Actor> actor = TRY(Load(digest, ip));
  std::lock_guard lock(mutex_);
  if (!actor) {
    cache_.erase(digest);
    return actor;
  }
  // Something ended while we read: what we have may be of before, good for this request and no other.
  if (forgotten != forgotten_) return actor;
  if (cache_.size() >= kCacheMax) cache_.clear();  // refilled by whoever asks next
  cache_[digest].actor = actor;
  cache_[digest].checked_at = now;
  return actor;
}

Result<std::shared_ptr<const Actor>> Sessions::Load(const std::string& digest, const std::string& ip) {
  EpochMs now = clock_.Now();
  struct Found {
    std::shared_ptr<Actor> actor;
    EpochMs seen_at = 0;
  };
  Found found = TRY(database_.Read([&](store::Session& session) -> Result<Found> {
    std::optional<store::Row> row =
        TRY(session.QueryOne("SELECT s.id, s.person, s.csrf, s.seen_at, s.ends_at, s.by_provider, p.must_change FROM "
                             "session s JOIN person_account p ON p.id = s.person "
                             "WHERE s.digest = ? AND s.revoked = 0 AND p.status = 'active'",
                             {digest}));
    if (!row || row->Int("ends_at") <= now || row->Int("seen_at") + kIdleSeconds * 1000 <= now) return Found{};
    Person person = TRY(FindPerson(session, row->Int("person")));
    Found loaded{ActorOf(person, ip), row->Int("seen_at")};
    loaded.actor->session = row->Int("id");
    loaded.actor->csrf = row->Text("csrf");
    loaded.actor->must_change_password = row->Bool("must_change") && !row->Bool("by_provider");
    return loaded;
  }));
  if (found.actor && now - found.seen_at >= kSeenEveryMs) {
    TRY(database_.Write([&](store::Session& session) {
      return session.Execute("UPDATE session SET seen_at = ? WHERE id = ?", {now, found.actor->session});
    }));
  }
  return std::shared_ptr<const Actor>(std::move(found.actor));
}

void Sessions::Forget(const std::function<bool(const Actor&)>& which) {
  {
    std::lock_guard lock(mutex_);
    forgotten_++;
    std::erase_if(cache_, [&](const auto& entry) { return which(*entry.second.actor); });
  }
  if (when_ended_) when_ended_();
}

void Sessions::ForgetPerson(int64_t person) {
  Forget([&](const Actor& actor) { return actor.id == person; });
}

Status Sessions::SignOut(const Actor& actor) {
  TRY(database_.Write([&](store::Session& session) -> Status {
    TRY(session.Execute("UPDATE session SET revoked = 1 WHERE id = ?", {actor.session}));
    return Record(session, actor, "session.end", nlohmann::json::object(), clock_.Now());
  }));
  Forget([&](const Actor& other) { return other.session == actor.session; });
  return {};
}

Result<std::set<int64_t>> Sessions::Living(const std::set<int64_t>& sessions) {
  std::set<int64_t> living;
  if (sessions.empty()) return living;
  std::string ids;
  for (int64_t id : sessions) ids += (ids.empty() ? "" : ", ") + std::to_string(id);
  EpochMs now = clock_.Now();
  store::Rows rows = TRY(database_.Read([&](store::Session& session) {
    return session.Query("SELECT s.id FROM session s JOIN person_account p ON p.id = s.person WHERE s.id IN (" + ids +
                             ") AND s.revoked = 0 AND p.status = 'active' AND s.ends_at > ? AND s.seen_at > ?",
                         {now, now - kIdleSeconds * 1000});
  }));
  for (const store::Row& row : rows) living.insert(row.Int("id"));
  return living;
}

Result<std::vector<SessionRow>> Sessions::Of(const Actor& actor) {
  EpochMs now = clock_.Now();
  return database_.Read([&](store::Session& session) -> Result<std::vector<SessionRow>> {
    std::vector<SessionRow> rows;
    for (const store::Row& row :
         TRY(session.Query("SELECT id, created_at, seen_at, ip, agent FROM session WHERE person = ? AND revoked = 0 "
                           "AND ends_at > ? AND seen_at > ? ORDER BY id DESC",
                           {actor.id, now, now - kIdleSeconds * 1000}))) {
      rows.push_back({row.Int("id"), row.Int("created_at"), row.Int("seen_at"), row.Text("ip"), row.Text("agent")});
    }
    return rows;
  });
}

Status Sessions::Revoke(const Actor& actor, int64_t id) {
  TRY(database_.Write([&](store::Session& session) -> Status {
    int64_t touched = TRY(
        session.Execute("UPDATE session SET revoked = 1 WHERE id = ? AND person = ? AND revoked = 0", {id, actor.id}));
    if (touched == 0) return NotFound("no such session", "没有此会话");
    return Record(session, actor, "session.revoke", {{"session", id}}, clock_.Now());
  }));
  Forget([&](const Actor& other) { return other.session == id; });
  return {};
}

namespace {

Result<std::string> HashOf(store::Database& database, int64_t person) {
  return database.Read([&](store::Session& session) -> Result<std::string> {
    std::optional<store::Row> row =
        TRY(session.QueryOne("SELECT password_hash FROM person_account WHERE id = ?", {person}));
    if (!row) return NotFound("no such person", "没有此人");
    return row->Text("password_hash");
  });
}

Error BadField(const char* field, const std::string& expected, const char* zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = zh;
  detail->fields.push_back({field, InBoth(expected, zh)});
  Error error = InvalidInput(expected);
  error.detail = std::move(detail);
  return error;
}

}  // namespace

Status Sessions::ChangePassword(const Actor& actor, const std::string& old_password, const std::string& new_password) {
  if (!PasswordIs(TRY(HashOf(database_, actor.id)), old_password))
    return BadField("/old", "your password as it is now", "原密码不正确");
  Status acceptable = CheckPassword(new_password, actor.login);
  if (!acceptable.has_value())
    return BadField("/new", acceptable.error().message, acceptable.error().detail->zh.c_str());
  if (old_password == new_password) return BadField("/new", "another one than before", "新密码不能与原密码相同");
  std::string hash = HashPassword(new_password);
  TRY(database_.Write([&](store::Session& session) -> Status {
    TRY(session.Execute("UPDATE person_account SET password_hash = ?, must_change = 0 WHERE id = ?", {hash, actor.id}));
    TRY(session.Execute("UPDATE session SET revoked = 1 WHERE person = ? AND id <> ?", {actor.id, actor.session}));
    return Record(session, actor, "session.password", nlohmann::json::object(), clock_.Now());
  }));
  ForgetPerson(actor.id);
  return {};
}

Result<Sessions::TotpSetup> Sessions::BeginTotp(const Actor& actor) {
  std::string secret = NewTotpSecret();
  TRY(database_.Write([&](store::Session& session) {
    return session.Execute("UPDATE person_account SET totp_pending = ? WHERE id = ?", {secret, actor.id});
  }));
  return TotpSetup{secret, TotpUri(secret, actor.login)};
}

Status Sessions::ConfirmTotp(const Actor& actor, const std::string& code) {
  TRY(database_.Write([&](store::Session& session) -> Status {
    std::optional<store::Row> row =
        TRY(session.QueryOne("SELECT totp_pending FROM person_account WHERE id = ?", {actor.id}));
    std::optional<std::string> pending = row ? row->MaybeText("totp_pending") : std::nullopt;
    if (!pending) return BadField("/code", "a set-up that was begun", "请先开始设置");
    std::optional<int64_t> step = TotpStep(*pending, code, clock_.Now(), 0);
    if (!step) return BadField("/code", "the code that your app shows now", "动态码不正确");
    TRY(session.Execute("UPDATE person_account SET totp_secret = ?, totp_pending = NULL, totp_counter = ? WHERE id = ?",
                        {*pending, *step, actor.id}));
    return Record(session, actor, "session.totp_on", nlohmann::json::object(), clock_.Now());
  }));
  ForgetPerson(actor.id);
  return {};
}

Status Sessions::RemoveTotp(const Actor& actor, const std::string& password) {
  if (!PasswordIs(TRY(HashOf(database_, actor.id)), password))
    return BadField("/password", "your password", "密码不正确");
  TRY(database_.Write([&](store::Session& session) -> Status {
    TRY(session.Execute("UPDATE person_account SET totp_secret = NULL, totp_pending = NULL WHERE id = ?", {actor.id}));
    return Record(session, actor, "session.totp_off", nlohmann::json::object(), clock_.Now());
  }));
  ForgetPerson(actor.id);
  return {};
}

Result<int64_t> Sessions::Count() {
  EpochMs now = clock_.Now();
  store::Rows rows = TRY(database_.Read([&](store::Session& session) {
    return session.Query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM session WHERE revoked = 0 AND ends_at > ? AND seen_at > ?",
        {now, now - kIdleSeconds * 1000});
  }));
  return rows.front().Int("n");
}

}  // namespace yijian::account
