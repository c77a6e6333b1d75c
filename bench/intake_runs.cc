#include "intake_runs.h"

#include <algorithm>
#include <filesystem>

#include "city/city.h"
#include "intake/intake.h"
#include "lake/database.h"
#include "lake/durable.h"

namespace yijian::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kPersons = 13'000;
constexpr const char* kFiles[] = {"FEE_LIST_D.csv",       "MDTRT_D.csv",          "SETL_D.csv",
                                  "SETL_LIST_DIAG_D.csv", "SETL_LIST_OPRN_D.csv", "PSN_INFO_B.csv",
                                  "MEDINS_INFO_B.csv",    "RTAL_PHAC_B.csv",      "DR_INFO_B.csv"};

std::string SourcePath(const std::string& below) { return std::string(YIJIAN_SOURCE_DIR) + "/" + below; }

Result<json> MakeCity(const std::string& dir) {
  city::Options options{.persons = kPersons, .to = dir};
  city::Summary summary = TRY(city::Build(options, [](const city::Progress&) {}));
  return json{{"lines", summary.lines}};
}

Result<json> TakeInCity(const std::string& city, const std::string& lake) {
  TRY(lake::RemoveTree(lake));
  intake::Options options{.mapping = SourcePath("mappings/centre-tables.yaml"),
                          .lake = lake,
                          .dictionaries = SourcePath("rules/dictionaries"),
                          .threads = kThreads};
  for (const char* file : kFiles) options.files.push_back(city + "/" + file);
  double start = Seconds(), cpu = CpuSeconds();
  intake::Report report = TRY(intake::TakeIn(options));
  json said{{"seconds", Seconds() - start}, {"cpu", CpuSeconds() - cpu}};
  int64_t rows = 0, quarantined = 0;
  for (const auto& [name, table] : report.tables) rows += table.read, quarantined += table.quarantined;
  said["rows"] = rows;
  said["quarantined"] = quarantined;
  said["lines"] = report.tables["fee_line"].read;
  return said;
}

Result<json> CountCsv(const std::string& city) {
  lake::Connection connection = TRY(lake::OpenConnection({.threads = kThreads}));
  double start = Seconds();
  TRY(connection.QueryInt("SELECT count(*) FROM read_csv(" + lake::Quote(city + "/FEE_LIST_D.csv") +
                          ", all_varchar = true, header = true)"));
  return json{{"seconds", Seconds() - start}};
}

}  // namespace

Result<IntakeRun> RunIntake(const std::string& parent, int times) {
  std::string city = parent + "/city-" + std::to_string(kPersons);
  if (!fs::exists(city)) TRY(InChild([&] { return MakeCity(city); }).While("making " + city));
  IntakeRun best{.seconds = 1e9, .csv_seconds = 1e9};
  for (int i = 0; i < times; i++) {
    Measured csv = TRY(InChild([&] { return CountCsv(city); }));
    best.csv_seconds = std::min(best.csv_seconds, csv.said["seconds"].get<double>());
    Measured taken = TRY(InChild([&] { return TakeInCity(city, parent + "/city-lake"); }));
    best.rss_mib = std::max(best.rss_mib, taken.rss_mib);
    if (taken.said["seconds"] >= best.seconds) continue;
    best.seconds = taken.said["seconds"];
    best.cpu = taken.said["cpu"];
    best.lines = taken.said["lines"];
    best.rows = taken.said["rows"];
    best.quarantined = taken.said["quarantined"];
  }
  return best;
}

}  // namespace yijian::bench
