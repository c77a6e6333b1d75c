// Real time behind the server: the timeline store, the packs, who may ask how often, the numbers and the kept requests.
//
//   auto desk = TRY(RealtimeDesk::Open({.timelines = "timelines", .packs = {"rules/packs"}}, database, clock));
//   std::optional<std::string> institution = desk->OwnerOf(request.Header("Authorization"));
//   http::Response response = desk->Twin("pre", {institution}, request.body(), meta);
//
// Callers: institutions in the table `caller` (account/callers.h). They are held in memory, so that a question costs no
//          SQL; Refresh reads them again, after each change and once a minute for what other servers change.
// Reload:  packs, shadow pack and policy from where Options says; what cannot be loaded changes nothing.
// Close:   the destructor writes the requests that wait and closes the store.
// Errors:  those of realtime. Threads: Open from one; the rest from anywhere.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/actor.h"
#include "account/callers.h"
#include "base/clock.h"
#include "http/metrics.h"
#include "http/response.h"
#include "realtime/gateway.h"
#include "realtime/monitor.h"
#include "realtime/request_log.h"
#include "store/database.h"

namespace yijian::api {

struct RealtimeOptions {
  std::string timelines;  // folder of the timeline store; empty: no real time
  std::vector<std::string> packs;
  std::vector<std::string> shadow_packs;  // empty: none
  std::string policy;                     // file; empty: the standard one
  std::string sm2_private;                // hexadecimal; signs answers to signed questions; empty: none
  int64_t clock_skew_seconds = 0;         // 0: senders' clocks are not checked
  std::string division = "000000";        // of this platform, in message ids
  bool open = false;  // everybody may ask in the name of any institution, without a key: demonstrations only
  realtime::RequestLogOptions kept;
};

// Whoever came with a key.
struct KeyOwner {
  std::string institution;
  std::string name;
};

// What a request said beside its body.
struct Asking {
  std::string trace;   // traceparent's trace id, else the request's id
  std::string remote;  // address
  realtime::Service::Begun arrived = std::chrono::steady_clock::now();
};

// 503 `no_timelines`, where there is no desk.
http::Response NoRealtime();

class RealtimeDesk {
 public:
  static Result<std::unique_ptr<RealtimeDesk>> Open(RealtimeOptions options, store::Database& database,
                                                    const Clock& clock, http::Metrics& metrics);
  ~RealtimeDesk();

  // "Bearer yj_..."; nullptr: no such key, or its institution is not enabled.
  std::shared_ptr<const KeyOwner> OwnerOf(std::string_view authorization) const;

  http::Response National(const std::string& infno, const realtime::KeyHolder& key, std::string_view body,
                          const Asking& asking);
  http::Response Twin(const std::string& what, const realtime::Caller& caller, std::string_view body,
                      const Asking& asking);
  // A line of `lines` each. The status is 200, or 429 before anything was done.
  http::Response Batch(const std::string& moment, const realtime::Caller& caller, std::string_view lines,
                       const Asking& asking);

  Status Refresh();
  Status Reload();
  struct PackInfo {
    std::string name;
    std::string digest;
    size_t rules = 0;
    EpochMs loaded_at = 0;
  };
  PackInfo live() const;
  std::optional<PackInfo> shadow() const;

  // Whether the actor may see what concerns an institution.
  bool Sees(const account::Actor& actor, const std::string& institution) const;
  std::string NameOf(const std::string& institution) const;  // empty: unknown

  realtime::Service& service() { return *service_; }
  realtime::Gateway& gateway() { return *gateway_; }
  const realtime::Monitor& monitor() const { return monitor_; }
  realtime::RequestLog& kept() { return *kept_; }
  int64_t NowSeconds() const;
  // An example draft of a synthetic person, as JSON of the twin; which one `number` says.
  Result<std::string> Example(const std::string& moment, int64_t number) const;
  // Of the store: it reads.
  Status Ping() const;

 private:
  struct Institution {
    std::string name;
    std::string area;
  };
  // What Refresh read; immutable.
  struct Book {
    std::unordered_map<std::string, std::pair<std::shared_ptr<const KeyOwner>, EpochMs>> owners;  // by digest; until
    std::map<std::string, account::Caller> callers;
    std::map<std::string, Institution> institutions;
  };
  struct Bucket {
    double tokens = 0;
    double at_s = 0;
  };
  struct Counters;

  RealtimeDesk(RealtimeOptions options, store::Database& database, const Clock& clock, http::Metrics& metrics);
  std::shared_ptr<const Book> book() const { return book_.load(std::memory_order_acquire); }
  Status Load();
  Status CheckFields(const realtime::PackVersion& version) const;
  void SetPolicy();
  // Seconds to wait; 0: `count` tokens are taken.
  double Take(const std::string& who, const std::string& institution, int64_t count);
  std::optional<http::Response> TooOften(const std::string& who, const std::string& institution, int64_t count);
  void Saw(realtime::WireResponse& response, std::string_view body, const Asking& asking, int64_t microseconds);

  const RealtimeOptions options_;
  store::Database& database_;
  const Clock& clock_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<realtime::Store> store_;
  std::unique_ptr<realtime::Service> service_;
  std::unique_ptr<realtime::Gateway> gateway_;
  std::unique_ptr<realtime::RequestLog> kept_;
  realtime::Monitor monitor_;
  std::atomic<std::shared_ptr<const Book>> book_;
  std::mutex buckets_mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::mutex load_mutex_;
  std::atomic<EpochMs> live_at_{0};
  std::atomic<EpochMs> shadow_at_{0};
  realtime::Policy file_policy_;
};

}  // namespace yijian::api
