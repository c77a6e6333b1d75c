#include <algorithm>

#include "city/stage_impl.h"

namespace yijian::city {
namespace {

using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

Fen Share(Fen amount, int percent) { return (amount * percent + 50) / 100; }

}  // namespace

std::string_view ChargeOf(std::string_view code) {
  if (code.empty()) return "14";
  if (code[0] == 'X') return "09";
  if (code[0] == 'Z') return "11";
  if (code[0] == 'T') return "10";
  if (code[0] == 'C') return "08";
  std::string_view chapter = code.substr(0, 4);
  if (code.substr(0, 6) == "001102") return "02";
  if (code.substr(0, 6) == "001109") return "01";
  if (code.substr(0, 6) == "001201") return "07";
  if (chapter == "0012" || chapter == "0034" || chapter == "0031") return "05";
  if (chapter == "0021" || chapter == "0022" || chapter == "0023") return "03";
  if (chapter == "0025" || chapter == "0026" || chapter == "0027") return "04";
  if (chapter == "0033" || chapter == "0032") return "06";
  return code.substr(0, 3) == "004" ? "05" : "14";
}

std::string_view ListOf(std::string_view code) {
  if (code.empty()) return "201";
  if (code[0] == 'X' || code[0] == 'Z') return "101";
  if (code[0] == 'T') return "102";
  return code[0] == 'C' ? "301" : "201";
}

void Stagehand::Lines(uint32_t person, Life& life) {
  const Table& lines = story_.bucket.table(Kind::kLine);
  for (uint32_t row = 0; row < lines.rows; row++) {
    if (lines.person[row] != person) continue;
    Visit* visit = nullptr;
    for (Visit& other : life.visits) {
      if (other.planted && lines.visit[row] != kNoRow && other.tag == static_cast<int>(lines.visit[row]))
        visit = &other;
    }
    if (visit == nullptr)
      visit = &ImpliedVisit(Moved(Value(Kind::kLine, "time", row)), Code(Kind::kLine, "item", row), life);
    PlaceLine(row, *visit, life);
  }
}

void Stagehand::PlaceLine(uint32_t row, Visit& visit, Life& life) {
  Line& line = visit.lines.emplace_back();
  line.tag = static_cast<int>(row);
  line.time = Moved(Value(Kind::kLine, "time", row));
  std::string item = Code(Kind::kLine, "item", row).value_or("");
  if (auto change = recast_.find(item); change != recast_.end()) item = change->second;
  line.code = life.Keep(item);
  line.name = lookup_.NameOf(item);
  if (line.name.empty()) line.name = item.empty() ? std::string_view("未编码项目") : line.code;
  line.dept = visit.dept;
  line.exec_dept = visit.dept;
  if (IsRehabilitation(item) && visit.dept != Dept::kCount) line.dept = line.exec_dept = Dept::kRehab;
  line.doctor = visit.doctor;
  line.exec_doctor = visit.doctor;
  LineMoney(row, line);
  LineDefaults(row, line);
  SetFields(Kind::kLine, row, kFeeHeader,
            {"time", "item", "qty", "price", "amount", "full_self", "over_limit", "first_self", "scope", "prescription",
             "settlement", "person_key", "institution"},
            life, line.set);
  if (int64_t number = Value(Kind::kLine, "prescription", row); number != kNull) {
    line.set.push_back({Fee("rx_drord_no"), life.Keep(IdText(number))});
  }
  if (visit.tag >= 0) {
    AddPlace(scenery_of_visit_[static_cast<uint32_t>(visit.tag)], kFeeHeader, life, line.set);
  }
}

void Stagehand::LineMoney(uint32_t row, Line& line) {
  int64_t qty = Value(Kind::kLine, "qty", row);
  int64_t price = Value(Kind::kLine, "price", row);
  std::optional<Fen> amount = Money(Kind::kLine, "amount", row);
  line.qty = qty != kNull ? qty : kMicro;
  line.price = price != kNull                       ? price
               : amount && qty != kNull && qty != 0 ? DivMicro(*amount * kMicroPerFen, qty)
                                                    : 10 * kMicro;
  line.amount = amount.value_or(FenOf(MulMicro(line.price, line.qty)));
  line.over_limit = Money(Kind::kLine, "over_limit", row).value_or(0);
  line.first_self = Money(Kind::kLine, "first_self", row).value_or(0);
  line.full_self = Money(Kind::kLine, "full_self", row).value_or(0);
  std::optional<Fen> scope = Money(Kind::kLine, "scope", row);
  line.scope = scope.value_or(line.amount - line.full_self - line.over_limit - line.first_self);
  Fen gap = line.amount - line.full_self - line.over_limit - line.first_self - line.scope;
  if (gap != 0 && !Blank(Kind::kLine, "full_self")) line.full_self += gap;
  if (!scope && Blank(Kind::kLine, "scope") && !amount) line.set.push_back({Fee("inscp_amt"), {}});
}

// What a line of this code usually says, where the rule does not look.
void Stagehand::LineDefaults(uint32_t row, Line& line) {
  auto fill = [&](std::string_view field, int column, std::string_view text) {
    if (Value(Kind::kLine, field, row) == kNull && !Blank(Kind::kLine, field)) line.set.push_back({column, text});
  };
  bool self = line.scope == 0 && line.amount > 0 && line.full_self == line.amount;
  fill("level", Fee("chrgitm_lv"), self ? "03" : "01");
  fill("charge_type", Fee("med_chrgitm_type"), ChargeOf(line.code));
  fill("list_type", Fee("list_type"), ListOf(line.code));
  if (Blank(Kind::kLine, "department") && Value(Kind::kLine, "department", row) == kNull) line.dept = Dept::kCount;
  if (Blank(Kind::kLine, "exec_department") && Value(Kind::kLine, "exec_department", row) == kNull)
    line.exec_dept = Dept::kCount;
  if (Value(Kind::kLine, "department", row) != kNull) line.set.push_back({Fee("bilg_dept_name"), {}});
  if (Value(Kind::kLine, "exec_department", row) != kNull) line.set.push_back({Fee("acord_dept_name"), {}});
  if (Value(Kind::kLine, "doctor", row) != kNull) line.set.push_back({Fee("bilg_dr_name"), {}});
  if (Value(Kind::kLine, "exec_doctor", row) != kNull) line.set.push_back({Fee("acord_dr_name"), {}});
  line.set.push_back({Fee("medins_list_codg"), line.code});
}

void Stagehand::Settle(Life& life) {
  for (Visit& visit : life.visits) {
    if (!visit.planted) continue;
    bool told = false;
    const Table& table = story_.bucket.table(Kind::kSettlement);
    for (uint32_t row = 0; row < table.rows; row++) {
      if (visit.tag < 0 || table.visit[row] != static_cast<uint32_t>(visit.tag)) continue;
      StorySettlement(row, visit, life);
      told = true;
    }
    if (!told && rule_.a.of != Kind::kSettlement) SettleVisit(visit, life);
  }
}

void Stagehand::SettleVisit(Visit& visit, Life& life) {
  Settlement paid;
  Fen lines = 0;
  for (const Line& line : visit.lines) {
    lines += line.amount;
    paid.full_self += line.full_self;
    paid.over_limit += line.over_limit;
    paid.first_self += line.first_self;
    paid.scope += line.scope;
  }
  std::optional<Fen> total, scope, fund;
  if (visit.tag >= 0) {
    auto row = static_cast<uint32_t>(visit.tag);
    total = Money(Kind::kVisit, "total", row);
    scope = Money(Kind::kVisit, "scope", row);
    fund = Money(Kind::kVisit, "fund", row);
  }
  paid.total = total.value_or(std::max({lines, scope.value_or(0), fund.value_or(0)}));
  if (paid.total == 0 && visit.lines.empty()) paid.total = visit.stay ? 800'000 : 10'000;
  if (paid.total > lines) {  // what the story does not itemise
    Line rest;
    rest.code = "009900000000000";
    rest.name = "其他费用(合成)";
    rest.time = visit.begin + 60;
    rest.price = (paid.total - lines) * kMicroPerFen;
    rest.amount = rest.scope = paid.total - lines;
    rest.dept = rest.exec_dept = visit.dept;
    rest.doctor = rest.exec_doctor = visit.doctor;
    rest.set = {{Fee("chrgitm_lv"), "01"}, {Fee("med_chrgitm_type"), "14"}, {Fee("list_type"), "201"}};
    if (visit.tag >= 0) AddPlace(scenery_of_visit_[static_cast<uint32_t>(visit.tag)], kFeeHeader, life, rest.set);
    visit.lines.push_back(std::move(rest));
    paid.scope += paid.total - lines;
  }
  if (scope) {
    paid.full_self += paid.scope - *scope;
    paid.scope = *scope;
  }
  paid.fund = fund.value_or(visit.type.substr(0, 2) == "41" ? 0 : Share(paid.scope, 60));
  paid.pooled = paid.fund;
  paid.person = paid.total - paid.fund;
  paid.cash = paid.person;
  paid.time = std::max(visit.end, visit.begin) + 900;
  for (const Line& line : visit.lines) paid.time = std::max(paid.time, line.time + 900);
  if (visit.tag >= 0) AddPlace(scenery_of_visit_[static_cast<uint32_t>(visit.tag)], kSettlementHeader, life, paid.set);
  visit.settlements.push_back(std::move(paid));
}

void Stagehand::StorySettlement(uint32_t row, Visit& visit, Life& life) {
  Settlement paid;
  paid.tag = static_cast<int>(row);
  int64_t time = Value(Kind::kSettlement, "time", row);
  paid.time = time != kNull ? Moved(time) : visit.end + 900;
  Fen lines = 0;
  for (const Line& line : visit.lines) lines += line.amount;
  auto money = [&](std::string_view field) { return Money(Kind::kSettlement, field, row); };
  paid.fund = money("fund").value_or(0);
  paid.total = money("total").value_or(std::max(lines, paid.fund));
  paid.full_self = money("full_self").value_or(0);
  paid.over_limit = money("over_limit").value_or(0);
  paid.first_self = money("first_self").value_or(0);
  paid.scope = money("scope").value_or(paid.total - paid.full_self - paid.over_limit - paid.first_self);
  paid.deductible = money("deductible").value_or(0);
  paid.pooled = money("pooled").value_or(paid.fund);
  paid.person = money("person_pay").value_or(paid.total - paid.fund);
  paid.account = money("account").value_or(0);
  paid.cash = money("cash").value_or(paid.person - paid.account - money("mutual_aid").value_or(0));
  paid.balance = money("balance").value_or(0);
  std::set<std::string_view> by_hand{"key", "time", "invoice"};
  for (const timeline::FieldInfo& field : timeline::Fields(Kind::kSettlement)) {
    bool given = Value(Kind::kSettlement, field.name, row) != kNull;
    if (field.type == timeline::FieldType::kMoney && !given) by_hand.insert(field.name);
    if (field.type == timeline::FieldType::kDate && !given) by_hand.insert(field.name);
  }
  SetFields(Kind::kSettlement, row, kSettlementHeader, by_hand, life, paid.set);
  int64_t invoice = Value(Kind::kSettlement, "invoice", row);
  paid.set.push_back({Setl("invono"), invoice != kNull ? life.Keep(IdText(invoice)) : std::string_view()});
  if (visit.tag >= 0) AddPlace(scenery_of_visit_[static_cast<uint32_t>(visit.tag)], kSettlementHeader, life, paid.set);
  for (Line& line : visit.lines)
    line.settlement = static_cast<uint16_t>(visit.settlements.empty() ? 0 : line.settlement);
  visit.settlements.push_back(std::move(paid));
}

}  // namespace yijian::city
