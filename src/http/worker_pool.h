// Threads that run handlers, fed by a queue with a bound; and a lane, for handlers so short that waking a thread would
// cost more.
//
// Threads: all calls from anywhere; Stop from one. Tasks must not throw.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace yijian::http {

class WorkerPool {
 public:
  using Task = std::function<void()>;

  WorkerPool(size_t threads, size_t queue_max);
  ~WorkerPool() { Stop(); }

  // False when the queue is full or the pool has stopped: the task was not taken.
  bool Try(Task task);
  // Goes on with something already admitted: no bound, ahead of the queue. Dropped once the pool has stopped.
  void Continue(Task task);
  size_t Waiting() const;
  // Running tasks finish, waiting ones are dropped.
  void Stop();

 private:
  void Run();

  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> queue_;
  std::deque<Task> continued_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

// Tasks run on the thread that brings them: at most `width` at once, further ones wait for whoever comes free.
class Lane {
 public:
  using Task = WorkerPool::Task;

  Lane(size_t width, size_t queue_max) : width_(width), queue_max_(queue_max) {}
  ~Lane() { Stop(); }

  // Runs it, and then those that wait; or lets it wait. False: too many wait, or the lane has stopped.
  bool Try(Task task);
  size_t Waiting() const;
  // Returns when running tasks have ended; waiting ones are dropped.
  void Stop();

 private:
  const size_t width_;
  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Task> queue_;
  size_t running_ = 0;
  bool stopped_ = false;
};

}  // namespace yijian::http
