// Which rules are planted how often, and the numbering of the persons it takes.
//
//   Planting planting = TRY(PlanPlanting(world, lookup, options, first_person));
//   Staged staged = planting.Stage(world, lookup, n);    // n < planting.size()
//
// Per rule as many violations as wanted, and as many look-alikes, each case at least once, cases in turn.
// Threads: const; Stage from any thread.
#pragma once

#include <string>
#include <vector>

#include "city/scene.h"

namespace yijian::city {

class Planting {
 public:
  size_t size() const { return plants_.size() + scenes_.size(); }
  uint64_t persons() const { return persons_; }
  Staged Stage(const World& world, const Lookup& lookup, size_t n) const;
  uint64_t rules_planted() const { return rules_planted_; }
  const std::vector<std::string>& unplanted() const { return unplanted_; }

 private:
  friend Result<Planting> PlanPlanting(const Lookup& lookup, const Era& era, uint64_t per_rule, uint64_t first_person);
  struct Played {
    size_t scene;
    uint64_t ordinal;
    uint64_t first_person;
  };
  uint64_t Add(const std::vector<const Template*>& patterns, uint64_t wanted, uint64_t first_person);

  std::vector<Template> patterns_;
  std::vector<Plant> plants_;
  std::vector<Played> scenes_;
  uint64_t persons_ = 0;
  uint64_t rules_planted_ = 0;
  std::vector<std::string> unplanted_;
};

Result<Planting> PlanPlanting(const Lookup& lookup, const Era& era, uint64_t per_rule, uint64_t first_person);

}  // namespace yijian::city
