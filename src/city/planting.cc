#include "city/planting.h"

#include <algorithm>

namespace yijian::city {

uint64_t Planting::Add(const std::vector<const Template*>& patterns, uint64_t wanted, uint64_t first_person) {
  if (patterns.empty()) return first_person;
  uint64_t count = std::max<uint64_t>(wanted, patterns.size());
  for (uint64_t i = 0; i < count; i++) {
    Plant plant{patterns[i % patterns.size()], plants_.size(), first_person};
    first_person += plant.persons();
    plants_.push_back(plant);
  }
  return first_person;
}

Result<Planting> PlanPlanting(const Lookup& lookup, const Era& era, uint64_t per_rule, uint64_t first_person) {
  Planting planting;
  const program::RuleSet& rules = lookup.rules();
  planting.patterns_ = TRY(LoadTemplates(rules, lookup, era));
  uint64_t next = first_person;
  for (size_t rule = 0; rule < rules.rules.size(); rule++) {
    std::vector<const Template*> violations, lookalikes;
    std::string obstacle = "it has no case with a finding";
    for (const Template& pattern : planting.patterns_) {
      if (pattern.rule != rule) continue;
      if (!pattern.obstacle.empty()) {
        if (pattern.violation) obstacle = pattern.obstacle;
        continue;
      }
      (pattern.violation ? violations : lookalikes).push_back(&pattern);
    }
    next = planting.Add(violations, per_rule, next);
    next = planting.Add(lookalikes, per_rule, next);
    bool staged = std::any_of(Scenes().begin(), Scenes().end(),
                              [&](const SceneInfo& scene) { return IsVariantOf(rules.rules[rule].id, scene.rule); });
    if (violations.empty() && !staged) {
      planting.unplanted_.push_back(rules.rules[rule].id + ": " + obstacle);
    } else {
      planting.rules_planted_++;
    }
  }
  uint64_t ordinal = 0;
  for (size_t scene = 0; scene < Scenes().size(); scene++) {
    bool ruled = std::any_of(rules.rules.begin(), rules.rules.end(),
                             [&](const program::Rule& rule) { return IsVariantOf(rule.id, Scenes()[scene].rule); });
    for (uint64_t i = 0; ruled && i < std::max<uint64_t>(1, per_rule / 3); i++) {
      planting.scenes_.push_back({scene, ordinal++, next});
      next += static_cast<uint64_t>(Scenes()[scene].persons);
    }
  }
  planting.persons_ = next - first_person;
  return planting;
}

Staged Planting::Stage(const World& world, const Lookup& lookup, size_t n) const {
  if (n < plants_.size()) return StagePlant(world, lookup, plants_[n]);
  const Played& played = scenes_[n - plants_.size()];
  return PlayScene(world, lookup, played.scene, played.ordinal, played.first_person);
}

}  // namespace yijian::city
