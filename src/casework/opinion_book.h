// Opinions as they are stored. Internal to casework.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/job.h"

namespace yijian::casework {

struct OpinionLineRow {
  int64_t line = 0;
  int64_t suspect = 0;
  Fen chk = 0;
  std::string answer;  // "", accept, contest
  std::optional<Fen> answer_fen;
  std::string review;  // "", uphold, lower, drop
  std::optional<Fen> review_fen;
  bool appealed = false;
  std::optional<Fen> panel_fen;
  std::optional<Fen> cnfm_fen;

  // Upheld or lowered to more than the institution accepts itself.
  bool MayBeAppealed() const { return !review.empty() && *review_fen > answer_fen.value_or(0); }
};

struct OpinionRow {
  int64_t id = 0;
  std::string no;
  int64_t case_id = 0;
  std::string institution;
  std::string institution_name;
  std::string area;
  OpinionState state = OpinionState::kIssued;
  EpochMs answer_due_at = 0;
  std::optional<EpochMs> appeal_due_at;
  int64_t version = 0;
  std::vector<OpinionLineRow> lines;
};

// Locked for the transaction; kNotFound when the actor may not see it.
Result<OpinionRow> LoadOpinion(Job& job, int64_t id);
Status SetOpinionState(Job& job, OpinionRow& opinion, OpinionState state);
// The panel has voted: its amounts bind, the opinion is settled.
Status SettleAppeal(Job& job, int64_t opinion_id);

}  // namespace yijian::casework
