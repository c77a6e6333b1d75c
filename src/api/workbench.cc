#include "api/workbench.h"

#include <filesystem>

#include "account/holidays.h"
#include "api/case_routes.h"
#include "api/case_service.h"
#include "api/desk_settings.h"
#include "api/event_watch.h"
#include "api/routes.h"
#include "casework/migrations.h"
#include "clue/migrations.h"
#include "ledger/migrations.h"
#include "trail/verify.h"

namespace yijian::api {
namespace {

constexpr int64_t kAnchorEveryMs = 24 * kSecondsPerHour * 1000;

}  // namespace

struct Workbench::Inside {
  Inside(const WorkbenchOptions& options_in, const Clock& clock_in, std::unique_ptr<store::Database> database_in,
         trail::EvidenceFiles evidence_in, document::Press press_in, clue::Matters matters_in)
      : options(options_in),
        clock(clock_in),
        database(std::move(database_in)),
        evidence(std::move(evidence_in)),
        press(std::move(press_in)),
        matters(std::move(matters_in)),
        metrics(std::make_shared<http::Metrics>()),
        sessions(*database, clock),
        views(*database, clock),
        desk(*database, clock, matters, ReadDeskSettings),
        stream(http::EventStream::Options{}),
        events(stream, sessions),
        sign_ins({.per_second = 0.5, .burst = 40}),
        context{*database, clock,    sessions,     views,        evidence,    press, events,
                *metrics,  sign_ins, options.lake, options.data, clock.Now(), desk,  options.timelines.get()} {
    if (options.oidc.issuer.empty()) return;
    oidc = std::make_unique<account::Oidc>(*database, clock, options.oidc);
    context.oidc = oidc.get();
  }

  WorkbenchOptions options;
  const Clock& clock;
  std::unique_ptr<store::Database> database;
  trail::EvidenceFiles evidence;
  document::Press press;
  clue::Matters matters;
  std::shared_ptr<http::Metrics> metrics;
  account::Sessions sessions;
  trail::ViewLog views;
  clue::Desk desk;
  http::EventStream stream;
  EventWatch events;
  http::RateLimiter sign_ins;
  std::unique_ptr<account::Oidc> oidc;
  Context context;
  std::unique_ptr<CaseService> cases;  // set by Open
  std::unique_ptr<RealtimeDesk> realtime;
  EpochMs anchored_at = 0;

  std::string anchors() const { return (std::filesystem::path(options.data) / "trail.anchors").string(); }
};

std::vector<store::Migration> AllMigrations() {
  std::vector<store::Migration> all;
  for (auto* of_room :
       {trail::Migrations, account::Migrations, ledger::Migrations, clue::Migrations, casework::Migrations}) {
    for (store::Migration& migration : of_room()) all.push_back(std::move(migration));
  }
  return all;
}

Result<std::unique_ptr<Workbench>> Workbench::Open(const WorkbenchOptions& options, const Clock& clock) {
  if (!options.oidc.issuer.empty()) TRY(account::CheckOidcOptions(options.oidc));
  auto database = TRY(store::Database::Open(options.store, {.connections = options.connections}));
  TRY(database->Migrate(AllMigrations()));
  std::filesystem::path rules(options.rules);
  TRY(database->Write([&](store::Session& session) {
    return account::AddShippedHolidays(session, (rules / "holidays.csv").string());
  }));
  std::error_code error;
  std::filesystem::create_directories(options.data, error);
  if (error) return IoError("cannot make " + options.data + ": " + error.message());
  trail::EvidenceFiles evidence =
      TRY(trail::EvidenceFiles::Open((std::filesystem::path(options.data) / "evidence").string()));
  document::Press press = TRY(document::Press::Open(options.documents));
  clue::Matters matters = TRY(clue::Matters::Load((rules / "matters.csv").string()));
  auto inside = std::make_unique<Inside>(options, clock, std::move(database), std::move(evidence), std::move(press),
                                         std::move(matters));
  inside->cases = TRY(CaseService::Open(*inside->database, clock, options.rules));
  inside->cases->casework().LogLooksBy(&inside->views);
  if (!options.realtime.timelines.empty()) {
    inside->realtime = TRY(RealtimeDesk::Open(options.realtime, *inside->database, clock, *inside->metrics));
    inside->context.realtime = inside->realtime.get();
  }
  return std::unique_ptr<Workbench>(new Workbench(std::move(inside)));
}

Workbench::Workbench(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Workbench::~Workbench() = default;

http::Router Workbench::MakeRouter() {
  http::Router router;
  for (auto* mount : {MountSession, MountOidc, MountAdmin, MountAreas, MountClues, MountLedger, MountOverview,
                      MountTrail, MountSystem, MountRealtime, MountRealtimeScreens, MountCallers})
    mount(router, inside_->context);
  for (auto* mount : {MountCases, MountApprovals, MountInstitution, MountFlows})
    mount(router, inside_->cases->casework());
  MountEvidence(router, inside_->context, inside_->cases->casework());
  MountCaseSuspects(router, inside_->context, inside_->cases->casework());
  MountNational(router, inside_->cases->casework(), inside_->evidence);
  MountDocuments(router, inside_->context, inside_->cases->casework());
  MountProfiles(router, inside_->context, inside_->cases->casework());
  return router;
}

std::shared_ptr<http::Authenticator> Workbench::MakeGuard() { return SessionGuard(inside_->context); }
std::shared_ptr<http::Metrics> Workbench::metrics() { return inside_->metrics; }
Context& Workbench::context() { return inside_->context; }

Status Workbench::Tick() {
  EpochMs now = inside_->clock.Now();
  if (now - inside_->anchored_at >= kAnchorEveryMs) {
    TRY(trail::AddAnchor(*inside_->database, inside_->anchors(), now));
    inside_->anchored_at = now;
  }
  TRY(inside_->desk.RefreshRanks());
  if (inside_->realtime) TRY(inside_->realtime->Refresh());
  auto ticked = TRY(inside_->cases->casework().Tick());
  if (ticked.failed > 0)
    return InternalError(std::to_string(ticked.failed) + " clocks failed, the first: " + ticked.first_error);
  return {};
}

std::string Workbench::RealtimeMetrics() const {
  return inside_->realtime ? inside_->realtime->gateway().Metrics() : std::string();
}

Status Workbench::Close() { return trail::AddAnchor(*inside_->database, inside_->anchors(), inside_->clock.Now()); }

}  // namespace yijian::api
