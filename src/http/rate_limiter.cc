#include "http/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace yijian::http {
namespace {

constexpr char kShared[] = "";  // the bucket of all keys there is no room for

double SecondsBetween(RateLimiter::Moment from, RateLimiter::Moment until) {
  return std::max(0.0, std::chrono::duration<double>(until - from).count());
}

}  // namespace

double RateLimiter::Take(std::string_view key, Moment now) {
  std::lock_guard lock(mutex_);
  std::string name(key);
  if (!buckets_.contains(name) && buckets_.size() >= rule_.keys_max) {
    Forget(now);
    if (buckets_.size() >= rule_.keys_max) name = kShared;
  }
  Bucket& bucket = buckets_.try_emplace(std::move(name), Bucket{rule_.burst, now}).first->second;
  bucket.tokens = std::min(rule_.burst, bucket.tokens + SecondsBetween(bucket.at, now) * rule_.per_second);
  bucket.at = std::max(bucket.at, now);
  if (bucket.tokens < 1) return (1 - bucket.tokens) / rule_.per_second;
  bucket.tokens -= 1;
  return 0;
}

void RateLimiter::Forget(Moment now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const Bucket& bucket = entry.second;
    return bucket.tokens + SecondsBetween(bucket.at, now) * rule_.per_second >= rule_.burst;
  });
}

size_t RateLimiter::keys() const {
  std::lock_guard lock(mutex_);
  return buckets_.size();
}

Problem TooOften(double wait_s) {
  Problem problem = ProblemOf(429);
  problem.retry_after_s = std::max(1, static_cast<int>(std::ceil(wait_s)));
  return problem;
}

}  // namespace yijian::http
