// Codes that a code book gained after the rules were bound to it: what the arrays of Bound would say of them.
//
// A draft or an upload may bring a doctor, a bed or a drug nobody has seen; binding anew for each costs too much. Such
// codes are tested one by one, by their texts, when Cover learns of them, and looked up here by number.
//
// Internal to eval.
// Threads: readers need no lock. A code's answers never change, and are there before anybody is told its number.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "timeline/bucket.h"

namespace yijian::eval {

class Bound;

struct LateCode {
  std::string text;
  std::string name;
  std::vector<std::pair<uint32_t, int64_t>> maps;               // where a map says something else than its default
  std::vector<std::pair<uint32_t, std::vector<int32_t>>> rows;  // by table: rows of its first key, best first
  std::vector<uint32_t> seconds;                                // tables with a row whose second key it is
  std::array<std::vector<uint32_t>, 4> sides;                   // by subject: item-indexed sides it concerns
};

class LateCodes {
 public:
  explicit LateCodes(int64_t first) : first_(first), learnt_(first), covered_(first) {}
  ~LateCodes();

  // Numbers below this are answered, by the arrays or here.
  int64_t covered() const { return covered_.load(std::memory_order_acquire); }
  // Null for codes the arrays know, and for those nobody told of.
  const LateCode* Find(int64_t code) const {
    if (code < first_ || code >= learnt_.load(std::memory_order_acquire)) return nullptr;
    return &At(code);
  }
  const std::vector<int32_t>* RowsOf(uint32_t table, int64_t code) const;
  bool HoldsSecond(uint32_t table, int64_t code) const;

  Status Cover(const Bound& bound, timeline::CodeBook& codes);

 private:
  static constexpr int64_t kChunk = 1024;
  static constexpr int64_t kChunksMax = 4096;
  // By table: which rows have this text as their first or second key.
  struct KeyIndex {
    std::unordered_map<std::string, std::vector<int32_t>> first;
    std::unordered_map<std::string, bool> second;
  };

  LateCode& At(int64_t code) const {
    int64_t at = code - first_;
    return chunks_[static_cast<size_t>(at / kChunk)].load(std::memory_order_acquire)[at % kChunk];
  }
  void BuildKeys(const Bound& bound);  // once
  void Learn(const Bound& bound, const timeline::CodeBook& codes, int64_t code);

  int64_t first_;
  std::atomic<int64_t> learnt_;   // texts, maps and tables are there
  std::atomic<int64_t> covered_;  // sides too
  std::array<std::atomic<LateCode*>, kChunksMax> chunks_{};
  std::mutex mutex_;            // of those who cover
  std::vector<KeyIndex> keys_;  // by table number
};

}  // namespace yijian::eval
