// Systems that ask in real time, an institution each: their keys, what was agreed about signing, how often they may
// ask.
//
//   AddedCaller added = TRY(AddCaller(session, actor, {.institution = "H50010100001", .name = "..."}, now));
//   added.key                                     // "yj_..." shown this once
//
// Keys:    32 random bytes; kept as SHA-256 digest, which is enough for what cannot be guessed. A new key leaves the
//          one before in force for kOldKeyMs, so that a hospital can change over.
// Grade:   the institution's credit grade (A to D), given by an operator as long as no credit room computes it.
// Changes: each is an entry of the trail, without secrets.
// Errors:  kConflict the institution is there already, or the version is another; kNotFound; kInvalidInput.
// Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "account/actor.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

inline constexpr EpochMs kOldKeyMs = 24 * kSecondsPerHour * 1000;

struct Caller {
  std::string institution;
  std::string name;
  bool enabled = true;
  std::string key_digest;  // empty: no key
  std::string key_hint;
  std::optional<EpochMs> key_made_at;
  std::string old_key_digest;
  std::optional<EpochMs> old_key_until;
  std::string must_sign = "none";  // none, SM2, SM3
  bool must_encrypt = false;
  std::string sm2_public;
  std::string sm3_secret;
  std::string sm4_key;           // 32 hexadecimal digits
  std::string sm4_mode = "ecb";  // ecb, cbc
  std::string grade;             // empty: none
  int64_t per_second = 50;
  int64_t burst = 100;
  int64_t version = 1;
};

struct AddedCaller {
  Caller caller;
  std::string key;
};

Result<std::vector<Caller>> ListCallers(store::Session& session);
// Key fields of `caller` are ignored.
Result<AddedCaller> AddCaller(store::Session& session, const Actor& actor, Caller caller, EpochMs now);
// All but the key; caller.version is what the editor saw.
Result<Caller> ChangeCaller(store::Session& session, const Actor& actor, const Caller& caller, EpochMs now);
Result<Caller> FindCaller(store::Session& session, const std::string& institution);
Result<AddedCaller> RotateCallerKey(store::Session& session, const Actor& actor, const std::string& institution,
                                    EpochMs now);
Status RevokeCallerKeys(store::Session& session, const Actor& actor, const std::string& institution, EpochMs now);

std::string DigestOfKey(std::string_view key);

}  // namespace yijian::account
