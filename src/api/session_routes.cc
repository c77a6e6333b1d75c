#include <nlohmann/json.hpp>

#include "account/areas.h"
#include "account/demo.h"
#include "account/messages.h"
#include "api/realtime_desk.h"
#include "api/routes.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

class Guard : public http::Authenticator {
 public:
  explicit Guard(Context& context) : context_(context) {}

  Result<std::optional<http::Session>> Authenticate(const Request& request) override {
    std::optional<std::string> token = request.Cookie(kSessionCookie);
    std::optional<std::string_view> key = request.Header("Authorization");
    if (key && !token && context_.realtime != nullptr && IsForKeys(request)) {
      std::shared_ptr<const KeyOwner> owner = context_.realtime->OwnerOf(*key);
      if (!owner) return std::optional<http::Session>();
      return std::optional<http::Session>(http::Session{std::move(owner), ""});
    }
    if (!token) return std::optional<http::Session>();
    std::shared_ptr<const account::Actor> actor = TRY(context_.sessions.Who(*token, request.remote()));
    if (!actor) return std::optional<http::Session>();
    std::string csrf = actor->csrf;
    return std::optional<http::Session>(http::Session{std::move(actor), std::move(csrf)});
  }

 private:
  Context& context_;
};

json RolesJson(account::Roles roles) {
  json names = json::array();
  for (int i = 0; i < account::kRoles; i++) {
    auto role = static_cast<account::Role>(i);
    if ((roles & account::Bit(role)) != 0) names.push_back(account::NameOf(role));
  }
  return names;
}

Result<json> MeJson(Context& context, const account::Actor& actor) {
  return context.database.Read([&](store::Session& session) -> Result<json> {
    std::optional<account::Area> area = TRY(account::FindArea(session, actor.area));
    json me{{"id", WireId('u', actor.id)},
            {"login", actor.login},
            {"name", actor.name},
            {"roles", RolesJson(actor.roles)},
            {"permissions", account::PermissionsOf(actor.roles)},
            {"csrf", actor.csrf},
            {"must_change_password", actor.must_change_password},
            {"totp", actor.totp},
            {"synthetic", TRY(account::IsDemo(session))},
            {"institution", TextOrNull(actor.institution)}};
    me["area"] = {
        {"code", actor.area}, {"name", area ? area->name : actor.area}, {"level", area ? area->level : "county"}};
    if (area) me["area"]["parent"] = OrNull(area->parent);
    me["institution_name"] = nullptr;
    if (!actor.institution.empty()) {
      std::optional<store::Row> row =
          TRY(session.QueryOne("SELECT name FROM institution WHERE code = ?", {actor.institution}));
      me["institution_name"] = row ? row->Text("name") : actor.institution;
    }
    return me;
  });
}

// Every refusal to sign in is a 401 with its word; guessing from one address is slowed down besides.
Response Refused(const Error& error) {
  http::Problem problem = http::ProblemOf(401, {error.detail ? error.detail->zh : "", error.message});
  if (error.detail) problem.code = error.detail->word;
  return Response::Of(std::move(problem));
}

Result<Response> SignIn(Context& context, Request& request) {
  http::Fields body = TRY(request.Json());
  account::Credentials credentials;
  credentials.login = body.Text("login", {.characters_max = 60});
  credentials.password = body.Text("password", {.characters_max = 200});
  credentials.totp = body.TextIf("totp", {.characters_min = 0, .characters_max = 6}).value_or("");
  TRY(body.Finish());
  double wait_s = context.sign_ins.Take(request.remote(), std::chrono::steady_clock::now());
  if (wait_s > 0) return Response::Of(http::TooOften(wait_s));
  credentials.ip = request.remote();
  credentials.agent = std::string(request.Header("User-Agent").value_or(""));
  Result<account::SignedIn> in = context.sessions.SignIn(credentials);
  if (!in.has_value()) {
    if (in.error().code != ErrorCode::kInvalidInput) return std::move(in.error());
    return Refused(in.error());
  }
  return Response::Json(TRY(MeJson(context, *in->actor))).Cookie({.name = kSessionCookie, .value = in->token});
}

// Nobody is an answer here, no error: every page asks before anybody is signed in.
Result<Response> Me(Context& context, Request& request) {
  if (request.principal<account::Actor>() == nullptr) return Response::Empty();
  return Response::Json(TRY(MeJson(context, ActorOf(request))));
}

Result<Response> SignOut(Context& context, Request& request) {
  TRY(context.sessions.SignOut(ActorOf(request)));
  return Response::Empty().Cookie({.name = kSessionCookie, .value = "", .lives = std::chrono::seconds(0)});
}

Result<Response> Options(Context& context, Request& request) {
  TRY(request.Finish());
  std::vector<account::DemoPerson> people =
      TRY(context.database.Read([](store::Session& session) { return account::DemoPeople(session); }));
  json users = json::array();
  for (const account::DemoPerson& person : people) {
    users.push_back({{"login", person.login},
                     {"password", person.password},
                     {"name", person.name},
                     {"roles", RolesJson(person.roles)}});
  }
  json body{{"oidc", context.oidc != nullptr}, {"demo_users", users}};
  if (context.oidc != nullptr) body["oidc_name"] = context.oidc->options().name;
  return Response::Json(body);
}

Result<Response> ChangePassword(Context& context, Request& request) {
  http::Fields body = TRY(request.Json());
  std::string old_password = body.Text("old", {.characters_max = 200});
  std::string new_password = body.Text("new", {.characters_min = 10, .characters_max = 200});
  TRY(body.Finish());
  TRY(context.sessions.ChangePassword(ActorOf(request), old_password, new_password));
  return Response::Empty();
}

Result<Response> BeginTotp(Context& context, Request& request) {
  account::Sessions::TotpSetup setup = TRY(context.sessions.BeginTotp(ActorOf(request)));
  return Response::Json({{"secret", setup.secret}, {"uri", setup.uri}});
}

Result<Response> ConfirmTotp(Context& context, Request& request) {
  http::Fields body = TRY(request.Json());
  std::string code = body.Text("code", {.characters_min = 6, .characters_max = 6});
  TRY(body.Finish());
  TRY(context.sessions.ConfirmTotp(ActorOf(request), code));
  return Response::Empty();
}

Result<Response> RemoveTotp(Context& context, Request& request) {
  http::Fields body = TRY(request.Json());
  std::string password = body.Text("password", {.characters_max = 200});
  TRY(body.Finish());
  TRY(context.sessions.RemoveTotp(ActorOf(request), password));
  return Response::Empty();
}

Result<Response> MySessions(Context& context, Request& request) {
  const account::Actor& actor = ActorOf(request);
  json rows = json::array();
  for (const account::SessionRow& row : TRY(context.sessions.Of(actor))) {
    rows.push_back({{"id", WireId('s', row.id)},
                    {"created_at", FormatMoment(row.created_at)},
                    {"seen_at", FormatMoment(row.seen_at)},
                    {"ip", row.ip},
                    {"agent", row.agent},
                    {"current", row.id == actor.session}});
  }
  return Response::Json(rows);
}

Result<Response> RevokeSession(Context& context, Request& request) {
  TRY(context.sessions.Revoke(ActorOf(request), TRY(IdOf('s', request.Param("id")))));
  return Response::Empty();
}

Result<Response> Messages(Context& context, Request& request) {
  PageQuery page = PageOf(request);
  TRY(request.Finish());
  account::MessagePage found = TRY(context.database.Read([&](store::Session& session) {
    return account::MessagesOf(session, ActorOf(request).id, page.page, page.size);
  }));
  json rows = json::array();
  for (const account::Message& message : found.rows) {
    rows.push_back({{"id", WireId('m', message.id)},
                    {"at", FormatMoment(message.at)},
                    {"kind", message.kind},
                    {"text_zh", message.text_zh},
                    {"text_en", message.text_en},
                    {"link", OrNull(message.link)},
                    {"read", message.read}});
  }
  return Response::Json({{"rows", rows}, {"total", found.total}, {"unread", found.unread}});
}

Result<Response> ReadMessage(Context& context, Request& request) {
  int64_t id = TRY(IdOf('m', request.Param("id")));
  TRY(context.database.Write([&](store::Session& session) {
    return account::ReadMessage(session, ActorOf(request).id, id, context.clock.Now());
  }));
  return Response::Empty();
}

}  // namespace

std::shared_ptr<http::Authenticator> SessionGuard(Context& context) { return std::make_shared<Guard>(context); }

void MountSession(http::Router& router, Context& context) {
  router.Get("/api/session", Bound(context, Me), {.anonymous = true});
  router.Post("/api/session", Bound(context, SignIn), {.body_bytes_max = 4096, .anonymous = true});
  router.Delete("/api/session", Bound(context, SignOut));
  router.Get("/api/session/options", Bound(context, Options), {.anonymous = true});
  router.Post("/api/me/password", Bound(context, ChangePassword), {.body_bytes_max = 4096});
  router.Post("/api/me/totp", Bound(context, BeginTotp));
  router.Put("/api/me/totp", Bound(context, ConfirmTotp));
  router.Delete("/api/me/totp", Bound(context, RemoveTotp));
  router.Get("/api/me/sessions", Bound(context, MySessions));
  router.Delete("/api/me/sessions/{id}", Bound(context, RevokeSession));
  router.Get("/api/me/messages", Bound(context, Messages));
  router.Post("/api/me/messages/{id}/read", Bound(context, ReadMessage));
}

}  // namespace yijian::api
