#include "api/case_route.h"
#include "api/case_routes.h"
#include "casework/opinion_steps.h"
#include "casework/self_check_steps.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;
using nlohmann::json;

constexpr http::IntRule kVersion{.min = 0};
constexpr http::TextRule kId{.characters_max = 40};

Result<Response> Opinions(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  std::string state =
      request.QueryChoice("state", {"issued", "answered", "overdue", "reviewed", "appealed", "settled", "withdrawn"})
          .value_or("");
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::OpinionList(job, state, paging); });
}

Result<Response> OneOpinion(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('o', request.Param("id")));
  TRY(request.Finish());
  json body = TRY(casework.Read(actor, [&](Job& job) { return casework::OpinionView(job, id); }));
  TRY(casework.Look(actor, "opinion.view", "opinion", casework::WireId('o', id)));
  return Response::Json(body);
}

Result<Response> Answer(Casework& casework, Request& request, bool submit) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('o', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::AnswerInput input{.remark =
                                  body.TextIf("remark", {.characters_min = 0, .characters_max = 5000, .lines = true})};
  std::optional<Error> bad;
  for (Fields& item : body.List("lines", {.items_max = 100'000})) {
    auto line = casework::IdOf('l', item.Text("line", kId));
    if (!line && !bad) bad = BadId("/lines/" + std::to_string(input.lines.size()) + "/line", 'l');
    casework::AnswerLine answer{.line = line.value_or(0),
                                .accept = item.Choice("answer", {"accept", "contest"}) == "accept"};
    answer.amount = item.IntIf("answer_amt_fen", {.min = 0});
    answer.reason = item.TextIf("reason", {.characters_min = 0, .characters_max = 2000, .lines = true}).value_or("");
    if (item.Has("evidence")) answer.evidence = item.Texts("evidence", {.items_max = 20}, kId);
    input.lines.push_back(std::move(answer));
  }
  input.version = body.Int("version", kVersion);
  TRY(body.Finish());
  if (bad) return *bad;
  return Stepped(
      casework, actor, [&](Job& job) { return casework::AnswerOpinion(job, id, input, submit); },
      [&](Job& job) { return casework::OpinionView(job, id); });
}

Result<Response> Appeal(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('o', request.Param("id")));
  Fields body = TRY(request.Json());
  auto lines = body.Texts("lines", {.items_min = 1, .items_max = 100'000}, kId);
  casework::AppealInput input{.reason =
                                  body.Text("reason", {.characters_min = 4, .characters_max = 4000, .lines = true})};
  if (body.Has("evidence")) input.evidence = body.Texts("evidence", {.items_max = 100}, kId);
  input.version = body.Int("version", kVersion);
  TRY(body.Finish());
  input.lines = TRY(IdsOf('l', "/lines", lines));
  return Stepped(
      casework, actor, [&](Job& job) { return casework::FileAppeal(job, id, input); },
      [&](Job& job) { return casework::OpinionView(job, id); });
}

Result<Response> SelfChecks(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  std::string institution = request.QueryText("institution", kId).value_or("");
  std::string state = request.QueryChoice("state", {"open", "submitted", "accepted", "returned"}).value_or("");
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::SelfCheckList(job, institution, state, paging); });
}

Result<Response> StartSelfChecks(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  Fields body = TRY(request.Json());
  casework::AskInput input;
  input.title = body.Text("title", {.characters_min = 2, .characters_max = 200});
  input.institutions = body.Texts("institutions", {.items_min = 1, .items_max = 5000}, kId);
  input.due = body.Day("due");
  input.from = body.DayIf("from");
  input.until = body.DayIf("until");
  TRY(body.Finish());
  int64_t started = TRY(casework.Write(actor, [&](Job& job) { return casework::StartSelfChecks(job, input); }));
  return Response::Json({{"started", started}}, 201);
}

Result<Response> CheckShown(Casework& casework, const casework::Actor& actor, int64_t id) {
  return Shown(casework, actor, [&](Job& job) { return casework::SelfCheckView(job, id); });
}

Result<Response> OneSelfCheck(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('s', request.Param("id")));
  TRY(request.Finish());
  return CheckShown(casework, actor, id);
}

Result<Response> SaveSelfCheck(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('s', request.Param("id")));
  Fields body = TRY(request.Json());
  int64_t version = body.Int("version", kVersion);
  std::vector<casework::SelfCheckAnswer> answers;
  for (Fields& item : body.List("items", {.items_max = 500})) {
    answers.push_back({item.Text("code", kId), item.BoolIf("admitted"), item.IntIf("admitted_fen", {.min = 0}),
                       item.IntIf("refund_fen", {.min = 0}),
                       item.TextIf("note", {.characters_min = 0, .characters_max = 2000, .lines = true})});
  }
  TRY(body.Finish());
  return Stepped(
      casework, actor, [&](Job& job) { return casework::SaveSelfCheck(job, id, version, answers); },
      [&](Job& job) { return casework::SelfCheckView(job, id); });
}

Result<Response> SubmitSelfCheck(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('s', request.Param("id")));
  Fields body = TRY(request.Json());
  int64_t version = body.Int("version", kVersion);
  body.TextIf("comment", {.characters_min = 0, .characters_max = 2000, .lines = true});
  TRY(body.Finish());
  return Stepped(
      casework, actor, [&](Job& job) { return casework::SubmitSelfCheck(job, id, version); },
      [&](Job& job) { return casework::SelfCheckView(job, id); });
}

Result<Response> ReviewSelfCheck(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('s', request.Param("id")));
  Fields body = TRY(request.Json());
  bool accept = body.Bool("accept");
  std::string reason = body.TextIf("reason", {.characters_min = 0, .characters_max = 1000, .lines = true}).value_or("");
  int64_t version = body.Int("version", kVersion);
  TRY(body.Finish());
  return Stepped(
      casework, actor, [&](Job& job) { return casework::ReviewSelfCheck(job, id, version, accept, reason); },
      [&](Job& job) { return casework::SelfCheckView(job, id); });
}

Result<Response> NegativeList(Casework& casework, Request& request) {
  TRY(Asker(request));
  TRY(request.Finish());
  return Response::Json(casework::NegativeListView(casework.rules()));
}

Result<Response> Home(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::HomeView(job); });
}

}  // namespace

void MountInstitution(http::Router& router, Casework& casework) {
  constexpr http::RouteOptions kMany{.body_bytes_max = 32 << 20};  // up to 100,000 lines with reasons
  router.Get("/api/opinions", BoundTo(casework, Opinions));
  router.Get("/api/opinions/{id}", BoundTo(casework, OneOpinion));
  router.Put(
      "/api/opinions/{id}/answer", [&casework](Request& request) { return Answer(casework, request, false); }, kMany);
  router.Post(
      "/api/opinions/{id}/answer", [&casework](Request& request) { return Answer(casework, request, true); }, kMany);
  router.Post("/api/opinions/{id}/appeal", BoundTo(casework, Appeal), kMany);
  router.Get("/api/self-checks", BoundTo(casework, SelfChecks));
  router.Post("/api/self-checks", BoundTo(casework, StartSelfChecks));
  router.Get("/api/self-checks/{id}", BoundTo(casework, OneSelfCheck));
  router.Put("/api/self-checks/{id}", BoundTo(casework, SaveSelfCheck));
  router.Post("/api/self-checks/{id}/submit", BoundTo(casework, SubmitSelfCheck));
  router.Post("/api/self-checks/{id}/review", BoundTo(casework, ReviewSelfCheck));
  router.Get("/api/negative-list", BoundTo(casework, NegativeList));
  router.Get("/api/home", BoundTo(casework, Home));
}

}  // namespace yijian::api
