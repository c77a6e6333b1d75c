// What an institution was told in real time of the lines that the audit accuses now, and what it said to it.
//
//   json page = ToJson(suspects);
//   TRY(AddTold(context, page));               // rows[].told, rows[].lines[].told
//
// Same:   the rule, the visit and, where both say them, the institution; then the line's serial, else its item. A hit
// that
//         names lines and items of which the suspect has none is another accusation.
// Absent: without real time nobody was told anything: the lists are empty.
// Errors: those of the timeline store.
#pragma once

#include <nlohmann/json.hpp>

#include "api/context.h"
#include "realtime/service.h"

namespace yijian::api {

// How a hit is known to be about a suspect.
enum class ToldBy { kNot, kLine, kItem, kVisit };
// The suspect as ToJson makes it.
ToldBy Meet(const realtime::ToldHit& hit, const nlohmann::json& suspect);

Status AddTold(Context& context, nlohmann::json& page);

}  // namespace yijian::api
