// The doors of real time: institutions' systems with their key or signature, people who try it with their session.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "account/demo.h"
#include "api/realtime_desk.h"
#include "api/routes.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;

constexpr size_t kBodyMax = 32 << 20;

bool IsHex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// W3C traceparent: "00-<32 hex>-<16 hex>-<2 hex>"; what is not of this form is as if it were not there.
Asking AskingOf(const Request& request) {
  Asking asking{request.id(), request.remote(), request.arrived()};
  std::string_view parent = request.Header("traceparent").value_or("");
  if (parent.size() == 55 && parent.starts_with("00-") && IsHex(parent.substr(3, 32)) && parent[35] == '-')
    asking.trace = parent.substr(3, 32);
  return asking;
}

Response Carry(Context& context, const Request& request, const std::string& infno) {
  realtime::KeyHolder key;
  if (std::optional<std::string_view> authorization = request.Header("Authorization")) {
    std::shared_ptr<const KeyOwner> owner = context.realtime->OwnerOf(*authorization);
    // A wrong key is no better than none, and a signature does not mend it.
    key.institution = owner ? owner->institution : "?";
  }
  return context.realtime->National(infno, key, request.body(), AskingOf(request));
}

Result<Response> National(Context& context, Request& request) {
  if (context.realtime == nullptr) return NoRealtime();
  const std::string& infno = request.Param("infno");
  bool is_number = (infno.size() == 4 || (infno.size() == 5 && infno[4] == 'A')) &&
                   std::all_of(infno.begin(), infno.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return NotFound("no transaction '" + infno + "'");
  return Carry(context, request, infno);
}

// As hospitals' systems name it: riskConService/beforeAnalyze is 3101; hospFeeDtlService/... what the envelope says.
Result<Response> NationalByName(Context& context, Request& request) {
  if (context.realtime == nullptr) return NoRealtime();
  const std::string& service = request.Param("service");
  const std::string& method = request.Param("method");
  std::optional<std::string_view> infno = realtime::InfnoOfPath(service, method);
  if (!infno) return NotFound("no service '" + service + "/" + method + "'");
  return Carry(context, request, std::string(*infno));
}

// Who asks the twin: an institution's system, or a person, whose questions are trials.
Result<realtime::Caller> CallerOf(Request& request) {
  std::string named = request.QueryText("institution", {.characters_max = 40}).value_or("");
  if (const auto* owner = request.principal<KeyOwner>()) {
    if (!named.empty() && named != owner->institution)
      return Forbidden("forbidden", "the key is of another institution", "密钥属于其他机构");
    return realtime::Caller{owner->institution, owner->name, false};
  }
  const account::Actor* actor = TRY(Need(request, "realtime.ask"));
  if (!actor->institution.empty() && !named.empty() && named != actor->institution)
    return NotFound("no such institution");
  return realtime::Caller{actor->institution.empty() ? named : actor->institution, actor->login, true};
}

// As every other answer of the server: forms and the like are told apart by their type.
std::optional<Response> WrongType(const Request& request, std::string_view wanted) {
  std::string_view given = request.Header("Content-Type").value_or("");
  if (http::Lower(http::Trim(given.substr(0, given.find(';')))) == wanted) return std::nullopt;
  return Response::Of(http::ProblemOf(415));
}

Result<Response> Twin(Context& context, Request& request) {
  const std::string& what = request.Param("what");
  if (what != "pre" && what != "mid" && what != "feedback" && what != "upload") return NotFound("no realtime/" + what);
  realtime::Caller caller = TRY(CallerOf(request));
  TRY(request.Finish());
  if (caller.trial && what == "upload") return Forbidden("forbidden", "only with a key", "上传须使用机构密钥");
  if (auto wrong = WrongType(request, "application/json")) return std::move(*wrong);
  if (context.realtime == nullptr) return NoRealtime();
  return context.realtime->Twin(what, caller, request.body(), AskingOf(request));
}

Result<Response> Batch(Context& context, Request& request) {
  realtime::Caller caller = TRY(CallerOf(request));
  std::string moment = request.QueryChoice("moment", {"pre", "mid"}).value_or("mid");
  TRY(request.Finish());
  if (auto wrong = WrongType(request, "application/x-ndjson")) return std::move(*wrong);
  if (context.realtime == nullptr) return NoRealtime();
  return context.realtime->Batch(moment, caller, request.body(), AskingOf(request));
}

Result<Response> Example(Context& context, Request& request) {
  TRY(Need(request, "realtime.ask"));
  std::string moment = request.QueryChoice("moment", {"pre", "mid"}).value_or("pre");
  int64_t number = request.QueryInt("number", {.min = 0, .max = 9999}).value_or(0);
  TRY(request.Finish());
  if (context.realtime == nullptr) return NoRealtime();
  if (!TRY(context.database.Read([](store::Session& session) { return account::IsDemo(session); })))
    return NotFound("examples are of synthetic persons only");
  return Response::JsonText(TRY(context.realtime->Example(moment, number)));
}

Result<Response> Reload(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.manage"));
  TRY(request.Finish());
  if (context.realtime == nullptr) return NoRealtime();
  TRY(context.realtime->Reload());
  RealtimeDesk::PackInfo live = context.realtime->live();
  TRY(context.database.Write([&](store::Session& session) -> Status {
    TRY(trail::Append(session, EntryOf(*actor, "realtime.reload", "pack", live.digest.substr(0, 16)),
                      context.clock.Now()));
    return {};
  }));
  nlohmann::json packs = nlohmann::json::object();
  auto info = [](const RealtimeDesk::PackInfo& pack) {
    return nlohmann::json{{"name", pack.name},
                          {"digest", pack.digest},
                          {"rules", pack.rules},
                          {"loaded_at", FormatMoment(pack.loaded_at)}};
  };
  std::optional<RealtimeDesk::PackInfo> shadow = context.realtime->shadow();
  return Response::Json({{"live", info(live)}, {"shadow", shadow ? info(*shadow) : nlohmann::json(nullptr)}});
}

}  // namespace

Response NoRealtime() {
  http::Problem problem =
      http::ProblemOf(503, {"未连接时间线库，事前事中审核不可用", "no timeline store is connected"});
  problem.code = "no_timelines";
  return Response::Of(std::move(problem));
}

bool IsForKeys(const Request& request) {
  const std::vector<std::string>& path = request.target().segments;
  if (request.method() != "POST" || path.size() != 3 || path[0] != "api" || path[1] != "realtime") return false;
  constexpr std::string_view kDoors[] = {"pre", "mid", "feedback", "upload", "batch"};
  return std::find(std::begin(kDoors), std::end(kDoors), path[2]) != std::end(kDoors);
}

void MountRealtime(http::Router& router, Context& context) {
  constexpr http::RouteOptions kNational{.body_bytes_max = kBodyMax, .anonymous = true, .urgent = true};
  constexpr http::RouteOptions kTwin{.body_bytes_max = kBodyMax, .urgent = true};
  router.Post("/fsi/api/{infno}", Bound(context, National), kNational);
  router.Post("/fsi/api/{service}/{method}", Bound(context, NationalByName), kNational);
  router.Post("/api/realtime/{what}", Bound(context, Twin), kTwin);
  router.Post("/api/realtime/batch", Bound(context, Batch), {.body_bytes_max = kBodyMax});
  router.Get("/api/realtime/example", Bound(context, Example));
  router.Post("/api/realtime/packs", Bound(context, Reload));
}

}  // namespace yijian::api
