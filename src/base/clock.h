// Time comes in by the door: whoever needs "now" is handed a Clock.
//
//   Date today = clock.Today();
//
// Units:   milliseconds since 1970-01-01 00:00 UTC for moments that are kept; civil days and times of the fund's zone
//          (UTC+8, no daylight saving) for deadlines.
// Threads: SystemClock is stateless; a FixedClock belongs to its test.
#pragma once

#include <cstdint>
#include <string>

#include "base/date.h"

namespace yijian {

using EpochMs = int64_t;

inline constexpr int64_t kZoneSeconds = 8 * kSecondsPerHour;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual EpochMs Now() const = 0;
  Date Today() const;
};

class SystemClock : public Clock {
 public:
  EpochMs Now() const override;
};

class FixedClock : public Clock {
 public:
  explicit FixedClock(EpochMs now) : now_(now) {}
  EpochMs Now() const override { return now_; }
  void Set(EpochMs now) { now_ = now; }
  void Add(int64_t seconds) { now_ += seconds * 1000; }

 private:
  EpochMs now_;
};

// Between kept moments and civil time of the fund's zone.
Time CivilTimeOf(EpochMs moment);
EpochMs MomentOf(Time civil);
// RFC 3339 with the zone: "2026-11-25T15:10:02+08:00".
std::string FormatMoment(EpochMs moment);

}  // namespace yijian
