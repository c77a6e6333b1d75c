#include "city/director.h"

#include <algorithm>

#include "base/result.h"
#include "city/sheet.h"

namespace yijian::city {

Director::Director(const World& world, const Lookup& lookup, const SceneInfo& info, uint64_t ordinal,
                   uint64_t first_person)
    : world_(world),
      lookup_(lookup),
      info_(info),
      ordinal_(ordinal),
      first_person_(first_person),
      dice_(world.era.seed, Stream::kScene, ordinal) {}

Date Director::Day(int weekday, int span) {
  const Era& era = world_.era;
  int room = std::max(1, era.until - era.from - span - 14);
  Date day = era.from + 7 + static_cast<Date>(dice_.Below(static_cast<uint32_t>(room)));
  return day - WeekdayOf(day) + weekday;
}

size_t Director::Resident(bool female, int age, Date day, int quiet) {
  Traits traits;
  traits.female = female;
  traits.birth = day - age * 366 - dice_.Between(0, 300);
  city::Resident resident = MakeResident(world_.town, world_.era, first_person_ + staged_.lives.size(), traits);
  Life& life = staged_.lives.emplace_back(Live(world_, std::move(resident), {{day - quiet, day + quiet}}));
  life.planted = true;
  return staged_.lives.size() - 1;
}

int Director::Outpatient(size_t person, Tier tier, uint64_t nth, std::string_view type, Dept dept, Date day, int hour) {
  Visit& visit = life(person).visits.emplace_back();
  visit.planted = true;
  visit.tag = ++tags_;
  visit.institution = world_.town.Nth(tier, nth);
  visit.type = type;
  visit.begin = StartOf(day) + hour * 3600 + dice_.Between(0, 1800);
  visit.end = visit.begin + 2400;
  visit.dept = dept;
  if (dept != Dept::kCount) visit.doctor = Town::DoctorOf(world_.town.At(visit.institution), dept, ordinal_);
  return visit.tag;
}

int Director::Stay(size_t person, uint64_t nth, Dept dept, const Disease& main, Date first, Date last,
                   std::string_view type) {
  int number = Outpatient(person, Tier::kSecond, nth, type, dept, first, 9);
  Visit& stay = visit(person, number);
  stay.stay = true;
  stay.end = StartOf(last) + 16 * 3600 + dice_.Between(0, 1800);
  stay.discharge_way = "1";
  stay.bed = 1 + static_cast<int>(ordinal_ % 400);
  stay.diagnoses.push_back({main.code, main.name, {}});
  return number;
}

uint32_t Director::Doctor() {
  auto serial = static_cast<uint32_t>(600'000 + (ordinal_ * 2 + doctors_++) % 100'000);
  staged_.extras.doctors.insert(DoctorCode(kCityArea, serial));
  return serial;
}

Visit& Director::visit(size_t person, int number) {
  for (Visit& visit : life(person).visits) {
    if (visit.planted && visit.tag == number) return visit;
  }
  CHECK(false);
  return life(person).visits.front();
}

int Director::Charge(size_t person, int visit_number, G good, Time time, int qty) {
  Line& line = world_.cashier.Charge(visit(person, visit_number), good, time, qty);
  line.pack = packs_;
  packs_ += static_cast<uint32_t>(qty);
  line.tag = ++tags_;
  return line.tag;
}

int Director::ChargeCode(size_t person, int visit_number, std::string_view code, Time time, Fen price) {
  int number = Charge(person, visit_number, G::kVisitFee, time, 1);
  Line& charged = line(person, visit_number, number);
  charged.good = G::kCount;
  charged.code = life(person).Keep(std::string(code));
  charged.name = lookup_.NameOf(code);
  if (charged.name.empty()) charged.name = charged.code;
  charged.price = price * kMicroPerFen;
  charged.amount = charged.scope = price;
  charged.full_self = charged.first_self = 0;
  charged.set = {{Fee("chrgitm_lv"), "01"},
                 {Fee("list_type"), code[0] == '0' ? "201" : "101"},
                 {Fee("med_chrgitm_type"), code[0] == 'X'   ? "09"
                                           : code[0] == 'Z' ? "11"
                                           : code[3] == '5' ? "04"
                                                            : "05"}};
  return number;
}

Line& Director::line(size_t person, int visit_number, int number) {
  Visit& at = visit(person, visit_number);
  for (Line& line : at.lines) {
    if (line.tag == number) return line;
  }
  CHECK(false);
  return at.lines.front();
}

void Director::Wards(size_t person, int visit_number, Date first, Date last) {
  for (Date day = first; day < last; day++) {
    Time time = day == first ? visit(person, visit_number).begin + 600 : StartOf(day) + 7 * 3600 + 1800;
    Charge(person, visit_number, G::kBed, time);
    Charge(person, visit_number, G::kNursingTwo, time + 60);
    Charge(person, visit_number, G::kStayFee, time + 120);
    Charge(person, visit_number, G::kVitaminC, time + 5400, 2);
    Charge(person, visit_number, G::kSalineBig, time + 5410);
    Charge(person, visit_number, G::kInfusion, time + 5420);
    Charge(person, visit_number, G::kInfusionSet, time + 5430);
  }
}

void Director::Settle() {
  for (Life& life : staged_.lives) {
    YearPaid paid;
    paid.balance = 100'000;
    for (Visit& visit : life.visits) {
      if (!visit.planted || !visit.settlements.empty()) continue;
      std::stable_sort(visit.lines.begin(), visit.lines.end(),
                       [](const Line& a, const Line& b) { return a.time < b.time; });
      Time time = std::max(visit.end, visit.lines.empty() ? visit.end : visit.lines.back().time) + 900;
      world_.cashier.Settle(visit, life.person, time, paid);
    }
  }
}

void Director::Sell(size_t person, int visit_number, std::string code, std::string_view event, Time time) {
  Life& at = life(person);
  auto v = static_cast<size_t>(&visit(person, visit_number) - at.visits.data());
  Trace trace;
  trace.code = std::move(code);
  trace.item = CodeOf(at.visits[v].lines.front());
  trace.name = NameOf(at.visits[v].lines.front());
  trace.event = event;
  trace.institution = at.visits[v].institution;
  trace.time = time;
  trace.visit = static_cast<int>(v);
  trace.settlement = 0;
  trace.line = 0;
  trace.amount = event == "return" ? -at.visits[v].lines.front().amount : at.visits[v].lines.front().amount;
  at.traces.push_back(std::move(trace));
}

void Director::Violation(size_t person, std::vector<int> visits, std::vector<int> lines, std::optional<Fen> amount,
                         std::string subject) {
  expectations_.push_back({true, person, std::move(visits), std::move(lines), amount, std::move(subject)});
}

void Director::Lookalike(size_t person) { expectations_.push_back({false, person, {}, {}, std::nullopt, {}}); }

TruthRow Director::Resolve(const Expectation& expectation) {
  const Life& life = staged_.lives[expectation.person];
  TruthRow row{expectation.violation ? "violation" : "lookalike",
               "scene",
               std::string(info_.rule),
               std::string(info_.name),
               expectation.subject.empty() ? life.person.no : expectation.subject,
               {},
               {},
               expectation.amount};
  Fen sum = 0;
  auto named = [](const std::vector<int>& names, int tag) {
    return std::find(names.begin(), names.end(), tag) != names.end();
  };
  for (const Visit& visit : life.visits) {
    if (!visit.planted) continue;
    bool wanted = !expectation.violation || named(expectation.visits, visit.tag);
    for (size_t i = 0; i < visit.lines.size(); i++) {
      if (expectation.violation && !named(expectation.lines, visit.lines[i].tag)) continue;
      row.lines.push_back(BkkpSn(life, visit, i));
      sum += visit.lines[i].scope;
      wanted = true;
    }
    if (wanted) row.visits.push_back(MdtrtId(life, visit));
  }
  if (expectation.violation && !row.amount && !row.lines.empty()) row.amount = sum;
  return row;
}

void Director::SellPacks(Life& life) {
  for (size_t v = 0; v < life.visits.size(); v++) {
    const Visit& visit = life.visits[v];
    bool told = std::any_of(life.traces.begin(), life.traces.end(),
                            [&](const Trace& trace) { return trace.visit == static_cast<int>(v); });
    if (!visit.planted || visit.type != "41" || told) continue;
    for (size_t i = 0; i < visit.lines.size(); i++) {
      const Line& line = visit.lines[i];
      for (uint32_t pack = 0; pack < static_cast<uint32_t>(line.qty / kMicro); pack++) {
        Trace trace;
        trace.code = "8990005" + Padded(life.person.index, 9) + Padded(line.pack + pack, 4);
        trace.item = CodeOf(line);
        trace.name = NameOf(line);
        trace.event = "sale";
        trace.institution = visit.institution;
        trace.time = line.time + 60;
        trace.visit = static_cast<int>(v);
        trace.settlement = line.settlement;
        trace.line = static_cast<int>(i);
        trace.amount = FenOf(line.price);
        life.traces.push_back(std::move(trace));
      }
    }
  }
}

Staged Director::Finish() {
  Settle();
  for (Life& life : staged_.lives) SellPacks(life);
  for (Life& life : staged_.lives) Seal(life);
  for (const Expectation& expectation : expectations_) staged_.truth.push_back(Resolve(expectation));
  AddStories(std::string(info_.rule), std::string(info_.name), staged_);
  return std::move(staged_);
}

}  // namespace yijian::city
