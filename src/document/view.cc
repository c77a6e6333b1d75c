#include "document/view.h"

#include <kainjow/mustache.hpp>

#include "document/amount.h"

namespace yijian::document {
namespace {

using nlohmann::json;
namespace mustache = kainjow::mustache;

constexpr int kDepthMax = 32;

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void AddReadings(json& object) {
  json added = json::object();
  for (const auto& [name, value] : object.items()) {
    if (value.is_number_integer() && EndsWith(name, "_fen")) {
      std::string stem = name.substr(0, name.size() - 4);
      added[stem + "_yuan"] = Yuan(value.get<Fen>());
      added[stem + "_words"] = InWords(value.get<Fen>());
    } else if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      std::string words = DayInWords(text);
      if (words != text) added[name + "_zh"] = words;
    }
  }
  for (auto& [name, value] : added.items()) object.emplace(name, value);  // what the data say themselves stands
}

Status Enrich(json& value, int depth) {
  if (depth > kDepthMax) return InvalidInput("a document's data nest deeper than " + std::to_string(kDepthMax));
  if (value.is_array()) {
    int64_t index = 0;
    for (json& member : value) {
      index++;
      if (member.is_object()) member.emplace("index", index);
      TRY(Enrich(member, depth + 1));
    }
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) TRY(Enrich(member, depth + 1));
    AddReadings(value);
  }
  return {};
}

// Rows of a table are lists of bare cells; a template needs them with their looks.
void DressTables(json& data) {
  auto tables = data.find("tables");
  if (tables == data.end() || !tables->is_array()) return;
  for (json& table : *tables) {
    if (!table.is_object() || !table.contains("head") || !table.contains("rows")) continue;
    const json& head = table["head"];
    json dressed = json::array();
    for (const json& row : table["rows"]) {
      json cells = json::array();
      for (size_t i = 0; i < row.size(); i++) {
        std::string kind = i < head.size() ? head[i].value("kind", "text") : "text";
        cells.push_back({{"text", CellText(row[i], kind)}, {"number", kind != "text"}});
      }
      dressed.push_back({{"cells", std::move(cells)}});
    }
    table["dressed"] = std::move(dressed);
  }
}

std::string Shown(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

mustache::data AsData(const json& value) {
  if (value.is_object()) {
    mustache::data object;
    for (const auto& [name, member] : value.items()) object.set(name, AsData(member));
    return object;
  }
  if (value.is_array()) {
    mustache::data list{mustache::data::type::list};
    for (const json& member : value) list.push_back(AsData(member));
    return list;
  }
  if (value.is_null()) return mustache::data{false};
  if (value.is_boolean()) return mustache::data{value.get<bool>()};
  return mustache::data{Shown(value)};
}

}  // namespace

Result<json> Enriched(std::string_view data) {
  json value = json::parse(data, nullptr, false);
  if (!value.is_object()) return InvalidInput("a document's data must be a JSON object");
  TRY(Enrich(value, 0));
  DressTables(value);
  return value;
}

std::string CellText(const json& cell, const std::string& kind) {
  if (cell.is_null()) return "";
  if (kind == "money" && cell.is_number_integer()) return Yuan(cell.get<Fen>());
  return Shown(cell);
}

Result<std::string> Fill(const std::string& text, const json& data) {
  mustache::mustache filled(text);
  if (!filled.is_valid()) return InvalidInput("template: " + filled.error_message());
  std::string page = filled.render(AsData(data));
  if (!filled.is_valid()) return InvalidInput("template: " + filled.error_message());
  return page;
}

}  // namespace yijian::document
