// What a document says, as JSON for document/press.h. Internal to casework; documents.cc keeps it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "casework/documents.h"

namespace yijian::casework {

Result<nlohmann::json> OpinionData(Job& job, int64_t opinion);
Result<nlohmann::json> DecisionData(Job& job, int64_t decision);

// Of [from, until), for everything below `area`.
struct Period {
  std::string name;  // 2026年3月
  Date from = 0;
  Date until = 0;
  std::string area;
};
Result<nlohmann::json> MonthlyTable(Job& job, const Period& period);
Result<nlohmann::json> QuarterlyBulletin(Job& job, const Period& period);

// {"zh": ..., "kind": ...}: a column of a table.
nlohmann::json Column(const char* zh, const char* kind = "text");

}  // namespace yijian::casework
