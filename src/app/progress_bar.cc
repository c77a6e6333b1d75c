#include "app/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace yijian::app {

ProgressBar::ProgressBar(std::string title)
    : title_(std::move(title)),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      last_(start_ - std::chrono::hours(1)) {}

ProgressBar::~ProgressBar() { Finish(); }

void ProgressBar::Show(int64_t done, int64_t all, int64_t count, const std::string& unit) {
  auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (now - last_ < std::chrono::milliseconds(100) && done < all)) return;
  last_ = now;
  shown_ = true;
  constexpr int kWidth = 30;
  double seconds = std::chrono::duration<double>(now - start_).count();
  double share = all > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0) : 0;
  int filled = static_cast<int>(share * kWidth);
  std::string bar =
      std::string(static_cast<size_t>(filled), '#') + std::string(static_cast<size_t>(kWidth - filled), '.');
  double rate = seconds > 0 ? static_cast<double>(count) / seconds : 0;
  double left = share > 0.001 ? seconds / share - seconds : 0;
  std::fprintf(stderr, "\r%s [%s] %3.0f%%  %lld %s  %.0f/s  %.0f s \x1b[K", title_.c_str(), bar.c_str(), share * 100,
               static_cast<long long>(count), unit.c_str(), rate, left);
  std::fflush(stderr);
}

void ProgressBar::Finish() {
  if (shown_) std::fputs("\n", stderr);
  shown_ = false;
}

}  // namespace yijian::app
