#include "realtime/monitor.h"

#include <algorithm>
#include <bit>

namespace yijian::realtime {

Monitor::Monitor() : seconds_(std::make_unique<std::array<Second, kSeconds>>()) {}

// 0 to 7 as they are; from 8 on the highest bit and the three below it.
size_t Monitor::StepOf(int64_t microseconds) {
  auto value = static_cast<uint64_t>(std::max<int64_t>(0, microseconds));
  if (value < 8) return static_cast<size_t>(value);
  auto shift = static_cast<size_t>(std::bit_width(value)) - 4;
  return std::min(kSteps - 1, (shift + 1) * 8 + static_cast<size_t>((value >> shift) & 7));
}

int64_t Monitor::TopOf(size_t step) {
  if (step < 8) return static_cast<int64_t>(step);
  size_t shift = step / 8 - 1;
  return static_cast<int64_t>(((8 + step % 8 + 1) << shift) - 1);
}

Monitor::What Monitor::WhatOf(const std::string& infno) {
  if (infno == "3101" || infno == "pre") return kAskedPre;
  if (infno == "3102" || infno == "mid") return kAskedMid;
  return infno == "3103" || infno == "feedback" ? kFedBack : kUploaded;
}

Monitor::Second& Monitor::SecondOf(int64_t now_s) {
  Second& second = (*seconds_)[static_cast<size_t>(now_s % kSeconds)];
  if (second.at != now_s) {
    second = Second();
    second.at = now_s;
  }
  return second;
}

Monitor::Minute& Monitor::MinuteOf(int64_t now_s) {
  int64_t at = now_s / 60;
  Minute& minute = minutes_[static_cast<size_t>(at % kMinutes)];
  if (minute.at != at) {
    minute = Minute();
    minute.at = at;
  }
  return minute;
}

Monitor::Asker* Monitor::AskerOf(Minute& minute, const std::string& institution) {
  auto at = minute.askers.find(institution);
  if (at != minute.askers.end()) return &at->second;
  return minute.askers.size() < kNamesMax ? &minute.askers[institution] : nullptr;
}

void Monitor::Saw(const Glance& glance, const std::string& word, int64_t microseconds, int64_t now_s) {
  std::lock_guard lock(mutex_);
  Second& second = SecondOf(now_s);
  second.requests++;
  second.errors += word.empty() ? 0 : 1;
  second.hits += static_cast<uint32_t>(glance.hits.size());
  second.max_us = std::max(second.max_us, microseconds);
  second.steps[StepOf(microseconds)]++;
  second.by_what[WhatOf(glance.infno)]++;
  if (glance.asked) second.advices[static_cast<size_t>(glance.advice)]++;
  Minute& minute = MinuteOf(now_s);
  if (Asker* asker = AskerOf(minute, glance.institution)) {
    asker->requests++;
    asker->errors += word.empty() ? 0 : 1;
    asker->hits += static_cast<int64_t>(glance.hits.size());
  }
  for (const Glance::Doubted& doubted : glance.unknowns) {
    auto at = minute.doubts.find({doubted.rule, doubted.missing});
    if (at != minute.doubts.end())
      at->second++;
    else if (minute.doubts.size() < kNamesMax)
      minute.doubts[{doubted.rule, doubted.missing}] = 1;
  }
}

void Monitor::Refused(const std::string& institution, int64_t now_s) {
  std::lock_guard lock(mutex_);
  SecondOf(now_s).refused++;
  if (Asker* asker = AskerOf(MinuteOf(now_s), institution)) asker->refused++;
}

Monitor::Window Monitor::Last(int seconds, int64_t until_s) const {
  std::array<int64_t, kSteps> steps{};
  Window window;
  std::lock_guard lock(mutex_);
  for (int64_t at = until_s - std::min(seconds, kSeconds); at < until_s; at++) {
    if (at < 0) continue;
    const Second& second = (*seconds_)[static_cast<size_t>(at % kSeconds)];
    if (second.at != at) continue;
    window.requests += second.requests;
    window.errors += second.errors;
    window.refused += second.refused;
    window.hits += second.hits;
    window.max_us = std::max(window.max_us, second.max_us);
    for (size_t what = 0; what < kWhats; what++) window.by_what[what] += second.by_what[what];
    for (size_t advice = 0; advice < kAdvices; advice++) window.advices[advice] += second.advices[advice];
    for (size_t step = 0; step < kSteps; step++) steps[step] += second.steps[step];
  }
  auto percentile = [&](double share) {
    auto wanted = static_cast<int64_t>(static_cast<double>(window.requests) * share);
    int64_t seen = 0;
    for (size_t step = 0; step < kSteps; step++) {
      seen += steps[step];
      if (seen > wanted || (seen == window.requests && seen > 0)) return std::min(TopOf(step), window.max_us);
    }
    return int64_t{0};
  };
  window.p50_us = percentile(0.5);
  window.p99_us = percentile(0.99);
  window.p999_us = percentile(0.999);
  return window;
}

std::map<std::string, Monitor::Asker> Monitor::Askers(int64_t now_s) const {
  std::map<std::string, Asker> all;
  std::lock_guard lock(mutex_);
  for (const Minute& minute : minutes_) {
    if (minute.at <= now_s / 60 - kMinutes) continue;
    for (const auto& [institution, asker] : minute.askers) {
      Asker& sum = all[institution];
      sum.requests += asker.requests;
      sum.hits += asker.hits;
      sum.errors += asker.errors;
      sum.refused += asker.refused;
    }
  }
  return all;
}

std::map<Monitor::Doubted, int64_t> Monitor::Doubts(int64_t now_s) const {
  std::map<Doubted, int64_t> all;
  std::lock_guard lock(mutex_);
  for (const Minute& minute : minutes_) {
    if (minute.at <= now_s / 60 - kMinutes) continue;
    for (const auto& [doubted, count] : minute.doubts) all[doubted] += count;
  }
  return all;
}

}  // namespace yijian::realtime
