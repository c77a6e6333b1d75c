// One JSON object per line, for whoever collects logs. Writing happens on a thread of its own, so that a full pipe
// behind stderr never stops a request, a few milliseconds of lines at a time; when it lags far behind, lines are
// dropped and counted in the next one that is written.
//
// Never holds personal data: routes instead of paths, no queries, no bodies, no names.
// Threads: Write from anywhere.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace yijian::http {

class LogWriter {
 public:
  // sink gets each line without its end; empty: stderr.
  explicit LogWriter(std::function<void(const std::string&)> sink);
  ~LogWriter();  // writes what is left

  void Write(std::string line);

 private:
  void Run();
  void Hand(const std::deque<std::string>& lines) const;

  std::function<void(const std::string&)> sink_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::string> lines_;
  size_t dropped_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace yijian::http
