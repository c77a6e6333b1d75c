// Threads that make numbered parts, handed over in their order.
//
//   Crew<Pages> crew(threads, parts, [&](uint64_t part) { return MakePart(part); });
//   while (auto pages = crew.Next()) Write(*pages);
//
// At most 2 x threads + 2 parts are made ahead, so memory stays bounded when the taker is slow.
// Threads: Next() on one thread; the maker runs on the crew's, with the part's number.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace yijian::city {

template <typename Part>
class Crew {
 public:
  using Maker = std::function<Part(uint64_t)>;

  Crew(int threads, uint64_t parts, Maker maker)
      : parts_(parts), ahead_(static_cast<uint64_t>(threads) * 2 + 2), maker_(std::move(maker)) {
    for (int i = 0; i < threads; i++) workers_.emplace_back([this] { Work(); });
  }
  ~Crew() {
    {
      std::lock_guard lock(mutex_);
      parts_ = 0;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // The next part; nullopt after the last.
  std::optional<Part> Next() {
    std::unique_lock lock(mutex_);
    if (taken_ >= parts_) return std::nullopt;
    changed_.wait(lock, [this] { return done_.count(taken_) > 0; });
    Part part = std::move(done_.at(taken_));
    done_.erase(taken_++);
    lock.unlock();
    changed_.notify_all();
    return part;
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return started_ >= parts_ || started_ < taken_ + ahead_; });
      if (started_ >= parts_) return;
      uint64_t number = started_++;
      lock.unlock();
      Part part = maker_(number);
      lock.lock();
      done_.emplace(number, std::move(part));
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t parts_;
  const uint64_t ahead_;
  uint64_t started_ = 0;
  uint64_t taken_ = 0;
  std::map<uint64_t, Part> done_;
  Maker maker_;
  std::vector<std::thread> workers_;
};

}  // namespace yijian::city
