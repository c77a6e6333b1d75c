// The tree of areas: province, city, county, township, by administrative codes (admdvs).
//
// Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
// The area and what lies below it, parents first.
Result<std::vector<Area>> AreasBelow(store::Session& session, const std::string& code);
Result<std::optional<Area>> FindArea(store::Session& session, const std::string& code);

}  // namespace yijian::account
