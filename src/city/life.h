// A resident's year: what happens to somebody, clean of anything the rules forbid.
//
//   World world{town, cashier, era};
//   Life life = Live(world, MakeResident(town, era, 4711), {});
//
// One event a day at most; no visit during a stay; stays at least 35 days apart unless chemotherapy plans them; drugs
// not beyond their days; yearly tests far enough apart; nothing before enrolment, after death or while paused.
//
// Threads: pure functions.
#pragma once

#include <vector>

#include "city/cashier.h"
#include "city/record.h"

namespace yijian::city {

struct World {
  const Town& town;
  const Cashier& cashier;
  Era era;
};

// Days [from, until) in which nothing of the background may happen.
struct Quiet {
  Date from = 0;
  Date until = 0;
};

Life Live(const World& world, Resident person, const std::vector<Quiet>& quiet);

}  // namespace yijian::city
