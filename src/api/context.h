// What the routes of api/openapi.yaml are mounted on, and the few things all of them need.
//
//   Result<http::Response> ShowThing(Context& context, http::Request& request) {
//     const account::Actor& actor = TRY(Need(request, "thing.read"));
//     int64_t id = TRY(IdOf('t', request.Param("id")));
//     ...
//     return http::Response::Json(body);
//   }
//   router.Get("/api/things/{id}", Bound(context, ShowThing));
//
// Routes translate and decide nothing: what a person may do stands in account/permission.h, what he may see in the
// rooms that hold it. Ids on the wire are a letter and a number. Owns:    nothing; everything it points to outlives the
// server. Threads: shared by all workers; its parts are thread-safe.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "account/actor.h"
#include "account/oidc.h"
#include "account/sessions.h"
#include "base/clock.h"
#include "base/result.h"
#include "clue/desk.h"
#include "clue/source.h"
#include "document/press.h"
#include "http/metrics.h"
#include "http/rate_limiter.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "http/server.h"
#include "store/database.h"
#include "trail/evidence.h"
#include "trail/view_log.h"

namespace yijian::api {

class EventWatch;
class RealtimeDesk;

inline constexpr const char* kSessionCookie = "yijian_session";

struct Context {
  store::Database& database;
  const Clock& clock;
  account::Sessions& sessions;
  trail::ViewLog& views;
  const trail::EvidenceFiles& evidence;
  const document::Press& press;
  EventWatch& events;
  http::Metrics& metrics;
  http::RateLimiter& sign_ins;  // by remote address
  std::string lake;
  std::string data;  // folder of evidence and anchors
  EpochMs started_at = 0;
  clue::Desk& desk;
  clue::TimelineSource* timelines = nullptr;  // nullptr: no lake is connected
  account::Oidc* oidc = nullptr;              // nullptr: no identity provider is set up
  RealtimeDesk* realtime = nullptr;           // nullptr: no timeline store is connected
  // Of machines' requests; empty: nobody told. Set before the server starts.
  std::function<http::QueueState()> urgent_queue;
};

// The person who asks, when he may do this; 403 with the permission's name else, or when he must first change his
// password.
Result<const account::Actor*> Need(const http::Request& request, std::string_view permission);
// Anybody who is signed in.
const account::Actor& ActorOf(const http::Request& request);

template <typename F>
http::Handler Bound(Context& context, F handler) {
  return [&context, handler](http::Request& request) { return handler(context, request); };
}

std::string WireId(char letter, int64_t id);
Result<int64_t> IdOf(char letter, std::string_view text);  // kNotFound: it is none of that kind

// For JSON: a value, or null.
template <typename T>
nlohmann::json OrNull(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
nlohmann::json TextOrNull(const std::string& text);
nlohmann::json MomentOrNull(const std::optional<EpochMs>& moment);

Error Forbidden(std::string word, std::string en, std::string zh);

// Page and size of a list.
struct PageQuery {
  int64_t page = 1;
  int64_t size = 50;
};
PageQuery PageOf(http::Request& request);

// A trail entry in the name of whoever asks.
trail::Entry EntryOf(const account::Actor& actor, std::string action, std::string kind, std::string id,
                     const nlohmann::json& details = nullptr);

}  // namespace yijian::api
