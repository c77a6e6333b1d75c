// Other items for a story: where a rule looks an item up in a knowledge table, another row of the table that says the
// same serves as well, so that a rule is not tried with its own examples alone.
//
//   std::map<std::string, std::string> recast = Substitute(lookup, rule, items, days, dice);
//
// A substitute is taken only when the rule's tables, prefixes and constants treat the new items as they did the old, on
// all days of the story, and when no other rule's table holds the new item that did not hold the old. Threads: const.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "city/dice.h"
#include "city/lookup.h"

namespace yijian::city {

// `items` are the story's; the result names the new item of each that changes.
std::map<std::string, std::string> Substitute(const Lookup& lookup, const program::Rule& rule,
                                              const std::vector<std::string>& items, const std::vector<Date>& days,
                                              Dice& dice);

}  // namespace yijian::city
