// Decisions, approvals, flows as screens see them. Contract in views.h.
#include <algorithm>

#include "base/words.h"
#include "casework/decision_book.h"
#include "casework/views.h"

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Row;

json MeasureOf(const Row& row) {
  auto due = row.MaybeInt("due_at");
  return {{"id", WireId('m', row.Int("id"))},
          {"kind", row.Text("kind")},
          {"state", row.Text("state")},
          {"article", OrNull(row.MaybeText("article"))},
          {"amount_fen", OrNull(row.MaybeInt("amount_fen"))},
          {"done_fen", row.Int("done_fen")},
          {"multiple", OrNull(row.MaybeText("multiple"))},
          {"from", OrNull(row.MaybeText("from_day"))},
          {"until", OrNull(row.MaybeText("until_day"))},
          {"target", OrNull(row.MaybeText("target"))},
          {"note", OrNull(row.MaybeText("note"))},
          {"due_at", MomentOrNull(due && *due > 0 ? due : std::nullopt)}};
}

constexpr const char* kApprovalSelect =
    "SELECT a.*, d.no AS decision_no, d.amount_fen, d.drafted_by, c.no AS case_no, c.title AS case_title, "
    "c.institution_name, c.institution, c.handler FROM approval a "
    "JOIN decision d ON d.id = a.decision_id JOIN case_file c ON c.id = a.case_id ";

const char* StepState(int level, const Row& approval, StepResult result) {
  int open = static_cast<int>(approval.Int("step"));
  if (level > open) return "waiting";
  switch (result) {
    case StepResult::kPassed:
      return "passed";
    case StepResult::kReturned:
      return "returned";
    case StepResult::kRefused:
      return "refused";
    case StepResult::kOpen:
      break;
  }
  return approval.Text("state") == "running" ? "open" : "waiting";
}

Result<json> ApprovalOf(Job& job, const Row& row) {
  int64_t id = row.Int("id");
  Flow flow = TRY(LoadFlow(job, row.Int("flow")));
  auto needed = ParseJson(row.Text("needed_json")).get<std::vector<int>>();
  std::vector<CastVote> cast;
  std::vector<std::pair<int, json>> shown_votes;
  for (const auto& vote :
       TRY(job.session.Query("SELECT * FROM approval_vote WHERE approval_id = ? ORDER BY at, user_id", {id}))) {
    cast.push_back({static_cast<int>(vote.Int("step")), vote.Int("user_id"), *ParseBallot(vote.Text("vote"))});
    shown_votes.emplace_back(static_cast<int>(vote.Int("step")),
                             json{{"user", WireId('u', vote.Int("user_id"))},
                                  {"name", TRY(NameOfUser(job, vote.Int("user_id")))},
                                  {"vote", vote.Text("vote")},
                                  {"comment", OrNull(vote.MaybeText("comment"))},
                                  {"at", FormatMoment(vote.Int("at"))}});
  }
  json steps = json::array();
  for (int level = 1; level <= row.Int("level"); level++) {
    const FlowStep& step = flow.steps.at(static_cast<size_t>(level - 1));
    int votes =
        static_cast<size_t>(level) <= needed.size() ? needed[static_cast<size_t>(level - 1)] : VotesNeeded(step, 1);
    json shown = {{"step", level},           {"name_zh", step.name_zh}, {"name_en", step.name_en}, {"role", step.role},
                  {"rule", Name(step.rule)}, {"votes_needed", votes},   {"votes", json::array()}};
    shown["state"] = StepState(level, row, Tally(level, votes, cast));
    for (const auto& [at, vote] : shown_votes) {
      if (at == level) shown["votes"].push_back(vote);
    }
    steps.push_back(std::move(shown));
  }
  json measures = json::array();
  for (const auto& measure :
       TRY(job.session.Query("SELECT kind FROM measure WHERE decision_id = ? ORDER BY id", {row.Int("decision_id")})))
    measures.push_back(measure.Text("kind"));

  // Whether this person may vote now, by the rule that decides it.
  CaseRow file = TRY(LoadCase(job, row.Int("case_id")));
  int open = static_cast<int>(row.Int("step"));
  CasePeople people{file.handler, file.assistants, row.Int("drafted_by"), row.Int("submitted_by"), file.recused};
  auto why =
      RefuseVote({job.actor.user, job.actor.roles}, people, flow.steps.at(static_cast<size_t>(open - 1)), open, cast);
  bool running = row.Text("state") == "running";
  bool my_level = job.actor.Is(flow.steps.at(static_cast<size_t>(open - 1)).role);
  return json{{"id", WireId('v', id)},
              {"decision", WireId('d', row.Int("decision_id"))},
              {"decision_no", row.Text("decision_no")},
              {"case", WireId('a', row.Int("case_id"))},
              {"case_no", row.Text("case_no")},
              {"case_title", row.Text("case_title")},
              {"institution_name", row.Text("institution_name")},
              {"amount_fen", row.Int("amount_fen")},
              {"measures", std::move(measures)},
              {"state", row.Text("state")},
              {"flow", WireId('f', flow.id)},
              {"flow_version", flow.version},
              {"level", row.Int("level")},
              {"step", open},
              {"submitted_at", FormatMoment(row.Int("submitted_at"))},
              {"submitted_by_name", TRY(NameOfUser(job, row.Int("submitted_by")))},
              {"due_at", MomentOrNull(row.MaybeInt("due_at"))},
              {"waiting_for_me", running && !why},
              {"why_not_zh", running && why && my_level ? json(why->zh) : json()},
              {"why_not_en", running && why && my_level ? json(why->en) : json()},
              {"steps", std::move(steps)}};
}

Result<json> FlowOf(Job& job, const Row& row, int64_t newest) {
  auto running = TRY(job.session.QueryOne(
      "SELECT COUNT(*) AS n FROM case_file WHERE flow = ? AND state NOT IN ('closed', 'transferred', 'ended')",
      {row.Int("id")}));
  auto by = row.MaybeInt("created_by");
  return json{{"id", WireId('f', row.Int("id"))},
              {"name", row.Text("name")},
              {"version", row.Int("version")},
              {"steps", ParseJson(row.Text("steps_json"))},
              {"levels", ParseJson(row.Text("levels_json"))},
              {"current", row.Int("id") == newest},
              {"running", running->Int("n")},
              {"created_at", FormatMoment(row.Int("created_at"))},
              {"created_by", TRY(NameOfUser(job, by.value_or(0)))},
              {"reason", row.Text("reason")}};
}

std::vector<std::string> DecisionActions(const Job& job, const CaseRow& file, DecisionState state) {
  std::vector<std::string> actions;
  bool works = file.Works(job.actor.user) && job.bureau.May(job.actor, "decision.draft");
  if (works && !Refuse(state, DecisionStep::kChange)) actions.insert(actions.end(), {"change", "submit"});
  if (works && !Refuse(state, DecisionStep::kDeliver)) actions.emplace_back("deliver");
  if (job.bureau.May(job.actor, "measure.execute") && !Refuse(state, DecisionStep::kExecute))
    actions.emplace_back("execute");
  if (job.bureau.May(job.actor, "decision.reverse") && !Refuse(state, DecisionStep::kReverse) &&
      !Refuse(file.state, CaseStep::kReverse))
    actions.emplace_back("reverse");
  if (job.bureau.May(job.actor, "document.make")) actions.emplace_back("document");
  return actions;
}

}  // namespace

Result<json> MeasuresOf(Job& job, const std::string& institution) {
  TRY(RequirePermission(job, "case.see"));
  Where where;
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "c", "id", seen);
  where.And(sees, seen);
  where.And("c.institution = ?", {institution});
  where.And("d.state IN ('delivered', 'executed')");
  json measures = json::array();
  for (const auto& row : TRY(job.session.Query(
           "SELECT m.* FROM measure m JOIN decision d ON d.id = m.decision_id JOIN case_file c ON c.id = m.case_id "
           "WHERE " +
               where.text + " ORDER BY m.id DESC LIMIT 50",
           where.values)))
    measures.push_back(MeasureOf(row));
  return measures;
}

Result<json> DecisionView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  auto row =
      TRY(job.session.QueryOne("SELECT d.*, c.no AS case_no, c.institution_name FROM decision d JOIN case_file c ON "
                               "c.id = d.case_id WHERE d.id = ?",
                               {id}));
  if (!row) return NotFound("no such decision", "没有此处理决定");
  auto loaded = LoadCase(job, row->Int("case_id"));
  if (!loaded)
    return loaded.error().code == ErrorCode::kNotFound ? NotFound("no such decision", "没有此处理决定")
                                                       : loaded.error();
  bool served = !row->IsNull("delivered_at");
  if (!job.actor.institution.empty() && !served)
    return NotFound("no such decision", "没有此处理决定");  // not its to see before it is delivered
  json shown = {{"id", WireId('d', id)},
                {"no", row->Text("no")},
                {"case", WireId('a', row->Int("case_id"))},
                {"case_no", row->Text("case_no")},
                {"institution_name", row->Text("institution_name")},
                {"state", row->Text("state")},
                {"facts", row->Text("facts")},
                {"reasons", row->Text("reasons")},
                {"articles", ParseJson(row->Text("articles_json"))},
                {"measures", json::array()},
                {"amount_fen", row->Int("amount_fen")},
                {"confirmed_fen", row->Int("confirmed_fen")},
                {"level", row->Int("level")},
                {"level_why_zh", row->Text("level_why_zh")},
                {"level_why_en", row->Text("level_why_en")},
                {"drafted_by", WireId('u', row->Int("drafted_by"))},
                {"drafted_by_name", TRY(NameOfUser(job, row->Int("drafted_by")))},
                {"drafted_at", FormatMoment(row->Int("drafted_at"))},
                {"approval", nullptr},
                {"delivered_at", MomentOrNull(row->MaybeInt("delivered_at"))},
                {"reversed_reason", OrNull(row->MaybeText("reversed_reason"))},
                {"version", row->Int("version")}};
  for (const auto& measure : TRY(job.session.Query("SELECT * FROM measure WHERE decision_id = ? ORDER BY id", {id})))
    shown["measures"].push_back(MeasureOf(measure));
  if (job.actor.institution.empty()) {
    auto approval = TRY(job.session.QueryOne(
        std::string(kApprovalSelect) + "WHERE a.decision_id = ? ORDER BY a.id DESC LIMIT 1", {id}));
    if (approval) shown["approval"] = TRY(ApprovalOf(job, *approval));
    bool waits = approval && shown["approval"]["waiting_for_me"].get<bool>();
    shown["actions"] = DecisionActions(job, *loaded, *Parse<DecisionState>(row->Text("state")));
    if (waits) shown["actions"].push_back("vote");
  } else {
    shown["actions"] = json::array();
  }
  auto document = TRY(job.session.QueryOne(
      "SELECT id FROM document WHERE object_kind = 'decision' AND object_id = ? ORDER BY id DESC LIMIT 1", {id}));
  shown["document"] = document ? json(WireId('w', document->Int("id"))) : json();
  return shown;
}

Result<json> ApprovalList(Job& job, const std::string& view, const Paging& paging) {
  if (!job.actor.institution.empty()) return NotFound("no approvals", "没有审批");
  TRY(RequirePermission(job, "case.see"));
  Where where;
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "a", "case_id", seen);
  where.And(sees, seen);
  if (view == "waiting") {
    // What RefuseVote asks, in SQL: my level, not my own work, no vote of mine before, not recused.
    std::string roles;
    store::Values values;
    for (const auto& role : job.actor.roles) {
      roles += roles.empty() ? "?" : ", ?";
      values.emplace_back(role);
    }
    if (roles.empty()) return json{{"rows", json::array()}, {"total", 0}};
    int64_t me = job.actor.user;
    where.And("a.state = 'running' AND a.role IN (" + roles + ")", values);
    where.And("c.handler <> ? AND d.drafted_by <> ? AND a.submitted_by <> ?", {me, me, me});
    where.And("NOT EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = a.id AND v.user_id = ?)", {me});
    where.And("NOT EXISTS (SELECT 1 FROM case_person p WHERE p.case_id = a.case_id AND p.user_id = ?)", {me});
  } else if (view == "done") {
    where.And("EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = a.id AND v.user_id = ?)", {job.actor.user});
  }
  auto count =
      TRY(job.session.QueryOne("SELECT COUNT(*) AS n FROM approval a JOIN decision d ON d.id = a.decision_id JOIN "
                               "case_file c ON c.id = a.case_id WHERE " +
                                   where.text,
                               where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           kApprovalSelect + ("WHERE " + where.text) + " ORDER BY a.submitted_at DESC, a.id DESC LIMIT ? OFFSET ?",
           values)))
    rows.push_back(TRY(ApprovalOf(job, row)));
  return json{{"rows", std::move(rows)}, {"total", count->Int("n")}};
}

Result<json> ApprovalView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  auto row = TRY(job.session.QueryOne(std::string(kApprovalSelect) + "WHERE a.id = ?", {id}));
  bool seen = row && job.actor.institution.empty() && TRY(Sees(job, {row->Int("case_id"), row->Text("area"), ""}));
  if (!seen) return NotFound("no such approval", "没有此审批");
  return ApprovalOf(job, *row);
}

Result<json> FlowList(Job& job) {
  auto rows = TRY(job.session.Query("SELECT * FROM approval_flow ORDER BY id DESC"));
  json flows = json::array();
  for (const auto& row : rows) flows.push_back(TRY(FlowOf(job, row, rows[0].Int("id"))));
  return flows;
}

Result<json> FlowView(Job& job, int64_t id) {
  for (auto& flow : TRY(FlowList(job))) {
    if (flow["id"] == WireId('f', id)) return std::move(flow);
  }
  return NotFound("no such flow", "没有此审批流程");
}

}  // namespace yijian::casework
