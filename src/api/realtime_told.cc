#include "api/realtime_told.h"

#include <algorithm>
#include <map>

#include "api/realtime_desk.h"

namespace yijian::api {
namespace {

using nlohmann::json;
using realtime::ToldHit;
using realtime::ToldLine;

std::string TextOf(const json& object, const char* name) {
  const json& value = object.at(name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool SameLine(const ToldLine& told, const json& line) {
  return !told.line.empty() && told.line == TextOf(line, "feedetl_sn");
}
bool SameItem(const ToldLine& told, const json& line) {
  return !told.item.empty() && told.item == TextOf(line, "item_code");
}

template <typename Same>
bool AnyOf(const ToldHit& hit, const json& line, Same same) {
  return std::any_of(hit.lines.begin(), hit.lines.end(), [&](const ToldLine& told) { return same(told, line); });
}

const char* NameOf(ToldBy by) { return by == ToldBy::kLine ? "line" : by == ToldBy::kItem ? "item" : "visit"; }

json ToldJson(const ToldHit& hit, ToldBy by) {
  return {{"hit", hit.id},
          {"by", NameOf(by)},
          {"moment", hit.moment},
          {"at", hit.asked.empty() ? hit.at : hit.asked},
          {"message", hit.message},
          {"answer", !hit.answered    ? "none"
                     : hit.carried_on ? "carried_on"
                                      : "changed"},
          {"reason", hit.reason},
          {"answered_by", hit.by},
          {"answered_at", hit.answered_at}};
}

}  // namespace

ToldBy Meet(const ToldHit& hit, const json& suspect) {
  if (hit.rule != TextOf(suspect, "rule")) return ToldBy::kNot;
  std::string institution = TextOf(suspect, "institution");
  if (!institution.empty() && !hit.institution.empty() && institution != hit.institution) return ToldBy::kNot;
  bool comparable = false;
  ToldBy by = ToldBy::kNot;
  for (const json& line : suspect.at("lines")) {
    if (!line.at("charged").get<bool>()) continue;
    if (AnyOf(hit, line, SameLine)) return ToldBy::kLine;
    if (AnyOf(hit, line, SameItem)) by = ToldBy::kItem;
    comparable = comparable || !TextOf(line, "feedetl_sn").empty() || !TextOf(line, "item_code").empty();
  }
  if (by != ToldBy::kNot) return by;
  return comparable && !hit.lines.empty() ? ToldBy::kNot : ToldBy::kVisit;
}

Status AddTold(Context& context, json& page) {
  std::map<std::string, std::vector<ToldHit>> by_visit;
  for (json& suspect : page.at("rows")) {
    json& told = suspect["told"] = json::array();
    for (json& line : suspect.at("lines")) line["told"] = json::array();
    std::string visit = TextOf(suspect, "doc");
    if (context.realtime == nullptr || visit.empty()) continue;
    auto [at, is_new] = by_visit.try_emplace(visit);
    if (is_new) at->second = TRY(context.realtime->service().told().OfVisit(visit));
    for (const ToldHit& hit : at->second) {
      ToldBy by = Meet(hit, suspect);
      if (by == ToldBy::kNot) continue;
      told.push_back(ToldJson(hit, by));
      for (json& line : suspect.at("lines")) {
        bool named = line.at("charged").get<bool>() && by != ToldBy::kVisit &&
                     (by == ToldBy::kLine ? AnyOf(hit, line, SameLine) : AnyOf(hit, line, SameItem));
        if (named) line["told"].push_back(hit.id);
      }
    }
  }
  return {};
}

}  // namespace yijian::api
