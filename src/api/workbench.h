// The whole platform behind one router: opens the store, migrates it, owns the services, mounts the routes.
//
//   auto bench = TRY(Workbench::Open({.store = "sqlite:yijian.db", .data = "data"}, clock));
//   http::Server server(options, bench->MakeRouter(), bench->MakeGuard(), bench->metrics());
//
// Tick does what time asks for (deadlines, anchors of the trail); call it once a minute.
// Owns:    everything routes use; outlives the server.
// Errors:  Open: those of store and document; a store of a newer program is kConflict.
// Threads: Open and Tick from one; the rest as Context.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/realtime_desk.h"
#include "http/guard.h"

namespace yijian::api {

struct WorkbenchOptions {
  std::string store = "sqlite:yijian.db";
  std::string lake = "lake";
  std::string data = "data";            // evidence files, anchors of the trail
  std::string documents = "documents";  // templates
  std::string rules = "rules";          // tables that casework and clues go by
  int connections = 8;
  std::shared_ptr<clue::TimelineSource> timelines;  // none: no lake is connected, timelines are not found
  account::OidcOptions oidc;                        // issuer empty: people sign in by password only
  RealtimeOptions realtime;                         // timelines empty: no real time
};

// Of every room, in the order of the rooms.
std::vector<store::Migration> AllMigrations();

class Workbench {
 public:
  static Result<std::unique_ptr<Workbench>> Open(const WorkbenchOptions& options, const Clock& clock);
  ~Workbench();

  http::Router MakeRouter();
  std::shared_ptr<http::Authenticator> MakeGuard();
  std::shared_ptr<http::Metrics> metrics();
  Context& context();
  // Ours of real time in Prometheus text; empty without real time.
  std::string RealtimeMetrics() const;

  Status Tick();
  // Leaves an anchor behind.
  Status Close();

 private:
  struct Inside;
  explicit Workbench(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace yijian::api
