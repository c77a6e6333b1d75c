// A line on the terminal that says how far we are, how fast, and how long it will take.
//
//   ProgressBar bar("audit", english);
//   bar.Show(done, all, lines, "行");     // at most ten times a second
//   bar.Finish();
//
// Writes to standard error, and only when that is a terminal: logs stay clean.
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace yijian::app {

class ProgressBar {
 public:
  explicit ProgressBar(std::string title);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of `all` give share and remaining time; `count` things so far give the rate.
  void Show(int64_t done, int64_t all, int64_t count, const std::string& unit);
  void Finish();

 private:
  std::string title_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace yijian::app
