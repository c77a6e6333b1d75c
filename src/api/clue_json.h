// Clues as api/openapi.yaml shapes them, and who looks at them as `clue` knows him. Internal to api.
#pragma once

#include <nlohmann/json.hpp>

#include "account/actor.h"
#include "api/context.h"
#include "clue/desk.h"
#include "ledger/report.h"

namespace yijian::api {

clue::Viewer ViewerOf(const account::Actor& actor);
nlohmann::json ToJson(const clue::Clue& clue);
nlohmann::json ToJson(const clue::SuspectPage& page);
nlohmann::json ToJson(const clue::RelatedClue& related);
nlohmann::json ToJson(const ledger::Funnel& funnel, bool reconciled);

}  // namespace yijian::api
