#include "http/event_stream.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace yijian::http {
namespace {

constexpr char kKeepAlive[] = ": still here\n\n";

std::string Frame(std::string_view event, std::string_view data) {
  std::string frame = "event: " + std::string(event) + "\n";
  while (true) {
    size_t end = data.find_first_of("\r\n");
    frame += "data: " + std::string(data.substr(0, end)) + "\n";
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return frame + "\n";
}

}  // namespace

struct EventStream::Hub : std::enable_shared_from_this<Hub> {
  // One open answer. Text waits in line while a piece is on its way.
  struct Subscriber {
    std::string tag;
    std::shared_ptr<OpenAnswer> answer;  // empty until the head has been sent
    std::deque<std::string> waiting;
    bool writing = false;
    bool gone = false;
  };
  using Handle = std::shared_ptr<Subscriber>;
  using Lock = std::unique_lock<std::mutex>;

  explicit Hub(Options options) : options(options) {}

  void Attach(const Handle& subscriber, std::shared_ptr<OpenAnswer> answer) {
    Lock lock(mutex);
    if (closed || subscriber->gone) {
      lock.unlock();
      answer->Close();
      return;
    }
    subscriber->answer = std::move(answer);
    subscriber->waiting.push_front("retry: 3000\n\n");
    Flush(subscriber, lock);
  }

  // Sends what waits, if nothing is under way. The write itself happens outside the lock: its notice may come at once.
  void Flush(const Handle& subscriber, Lock& lock) {
    if (subscriber->writing || subscriber->gone || subscriber->answer == nullptr || subscriber->waiting.empty()) return;
    std::string text;
    for (const std::string& frame : subscriber->waiting) text += frame;
    subscriber->waiting.clear();
    subscriber->writing = true;
    std::shared_ptr<OpenAnswer> answer = subscriber->answer;
    lock.unlock();
    answer->Write(std::move(text), [hub = weak_from_this(), subscriber](bool written) {
      if (auto alive = hub.lock()) alive->Wrote(subscriber, written);
    });
    lock.lock();
  }

  void Wrote(const Handle& subscriber, bool written) {
    Lock lock(mutex);
    subscriber->writing = false;
    if (written) {
      Flush(subscriber, lock);
    } else {
      Remove(subscriber, lock);
    }
  }

  void Remove(const Handle& subscriber, Lock& lock) {
    subscriber->gone = true;
    subscribers.erase(subscriber);
    std::shared_ptr<OpenAnswer> answer = std::move(subscriber->answer);
    lock.unlock();
    if (answer != nullptr) answer->Close();
    lock.lock();
  }

  void Send(const std::string& frame, const std::function<bool(const std::string&)>& to, bool only_idle) {
    Lock lock(mutex);
    for (const Handle& subscriber : Chosen(to)) {
      if (subscriber->gone || (only_idle && (subscriber->writing || !subscriber->waiting.empty()))) continue;
      if (subscriber->waiting.size() >= options.backlog_max) {
        Remove(subscriber, lock);
        continue;
      }
      subscriber->waiting.push_back(frame);
      Flush(subscriber, lock);
    }
  }

  std::vector<Handle> Chosen(const std::function<bool(const std::string&)>& by) const {
    std::vector<Handle> chosen;
    for (const Handle& subscriber : subscribers) {
      if (by == nullptr || by(subscriber->tag)) chosen.push_back(subscriber);
    }
    return chosen;
  }

  void KeepAlive() {
    Lock lock(mutex);
    while (!closed) {
      wake.wait_for(lock, options.keep_alive, [this] { return closed; });
      if (closed) return;
      lock.unlock();
      Send(kKeepAlive, nullptr, true);
      lock.lock();
    }
  }

  void Close() {
    Lock lock(mutex);
    closed = true;
    for (const Handle& subscriber : Chosen(nullptr)) Remove(subscriber, lock);
    lock.unlock();
    wake.notify_all();
    if (thread.joinable()) thread.join();
  }

  const Options options;
  std::mutex mutex;
  std::condition_variable wake;
  std::set<Handle> subscribers;
  bool closed = false;
  std::thread thread;
};

EventStream::EventStream(Options options) : hub_(std::make_shared<Hub>(options)) {
  hub_->thread = std::thread([hub = hub_.get()] { hub->KeepAlive(); });
}

EventStream::~EventStream() { hub_->Close(); }

Result<Response> EventStream::Subscribe(std::string tag) {
  auto subscriber = std::make_shared<Hub::Subscriber>();
  subscriber->tag = std::move(tag);
  {
    std::lock_guard lock(hub_->mutex);
    if (hub_->subscribers.size() >= hub_->options.subscribers_max) return LimitReached("too many open event streams");
    hub_->subscribers.insert(subscriber);
  }
  // Should the answer never be sent (the client is gone), dropping attach takes the subscriber out again.
  std::weak_ptr<Hub> hub = hub_;
  std::shared_ptr<void> place(nullptr, [hub, subscriber](void*) {
    auto alive = hub.lock();
    if (alive == nullptr) return;
    Hub::Lock lock(alive->mutex);
    if (subscriber->answer == nullptr) alive->Remove(subscriber, lock);
  });
  return Response::Open("text/event-stream", [hub, subscriber, place](std::shared_ptr<OpenAnswer> answer) {
    auto alive = hub.lock();
    if (alive == nullptr) return answer->Close();
    alive->Attach(subscriber, std::move(answer));
  });
}

void EventStream::Publish(std::string_view event, std::string_view data,
                          const std::function<bool(const std::string&)>& to) {
  CHECK(!HasControl(event, false));
  hub_->Send(Frame(event, data), to, false);
}

void EventStream::Close(const std::function<bool(const std::string&)>& of) {
  Hub::Lock lock(hub_->mutex);
  for (const Hub::Handle& subscriber : hub_->Chosen(of)) hub_->Remove(subscriber, lock);
}

size_t EventStream::subscribers() const {
  std::lock_guard lock(hub_->mutex);
  return hub_->subscribers.size();
}

std::set<std::string> EventStream::tags() const {
  std::lock_guard lock(hub_->mutex);
  std::set<std::string> tags;
  for (const Hub::Handle& subscriber : hub_->subscribers) tags.insert(subscriber->tag);
  return tags;
}

}  // namespace yijian::http
