// What the screens of real time show: monitor, acceptance report, overrides.

#include "api/realtime_screens.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/realtime_desk.h"
#include "api/routes.h"
#include "document/sheet.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using realtime::Acceptance;
using realtime::Monitor;
using realtime::ToldHit;

constexpr size_t kInstitutionsMax = 100;
constexpr size_t kDoubtsMax = 100;
constexpr size_t kOverridesShown = 20;
constexpr size_t kAcceptanceRowsMax = 500;
constexpr int kStepSeconds = 10;
constexpr int64_t kLooksMax = 50'000;

json PackJson(const RealtimeDesk::PackInfo& pack) {
  return {
      {"name", pack.name}, {"digest", pack.digest}, {"rules", pack.rules}, {"loaded_at", FormatMoment(pack.loaded_at)}};
}

json OverrideJson(const RealtimeDesk& desk, const ToldHit& hit) {
  return {{"hit", hit.id},
          {"at", hit.answered_at},
          {"rule", hit.rule},
          {"institution", hit.institution},
          {"institution_name", NameJson(desk, hit.institution)},
          {"department", hit.department},
          {"doctor", hit.doctor},
          {"visit", hit.visit},
          {"moment", hit.moment},
          {"reason", hit.reason},
          {"by", hit.by},
          {"message", hit.message},
          {"amount_fen", hit.amount}};
}

json ByWhatJson(const Monitor::Window& window) {
  return {{"pre", window.by_what[Monitor::kAskedPre]},
          {"mid", window.by_what[Monitor::kAskedMid]},
          {"feedback", window.by_what[Monitor::kFedBack]},
          {"upload", window.by_what[Monitor::kUploaded]}};
}

json AdvicesJson(const Monitor::Window& window) {
  json mix = json::object();
  for (size_t advice = 0; advice < Monitor::kAdvices; advice++)
    mix[realtime::NameOf(static_cast<realtime::Advice>(advice))] = window.advices[advice];
  return mix;
}

json QueueJson(const Context& context) {
  if (!context.urgent_queue) return nullptr;
  http::QueueState queue = context.urgent_queue();
  return {{"waiting", queue.waiting},
          {"waiting_max", queue.waiting_max},
          {"workers", queue.workers},
          {"refused", queue.refused}};
}

json WindowsJson(const Monitor& monitor, int64_t now_s) {
  json windows = json::array();
  for (int seconds : {60, 300, 900}) {
    Monitor::Window window = monitor.Last(seconds, now_s);
    windows.push_back({{"seconds", seconds},
                       {"requests", window.requests},
                       {"per_second", static_cast<double>(window.requests) / seconds},
                       {"errors", window.errors},
                       {"refused", window.refused},
                       {"hits", window.hits},
                       {"by_what", ByWhatJson(window)},
                       {"advice", AdvicesJson(window)},
                       {"p50_us", window.p50_us},
                       {"p99_us", window.p99_us},
                       {"p999_us", window.p999_us},
                       {"max_us", window.max_us}});
  }
  return windows;
}

json SeriesJson(const Monitor& monitor, int64_t now_s, EpochMs now) {
  json series = json::array();
  for (int64_t back = Monitor::kSeconds; back > 0; back -= kStepSeconds) {
    Monitor::Window window = monitor.Last(kStepSeconds, now_s - back + kStepSeconds);
    series.push_back({{"at", FormatMoment(now - back * 1000)},
                      {"requests", window.requests},
                      {"errors", window.errors},
                      {"refused", window.refused},
                      {"hits", window.hits},
                      {"by_what", ByWhatJson(window)},
                      {"p50_us", window.p50_us},
                      {"p99_us", window.p99_us}});
  }
  return series;
}

json RulesJson(const realtime::PackVersion& version) {
  struct Use {
    uint32_t rule;
    int64_t hits;
  };
  std::vector<Use> uses;
  for (uint32_t rule = 0; rule < version.rules().rules.size(); rule++) {
    if (version.use(rule).runs > 0) uses.push_back({rule, version.use(rule).hits});
  }
  std::stable_sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.hits > b.hits; });
  json rows = json::array();
  for (const Use& one : uses) {
    const program::Rule& rule = version.rules().rules[one.rule];
    const realtime::RuleUse& use = version.use(one.rule);
    rows.push_back({{"rule", rule.id},
                    {"name_zh", rule.name.zh},
                    {"name_en", rule.name.en},
                    {"severity", program::NameOf(rule.severity)},
                    {"runs", use.runs.load()},
                    {"hits", use.hits.load()},
                    {"unknowns", use.unknowns.load()},
                    {"not_reached", use.not_reached.load()},
                    {"microseconds", use.nanoseconds.load() / 1000}});
  }
  return rows;
}

template <typename Key, typename Value, typename Less>
std::vector<std::pair<Key, Value>> Largest(const std::map<Key, Value>& all, size_t most, Less more) {
  std::vector<std::pair<Key, Value>> rows(all.begin(), all.end());
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return more(a.second, b.second); });
  if (rows.size() > most) rows.resize(most);
  return rows;
}

Result<Response> ShowMonitor(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.monitor"));
  TRY(request.Finish());
  RealtimeDesk* desk = context.realtime;
  int64_t now_s = desk->NowSeconds();
  EpochMs now = context.clock.Now();
  std::optional<RealtimeDesk::PackInfo> shadow = desk->shadow();
  realtime::StoreSize size = TRY(desk->service().store().Size());
  json institutions = json::array();
  auto busier = [](const Monitor::Asker& a, const Monitor::Asker& b) { return a.requests > b.requests; };
  std::map<std::string, Monitor::Asker> askers = desk->monitor().Askers(now_s);
  std::erase_if(askers, [&](const auto& one) { return !desk->Sees(*actor, one.first); });
  for (const auto& [institution, asker] : Largest(askers, kInstitutionsMax, busier)) {
    institutions.push_back({{"institution", institution},
                            {"name", NameJson(*desk, institution)},
                            {"requests", asker.requests},
                            {"hits", asker.hits},
                            {"errors", asker.errors},
                            {"refused", asker.refused}});
  }
  json unknowns = json::array();
  for (const auto& [doubted, count] : Largest(desk->monitor().Doubts(now_s), kDoubtsMax, std::greater<>())) {
    unknowns.push_back({{"rule", doubted.first},
                        {"missing", doubted.second},
                        {"missing_name", realtime::NameOfMissing(doubted.second)},
                        {"count", count}});
  }
  json overrides = json::array();
  // An operator keeps the machine: what was said of persons is not for him.
  if (actor->Can("realtime.report")) {
    int64_t looks = 0;
    TRY(desk->service().told().ForEachOverride([&](const ToldHit& hit) {
      if (desk->Sees(*actor, hit.institution)) overrides.push_back(OverrideJson(*desk, hit));
      return overrides.size() < kOverridesShown && ++looks < kLooksMax;
    }));
  }
  json differences = json::array();
  for (const auto& [rule, use] : desk->service().ShadowDifferences()) {
    differences.push_back(
        {{"rule", rule}, {"both", use.both}, {"only_live", use.only_live}, {"only_shadow", use.only_shadow}});
  }
  return Response::Json(
      {{"now", FormatMoment(now)},
       {"packs", {{"live", PackJson(desk->live())}, {"shadow", shadow ? PackJson(*shadow) : json(nullptr)}}},
       {"store",
        {{"persons", size.persons},
         {"codes", size.codes},
         {"disk_bytes", size.disk_bytes},
         {"memory_bytes", size.memory_bytes}}},
       {"budget_ms", desk->service().policy()->budget_ms()},
       {"queue", QueueJson(context)},
       {"windows", WindowsJson(desk->monitor(), now_s)},
       {"series", SeriesJson(desk->monitor(), now_s, now)},
       {"rules", RulesJson(*desk->service().live())},
       {"institutions", std::move(institutions)},
       {"unknowns", std::move(unknowns)},
       {"overrides", std::move(overrides)},
       {"shadow", std::move(differences)},
       {"kept", {{"requests", desk->kept().kept()}, {"dropped", desk->kept().dropped()}}}});
}

json AcceptanceJson(const std::string& key, const json& name, const json& name_en, const Acceptance& row) {
  return {{"key", key},
          {"name", name},
          {"name_en", name_en},
          {"told", row.told},
          {"answered", row.answered},
          {"changed", row.changed},
          {"carried_on", row.carried_on},
          {"with_reason", row.with_reason},
          {"ignored", row.told - row.answered},
          {"amount_fen", row.amount}};
}

struct AcceptanceQuery {
  std::string by;
  std::string month;
  std::string from, until;  // months, both included; empty: open
  std::string institution;
  std::string rule;
  std::string moment;
};

Result<AcceptanceQuery> ReadAcceptanceQuery(Request& request, const account::Actor& actor) {
  AcceptanceQuery query;
  query.by = request.QueryChoice("by", {"institution", "department", "doctor", "rule", "month"}).value_or("rule");
  for (auto [name, month] : {std::pair{"month", &query.month}, {"from", &query.from}, {"until", &query.until}}) {
    *month = request.QueryText(name, {.characters_max = 7}).value_or("");
    bool is_month = month->size() == 7 && (*month)[4] == '-' && ParseDate(*month + "-01").has_value();
    if (!month->empty() && !is_month) request.Fault(name, {"年月，如 2026-03", "a month, as 2026-03"});
  }
  query.institution = InstitutionQuery(request, actor);
  query.rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  query.moment = request.QueryChoice("moment", {"pre", "mid"}).value_or("");
  TRY(request.Finish());
  return query;
}

struct AcceptanceTable {
  std::map<std::string, Acceptance> rows;
  std::map<std::string, int64_t, std::greater<>> months;
  Acceptance total;
};

Result<AcceptanceTable> CountAcceptance(RealtimeDesk& desk, const account::Actor& actor, const AcceptanceQuery& query) {
  AcceptanceTable table;
  TRY(desk.service().told().ForEachTally([&](const realtime::TallyKey& told, const Acceptance& count) {
    if (!desk.Sees(actor, told.institution)) return;
    if (!query.institution.empty() && told.institution != query.institution) return;
    if ((!query.rule.empty() && told.rule != query.rule) || (!query.moment.empty() && told.moment != query.moment))
      return;
    table.months[told.month] += count.told;
    if (!query.month.empty() && told.month != query.month) return;
    if ((!query.from.empty() && told.month < query.from) || (!query.until.empty() && told.month > query.until)) return;
    const std::string& key = query.by == "institution"  ? told.institution
                             : query.by == "department" ? told.department
                             : query.by == "doctor"     ? told.doctor
                             : query.by == "month"      ? told.month
                                                        : told.rule;
    table.rows[key].Add(count);
    table.total.Add(count);
  }));
  return table;
}

// Most told first, with the names of what they are of.
json AcceptanceRows(const RealtimeDesk& desk, realtime::Service& service, const std::string& by,
                    const AcceptanceTable& table) {
  std::map<std::string, program::Bilingual> rule_names;
  for (const program::Rule& one : service.live()->rules().rules) rule_names[one.id] = one.name;
  json rows = json::array();
  auto more = [](const Acceptance& a, const Acceptance& b) { return a.told > b.told; };
  for (const auto& [key, row] : Largest(table.rows, kAcceptanceRowsMax, more)) {
    json name = by == "institution" ? NameJson(desk, key)
                : by == "rule"      ? TextOrNull(rule_names[key].zh)
                                    : json(nullptr);
    json name_en = by == "rule" ? TextOrNull(rule_names[key].en) : json(nullptr);
    rows.push_back(AcceptanceJson(key, name, name_en, row));
  }
  return rows;
}

Result<Response> ShowAcceptance(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  AcceptanceQuery query = TRY(ReadAcceptanceQuery(request, *actor));
  RealtimeDesk* desk = context.realtime;
  AcceptanceTable table = TRY(CountAcceptance(*desk, *actor, query));
  json months = json::array();
  for (const auto& [name, count] : table.months) months.push_back(name);
  return Response::Json({{"by", query.by},
                         {"rows", AcceptanceRows(*desk, desk->service(), query.by, table)},
                         {"total", AcceptanceJson("", nullptr, nullptr, table.total)},
                         {"months", std::move(months)}});
}

Result<Response> ExportAcceptance(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  AcceptanceQuery query = TRY(ReadAcceptanceQuery(request, *actor));
  RealtimeDesk* desk = context.realtime;
  json counted = AcceptanceRows(*desk, desk->service(), query.by, TRY(CountAcceptance(*desk, *actor, query)));
  json head = json::array();
  for (auto [zh, kind] :
       {std::pair("编码", "text"), std::pair("名称", "text"), std::pair("提醒", "number"), std::pair("采纳", "number"),
        std::pair("未采纳", "number"), std::pair("说明理由", "number"), std::pair("未反馈", "number"),
        std::pair("提醒采纳率", "text"), std::pair("涉及金额", "money")})
    head.push_back({{"zh", zh}, {"kind", kind}});
  json rows = json::array();
  for (const json& row : counted) {
    int64_t answered = row["answered"];
    std::string share = answered == 0 ? "" : FormatMicro(row["changed"].get<int64_t>() * 100'000'000 / answered);
    if (size_t dot = share.find('.'); dot != std::string::npos) share = share.substr(0, dot + 2);
    json name = row["name"].is_null() ? json("") : row["name"];
    rows.push_back({row["key"], name, row["told"], row["changed"], row["carried_on"], row["with_reason"],
                    row["ignored"], share.empty() ? "" : share + "%", row["amount_fen"]});
  }
  json tables = json::array({{{"name", "提醒采纳率"}, {"head", head}, {"rows", rows}}});
  std::string book = TRY(document::Workbook(tables, "提醒采纳率"));
  TRY(context.database.Write([&](store::Session& session) {
    return trail::Append(session, EntryOf(*actor, "realtime.export", "acceptance", query.by, {{"rows", rows.size()}}),
                         context.clock.Now());
  }));
  return Response::Bytes(std::move(book), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
      .SaveAs("提醒采纳率.xlsx");
}

Result<Response> ShowOverrides(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  std::string institution = InstitutionQuery(request, *actor);
  std::string rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  std::string visit = request.QueryText("visit", {.characters_max = 64}).value_or("");
  size_t size = static_cast<size_t>(request.QueryInt("size", {.min = 1, .max = 200}).value_or(50));
  TRY(request.Finish());
  RealtimeDesk* desk = context.realtime;
  json rows = json::array();
  TRY(desk->service().told().ForEachOverride([&](const ToldHit& hit) {
    bool wanted = (institution.empty() || hit.institution == institution) && (rule.empty() || hit.rule == rule) &&
                  (visit.empty() || hit.visit == visit);
    if (wanted && desk->Sees(*actor, hit.institution)) rows.push_back(OverrideJson(*desk, hit));
    return rows.size() < size;
  }));
  return Response::Json({{"rows", std::move(rows)}});
}

}  // namespace

json NameJson(const RealtimeDesk& desk, const std::string& institution) { return TextOrNull(desk.NameOf(institution)); }

std::string InstitutionQuery(Request& request, const account::Actor& actor) {
  std::string named = request.QueryText("institution", {.characters_max = 40}).value_or("");
  return actor.institution.empty() || !named.empty() ? named : actor.institution;
}

void MountRealtimeScreens(http::Router& router, Context& context) {
  router.Get("/api/realtime/monitor", WithRealtime(context, ShowMonitor));
  router.Get("/api/realtime/acceptance", WithRealtime(context, ShowAcceptance));
  router.Get("/api/realtime/acceptance/export", WithRealtime(context, ExportAcceptance));
  router.Get("/api/realtime/overrides", WithRealtime(context, ShowOverrides));
  MountRealtimeRequests(router, context);
}

}  // namespace yijian::api
