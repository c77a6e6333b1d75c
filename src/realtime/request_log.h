// Keeps requests with their answers for the request explorer, beside the timelines.
//
//   RequestLog log(store, {});
//   log.Keep(response, body, microseconds, at_us);                   // returns at once
//   TRY(log.ForEach("", [&](const KeptRequest& one) { ...; return true; }));
//
// Which:   every one that told a hit, did not reach a rule, was refused or was a trial; of the others one in
//          `one_in`, so that the space reaches back for weeks.
// Writes:  by a thread of its own, many at once, not synced: an answer never waits for it, and a crash of the process
//          may lose the last ones. When they come faster than they can be written, or hits alone bring more than
//          bytes_per_second, some are dropped and counted.
// Bounds:  StoreOptions::request_days and request_mb; a body or answer is cut at kTextMax.
// Persons: kept as they came. Who shows them masks them (MaskJson).
// Threads: share it; the store outlives it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "realtime/gateway.h"

namespace yijian::realtime {

struct KeptRequest {
  std::string id;     // 16 hexadecimal digits, in the order of time
  int64_t at_us = 0;  // since 1970, UTC
  std::string infno;
  std::string institution;
  std::string msgid;
  std::string trace;
  std::string word;    // code of the error; empty: ok
  std::string advice;  // empty: nothing was judged
  bool trial = false;
  std::string tried_by;
  std::vector<std::string> persons;  // HexOf of IdKeyOf, the first of them
  int64_t drafts = 0;
  int64_t lines = 0;
  int64_t hits = 0;
  int64_t unknowns = 0;
  int64_t not_reached = 0;
  int64_t microseconds = 0;
  std::vector<std::string> rules;  // of the hits, each once
  std::string request;             // bodies; left out by ForEach
  std::string answer;
};

struct RequestLogOptions {
  int one_in = 20;  // of requests with nothing to tell
  size_t waiting_max = 4096;
  // Of those that only told a hit: a peak of load would push everything older out of the space there is.
  int64_t bytes_per_second = 4 << 20;
};

class RequestLog {
 public:
  static constexpr size_t kTextMax = 256 * 1024;

  RequestLog(Store& store, RequestLogOptions options);
  ~RequestLog();  // writes what waits

  void Keep(const WireResponse& response, std::string_view body, int64_t microseconds, int64_t at_us);
  // Newest first, from before this id (empty: from the newest), until `take` says false.
  Status ForEach(const std::string& before, const std::function<bool(const KeptRequest&)>& take) const;
  Result<KeptRequest> Find(const std::string& id) const;
  // Returns when all kept so far can be found.
  void Flush();

  int64_t kept() const { return kept_; }
  int64_t dropped() const { return dropped_; }

 private:
  void Run();

  Store& store_;
  const RequestLogOptions options_;
  std::atomic<uint64_t> seen_{0};
  std::atomic<int64_t> last_us_{0};
  std::atomic<int64_t> kept_{0};
  std::atomic<int64_t> dropped_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Note> waiting_;
  int64_t second_ = 0;        // since 1970; of second_bytes_
  int64_t second_bytes_ = 0;  // taken in this second
  int flushing_ = 0;
  bool writing_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

// JSON with the numbers, names and birthdays of persons masked; what is no JSON is said to be so.
std::string MaskJson(const std::string& text);

}  // namespace yijian::realtime
