// The tree of areas, and an operator's changes to it.
#include <array>
#include <nlohmann/json.hpp>

#include "account/areas.h"
#include "api/routes.h"
#include "base/words.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

json ToJson(const account::Area& area) {
  return {{"code", area.code}, {"name", area.name}, {"parent", OrNull(area.parent)}, {"level", area.level}};
}

Result<json> Shown(store::Session& session, const std::string& code) {
  std::optional<account::Area> area = TRY(account::FindArea(session, code));
  if (!area) return NotFound("no such area", "没有此区划");
  return ToJson(*area);
}

Result<Response> Areas(Context& context, Request& request) {
  std::vector<account::Area> areas = TRY(context.database.Read(
      [&](store::Session& session) { return account::AreasBelow(session, ActorOf(request).area); }));
  json rows = json::array();
  for (const account::Area& area : areas) rows.push_back(ToJson(area));
  return Response::Json(rows);
}

// Only what lies below his own; elsewhere there is nothing for him.
Status NeedBelow(const account::Actor& actor, const std::string& code) {
  if (!account::AreaCovers(actor.area, code)) return NotFound("no such area", "没有此区划");
  return {};
}

Error OtherArea() { return Forbidden("other_area", "this area is not below yours", "该区划不在您的管辖范围内"); }

std::string ReasonIn(http::Fields& body) { return body.Text("reason", {.characters_min = 2, .characters_max = 500}); }

Result<Response> AddArea(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "area.manage"));
  http::Fields body = TRY(request.Json());
  account::Area area;
  area.code = body.Text("code", {.characters_max = 12});
  area.name = body.Text("name", {.characters_max = 60});
  std::string reason = ReasonIn(body);
  TRY(body.Finish());
  if (!account::AreaCovers(actor->area, area.code)) return OtherArea();
  return Response::Json(TRY(context.database.Write([&](store::Session& session) -> Result<json> {
                          TRY(account::AddArea(session, *actor, area, reason, context.clock.Now()));
                          return Shown(session, area.code);
                        })),
                        201);
}

Result<Response> ChangeArea(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "area.manage"));
  std::string code = request.Param("code");
  TRY(NeedBelow(*actor, code));
  http::Fields body = TRY(request.Json());
  std::optional<std::string> name = body.TextIf("name", {.characters_max = 60});
  std::optional<std::string> to = body.TextIf("code", {.characters_max = 12});
  std::string reason = ReasonIn(body);
  if (name.has_value() == to.has_value())
    body.Fault("name", {"名称或新代码，二者之一", "a name or a new code, one of them"});
  TRY(body.Finish());
  if (to && !account::AreaCovers(actor->area, *to)) return OtherArea();
  if (to && code == actor->area) return Forbidden("own_area", "nobody moves his own area", "不能迁移本人所在的区划");
  std::vector<int64_t> moved;
  json shown = TRY(context.database.Write([&](store::Session& session) -> Result<json> {
    moved.clear();
    if (name) {
      TRY(account::RenameArea(session, *actor, code, *name, reason, context.clock.Now()));
      return Shown(session, code);
    }
    moved = TRY(account::MoveArea(session, *actor, code, *to, reason, context.clock.Now()));
    return Shown(session, *to);
  }));
  for (int64_t person : moved) context.sessions.ForgetPerson(person);
  return Response::Json(shown);
}

// What keeps an area's code besides people: it would lose its name.
struct Use {
  const char* table;
  const char* zh;
  const char* en;
};
constexpr std::array<Use, 7> kUses{{{"institution", "机构", "institutions"},
                                    {"clue", "线索", "clues"},
                                    {"ledger_place", "资金台账", "money in the ledger"},
                                    {"case_file", "案件", "cases"},
                                    {"opinion", "审核意见书", "opinions"},
                                    {"document", "文书", "documents"},
                                    {"self_check", "自查自纠", "self-inspections"}}};

Result<Response> RemoveArea(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "area.manage"));
  std::string code = request.Param("code");
  TRY(NeedBelow(*actor, code));
  http::Fields body = TRY(request.Json());
  std::string reason = ReasonIn(body);
  TRY(body.Finish());
  TRY(context.database.Write([&](store::Session& session) -> Status {
    for (const Use& use : kUses) {
      if (TRY(session.QueryOne(std::string("SELECT area FROM ") + use.table + " WHERE area = ? LIMIT 1", {code})))
        return account::AreaUsed(use.zh, use.en);
    }
    return account::RemoveArea(session, *actor, code, reason, context.clock.Now());
  }));
  return Response::Empty();
}

}  // namespace

void MountAreas(http::Router& router, Context& context) {
  router.Get("/api/areas", Bound(context, Areas));
  router.Post("/api/areas", Bound(context, AddArea));
  router.Patch("/api/areas/{code}", Bound(context, ChangeArea));
  router.Delete("/api/areas/{code}", Bound(context, RemoveArea));
}

}  // namespace yijian::api
