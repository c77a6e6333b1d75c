#include "city/resident.h"

#include <algorithm>
#include <array>

#include "city/dice.h"

namespace yijian::city {
namespace {

constexpr std::array<int, 10> kPyramid{100, 110, 120, 160, 140, 160, 115, 65, 26, 4};  // by ten years of age
constexpr std::array<std::string_view, 12> kVillages{"红旗村",   "民主村",   "光明社区", "团结村",
                                                     "新华社区", "河东村",   "前进村",   "幸福社区",
                                                     "长寿村",   "望江社区", "柏树村",   "竹园村"};

// GB 11643 check digit.
char CheckDigit(const std::string& first17) {
  constexpr std::array<int, 17> kWeights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < 17; i++) sum += (first17[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

std::string CertNo(std::string_view area, Date birth, uint64_t index, bool female) {
  CivilDay day = CivilOf(birth);
  uint64_t order = Mix(index + 77) % 500 * 2 + (female ? 0 : 1);
  std::string digits = std::string(area) + Padded(static_cast<uint64_t>(day.year), 4) +
                       Padded(static_cast<uint64_t>(day.month), 2) + Padded(static_cast<uint64_t>(day.day), 2) +
                       Padded(order, 3);
  return digits + CheckDigit(digits);
}

uint32_t Conditions(Dice& dice, int age, bool female) {
  uint32_t held = 0;
  auto take = [&](Condition condition, int in_ten_thousand) {
    if (dice.Below(10'000) < static_cast<uint32_t>(in_ten_thousand)) held |= condition;
  };
  bool middle = age >= 40;
  bool old = age >= 60;
  take(kHypertension, old ? 4200 : middle ? 1600 : age >= 30 ? 400 : 0);
  take(kDiabetes, old ? 1700 : middle ? 700 : age >= 30 ? 150 : 0);
  take(kHeart, old ? 1100 : middle ? 220 : 0);
  take(kLung, old ? 550 : middle ? 120 : 0);
  take(kDialysed, old ? 50 : middle ? 25 : age >= 20 ? 5 : 0);
  take(kCancer, old ? 90 : middle ? 45 : 0);
  take(kStroke, old ? 120 : middle ? 25 : 0);
  take(kPregnant, female && age >= 22 && age < 38 ? 700 : 0);
  take(kProstate, !female && old ? 900 : 0);
  take(kThyroid, female && age >= 30 ? 250 : 0);
  take(kOsteoporosis, female && old ? 500 : 0);
  // One severe course at a time: their stays would get in each other's way.
  if (held & kDialysed) held &= ~static_cast<uint32_t>(kCancer | kStroke | kPregnant);
  if (held & kCancer) held &= ~static_cast<uint32_t>(kStroke | kPregnant);
  return held;
}

std::string_view TypeOf(bool employee, int age, bool female) {
  if (employee) return age >= (female ? 55 : 60) ? "1201" : "1101";
  if (age < 1) return "1401";
  if (age < 6) return "1402";
  if (age < 18) return "1403";
  return age >= 60 ? "16" : "1501";
}

}  // namespace

Resident MakeResident(const Town& town, const Era& era, uint64_t index) { return MakeResident(town, era, index, {}); }

Resident MakeResident(const Town& town, const Era& era, uint64_t index, const Traits& traits) {
  Dice home(era.seed, Stream::kResident, (index / 3) * 2 + 1);  // the household
  Dice dice(era.seed, Stream::kResident, index * 2);
  Resident person;
  person.index = index;
  person.no = "5001" + Padded(index + 1, 16);

  uint32_t county = home.Below(kCounties);
  person.area = dice.Chance(25) ? "500102" : kCityArea;
  person.village = std::string(kVillages[home.Below(kVillages.size())]);
  person.phone = "000" + Padded(home.Below(100'000'000), 8);
  uint64_t near = home.Next() >> 8;
  person.township = town.Nth(Tier::kTownship, near / 4 * 4 + county);
  person.clinic = town.Nth(Tier::kClinic, (near >> 16) / 4 * 4 + county);
  person.pharmacy = town.Nth(Tier::kPharmacy, (near >> 24) / 4 * 4 + county);
  person.second = town.Nth(Tier::kSecond, county);
  person.third = town.Nth(Tier::kThird, near >> 3);

  person.female = dice.Below(1000) < 492;
  int decade = static_cast<int>(dice.Pick(kPyramid));
  int days = static_cast<int>(dice.Below(3652));
  person.birth = era.until - 1 - decade * 3652 - days;
  if (traits.female) person.female = *traits.female;
  if (traits.birth) person.birth = *traits.birth;
  int age = std::max(0, AgeYears(person.birth, era.from));
  bool employee = age >= 18 && dice.Chance(age < 60 ? 460 : 300);
  person.insurance = employee ? "310" : "390";
  person.type = TypeOf(employee, age, person.female);
  person.name = NameOf(Mix(index * 31 + era.seed), person.female);
  person.certno = CertNo("990101", person.birth, index, person.female);

  person.enrolled = std::max(person.birth, era.from - 400 - static_cast<Date>(dice.Below(3000)));
  person.conditions = Conditions(dice, age, person.female);
  if (person.birth >= era.from) person.conditions = dice.Chance(300) ? uint32_t{kNewborn} : 0;
  person.balance_fen = employee ? 100'000 + static_cast<int64_t>(dice.Below(500'000)) : 0;
  int span = era.until - era.from;
  int dying = age >= 80 ? 60 : age >= 65 ? 15 : age >= 45 ? 3 : 0;  // in a thousand
  if (dice.Chance(dying)) person.death = era.from + 30 + static_cast<Date>(dice.Below(static_cast<uint32_t>(span)));
  if (person.death && *person.death >= era.until) person.death.reset();
  if (!person.death && dice.Chance(8)) {
    person.paused = era.from + 60 + static_cast<Date>(dice.Below(static_cast<uint32_t>(span)));
    if (*person.paused >= era.until || *person.paused <= person.enrolled) person.paused.reset();
  }
  if (traits.birth || traits.female) {  // a planted person: plain, so that only its story speaks
    person.death.reset();
    person.paused.reset();
    person.conditions &= kHypertension;
  }
  return person;
}

}  // namespace yijian::city
