#include "audit/run_reader.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace yijian::audit {
namespace {

namespace fs = std::filesystem;

Result<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return IoError("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Result<RunPlace> FindRun(const lake::Lake& lake, const std::string& run) {
  RunPlace place;
  place.run = run;
  if (run.empty()) {
    Result<std::string> current = ReadText(lake.PathOf("findings/current"));
    if (!current)
      return NotFound("the lake " + lake.dir() + " has not been audited yet; run: yijian audit --lake " + lake.dir());
    place.run = *current;
    while (!place.run.empty() && place.run.back() == '\n') place.run.pop_back();
  }
  if (place.run.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos)
    return InvalidInput("'" + place.run + "' is not the id of a run");
  place.dir = lake.PathOf("findings/" + place.run);
  Result<std::string> info = ReadText(place.dir + "/run.json");
  if (!info) return NotFound("no audit run " + place.run + " in " + lake.dir());
  place.info = nlohmann::json::parse(*info, nullptr, false);
  if (place.info.is_discarded()) return IoError(place.dir + "/run.json is damaged");
  return place;
}

std::string RunTable(const RunPlace& place, const std::string& table) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(place.dir, error)) {
    if (entry.path().filename().string().rfind(table + "-", 0) == 0) {
      return "(SELECT * FROM read_parquet(" + lake::Quote(place.dir + "/" + table + "-*.parquet") + "))";
    }
  }
  if (table == "findings") {
    return "(SELECT ''::VARCHAR finding_id, ''::VARCHAR rule, 0::INTEGER rule_version, ''::VARCHAR class, ''::VARCHAR "
           "severity, ''::VARCHAR subject_kind, "
           "''::VARCHAR subject, ''::VARCHAR fixmedins_code, ''::VARCHAR mdtrt_id, NULL::TIMESTAMP event_time, "
           "0::DECIMAL(18,2) amount, 0::DECIMAL(18,2) attributed, "
           "0::DECIMAL(18,2) fund, false amount_unknown, ''::VARCHAR message_zh, ''::VARCHAR message_en, ''::VARCHAR "
           "facts, ''::VARCHAR batches WHERE false)";
  }
  if (table == "rows") {
    return "(SELECT ''::VARCHAR finding_id, 0::INTEGER ordinal, ''::VARCHAR kind, 0::BIGINT row_id, false charged, "
           "0::DECIMAL(18,2) amount, 0::DECIMAL(18,2) attributed, "
           "0::DECIMAL(18,6) units WHERE false)";
  }
  return "(SELECT ''::VARCHAR rule, ''::VARCHAR fixmedins_code, ''::VARCHAR reason, 0::BIGINT rows, ''::VARCHAR "
         "subject, ''::VARCHAR kind, 0::BIGINT row_id WHERE false)";
}

Result<std::string> WithdrawnSql(const lake::Lake& lake) {
  std::string ordinals;
  for (const lake::Batch& batch : TRY(lake.ListBatches())) {
    if (batch.withdrawn)
      ordinals += (ordinals.empty() ? "" : ", ") + lake::Quote(std::to_string(batch.manifest.ordinal));
  }
  if (ordinals.empty()) return std::string("false");
  return "list_has_any(string_split(batches, ','), [" + ordinals + "])";
}

}  // namespace yijian::audit
