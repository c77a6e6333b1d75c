#include "api/desk_settings.h"

#include <map>

#include "account/settings.h"

namespace yijian::api {
namespace {

using Values = std::map<std::string, std::string>;

double Decimal(const Values& values, const std::string& name) { return std::strtod(values.at(name).c_str(), nullptr); }

clue::SeverityWeights WeightsOf(const Values& values, const std::string& severity) {
  return {.evidence = Decimal(values, "rank.evidence." + severity),
          .prior_a = Decimal(values, "rank.prior." + severity + ".right"),
          .prior_b = Decimal(values, "rank.prior." + severity + ".wrong")};
}

}  // namespace

Result<clue::DeskSettings> ReadDeskSettings(store::Session& session) {
  Values values = TRY(account::SettingValues(session));
  return clue::DeskSettings{.weights = {.violation = WeightsOf(values, "violation"),
                                        .suspect = WeightsOf(values, "suspect"),
                                        .lead = WeightsOf(values, "lead"),
                                        .monitor = WeightsOf(values, "monitor")},
                            .lock_minutes = std::strtoll(values.at("clue.lock_minutes").c_str(), nullptr, 10)};
}

bool IsRankSetting(const std::string& name) { return name.starts_with("rank."); }

}  // namespace yijian::api
