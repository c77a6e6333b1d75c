#include "api/event_watch.h"

#include <set>
#include <string>

#include "api/context.h"

namespace yijian::api {
namespace {

// Whom to tell, and in which of his sessions.
std::string TagOf(const account::Actor& actor) { return WireId('u', actor.id) + " " + WireId('s', actor.session); }

int64_t SessionOf(std::string_view tag) {
  Result<int64_t> session = IdOf('s', tag.substr(tag.find(' ') + 1));
  CHECK(session.has_value());  // a tag of ours
  return *session;
}

}  // namespace

EventWatch::EventWatch(http::EventStream& events, account::Sessions& sessions, std::chrono::milliseconds every)
    : events_(events), sessions_(sessions), every_(every), thread_([this] { Run(); }) {
  sessions_.WhenEnded([this] { EndStale(); });
}

EventWatch::~EventWatch() {
  sessions_.WhenEnded(nullptr);
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Result<http::Response> EventWatch::Subscribe(const account::Actor& actor) {
  http::Response answer = TRY(events_.Subscribe(TagOf(actor)));
  // The session may have ended since it was asked for, here a moment ago or elsewhere for as long as it was remembered.
  EndStale();
  return answer;
}

void EventWatch::EndStale() {
  // First who listens, then who may: a session that begins between the two is not taken for one that ended.
  std::set<int64_t> listening;
  for (const std::string& tag : events_.tags()) listening.insert(SessionOf(tag));
  if (listening.empty()) return;
  Result<std::set<int64_t>> living = sessions_.Living(listening);
  if (living.has_value()) std::erase_if(listening, [&](int64_t session) { return living->contains(session); });
  events_.Close([&](const std::string& tag) { return listening.contains(SessionOf(tag)); });
}

void EventWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every_, [this] { return stopped_; })) {
    lock.unlock();
    EndStale();
    lock.lock();
  }
}

}  // namespace yijian::api
