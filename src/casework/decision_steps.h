// A decision: drafted on the confirmed lines, approved by up to four levels, delivered, executed, reversed.
//
// Amounts are computed (sanctions.h), never typed: refusals and refunds take all confirmed money that no other decision
// in force takes, shared out over the lines; a fine is base x multiple. Once in force the ledger moves; a reversal
// moves it back by counter-entries. Every function is one step in one transaction (see job.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/approval_flow.h"
#include "casework/case_steps.h"
#include "casework/job.h"

namespace yijian::casework {

struct DecisionInput {
  std::string facts;
  std::string reasons;
  std::vector<std::string> articles;
  std::vector<PlannedMeasure> measures;
  int64_t version = 0;  // of the case when drafting, of the decision when changing
};
Result<int64_t> DraftDecision(Job& job, int64_t case_id, const DecisionInput& input);
Status ChangeDecision(Job& job, int64_t decision, const DecisionInput& input);
// Begins the approval; the level follows from amount and measures by the flow the case began with.
Status SubmitDecision(Job& job, int64_t decision, int64_t version);

struct VoteInput {
  int step = 1;
  Ballot ballot = Ballot::kAgree;
  std::string comment;  // needed to return or refuse
};
Status VoteApproval(Job& job, int64_t approval, const VoteInput& input);

struct DeliverInput {
  std::string way;  // on_the_spot, electronic, post, public_notice
  std::string note;
  int64_t version = 0;
};
Status DeliverDecision(Job& job, int64_t decision, const DeliverInput& input);

struct ExecuteInput {
  std::string way;  // received, deducted, written_off, held, begun, ended, receipted
  std::optional<Fen> amount;
  std::string receipt;
  std::optional<Date> day;
  std::string note;
  int64_t version = 0;  // of the decision
};
Status ExecuteMeasure(Job& job, int64_t measure, const ExecuteInput& input);

Status ReverseDecision(Job& job, int64_t decision, const ReasonInput& input);

// What a case may be sanctioned with now: its track, its subject, the confirmed money no decision in force takes.
Result<CaseSums> SumsOf(Job& job, const CaseRow& file);

// Flows. The first one is made when a store is opened for the first time.
Status EnsureFlow(Job& job);
Result<Flow> LoadFlow(Job& job, int64_t id);
Result<int64_t> AddFlowVersion(Job& job, Flow flow, const std::string& reason);
nlohmann::json StepsJson(const Flow& flow);
nlohmann::json LevelsJson(const Flow& flow);

// Pure: shares `amount` out over what the lines have left, first come first served; adds up to it exactly.
// CHECKs that it fits.
using Share = LineAmount;
std::vector<Share> ShareOut(Fen amount, std::vector<Share>& left);

}  // namespace yijian::casework
