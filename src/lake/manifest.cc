#include "lake/manifest.h"

#include <nlohmann/json.hpp>

namespace yijian::lake {

using Json = nlohmann::ordered_json;

void to_json(Json& json, const SourceFile& file) {
  json = {{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}};
}

void from_json(const Json& json, SourceFile& file) {
  json.at("path").get_to(file.path);
  json.at("sha256").get_to(file.sha256);
  json.at("bytes").get_to(file.bytes);
}

void to_json(Json& json, const TableCounts& counts) {
  json = {{"read", counts.read},
          {"taken", counts.taken},
          {"quarantined", counts.quarantined},
          {"duplicate", counts.duplicate},
          {"money_fen", counts.money_fen}};
}

void from_json(const Json& json, TableCounts& counts) {
  json.at("read").get_to(counts.read);
  json.at("taken").get_to(counts.taken);
  json.at("quarantined").get_to(counts.quarantined);
  json.at("duplicate").get_to(counts.duplicate);
  json.at("money_fen").get_to(counts.money_fen);
}

void to_json(Json& json, const DataFile& file) {
  json = {{"table", file.table},           {"path", file.path},  {"rows", file.rows}, {"bucket_min", file.bucket_min},
          {"bucket_max", file.bucket_max}, {"bytes", file.bytes}};
}

void from_json(const Json& json, DataFile& file) {
  json.at("table").get_to(file.table);
  json.at("path").get_to(file.path);
  json.at("rows").get_to(file.rows);
  json.at("bucket_min").get_to(file.bucket_min);
  json.at("bucket_max").get_to(file.bucket_max);
  json.at("bytes").get_to(file.bytes);
}

std::string ToJson(const Manifest& manifest) {
  Json checks = Json::parse(manifest.checks, nullptr, /*allow_exceptions=*/false);
  CHECK(!checks.is_discarded());
  Json json = {{"batch", manifest.batch},
               {"ordinal", manifest.ordinal},
               {"created", manifest.created},
               {"mapping", {{"name", manifest.mapping}, {"version", manifest.mapping_version}}},
               {"sources", manifest.sources},
               {"tables", manifest.tables},
               {"files", manifest.files},
               {"dictionary", manifest.dictionary},
               {"quarantine", manifest.quarantine},
               {"checks", checks}};
  // File names of a foreign machine need not be UTF-8.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Manifest> ParseManifest(std::string_view text) {
  try {
    Json json = Json::parse(text);
    Manifest manifest;
    json.at("batch").get_to(manifest.batch);
    json.at("ordinal").get_to(manifest.ordinal);
    json.at("created").get_to(manifest.created);
    json.at("mapping").at("name").get_to(manifest.mapping);
    json.at("mapping").at("version").get_to(manifest.mapping_version);
    json.at("sources").get_to(manifest.sources);
    json.at("tables").get_to(manifest.tables);
    json.at("files").get_to(manifest.files);
    json.at("dictionary").get_to(manifest.dictionary);
    json.at("quarantine").get_to(manifest.quarantine);
    manifest.checks = json.at("checks").dump();
    return manifest;
  } catch (const nlohmann::json::exception& e) {
    return IoError(std::string("the text is cut off or not a manifest: ") + e.what());
  }
}

}  // namespace yijian::lake
