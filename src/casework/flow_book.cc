// Approval flows as they are stored: versions, only added. Contract in decision_steps.h.
#include "base/words.h"
#include "casework/decision_steps.h"

namespace yijian::casework {
namespace {

using nlohmann::json;

Status Insert(Job& job, const Flow& flow, const std::string& reason) {
  TRY(
      job.session.Execute("INSERT INTO approval_flow (name, version, steps_json, levels_json, created_at, created_by, "
                          "reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
                          {flow.name, int64_t{flow.version}, StepsJson(flow).dump(), LevelsJson(flow).dump(), job.now,
                           job.actor.user == 0 ? store::Value() : store::Value(job.actor.user), reason}));
  return {};
}

}  // namespace

json StepsJson(const Flow& flow) {
  json steps = json::array();
  for (const auto& step : flow.steps) {
    steps.push_back({{"level", step.level},
                     {"role", step.role},
                     {"name_zh", step.name_zh},
                     {"name_en", step.name_en},
                     {"rule", Name(step.rule)},
                     {"votes", step.votes},
                     {"working_days", step.working_days}});
  }
  return steps;
}

json LevelsJson(const Flow& flow) {
  json levels = json::array();
  for (const auto& rule : flow.levels) {
    json entry = {{"level", rule.level}, {"measures", json::array()}};
    if (rule.from_fen) entry["from_fen"] = *rule.from_fen;
    for (auto kind : rule.measures) entry["measures"].push_back(Name(kind));
    levels.push_back(std::move(entry));
  }
  return levels;
}

Result<Flow> LoadFlow(Job& job, int64_t id) {
  auto row = TRY(job.session.QueryOne("SELECT * FROM approval_flow WHERE id = ?", {id}));
  if (!row) return NotFound("no such flow", "没有此审批流程");
  Flow flow{.id = id, .name = row->Text("name"), .version = static_cast<int>(row->Int("version"))};
  for (const auto& step : ParseJson(row->Text("steps_json"))) {
    flow.steps.push_back({step["level"].get<int>(), step["role"].get<std::string>(), step["name_zh"].get<std::string>(),
                          step["name_en"].get<std::string>(), *ParseVoteRule(step["rule"].get<std::string>()),
                          step["votes"].get<int>(), step["working_days"].get<int>()});
  }
  for (const auto& rule : ParseJson(row->Text("levels_json"))) {
    FlowLevelRule level{.level = rule["level"].get<int>()};
    if (rule.contains("from_fen")) level.from_fen = rule["from_fen"].get<Fen>();
    for (const auto& kind : rule["measures"]) level.measures.push_back(*Parse<MeasureKind>(kind.get<std::string>()));
    flow.levels.push_back(std::move(level));
  }
  return flow;
}

Status EnsureFlow(Job& job) {
  if (TRY(job.session.QueryOne("SELECT id FROM approval_flow LIMIT 1"))) return {};
  return Insert(job, DefaultFlow(), "初始流程(本系统默认,由本级设定)");
}

Result<int64_t> AddFlowVersion(Job& job, Flow flow, const std::string& reason) {
  TRY(RequirePermission(job, "flow.change"));
  auto problems = CheckFlow(flow);
  if (!problems.empty()) return FieldErrors(std::move(problems));
  auto newest =
      TRY(job.session.QueryOne("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM approval_flow"));
  flow.version = static_cast<int>(newest->Int("version")) + 1;
  TRY(Insert(job, flow, reason));
  auto made = TRY(job.session.QueryOne("SELECT id FROM approval_flow ORDER BY id DESC LIMIT 1"));
  TRY(Record(job, {"flow.add", "flow", WireId('f', made->Int("id")),
                   "version " + std::to_string(flow.version) + ": " + reason}));
  return made->Int("id");
}

}  // namespace yijian::casework
