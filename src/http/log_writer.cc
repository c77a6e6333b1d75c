#include "http/log_writer.h"

#include <cstdio>
#include <utility>

namespace yijian::http {
namespace {

constexpr size_t kLinesMax = 10'000;

void ToStderr(const std::string& line) {
  std::string whole = line + "\n";
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

}  // namespace

LogWriter::LogWriter(std::function<void(const std::string&)> sink)
    : sink_(sink ? std::move(sink) : ToStderr), thread_([this] { Run(); }) {}

LogWriter::~LogWriter() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void LogWriter::Write(std::string line) {
  {
    std::lock_guard lock(mutex_);
    if (lines_.size() >= kLinesMax) {
      dropped_++;
      return;
    }
    lines_.push_back(std::move(line));
  }
  ready_.notify_one();
}

void LogWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopped_ || !lines_.empty(); });
    if (lines_.empty()) return;
    std::deque<std::string> lines;
    lines.swap(lines_);
    size_t dropped = std::exchange(dropped_, 0);
    lock.unlock();
    for (const std::string& line : lines) sink_(line);
    if (dropped > 0)
      sink_(R"({"level":"warning","event":"log_lines_dropped","lines":)" + std::to_string(dropped) + "}");
    lock.lock();
  }
}

}  // namespace yijian::http
