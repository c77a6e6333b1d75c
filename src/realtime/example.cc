#include "realtime/example.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace yijian::realtime {
namespace {

using nlohmann::ordered_json;

constexpr size_t kLinesMin = 4;
constexpr size_t kLinesMax = 20;

size_t Ordinal(Kind kind, const char* name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

// Of an example the number and the times are made up, of a visit told as it was they are its own.
enum class Telling { kExample, kAsItWas };

ordered_json DraftOf(const History& known, Codes& codes, int64_t visit, Time now, size_t wanted, Telling telling) {
  bool as_it_was = telling == Telling::kAsItWas;
  auto code = [&](const Rows& rows, Kind kind, const char* field, size_t row) {
    int64_t value = rows.At(Ordinal(kind, field), row);
    return value == kNull ? std::string() : codes.Text(value);
  };
  const Rows& lines = known.of(Kind::kLine);
  const Rows& visits = known.of(Kind::kVisit);
  const Rows& persons = known.of(Kind::kPerson);
  ordered_json person{{"psn_no", known.no}};
  if (persons.size() > 0) {
    person["gend"] = code(persons, Kind::kPerson, "sex", 0);
    int64_t birth = persons.At(Ordinal(Kind::kPerson, "birth"), 0);
    if (birth != kNull) person["brdy"] = FormatDate(static_cast<Date>(birth));
  }
  ordered_json told{{"mdtrt_id", "TRY-" + FormatTime(now).substr(0, 10)}, {"begntime", FormatTime(now)}};
  for (size_t i = 0; i < visits.size(); i++) {
    if (visits.key[i] != visit) continue;
    if (as_it_was) {
      told["mdtrt_id"] = known.visit_no[i];
      for (auto [field, name] : {std::pair{"begin", "begntime"}, {"end", "endtime"}}) {
        int64_t at = visits.At(Ordinal(Kind::kVisit, field), i);
        if (at != kNull) told[name] = FormatTime(at);
      }
    }
    for (auto [field, name] :
         {std::pair{"type", "med_type"}, {"insurance", "insutype"}, {"institution", "fixmedins_code"}}) {
      std::string text = code(visits, Kind::kVisit, field, i);
      if (!text.empty()) told[name] = text;
    }
  }
  ordered_json orders = ordered_json::array();
  // The newest visit's lines first, then those told before it, newest first.
  std::vector<size_t> order(lines.size());
  std::iota(order.rbegin(), order.rend(), size_t{0});
  std::stable_partition(order.begin(), order.end(), [&](size_t i) { return lines.visit[i] == visit; });
  for (size_t i : order) {
    if (orders.size() >= (wanted > 0 ? wanted : kLinesMax)) break;
    int64_t amount = lines.At(Ordinal(Kind::kLine, "amount"), i);
    int64_t qty = lines.At(Ordinal(Kind::kLine, "qty"), i);
    bool fits = wanted > 0 || lines.visit[i] == visit;
    if (!fits || amount == kNull || qty == kNull || qty <= 0) continue;
    int64_t charged = as_it_was ? lines.At(Ordinal(Kind::kLine, "time"), i) : now;
    if (charged == kNull) continue;
    ordered_json line{{"bkkp_sn", std::to_string(orders.size() + 1)},
                      {"fee_ocur_time", FormatTime(charged)},
                      {"hilist_code", code(lines, Kind::kLine, "item", i)},
                      {"cnt", FormatMicro(qty)},
                      {"det_item_fee_sumamt", FormatFen(FenOf(amount))}};
    int64_t price = lines.At(Ordinal(Kind::kLine, "price"), i);
    if (price != kNull) line["pric"] = FormatMicro(price);
    int64_t scope = lines.At(Ordinal(Kind::kLine, "scope"), i);
    if (scope != kNull) line["inscp_scp_amt"] = FormatFen(FenOf(scope));
    for (auto [field, name] : {std::pair{"department", "bilg_dept_codg"}, {"doctor", "bilg_dr_code"}}) {
      std::string text = code(lines, Kind::kLine, field, i);
      if (!text.empty()) line[name] = text;
    }
    orders.push_back(std::move(line));
  }
  const Rows& diagnoses = known.of(Kind::kDiagnosis);
  ordered_json told_diagnoses = ordered_json::array();
  for (size_t i = 0; i < diagnoses.size(); i++) {
    if (diagnoses.visit[i] != visit) continue;
    bool main = diagnoses.At(Ordinal(Kind::kDiagnosis, "main"), i) == 1;
    told_diagnoses.push_back(
        {{"diag_code", code(diagnoses, Kind::kDiagnosis, "code", i)}, {"maindiag_flag", main ? "1" : "0"}});
  }
  if (!told_diagnoses.empty()) told["diagnoses"] = std::move(told_diagnoses);
  told["lines"] = std::move(orders);
  person["visits"] = ordered_json::array({std::move(told)});
  return {{"time", FormatTime(now)}, {"persons", ordered_json::array({std::move(person)})}};
}

}  // namespace

std::optional<std::string> ExampleDraft(const History& known, Codes& codes, program::Moment moment, size_t wanted) {
  const Rows& lines = known.of(Kind::kLine);
  if (lines.size() < kLinesMin || known.no.empty()) return std::nullopt;
  size_t last = 0;
  size_t time = Ordinal(Kind::kLine, "time");
  for (size_t i = 0; i < lines.size(); i++) {
    if (lines.At(time, i) != kNull && lines.At(time, i) >= lines.At(time, last)) last = i;
  }
  // At settlement the same day, so that what was given twice shows; before care the next morning.
  Time day = lines.At(time, last) - lines.At(time, last) % kSecondsPerDay;
  Time now = day + (moment == program::kPre ? kSecondsPerDay : 0) + 10 * kSecondsPerHour;
  ordered_json draft = DraftOf(known, codes, lines.visit[last], now, wanted, Telling::kExample);
  size_t told = draft["persons"][0]["visits"][0]["lines"].size();
  if (told == 0 || (wanted > 0 && told != wanted)) return std::nullopt;
  return draft.dump();
}

std::optional<std::string> VisitDraft(const History& known, Codes& codes, const std::string& visit_no) {
  const Rows& lines = known.of(Kind::kLine);
  auto at = std::find(known.visit_no.begin(), known.visit_no.end(), visit_no);
  if (at == known.visit_no.end() || known.no.empty()) return std::nullopt;
  int64_t visit = known.of(Kind::kVisit).key[static_cast<size_t>(at - known.visit_no.begin())];
  Time now = kNull;
  for (size_t i = 0; i < lines.size(); i++) {
    int64_t time = lines.At(Ordinal(Kind::kLine, "time"), i);
    if (lines.visit[i] == visit && time != kNull) now = std::max(now, time);
  }
  if (now == kNull) return std::nullopt;
  ordered_json draft = DraftOf(known, codes, visit, now, 0, Telling::kAsItWas);
  if (draft["persons"][0]["visits"][0]["lines"].empty()) return std::nullopt;
  return draft.dump();
}

}  // namespace yijian::realtime
