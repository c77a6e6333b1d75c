#include "base/clock.h"

#include <chrono>

namespace yijian {

Date Clock::Today() const { return DayOf(CivilTimeOf(Now())); }

EpochMs SystemClock::Now() const {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
}

Time CivilTimeOf(EpochMs moment) {
  int64_t seconds = moment >= 0 ? moment / 1000 : (moment - 999) / 1000;
  return seconds + kZoneSeconds;
}

EpochMs MomentOf(Time civil) { return (civil - kZoneSeconds) * 1000; }

std::string FormatMoment(EpochMs moment) {
  std::string text = FormatTime(CivilTimeOf(moment));
  text[10] = 'T';
  return text + "+08:00";
}

}  // namespace yijian
