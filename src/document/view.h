// What a template sees of a document's data. Internal to document; its own file because mustache and JSON meet here
// only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian::document {

// Parses and adds what press.h promises. Deeper than 32 levels is kInvalidInput.
Result<nlohmann::json> Enriched(std::string_view data);

// The cell as a page shows it, by its column's kind; also of numbers that came as texts.
std::string CellText(const nlohmann::json& cell, const std::string& kind);

// Fills a template. A template that names what the data lack prints nothing there: letters differ in what they have.
Result<std::string> Fill(const std::string& text, const nlohmann::json& data);

}  // namespace yijian::document
