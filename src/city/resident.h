// A resident: who somebody is, before anything happens.
//
//   Resident person = MakeResident(town, {.seed = 7, .from = ..., .until = ...}, 4711);
//
// Three neighbours by number share a household (village, county, phone). Everything follows from (seed, index).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "city/town.h"

namespace yijian::city {

// The time that the city lives through, [from, until).
struct Era {
  uint64_t seed = 1;
  Date from = 0;
  Date until = 0;
};

enum Condition : uint32_t {
  kHypertension = 1,
  kDiabetes = 2,
  kHeart = 4,
  kLung = 8,
  kDialysed = 16,
  kCancer = 32,
  kStroke = 64,
  kPregnant = 128,
  kProstate = 256,
  kThyroid = 512,
  kNewborn = 1024,
  kOsteoporosis = 2048
};

struct Resident {
  uint64_t index = 0;
  std::string no;      // psn_no
  std::string certno;  // 18 digits with check digit, of a division that does not exist
  std::string name;
  std::string phone;
  std::string village;
  bool female = false;
  Date birth = 0;
  std::string_view area;       // insu_admdvs
  std::string_view insurance;  // 310 or 390
  std::string_view type;       // psn_type
  Date enrolled = 0;
  std::optional<Date> paused;
  std::optional<Date> death;
  uint32_t conditions = 0;
  int64_t balance_fen = 0;  // of the personal account, employees only
  // Where this person usually goes.
  uint32_t third = 0, second = 0, township = 0, clinic = 0, pharmacy = 0;

  bool employee() const { return insurance == "310"; }
  bool has(Condition condition) const { return (conditions & condition) != 0; }
};

Resident MakeResident(const Town& town, const Era& era, uint64_t index);
// What a planted story says of its person; the rest is drawn as usual.
struct Traits {
  std::optional<bool> female;
  std::optional<Date> birth;
};
Resident MakeResident(const Town& town, const Era& era, uint64_t index, const Traits& traits);

}  // namespace yijian::city
