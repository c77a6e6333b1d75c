// Institutions that may ask in real time: keys, signing, rates, credit grades.

#include <nlohmann/json.hpp>

#include "account/callers.h"
#include "api/realtime_desk.h"
#include "api/routes.h"
#include "base/bytes.h"
#include "base/sm.h"
#include "base/words.h"

namespace yijian::api {
namespace {

using account::Caller;
using http::Request;
using http::Response;
using nlohmann::json;

json CallerJson(const Caller& caller) {
  return {{"institution", caller.institution},
          {"name", caller.name},
          {"enabled", caller.enabled},
          {"has_key", !caller.key_digest.empty()},
          {"key_hint", caller.key_hint},
          {"key_made_at", MomentOrNull(caller.key_made_at)},
          {"must_sign", caller.must_sign},
          {"must_encrypt", caller.must_encrypt},
          {"sm2_public", caller.sm2_public},
          {"has_sm3_secret", !caller.sm3_secret.empty()},
          {"has_sm4_key", !caller.sm4_key.empty()},
          {"sm4_mode", caller.sm4_mode},
          {"grade", caller.grade},
          {"per_second", caller.per_second},
          {"burst", caller.burst},
          {"version", caller.version}};
}

bool IsCode(const std::string& text) {
  return text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") ==
         std::string::npos;
}

// What the body says over what the caller has.
void ReadSettings(http::Fields& body, Caller& caller) {
  constexpr http::TextRule kMayBeEmpty{.characters_min = 0, .characters_max = 200};
  if (auto name = body.TextIf("name", kMayBeEmpty)) caller.name = *name;
  if (auto enabled = body.BoolIf("enabled")) caller.enabled = *enabled;
  if (auto sign = body.ChoiceIf("must_sign", {"none", "SM2", "SM3"})) caller.must_sign = *sign;
  if (auto encrypt = body.BoolIf("must_encrypt")) caller.must_encrypt = *encrypt;
  if (auto sm2 = body.TextIf("sm2_public", kMayBeEmpty)) {
    caller.sm2_public = *sm2;
    if (!sm2->empty() && !Sm2Key::FromPublicHex(*sm2).has_value())
      body.Fault("sm2_public", {"SM2 公钥（十六进制点）", "an SM2 public key, a point in hexadecimal"});
  }
  if (auto secret = body.TextIf("sm3_secret", kMayBeEmpty)) caller.sm3_secret = *secret;
  if (auto key = body.TextIf("sm4_key", {.characters_min = 0, .characters_max = 32})) {
    caller.sm4_key = *key;
    std::optional<std::string> bytes = BytesOfHex(*key);
    if (!key->empty() && (!bytes || bytes->size() != 16))
      body.Fault("sm4_key", {"32 位十六进制", "32 hexadecimal digits"});
  }
  if (auto mode = body.ChoiceIf("sm4_mode", {"ecb", "cbc"})) caller.sm4_mode = *mode;
  if (auto grade = body.ChoiceIf("grade", {"", "A", "B", "C", "D"})) caller.grade = *grade;
  if (auto rate = body.IntIf("per_second", {.min = 1, .max = 100'000})) caller.per_second = *rate;
  if (auto burst = body.IntIf("burst", {.min = 1, .max = 100'000})) caller.burst = *burst;
  if (caller.must_sign == "SM2" && caller.sm2_public.empty())
    body.Fault("sm2_public", {"须用 SM2 签名时必填", "needed where SM2 signatures are"});
  if (caller.must_sign == "SM3" && caller.sm3_secret.empty())
    body.Fault("sm3_secret", {"须用 SM3 签名时必填", "needed where SM3 digests are"});
  if (caller.must_encrypt && caller.sm4_key.empty())
    body.Fault("sm4_key", {"须加密时必填", "needed where encryption is"});
}

Status Refresh(Context& context) {
  if (context.realtime != nullptr) TRY(context.realtime->Refresh());
  return {};
}

// An operator sees to the institutions of his own area; others do not exist for him.
Status NeedOwn(store::Session& session, const account::Actor& actor, const std::string& institution) {
  std::optional<store::Row> row = TRY(session.QueryOne("SELECT area FROM institution WHERE code = ?", {institution}));
  std::string area = row ? row->Text("area") : institution.size() > 7 ? institution.substr(1, 6) : "";
  if (!account::AreaCovers(actor.area, area))
    return NotFound("no institution '" + institution + "'", "没有机构 " + institution);
  return {};
}

Result<Response> List(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  TRY(request.Finish());
  json rows = json::array();
  TRY(context.database.Read([&](store::Session& session) -> Status {
    for (const Caller& caller : TRY(account::ListCallers(session))) {
      if (NeedOwn(session, *actor, caller.institution).has_value()) rows.push_back(CallerJson(caller));
    }
    return {};
  }));
  return Response::Json(rows);
}

Result<Response> Add(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  http::Fields body = TRY(request.Json());
  Caller caller;
  caller.institution = body.Text("institution", {.characters_max = 40});
  if (!IsCode(caller.institution)) body.Fault("institution", {"机构编码", "the code of an institution"});
  ReadSettings(body, caller);
  TRY(body.Finish());
  account::AddedCaller added = TRY(context.database.Write([&](store::Session& session) -> Result<account::AddedCaller> {
    TRY(NeedOwn(session, *actor, caller.institution));
    return account::AddCaller(session, *actor, caller, context.clock.Now());
  }));
  TRY(Refresh(context));
  return Response::Json({{"caller", CallerJson(added.caller)}, {"key", added.key}}, 201);
}

Result<Response> Change(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  std::string id = request.Param("id");
  Caller caller = TRY(context.database.Read([&](store::Session& session) -> Result<Caller> {
    TRY(NeedOwn(session, *actor, id));
    return account::FindCaller(session, id);
  }));
  http::Fields body = TRY(request.Json());
  caller.version = body.Int("version", {.min = 0});
  ReadSettings(body, caller);
  TRY(body.Finish());
  Caller changed = TRY(context.database.Write(
      [&](store::Session& session) { return account::ChangeCaller(session, *actor, caller, context.clock.Now()); }));
  TRY(Refresh(context));
  return Response::Json(CallerJson(changed));
}

Result<Response> Rotate(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  std::string id = request.Param("id");
  account::AddedCaller added = TRY(context.database.Write([&](store::Session& session) -> Result<account::AddedCaller> {
    TRY(NeedOwn(session, *actor, id));
    TRY(account::FindCaller(session, id));
    return account::RotateCallerKey(session, *actor, id, context.clock.Now());
  }));
  TRY(Refresh(context));
  return Response::Json({{"caller", CallerJson(added.caller)}, {"key", added.key}});
}

Result<Response> Revoke(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  std::string id = request.Param("id");
  TRY(context.database.Write([&](store::Session& session) -> Status {
    TRY(NeedOwn(session, *actor, id));
    return account::RevokeCallerKeys(session, *actor, id, context.clock.Now());
  }));
  TRY(Refresh(context));
  return Response::Empty();
}

}  // namespace

void MountCallers(http::Router& router, Context& context) {
  router.Get("/api/callers", Bound(context, List));
  router.Post("/api/callers", Bound(context, Add));
  router.Patch("/api/callers/{id}", Bound(context, Change));
  router.Post("/api/callers/{id}/key", Bound(context, Rotate));
  router.Delete("/api/callers/{id}/key", Bound(context, Revoke));
}

}  // namespace yijian::api
