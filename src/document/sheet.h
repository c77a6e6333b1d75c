// The tables of a document as an XLSX workbook, one sheet a table. Internal to document.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace yijian::document {

// `tables` as press.h describes them, not empty. Texts never become formulas.
Result<std::string> Workbook(const nlohmann::json& tables, const std::string& title);

}  // namespace yijian::document
