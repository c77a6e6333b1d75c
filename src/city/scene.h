// Frauds written by hand, not made after a rule's own cases: the classic ones of supervision.md G.1 and C, beside the
// legitimate life that looks like them.
//
// A scene is planted when the rules given include its rule (P-025 stands for P-025a to P-025d).
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "city/stage.h"

namespace yijian::city {

struct SceneInfo {
  std::string_view rule;  // catalogue id
  std::string_view name;
  int persons;
};
std::span<const SceneInfo> Scenes();

// `ordinal` counts the times that scenes are played; persons are numbered from first_person.
Staged PlayScene(const World& world, const Lookup& lookup, size_t scene, uint64_t ordinal, uint64_t first_person);

// Whether a rule id is the catalogue id or a variant of it.
bool IsVariantOf(std::string_view rule, std::string_view catalogue);

}  // namespace yijian::city
