#include "api/case_routes.h"

#include <initializer_list>

#include "api/case_route.h"
#include "api/clue_json.h"
#include "api/realtime_told.h"
#include "base/words.h"
#include "casework/case_steps.h"
#include "casework/decision_steps.h"
#include "casework/opinion_steps.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;
using nlohmann::json;

constexpr http::IntRule kVersion{.min = 0};
constexpr http::TextRule kLong{.characters_min = 2, .characters_max = 20'000, .lines = true};
constexpr http::TextRule kNote{.characters_min = 0, .characters_max = 2000, .lines = true};
constexpr http::TextRule kId{.characters_max = 40};

// A step on a case, a decision: then what it has become.
template <typename Step>
Result<Response> OnCase(Casework& casework, const casework::Actor& actor, int64_t id, Step&& step) {
  return Stepped(casework, actor, step, [&](Job& job) { return casework::CaseView(job, id); });
}

template <typename Step>
Result<Response> Decided(Casework& casework, const casework::Actor& actor, int64_t id, Step&& step) {
  return Stepped(casework, actor, step, [&](Job& job) { return casework::DecisionView(job, id); });
}

Result<Response> Cases(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  casework::CaseFilter filter;
  filter.sort =
      request.QueryChoice("sort", {"-opened", "opened", "due", "-due", "-found", "found", "-decided", "decided"})
          .value_or("-opened");
  filter.mine = request.QueryChoice("view", {"mine", "all"}).value_or("all") == "mine";
  filter.states = request.QueryTexts("state");
  for (const auto& state : filter.states) {
    if (!casework::Parse<casework::CaseState>(state))
      return casework::FieldErrors({{"state", "states of cases", "案件状态"}});
  }
  filter.track = request.QueryChoice("track", {"agency", "administrative"}).value_or("");
  filter.institution = request.QueryText("institution", kId).value_or("");
  filter.area = request.QueryText("area", {.characters_max = 12}).value_or("");
  filter.overdue = request.QueryBool("overdue");
  filter.text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::CaseList(job, filter, paging); });
}

Result<Response> OpenOne(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  Fields body = TRY(request.Json());
  auto clues = body.Texts("clues", {.items_min = 1, .items_max = 200}, kId);
  casework::OpenInput input;
  input.title = body.Text("title", {.characters_min = 2, .characters_max = 200});
  input.track = body.ChoiceIf("track", {"agency", "administrative"}).value_or("agency") == "agency"
                    ? casework::Track::kAgency
                    : casework::Track::kAdministrative;
  input.reason = body.TextIf("reason", kNote).value_or("");
  TRY(body.Finish());
  input.clues = TRY(IdsOf('c', "/clues", clues));
  int64_t id = TRY(casework.Write(actor, [&](Job& job) { return casework::OpenCase(job, input); }));
  return Shown(
      casework, actor, [&](Job& job) { return casework::CaseView(job, id); }, 201);
}

Result<Response> OneCase(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  TRY(request.Finish());
  json body = TRY(casework.Read(actor, [&](Job& job) { return casework::CaseView(job, id); }));
  TRY(casework.Look(actor, "case.view", "case", casework::WireId('a', id)));
  return Response::Json(body);
}

Result<Response> History(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::CaseHistory(job, id); });
}

// For the bureau: verdicts and notes of a suspect are none of the institution's, which sees the lines put to it.
Result<Response> Suspects(Context& context, Casework& casework, Request& request) {
  TRY(Need(request, "clue.read"));
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  auto paging = PagingOf(request);
  clue::SuspectFilter filter;
  filter.verdict = request.QueryChoice("verdict", {"undecided", "confirmed", "refuted", "coding_error", "inconclusive"})
                       .value_or("");
  TRY(request.Finish());
  TRY(casework.Read(actor, [&](Job& job) { return casework::LoadCase(job, id); }));
  clue::SuspectPage page =
      TRY(context.desk.SuspectsOfCase(id, filter, {.limit = paging.size, .offset = paging.offset()}));
  TRY(casework.Look(actor, "case.suspects", "case", casework::WireId('a', id)));
  json body = ToJson(page);
  TRY(AddTold(context, body));
  return Response::Json(body);
}

Result<Response> Sanctions(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::SanctionChoices(job, id); });
}

Result<Response> SetTeam(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  std::string handler = body.Text("handler", kId);
  auto assistants = body.Texts("assistants", {.items_max = 20}, kId);
  casework::TeamInput input{.version = body.Int("version", kVersion)};
  TRY(body.Finish());
  auto handler_id = casework::IdOf('u', handler);
  if (!handler_id) return BadId("/handler", 'u');
  input.handler = *handler_id;
  input.assistants = TRY(IdsOf('u', "/assistants", assistants));
  return OnCase(casework, actor, id, [&](Job& job) { return casework::SetTeam(job, id, input); });
}

Result<Response> Recuse(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  std::string user = body.Text("user", kId);
  casework::RecuseInput input{.reason = body.Text("reason", {.characters_min = 2, .characters_max = 500}),
                              .version = body.Int("version", kVersion)};
  TRY(body.Finish());
  auto user_id = casework::IdOf('u', user);
  if (!user_id) return BadId("/user", 'u');
  input.user = *user_id;
  return Stepped(
      casework, actor, [&](Job& job) { return casework::Recuse(job, id, input); },
      [&](Job& job) { return casework::CaseView(job, id); });
}

casework::ReasonInput Reasoned(Fields& body) {
  return {.reason = body.Text("reason", {.characters_min = 2, .characters_max = 2000, .lines = true}),
          .version = body.Int("version", kVersion)};
}

Result<Response> Convert(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  auto input = Reasoned(body);
  TRY(body.Finish());
  return OnCase(casework, actor, id, [&](Job& job) { return casework::ConvertTrack(job, id, input); });
}

Result<Response> Close(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::CloseInput input;
  input.reason = body.Choice("reason", {"executed", "court_accepted", "no_penalty", "transferred", "ended", "other"});
  input.note = body.TextIf("note", {.characters_min = 0, .characters_max = 1000, .lines = true}).value_or("");
  input.exposure = body.Bool("exposure");
  input.exposure_reason = body.Text("exposure_reason", {.characters_min = 2, .characters_max = 500});
  input.version = body.Int("version", kVersion);
  TRY(body.Finish());
  return OnCase(casework, actor, id, [&](Job& job) { return casework::CloseCase(job, id, input); });
}

// ---- tasks

Result<Response> AddTask(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::TaskInput input{.kind = body.Choice("kind", {"on_site", "on_file"})};
  std::string assignee = body.Text("assignee", kId);
  input.due = body.Day("due");
  input.text = body.TextIf("text", kNote).value_or("");
  if (body.Has("suspects")) input.suspects = body.Texts("suspects", {.items_max = 10'000}, kId);
  TRY(body.Finish());
  auto user = casework::IdOf('u', assignee);
  if (!user) return BadId("/assignee", 'u');
  input.assignee = *user;
  return Made(
      casework, actor, [&](Job& job) { return casework::AddTask(job, id, input); },
      [&](Job& job) { return casework::CaseView(job, id); },
      [](Job& job, int64_t task) { return casework::TaskView(job, task); });
}

Result<Response> Tasks(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  casework::TaskFilter filter{.mine = request.QueryChoice("view", {"mine", "all"}).value_or("mine") == "mine",
                              .state = request.QueryChoice("state", {"open", "done", "cancelled"}).value_or("")};
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::TaskList(job, filter, paging); });
}

Result<Response> OneTask(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('t', request.Param("id")));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::TaskView(job, id); });
}

Result<Response> KeepTask(Casework& casework, Request& request, bool whole) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('t', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::TaskReport report{.version = body.Int("version", kVersion)};
  for (Fields& item : body.List("items", {.items_max = 200})) {
    casework::CheckAnswer answer{
        .code = item.Text("code", kId), .answer = item.TextIf("answer", kNote), .note = item.TextIf("note", kNote)};
    if (item.Has("evidence")) answer.evidence = item.Texts("evidence", {.items_max = 20}, kId);
    report.items.push_back(std::move(answer));
  }
  report.conclusion = body.ChoiceIf("conclusion", {"true_care", "false_care", "partly", "unclear"});
  report.summary = body.TextIf("summary", {.characters_min = 0, .characters_max = 5000, .lines = true});
  TRY(body.Finish());
  return Stepped(
      casework, actor, [&](Job& job) { return casework::KeepTask(job, id, report, whole); },
      [&](Job& job) { return casework::TaskView(job, id); });
}

// ---- opinions of the bureau's side, appeals

Result<Response> IssueOpinion(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::OpinionInput input;
  input.version = body.Int("version", kVersion);
  input.text = body.Text("text", {.characters_min = 2, .characters_max = 10'000, .lines = true});
  if (auto days = body.IntIf("answer_days", {.min = 1, .max = 60})) input.answer_days = static_cast<int>(*days);
  std::vector<std::string> lines;
  if (body.Has("lines")) lines = body.Texts("lines", {.items_max = 100'000}, kId);
  TRY(body.Finish());
  input.lines = TRY(IdsOf('l', "/lines", lines));
  return Made(
      casework, actor, [&](Job& job) { return casework::IssueOpinion(job, id, input); },
      [&](Job& job) { return casework::CaseView(job, id); },
      [](Job& job, int64_t opinion) { return casework::OpinionView(job, opinion); });
}

Result<casework::ReviewInput> ReviewOf(Request& request) {
  Fields body = TRY(request.Json());
  casework::ReviewInput input{.version = body.Int("version", kVersion)};
  size_t i = 0;
  std::optional<Error> bad;
  for (Fields& item : body.List("lines", {.items_min = 1, .items_max = 100'000})) {
    auto line = casework::IdOf('l', item.Text("line", kId));
    if (!line && !bad) bad = BadId("/lines/" + std::to_string(i) + "/line", 'l');
    input.lines.push_back({line.value_or(0), item.Choice("review", {"uphold", "lower", "drop"}),
                           item.IntIf("amt_fen", {.min = 0}), item.TextIf("reason", kNote).value_or("")});
    i++;
  }
  TRY(body.Finish());
  if (bad) return *bad;
  return input;
}

Result<Response> ReviewAnswer(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('o', request.Param("id")));
  auto input = TRY(ReviewOf(request));
  return Stepped(
      casework, actor, [&](Job& job) { return casework::ReviewAnswer(job, id, input); },
      [&](Job& job) { return casework::OpinionView(job, id); });
}

Result<Response> Appeals(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  bool mine = request.QueryChoice("view", {"mine", "all"}).value_or("all") == "mine";
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::AppealList(job, mine, paging); });
}

Result<Response> DrawExperts(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('p', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::DrawInput input{.count = static_cast<int>(body.Int("count", {.min = 1, .max = 9}))};
  input.seed = body.TextIf("seed", {.characters_min = 0, .characters_max = 100}).value_or("");
  std::vector<std::string> named;
  if (body.Has("named")) named = body.Texts("named", {.items_max = 9}, kId);
  TRY(body.Finish());
  input.named = TRY(IdsOf('u', "/named", named));
  return Stepped(
      casework, actor, [&](Job& job) { return casework::DrawExperts(job, id, input); },
      [&](Job& job) { return casework::AppealView(job, id); });
}

Result<Response> VoteAppeal(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('p', request.Param("id")));
  auto input = TRY(ReviewOf(request));
  return Stepped(
      casework, actor, [&](Job& job) { return casework::VoteAppeal(job, id, input); },
      [&](Job& job) { return casework::AppealView(job, id); });
}

// ---- decisions

Result<casework::DecisionInput> DecisionOf(Request& request) {
  Fields body = TRY(request.Json());
  casework::DecisionInput input;
  input.facts = body.Text("facts", kLong);
  input.reasons = body.Text("reasons", kLong);
  if (body.Has("articles")) input.articles = body.Texts("articles", {.items_max = 20}, {.characters_max = 100});
  for (Fields& item : body.List("measures", {.items_min = 1, .items_max = 20})) {
    casework::PlannedMeasure measure;
    auto kind = casework::Parse<casework::MeasureKind>(item.Text("kind", kId));
    if (!kind) item.Fault("kind", {"处理措施", "a kind of measure"});
    measure.kind = kind.value_or(casework::MeasureKind::kInconclusive);
    measure.article = item.TextIf("article", {.characters_min = 0, .characters_max = 60}).value_or("");
    measure.amount_fen = item.IntIf("amount_fen", {.min = 0});
    if (auto multiple = item.TextIf("multiple", {.characters_max = 4})) {
      measure.multiple = casework::ParseMultiple(*multiple);
      if (!measure.multiple) item.Fault("multiple", {"倍数，如 1.5", "a multiple such as 1.5"});
    }
    measure.from = item.DayIf("from");
    measure.until = item.DayIf("until");
    measure.target = item.TextIf("target", {.characters_min = 0, .characters_max = 200}).value_or("");
    measure.note = item.TextIf("note", {.characters_min = 0, .characters_max = 1000, .lines = true}).value_or("");
    input.measures.push_back(std::move(measure));
  }
  input.version = body.Int("version", kVersion);
  TRY(body.Finish());
  return input;
}

Result<Response> DraftDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('a', request.Param("id")));
  auto input = TRY(DecisionOf(request));
  return Made(
      casework, actor, [&](Job& job) { return casework::DraftDecision(job, id, input); },
      [&](Job& job) { return casework::CaseView(job, id); },
      [](Job& job, int64_t decision) { return casework::DecisionView(job, decision); });
}

Result<Response> OneDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('d', request.Param("id")));
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::DecisionView(job, id); });
}

Result<Response> ChangeDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('d', request.Param("id")));
  auto input = TRY(DecisionOf(request));
  return Decided(casework, actor, id, [&](Job& job) { return casework::ChangeDecision(job, id, input); });
}

Result<Response> SubmitDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('d', request.Param("id")));
  Fields body = TRY(request.Json());
  int64_t version = body.Int("version", kVersion);
  body.TextIf("comment", kNote);
  TRY(body.Finish());
  return Decided(casework, actor, id, [&](Job& job) { return casework::SubmitDecision(job, id, version); });
}

Result<Response> DeliverDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('d', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::DeliverInput input{.way = body.Choice("way", {"on_the_spot", "electronic", "post", "public_notice"}),
                               .note = body.TextIf("note", {.characters_min = 0, .characters_max = 500}).value_or(""),
                               .version = body.Int("version", kVersion)};
  TRY(body.Finish());
  return Decided(casework, actor, id, [&](Job& job) { return casework::DeliverDecision(job, id, input); });
}

Result<Response> ReverseDecision(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('d', request.Param("id")));
  Fields body = TRY(request.Json());
  auto input = Reasoned(body);
  TRY(body.Finish());
  return Decided(casework, actor, id, [&](Job& job) { return casework::ReverseDecision(job, id, input); });
}

Result<Response> ExecuteMeasure(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('m', request.Param("id")));
  Fields body = TRY(request.Json());
  casework::ExecuteInput input;
  input.version = body.Int("version", kVersion);
  auto way = body.ChoiceIf("way", {"received", "deducted", "written_off", "held", "begun", "ended", "receipted"});
  input.amount = body.IntIf("amount_fen", {.min = 1});
  input.receipt = body.TextIf("receipt", {.characters_min = 0, .characters_max = 100}).value_or("");
  input.day = body.DayIf("day");
  input.note = body.TextIf("note", {.characters_min = 0, .characters_max = 1000, .lines = true}).value_or("");
  TRY(body.Finish());
  input.way = way.value_or("received");
  return Stepped(
      casework, actor, [&](Job& job) { return casework::ExecuteMeasure(job, id, input); },
      [&](Job& job) -> Result<json> {
        auto row = TRY(job.session.QueryOne("SELECT decision_id FROM measure WHERE id = ?", {id}));
        if (!row) return NotFound("no such measure", "没有此措施");
        return casework::DecisionView(job, row->Int("decision_id"));
      });
}

Result<Response> Deadlines(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  auto paging = PagingOf(request);
  bool mine = request.QueryChoice("view", {"mine", "all"}).value_or("mine") == "mine";
  TRY(request.Finish());
  return Shown(casework, actor, [&](Job& job) { return casework::DeadlineList(job, mine, paging); });
}

}  // namespace

void MountCases(http::Router& router, Casework& casework) {
  constexpr http::RouteOptions kMany{.body_bytes_max = 8 << 20};  // up to 100,000 lines
  router.Get("/api/cases", BoundTo(casework, Cases));
  router.Post("/api/cases", BoundTo(casework, OpenOne));
  router.Get("/api/cases/{id}", BoundTo(casework, OneCase));
  router.Get("/api/cases/{id}/history", BoundTo(casework, History));
  router.Get("/api/cases/{id}/sanctions", BoundTo(casework, Sanctions));
  router.Put("/api/cases/{id}/team", BoundTo(casework, SetTeam));
  router.Post("/api/cases/{id}/recusals", BoundTo(casework, Recuse));
  router.Post("/api/cases/{id}/convert", BoundTo(casework, Convert));
  router.Post("/api/cases/{id}/close", BoundTo(casework, Close));
  router.Post("/api/cases/{id}/tasks", BoundTo(casework, AddTask));
  router.Get("/api/tasks", BoundTo(casework, Tasks));
  router.Get("/api/tasks/{id}", BoundTo(casework, OneTask));
  router.Put("/api/tasks/{id}", [&casework](Request& request) { return KeepTask(casework, request, false); });
  router.Post("/api/tasks/{id}/report", [&casework](Request& request) { return KeepTask(casework, request, true); });
  router.Post("/api/cases/{id}/opinions", BoundTo(casework, IssueOpinion), kMany);
  router.Post("/api/opinions/{id}/review", BoundTo(casework, ReviewAnswer), kMany);
  router.Get("/api/appeals", BoundTo(casework, Appeals));
  router.Post("/api/appeals/{id}/experts", BoundTo(casework, DrawExperts));
  router.Post("/api/appeals/{id}/votes", BoundTo(casework, VoteAppeal), kMany);
  router.Post("/api/cases/{id}/decisions", BoundTo(casework, DraftDecision));
  router.Get("/api/decisions/{id}", BoundTo(casework, OneDecision));
  router.Put("/api/decisions/{id}", BoundTo(casework, ChangeDecision));
  router.Post("/api/decisions/{id}/submit", BoundTo(casework, SubmitDecision));
  router.Post("/api/decisions/{id}/deliver", BoundTo(casework, DeliverDecision));
  router.Post("/api/decisions/{id}/reverse", BoundTo(casework, ReverseDecision));
  router.Post("/api/measures/{id}/execute", BoundTo(casework, ExecuteMeasure));
  router.Get("/api/deadlines", BoundTo(casework, Deadlines));
}

void MountCaseSuspects(http::Router& router, Context& context, Casework& casework) {
  router.Get("/api/cases/{id}/suspects",
             [&context, &casework](Request& request) { return Suspects(context, casework, request); });
}

}  // namespace yijian::api
