// Tables as an XLSX workbook, one sheet a table: of documents, and of lists that people take with them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace yijian::document {

// `tables` as press.h describes them, not empty. Texts never become formulas.
Result<std::string> Workbook(const nlohmann::json& tables, const std::string& title);

}  // namespace yijian::document
