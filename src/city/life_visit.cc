#include <algorithm>

#include "city/biography.h"

namespace yijian::city {
namespace {

constexpr std::array kHerbs{G::kHerbDanggui, G::kHerbBaizhu,     G::kHerbFuling,  G::kHerbDangshen,
                            G::kHerbHuangqi, G::kHerbChuanxiong, G::kHerbBaishao, G::kHerbShudi,
                            G::kHerbChenpi,  G::kHerbChaihu,     G::kHerbJiegeng, G::kHerbMaidong};

}  // namespace

// Between and after the cycles of chemotherapy: tablets every four weeks.
void Biography::TumourCare() {
  static constexpr Disease kTumour{"C18.700", "乙状结肠恶性肿瘤"};
  Date day = world_.era.from + static_cast<Date>(dice_.Below(28));
  for (; day < world_.era.until; day += 29 + static_cast<Date>(dice_.Below(5))) {
    if (!Free(day, day)) continue;
    Take(day, day);
    Visit& visit = Open(person_.third, "14", Dept::kOncology, At(day, dice_.Between(8, 15), dice_.Between(0, 59)));
    visit.disease = "M00500";
    Diagnose(visit, kTumour);
    Charge(visit, G::kExpertFee, visit.begin + 30);
    Time time = visit.begin + 1200;
    for (G good : {G::kBloodCount, G::kAlt, G::kAst, G::kUrea, G::kCreatinine}) Charge(visit, good, time += 7);
    if (Spaced(G::kCea, day, 60)) Charge(visit, G::kCea, time += 7);
    Charge(visit, G::kCapecitabine, time += 900, 2).prescription = 1;
    Close(visit, time + 900, true);
    SellPacks(visit);
  }
}

// One hospital for good, the same drugs every 28 days; each certified disease has visits of its own.
void Biography::ChronicCare() {
  if (person_.has(kDialysed)) return;
  int treated = 0;
  for (const Chronic& chronic : Chronics()) {
    if ((person_.conditions & chronic.condition) == 0) continue;
    if (treated == 2 || dice_.Chance(420)) continue;  // not everybody is treated
    treated++;
    std::vector<G> drugs{dice_.Of(chronic.drugs)};
    for (int more = dice_.Between(0, 2); more > 0; more--) {
      G other = dice_.Of(chronic.drugs);
      bool own_group = std::all_of(drugs.begin(), drugs.end(), [&](G good) {
        return GoodOf(good).code.substr(0, 6) != GoodOf(other).code.substr(0, 6);
      });
      if (own_group) drugs.push_back(other);
    }
    Date day = world_.era.from + static_cast<Date>(dice_.Below(28));
    while (day < world_.era.until) {
      Date tries = 0;
      while (tries < 20 && InEra(day + tries) && (!Free(day + tries, day + tries) || WeekdayOf(day + tries) > 5))
        tries++;
      day += tries;
      if (Free(day, day)) {
        ChronicVisit(chronic, drugs, day);
        day += 29;
      }
      day += dice_.Between(0, 4) + (dice_.Chance(80) ? 28 : 0);  // now and then somebody forgets
    }
  }
}

void Biography::ChronicVisit(const Chronic& chronic, const std::vector<G>& drugs, Date day) {
  Take(day, day);
  uint32_t at = person_.index % 10 < 3 ? person_.third : person_.index % 10 < 7 ? person_.second : person_.township;
  Visit& visit = Open(at, "14", chronic.dept, At(day, dice_.Between(8, 15), dice_.Between(0, 59)));
  visit.disease = chronic.disease_no;
  Diagnose(visit, chronic.main);
  Charge(visit, G::kVisitFee, visit.begin + 30);
  Time time = visit.begin + 1200;
  for (G good : chronic.yearly) {
    if (dice_.Chance(150) && Spaced(good, day, good == G::kHbA1c ? 100 : 20)) Charge(visit, good, time += 240);
  }
  for (G good : drugs) {
    Charge(visit, good, time += 60).prescription = 1;
  }
  Close(visit, time + 900, true);
  SellPacks(visit);
}

void Biography::Outpatient() {
  int age = AgeYears(person_.birth, world_.era.from);
  int mean = age < 6 ? 430 : age < 18 ? 170 : age < 40 ? 160 : age < 60 ? 250 : age < 75 ? 330 : 320;
  if (person_.has(kDialysed) || person_.has(kCancer)) mean /= 3;
  std::vector<int> weights;
  int sum = 0;
  for (const Complaint& complaint : Complaints()) {
    bool fits = age >= complaint.age_low && age <= complaint.age_high &&
                (complaint.sex == 0 || (complaint.sex == 'f') == person_.female) &&
                !(person_.has(kPregnant) && complaint.dept == Dept::kGynaecology);
    weights.push_back(fits ? complaint.weight : 0);
    sum += weights.back();
  }
  if (sum == 0 || person_.has(kPregnant)) return;
  for (int count = std::min(24, dice_.Count(mean)); count > 0; count--) {
    const Complaint& complaint = Complaints()[dice_.Pick(weights)];
    Date day = FreeDay(complaint.winter, 0);
    if (day != 0 && AgeYears(person_.birth, day) <= complaint.age_high) ComplaintVisit(complaint, day);
  }
}

void Biography::ComplaintVisit(const Complaint& complaint, Date day) {
  Take(day, day);
  size_t tier = dice_.Pick(complaint.tiers);
  uint32_t at = tier == 0 ? person_.third : tier == 1 ? person_.second : tier == 2 ? person_.township : person_.clinic;
  bool emergency = tier <= 1 && !complaint.herbs && dice_.Chance(60);
  int hour = emergency ? dice_.Between(18, 21) : dice_.Between(8, 16);
  Dept dept = emergency ? Dept::kEmergency : tier >= 2 ? Dept::kGeneral : complaint.dept;
  if (complaint.herbs && tier >= 2) dept = Dept::kChinese;
  Visit& visit = Open(at, emergency ? "13" : "11", dept, At(day, hour, dice_.Between(0, 59)));
  Diagnose(visit, complaint.main);
  AddCompanions(visit, 1);
  G fee = emergency ? G::kEmergencyFee : tier == 0 && dice_.Chance(400) ? G::kExpertFee : G::kVisitFee;
  Charge(visit, fee, visit.begin + 30);
  Time time = visit.begin + 1200;
  if (tier < 3) {
    for (G good : complaint.tests) {
      bool therapy = GoodOf(good).charge == "05";
      if (dice_.Chance(therapy ? 650 : 620) && Spaced(good, day, therapy ? 1 : 4)) Charge(visit, good, time += 420);
    }
    if (AgeYears(person_.birth, day) >= 30 && tier < 3 && dice_.Chance(330)) {
      for (G good : {G::kAlt, G::kAst, G::kGgt, G::kUrea, G::kCreatinine, G::kUricAcid, G::kCholesterol,
                     G::kTriglyceride, G::kHdl, G::kLdl, G::kGlucose, G::kUrine}) {
        if (Spaced(good, day, 30)) Charge(visit, good, time += 7);
      }
    }
  }
  uint16_t split = dice_.Chance(80) ? 1 : 0;  // the drugs settled on their own
  size_t first_drug = visit.lines.size();
  int drugs = 0;
  for (G good : complaint.drugs) {
    if (drugs == 4 || dice_.Chance(250) || !Spaced(good, day, 12)) continue;
    Charge(visit, good, time += 60, dice_.Between(1, 2)).prescription = 1;
    drugs++;
  }
  if (complaint.herbs) Herbs(visit, time += 120);
  if (split == 1 && first_drug < visit.lines.size()) {
    for (size_t i = first_drug; i < visit.lines.size(); i++) visit.lines[i].settlement = 1;
    Close(visit, time + 300, false);
  }
  Close(visit, time + 900, split == 0);
  SellPacks(visit);
}

void Biography::Herbs(Visit& visit, Time time) {
  int doses = 7;
  size_t skip = dice_.Below(kHerbs.size());
  for (size_t i = 0; i < kHerbs.size(); i++) {
    if (i == skip || i == (skip + 5) % kHerbs.size()) continue;
    Line& line = Charge(visit, kHerbs[i], time, doses * dice_.Between(9, 15));
    line.prescription = 2;
    time += 3;
  }
}

void Biography::Purchases() {
  if (!person_.employee()) return;
  int age = AgeYears(person_.birth, world_.era.from);
  std::span<const G> shelf = OverTheCounter(age < 12, person_.female);
  for (int count = std::min(30, dice_.Count(470)); count > 0; count--) {
    Date day = FreeDay(115, 0);
    if (day == 0) continue;
    std::vector<G> basket;
    for (int i = dice_.Between(1, 3); i > 0; i--) {
      G good = dice_.Of(shelf);
      if (Spaced(good, day, 25)) basket.push_back(good);
    }
    if (basket.empty()) continue;
    Take(day, day);
    uint32_t shop = dice_.Chance(850) ? person_.pharmacy : world_.town.Nth(Tier::kPharmacy, dice_.Next() >> 20);
    Visit& visit = Open(shop, "41", Dept::kCount, At(day, dice_.Between(8, 20), dice_.Between(0, 59)));
    Time time = visit.begin;
    for (G good : basket) Charge(visit, good, time += 20, dice_.Between(1, 2));
    visit.end = time;
    Close(visit, time, true);
    SellPacks(visit);
  }
}

}  // namespace yijian::city
