#include "api/case_route.h"
#include "api/case_routes.h"
#include "base/words.h"
#include "casework/decision_steps.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;

Result<Response> Flows(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) -> Result<nlohmann::json> {
    if (!actor.institution.empty()) return NotFound("no flows", "没有审批流程");
    return casework::FlowList(job);
  });
}

Result<casework::Flow> FlowOf(Fields& body) {
  casework::Flow flow{.name = body.Text("name", {.characters_max = 60})};
  for (Fields& item : body.List("steps", {.items_min = 1, .items_max = 4})) {
    casework::FlowStep step{.level = static_cast<int>(item.Int("level", {.min = 1, .max = 4})),
                            .role = item.Text("role", {.characters_max = 20})};
    step.name_zh = item.TextIf("name_zh", {.characters_max = 40}).value_or("第" + std::to_string(step.level) + "级");
    step.name_en = item.TextIf("name_en", {.characters_max = 60}).value_or("Level " + std::to_string(step.level));
    step.rule = casework::ParseVoteRule(item.Choice("rule", {"any", "all", "n"})).value_or(casework::VoteRule::kAny);
    step.votes = static_cast<int>(item.Int("votes", {.min = 1, .max = 9}));
    step.working_days = static_cast<int>(item.IntIf("working_days", {.min = 1, .max = 60}).value_or(3));
    flow.steps.push_back(std::move(step));
  }
  for (Fields& item : body.List("levels", {.items_min = 1, .items_max = 50})) {
    casework::FlowLevelRule rule{.level = static_cast<int>(item.Int("level", {.min = 1, .max = 4})),
                                 .from_fen = item.IntIf("from_fen", {.min = 0})};
    if (item.Has("measures")) {
      for (const auto& name : item.Texts("measures", {.items_max = 20}, {.characters_max = 40})) {
        auto kind = casework::Parse<casework::MeasureKind>(name);
        if (kind) rule.measures.push_back(*kind);
        if (!kind) item.Fault("measures", {"处理措施", "kinds of measures"});
      }
    }
    flow.levels.push_back(std::move(rule));
  }
  return flow;
}

Result<Response> AddFlow(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  Fields body = TRY(request.Json());
  casework::Flow flow = TRY(FlowOf(body));
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500});
  TRY(body.Finish());
  int64_t id = TRY(casework.Write(actor, [&](Job& job) { return casework::AddFlowVersion(job, flow, reason); }));
  return Shown(
      casework, actor, [&](Job& job) { return casework::FlowView(job, id); }, 201);
}

}  // namespace

void MountFlows(http::Router& router, Casework& casework) {
  router.Get("/api/flows", BoundTo(casework, Flows));
  router.Post("/api/flows", BoundTo(casework, AddFlow));
}

}  // namespace yijian::api
