#include <set>

#include "account/areas.h"
#include "api/clue_json.h"
#include "api/routes.h"
#include "clue/import.h"
#include "clue/profile.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using store::Session;

constexpr int64_t kHits = 10;

json NamedJson(const std::vector<clue::Named>& rows) {
  json named = json::array();
  for (const clue::Named& row : rows)
    named.push_back({{"id", row.id}, {"name", row.name}, {"count", row.count}, {"fen", row.fen}});
  return named;
}

EpochMs MomentOfMonth(const std::string& month) { return MomentOf(StartOf(*ParseDate(month + "-01"))); }

// Cases of the viewer's part, opened in these months, and deadlines, as of now; from casework's tables.
Result<json> CaseCounts(Session& session, const std::vector<std::string>& areas, const ledger::Months& months) {
  std::string where;
  store::Values values;
  for (const std::string& area : areas) clue::WhereArea(area, "area", where, values);
  if (!months.from.empty()) {
    where += " AND opened_at >= ?";
    values.emplace_back(MomentOfMonth(months.from));
  }
  if (!months.until.empty()) {
    where += " AND opened_at < ?";
    values.emplace_back(MomentOfMonth(months.until));
  }
  json cases = json::object();
  for (const store::Row& row :
       TRY(session.Query("SELECT state, COUNT(*) AS n FROM case_file WHERE 1 = 1" + where + " GROUP BY state", values)))
    cases[row.Text("state")] = row.Int("n");
  return cases;
}

Result<json> Deadlines(Session& session, const std::vector<std::string>& areas, const Clock& clock) {
  std::string where;
  store::Values values;
  for (const std::string& area : areas) clue::WhereArea(area, "area", where, values);
  json counts = json::object();
  EpochMs now = clock.Now();
  EpochMs tomorrow = MomentOf(StartOf(clock.Today() + 1));
  EpochMs week = MomentOf(StartOf(clock.Today() + 7));
  for (auto [name, from, until] :
       {std::tuple("overdue", EpochMs{0}, now), std::tuple("today", now, tomorrow), std::tuple("week", now, week)}) {
    store::Values bounds{from, until};
    bounds.insert(bounds.end(), values.begin(), values.end());
    auto row = TRY(session.QueryOne(
        "SELECT COUNT(*) AS n FROM case_clock WHERE state = 'running' AND due_at >= ? AND due_at < ?" + where, bounds));
    counts[name] = row->Int("n");
  }
  return counts;
}

// Months of findings with what has become of their money.
Result<json> Trend(Session& session, const std::vector<std::string>& areas, const clue::Overview& overview) {
  std::map<std::string, ledger::Funnel> funnels;
  for (const ledger::Group& group : TRY(ledger::ReadSheet(session, areas, ledger::GroupBy::kMonth)).groups)
    funnels[group.id] = group.funnel;
  json trend = json::array();
  for (const clue::MonthSum& month : overview.trend) {
    const ledger::Funnel& funnel = funnels[month.month];
    trend.push_back({{"month", month.month},
                     {"identified_fen", month.found},
                     {"confirmed_fen", funnel.confirmed},
                     {"recovered_fen", funnel.recovered},
                     {"findings", month.findings}});
  }
  return trend;
}

json RunJson(const std::optional<clue::ImportState>& import) {
  if (!import) return json::object();
  json info = json::parse(import->info_json, nullptr, false);
  json run = info.is_object() ? info : json::object();
  run["run"] = import->run;
  run["at"] = FormatMoment(import->finished_at.value_or(import->started_at));
  run["complete"] = import->done;
  return run;
}

// Sums are kept by month: a period is of whole ones, and whoever asks for another is told.
std::string MonthIn(Request& request, const char* name) {
  std::optional<Date> day = request.QueryDay(name);
  if (!day) return "";
  if (CivilOf(*day).day != 1)
    request.Fault(name, {"某月的第一天，如 2026-03-01", "the first day of a month, 2026-03-01"});
  return FormatDate(*day).substr(0, 7);
}

Result<Response> Show(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "overview.read"));
  std::string area = request.QueryText("area", {.characters_max = 12}).value_or("");
  ledger::Months months{MonthIn(request, "from"), MonthIn(request, "until")};
  TRY(request.Finish());
  std::vector<std::string> areas{actor->area, area};
  return context.database.Read([&](Session& session) -> Result<Response> {
    clue::Overview overview = TRY(clue::ReadOverview(session, ViewerOf(*actor), area, months));
    for (clue::Named& one : overview.areas) {
      if (std::optional<account::Area> named = TRY(account::FindArea(session, one.id))) one.name = named->name;
    }
    ledger::Funnel funnel = TRY(ledger::ReadFunnel(session, areas, months));
    Fen attributed = TRY(clue::AttributedSum(session, areas, months));
    json clues{{"new", 0}, {"assigned", 0}, {"working", 0}, {"snoozed", 0}, {"in_case", 0}, {"closed", 0}};
    for (const auto& [status, count] : overview.clues) clues[status] = count;
    json unknowns = json::array();
    for (const clue::Overview::Unknown& unknown : overview.unknowns)
      unknowns.push_back({{"rule", unknown.rule},
                          {"rule_name", unknown.rule_name},
                          {"reason", unknown.reason},
                          {"rows", unknown.rows}});
    return Response::Json({{"funnel", ToJson(funnel, funnel.identified == attributed)},
                           {"clues", clues},
                           {"cases", TRY(CaseCounts(session, areas, months))},
                           {"areas", NamedJson(overview.areas)},
                           {"trend", TRY(Trend(session, areas, overview))},
                           {"top_rules", NamedJson(overview.top_rules)},
                           {"top_institutions", NamedJson(overview.top_institutions)},
                           {"severity", NamedJson(overview.severity)},
                           {"unknowns", unknowns},
                           {"deadlines", TRY(Deadlines(session, areas, context.clock))},
                           {"run", RunJson(TRY(clue::LastImport(session)))}});
  });
}

// What has a number, a title and an area of its own.
struct Numbered {
  const char* kind;
  const char* table;
  char letter;
};

Status AddNumbered(Session& session, const account::Actor& actor, const Numbered& what, const std::string& text,
                   json& hits) {
  std::string like = store::Containing(text);
  std::string where;
  store::Values values{like, like};
  clue::WhereArea(actor.area, "area", where, values);
  values.emplace_back(kHits);
  for (const store::Row& row : TRY(session.Query(std::string("SELECT id, no, title FROM ") + what.table +
                                                     " WHERE (no LIKE ? ESCAPE '\\' OR title LIKE ? ESCAPE '\\')" +
                                                     where + " ORDER BY id DESC LIMIT ?",
                                                 values)))
    hits.push_back({{"kind", what.kind},
                    {"id", WireId(what.letter, row.Int("id"))},
                    {"title", row.Text("title")},
                    {"subtitle", row.Text("no")}});
  return {};
}

Result<Response> Search(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "overview.read"));
  std::string text = request.QueryText("q", {.characters_min = 1, .characters_max = 100}).value_or("");
  if (text.empty()) request.Fault("q", {"搜索内容", "what to look for"});
  TRY(request.Finish());
  return context.database.Read([&](Session& session) -> Result<Response> {
    json hits = json::array();
    for (const clue::Hit& hit : TRY(clue::Search(session, ViewerOf(*actor), text)))
      hits.push_back({{"kind", hit.kind}, {"id", hit.id}, {"title", hit.title}, {"subtitle", hit.subtitle}});
    TRY(AddNumbered(session, *actor, {"case", "case_file", 'a'}, text, hits));
    TRY(AddNumbered(session, *actor, {"document", "document", 'w'}, text, hits));
    return Response::Json(hits);
  });
}

}  // namespace

void MountOverview(http::Router& router, Context& context) {
  router.Get("/api/overview", Bound(context, Show));
  router.Get("/api/search", Bound(context, Search));
}

}  // namespace yijian::api
