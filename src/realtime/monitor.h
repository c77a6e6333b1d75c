// Numbers about what goes on now, for the monitor screen: rates, latency, who asks, what is hit.
//
//   Monitor monitor;
//   monitor.Saw(response.glance, response.word, microseconds, steady_now);
//   Monitor::Window minute = monitor.Last(60, steady_now);
//
// Latency: in a histogram of 8 steps for each doubling, so that a percentile is told at most 9 % too high.
// Memory:  constant: 900 seconds, 60 minutes; at most kNamesMax institutions and kNamesMax doubts a minute (further
// ones
//          are left out).
// Clock:   given, in seconds that only grow.
// Threads: share it; a call holds one lock for less than a microsecond.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "realtime/gateway.h"

namespace yijian::realtime {

class Monitor {
 public:
  static constexpr int kSeconds = 900;
  static constexpr int kMinutes = 60;
  static constexpr size_t kNamesMax = 2000;

  // What was asked: 3101 and pre are one, as are 3102 and mid, 3103 and feedback; the rest are uploads.
  enum What : size_t { kAskedPre, kAskedMid, kFedBack, kUploaded, kWhats };
  static constexpr size_t kAdvices = 4;  // in the order of Advice

  struct Window {
    int64_t requests = 0;
    int64_t errors = 0;
    int64_t refused = 0;
    int64_t hits = 0;
    int64_t p50_us = 0;
    int64_t p99_us = 0;
    int64_t p999_us = 0;
    int64_t max_us = 0;
    std::array<int64_t, kWhats> by_what{};
    std::array<int64_t, kAdvices> advices{};  // of requests that were judged, the strongest of each
  };
  struct Asker {
    int64_t requests = 0;
    int64_t hits = 0;
    int64_t errors = 0;
    int64_t refused = 0;
  };
  using Doubted = std::pair<std::string, std::string>;  // rule, missing fact

  Monitor();

  // `word`: code of the error, empty when there was none.
  void Saw(const Glance& glance, const std::string& word, int64_t microseconds, int64_t now_s);
  // Turned away before it was looked at: beyond the institution's rate.
  void Refused(const std::string& institution, int64_t now_s);

  // The `seconds` before `until_s`.
  Window Last(int seconds, int64_t until_s) const;
  // Of the last hour.
  std::map<std::string, Asker> Askers(int64_t now_s) const;
  std::map<Doubted, int64_t> Doubts(int64_t now_s) const;

  static What WhatOf(const std::string& infno);
  // For tests of the histogram.
  static size_t StepOf(int64_t microseconds);
  static int64_t TopOf(size_t step);

 private:
  static constexpr size_t kSteps = 8 * 28;
  struct Second {
    int64_t at = -1;
    int64_t max_us = 0;
    uint32_t requests = 0;
    uint32_t errors = 0;
    uint32_t refused = 0;
    uint32_t hits = 0;
    std::array<uint32_t, kWhats> by_what{};
    std::array<uint32_t, kAdvices> advices{};
    std::array<uint32_t, kSteps> steps{};
  };
  struct Minute {
    int64_t at = -1;
    std::map<std::string, Asker> askers;
    std::map<Doubted, int64_t> doubts;
  };
  Second& SecondOf(int64_t now_s);
  Minute& MinuteOf(int64_t now_s);
  Asker* AskerOf(Minute& minute, const std::string& institution);

  mutable std::mutex mutex_;
  std::unique_ptr<std::array<Second, kSeconds>> seconds_;
  std::array<Minute, kMinutes> minutes_;
};

}  // namespace yijian::realtime
