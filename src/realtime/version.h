// One version of the rule packs, bound to the code book of a store.
//
//   auto version = TRY(PackVersion::Load("live", {"rules/packs"}, store.codes()));
//
// Several may be in use at once; each is bound once (a fraction of a second) and then judges any number of requests.
// Owns:    its library; requests hold the version while they use it, so it can be replaced at any time.
// Errors:  kInvalidInput with all mistakes of the packs: a version is loaded whole or not at all.
// Threads: immutable but for its counters, which are atomic.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "pack/load.h"
#include "realtime/codes.h"

namespace yijian::realtime {

// What a rule did and cost since the version was loaded. A cache line each: threads count at once.
struct alignas(64) RuleUse {
  std::atomic<int64_t> runs{0};
  std::atomic<int64_t> nanoseconds{0};
  std::atomic<int64_t> hits{0};
  std::atomic<int64_t> unknowns{0};
  std::atomic<int64_t> not_reached{0};
};

class PackVersion {
 public:
  static Result<std::shared_ptr<const PackVersion>> Load(const std::string& name,
                                                         const std::vector<std::string>& pack_dirs, Codes& codes);

  const std::string& name() const { return name_; }
  uint64_t number() const { return number_; }  // of no other version of this process
  const program::RuleSet& rules() const { return library_.rules; }
  const eval::Bound& bound() const { return *bound_; }
  const program::FieldSet& fields(program::Subject subject) const { return fields_[static_cast<size_t>(subject)]; }
  // Whether any rule of the subject runs at one of the moments.
  bool Has(program::Subject subject, uint8_t moments) const {
    return (moments_[static_cast<size_t>(subject)] & moments) != 0;
  }
  RuleUse& use(uint32_t rule) const { return uses_[rule]; }

 private:
  PackVersion() = default;
  std::string name_;
  uint64_t number_ = 0;
  pack::Library library_;
  std::shared_ptr<const eval::Bound> bound_;
  std::array<program::FieldSet, 4> fields_;
  std::array<uint8_t, 4> moments_{};
  std::unique_ptr<RuleUse[]> uses_;
};

// How far back a rule may look from a row that arrives now, in days; nullopt when there is no limit. A store that keeps
// the longest of these days gives every rule all it needs.
std::optional<int64_t> LookBackDays(const program::Rule& rule);
std::optional<int64_t> LookBackDays(const program::RuleSet& rules, program::Subject subject);

}  // namespace yijian::realtime
