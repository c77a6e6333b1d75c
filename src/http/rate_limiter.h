// Token buckets by key: how often somebody may ask.
//
//   RateLimiter sign_ins({.per_second = 0.1, .burst = 5});
//   double wait_s = sign_ins.Take(request.remote(), std::chrono::steady_clock::now());
//   if (wait_s > 0) return Response::Of(TooOften(wait_s));
//
// Keeps at most keys_max buckets; full ones are forgotten first (they say nothing), then everybody shares one bucket
// until there is room, so that a flood of made-up keys gains nothing. Threads: from anywhere.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/problem.h"

namespace yijian::http {

class RateLimiter {
 public:
  struct Rule {
    double per_second = 10;
    double burst = 20;
    size_t keys_max = 100'000;
  };
  using Moment = std::chrono::steady_clock::time_point;

  explicit RateLimiter(Rule rule) : rule_(rule) {}

  // Takes one token: 0. Or says in how many seconds there will be one.
  double Take(std::string_view key, Moment now);
  size_t keys() const;

 private:
  struct Bucket {
    double tokens;
    Moment at;
  };

  void Forget(Moment now);

  const Rule rule_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

// 429 with Retry-After.
Problem TooOften(double wait_s);

}  // namespace yijian::http
