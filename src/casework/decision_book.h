// Decisions and measures as they are stored. Internal to casework.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/decision_steps.h"
#include "casework/job.h"

namespace yijian::casework {

struct MeasureRow {
  int64_t id = 0;
  MeasureKind kind = MeasureKind::kInconclusive;
  MeasureState state = MeasureState::kPlanned;
  Fen amount = 0;
  Fen done = 0;
  std::string until_day;
};

struct DecisionRow {
  int64_t id = 0;
  std::string no;
  int64_t case_id = 0;
  DecisionState state = DecisionState::kDraft;
  Fen amount = 0;
  Fen confirmed = 0;
  int level = 1;
  bool hearing = false;
  int64_t drafted_by = 0;
  int64_t version = 0;
  std::vector<MeasureRow> measures;

  bool Has(MeasureKind kind) const;
  std::vector<MeasureKind> Kinds() const;
};

// Locked for the transaction.
Result<DecisionRow> LoadDecision(Job& job, int64_t id);
Status SetDecisionState(Job& job, DecisionRow& decision, DecisionState state);

// Confirmed lines with what no decision in force takes of them.
Result<std::vector<Share>> OpenShares(Job& job, int64_t case_id);
// The ledger of a decision that comes into force: lines decided, damages and fines due.
Status BookInForce(Job& job, const CaseRow& file, const DecisionRow& decision);
// decided_fen and recovered_fen of the case from its measures.
Status SumUpCase(Job& job, int64_t case_id);

std::string DecisionLink(int64_t id);

}  // namespace yijian::casework
