#include <map>

#include "account/areas.h"
#include "api/case_route.h"
#include "api/clue_json.h"
#include "api/routes.h"
#include "base/words.h"
#include "casework/self_check_steps.h"
#include "clue/profile.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using store::Session;

constexpr size_t kTimelineLinesMax = 5'000;
constexpr int64_t kPersonsShown = 200;

json NamedJson(const std::vector<clue::Named>& rows) {
  Fen all = 0;
  for (const clue::Named& row : rows) all += row.fen;
  json named = json::array();
  for (const clue::Named& row : rows) {
    double share = all > 0 ? static_cast<double>(row.fen) / static_cast<double>(all) : 0;
    named.push_back({{"id", row.id}, {"name", row.name}, {"count", row.count}, {"fen", row.fen}, {"share", share}});
  }
  return named;
}

json RelatedJson(const std::vector<clue::RelatedClue>& clues) {
  json rows = json::array();
  for (const clue::RelatedClue& one : clues) rows.push_back(ToJson(one));
  return rows;
}

Result<std::string> NameOfArea(Session& session, const std::string& code) {
  std::optional<account::Area> area = TRY(account::FindArea(session, code));
  return area ? area->name : code;
}

Result<json> InstitutionJson(Session& session, const clue::InstitutionRow& row) {
  ledger::Funnel funnel = TRY(ledger::ReadSheet(session, {}, ledger::GroupBy::kNone, row.code)).funnel;
  auto cases = TRY(session.QueryOne(
      "SELECT COUNT(*) AS n FROM case_file WHERE institution = ? AND state NOT IN ('closed', 'ended', 'transferred')",
      {row.code}));
  return json{{"code", row.code},
              {"name", row.name},
              {"kind", row.kind},
              {"level", OrNull(row.level)},
              {"area", row.area},
              {"area_name", TRY(NameOfArea(session, row.area))},
              {"clues", row.clues},
              {"open_cases", cases->Int("n")},
              {"found_fen", row.found},
              {"confirmed_fen", funnel.confirmed},
              {"recovered_fen", funnel.recovered}};
}

Result<Response> Institutions(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "profile.read"));
  PageQuery page = PageOf(request);
  clue::InstitutionFilter filter;
  filter.sort = request.QueryChoice("sort", {"-found", "found", "name", "-clues"}).value_or("-found");
  filter.area = request.QueryText("area", {.characters_max = 12}).value_or("");
  filter.kind = request.QueryText("kind", {.characters_max = 20}).value_or("");
  filter.text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  return context.database.Read([&](Session& session) -> Result<Response> {
    clue::InstitutionPage found =
        TRY(clue::ListInstitutions(session, ViewerOf(*actor), filter, {page.size, (page.page - 1) * page.size}));
    json rows = json::array();
    for (const clue::InstitutionRow& row : found.rows) rows.push_back(TRY(InstitutionJson(session, row)));
    return Response::Json({{"rows", rows}, {"total", found.total}});
  });
}

Result<Response> Institution(Context& context, casework::Casework& casework, Request& request) {
  const account::Actor* actor = TRY(Need(request, "profile.read"));
  std::string code = request.Param("id");
  TRY(request.Finish());
  json body = TRY(context.database.Read([&](Session& session) -> Result<json> {
    clue::InstitutionProfile profile = TRY(clue::ProfileOfInstitution(session, ViewerOf(*actor), code));
    json trend = json::array();
    for (const clue::MonthSum& month : profile.trend)
      trend.push_back({{"month", month.month}, {"found_fen", month.found}, {"findings", month.findings}});
    ledger::Sheet sheet = TRY(ledger::ReadSheet(session, {}, ledger::GroupBy::kNone, code));
    return json{{"institution", TRY(InstitutionJson(session, profile.row))},
                {"funnel", ToJson(sheet.funnel, sheet.funnel.identified == profile.row.found)},
                {"trend", trend},
                {"rules", NamedJson(profile.rules)},
                {"doctors", NamedJson(profile.doctors)},
                {"departments", NamedJson(profile.departments)},
                {"peers",
                 {{"value", OrNull(profile.peers.value)},
                  {"median", OrNull(profile.peers.median)},
                  {"percentile", OrNull(profile.peers.percentile)},
                  {"peers", profile.peers.peers}}},
                {"clues", RelatedJson(profile.clues)}};
  }));
  casework::CaseFilter filter;
  filter.institution = code;
  json cases = TRY(casework.Read(
      CaseActor(*actor), [&](casework::Job& job) { return casework::CaseList(job, filter, {.page = 1, .size = 20}); }));
  body["cases"] = cases.value("rows", json::array());
  body["measures"] =
      TRY(casework.Read(CaseActor(*actor), [&](casework::Job& job) { return casework::MeasuresOf(job, code); }));
  body["self_checks"] = TRY(casework.Read(CaseActor(*actor), [&](casework::Job& job) {
    return casework::SelfCheckList(job, code, "", {.page = 1, .size = 20});
  }))["rows"];
  trail::Entry entry = EntryOf(*actor, "profile.institution", "institution", code);
  entry.view = true;
  TRY(context.views.Note(std::move(entry)));
  return Response::Json(body);
}

std::optional<int> AgeOn(const std::optional<std::string>& birth, Date today) {
  std::optional<Date> day = birth ? ParseDate(*birth) : std::nullopt;
  return day ? std::optional<int>(AgeYears(*day, today)) : std::nullopt;
}

Status LookedAt(Context& context, const account::Actor& actor, const char* action, const std::string& ref) {
  trail::Entry entry = EntryOf(actor, action, "person", ref);
  entry.view = true;
  return context.views.Note(std::move(entry));
}

Result<Response> Person(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "person.read"));
  std::string ref = request.Param("id");
  TRY(request.Finish());
  clue::PersonProfile profile = TRY(
      context.database.Read([&](Session& session) { return clue::ProfileOfPerson(session, ViewerOf(*actor), ref); }));
  json body{{"person", ref},
            {"name", profile.masked_name},
            {"gender", OrNull(profile.gender)},
            {"age", OrNull(AgeOn(profile.birth, context.clock.Today()))},
            {"found_fen", profile.found},
            {"findings", profile.findings},
            {"rules", NamedJson(profile.rules)},
            {"institutions", NamedJson(profile.institutions)},
            {"clues", RelatedJson(profile.clues)}};
  if (context.timelines) {
    Result<clue::PersonTimeline> all = context.timelines->Read(profile.psn_no, std::nullopt, std::nullopt, 0);
    if (all) {
      body["visits"] = all->visits;
      body["stays"] = all->stays;
      body["amount_fen"] = all->amount;
      body["insutype"] = TextOrNull(all->insutype);
    } else if (all.error().code != ErrorCode::kNotFound) {
      return std::move(all.error());
    }
  }
  TRY(LookedAt(context, *actor, "person.read", ref));
  return Response::Json(body);
}

json VisitJson(const clue::TimelineVisit& visit, const json& marks) {
  json body{{"id", visit.id},
            {"institution", visit.institution},
            {"institution_name", visit.institution_name},
            {"kind", visit.kind},
            {"begin", FormatMoment(MomentOf(visit.begin))},
            {"end", visit.end ? json(FormatMoment(MomentOf(*visit.end))) : json(nullptr)},
            {"diagnosis", TextOrNull(visit.diagnosis)},
            {"diagnosis_name", TextOrNull(visit.diagnosis_name)},
            {"department", TextOrNull(visit.department)},
            {"amount_fen", OrNull(visit.amount)}};
  body.update(marks);
  return body;
}

// Which rows are charged, which are evidence, and of which findings.
class MarkMap {
 public:
  explicit MarkMap(const std::vector<clue::Mark>& marks) {
    for (const clue::Mark& mark : marks) {
      One& one = by_row_[{mark.kind, mark.row_id}];
      (mark.charged ? one.charged : one.evidence) = true;
      one.findings.push_back(WireId('s', mark.finding));
    }
  }
  json Of(const std::string& kind, int64_t row) const {
    auto found = by_row_.find({kind, row});
    if (found == by_row_.end()) return {{"charged", false}, {"evidence", false}, {"findings", json::array()}};
    return {
        {"charged", found->second.charged}, {"evidence", found->second.evidence}, {"findings", found->second.findings}};
  }

 private:
  struct One {
    bool charged = false;
    bool evidence = false;
    std::vector<std::string> findings;
  };
  std::map<std::pair<std::string, int64_t>, One> by_row_;
};

Result<Response> TimelineOf(Context& context, const account::Actor& actor, const clue::PersonProfile& person,
                            int64_t clue, std::optional<Date> from, std::optional<Date> until) {
  if (!context.timelines) return NotFound("no lake is connected", "未接入数据湖");
  clue::PersonTimeline timeline = TRY(context.timelines->Read(person.psn_no, from, until, kTimelineLinesMax));
  clue::Marks360 marks;
  std::vector<clue::CluePerson> persons;
  TRY(context.database.Read([&](Session& session) -> Status {
    marks = TRY(clue::MarksOf(session, person.ref, clue));
    if (clue != 0) persons = TRY(clue::PersonsOfClue(session, clue, kPersonsShown));
    return {};
  }));
  MarkMap marked(marks.marks);
  json stays = json::array();
  json visits = json::array();
  Time first = 0;
  Time last = 0;
  auto cover = [&](Time at) {
    first = first == 0 ? at : std::min(first, at);
    last = std::max(last, at);
  };
  for (const clue::TimelineVisit& visit : timeline.visit_rows) {
    (visit.stay ? stays : visits).push_back(VisitJson(visit, marked.Of("visit", visit.row_id)));
    cover(visit.begin);
    if (visit.end) cover(*visit.end);
  }
  json lines = json::array();
  for (const clue::TimelineLine& line : timeline.lines) {
    cover(line.at);
    json row{{"id", std::to_string(line.row_id)},
             {"visit", line.visit},
             {"at", FormatMoment(MomentOf(line.at))},
             {"item_code", line.item_code},
             {"item_name", line.item_name},
             {"category", line.category},
             {"quantity", line.quantity},
             {"price", line.price},
             {"amount_fen", line.amount},
             {"doctor", TextOrNull(line.doctor)},
             {"department", TextOrNull(line.department)}};
    row.update(marked.Of("line", line.row_id));
    lines.push_back(std::move(row));
  }
  json findings = json::array();
  for (const clue::MarkedFinding& finding : marks.findings) {
    findings.push_back({{"id", WireId('s', finding.id)},
                        {"rule", finding.rule},
                        {"rule_name_zh", finding.rule_name_zh},
                        {"rule_name_en", finding.rule_name_en},
                        {"message_zh", finding.message_zh},
                        {"message_en", finding.message_en},
                        {"found_fen", finding.found}});
  }
  json others = json::array();
  for (const clue::CluePerson& one : persons)
    others.push_back({{"person", one.ref}, {"person_name", one.masked_name}, {"found_fen", one.found}});
  TRY(LookedAt(context, actor, "person.timeline", person.ref));
  return Response::Json({{"person", person.ref},
                         {"person_name", person.masked_name},
                         {"gender", OrNull(person.gender)},
                         {"age", OrNull(AgeOn(person.birth, context.clock.Today()))},
                         {"from", FormatDate(from.value_or(DayOf(first)))},
                         {"until", FormatDate(until.value_or(DayOf(last) + 1))},
                         {"truncated", timeline.truncated},
                         {"persons", others},
                         {"stays", stays},
                         {"visits", visits},
                         {"lines", lines},
                         {"findings", findings}});
}

Result<Response> PersonTimeline(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "person.read"));
  std::string ref = request.Param("id");
  std::optional<Date> from = request.QueryDay("from");
  std::optional<Date> until = request.QueryDay("until");
  TRY(request.Finish());
  clue::PersonProfile person = TRY(
      context.database.Read([&](Session& session) { return clue::ProfileOfPerson(session, ViewerOf(*actor), ref); }));
  return TimelineOf(context, *actor, person, 0, from, until);
}

Result<Response> ClueTimeline(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "clue.read"));
  int64_t id = TRY(IdOf('c', request.Param("id")));
  std::string ref = request.QueryText("person", {.characters_max = 64}).value_or("");
  std::optional<Date> from = request.QueryDay("from");
  std::optional<Date> until = request.QueryDay("until");
  TRY(request.Finish());
  TRY(context.desk.Get(ViewerOf(*actor), id));
  clue::PersonProfile person = TRY(context.database.Read([&](Session& session) -> Result<clue::PersonProfile> {
    if (ref.empty()) {
      std::vector<clue::CluePerson> persons = TRY(clue::PersonsOfClue(session, id, 1));
      if (persons.empty()) return NotFound("no person in this clue", "此线索不涉及参保人");
      ref = persons.front().ref;
    }
    return clue::ProfileOfPerson(session, ViewerOf(*actor), ref);
  }));
  return TimelineOf(context, *actor, person, id, from, until);
}

Result<Response> Unmask(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "person.unmask"));
  http::Fields body = TRY(request.Json());
  std::string ref = body.Text("person", {.characters_max = 64});
  std::string reason = body.Text("reason", {.characters_min = 4, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  clue::PersonProfile person = TRY(
      context.database.Read([&](Session& session) { return clue::ProfileOfPerson(session, ViewerOf(*actor), ref); }));
  if (!context.timelines) return NotFound("no lake is connected", "未接入数据湖");
  clue::PersonDetails details = TRY(context.timelines->Details(person.psn_no));
  trail::Entry entry = EntryOf(*actor, "person.unmask", "person", ref, {{"reason", reason}});
  entry.view = true;
  TRY(context.views.Note(std::move(entry)));
  return Response::Json({{"person", ref},
                         {"psn_no", details.psn_no},
                         {"name", details.name},
                         {"certno", details.certno},
                         {"tel", details.tel},
                         {"addr", details.addr}});
}

json RuleJson(const clue::RuleRow& row) {
  return {{"rule", row.rule},           {"version", row.version},
          {"name_zh", row.name_zh},     {"name_en", row.name_en},
          {"class", row.rule_class},    {"severity", row.severity},
          {"matter", row.matter},       {"official", OrNull(row.official)},
          {"findings", row.findings},   {"found_fen", row.found},
          {"confirmed", row.confirmed}, {"refuted", row.refuted},
          {"precision", row.precision}, {"precision_measured", row.measured},
          {"unknowns", row.unknowns}};
}

Result<Response> Rules(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "profile.read"));
  std::string of_class = request.QueryChoice("class", {"policy", "management", "medical", "behaviour"}).value_or("");
  std::string text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  auto rules = TRY(context.database.Read([&](Session& session) -> Result<std::vector<clue::RuleRow>> {
    clue::RankWeights weights = TRY(context.desk.Weights(session));
    return clue::ListRules(session, ViewerOf(*actor), weights, of_class, text);
  }));
  json rows = json::array();
  for (const clue::RuleRow& row : rules) rows.push_back(RuleJson(row));
  return Response::Json(rows);
}

Result<Response> Rule(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "profile.read"));
  std::string id = request.Param("id");
  TRY(request.Finish());
  clue::RuleProfile rule = TRY(context.database.Read([&](Session& session) -> Result<clue::RuleProfile> {
    clue::RankWeights weights = TRY(context.desk.Weights(session));
    return clue::ProfileOfRule(session, ViewerOf(*actor), weights, id);
  }));
  json months = json::array();
  for (const clue::MonthSum& month : rule.months) {
    int64_t judged = month.confirmed + month.refuted;
    months.push_back(
        {{"month", month.month},
         {"findings", month.findings},
         {"found_fen", month.found},
         {"confirmed", month.confirmed},
         {"refuted", month.refuted},
         {"precision",
          judged > 0 ? json(static_cast<double>(month.confirmed) / static_cast<double>(judged)) : json(nullptr)}});
  }
  json unknowns = json::array();
  for (const auto& [reason, rows] : rule.unknowns) unknowns.push_back({{"reason", reason}, {"rows", rows}});
  json basis = json::parse(rule.basis_json, nullptr, false);
  return Response::Json({{"rule", RuleJson(rule.row)},
                         {"basis", basis.is_array() ? basis : json::array()},
                         {"why_zh", rule.why_zh},
                         {"why_en", rule.why_en},
                         {"false_alarms_zh", rule.false_alarms_zh},
                         {"false_alarms_en", rule.false_alarms_en},
                         {"text", rule.text},
                         {"months", months},
                         {"institutions", NamedJson(rule.institutions)},
                         {"unknowns", unknowns}});
}

}  // namespace

void MountProfiles(http::Router& router, Context& context, casework::Casework& casework) {
  router.Get("/api/institutions", Bound(context, Institutions));
  router.Get("/api/institutions/{id}",
             [&context, &casework](Request& request) { return Institution(context, casework, request); });
  router.Get("/api/persons/{id}", Bound(context, Person));
  router.Get("/api/persons/{id}/timeline", Bound(context, PersonTimeline));
  router.Get("/api/clues/{id}/timeline", Bound(context, ClueTimeline));
  router.Post("/api/unmask", Bound(context, Unmask));
  router.Get("/api/rules", Bound(context, Rules));
  router.Get("/api/rules/{id}", Bound(context, Rule));
}

}  // namespace yijian::api
