#include <algorithm>

#include "city/biography.h"

namespace yijian::city {

void Biography::Newborn() {
  Date first = person_.birth + 3;
  int nights = dice_.Between(4, 6);
  if (!Free(first, first + nights)) return;
  Visit& visit = Admit(person_.second, "21", Dept::kNeonatal, first, first + nights);
  visit.diagnoses.push_back({"P59.900", "新生儿黄疸", {}});
  for (Date day = first; day < first + nights; day++) {
    Time time = day == first ? visit.begin + 600 : At(day, 7, 30);
    Charge(visit, G::kBedBaby, time);
    Charge(visit, G::kNursingBaby, time + 60);
    Charge(visit, G::kStayFee, time + 120);
    Charge(visit, G::kBilirubinSkin, time + 3600);
    if (day > first) Charge(visit, G::kPhototherapy, time + 7200, dice_.Between(8, 12));
  }
  Charge(visit, G::kBloodCount, visit.begin + 3600);
  Charge(visit, G::kBilirubin, visit.begin + 3610);
  Charge(visit, G::kBilirubinDirect, visit.begin + 3620);
  Discharge(visit, first + nights);
}

void Biography::Delivery() {
  const Era& era = world_.era;
  int span = era.until - era.from;
  Date birth = era.from + static_cast<Date>(dice_.Below(static_cast<uint32_t>(span)));
  static constexpr int kWeeks[] = {12, 16, 20, 24, 28, 32, 36};
  for (int week : kWeeks) {
    Date day = birth - (39 - week) * 7;
    if (!Free(day, day)) continue;
    Take(day, day);
    Visit& visit = Open(person_.second, "51", Dept::kObstetrics, At(day, dice_.Between(8, 11), dice_.Between(0, 59)));
    visit.maternity = "7";
    visit.weeks = week;
    visit.diagnoses.push_back({"Z34.900", "正常妊娠监督", {}});
    Time time = visit.begin;
    Charge(visit, G::kVisitFee, time);
    Charge(visit, G::kAntenatal, time += 300);
    if (week >= 32) Charge(visit, G::kFetalHeart, time += 300);
    if (week % 8 == 4) Charge(visit, G::kUltrasound, time += 600);
    if (week == 12 || week == 28) {
      for (G good : {G::kBloodCount, G::kUrine, G::kAlt, G::kCreatinine}) Charge(visit, good, time += 11);
    }
    if (week == 12) Charge(visit, G::kFolicAcid, time += 600, 1);
    Close(visit, time + 600, false);
    SellPacks(visit);
  }
  bool caesarean = dice_.Chance(420);
  int nights = caesarean ? dice_.Between(5, 6) : dice_.Between(3, 4);
  if (!Free(birth, birth + nights)) return;
  Visit& visit =
      Admit(dice_.Chance(300) ? person_.third : person_.second, "52", Dept::kObstetrics, birth, birth + nights);
  visit.maternity = caesarean ? "3" : "1";
  visit.weeks = dice_.Between(37, 41);
  Diagnose(visit, caesarean ? Disease{"O82.000", "选择性剖宫产术的分娩"} : Disease{"O80.000", "头位顺产"});
  static constexpr Surgery kCaesarean{"74.1x01", "子宫下段横切口剖宫产术", G::kOpCaesarean, G::kAnaesthesiaSpinal,
                                      50,        kKit<G::kSuture>,         false,           false};
  if (caesarean) {
    Operate(visit, kCaesarean, birth + 1);
  } else {
    Time time = visit.begin + 8 * 3600;  // the delivery includes the monitoring of the six hours before
    Charge(visit, G::kBirth, time);
    visit.operations.push_back({"73.5901", "手法助产", time, time + 2400, "", visit.doctor, 0, {}});
  }
  Wards(visit, birth, birth + nights, false);
  Time time = visit.begin + 1800;
  for (G good : {G::kBloodCount, G::kUrine, G::kProthrombin, G::kAptt, G::kFibrinogen, G::kAlt, G::kCreatinine}) {
    Charge(visit, good, time += 11);
  }
  Charge(visit, G::kFetalHeart, time += 600);
  for (Date day = birth + 1; day < birth + nights; day++) Charge(visit, G::kOxytocin, At(day, 13, 0), 2);
  Discharge(visit, birth + nights);
}

// Every 21 days, four to six times; two or three nights each.
void Biography::Chemotherapy() {
  bool lung = dice_.Chance(500);
  uint32_t hospital = person_.third;
  Date first = world_.era.from + static_cast<Date>(dice_.Below(240));
  int cycles = dice_.Between(4, 6);
  for (int cycle = 0; cycle < cycles; cycle++, first += 21) {
    int nights = dice_.Between(2, 3);
    if (!Free(first, first + nights)) continue;
    Visit& visit = Admit(hospital, "21", Dept::kOncology, first, first + nights);
    visit.diagnoses.push_back({"Z51.102", "手术后恶性肿瘤化学治疗", {}});
    visit.diagnoses.push_back(lung ? Diagnosis{"C34.900", "支气管或肺恶性肿瘤", {}}
                                   : Diagnosis{"C18.700", "乙状结肠恶性肿瘤", {}});
    Wards(visit, first, first + nights, false);
    Time time = visit.begin + 1200;
    for (G good : RecheckLab()) Charge(visit, good, time += 11);
    Charge(visit, G::kEcg, time += 600);
    if (cycle % 3 == 0) Charge(visit, G::kCea, time += 11);
    if (cycle % 3 == 2) Charge(visit, G::kCt, time += 1800);
    time = At(first + 1, 9, 0);
    Charge(visit, G::kOndansetron, time, 2);
    Charge(visit, G::kDexamethasone, time += 60, 2);
    Charge(visit, G::kDextrose, time += 60, 2);
    if (lung) {
      Charge(visit, G::kGemcitabine, time += 60, 8);
      Charge(visit, G::kCarboplatin, time += 60, 5);
    } else {
      Charge(visit, G::kOxaliplatin, time += 60, 4);
      Charge(visit, G::kFluorouracil, time += 60, 12);
    }
    Charge(visit, G::kSalineBig, time += 60, 3);
    Charge(visit, G::kInfusion, time += 60, 4);
    Charge(visit, G::kInfusionSet, time += 60);
    Charge(visit, G::kCannula, time += 60);
    Discharge(visit, first + nights);
  }
}

// Three times a week for good; one visit a month, settled at its end.
void Biography::Dialysis() {
  const Era& era = world_.era;
  int parity = dice_.Chance(500) ? 0 : 1;  // Monday, Wednesday, Friday or the days after
  uint32_t hospital = dice_.Chance(300) ? person_.third : person_.second;
  int hour = dice_.Chance(500) ? 7 : 13;
  for (Date month = era.from; month < era.until;) {
    CivilDay civil = CivilOf(month);
    Date next = DateOf(civil.month == 12 ? CivilDay{civil.year + 1, 1, 1} : CivilDay{civil.year, civil.month + 1, 1});
    std::vector<Date> days;
    for (Date day = month; day < std::min(next, era.until); day++) {
      int weekday = WeekdayOf(day) - parity;
      if ((weekday == 0 || weekday == 2 || weekday == 4) && Free(day, day)) days.push_back(day);
    }
    month = next;
    if (days.empty()) continue;
    Visit& visit = Open(hospital, "14", Dept::kNephrology, At(days.front(), hour, dice_.Between(0, 20)));
    visit.disease = "M07800";
    visit.diagnoses.push_back({"N18.500", "慢性肾脏病5期", {}});
    visit.diagnoses.push_back({"N18.812", "肾性贫血", {}});
    for (Date day : days) {
      Take(day, day);
      Time time = StartOf(day) + hour * 3600 + 1800 + dice_.Between(0, 900);
      Charge(visit, G::kDialysis, time);
      Charge(visit, G::kHeparin, time + 120);
      Charge(visit, G::kErythropoietin, time + 4 * 3600);
      Charge(visit, G::kInjection, time + 4 * 3600 + 30);
    }
    Time lab = StartOf(days.front()) + hour * 3600 + 2000;
    for (G good : {G::kBloodCount, G::kPotassium, G::kSodium, G::kUrea, G::kCreatinine}) Charge(visit, good, lab += 11);
    std::stable_sort(visit.lines.begin(), visit.lines.end(),
                     [](const Line& a, const Line& b) { return a.time < b.time; });
    Close(visit, StartOf(days.back()) + (hour + 6) * 3600, false);
  }
}

// After a stroke: three to four weeks in the rehabilitation ward, one therapist, assessed every 15 days.
void Biography::Rehabilitation() {
  int nights = dice_.Between(20, 28);
  Date first = FreeDay(100, nights);
  if (first == 0) return;
  uint32_t serial = world_.town.TherapistOf(person_.index);
  Visit& visit = Admit(world_.town.HospitalOfTherapist(serial), "21", Dept::kRehab, first, first + nights);
  visit.diagnoses.push_back({"I69.300", "脑梗死后遗症", {}});
  visit.diagnoses.push_back({"G81.900", "偏瘫", {}});
  Wards(visit, first, first + nights, false);
  Labs(visit, first, true);
  for (Date day = first; day < first + nights; day++) {
    if ((day - first) % 15 == 0) Charge(visit, G::kRehabAssessment, day == first ? visit.begin + 7200 : At(day, 9, 30));
    Time time = day == first ? visit.begin + 10800 : At(day, 10, 0);
    Charge(visit, G::kMediumFrequency, time + 7200);
    if (WeekdayOf(day) > 4) continue;  // therapists have their weekend
    Charge(visit, G::kExercise, time).exec_doctor = serial;
    if ((day - first) % 2 == 1) Charge(visit, G::kOccupational, time + 3600).exec_doctor = serial;
  }
  Discharge(visit, first + nights);
}

}  // namespace yijian::city
