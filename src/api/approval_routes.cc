#include "api/case_route.h"
#include "api/case_routes.h"
#include "casework/decision_steps.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;

Result<Response> Approvals(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  std::string view = request.QueryChoice("view", {"waiting", "done", "all"}).value_or("waiting");
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::ApprovalList(job, view, paging); });
}

Result<Response> OneApproval(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('v', request.Param("id")));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::ApprovalView(job, id); });
}

Result<Response> Vote(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('v', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::VoteInput input{.step = static_cast<int>(body.Int("step", {.min = 1, .max = 4}))};
  std::string vote = body.Choice("vote", {"agree", "return", "refuse"});
  input.comment = body.TextIf("comment", {.characters_min = 0, .characters_max = 2000, .lines = true}).value_or("");
  TRY(body.Finish());
  input.ballot = *casework::ParseBallot(vote);
  return Stepped(
      casework, actor, [&](Job& job) { return casework::VoteApproval(job, id, input); },
      [&](Job& job) { return casework::ApprovalView(job, id); });
}

}  // namespace

void MountApprovals(http::Router& router, Casework& casework) {
  router.Get("/api/approvals", BoundTo(casework, Approvals));
  router.Get("/api/approvals/{id}", BoundTo(casework, OneApproval));
  router.Post("/api/approvals/{id}/votes", BoundTo(casework, Vote));
}

}  // namespace yijian::api
