// The rows a finding rests on, as text: each in its time, charged or evidence, with what is found of it. Internal to
// audit.
#pragma once

#include <string>

#include "audit/run_reader.h"

namespace yijian::audit {

struct Words {
  bool english;
  std::string operator()(const char* zh, const char* en) const { return english ? en : zh; }
};

std::string Cell(const lake::QueryResult& rows, size_t row, const char* column);

// `person`: psn_no whose other visits are told too; empty = the finding is not of a person. Columns that no batch
// brought are left out.
Result<std::string> TellRows(lake::Connection& connection, const lake::Lake& lake, const RunPlace& place,
                             const std::string& finding, const std::string& person, const Words& say);

}  // namespace yijian::audit
