#include "city/cashier.h"

#include <algorithm>

#include "base/result.h"

namespace yijian::city {
namespace {

constexpr int kServicePercent[kTierCount] = {100, 85, 70, 60, 100};
constexpr std::string_view kLevelsOf[kTierCount][3] = {
    {"02", "03", "03"}, {"05", "06", "06"}, {"08", "08", "08"}, {"11", "11", "11"}, {"11", "11", "11"}};

Fen Percent(Fen amount, int percent) { return (amount * percent + 50) / 100; }

// The fund's share of what is in scope, in percent.
int PooledPercent(const Visit& visit, const Resident& person, Tier tier) {
  bool employee = person.employee();
  if (visit.stay) {
    if (tier == Tier::kThird) return employee ? 85 : 62;
    return tier == Tier::kSecond ? (employee ? 88 : 72) : (employee ? 92 : 82);
  }
  if (visit.type == "41") return 0;
  if (visit.type == "14") return employee ? 80 : 65;
  if (visit.type == "51") return 80;
  return tier == Tier::kThird ? (employee ? 50 : 0) : tier == Tier::kSecond ? (employee ? 55 : 40) : 60;
}

void AddLine(Settlement& sum, const Line& line) {
  sum.total += line.amount;
  sum.full_self += line.full_self;
  sum.over_limit += line.over_limit;
  sum.first_self += line.first_self;
  sum.scope += line.scope;
}

Settlement Negative(const Settlement& paid) {
  Settlement back = paid;
  for (Fen Settlement::*field :
       {&Settlement::total, &Settlement::full_self, &Settlement::over_limit, &Settlement::first_self,
        &Settlement::scope, &Settlement::deductible, &Settlement::pooled, &Settlement::serious, &Settlement::fund,
        &Settlement::person, &Settlement::account, &Settlement::cash}) {
    back.*field = -(paid.*field);
  }
  return back;
}

Line Negative(const Line& charged) {
  Line back = charged;
  back.qty = -charged.qty;
  for (Fen Line::*field : {&Line::amount, &Line::full_self, &Line::over_limit, &Line::first_self, &Line::scope}) {
    back.*field = -(charged.*field);
  }
  return back;
}

}  // namespace

Cashier::Cashier(const Town& town, const Ceiling& ceiling) : town_(town) {
  for (size_t id = 0; id < kGoodCount; id++) {
    const Good& good = GoodOf(static_cast<G>(id));
    for (size_t tier = 0; tier < kTierCount; tier++) {
      Fen price = good.price_fen;
      if (IsService(good)) price = std::max<Fen>(10, price * kServicePercent[tier] / 1000 * 10);
      if (static_cast<Tier>(tier) == Tier::kPharmacy) price = Percent(price, 108);
      for (std::string_view level : kLevelsOf[tier]) {
        std::optional<Micro> limit = ceiling ? ceiling(good.code, level) : std::nullopt;
        if (limit) price = std::min(price, static_cast<Fen>(*limit / kMicroPerFen));
      }
      prices_[id][tier] = price;
    }
  }
}

Fen Cashier::PriceOf(G good, const Institution& at) const {
  return prices_[static_cast<size_t>(good)][static_cast<size_t>(at.tier)];
}

Line& Cashier::Charge(Visit& visit, G id, Time time, int qty) const {
  const Institution& at = town_.At(visit.institution);
  const Good& good = GoodOf(id);
  Line line;
  line.time = time;
  line.good = id;
  line.qty = qty * kMicro;
  Fen price = PriceOf(id, at);
  line.price = price * kMicroPerFen;
  line.amount = price * qty;
  line.dept = visit.dept;
  line.exec_dept = visit.dept;
  line.doctor = visit.doctor;
  line.exec_doctor = visit.doctor;
  line.settlement = static_cast<uint16_t>(visit.settlements.size());
  Dept elsewhere = good.charge == "04" ? Dept::kLab : good.charge == "03" ? Dept::kImaging : Dept::kCount;
  if (elsewhere != Dept::kCount && visit.dept != Dept::kCount && id != G::kMonitor && id != G::kFetalHeart) {
    line.exec_dept = elsewhere;
    line.exec_doctor = Town::DoctorOf(at, elsewhere, static_cast<uint64_t>(time / 3600));
  }
  Split(line, good.level, good.self_percent);
  visit.lines.push_back(std::move(line));
  return visit.lines.back();
}

void Cashier::Split(Line& line, char level, int self_percent) {
  line.full_self = level == '3' ? line.amount : 0;
  line.over_limit = 0;
  line.first_self = level == '2' ? Percent(line.amount, self_percent) : 0;
  line.scope = line.amount - line.full_self - line.first_self;
}

void Cashier::Settle(Visit& visit, const Resident& person, Time time, YearPaid& paid) const {
  Tier tier = town_.At(visit.institution).tier;
  auto ordinal = static_cast<uint16_t>(visit.settlements.size());
  Settlement sum;
  sum.time = time;
  for (const Line& line : visit.lines) {
    if (line.settlement == ordinal) AddLine(sum, line);
  }
  Fen base = sum.scope;
  if (visit.stay) {
    Fen standard = tier == Tier::kThird ? 80'000 : tier == Tier::kSecond ? 50'000 : 20'000;
    if (paid.stays++ > 0) standard /= 2;
    sum.deductible = std::clamp<Fen>(standard, 0, std::max<Fen>(0, base));
    base -= sum.deductible;
  }
  sum.pooled = Percent(base, PooledPercent(visit, person, tier));
  if (!visit.stay && visit.type != "14" && visit.type != "51") {
    Fen rest = std::max<Fen>(0, (person.employee() ? 300'000 : 60'000) - paid.outpatient_pooled);
    sum.pooled = std::min(sum.pooled, rest);
    paid.outpatient_pooled += sum.pooled;
  }
  paid.self_in_scope += sum.scope - sum.pooled;
  if (Fen above = paid.self_in_scope - 1'500'000; above > 0 && visit.type != "41") {
    sum.serious = Percent(std::min(above, sum.scope - sum.pooled), 60);
    paid.self_in_scope -= sum.serious;
  }
  sum.fund = sum.pooled + sum.serious;
  sum.person = sum.total - sum.fund;
  Fen usable = std::max<Fen>(0, visit.type == "41" ? paid.balance * 2 / 5 : paid.balance);
  sum.account = person.employee() ? std::clamp<Fen>(sum.person, 0, usable) : 0;
  paid.balance -= sum.account;
  sum.balance = paid.balance;
  sum.cash = sum.person - sum.account;
  visit.settlements.push_back(std::move(sum));
}

void Cashier::Refund(Visit& visit, Time time, bool again) const {
  CHECK(!visit.settlements.empty());
  auto last = static_cast<uint16_t>(visit.settlements.size() - 1);
  Settlement back = Negative(visit.settlements[last]);
  back.time = time;
  back.reverses = static_cast<int16_t>(last);
  back.balance = visit.settlements[last].balance + visit.settlements[last].account;
  size_t lines = visit.lines.size();
  for (size_t i = 0; i < lines; i++) {
    if (visit.lines[i].settlement != last) continue;
    Line line = Negative(visit.lines[i]);
    line.settlement = static_cast<uint16_t>(last + 1);
    line.reverses = static_cast<int32_t>(i);
    visit.lines.push_back(std::move(line));
  }
  visit.settlements.push_back(std::move(back));
  if (!again) return;
  for (size_t i = 0; i < lines; i++) {
    if (visit.lines[i].settlement != last) continue;
    Line line = visit.lines[i];
    line.settlement = static_cast<uint16_t>(last + 2);
    visit.lines.push_back(std::move(line));
  }
  Settlement paid = visit.settlements[last];
  paid.time = time + 240;
  visit.settlements.push_back(std::move(paid));
}

}  // namespace yijian::city
