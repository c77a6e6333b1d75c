#include "city/life.h"

#include <algorithm>
#include <array>

#include "city/biography.h"

namespace yijian::city {
namespace {

constexpr std::array<int, 7> kWeekdays{120, 112, 108, 106, 104, 78, 62};  // Monday first

// Spring Festival, by the calendars of 2025 and 2026, and the October week.
bool Holiday(Date day) {
  CivilDay civil = CivilOf(day);
  int in_year = civil.month * 100 + civil.day;
  bool spring = civil.year % 2 == 1 ? in_year >= 128 && in_year <= 204 : in_year >= 215 && in_year <= 223;
  return spring || (in_year >= 1001 && in_year <= 1007);
}

bool Winter(Date day) {
  int month = CivilOf(day).month;
  return month <= 2 || month == 12;
}

}  // namespace

Life Live(const World& world, Resident person, const std::vector<Quiet>& quiet) {
  Life life;
  life.person = std::move(person);
  Biography(world, life, quiet).Write();
  Seal(life);
  return life;
}

Biography::Biography(const World& world, Life& life, const std::vector<Quiet>& quiet)
    : world_(world), life_(life), person_(life.person), dice_(world.era.seed, Stream::kLife, life.person.index) {
  paid_.balance = person_.balance_fen;
  const Era& era = world.era;
  taken_.assign(static_cast<size_t>(era.until - era.from), false);
  int months = MonthIndexOf(era.until) - MonthIndexOf(era.from) + 1;
  month_visits_.assign(static_cast<size_t>(months), 0);
  Date end = std::min({era.until, person_.death.value_or(era.until), person_.paused.value_or(era.until)});
  for (Date day = era.from; day < era.until; day++) {
    if (day <= person_.birth || day < person_.enrolled || day >= end)
      taken_[static_cast<size_t>(day - era.from)] = true;
  }
  for (const Quiet& span : quiet) Take(span.from, span.until - 1);
}

void Biography::Write() {
  if (person_.has(kNewborn)) Newborn();
  if (person_.has(kPregnant)) Delivery();
  if (person_.has(kCancer)) Chemotherapy();
  if (person_.has(kDialysed)) Dialysis();
  if (person_.has(kStroke)) Rehabilitation();
  Stays();
  if (person_.has(kCancer)) TumourCare();
  ChronicCare();
  Outpatient();
  Purchases();
}

bool Biography::Free(Date first, Date last) const {
  if (!InEra(first) || !InEra(last)) return false;
  for (Date day = first; day <= last; day++) {
    if (taken_[static_cast<size_t>(day - world_.era.from)]) return false;
  }
  return true;
}

void Biography::Take(Date first, Date last) {
  for (Date day = std::max(first, world_.era.from); day <= last && day < world_.era.until; day++) {
    taken_[static_cast<size_t>(day - world_.era.from)] = true;
  }
}

Date Biography::FreeDay(int winter_percent, int span_days) {
  const Era& era = world_.era;
  for (int tries = 0; tries < 24; tries++) {
    Date day = era.from + static_cast<Date>(dice_.Below(static_cast<uint32_t>(era.until - era.from)));
    int weight = kWeekdays[static_cast<size_t>(WeekdayOf(day))];
    if (Holiday(day)) weight = weight * 35 / 100;
    if (Winter(day)) weight = weight * winter_percent / 100;
    if (dice_.Below(300) >= static_cast<uint32_t>(weight)) continue;
    if (month_visits_[static_cast<size_t>(MonthIndexOf(day) - MonthIndexOf(era.from))] >= 8) continue;
    if (Free(day, day + span_days)) return day;
  }
  return 0;
}

bool Biography::Spaced(G good, Date day, int gap) {
  for (const auto& [other, when] : charged_) {
    if (other == good && std::abs(when - day) < gap) return false;
  }
  charged_.emplace_back(good, day);
  return true;
}

Visit& Biography::Open(uint32_t institution, std::string_view type, Dept dept, Time begin) {
  Visit& visit = life_.visits.emplace_back();
  visit.institution = institution;
  visit.type = type;
  visit.dept = dept;
  visit.begin = begin;
  visit.end = begin + 1800 + dice_.Between(0, 3600);
  if (dept != Dept::kCount) visit.doctor = Town::DoctorOf(world_.town.At(institution), dept, dice_.Next() >> 40);
  month_visits_[static_cast<size_t>(MonthIndexOf(DayOf(begin)) - MonthIndexOf(world_.era.from))]++;
  return visit;
}

Line& Biography::Charge(Visit& visit, G good, Time time, int qty) {
  Line& line = world_.cashier.Charge(visit, good, time, qty);
  if (IsDrug(GoodOf(good))) {
    line.pack = packs_;
    packs_ += static_cast<uint32_t>(qty);
  }
  if (IsLongTerm(GoodOf(good))) line.days = std::max(1, GoodOf(good).days);
  return line;
}

void Biography::Diagnose(Visit& visit, const Disease& disease) {
  for (const Diagnosis& held : visit.diagnoses) {
    if (held.code.substr(0, 3) == disease.code.substr(0, 3)) return;
  }
  visit.diagnoses.push_back({disease.code, disease.name, {}});
}

void Biography::AddCompanions(Visit& visit, int most) {
  if (AgeYears(person_.birth, DayOf(visit.begin)) < 45) return;
  for (int i = dice_.Between(0, most); i > 0; i--) Diagnose(visit, dice_.Of(Companions()));
}

void Biography::Close(Visit& visit, Time time, bool may_refund) {
  visit.end = std::max(visit.end, time);
  Time settled = visit.end + dice_.Between(60, 1200);
  const YearPaid before = paid_;
  world_.cashier.Settle(visit, person_, settled, paid_);
  Date day = DayOf(settled);
  if (!may_refund || day - last_refund_ < 75 || !dice_.Chance(72)) return;
  last_refund_ = day;
  Time back = settled + dice_.Between(2400, 7200);
  bool again = dice_.Chance(920);
  world_.cashier.Refund(visit, back, again);
  if (!again) paid_ = before;  // what was taken back counts towards nothing
}

// Every pack sold carries its own code; a returned pack's code is written off and not sold again.
void Biography::SellPacks(Visit& visit) {
  for (size_t i = 0; i < visit.lines.size(); i++) {
    Line& line = visit.lines[i];
    if (line.good == G::kCount || !IsDrug(GoodOf(line.good))) continue;
    const Settlement& paid = visit.settlements[line.settlement];
    bool returned = paid.reverses >= 0;
    auto packs = static_cast<uint32_t>(std::abs(line.qty) / kMicro);
    if (!returned && line.settlement > 0 && visit.settlements[line.settlement - 1u].reverses >= 0) {  // sold anew
      line.pack = packs_;
      packs_ += packs;
    }
    for (uint32_t pack = 0; pack < packs; pack++) {
      Trace trace;
      trace.code = Padded(8'000'000 + static_cast<uint64_t>(line.good) * 137 % 1'000'000, 7) +
                   Padded(person_.index + 1, 9) + Padded(line.pack + pack, 4);
      trace.item = CodeOf(line);
      trace.name = NameOf(line);
      trace.event = returned ? "return" : "sale";
      trace.institution = visit.institution;
      trace.time = returned ? paid.time : std::max(line.time, paid.time - 30);
      trace.visit = static_cast<int>(&visit - life_.visits.data());
      trace.settlement = line.settlement;
      trace.line = static_cast<int>(i);
      trace.amount = returned ? -FenOf(line.price) : FenOf(line.price);
      life_.traces.push_back(std::move(trace));
    }
  }
}

}  // namespace yijian::city
