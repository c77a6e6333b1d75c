#include "account/callers.h"

#include <nlohmann/json.hpp>

#include "account/password.h"
#include "base/hash.h"
#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

constexpr size_t kHintCharacters = 9;

Caller CallerOf(const store::Row& row) {
  Caller caller;
  caller.institution = row.Text("institution");
  caller.name = row.Text("name");
  caller.enabled = row.Bool("enabled");
  caller.key_digest = row.IsNull("key_digest") ? "" : row.Text("key_digest");
  caller.key_hint = row.Text("key_hint");
  caller.key_made_at = row.MaybeInt("key_made_at");
  caller.old_key_digest = row.IsNull("old_key_digest") ? "" : row.Text("old_key_digest");
  caller.old_key_until = row.MaybeInt("old_key_until");
  caller.must_sign = row.Text("must_sign");
  caller.must_encrypt = row.Bool("must_encrypt");
  caller.sm2_public = row.Text("sm2_public");
  caller.sm3_secret = row.Text("sm3_secret");
  caller.sm4_key = row.Text("sm4_key");
  caller.sm4_mode = row.Text("sm4_mode");
  caller.grade = row.Text("grade");
  caller.per_second = row.Int("per_second");
  caller.burst = row.Int("burst");
  caller.version = row.Int("version");
  return caller;
}

Status Tell(store::Session& session, const Actor& actor, const std::string& action, const std::string& institution,
            const nlohmann::json& details, EpochMs now) {
  trail::Entry entry;
  entry.user = actor.id;
  entry.user_name = actor.name;
  entry.area = actor.area;
  entry.action = action;
  entry.object_kind = "caller";
  entry.object_id = institution;
  if (!details.is_null()) entry.details = details.dump();
  entry.ip = actor.ip;
  TRY(trail::Append(session, entry, now));
  return {};
}

nlohmann::json DetailsOf(const Caller& caller) {
  return {{"enabled", caller.enabled},       {"must_sign", caller.must_sign},   {"must_encrypt", caller.must_encrypt},
          {"grade", caller.grade},           {"per_second", caller.per_second}, {"burst", caller.burst},
          {"sm2_public", caller.sm2_public}, {"sm4_mode", caller.sm4_mode}};
}

}  // namespace

std::string DigestOfKey(std::string_view key) { return Sha256Hex(key); }

Result<std::vector<Caller>> ListCallers(store::Session& session) {
  std::vector<Caller> callers;
  for (const store::Row& row : TRY(session.Query("SELECT * FROM caller ORDER BY institution")))
    callers.push_back(CallerOf(row));
  return callers;
}

Result<Caller> FindCaller(store::Session& session, const std::string& institution) {
  std::optional<store::Row> row = TRY(session.QueryOne("SELECT * FROM caller WHERE institution = ?", {institution}));
  if (!row) return NotFound("no caller '" + institution + "'", "没有接入机构 " + institution);
  return CallerOf(*row);
}

Result<AddedCaller> AddCaller(store::Session& session, const Actor& actor, Caller caller, EpochMs now) {
  AddedCaller added;
  added.key = "yj_" + RandomHex(32);
  int64_t rows = TRY(session.Execute(
      "INSERT INTO caller (institution, name, enabled, key_digest, key_hint, key_made_at, must_sign, must_encrypt, "
      "sm2_public, sm3_secret, sm4_key, sm4_mode, grade, per_second, burst) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (institution) DO NOTHING",
      {caller.institution, caller.name, int64_t{caller.enabled}, DigestOfKey(added.key),
       added.key.substr(0, kHintCharacters), now, caller.must_sign, int64_t{caller.must_encrypt}, caller.sm2_public,
       caller.sm3_secret, caller.sm4_key, caller.sm4_mode, caller.grade, caller.per_second, caller.burst}));
  if (rows == 0) return Conflict("the institution has its settings already: " + caller.institution);
  TRY(Tell(session, actor, "caller.add", caller.institution, DetailsOf(caller), now));
  added.caller = TRY(FindCaller(session, caller.institution));
  return added;
}

Result<Caller> ChangeCaller(store::Session& session, const Actor& actor, const Caller& caller, EpochMs now) {
  int64_t rows = TRY(session.Execute(
      "UPDATE caller SET name = ?, enabled = ?, must_sign = ?, must_encrypt = ?, sm2_public = ?, sm3_secret = ?, "
      "sm4_key = ?, sm4_mode = ?, grade = ?, per_second = ?, burst = ?, version = version + 1 "
      "WHERE institution = ? AND version = ?",
      {caller.name, int64_t{caller.enabled}, caller.must_sign, int64_t{caller.must_encrypt}, caller.sm2_public,
       caller.sm3_secret, caller.sm4_key, caller.sm4_mode, caller.grade, caller.per_second, caller.burst,
       caller.institution, caller.version}));
  Caller now_is = TRY(FindCaller(session, caller.institution));
  if (rows == 0) return Conflict("somebody changed it meanwhile");
  TRY(Tell(session, actor, "caller.change", caller.institution, DetailsOf(caller), now));
  return now_is;
}

Result<AddedCaller> RotateCallerKey(store::Session& session, const Actor& actor, const std::string& institution,
                                    EpochMs now) {
  AddedCaller added;
  added.key = "yj_" + RandomHex(32);
  TRY(session.Execute(
      "UPDATE caller SET old_key_digest = key_digest, old_key_until = ?, key_digest = ?, key_hint = ?, key_made_at = "
      "?, "
      "version = version + 1 WHERE institution = ?",
      {now + kOldKeyMs, DigestOfKey(added.key), added.key.substr(0, kHintCharacters), now, institution}));
  added.caller = TRY(FindCaller(session, institution));
  TRY(Tell(session, actor, "caller.key", institution, {{"hint", added.caller.key_hint}}, now));
  return added;
}

Status RevokeCallerKeys(store::Session& session, const Actor& actor, const std::string& institution, EpochMs now) {
  TRY(FindCaller(session, institution));
  TRY(
      session.Execute("UPDATE caller SET key_digest = NULL, key_hint = '', key_made_at = NULL, old_key_digest = NULL, "
                      "old_key_until = NULL, version = version + 1 WHERE institution = ?",
                      {institution}));
  return Tell(session, actor, "caller.revoke", institution, nullptr, now);
}

}  // namespace yijian::account
