// What the bureau has set for the clue desk: the weights of the rank and the life of a lock.
//
//   clue::Desk desk(database, clock, matters, ReadDeskSettings);
//
// One statement, since a desk asks within every transaction that ranks or locks. Errors: the store's. Threads: as the
// session.
#pragma once

#include "clue/desk.h"

namespace yijian::api {

Result<clue::DeskSettings> ReadDeskSettings(store::Session& session);

// Whether ranks depend on the setting of this name; after a change of it clues are ranked anew (Desk::RankAnew).
bool IsRankSetting(const std::string& name);

}  // namespace yijian::api
