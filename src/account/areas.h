// The tree of areas: province, city, county, township, by administrative codes (admdvs).
//
// An area lies below those whose code its own begins with: what somebody sees follows from codes alone. So an area that
// is moved gets another code; its people go along, and what was recorded under the old code stays there.
//
// Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "account/actor.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

struct Area {
  std::string code;
  std::string name;
  std::optional<std::string> parent;
  std::string level;  // province, city, county, township; by the code's digits
};

// "500000" province, "500100" city, "500101" county, 9 digits and more township. kInvalidInput else.
Result<std::string> LevelOf(const std::string& code);

// Adds it, or gives it another name. Its parent is the nearest area above that is there.
Status PutArea(store::Session& session, const std::string& code, const std::string& name);

// By an operator, for a reason, with a trail entry. kInvalidInput with fields; kConflict a code that exists.
Status AddArea(store::Session& session, const Actor& actor, const Area& area, const std::string& reason, EpochMs now);
Status RenameArea(store::Session& session, const Actor& actor, const std::string& code, const std::string& name,
                  const std::string& reason, EpochMs now);
// To another code, which may be there already. Whose sessions end with it: they sign in again at their new place.
Result<std::vector<int64_t>> MoveArea(store::Session& session, const Actor& actor, const std::string& code,
                                      const std::string& to, const std::string& reason, EpochMs now);
// kConflict word "area_used": people are in it, or areas below it. Whether other rooms know it is for the caller to
// ask.
Status RemoveArea(store::Session& session, const Actor& actor, const std::string& code, const std::string& reason,
                  EpochMs now);
Error AreaUsed(const std::string& by_zh, const std::string& by_en);

// The area and what lies below it, parents first.
Result<std::vector<Area>> AreasBelow(store::Session& session, const std::string& code);
Result<std::optional<Area>> FindArea(store::Session& session, const std::string& code);

}  // namespace yijian::account
