#include "http/log_writer.h"

#include <chrono>
#include <cstdio>
#include <utility>

namespace yijian::http {
namespace {

constexpr size_t kLinesMax = 10'000;
// Lines that come close together go out together: the writer sleeps meanwhile, so that nobody pays for waking it.
constexpr auto kGather = std::chrono::milliseconds(5);
constexpr size_t kGatherMax = 1000;

}  // namespace

LogWriter::LogWriter(std::function<void(const std::string&)> sink)
    : sink_(std::move(sink)), thread_([this] { Run(); }) {}

LogWriter::~LogWriter() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void LogWriter::Write(std::string line) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (lines_.size() >= kLinesMax) {
      dropped_++;
      return;
    }
    lines_.push_back(std::move(line));
    wake = lines_.size() == 1 || lines_.size() == kGatherMax;
  }
  if (wake) ready_.notify_one();
}

void LogWriter::Hand(const std::deque<std::string>& lines) const {
  std::string together;
  for (const std::string& line : lines) {
    if (sink_) {
      sink_(line);
    } else {
      together += line;
      together += '\n';
    }
  }
  std::fwrite(together.data(), 1, together.size(), stderr);
}

void LogWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopped_ || !lines_.empty(); });
    if (lines_.empty()) return;
    ready_.wait_for(lock, kGather, [this] { return stopped_ || lines_.size() >= kGatherMax; });
    std::deque<std::string> lines;
    lines.swap(lines_);
    size_t dropped = std::exchange(dropped_, 0);
    lock.unlock();
    if (dropped > 0)
      lines.push_back(R"({"level":"warning","event":"log_lines_dropped","lines":)" + std::to_string(dropped) + "}");
    Hand(lines);
    lock.lock();
  }
}

}  // namespace yijian::http
