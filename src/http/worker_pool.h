// Threads that run handlers, fed by a queue with a bound.
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

}  // namespace yijian::http
