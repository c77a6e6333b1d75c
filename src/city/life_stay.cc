#include <algorithm>

#include "city/biography.h"

namespace yijian::city {

uint32_t Biography::HospitalFor(const std::array<int, 3>& tiers) {
  size_t tier = dice_.Pick(tiers);
  return tier == 0 ? person_.third : tier == 1 ? person_.second : person_.township;
}

Visit& Biography::Admit(uint32_t institution, std::string_view type, Dept dept, Date first, Date last) {
  Take(first, last);
  Visit& visit = Open(institution, type, dept, At(first, dice_.Between(8, 10), dice_.Between(0, 59)));
  visit.stay = true;
  visit.end = At(last, dice_.Between(15, 17), dice_.Between(0, 59));
  visit.discharge_way = "1";
  visit.bed = 1 + static_cast<int>(person_.index % 900);
  if (person_.death && *person_.death - last < 2) visit.discharge_way = "5";
  return visit;
}

// Bed, nursing and round of every day but the last.
void Biography::Wards(Visit& visit, Date first, Date last, bool two_beds) {
  Date operated = visit.operations.empty() ? 0 : DayOf(visit.operations[0].begin);
  for (Date day = first; day < last; day++) {
    Time time = day == first ? visit.begin + 600 : At(day, 7, 30);
    Charge(visit, two_beds ? G::kBedTwo : G::kBed, time);
    bool close = operated != 0 && day >= operated && day < operated + 2;
    Charge(visit, close ? G::kNursingOne : G::kNursingTwo, time + 60);
    Charge(visit, G::kStayFee, time + 120);
  }
}

void Biography::Labs(Visit& visit, Date day, bool all) {
  Time time = At(day, 11, 10);
  for (G good : all ? AdmissionLab() : RecheckLab()) Charge(visit, good, time += 7);
  if (!all) return;
  if (Spaced(G::kHepatitisB, day, 60)) {
    for (G good : {G::kHepatitisB, G::kHepatitisBAntibody, G::kHepatitisE, G::kHepatitisEAntibody, G::kHepatitisCore,
                   G::kHepatitisC}) {
      Charge(visit, good, time += 7);
    }
  }
  if (visit.diagnoses[0].code.substr(0, 3) == "E11" && Spaced(G::kHbA1c, day, 100)) Charge(visit, G::kHbA1c, time += 7);
  if (visit.diagnoses[0].code.substr(0, 2) == "I6") Charge(visit, G::kDimer, time += 7);
  Charge(visit, G::kEcg, time += 600);
}

// A drug by drip: the drug, its solvent, the drip, the needle.
Time Biography::Drip(Visit& visit, G drug, Time time, int packs, bool child) {
  Charge(visit, drug, time, packs);
  Charge(visit, child ? G::kSaline : G::kSalineBig, time + 5);
  Charge(visit, child ? G::kInfusionChild : G::kInfusion, time + 10);
  Charge(visit, G::kSyringe, time + 15, 2);
  return time + 1500;
}

void Biography::Daily(Visit& visit, const Illness& illness, Date first, Date last) {
  Date operated = visit.operations.empty() ? 0 : DayOf(visit.operations[0].begin);
  bool child = AgeYears(person_.birth, first) < 14;
  static constexpr G kSupport[] = {G::kCoenzyme, G::kVitaminComplex, G::kAescin};
  G support = kSupport[dice_.Below(3)];
  std::string_view kind = illness.main.code.substr(0, 3);
  bool supported = !child && (kind == "I63" || kind == "J18" || dice_.Chance(750));
  bool twice = supported && kind != "I63" && kind != "J18" && kind != "K35" && dice_.Chance(700);
  for (Date day = first; day < last; day++) {
    Time time = day == first ? visit.begin + 5400 : At(day, 9, 0);
    bool injected = false;
    for (G good : illness.daily) {
      if (!IsDrug(GoodOf(good))) {  // physiotherapy: not at the weekend
        if (WeekdayOf(day) < 5) Charge(visit, good, time += 900);
      } else if (good == G::kBudesonide) {
        Charge(visit, good, time += 11, 2);
      } else {
        time = Drip(visit, good, time, child ? 1 : 2, child && !injected);
        injected = true;
      }
    }
    if (supported && day != operated) time = Drip(visit, support, time, 2, false);
    if (twice && day != operated) time = Drip(visit, G::kThymopentin, time, 1, false);
    if (injected) {
      Charge(visit, G::kInfusionSet, time += 11);
      if ((day - first) % 3 == 0) Charge(visit, G::kCannula, time += 11);
      if ((day - first) % 3 == 0) Charge(visit, G::kGauze, time += 11);
    }
    bool whole = day > first;  // hourly items only on full days
    if (illness.daily.size() >= 5) Charge(visit, G::kNebuliser, time += 300, 2);
    if (illness.oxygen && whole && day < first + 6) Charge(visit, G::kOxygen, time += 60, dice_.Between(6, 12));
    if (illness.oxygen && day == first) Charge(visit, G::kOxygenTube, time += 60);
    if (illness.monitored && whole && day < first + 5 && day != operated) {
      Charge(visit, G::kMonitor, time += 60, dice_.Between(12, 20));
    }
    if (day == first && dice_.Chance(300)) Charge(visit, G::kWrap, time += 60, 5);
  }
}

void Biography::Operate(Visit& visit, const Surgery& surgery, Date day) {
  const Institution& at = world_.town.At(visit.institution);
  Operation op;
  op.code = surgery.code;
  op.name = surgery.name;
  op.begin = At(day, dice_.Between(9, 13), dice_.Between(0, 59));
  op.end = op.begin + surgery.minutes * 60 + dice_.Between(0, 900);
  op.doctor = visit.doctor;
  bool put_under = surgery.anaesthesia != G::kCount;
  op.anaesthesia = !put_under ? "3" : surgery.anaesthesia == G::kAnaesthesiaGeneral ? "1" : "2";
  op.anaesthetist = put_under ? Town::DoctorOf(at, Dept::kAnaesthesia, dice_.Next() >> 33) : 0;
  Time time = op.begin;
  if (surgery.clean) Charge(visit, G::kCefazolin, op.begin - 2400, 2);
  Charge(visit, surgery.fee, time);
  for (G good : surgery.implants) Charge(visit, good, time += 300);
  if (put_under) {
    Charge(visit, surgery.anaesthesia, op.begin - 60).exec_dept = Dept::kAnaesthesia;
    int hours = static_cast<int>((op.end - op.begin) / 3600);
    if (hours > 0) Charge(visit, G::kAnaesthesiaWatch, op.begin, hours).exec_dept = Dept::kAnaesthesia;
    bool general = surgery.anaesthesia == G::kAnaesthesiaGeneral;
    Charge(visit, general ? G::kPropofol : G::kRopivacaine, op.begin, general ? 3 : 1);
    Charge(visit, G::kCatheterBag, op.begin + 30);
    Charge(visit, G::kCatheter, op.begin + 60);
  }
  if (surgery.pathology) Charge(visit, G::kPathology, op.end + 3600);
  Charge(visit, G::kDressing, StartOf(day + 2) + 9 * 3600);
  visit.operations.push_back(std::move(op));
}

void Biography::Discharge(Visit& visit, Date last) {
  std::stable_sort(visit.lines.begin(), visit.lines.end(),
                   [](const Line& a, const Line& b) { return a.time < b.time; });
  uint32_t order = 0;
  for (Line& line : visit.lines) line.prescription = ++order;
  visit.end = std::max(visit.end, At(last, 15, 0));
  world_.cashier.Settle(visit, person_, visit.end + 1800, paid_);
}

void Biography::StayFor(const Illness& illness) {
  int nights = dice_.Between(illness.nights_low, illness.nights_high);
  Date first = 0;
  for (int tries = 0; tries < 4 && first == 0; tries++) {
    Date day = FreeDay(illness.winter, nights);
    if (day == 0) continue;
    bool near = std::any_of(life_.visits.begin(), life_.visits.end(), [&](const Visit& visit) {
      return visit.stay && DayOf(visit.begin) - 35 < day + nights && day - 35 < DayOf(visit.end);
    });
    if (!near) first = day;
  }
  if (first == 0) return;
  Date last = first + nights;
  Visit& visit =
      Admit(HospitalFor(illness.tiers), illness.surgery == nullptr && illness.main.code[0] == 'S' ? "22" : "21",
            illness.dept, first, last);
  Diagnose(visit, illness.main);
  AddCompanions(visit, 4);
  if (illness.surgery != nullptr) Operate(visit, *illness.surgery, first + 2);
  Wards(visit, first, last, dice_.Chance(250));
  Labs(visit, first, true);
  if (nights > 5) Labs(visit, first + 4, false);
  Time time = StartOf(first + 1) + 14 * 3600;
  for (G good : illness.images) Charge(visit, good, time += 900);
  Daily(visit, illness, first, last);
  Discharge(visit, last);
}

void Biography::Stays() {
  if (person_.has(kDialysed) || person_.has(kCancer) || person_.has(kPregnant) || person_.has(kNewborn)) return;
  int age = AgeYears(person_.birth, world_.era.from);
  bool ill = (person_.conditions & (kHeart | kLung | kDiabetes | kStroke)) != 0;
  int mean = age < 1 ? 15 : age < 14 ? 15 : age < 40 ? 11 : age < 60 ? 26 : age < 75 ? 51 : 72;
  if (ill) mean = mean * 17 / 10;
  int count = std::min(3, dice_.Count(mean));
  if (person_.has(kStroke)) count = std::min(1, count);
  std::vector<int> weights;
  for (const Illness& illness : Illnesses()) {
    bool fits = age >= illness.age_low && age <= illness.age_high &&
                (illness.sex == 0 || (illness.sex == 'f') == person_.female) &&
                (illness.condition == 0 || (person_.conditions & illness.condition) != 0);
    weights.push_back(fits ? illness.weight : 0);
  }
  for (int i = 0; i < count; i++) {
    size_t which = dice_.Pick(weights);
    if (weights[which] == 0) return;
    StayFor(Illnesses()[which]);
    weights[which] = 0;  // not the same illness twice
    if (std::all_of(weights.begin(), weights.end(), [](int weight) { return weight == 0; })) return;
  }
}

}  // namespace yijian::city
