#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "account/areas.h"
#include "account/holidays.h"
#include "account/people.h"
#include "account/settings.h"
#include "api/desk_settings.h"
#include "api/routes.h"
#include "base/words.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

json RolesJson(account::Roles roles) {
  json names = json::array();
  for (int i = 0; i < account::kRoles; i++) {
    auto role = static_cast<account::Role>(i);
    if ((roles & account::Bit(role)) != 0) names.push_back(account::NameOf(role));
  }
  return names;
}

json UserJson(const account::Person& person) {
  return {{"id", WireId('u', person.id)},
          {"login", person.login},
          {"name", person.name},
          {"roles", RolesJson(person.roles)},
          {"area", person.area},
          {"area_name", person.area_name},
          {"institution", TextOrNull(person.institution)},
          {"fields", person.fields},
          {"status", person.status},
          {"totp", person.totp},
          {"oidc_subject", OrNull(person.oidc_subject)},
          {"seen_at", MomentOrNull(person.seen_at)},
          {"version", person.version}};
}

std::optional<account::Role> RoleQuery(Request& request) {
  std::optional<std::string> name = request.QueryText("role", {.characters_max = 20});
  if (!name) return std::nullopt;
  std::optional<account::Role> role = account::RoleOf(*name);
  if (!role) request.Fault("role", {"角色名称", "the name of a role"});
  return role;
}

account::Roles RolesIn(http::Fields& body, bool required) {
  account::Roles roles = 0;
  if (!required && !body.Has("roles")) {
    body.Raw("roles");
    return roles;
  }
  for (const std::string& name :
       body.Texts("roles", {.items_min = 1, .items_max = account::kRoles}, {.characters_max = 20})) {
    std::optional<account::Role> role = account::RoleOf(name);
    if (role) {
      roles |= account::Bit(*role);
    } else {
      body.Fault("roles", {"角色名称", "names of roles"});
    }
  }
  return roles;
}

bool IsLogin(const std::string& text) {
  return text.size() >= 2 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
}

Result<Response> Users(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "user.manage"));
  account::PeopleFilter filter;
  PageQuery page = PageOf(request);
  filter.page = page.page;
  filter.size = page.size;
  filter.text = request.QueryText("text", {.characters_max = 100}).value_or("");
  filter.role = RoleQuery(request);
  TRY(request.Finish());
  account::PeoplePage found = TRY(context.database.Read(
      [&](store::Session& session) { return account::ListPeople(session, actor->area, filter, context.clock.Now()); }));
  json rows = json::array();
  for (const account::Person& person : found.rows) rows.push_back(UserJson(person));
  return Response::Json({{"rows", rows}, {"total", found.total}});
}

// An operator manages people of his own area only; others do not exist for him.
Status NeedOwn(store::Session& session, const account::Actor& actor, int64_t id) {
  account::Person person = TRY(account::FindPerson(session, id));
  if (!account::AreaCovers(actor.area, person.area)) return NotFound("no such person", "没有此人");
  return {};
}

Error OtherArea() { return Forbidden("other_area", "this area is not below yours", "该区划不在您的管辖范围内"); }

Result<Response> AddUser(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "user.manage"));
  http::Fields body = TRY(request.Json());
  account::NewPerson person;
  person.login = body.Text("login", {.characters_min = 2, .characters_max = 40});
  if (!person.login.empty() && !IsLogin(person.login))
    body.Fault("login", {"小写字母、数字和 . _ -", "small letters, digits and . _ -"});
  person.name = body.Text("name", {.characters_max = 60});
  person.roles = RolesIn(body, true);
  person.area = body.Text("area", {.characters_max = 12});
  person.institution = body.TextIf("institution", {.characters_max = 40}).value_or("");
  if (body.Has("fields")) person.fields = body.Texts("fields", {.items_max = 100}, {.characters_max = 40});
  person.oidc_subject = body.TextIf("oidc_subject", {.characters_max = 200});
  TRY(body.Finish());
  if (!account::AreaCovers(actor->area, person.area)) return OtherArea();
  account::AddedPerson added = TRY(context.database.Write(
      [&](store::Session& session) { return account::AddPerson(session, *actor, person, context.clock.Now()); }));
  return Response::Json({{"user", UserJson(added.person)}, {"one_time_password", added.one_time_password}}, 201);
}

Result<Response> ChangeUser(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "user.manage"));
  int64_t id = TRY(IdOf('u', request.Param("id")));
  http::Fields body = TRY(request.Json());
  account::PersonChange change;
  change.version = body.Int("version", {.min = 1});
  change.name = body.TextIf("name", {.characters_max = 60});
  account::Roles roles = RolesIn(body, false);
  if (roles != 0) change.roles = roles;
  change.area = body.TextIf("area", {.characters_max = 12});
  if (body.Raw("institution") != nullptr)
    change.institution = body.TextIf("institution", {.characters_min = 0, .characters_max = 40}).value_or("");
  if (body.Has("fields")) change.fields = body.Texts("fields", {.items_max = 100}, {.characters_max = 40});
  change.status = body.ChoiceIf("status", {"active", "disabled"});
  if (body.Raw("oidc_subject") != nullptr)
    change.oidc_subject = body.TextIf("oidc_subject", {.characters_min = 0, .characters_max = 200}).value_or("");
  TRY(body.Finish());
  if (change.area && !account::AreaCovers(actor->area, *change.area)) return OtherArea();
  account::Person person = TRY(context.database.Write([&](store::Session& session) -> Result<account::Person> {
    TRY(NeedOwn(session, *actor, id));
    return account::ChangePerson(session, *actor, id, change, context.clock.Now());
  }));
  context.sessions.ForgetPerson(id);
  return Response::Json(UserJson(person));
}

Result<Response> ResetUser(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "user.manage"));
  int64_t id = TRY(IdOf('u', request.Param("id")));
  std::string password = TRY(context.database.Write([&](store::Session& session) -> Result<std::string> {
    TRY(NeedOwn(session, *actor, id));
    return account::ResetPerson(session, *actor, id, context.clock.Now());
  }));
  context.sessions.ForgetPerson(id);
  return Response::Json({{"one_time_password", password}});
}

Result<Response> Colleagues(Context& context, Request& request) {
  const account::Actor& actor = ActorOf(request);
  // An institution hands work to nobody in the bureau.
  if (!actor.institution.empty()) return Forbidden("forbidden", "not for institutions", "机构用户不可查看");
  std::optional<account::Role> role = RoleQuery(request);
  std::string text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  json rows = json::array();
  TRY(context.database.Read([&](store::Session& session) -> Status {
    std::map<int64_t, int64_t> open;
    for (const store::Row& row :
         TRY(session.Query("SELECT assignee, CAST(COUNT(*) AS BIGINT) AS n FROM clue WHERE assignee IS NOT NULL AND "
                           "status IN ('assigned', 'working') GROUP BY assignee"))) {
      open[row.Int("assignee")] = row.Int("n");
    }
    std::vector<account::Person> people =
        TRY(account::PeopleAround(session, actor.area, role ? account::Bit(*role) : account::Roles{0}, text));
    for (const account::Person& person : people) {
      if (!person.institution.empty()) continue;
      rows.push_back({{"id", WireId('u', person.id)},
                      {"name", person.name},
                      {"roles", RolesJson(person.roles)},
                      {"area", person.area},
                      {"open_work", open[person.id]}});
    }
    return {};
  }));
  return Response::Json(rows);
}

Result<Response> RolesMatrix(Context&, Request&) {
  json roles = json::array();
  json matrix = json::object();
  for (int i = 0; i < account::kRoles; i++) {
    auto role = static_cast<account::Role>(i);
    roles.push_back(account::NameOf(role));
    matrix[account::NameOf(role)] = account::PermissionsOf(account::Bit(role));
  }
  json permissions = json::array();
  for (const account::PermissionRule& rule : account::PermissionTable()) permissions.push_back(rule.name);
  return Response::Json({{"roles", roles}, {"permissions", permissions}, {"matrix", matrix}});
}

Result<Response> Holidays(Context& context, Request& request) {
  std::optional<int64_t> year = request.QueryInt("year", {.min = 2000, .max = 2100});
  if (!year) request.Fault("year", {"年份", "a year"});
  TRY(request.Finish());
  std::vector<account::Holiday> holidays = TRY(context.database.Read(
      [&](store::Session& session) { return account::HolidaysOf(session, static_cast<int>(*year)); }));
  json rows = json::array();
  for (const account::Holiday& holiday : holidays) {
    rows.push_back({{"day", FormatDate(holiday.day)}, {"kind", holiday.off ? "off" : "work"}, {"name", holiday.name}});
  }
  return Response::Json(rows);
}

Result<Response> SetHolidays(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "setting.change"));
  http::Fields body = TRY(request.Json());
  int64_t year = body.Int("year", {.min = 2000, .max = 2100});
  std::vector<account::Holiday> holidays;
  for (http::Fields& day : body.List("days", {.items_max = 200})) {
    account::Holiday holiday;
    holiday.day = day.Day("day");
    holiday.off = day.Choice("kind", {"off", "work"}) == "off";
    holiday.name = day.Text("name", {.characters_min = 0, .characters_max = 40});
    holidays.push_back(std::move(holiday));
  }
  TRY(body.Finish());
  TRY(context.database.Write([&](store::Session& session) {
    return account::SetHolidays(session, *actor, static_cast<int>(year), holidays, context.clock.Now());
  }));
  return Response::Empty();
}

json SettingJson(const account::Setting& setting) {
  return {{"key", setting.info.name},
          {"value", setting.value},
          {"kind", setting.info.kind},
          {"zh", setting.info.zh},
          {"en", setting.info.en},
          {"source", setting.info.source},
          {"changed_at", MomentOrNull(setting.changed_at)},
          {"changed_by", OrNull(setting.changed_by)}};
}

Result<Response> Settings(Context& context, Request&) {
  std::vector<account::Setting> settings =
      TRY(context.database.Read([](store::Session& session) { return account::ListSettings(session); }));
  json rows = json::array();
  for (const account::Setting& setting : settings) rows.push_back(SettingJson(setting));
  return Response::Json(rows);
}

Result<Response> ChangeSetting(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "setting.change"));
  http::Fields body = TRY(request.Json());
  std::string key = body.Text("key", {.characters_max = 100});
  std::string value = body.Text("value", {.characters_max = 1000});
  std::string reason = body.Text("reason", {.characters_min = 2, .characters_max = 500});
  TRY(body.Finish());
  account::Setting setting = TRY(context.database.Write([&](store::Session& session) -> Result<account::Setting> {
    auto changed = TRY(account::ChangeSetting(session, *actor, key, value, reason, context.clock.Now()));
    if (IsRankSetting(key)) TRY(context.desk.RankAnew(session));
    return changed;
  }));
  return Response::Json(SettingJson(setting));
}

}  // namespace

void MountAdmin(http::Router& router, Context& context) {
  router.Get("/api/users", Bound(context, Users));
  router.Post("/api/users", Bound(context, AddUser));
  router.Patch("/api/users/{id}", Bound(context, ChangeUser));
  router.Post("/api/users/{id}/reset", Bound(context, ResetUser));
  router.Get("/api/colleagues", Bound(context, Colleagues));
  router.Get("/api/roles", Bound(context, RolesMatrix));
  router.Get("/api/holidays", Bound(context, Holidays));
  router.Put("/api/holidays", Bound(context, SetHolidays));
  router.Get("/api/settings", Bound(context, Settings));
  router.Put("/api/settings", Bound(context, ChangeSetting));
}

}  // namespace yijian::api
