#include <filesystem>
#include <nlohmann/json.hpp>

#include "account/areas.h"
#include "api/routes.h"
#include "trail/verify.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

Result<Response> Trail(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "trail.read"));
  trail::Filter filter;
  filter.before = request.QueryInt("before", {.min = 1});
  filter.limit = request.QueryInt("size", {.min = 1, .max = 200}).value_or(50);
  if (std::optional<std::string> user = request.QueryText("user", {.characters_max = 40})) {
    Result<int64_t> id = IdOf('u', *user);
    if (id.has_value()) {
      filter.user = *id;
    } else {
      request.Fault("user", {"用户编号", "the id of a person"});
    }
  }
  filter.action = request.QueryText("action", {.characters_max = 60}).value_or("");
  filter.object_kind = request.QueryText("object_kind", {.characters_max = 40}).value_or("");
  filter.object_id = request.QueryText("object_id", {.characters_max = 64}).value_or("");
  if (request.QueryBool("views").value_or(false)) filter.view = true;
  auto moment = [](const std::optional<Date>& day) {
    return day ? std::optional<EpochMs>(MomentOf(StartOf(*day))) : std::nullopt;
  };
  filter.from = moment(request.QueryDay("from"));
  filter.until = moment(request.QueryDay("until"));
  TRY(request.Finish());
  std::vector<trail::Stored> found =
      TRY(context.database.Read([&](store::Session& session) -> Result<std::vector<trail::Stored>> {
        if (!actor->area.empty()) {
          // Of people in my area; an operator also sees what the program and failed sign-ins left, which have none.
          for (const account::Area& area : TRY(account::AreasBelow(session, actor->area)))
            filter.areas.push_back(area.code);
          if (actor->Is(account::Role::kOperator)) filter.areas.emplace_back("");
        }
        return trail::Find(session, filter);
      }));
  json rows = json::array();
  for (const trail::Stored& stored : found) {
    const trail::Entry& entry = stored.entry;
    json details = entry.details.empty() ? json::object() : json::parse(entry.details, nullptr, false);
    rows.push_back({{"seq", stored.seq},
                    {"at", FormatMoment(stored.at)},
                    {"user", WireId('u', entry.user)},
                    {"user_name", entry.user_name},
                    {"action", entry.action},
                    {"object_kind", entry.object_kind},
                    {"object_id", entry.object_id},
                    {"details", details.is_object() ? details : json::object()},
                    {"ip", TextOrNull(entry.ip)},
                    {"hash", stored.hash}});
  }
  json next = nullptr;
  if (static_cast<int64_t>(found.size()) == filter.limit && !found.empty()) next = found.back().seq;
  return Response::Json({{"rows", rows}, {"next", next}});
}

Result<Response> Verify(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "trail.verify"));
  std::vector<trail::Anchor> anchors =
      TRY(trail::ReadAnchors((std::filesystem::path(context.data) / "trail.anchors").string()));
  trail::Verdict verdict = TRY(trail::Verify(context.database, anchors));
  TRY(context.database.Write([&](store::Session& session) {
    return trail::Append(session, EntryOf(*actor, "trail.verify", "trail", "", {{"ok", verdict.whole}}),
                         context.clock.Now());
  }));
  return Response::Json({{"ok", verdict.whole},
                         {"entries", verdict.entries},
                         {"broken_seq", OrNull(verdict.broken)},
                         {"why", verdict.why},
                         {"head", verdict.head.hash}});
}

}  // namespace

void MountTrail(http::Router& router, Context& context) {
  router.Get("/api/trail", Bound(context, Trail));
  router.Post("/api/trail/verify", Bound(context, Verify));
}

}  // namespace yijian::api
