// Chance that can be asked again: a stream of random numbers named by (seed, stream, index).
//
//   Dice dice(seed, Stream::kResident, 4711);   // the same numbers on every machine, in every order of persons
//   if (dice.Chance(30)) ...                    // 30 in a thousand
//
// Counter-based (SplitMix64 from a mixed key): nothing is shared between persons, so a city can be made in any number
// of threads, or in part, and comes out the same byte for byte. The formulas are the city: never change one in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace yijian::city {

enum class Stream : uint64_t { kTown = 1, kResident = 2, kLife = 3, kNoise = 4, kPlant = 5, kScene = 6, kStock = 7 };

constexpr uint64_t Mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class Dice {
 public:
  Dice(uint64_t seed, Stream stream, uint64_t index)
      : state_(Mix(Mix(Mix(seed + kGolden) ^ static_cast<uint64_t>(stream) * kGolden) + index * kGolden)) {}

  uint64_t Next() { return Mix(state_ += kGolden); }
  // 0 .. n - 1; n > 0.
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>((Next() >> 32) * n >> 32); }
  // Both ends included.
  int Between(int low, int high) { return low + static_cast<int>(Below(static_cast<uint32_t>(high - low + 1))); }
  bool Chance(int in_thousand) { return Below(1000) < static_cast<uint32_t>(in_thousand); }
  bool Rare(int in_million) { return Below(1'000'000) < static_cast<uint32_t>(in_million); }
  // A count with this mean (in hundredths), spread like a Poisson count: a sum of 16 coins that are seldom heads.
  int Count(int mean_in_hundredths) {
    int count = mean_in_hundredths / 1600;
    uint32_t rest = static_cast<uint32_t>(mean_in_hundredths % 1600);
    int total = count * 16;
    for (int coin = 0; coin < 16; coin++) total += Below(1600) < rest ? 1 : 0;
    return total;
  }
  // An index, by weights that are not all zero.
  size_t Pick(std::span<const int> weights) {
    uint32_t sum = 0;
    for (int weight : weights) sum += static_cast<uint32_t>(weight);
    uint32_t left = Below(sum);
    for (size_t i = 0; i + 1 < weights.size(); i++) {
      if (left < static_cast<uint32_t>(weights[i])) return i;
      left -= static_cast<uint32_t>(weights[i]);
    }
    return weights.size() - 1;
  }
  template <typename T>
  const T& Of(std::span<const T> items) {
    return items[Below(static_cast<uint32_t>(items.size()))];
  }

 private:
  static constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
  uint64_t state_;
};

}  // namespace yijian::city
