// Ends the event streams of sessions that ended: an open answer is not asked who it is a second time.
//
//   EventWatch watch(events, sessions);
//   Response answer = TRY(watch.Subscribe(actor));    // /api/events
//
// What ends a session on this server ends its streams before the call that ended it returns; what another server ended,
// or time, is seen within account::kCacheSeconds, as by requests. When the store does not answer, nobody can be vouched
// for and all streams end: browsers come back by themselves and are asked who they are.
// Owns:    a thread; neither the streams nor the sessions, which outlive it.
// Threads: from anywhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "account/sessions.h"
#include "http/event_stream.h"

namespace yijian::api {

class EventWatch {
 public:
  EventWatch(http::EventStream& events, account::Sessions& sessions,
             std::chrono::milliseconds every = std::chrono::seconds(account::kCacheSeconds));
  EventWatch(const EventWatch&) = delete;
  EventWatch& operator=(const EventWatch&) = delete;
  ~EventWatch();

  // A stream that lasts as long as the session it is asked in. Errors: as EventStream::Subscribe.
  Result<http::Response> Subscribe(const account::Actor& actor);
  void EndStale();

 private:
  void Run();

  http::EventStream& events_;
  account::Sessions& sessions_;
  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace yijian::api
