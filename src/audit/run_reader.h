// Where a run lies and how SQL sees it. Internal to audit.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lake/lake.h"

namespace yijian::audit {

struct RunPlace {
  std::string run;
  std::string dir;
  nlohmann::json info;  // run.json
};

// The run named, or the one in force when empty. kNotFound says what to do.
Result<RunPlace> FindRun(const lake::Lake& lake, const std::string& run);
// "(SELECT ... )" over files of the run: findings | rows | unknowns; an empty relation of the right columns when there
// are none.
std::string RunTable(const RunPlace& place, const std::string& table);
// SQL condition: true when the finding rests on a withdrawn batch.
Result<std::string> WithdrawnSql(const lake::Lake& lake);

}  // namespace yijian::audit
