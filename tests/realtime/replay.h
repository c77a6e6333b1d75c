// A lake told anew, settlement by settlement, in the order of time: what real time would have heard of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lake/snapshot.h"
#include "realtime/service.h"

namespace yijian::realtime {

// What was said at one moment about one person: a settlement with all that it settles. `told.subject` is kNull for
// trace codes that nobody bought (stock that came in).
struct Event {
  Time at = 0;
  History told;
};

// Rows are known by the lake's row_id; person and visit keys are the lake's. Ordered by time, then by first row.
Result<std::vector<Event>> EventsOf(const std::shared_ptr<const lake::Snapshot>& snapshot, Codes& codes);

// A small city, taken in and audited, in folders below `dir`.
struct AuditedCity {
  std::string lake;
  int64_t lines = 0;
};
Result<AuditedCity> MakeCity(const std::string& dir, uint64_t persons, uint64_t planted_per_rule);

}  // namespace yijian::realtime
