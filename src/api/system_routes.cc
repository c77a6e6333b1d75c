#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/event_watch.h"
#include "api/routes.h"
#include "trail/trail.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

constexpr const char* kVersion = "0.2.0";

Result<Response> System(Context& context, Request& request) {
  TRY(Need(request, "system.read"));
  json body{{"version", kVersion},
            {"store", context.database.dialect() == store::Dialect::kSqlite ? "sqlite" : "postgresql"},
            {"started_at", FormatMoment(context.started_at)},
            {"lake", context.lake}};
  TRY(context.database.Read([&](store::Session& session) -> Status {
    auto count = [&](const char* sql) -> Result<int64_t> {
      store::Rows rows = TRY(session.Query(sql));
      return rows.front().Int("n");
    };
    body["clues"] = TRY(count("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM clue"));
    // Summed from the clues: counting a million findings takes a second.
    body["findings"] = TRY(count("SELECT CAST(COALESCE(SUM(findings), 0) AS BIGINT) AS n FROM clue"));
    body["users"] = TRY(count("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM person_account"));
    body["trail_entries"] = TRY(trail::HeadOf(session)).seq;
    return {};
  }));
  body["sessions"] = TRY(context.sessions.Count());
  json migrations = json::array();
  for (const store::AppliedMigration& migration : TRY(context.database.Applied())) {
    migrations.push_back({{"room", migration.room}, {"number", migration.number}, {"name", migration.name}});
  }
  body["migrations"] = migrations;
  std::error_code error;
  std::filesystem::space_info space = std::filesystem::space(context.data, error);
  if (!error) body["disk_free_bytes"] = static_cast<int64_t>(space.available);
  return Response::Json(body);
}

Result<Response> Events(Context& context, Request& request) { return context.events.Subscribe(ActorOf(request)); }

}  // namespace

void MountSystem(http::Router& router, Context& context) {
  router.Get("/api/system", Bound(context, System));
  router.Get("/api/events", Bound(context, Events));
}

}  // namespace yijian::api
