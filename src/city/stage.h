// Stages a rule's case in the city: the story's persons become residents with an ordinary life around it.
//
//   Staged staged = StagePlant(world, lookup, pattern, {.first_person = 20'311, .ordinal = 17});
//
// The story is moved by weeks that change nothing, its items are recast where the rule looks them up, its institutions
// are ones of the same level. A field that the rule reads and the case leaves out stays blank, as it was in the case;
// other fields are filled in as usual. The background keeps away from the story's months.
//
// Threads: pure functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "city/life.h"
#include "city/template.h"
#include "city/truth.h"

namespace yijian::city {

struct Plant {
  const Template* pattern = nullptr;
  uint64_t ordinal = 0;  // of all plants
  uint64_t first_person = 0;
  uint64_t persons() const;  // how many residents it takes
};

// Codes that appear in planted rows and in no register yet.
struct Extras {
  std::set<std::string> institutions;
  std::set<std::string> doctors;
};

struct Staged {
  std::vector<Life> lives;
  std::vector<TruthRow> truth;
  Extras extras;
};

// Names the persons and visits of the story, whatever is to be found in it.
void AddStories(const std::string& rule, const std::string& name, Staged& staged);

Staged StagePlant(const World& world, const Lookup& lookup, const Plant& plant);

}  // namespace yijian::city
