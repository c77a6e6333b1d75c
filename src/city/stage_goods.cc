#include <algorithm>

#include "city/stage_impl.h"

namespace yijian::city {
namespace {

using timeline::kNull;
using timeline::Table;

}  // namespace

// The story's own trace codes.
void Stagehand::Traces(uint32_t person, Life& life) {
  const Table& traces = story_.bucket.table(Kind::kTrace);
  for (uint32_t row = 0; row < traces.rows; row++) {
    if (traces.person[row] != person) continue;
    Trace trace;
    int64_t code = Value(Kind::kTrace, "code", row);
    auto [at, is_new] = ids_.try_emplace(code);
    if (is_new) {
      std::string product = Code(Kind::kTrace, "product", row).value_or("8990001");
      at->second = product + Padded(plant_.first_person, 10) + Padded(ids_.size(), 3);
    }
    trace.code = at->second;
    std::string item = Code(Kind::kTrace, "item", row).value_or("");
    if (auto change = recast_.find(item); change != recast_.end()) item = change->second;
    trace.item = life.Keep(item);
    trace.name = lookup_.NameOf(item);
    trace.event = life.Keep(Code(Kind::kTrace, "event", row).value_or("sale"));
    trace.time = Moved(Value(Kind::kTrace, "time", row));
    trace.split = Value(Kind::kTrace, "split", row) == 1;
    int64_t qty = Value(Kind::kTrace, "qty", row);
    trace.qty = qty != kNull ? qty : kMicro;
    trace.amount = Money(Kind::kTrace, "amount", row).value_or(0);
    const Scenery& place = SceneryOf(Code(Kind::kTrace, "institution", row).value_or("P1"), "", "41", false);
    trace.institution = place.ordinal;
    AddPlace(place, kSoldHeader, life, trace.set);
    int64_t settlement = Value(Kind::kTrace, "settlement", row);
    if (settlement != kNull) trace.set.push_back({Sold("setlId"), life.Keep(IdText(settlement))});
    if (Value(Kind::kTrace, "amount", row) == kNull && Blank(Kind::kTrace, "amount")) {
      trace.set.push_back({Sold("detItemFeeSumamt"), {}});
    }
    life.traces.push_back(std::move(trace));
  }
}

// Packs that a pharmacy sold in the story carry codes, as all do, unless the story is about codes.
void Stagehand::Packs(Life& life) {
  bool about_codes = rule_.a.of == Kind::kTrace || (rule_.b && rule_.b->of == Kind::kTrace);
  if (about_codes) return;
  uint32_t pack = 0;
  for (size_t v = 0; v < life.visits.size(); v++) {
    const Visit& visit = life.visits[v];
    if (!visit.planted || visit.type.substr(0, 2) != "41") continue;
    for (size_t i = 0; i < visit.lines.size(); i++) {
      const Line& line = visit.lines[i];
      if (ListOf(line.code) != "101") continue;
      Trace trace;
      trace.code = "8990002" + Padded(plant_.first_person, 9) + Padded(++pack, 4);
      trace.item = line.code;
      trace.name = line.name;
      trace.event = "sale";
      trace.institution = visit.institution;
      trace.time = line.time + 60;
      trace.visit = static_cast<int>(v);
      trace.settlement = line.settlement;
      trace.line = static_cast<int>(i);
      trace.qty = line.qty;
      trace.amount = line.amount;
      if (visit.tag >= 0) AddPlace(scenery_of_visit_[static_cast<uint32_t>(visit.tag)], kSoldHeader, life, trace.set);
      life.traces.push_back(std::move(trace));
    }
  }
}

void Stagehand::Stocks(Life& life) {
  const Table& stocks = story_.bucket.table(Kind::kStock);
  for (uint32_t row = 0; row < stocks.rows; row++) {
    Stock stock;
    std::string item = Code(Kind::kStock, "item", row).value_or("");
    if (auto change = recast_.find(item); change != recast_.end()) item = change->second;
    stock.item = life.Keep(item);
    stock.name = lookup_.NameOf(item);
    stock.event = life.Keep(Code(Kind::kStock, "event", row).value_or("open"));
    stock.change_type = life.Keep(Code(Kind::kStock, "change_type", row).value_or(""));
    stock.time = Moved(Value(Kind::kStock, "time", row));
    int64_t qty = Value(Kind::kStock, "qty", row);
    stock.qty = qty != kNull ? qty : kMicro;
    int64_t price = Value(Kind::kStock, "price", row);
    stock.price = price != kNull ? price : 0;
    const Scenery& place = SceneryOf(Code(Kind::kStock, "institution", row).value_or("H1"), "", "", false);
    stock.institution = place.ordinal;
    AddPlace(place, kStockHeader, life, stock.set);
    life.stocks.push_back(std::move(stock));
  }
}

}  // namespace yijian::city
