#include "account/people.h"
#include "api/clue_json.h"
#include "api/realtime_told.h"
#include "api/routes.h"
#include "clue/desk.h"
#include "document/sheet.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;
using nlohmann::json;

constexpr size_t kBulkBodyMax = 4 << 20;

// Looks are logged before they are answered (网络费用查看日志).
Status Looked(Context& context, const account::Actor& actor, const char* action, const std::string& id) {
  trail::Entry entry = EntryOf(actor, action, "clue", id);
  entry.view = true;
  return context.views.Note(std::move(entry));
}

// A clue, or why not; who was too late is also shown how the clue is now.
Result<Response> Answer(Context& context, const account::Actor& actor, int64_t id, Result<clue::Clue> result,
                        int status = 200) {
  if (result) return Response::Json(ToJson(*result), status);
  bool late = result.error().detail &&
              (result.error().detail->word == "version_conflict" || result.error().detail->word == "locked_by_other");
  if (!late) return std::move(result.error());
  Result<clue::Clue> now = context.desk.Get(ViewerOf(actor), id);
  http::Problem problem = http::ProblemOf(result.error(), {});
  if (now) problem.current = ToJson(*now).dump(-1, ' ', false, json::error_handler_t::replace);
  return Response::Of(std::move(problem));
}

Result<int64_t> ClueId(const Request& request) { return IdOf('c', request.Param("id")); }

Result<std::vector<int64_t>> Ids(char letter, const std::vector<std::string>& texts) {
  std::vector<int64_t> ids;
  for (const std::string& text : texts) ids.push_back(TRY(IdOf(letter, text)));
  return ids;
}

clue::Paging PagingOf(const PageQuery& page) { return {page.size, (page.page - 1) * page.size}; }

Result<Response> List(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  PageQuery page = PageOf(request);
  std::string sort = request.QueryText("sort", {.characters_max = 20}).value_or("");
  if (!request.errors().empty()) TRY(request.Finish());
  // The filter takes every other parameter, and refuses what it does not know.
  clue::ClueFilter filter = TRY(clue::FilterOf(request.target().query));
  clue::CluePage found = TRY(context.desk.List(ViewerOf(*actor), filter, sort, PagingOf(page)));
  json rows = json::array();
  for (const clue::Clue& one : found.rows) rows.push_back(ToJson(one));
  return Response::Json({{"rows", rows}, {"total", found.total}, {"found_fen", found.found}, {"facets", found.facets}});
}

// As many rows as the role may take with it; more is refused rather than cut, so that nobody takes a part for the
// whole.
Result<Response> Export(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.export"));
  clue::ClueFilter filter = TRY(clue::FilterOf(request.target().query));
  int64_t rows_max = account::ExportRowsMax(actor->roles);
  clue::CluePage found = TRY(context.desk.List(ViewerOf(*actor), filter, "-rank", {rows_max, 0}));
  if (found.total > rows_max) {
    return Forbidden(
        "too_many_rows",
        "your role may export " + std::to_string(rows_max) + " rows, these are " + std::to_string(found.total),
        "您的角色最多导出 " + std::to_string(rows_max) + " 行，当前共 " + std::to_string(found.total) +
            " 行，请缩小范围");
  }
  json head = json::array();
  for (auto [zh, kind] : {std::pair("编号", "text"), std::pair("线索", "text"), std::pair("事项", "text"),
                          std::pair("对象", "text"), std::pair("机构", "text"), std::pair("区划", "text"),
                          std::pair("性质", "text"), std::pair("状态", "text"), std::pair("疑点数", "number"),
                          std::pair("涉及金额", "money"), std::pair("已认定", "money"), std::pair("承办人", "text")})
    head.push_back({{"zh", zh}, {"kind", kind}});
  json rows = json::array();
  for (const clue::Clue& one : found.rows) {
    rows.push_back({one.no, one.title, one.matter_zh, one.subject_name, one.institution_name.value_or(""), one.area,
                    one.severity, one.status, one.findings, one.found, one.confirmed, one.assignee_name.value_or("")});
  }
  json tables = json::array({{{"name", "线索"}, {"head", head}, {"rows", rows}}});
  std::string book = TRY(document::Workbook(tables, "线索"));
  TRY(context.database.Write([&](store::Session& session) {
    return trail::Append(session, EntryOf(*actor, "clue.export", "clue", "", {{"rows", found.rows.size()}}),
                         context.clock.Now());
  }));
  return Response::Bytes(std::move(book), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
      .SaveAs("线索.xlsx");
}

Result<Response> Show(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  clue::Clue clue = TRY(context.desk.Get(ViewerOf(*actor), id));
  TRY(Looked(context, *actor, "clue.read", request.Param("id")));
  return Response::Json(ToJson(clue));
}

Result<Response> Suspects(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  int64_t id = TRY(ClueId(request));
  PageQuery page = PageOf(request);
  clue::SuspectFilter filter;
  std::string sort = request.QueryChoice("sort", {"-found", "found", "at", "-at", "rule"}).value_or("-found");
  filter.rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  filter.verdict = request.QueryChoice("verdict", {"undecided", "confirmed", "refuted", "coding_error", "inconclusive"})
                       .value_or("");
  filter.text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  clue::SuspectPage found = TRY(context.desk.Suspects(ViewerOf(*actor), id, filter, sort, PagingOf(page)));
  TRY(Looked(context, *actor, "clue.suspects", request.Param("id")));
  json body = ToJson(found);
  TRY(AddTold(context, body));
  return Response::Json(body);
}

json RelatedJson(const std::vector<clue::RelatedClue>& related) {
  json rows = json::array();
  for (const clue::RelatedClue& one : related) rows.push_back(ToJson(one));
  return rows;
}

Result<Response> Related(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  return Response::Json(RelatedJson(TRY(context.desk.Related(ViewerOf(*actor), id))));
}

Result<Response> Before(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  std::string institution = request.QueryText("institution", {.characters_max = 40}).value_or("");
  std::string kind =
      request.QueryChoice("subject_kind", {"institution", "doctor", "person", "code", "group"}).value_or("institution");
  std::string subject = request.QueryText("subject", {.characters_max = 64}).value_or("");
  std::string matter = request.QueryText("matter", {.characters_max = 40}).value_or("");
  TRY(request.Finish());
  return Response::Json(RelatedJson(TRY(context.desk.Before(ViewerOf(*actor), institution, kind, subject, matter))));
}

Result<Response> History(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  json rows = json::array();
  for (const clue::HistoryEntry& entry : TRY(context.desk.History(ViewerOf(*actor), id))) {
    rows.push_back({{"at", FormatMoment(entry.at)},
                    {"by", WireId('u', entry.by)},
                    {"by_name", entry.by_name},
                    {"action", entry.action},
                    {"text_zh", entry.text_zh},
                    {"text_en", entry.text_en},
                    {"note", OrNull(entry.note)}});
  }
  return Response::Json(rows);
}

Result<Response> Matters(Context& context, Request& request) {
  TRY(Need(request, "clue.read"));
  TRY(request.Finish());
  json rows = json::array();
  for (const clue::Matter& matter : context.desk.matters().all()) {
    rows.push_back({{"code", matter.code},
                    {"zh", matter.zh},
                    {"en", matter.en},
                    {"subject_kind", matter.subject_kind},
                    {"articles", matter.articles},
                    {"rules", matter.rules}});
  }
  return Response::Json(rows);
}

Result<Response> Next(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  Fields body = TRY(request.Json());
  std::string matter = body.TextIf("matter", {.characters_max = 40}).value_or("");
  std::string institution = body.TextIf("institution", {.characters_max = 40}).value_or("");
  std::string after = body.TextIf("after", {.characters_max = 40}).value_or("");
  TRY(body.Finish());
  int64_t without = after.empty() ? 0 : TRY(IdOf('c', after));
  return Response::Json(ToJson(TRY(context.desk.TakeNext(ViewerOf(*actor), matter, institution, without))));
}

Result<Response> Lock(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  return Answer(context, *actor, id, context.desk.Lock(ViewerOf(*actor), id));
}

Result<Response> Unlock(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  TRY(context.desk.Unlock(ViewerOf(*actor), id));
  return Response::Empty();
}

Result<Response> Verdicts(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  Fields body = TRY(request.Json());
  clue::VerdictInput input;
  input.version = body.Int("version");
  input.conduct = body.ChoiceIf("conduct", {"unclear", "conduct", "coding_error"}).value_or("");
  for (Fields& one : body.List("verdicts", {.items_min = 1, .items_max = 10'000})) {
    clue::VerdictItem item;
    auto reference = [&](const char* name, char letter) -> int64_t {
      std::optional<std::string> text = one.TextIf(name, {.characters_max = 40});
      if (!text) return 0;
      Result<int64_t> number = IdOf(letter, *text);
      if (number) return *number;
      one.Fault(name, {"编号", "an id as given by the suspects of the clue"});
      return 0;
    };
    item.suspect = reference("suspect", 's');
    item.line = reference("line", 'l');
    item.all = one.BoolIf("all").value_or(false);
    item.rule = one.TextIf("rule", {.characters_max = 40}).value_or("");
    item.verdict = one.Choice("verdict", {"confirmed", "refuted", "coding_error", "inconclusive", "undecided"});
    item.chk = one.IntIf("chk_vola_amt_fen", {.min = 0});
    item.note = one.TextIf("note", {.characters_min = 0, .characters_max = 1000, .lines = true}).value_or("");
    input.items.push_back(std::move(item));
  }
  TRY(body.Finish());
  return Answer(context, *actor, id, context.desk.GiveVerdicts(ViewerOf(*actor), id, input));
}

Result<Response> Snooze(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  Fields body = TRY(request.Json());
  Date until = body.Day("until");
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500, .lines = true});
  int64_t version = body.Int("version");
  TRY(body.Finish());
  return Answer(context, *actor, id, context.desk.Snooze(ViewerOf(*actor), id, version, until, reason));
}

Result<Response> Wake(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  TRY(request.Finish());
  return Answer(context, *actor, id, context.desk.Wake(ViewerOf(*actor), id));
}

Result<Response> Close(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  Fields body = TRY(request.Json());
  std::string outcome = body.Choice("outcome", {"no_violation", "coding_error", "inconclusive", "duplicate"});
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 1000, .lines = true});
  int64_t version = body.Int("version");
  TRY(body.Finish());
  return Answer(context, *actor, id, context.desk.Close(ViewerOf(*actor), id, version, outcome, reason));
}

Result<Response> Merge(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  Fields body = TRY(request.Json());
  std::string into = body.Text("into", {.characters_max = 40});
  std::vector<std::string> clues = body.Texts("clues", {.items_min = 1, .items_max = 100}, {.characters_max = 40});
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  int64_t id = TRY(IdOf('c', into));
  return Answer(context, *actor, id, context.desk.Merge(ViewerOf(*actor), id, TRY(Ids('c', clues)), reason));
}

Result<Response> Unmerge(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  Fields body = TRY(request.Json());
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  return Answer(context, *actor, id, context.desk.Unmerge(ViewerOf(*actor), id, reason));
}

Result<Response> Split(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.work"));
  int64_t id = TRY(ClueId(request));
  Fields body = TRY(request.Json());
  std::vector<std::string> suspects =
      body.Texts("suspects", {.items_min = 1, .items_max = 10'000}, {.characters_max = 40});
  std::string title = body.TextIf("title", {.characters_min = 0, .characters_max = 200}).value_or("");
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500, .lines = true});
  int64_t version = body.Int("version");
  TRY(body.Finish());
  return Answer(context, *actor, id,
                context.desk.Split(ViewerOf(*actor), id, version, TRY(Ids('s', suspects)), title, reason), 201);
}

Result<Response> Add(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.add"));
  Fields body = TRY(request.Json());
  clue::NewClue input;
  input.source = body.Choice("source", {"report", "inspection", "superior", "media", "department"});
  input.source_note =
      body.TextIf("source_note", {.characters_min = 0, .characters_max = 500, .lines = true}).value_or("");
  input.title = body.Text("title", {.characters_min = 2, .characters_max = 200});
  input.text = body.Text("text", {.characters_min = 2, .characters_max = 10'000, .lines = true});
  input.matter = body.TextIf("matter", {.characters_min = 0, .characters_max = 40}).value_or("other");
  input.subject_kind = body.Choice("subject_kind", {"institution", "doctor", "person", "code", "group"});
  input.subject = body.TextIf("subject", {.characters_min = 0, .characters_max = 64}).value_or("");
  input.institution = body.TextIf("institution", {.characters_min = 0, .characters_max = 40}).value_or("");
  input.area = body.TextIf("area", {.characters_min = 0, .characters_max = 12}).value_or("");
  input.amount = body.IntIf("amount_fen", {.min = 0, .max = 1'000'000'000'000}).value_or(0);
  if (std::optional<Date> day = body.DayIf("first_day")) input.first_day = FormatDate(*day);
  if (std::optional<Date> day = body.DayIf("last_day")) input.last_day = FormatDate(*day);
  if (!input.area.empty() && !account::AreaCovers(actor->area, input.area))
    body.Fault("area", {"您辖区内的区划", "an area of yours"});
  TRY(body.Finish());
  return Response::Json(ToJson(TRY(context.desk.Add(ViewerOf(*actor), input))), 201);
}

// The people named: of my area, and such as work clues.
Result<std::vector<clue::Colleague>> ColleaguesOf(Context& context, const account::Actor& actor,
                                                  const std::vector<std::string>& ids) {
  return context.database.Read([&](store::Session& session) -> Result<std::vector<clue::Colleague>> {
    std::vector<clue::Colleague> colleagues;
    for (const std::string& text : ids) {
      account::Person person = TRY(account::FindPerson(session, TRY(IdOf('u', text))));
      if (person.status != "active" || !account::May(person.roles, "clue.work") ||
          !account::AreaCovers(actor.area, person.area))
        return InvalidInput("to: expected people of your area who work clues");
      colleagues.push_back({person.id, person.name, person.fields});
    }
    return colleagues;
  });
}

Result<Response> Assign(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.assign"));
  Fields body = TRY(request.Json());
  clue::Assignment assignment;
  assignment.how = body.Choice("how", {"to", "institution", "field", "workload", "random"});
  std::vector<std::string> clues = body.Has("clues")
                                       ? body.Texts("clues", {.items_max = 10'000}, {.characters_max = 40})
                                       : std::vector<std::string>();
  assignment.filter = body.TextIf("filter", {.characters_min = 0, .characters_max = 2000}).value_or("");
  std::vector<std::string> to = body.Texts("to", {.items_min = 1, .items_max = 200}, {.characters_max = 40});
  assignment.seed = body.TextIf("seed", {.characters_min = 0, .characters_max = 100}).value_or("");
  assignment.limit = body.IntIf("limit", {.min = 1, .max = 100'000}).value_or(1000);
  TRY(body.Finish());
  assignment.clues = TRY(Ids('c', clues));
  assignment.to = TRY(ColleaguesOf(context, *actor, to));
  clue::AssignmentResult result = TRY(context.desk.Assign(ViewerOf(*actor), assignment));
  json by_user = json::array();
  for (const auto& [colleague, count] : result.by_user)
    by_user.push_back({{"user", WireId('u', colleague.user)}, {"name", colleague.name}, {"count", count}});
  return Response::Json({{"assigned", result.assigned},
                         {"skipped", result.skipped},
                         {"seed", TextOrNull(assignment.seed)},
                         {"by_user", by_user}});
}

json SampleJson(const clue::Sample& sample) {
  return {{"id", WireId('m', sample.id)},    {"at", FormatMoment(sample.at)},
          {"by_name", sample.by_name},       {"seed", sample.seed},
          {"population", sample.population}, {"population_sha256", sample.population_sha256},
          {"drawn", sample.drawn},           {"strata", sample.strata},
          {"reason", sample.reason},         {"clues", json::parse(sample.clues_json, nullptr, false)}};
}

Result<Response> Draw(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.sample"));
  Fields body = TRY(request.Json());
  clue::SampleInput input;
  input.filter = body.TextIf("filter", {.characters_min = 0, .characters_max = 2000}).value_or("");
  input.size = body.Int("size", {.min = 1, .max = 100'000});
  input.seed = body.Text("seed", {.characters_min = 4, .characters_max = 100});
  input.strata = body.ChoiceIf("strata", {"none", "institution", "matter", "area"}).value_or("none");
  input.reason = body.Text("reason", {.characters_min = 2, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  return Response::Json(SampleJson(TRY(context.desk.Draw(ViewerOf(*actor), input))), 201);
}

Result<Response> Samples(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  PageQuery page = PageOf(request);
  TRY(request.Finish());
  clue::SamplePage samples = TRY(context.desk.Samples(ViewerOf(*actor), PagingOf(page)));
  json rows = json::array();
  for (const clue::Sample& sample : samples.rows) rows.push_back(SampleJson(sample));
  return Response::Json({{"rows", rows}, {"total", samples.total}});
}

json FilterJson(const clue::SavedFilter& filter) {
  return {{"id", WireId('f', filter.id)},
          {"name", filter.name},
          {"query", filter.query},
          {"shared", filter.shared},
          {"mine", filter.mine}};
}

Result<Response> Filters(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  TRY(request.Finish());
  json rows = json::array();
  for (const clue::SavedFilter& filter : TRY(context.desk.Filters(ViewerOf(*actor))))
    rows.push_back(FilterJson(filter));
  return Response::Json(rows);
}

Result<Response> SaveFilter(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  Fields body = TRY(request.Json());
  std::string name = body.Text("name", {.characters_max = 60});
  std::string query = body.Text("query", {.characters_min = 0, .characters_max = 2000});
  bool shared = body.BoolIf("shared").value_or(false);
  TRY(body.Finish());
  return Response::Json(FilterJson(TRY(context.desk.SaveFilter(ViewerOf(*actor), name, query, shared))), 201);
}

Result<Response> DeleteFilter(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  TRY(request.Finish());
  TRY(context.desk.DeleteFilter(ViewerOf(*actor), TRY(IdOf('f', request.Param("id")))));
  return Response::Empty();
}

}  // namespace

void MountClues(http::Router& router, Context& context) {
  router.Get("/api/clues", Bound(context, List));
  router.Post("/api/clues", Bound(context, Add));
  router.Get("/api/clues/export", Bound(context, Export));
  router.Get("/api/clues/before", Bound(context, Before));
  router.Post("/api/clues/next", Bound(context, Next));
  router.Post("/api/clues/assign", Bound(context, Assign), {.body_bytes_max = kBulkBodyMax});
  router.Post("/api/clues/merge", Bound(context, Merge));
  router.Post("/api/clues/sample", Bound(context, Draw));
  router.Get("/api/samples", Bound(context, Samples));
  router.Get("/api/clues/{id}", Bound(context, Show));
  router.Get("/api/clues/{id}/suspects", Bound(context, Suspects));
  router.Get("/api/clues/{id}/related", Bound(context, Related));
  router.Get("/api/clues/{id}/history", Bound(context, History));
  router.Post("/api/clues/{id}/lock", Bound(context, Lock));
  router.Delete("/api/clues/{id}/lock", Bound(context, Unlock));
  router.Post("/api/clues/{id}/verdicts", Bound(context, Verdicts), {.body_bytes_max = kBulkBodyMax});
  router.Post("/api/clues/{id}/snooze", Bound(context, Snooze));
  router.Delete("/api/clues/{id}/snooze", Bound(context, Wake));
  router.Post("/api/clues/{id}/unmerge", Bound(context, Unmerge));
  router.Post("/api/clues/{id}/split", Bound(context, Split));
  router.Post("/api/clues/{id}/close", Bound(context, Close));
  router.Get("/api/filters", Bound(context, Filters));
  router.Post("/api/filters", Bound(context, SaveFilter));
  router.Delete("/api/filters/{id}", Bound(context, DeleteFilter));
  router.Get("/api/matters", Bound(context, Matters));
}

}  // namespace yijian::api
