#include "engine_runs.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "audit/run.h"
#include "eval/evaluate.h"
#include "lake/durable.h"
#include "lake/snapshot.h"
#include "pack/load.h"

namespace yijian::bench {
namespace {

using nlohmann::json;
using timeline::FieldInfo;
using timeline::Kind;

std::string SourcePath(const std::string& below) { return std::string(YIJIAN_SOURCE_DIR) + "/" + below; }

Result<json> Audit(const std::string& dir, const std::vector<std::string>& ids) {
  program::RuleSet rules = TRY(LoadChosen(ids));
  TRY(lake::RemoveTree(dir + "/findings"));
  double start = Seconds(), cpu = CpuSeconds();
  audit::AuditReport report = TRY(audit::RunAudit({.lake = dir, .threads = kThreads}, rules, nullptr));
  return json{{"seconds", Seconds() - start},
              {"cpu", CpuSeconds() - cpu},
              {"load", report.load_seconds},
              {"evaluate", report.evaluate_seconds},
              {"write", report.write_seconds},
              {"lines", report.lines},
              {"visits", report.visits},
              {"persons", report.persons},
              {"findings", report.total.findings},
              {"unknowns", report.unknowns},
              {"run", report.run}};
}

// "SELECT max(a), max(b) FROM read_parquet([...])"; empty when nothing of the kind is wanted.
std::string MaxOfColumns(const lake::Snapshot& snapshot, Kind kind, const std::vector<bool>& fields, int* columns) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  std::vector<std::string> files;
  for (const auto& file : snapshot.FilesOf(info.table, snapshot.all())) files.push_back(file.path);
  if (files.empty() || std::ranges::count(fields, true) == 0) return "";
  std::string list = "max(psn_key), max(row_id), max(live)";
  *columns += 3;
  if (kind != Kind::kPerson) list += ", max(mdtrt_key)", ++*columns;
  for (size_t i = 0; i < fields.size(); i++) {
    const FieldInfo& field = timeline::Fields(kind)[i];
    bool is_sum = kind == Kind::kVisit && field.type == timeline::FieldType::kMoney;
    bool is_key = field.column == "psn_key" || field.column == "mdtrt_key";
    if (!fields[i] || is_sum || is_key) continue;
    bool is_code = field.storage == timeline::Storage::kCodeId;
    list += ", max(" + std::string(field.column) + (is_code ? "_id)" : ")");
    ++*columns;
  }
  return "SELECT " + list + " FROM read_parquet(" + lake::QuoteList(files) + ")";
}

Result<json> Scan(const std::string& dir, const std::vector<std::string>& ids, int times) {
  program::RuleSet rules = TRY(LoadChosen(ids));
  lake::Lake lake = TRY(lake::Lake::Open(dir));
  auto snapshot = TRY(lake::Snapshot::Take(lake));
  auto bound = TRY(eval::Bind(rules, *snapshot->codes()));
  program::FieldSet fields = eval::FieldsOf(*bound, program::Subject::kPerson);
  lake::Connection connection = TRY(lake::OpenConnection({.threads = kThreads}));
  double best = 1e9;
  int columns = 0;
  for (int i = 0; i < times; i++) {
    columns = 0;
    double start = Seconds();
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      std::string sql = MaxOfColumns(*snapshot, info.kind, fields[static_cast<size_t>(info.kind)], &columns);
      if (!sql.empty()) TRY(connection.Execute(sql));
    }
    best = std::min(best, Seconds() - start);
  }
  return json{{"seconds", best}, {"columns", columns}};
}

}  // namespace

Result<program::RuleSet> LoadChosen(const std::vector<std::string>& ids) {
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules({SourcePath("rules/packs")}, diagnostics);
  std::erase_if(rules.rules, [&](const program::Rule& rule) { return std::ranges::count(ids, rule.id) == 0; });
  if (rules.rules.size() < ids.size()) {
    return InvalidInput("a rule of the list is not in the packs: " + diagnostics.Render());
  }
  return rules;
}

Result<std::vector<std::string>> ReadRuleList(const std::string& name) {
  std::istringstream text(TRY(lake::ReadWhole(SourcePath("bench/" + name))));
  std::vector<std::string> ids;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    for (std::string id; words >> id;) ids.push_back(id);
  }
  return ids;
}

Result<EngineRun> RunEngine(const std::string& lake, const std::vector<std::string>& rules, int times) {
  EngineRun best{.seconds = 1e9};
  double rss_mib = 0;
  for (int i = 0; i < times; i++) {
    Measured measured = TRY(InChild([&] { return Audit(lake, rules); }));
    const json& said = measured.said;
    rss_mib = std::max(rss_mib, measured.rss_mib);
    if (said["seconds"] >= best.seconds) continue;
    best = {.seconds = said["seconds"],
            .cpu = said["cpu"],
            .load = said["load"],
            .evaluate = said["evaluate"],
            .write = said["write"],
            .lines = said["lines"],
            .visits = said["visits"],
            .persons = said["persons"],
            .findings = said["findings"],
            .unknowns = said["unknowns"],
            .run = said["run"]};
  }
  best.rss_mib = rss_mib;
  return best;
}

Result<Floor> ScanColumns(const std::string& lake, const std::vector<std::string>& rules, int times) {
  Measured measured = TRY(InChild([&] { return Scan(lake, rules, times); }));
  return Floor{measured.said["seconds"], measured.said["columns"]};
}

}  // namespace yijian::bench
