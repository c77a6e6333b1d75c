// Server-sent events: tells open browser pages that something changed.
//
//   EventStream events({.keep_alive = 15s});
//   router.Get("/api/events", [&](Request& request) { return events.Subscribe(UserOf(request).id); });
//   events.Publish("clue", R"({"id":"C-1"})", [](const std::string& tag) { return tag == "u7"; });
//
// A subscriber that reads too slowly (more than backlog_max events wait for it) is closed; its browser comes back by
// itself. One that is gone is noticed at the second write after it left, at the latest two keep-alives later. Owns: its
// subscribers; destroying it closes them. Errors:  Subscribe: kLimit when subscribers_max are there. Threads: all of
// it, from anywhere.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/response.h"

namespace yijian::http {

class EventStream {
 public:
  struct Options {
    size_t subscribers_max = 1000;
    size_t backlog_max = 100;
    std::chrono::milliseconds keep_alive{15'000};  // well below ServerOptions::handle_time_max
  };

  explicit EventStream(Options options);
  ~EventStream();

  // tag: whatever tells subscribers apart for Publish and Close, a user's id for one.
  Result<Response> Subscribe(std::string tag);
  // event: a word; data: text, line ends allowed. to: nullptr sends to all.
  void Publish(std::string_view event, std::string_view data,
               const std::function<bool(const std::string& tag)>& to = nullptr);
  // The answers of these end here, as if the server had nothing more to say; what was on its way to them may still
  // arrive.
  void Close(const std::function<bool(const std::string& tag)>& of);
  size_t subscribers() const;
  std::set<std::string> tags() const;

 private:
  struct Hub;
  std::shared_ptr<Hub> hub_;
};

}  // namespace yijian::http
