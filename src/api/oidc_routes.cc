#include "account/oidc.h"
#include "api/routes.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;

// Ties an attempt to the browser that began it. Lax: it must survive the way back from the provider.
constexpr const char* kAttemptCookie = "yijian_oidc";
constexpr const char* kAttemptPath = "/api/session/oidc";

http::SetCookie AttemptCookie(std::string value, int64_t seconds) {
  return {.name = kAttemptCookie,
          .value = std::move(value),
          .path = kAttemptPath,
          .lax = true,
          .lives = std::chrono::seconds(seconds)};
}

Response NotSetUp() { return Response::Of(http::ProblemOf(404, {"未配置身份平台", "no identity provider is set up"})); }

std::string WordOf(const Error& error) { return error.detail ? error.detail->word : "oidc_refused"; }

Response Refused(const Error& error) {
  http::Problem problem =
      http::ProblemOf(401, {error.detail ? error.detail->zh : "身份平台登录未成功，请重新登录", error.message});
  problem.code = WordOf(error);
  return Response::Of(std::move(problem)).Cookie(AttemptCookie("", 0));
}

Result<Response> Start(Context& context, Request& request) {
  if (context.oidc == nullptr) return NotSetUp();
  std::string back = request.QueryText("back", {.characters_max = 200}).value_or("/");
  TRY(request.Finish());
  double wait_s = context.sign_ins.Take(request.remote(), std::chrono::steady_clock::now());
  if (wait_s > 0) return Response::Of(http::TooOften(wait_s));
  account::OidcStart start = TRY(context.oidc->Start(back));
  return Response::Empty(302)
      .Header("Location", start.url)
      .Cookie(AttemptCookie(std::move(start.browser), account::kOidcSeconds));
}

Result<Response> Callback(Context& context, Request& request) {
  if (context.oidc == nullptr) return NotSetUp();
  std::string state = request.QueryText("state", {.characters_max = 200}).value_or("");
  if (state.empty()) request.Fault("state", {"身份平台带回的 state", "the state the provider brings back"});
  std::string code = request.QueryText("code", {.characters_max = 2000}).value_or("");
  std::string error = request.QueryText("error", {.characters_max = 200}).value_or("");
  std::string issuer = request.QueryText("iss", {.characters_max = 500}).value_or("");
  // Providers send these along; they change nothing.
  for (const char* name : {"session_state", "error_description", "error_uri", "scope"})
    request.QueryText(name, {.characters_max = 2000});
  TRY(request.Finish());
  double wait_s = context.sign_ins.Take(request.remote(), std::chrono::steady_clock::now());
  if (wait_s > 0) return Response::Of(http::TooOften(wait_s));
  bool other_issuer = !issuer.empty() && issuer != context.oidc->options().issuer;  // RFC 9207
  if (!error.empty() || code.empty() || other_issuer) {
    TRY(context.oidc->GiveUp(state));
    TRY(context.sessions.RecordRefusal(other_issuer ? "other_issuer" : "provider_refused", request.remote()));
    return Refused(InvalidInput("the identity provider did not sign this person in"));
  }

  Result<account::OidcEnd> end = context.oidc->Finish(state, code, request.Cookie(kAttemptCookie).value_or(""));
  if (!end.has_value()) {
    if (end.error().code != ErrorCode::kInvalidInput) return std::move(end.error());
    TRY(context.sessions.RecordRefusal(WordOf(end.error()), request.remote()));
    return Refused(end.error());
  }
  std::string agent(request.Header("User-Agent").value_or(""));
  Result<account::SignedIn> in = context.sessions.SignInAs(end->subject, request.remote(), agent);
  if (!in.has_value()) {
    if (in.error().code != ErrorCode::kInvalidInput) return std::move(in.error());
    return Refused(in.error());
  }
  return Response::Empty(302)
      .Header("Location", end->back)
      .Cookie({.name = kSessionCookie, .value = in->token})
      .Cookie(AttemptCookie("", 0));
}

}  // namespace

void MountOidc(http::Router& router, Context& context) {
  router.Get("/api/session/oidc", Bound(context, Start), {.anonymous = true});
  router.Get("/api/session/oidc/callback", Bound(context, Callback), {.anonymous = true});
}

}  // namespace yijian::api
