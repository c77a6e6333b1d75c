// What the screens of real time show: monitor, acceptance report, overrides, request explorer.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/realtime_desk.h"
#include "api/routes.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using realtime::Acceptance;
using realtime::KeptRequest;
using realtime::Monitor;
using realtime::ToldHit;

constexpr size_t kInstitutionsMax = 100;
constexpr size_t kDoubtsMax = 100;
constexpr size_t kOverridesShown = 20;
constexpr size_t kAcceptanceRowsMax = 500;
constexpr int kStepSeconds = 10;
// How many kept requests one question looks at before it says where to go on.
constexpr int64_t kLooksMax = 50'000;

json NameJson(const RealtimeDesk& desk, const std::string& institution) { return TextOrNull(desk.NameOf(institution)); }

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
                      {"hits", window.hits},
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
       {"windows", WindowsJson(desk->monitor(), now_s)},
       {"series", SeriesJson(desk->monitor(), now_s, now)},
       {"rules", RulesJson(*desk->service().live())},
       {"institutions", std::move(institutions)},
       {"unknowns", std::move(unknowns)},
       {"overrides", std::move(overrides)},
       {"shadow", std::move(differences)},
       {"kept", {{"requests", desk->kept().kept()}, {"dropped", desk->kept().dropped()}}}});
}

// The institution a screen is about: an institution's person sees nothing but his own.
std::string InstitutionQuery(Request& request, const account::Actor& actor) {
  std::string named = request.QueryText("institution", {.characters_max = 40}).value_or("");
  return actor.institution.empty() || !named.empty() ? named : actor.institution;
}

json AcceptanceJson(const std::string& key, const json& name, const Acceptance& row) {
  return {{"key", key},
          {"name", name},
          {"told", row.told},
          {"answered", row.answered},
          {"changed", row.changed},
          {"carried_on", row.carried_on},
          {"with_reason", row.with_reason},
          {"ignored", row.told - row.answered},
          {"amount_fen", row.amount}};
}

Result<Response> ShowAcceptance(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  std::string by = request.QueryChoice("by", {"institution", "department", "doctor", "rule", "month"}).value_or("rule");
  std::string month = request.QueryText("month", {.characters_max = 7}).value_or("");
  bool is_month = month.size() == 7 && month[4] == '-' && ParseDate(month + "-01").has_value();
  if (!month.empty() && !is_month) request.Fault("month", {"年月，如 2026-03", "a month, as 2026-03"});
  std::string institution = InstitutionQuery(request, *actor);
  std::string rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  std::string moment = request.QueryChoice("moment", {"pre", "mid"}).value_or("");
  TRY(request.Finish());
  RealtimeDesk* desk = context.realtime;
  std::map<std::string, Acceptance> rows;
  std::map<std::string, int64_t, std::greater<>> months;
  Acceptance total;
  TRY(desk->service().told().ForEachTally([&](const realtime::TallyKey& told, const Acceptance& count) {
    if (!desk->Sees(*actor, told.institution) || (!institution.empty() && told.institution != institution)) return;
    if ((!rule.empty() && told.rule != rule) || (!moment.empty() && told.moment != moment)) return;
    months[told.month] += count.told;
    if (!month.empty() && told.month != month) return;
    const std::string& key = by == "institution"  ? told.institution
                             : by == "department" ? told.department
                             : by == "doctor"     ? told.doctor
                             : by == "month"      ? told.month
                                                  : told.rule;
    rows[key].Add(count);
    total.Add(count);
  }));
  std::map<std::string, std::string> rule_names;
  for (const program::Rule& one : desk->service().live()->rules().rules) rule_names[one.id] = one.name.zh;
  json told = json::array();
  auto more = [](const Acceptance& a, const Acceptance& b) { return a.told > b.told; };
  for (const auto& [key, row] : Largest(rows, kAcceptanceRowsMax, more)) {
    json name = by == "institution" ? NameJson(*desk, key) : by == "rule" ? TextOrNull(rule_names[key]) : json(nullptr);
    told.push_back(AcceptanceJson(key, name, row));
  }
  json all_months = json::array();
  for (const auto& [name, count] : months) all_months.push_back(name);
  return Response::Json({{"by", by},
                         {"rows", std::move(told)},
                         {"total", AcceptanceJson("", nullptr, total)},
                         {"months", std::move(all_months)}});
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

json RequestJson(const RealtimeDesk& desk, const KeptRequest& kept) {
  return {{"id", kept.id},
          {"at", FormatMoment(kept.at_us / 1000)},
          {"infno", kept.infno},
          {"institution", kept.institution},
          {"institution_name", NameJson(desk, kept.institution)},
          {"msgid", kept.msgid},
          {"trace", kept.trace},
          {"status", kept.word.empty() ? "ok" : kept.word},
          {"advice", TextOrNull(kept.advice)},
          {"hits", kept.hits},
          {"unknowns", kept.unknowns},
          {"not_reached", kept.not_reached},
          {"drafts", kept.drafts},
          {"lines", kept.lines},
          {"microseconds", kept.microseconds},
          {"rules", kept.rules},
          {"trial", kept.trial}};
}

// What somebody tried in the name of nobody is his own.
bool SeesRequest(const RealtimeDesk& desk, const account::Actor& actor, const KeptRequest& kept) {
  if (kept.trial && kept.tried_by == actor.login) return true;
  return desk.Sees(actor, kept.institution);
}

Result<Response> ListRequests(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  std::string institution = InstitutionQuery(request, *actor);
  std::string infno = request.QueryText("infno", {.characters_max = 10}).value_or("");
  std::string rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  std::string msgid = request.QueryText("msgid", {.characters_max = 64}).value_or("");
  std::string result = request.QueryChoice("result", {"hit", "pass", "refused"}).value_or("");
  std::string before = request.QueryText("before", {.characters_max = 32}).value_or("");
  size_t size = static_cast<size_t>(request.QueryInt("size", {.min = 1, .max = 200}).value_or(50));
  TRY(request.Finish());
  RealtimeDesk* desk = context.realtime;
  auto wanted = [&](const KeptRequest& kept) {
    if (!institution.empty() && kept.institution != institution) return false;
    if ((!infno.empty() && kept.infno != infno) || (!msgid.empty() && kept.msgid != msgid)) return false;
    if (!rule.empty() && std::find(kept.rules.begin(), kept.rules.end(), rule) == kept.rules.end()) return false;
    bool fits = result.empty() ||
                (result == "refused" ? !kept.word.empty() : kept.word.empty() && (kept.hits > 0) == (result == "hit"));
    return fits && SeesRequest(*desk, *actor, kept);
  };
  json rows = json::array();
  json next = nullptr;
  int64_t looks = 0;
  TRY(desk->kept().ForEach(before, [&](const KeptRequest& kept) {
    if (wanted(kept)) rows.push_back(RequestJson(*desk, kept));
    bool full = rows.size() >= size || ++looks >= kLooksMax;
    if (full) next = kept.id;
    return !full;
  }));
  return Response::Json({{"rows", std::move(rows)}, {"next", std::move(next)}});
}

Result<Response> InFull(Context& context, const account::Actor& actor, const std::string& id, bool masked) {
  RealtimeDesk* desk = context.realtime;
  KeptRequest kept = TRY(desk->kept().Find(id));
  if (!SeesRequest(*desk, actor, kept)) return NotFound("no request '" + id + "' is kept");
  auto body = [&](const std::string& text) {
    json value = json::parse(masked ? realtime::MaskJson(text) : text, nullptr, false);
    if (!value.is_discarded()) return value;
    // No JSON: shown as a text, with what is no UTF-8 replaced.
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace));
  };
  json full = RequestJson(*desk, kept);
  full["masked"] = masked;
  full["request"] = body(kept.request);
  full["answer"] = body(kept.answer);
  return Response::Json(full);
}

Result<Response> ShowRequest(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  TRY(request.Finish());
  return InFull(context, *actor, request.Param("id"), true);
}

Result<Response> UnmaskRequest(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "person.unmask"));
  http::Fields body = TRY(request.Json());
  std::string reason = body.Text("reason", {.characters_min = 4, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  std::string id = request.Param("id");
  Response shown = TRY(InFull(context, *actor, id, false));
  trail::Entry entry = EntryOf(*actor, "person.unmask", "realtime_request", id, {{"reason", reason}});
  entry.view = true;
  TRY(context.views.Note(std::move(entry)));
  return shown;
}

}  // namespace

void MountRealtimeScreens(http::Router& router, Context& context) {
  auto bound = [&context](auto handler) {
    return [&context, handler](Request& request) -> Result<Response> {
      if (context.realtime == nullptr) return NoRealtime();
      return handler(context, request);
    };
  };
  router.Get("/api/realtime/monitor", bound(ShowMonitor));
  router.Get("/api/realtime/acceptance", bound(ShowAcceptance));
  router.Get("/api/realtime/overrides", bound(ShowOverrides));
  router.Get("/api/realtime/requests", bound(ListRequests));
  router.Get("/api/realtime/requests/{id}", bound(ShowRequest));
  router.Post("/api/realtime/requests/{id}/unmask", bound(UnmaskRequest));
}

}  // namespace yijian::api
