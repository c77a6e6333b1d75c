// An example draft: the last visit of a synthetic person prescribed once more on the day after.

#include <nlohmann/json.hpp>

#include "api/realtime_desk.h"
#include "realtime/history.h"

namespace yijian::api {
namespace {

using nlohmann::ordered_json;
using realtime::History;
using realtime::Kind;
using realtime::Rows;
using timeline::kNull;

constexpr size_t kLinesMin = 4;
constexpr size_t kLinesMax = 20;
constexpr int64_t kPersonsLookedAt = 400;  // which of them, the number says

size_t Ordinal(Kind kind, const char* name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

ordered_json DraftOf(const History& known, realtime::Codes& codes, int64_t visit, Time now) {
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
    for (auto [field, name] :
         {std::pair{"type", "med_type"}, {"insurance", "insutype"}, {"institution", "fixmedins_code"}}) {
      if (timeline::FindField(Kind::kVisit, field) == nullptr) continue;
      std::string text = code(visits, Kind::kVisit, field, i);
      if (!text.empty()) told[name] = text;
    }
  }
  ordered_json orders = ordered_json::array();
  for (size_t i = 0; i < lines.size() && orders.size() < kLinesMax; i++) {
    int64_t amount = lines.At(Ordinal(Kind::kLine, "amount"), i);
    int64_t qty = lines.At(Ordinal(Kind::kLine, "qty"), i);
    if (lines.visit[i] != visit || amount == kNull || qty == kNull || qty <= 0) continue;
    ordered_json line{{"bkkp_sn", std::to_string(orders.size() + 1)},
                      {"fee_ocur_time", FormatTime(now)},
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
  told["lines"] = std::move(orders);
  person["visits"] = ordered_json::array({std::move(told)});
  return {{"time", FormatTime(now)}, {"persons", ordered_json::array({std::move(person)})}};
}

}  // namespace

Result<std::string> RealtimeDesk::Example(const std::string& moment, int64_t number) const {
  History chosen;
  int64_t seen = 0;
  Status looked = store_->ForEach(program::Subject::kPerson, [&](const History& known) -> Status {
    if (known.of(Kind::kLine).size() < kLinesMin || known.no.empty()) return {};
    chosen = known;
    if (seen++ == number % kPersonsLookedAt) return Conflict("found");  // ends the walk
    return {};
  });
  if (chosen.empty()) {
    TRY(std::move(looked));
    return NotFound("the store knows nobody with enough lines");
  }
  const Rows& lines = chosen.of(Kind::kLine);
  size_t last = 0;
  size_t time = Ordinal(Kind::kLine, "time");
  for (size_t i = 0; i < lines.size(); i++) {
    if (lines.At(time, i) != kNull && lines.At(time, i) >= lines.At(time, last)) last = i;
  }
  // The same day when it is about settling, so that what was given twice shows; the next morning else.
  Time day = lines.At(time, last) - lines.At(time, last) % kSecondsPerDay;
  Time now = day + (moment == "pre" ? kSecondsPerDay : 0) + 10 * kSecondsPerHour;
  return DraftOf(chosen, store_->codes(), lines.visit[last], now).dump(2);
}

}  // namespace yijian::api
