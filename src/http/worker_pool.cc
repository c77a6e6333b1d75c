#include "http/worker_pool.h"

namespace yijian::http {

WorkerPool::WorkerPool(size_t threads, size_t queue_max) : queue_max_(queue_max) {
  for (size_t i = 0; i < threads; i++) threads_.emplace_back([this] { Run(); });
}

bool WorkerPool::Try(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(task));
  }
  ready_.notify_one();
  return true;
}

void WorkerPool::Continue(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    continued_.push_back(std::move(task));
  }
  ready_.notify_one();
}

size_t WorkerPool::Waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size() + continued_.size();
}

void WorkerPool::Stop() {
  std::deque<Task> dropped;  // destroyed outside the lock: a task may hold what calls us
  std::deque<Task> continued;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
    continued.swap(continued_);
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopped_ || !queue_.empty() || !continued_.empty(); });
      if (stopped_) return;
      std::deque<Task>& from = continued_.empty() ? queue_ : continued_;
      task = std::move(from.front());
      from.pop_front();
    }
    task();
  }
}

bool Lane::Try(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    if (running_ == width_) {
      if (queue_.size() >= queue_max_) return false;
      queue_.push_back(std::move(task));
      return true;
    }
    running_++;
  }
  while (task) {
    task();
    task = nullptr;
    std::lock_guard lock(mutex_);
    if (stopped_ || queue_.empty()) {
      running_--;
      break;
    }
    task = std::move(queue_.front());
    queue_.pop_front();
  }
  idle_.notify_all();
  return true;
}

size_t Lane::Waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void Lane::Stop() {
  std::deque<Task> dropped;  // destroyed outside the lock, as in WorkerPool::Stop
  std::unique_lock lock(mutex_);
  stopped_ = true;
  dropped.swap(queue_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace yijian::http
