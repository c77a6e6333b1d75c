#include "audit/run_reader.h"

#include <filesystem>
#include <fstream>
#include <map>
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
  // A run that found nothing wrote no such file.
  static const std::map<std::string, std::string> columns{
      {"findings",
       "finding_id VARCHAR, rule VARCHAR, rule_version INTEGER, class VARCHAR, severity VARCHAR, subject_kind VARCHAR, "
       "subject VARCHAR, fixmedins_code VARCHAR, mdtrt_id VARCHAR, event_time TIMESTAMP, amount DECIMAL(18,2), "
       "attributed DECIMAL(18,2), fund DECIMAL(18,2), amount_unknown BOOLEAN, message_zh VARCHAR, message_en VARCHAR, "
       "facts VARCHAR, batches VARCHAR"},
      {"rows",
       "finding_id VARCHAR, ordinal INTEGER, kind VARCHAR, row_id BIGINT, charged BOOLEAN, amount DECIMAL(18,2), "
       "attributed DECIMAL(18,2), units DECIMAL(18,6)"},
      {"unknowns",
       "rule VARCHAR, fixmedins_code VARCHAR, reason VARCHAR, rows BIGINT, subject VARCHAR, kind VARCHAR, row_id "
       "BIGINT"}};
  return "(SELECT unnest(none) FROM (SELECT NULL::STRUCT(" + columns.at(table) + ") AS none) WHERE false)";
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
