#include "city/scene.h"

#include <algorithm>
#include <array>

#include "city/director.h"

namespace yijian::city {
namespace {

constexpr Disease kHeartFailure{"I50.900", "心力衰竭"};
constexpr Disease kLungDisease{"J44.100", "慢性阻塞性肺病伴有急性加重"};
constexpr Disease kStroke{"I63.900", "脑梗死"};
constexpr Disease kUlcer{"K25.400", "慢性胃溃疡伴有出血"};
constexpr Disease kRenal{"N18.500", "慢性肾脏病5期"};

int PlainStay(Director& at, size_t person, uint64_t hospital, Dept dept, const Disease& main, Date first, Date last,
              std::string_view type = "21") {
  int stay = at.Stay(person, hospital, dept, main, first, last, type);
  at.Wards(person, stay, first, last);
  at.Charge(person, stay, G::kEcg, StartOf(first) + 15 * 3600);
  return stay;
}

// Discharged on Friday, back in the same ward for the same illness on Tuesday; and, legitimately, as an emergency
// elsewhere.
void SplitStay(Director& at) {
  Date first = at.Day(2, 60);
  size_t fraud = at.Resident(false, 68, first, 90);
  PlainStay(at, fraud, at.ordinal(), Dept::kCardiology, kHeartFailure, first, first + 9);
  int second = PlainStay(at, fraud, at.ordinal(), Dept::kCardiology, kHeartFailure, first + 13, first + 21);
  at.Settle();
  at.Violation(fraud, {second}, {}, at.visit(fraud, second).settlements[0].fund);

  size_t honest = at.Resident(true, 71, first, 90);
  PlainStay(at, honest, at.ordinal(), Dept::kCardiology, kHeartFailure, first, first + 9);
  PlainStay(at, honest, at.ordinal(), Dept::kDigestive, kUlcer, first + 12, first + 18, "24");
  at.Lookalike(honest);
}

int DialysisMonth(Director& at, size_t person, Date monday, bool saturday, std::vector<int>& sessions) {
  int visit = at.Outpatient(person, Tier::kSecond, at.ordinal(), "14", Dept::kNephrology, monday, 8);
  at.visit(person, visit).disease = "M07800";
  at.visit(person, visit).diagnoses.push_back({kRenal.code, kRenal.name, {}});
  for (int day : {0, 2, 4, 5}) {
    if (day == 5 && !saturday) continue;
    sessions.push_back(at.Charge(person, visit, G::kDialysis, StartOf(monday + day) + 9 * 3600));
  }
  at.visit(person, visit).end = StartOf(monday + 5) + 14 * 3600;
  return visit;
}

// Monday, Wednesday, Friday, and a fourth time on Saturday.
void FourthDialysis(Director& at) {
  Date monday = at.Day(0, 30);
  std::vector<int> sessions, ordinary;
  size_t fraud = at.Resident(true, 55, monday, 60);
  int visit = DialysisMonth(at, fraud, monday, true, sessions);
  at.Violation(fraud, {visit}, {sessions.back()});
  size_t honest = at.Resident(false, 57, monday, 60);
  DialysisMonth(at, honest, monday, false, ordinary);
  at.Lookalike(honest);
}

int Purchase(Director& at, size_t person, uint64_t shop, G good, Date day, int hour, int packs) {
  int visit = at.Outpatient(person, Tier::kPharmacy, shop, "41", Dept::kCount, day, hour);
  at.Charge(person, visit, good, at.visit(person, visit).begin + 30, packs);
  return visit;
}

// One pack, sold at two shops.
void SameTraceCode(Director& at) {
  Date day = at.Day(1, 60);
  std::string code = "8990003" + Padded(at.ordinal() + 1, 13);
  size_t first = at.Resident(true, 48, day, 60);
  size_t second = at.Resident(false, 52, day, 60);
  int one = Purchase(at, first, at.ordinal(), G::kLiuwei, day, 10, 1);
  int two = Purchase(at, second, at.ordinal() + 1, G::kLiuwei, day + 20, 11, 1);
  at.Settle();
  at.Sell(first, one, code, "sale", at.visit(first, one).begin + 90);
  at.Sell(second, two, code, "sale", at.visit(second, two).begin + 90);
  at.Violation(second, {two}, {}, at.visit(second, two).lines[0].amount, code);

  std::string back = "8990004" + Padded(at.ordinal() + 1, 13);
  size_t third = at.Resident(true, 50, day, 60);
  size_t fourth = at.Resident(false, 44, day, 60);
  int three = Purchase(at, third, at.ordinal(), G::kLiuwei, day, 10, 1);
  int four = Purchase(at, fourth, at.ordinal() + 2, G::kLiuwei, day + 20, 11, 1);
  at.Settle();
  at.world().cashier.Refund(at.visit(third, three), at.visit(third, three).settlements[0].time + 7200, false);
  at.Sell(third, three, back, "sale", at.visit(third, three).begin + 90);
  at.Sell(third, three, back, "return", at.visit(third, three).begin + 9000);
  at.Sell(fourth, four, back, "sale", at.visit(fourth, four).begin + 90);
  at.Lookalike(third);
  at.Lookalike(fourth);
}

// Nine nights, ten beds; and nine.
void BedDayTooMany(Director& at) {
  Date first = at.Day(0, 40);
  size_t fraud = at.Resident(false, 60, first, 60);
  int stay = PlainStay(at, fraud, at.ordinal(), Dept::kRespiratory, kLungDisease, first, first + 9);
  int bed = at.Charge(fraud, stay, G::kBed, StartOf(first + 9) + 8 * 3600);
  at.Violation(fraud, {stay}, {bed});
  size_t honest = at.Resident(true, 61, first, 60);
  PlainStay(at, honest, at.ordinal(), Dept::kRespiratory, kLungDisease, first, first + 9);
  at.Lookalike(honest);
}

// A test and what it includes, on one day; and on two days.
void DoubleCharge(Director& at) {
  const program::KnowledgeTable& table = at.lookup().rules().tables.at("service_pair");
  std::string main, part;
  for (int tries = 0; tries < 4000 && main.empty(); tries++) {
    const program::KnowledgeRow& row = table.rows[at.dice().Below(static_cast<uint32_t>(table.rows.size()))];
    bool whole = row.keys[0].size() == 15 && row.keys[1].size() == 15 && row.keys[0].substr(0, 4) == "0031" &&
                 row.keys[1].substr(0, 4) == "0025" && row.texts[0] == "单日";
    if (whole && at.lookup().TablesHolding(row.keys[1]).empty() && at.lookup().TablesHolding(row.keys[0]).empty()) {
      main = row.keys[0];
      part = row.keys[1];
    }
  }
  if (main.empty()) return;
  Date day = at.Day(2, 30);
  size_t fraud = at.Resident(true, 45, day, 60);
  int visit = at.Outpatient(fraud, Tier::kThird, at.ordinal(), "11", Dept::kEndocrine, day, 9);
  at.ChargeCode(fraud, visit, main, StartOf(day) + 10 * 3600, 12'000);
  int twice = at.ChargeCode(fraud, visit, part, StartOf(day) + 10 * 3600 + 1800, 4'000);
  at.Violation(fraud, {visit}, {twice});
  size_t honest = at.Resident(true, 47, day, 60);
  int first = at.Outpatient(honest, Tier::kThird, at.ordinal(), "11", Dept::kEndocrine, day, 9);
  at.ChargeCode(honest, first, main, StartOf(day) + 10 * 3600, 12'000);
  int second = at.Outpatient(honest, Tier::kThird, at.ordinal(), "11", Dept::kEndocrine, day + 7, 9);
  at.ChargeCode(honest, second, part, StartOf(day + 7) + 10 * 3600, 4'000);
  at.Lookalike(honest);
}

// Ninety days of tablets in each of three pharmacies within sixty days; and once.
void DrugResale(Director& at) {
  Date day = at.Day(3, 100);
  size_t fraud = at.Resident(false, 58, day, 200);
  std::vector<int> visits;
  for (int i = 0; i < 3; i++) {
    int visit = Purchase(at, fraud, at.ordinal() + static_cast<uint64_t>(i), G::kAtorvastatin, day + i * 30, 10, 3);
    at.visit(fraud, visit).lines[0].days = 90;
    visits.push_back(visit);
  }
  at.Violation(fraud, {visits[2]}, {at.visit(fraud, visits[2]).lines[0].tag});
  size_t honest = at.Resident(true, 59, day, 200);
  at.visit(honest, Purchase(at, honest, at.ordinal(), G::kAtorvastatin, day, 10, 3)).lines[0].days = 90;
  at.Lookalike(honest);
}

void Therapy(Director& at, int sessions, uint32_t serial, Date day) {
  for (int i = 0; i < sessions; i++) {
    size_t person = at.Resident(i % 2 == 0, 50 + i, day, 60);
    int visit = at.Outpatient(person, Tier::kSecond, at.ordinal(), "11", Dept::kRehab, day, 8);
    at.visit(person, visit).diagnoses.push_back({"I69.300", "脑梗死后遗症", {}});
    int line = at.Charge(person, visit, G::kExercise, StartOf(day) + (8 + i % 10) * 3600);
    at.line(person, visit, line).exec_doctor = serial;
  }
}

// One therapist, seventeen times 45 minutes in a day; another ten times.
void ImpossibleTherapist(Director& at) {
  Date day = at.Day(1, 30);
  auto serial = static_cast<uint32_t>(700'000 + at.ordinal() * 2 % 100'000);
  Therapy(at, 17, serial, day);
  at.Violation(0, {}, {}, 17 * at.visit(0, 1).lines[0].scope, DoctorCode(kCityArea, serial));
  Therapy(at, 10, serial + 1, day);
  for (size_t person = 17; person < 27; person++) at.Lookalike(person);
}

// Claims in the name of a dead person; and a stay that ended with the death.
void AfterDeath(Director& at) {
  Date day = at.Day(4, 60);
  size_t fraud = at.Resident(true, 80, day, 400);
  int visit = at.Outpatient(fraud, Tier::kTownship, at.ordinal(), "11", Dept::kGeneral, day + 12, 9);
  int drug = at.Charge(fraud, visit, G::kWeisu, StartOf(day + 12) + 10 * 3600, 2);
  at.life(fraud).person.death = day;
  at.Violation(fraud, {visit}, {drug});
  size_t honest = at.Resident(false, 82, day, 400);
  PlainStay(at, honest, at.ordinal(), Dept::kNeurology, kStroke, day - 8, day);
  at.life(honest).person.death = day;
  at.Lookalike(honest);
}

// Drugs bought across the town while lying in hospital; and on the day of discharge.
void PurchaseDuringStay(Director& at) {
  Date first = at.Day(0, 40);
  size_t fraud = at.Resident(false, 66, first, 60);
  PlainStay(at, fraud, at.ordinal(), Dept::kRespiratory, kLungDisease, first, first + 8);
  int visit = Purchase(at, fraud, at.ordinal(), G::kDanshen, first + 4, 15, 2);
  at.Settle();
  at.Violation(fraud, {visit}, {}, at.visit(fraud, visit).settlements[0].fund);
  size_t honest = at.Resident(true, 67, first, 60);
  PlainStay(at, honest, at.ordinal(), Dept::kRespiratory, kLungDisease, first, first + 8);
  Purchase(at, honest, at.ordinal(), G::kDanshen, first + 8, 18, 2);
  at.Lookalike(honest);
}

// Thirty days of wheelchair training are payable; thirty-one, and thirty.
void CourseTooLong(Director& at) {
  Date first = at.Day(0, 60);
  for (int days : {31, 30}) {
    size_t person = at.Resident(days == 31, 64, first, 400);
    int stay = PlainStay(at, person, at.ordinal(), Dept::kRehab, {"I69.300", "脑梗死后遗症"}, first, first + 34);
    int last = 0;
    for (int day = 1; day <= days; day++) {
      last = at.ChargeCode(person, stay, "003402000220000", StartOf(first + day) + 10 * 3600, 3'000);
      if (day % 15 == 1) at.Charge(person, stay, G::kRehabAssessment, StartOf(first + day) + 9 * 3600);
    }
    if (days == 31) at.Violation(person, {stay}, {last});
    if (days == 30) at.Lookalike(person);
  }
}

// Exercise therapy on more than ninety days of the year.
void TherapyForEver(Director& at) {
  Date monday = at.Day(0, 24 * 7);
  size_t person = at.Resident(false, 66, monday, 400);
  std::vector<int> lines;
  std::vector<int> visits;
  for (int week = 0; week < 23; week++) {
    Date day = monday + week * 7;
    visits.push_back(at.Outpatient(person, Tier::kSecond, at.ordinal(), "11", Dept::kRehab, day, 8));
    Visit& visit = at.visit(person, visits.back());
    visit.diagnoses.push_back({"I69.300", "脑梗死后遗症", {}});
    visit.end = StartOf(day + 3) + 12 * 3600;
    if (week % 3 == 0) at.Charge(person, visits.back(), G::kRehabAssessment, StartOf(day) + 9 * 3600);
    for (int session = 0; session < 4; session++) {
      lines.push_back(at.Charge(person, visits.back(), G::kExercise, StartOf(day + session) + 10 * 3600));
    }
  }
  at.Violation(person, {visits.back()}, {lines[90], lines[91]});
}

// Colds treated one after another by one doctor, some prescriptions each. Who it is as the register names them.
std::string AssemblyLine(Director& at, size_t persons, int prescriptions, Time first, Time apart) {
  constexpr std::array kDrugs{G::kAcetaminophen, G::kCetirizine, G::kAmbroxol};
  uint32_t doctor = at.Doctor();
  for (size_t person = 0; person < persons; person++) {
    Time time = first + static_cast<Time>(person) * apart;
    int number = at.Outpatient(person, Tier::kTownship, at.ordinal(), "11", Dept::kGeneral, DayOf(first), 8);
    Visit& visit = at.visit(person, number);
    visit.begin = time;
    visit.end = time + 300;
    visit.doctor = doctor;
    visit.diagnoses.push_back({"J06.900", "急性上呼吸道感染", {}});
    for (int i = 0; i < prescriptions; i++) {
      int line = at.Charge(person, number, kDrugs[static_cast<size_t>(i)], time + 60);
      at.line(person, number, line).prescription = static_cast<uint32_t>(i + 1);
    }
  }
  return DoctorCode(kCityArea, doctor);
}

// One doctor signs for all of them, a week later another for all but one.
void AssemblyLines(Director& at, size_t persons, int prescriptions, int hour, Time apart) {
  Date day = at.Day(2, 30);
  for (size_t i = 0; i < persons; i++) at.Resident(i % 2 == 0, 25 + static_cast<int>(i % 40), day, 60);
  std::string doctor = AssemblyLine(at, persons, prescriptions, StartOf(day) + hour * 3600, apart);
  at.Violation(0, {}, {}, 0, doctor);
  AssemblyLine(at, persons - 1, prescriptions, StartOf(day + 7) + hour * 3600, apart);
  for (size_t i = 0; i + 1 < persons; i++) at.Lookalike(i);
}

// Sixty-two prescriptions within an hour; and sixty.
void HourOfPrescriptions(Director& at) { AssemblyLines(at, 31, 2, 9, 110); }

// Three hundred and three on a day, never sixty in an hour; and three hundred.
void DayOfPrescriptions(Director& at) { AssemblyLines(at, 101, 3, 8, 320); }

struct Entry {
  SceneInfo info;
  void (*play)(Director&);
};

constexpr std::array kScenes{
    Entry{{"M-015", "分解住院：周五出院、周二同科同病再入院", 2}, SplitStay},
    Entry{{"D-140", "一周第四次透析", 2}, FourthDialysis},
    Entry{{"M-125", "同一盒药在两家药店结算", 4}, SameTraceCode},
    Entry{{"M-112", "九夜十床", 2}, BedDayTooMany},
    Entry{{"P-025", "同日收取试验及其所含检验", 2}, DoubleCharge},
    Entry{{"B-030", "六十天内三家药店各购九十天药", 2}, DrugResale},
    Entry{{"D-167", "一名治疗师一天十七次运动疗法", 27}, ImpossibleTherapist},
    Entry{{"M-107", "死亡后就诊", 2}, AfterDeath},
    Entry{{"M-108", "住院期间药店购药", 2}, PurchaseDuringStay},
    Entry{{"P-023", "轮椅功能训练第三十一天", 2}, CourseTooLong},
    Entry{{"B-072a", "一名医师一小时开六十二张处方", 31}, HourOfPrescriptions},
    Entry{{"B-072b", "一名医师一日开三百零三张处方", 101}, DayOfPrescriptions},
    Entry{{"D-163", "运动疗法全年超过九十天", 1}, TherapyForEver},
};

constexpr auto kInfos = [] {
  std::array<SceneInfo, kScenes.size()> infos{};
  for (size_t i = 0; i < kScenes.size(); i++) infos[i] = kScenes[i].info;
  return infos;
}();

}  // namespace

std::span<const SceneInfo> Scenes() { return kInfos; }

Staged PlayScene(const World& world, const Lookup& lookup, size_t scene, uint64_t ordinal, uint64_t first_person) {
  Director director(world, lookup, kInfos[scene], ordinal, first_person);
  kScenes[scene].play(director);
  return director.Finish();
}

bool IsVariantOf(std::string_view rule, std::string_view catalogue) {
  if (rule.substr(0, catalogue.size()) != catalogue) return false;
  return rule.size() == catalogue.size() ||
         (rule.size() == catalogue.size() + 1 && rule.back() >= 'a' && rule.back() <= 'z');
}

}  // namespace yijian::city
