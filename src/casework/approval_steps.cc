// Approval of a decision. Contract in decision_steps.h.
#include <algorithm>

#include "base/words.h"
#include "casework/clock_book.h"
#include "casework/decision_book.h"
#include "casework/notices.h"

namespace yijian::casework {
namespace {

struct ApprovalRow {
  int64_t id = 0;
  int64_t decision = 0;
  int64_t case_id = 0;
  int64_t flow = 0;
  std::string area;
  std::string state;
  int level = 1;
  int step = 1;
  int64_t submitted_by = 0;
  std::vector<int> needed;  // by step, of those that have opened
};

Result<ApprovalRow> LoadApproval(Job& job, int64_t id) {
  auto row =
      TRY(job.session.QueryOne(std::string("SELECT * FROM approval WHERE id = ?") + job.session.ForUpdate(), {id}));
  if (!row) return NotFound("no such approval", "没有此审批");
  ApprovalRow approval{
      .id = id, .decision = row->Int("decision_id"), .case_id = row->Int("case_id"), .flow = row->Int("flow")};
  approval.area = row->Text("area");
  approval.state = row->Text("state");
  approval.level = static_cast<int>(row->Int("level"));
  approval.step = static_cast<int>(row->Int("step"));
  approval.submitted_by = row->Int("submitted_by");
  approval.needed = ParseJson(row->Text("needed_json")).get<std::vector<int>>();
  return approval;
}

Result<std::vector<CastVote>> LoadVotes(Job& job, int64_t approval) {
  std::vector<CastVote> votes;
  for (const auto& row : TRY(job.session.Query(
           "SELECT step, user_id, vote FROM approval_vote WHERE approval_id = ? ORDER BY at, user_id", {approval}))) {
    votes.push_back({static_cast<int>(row.Int("step")), row.Int("user_id"), *ParseBallot(row.Text("vote"))});
  }
  return votes;
}

CasePeople PeopleOf(const CaseRow& file, const DecisionRow& decision, int64_t submitter) {
  return {.handler = file.handler,
          .assistants = file.assistants,
          .drafter = decision.drafted_by,
          .submitter = submitter,
          .recused = file.recused};
}

// Opens a step: who could vote is counted now, and told.
Status OpenStep(Job& job, ApprovalRow& approval, const CaseRow& file, const DecisionRow& decision, const Flow& flow) {
  const FlowStep& step = flow.steps.at(static_cast<size_t>(approval.step - 1));
  auto votes = TRY(LoadVotes(job, approval.id));
  std::vector<int64_t> eligible;
  for (const auto& person : TRY(PeopleWithRole(job, step.role, file.area))) {
    Voter voter{person.user, person.roles};
    if (!RefuseVote(voter, PeopleOf(file, decision, approval.submitted_by), step, approval.step, votes))
      eligible.push_back(person.user);
  }
  approval.needed.push_back(VotesNeeded(step, static_cast<int>(eligible.size())));
  EpochMs due = TRY(StartClocks(job, "step_opened",
                                {.file = &file,
                                 .object_kind = "approval",
                                 .object = approval.id,
                                 .voter_role = step.role,
                                 .length = step.working_days}));
  nlohmann::json needed = approval.needed;
  TRY(job.session.Execute("UPDATE approval SET step = ?, role = ?, needed_json = ?, due_at = ? WHERE id = ?",
                          {int64_t{approval.step}, step.role, needed.dump(), due, approval.id}));
  return Tell(job, eligible,
              {"approval", step.name_zh + ":" + decision.no + "," + FormatFen(decision.amount) + "元",
               step.name_en + ": " + decision.no + ", " + FormatFen(decision.amount) + " yuan",
               "/approvals/" + WireId('v', approval.id)});
}

Status Finish(Job& job, const ApprovalRow& approval, const char* state) {
  TRY(job.session.Execute("UPDATE approval SET state = ?, finished_at = ?, due_at = NULL WHERE id = ?",
                          {std::string(state), job.now, approval.id}));
  return {};
}

Status ComeIntoForce(Job& job, const ApprovalRow& approval, CaseRow& file, DecisionRow& decision) {
  TRY(Finish(job, approval, "agreed"));
  TRY(SetDecisionState(job, decision, DecisionState::kInForce));
  TRY(job.session.Execute("UPDATE decision SET in_force_at = ? WHERE id = ?", {job.now, decision.id}));
  TRY(BookInForce(job, file, decision));
  TRY(StopClocks(job, "decision", "case", file.id));
  TRY(StopClocks(job, "agency_decision", "case", file.id));
  TRY(StartClocks(job, "decision_in_force", {.file = &file, .object_kind = "decision", .object = decision.id}));
  if (decision.Has(MeasureKind::kTransfer)) {
    TRY(StopClocks(job, "transfer_decide", "decision", decision.id));
    TRY(StartClocks(job, "transfer_decided", {.file = &file, .object_kind = "decision", .object = decision.id}));
  }
  TRY(SetState(job, file, CaseState::kDecided));
  TRY(AddEvent(job, file.id,
               {"in_force", "处理决定" + decision.no + "经" + std::to_string(decision.level) + "级审批通过,生效",
                "decision " + decision.no + " is in force", "", DecisionLink(decision.id)}));
  return TellTeam(
      job, file,
      {"agreed", decision.no + "已审批通过,请送达", decision.no + " is approved: deliver it", CaseLink(file.id)});
}

Status ComeBack(Job& job, const ApprovalRow& approval, CaseRow& file, DecisionRow& decision, StepResult result,
                const std::string& comment) {
  bool returned = result == StepResult::kReturned;
  TRY(Finish(job, approval, returned ? "returned" : "refused"));
  TRY(StopClocks(job, "transfer_decide", "decision", decision.id, false));
  TRY(SetDecisionState(job, decision, returned ? DecisionState::kReturned : DecisionState::kRefused));
  TRY(SetState(job, file, CaseState::kDeciding));
  std::string zh = "处理决定" + decision.no + (returned ? "被退回" : "未获批准");
  std::string en = "decision " + decision.no + (returned ? " was returned" : " was refused");
  TRY(AddEvent(job, file.id, {returned ? "return" : "refuse", zh, en, comment, DecisionLink(decision.id)}));
  return TellTeam(
      job, file,
      {returned ? "returned" : "refused", zh + ":" + comment, en + ": " + comment, DecisionLink(decision.id)});
}

}  // namespace

Status SubmitDecision(Job& job, int64_t id, int64_t version) {
  DecisionRow decision = TRY(LoadDecision(job, id));
  CaseRow file = TRY(LoadCaseFor(job, decision.case_id, CaseStep::kSubmitDecision, {.permission = "decision.draft"}));
  if (decision.version != version) return StaleVersion("决定", "the decision");
  if (auto why = Refuse(decision.state, DecisionStep::kSubmit)) return ErrorOf(*why);
  auto running =
      TRY(job.session.QueryOne("SELECT no, appeal_due_at FROM opinion WHERE case_id = ? AND state IN ('issued', "
                               "'answered', 'reviewed', 'appealed')",
                               {file.id}));
  if (running) {
    return ErrorOf(
        {"opinion_open", "意见书" + running->Text("no") + "尚未确定(答复、复核或申诉期内),不能提交审批",
         "opinion " + running->Text("no") + " is not settled: the time to answer or appeal is still running"});
  }
  CaseSums sums = TRY(SumsOf(job, file));
  if (sums.confirmed_fen != decision.confirmed) {
    return ErrorOf({"amounts_changed",
                    "确认金额已由" + FormatFen(decision.confirmed) + "元变为" + FormatFen(sums.confirmed_fen) +
                        "元,请重新保存决定",
                    "the confirmed amount has changed since the draft: save it again"});
  }
  if (auto why = TRY(RefuseWithoutNotice(job, file, decision))) return ErrorOf(*why);
  Flow flow = TRY(LoadFlow(job, file.flow));
  ApprovalRow approval{.decision = id,
                       .case_id = file.id,
                       .flow = flow.id,
                       .area = file.area,
                       .level = decision.level,
                       .step = 1,
                       .submitted_by = job.actor.user};
  approval.id = TRY(job.session.Insert(
      "INSERT INTO approval (decision_id, case_id, flow, area, level, step, role, needed_json, state, submitted_at, "
      "submitted_by) "
      "VALUES (?, ?, ?, ?, ?, 1, ?, '[]', 'running', ?, ?) RETURNING id",
      {id, file.id, flow.id, file.area, int64_t{decision.level}, flow.steps.at(0).role, job.now, job.actor.user}));
  TRY(OpenStep(job, approval, file, decision, flow));
  if (decision.Has(MeasureKind::kTransfer))
    TRY(StartClocks(job, "transfer_proposed", {.file = &file, .object_kind = "decision", .object = id}));
  TRY(SetDecisionState(job, decision, DecisionState::kApproving));
  TRY(SetState(job, file, CaseState::kApproving));
  return AddEvent(job, file.id,
                  {"submit_decision", "处理决定" + decision.no + "提交" + std::to_string(decision.level) + "级审批",
                   "decision " + decision.no + " submitted for approval, level " + std::to_string(decision.level), "",
                   "/approvals/" + WireId('v', approval.id)});
}

Status VoteApproval(Job& job, int64_t id, const VoteInput& input) {
  ApprovalRow approval = TRY(LoadApproval(job, id));
  if (!TRY(Sees(job, {approval.case_id, approval.area, ""}))) return NotFound("no such approval", "没有此审批");
  TRY(RequirePermission(job, "approval.vote"));
  if (approval.state != "running") return ErrorOf({"not_in_this_state", "审批已结束", "the approval has ended"});
  // The approver's own part: he is on no team, so the case is loaded without asking for one.
  CaseRow file = TRY(LoadCase(job, approval.case_id));
  if (auto why = Refuse(file.state, CaseStep::kVoteApproval)) return ErrorOf(*why);
  DecisionRow decision = TRY(LoadDecision(job, approval.decision));
  Flow flow = TRY(LoadFlow(job, approval.flow));
  if (input.step < 1 || input.step > static_cast<int>(flow.steps.size()))
    return FieldErrors({{"/step", "a step of this approval", "本审批的级次"}});
  if (input.ballot != Ballot::kAgree && input.comment.empty()) return FieldErrors({{"/comment", "why", "理由"}});

  const FlowStep& step = flow.steps[static_cast<size_t>(input.step - 1)];
  auto votes = TRY(LoadVotes(job, id));
  if (auto why = RefuseVote({job.actor.user, job.actor.roles}, PeopleOf(file, decision, approval.submitted_by), step,
                            approval.step, votes)) {
    return why->code == "wrong_step" ? ErrorOf(*why) : Forbidden(*why);
  }
  TRY(job.session.Execute(
      "INSERT INTO approval_vote (approval_id, user_id, step, vote, comment, at) VALUES (?, ?, ?, ?, ?, ?)",
      {id, job.actor.user, int64_t{input.step}, std::string(Name(input.ballot)), store::TextOrNull(input.comment),
       job.now}));
  votes.push_back({input.step, job.actor.user, input.ballot});
  TRY(AddEvent(job, file.id,
               {"vote",
                step.name_zh + ":" + job.actor.name +
                    (input.ballot == Ballot::kAgree    ? "同意"
                     : input.ballot == Ballot::kReturn ? "退回"
                                                       : "不同意"),
                step.name_en + ": " + job.actor.name + " votes " + std::string(Name(input.ballot)), input.comment,
                "/approvals/" + WireId('v', id)}));

  StepResult result = Tally(approval.step, approval.needed.back(), votes);
  if (result == StepResult::kOpen) return Touch(job, file);
  TRY(StopClocks(job, "approval_step", "approval", id));
  if (result != StepResult::kPassed) return ComeBack(job, approval, file, decision, result, input.comment);
  if (approval.step == approval.level) return ComeIntoForce(job, approval, file, decision);
  approval.step++;
  TRY(OpenStep(job, approval, file, decision, flow));
  return Touch(job, file);
}

}  // namespace yijian::casework
