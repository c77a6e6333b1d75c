// 点对点审核意见书: confirmed lines put to the institution, its answer, the second look, the appeal, the experts.
//
//   issued -> answered -> reviewed -> appealed -> settled       issued -> settled (all accepted)      issued -> overdue
//
// A line's confirmed amount (cnfm_vola_amt) is set once it can no longer change: accepted, not answered in time,
// dropped, settled by the panel, or not appealed in time. Ledger and clue follow in the same transaction. Every
// function is one step in one transaction (see job.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/job.h"

namespace yijian::casework {

struct OpinionInput {
  std::string text;
  std::optional<int> answer_days;  // working days; none: the setting
  std::vector<int64_t> lines;      // none: all confirmed lines not yet put to anybody
  int64_t version = 0;             // of the case
};
Result<int64_t> IssueOpinion(Job& job, int64_t case_id, const OpinionInput& input);

struct AnswerLine {
  int64_t line = 0;
  bool accept = false;
  std::optional<Fen> amount;  // contest: what it accepts all the same
  std::string reason;         // needed to contest
  std::vector<std::string> evidence;
};
struct AnswerInput {
  std::optional<std::string> remark;
  std::vector<AnswerLine> lines;
  int64_t version = 0;  // of the opinion
};
// A draft; or, with `submit`, the answer: every line, within the time.
Status AnswerOpinion(Job& job, int64_t opinion, const AnswerInput& input, bool submit);
// The time is over: what is not answered counts as accepted. For Tick.
Status ExpireOpinion(Job& job, int64_t opinion);

struct ReviewLine {
  int64_t line = 0;
  std::string review;  // uphold, lower, drop
  std::optional<Fen> amount;
  std::string reason;
};
struct ReviewInput {
  std::vector<ReviewLine> lines;
  int64_t version = 0;
};
// Some or all contested lines; after the last one the time to appeal begins (or nothing is left to appeal against).
Status ReviewAnswer(Job& job, int64_t opinion, const ReviewInput& input);

struct AppealInput {
  std::vector<int64_t> lines;
  std::string reason;
  std::vector<std::string> evidence;
  int64_t version = 0;
};
Result<int64_t> FileAppeal(Job& job, int64_t opinion, const AppealInput& input);
// No appeal came in time. For Tick.
Status LapseAppeal(Job& job, int64_t opinion);

struct DrawInput {
  int count = 3;
  std::string seed;            // empty: made
  std::vector<int64_t> named;  // instead of a draw
};
Status DrawExperts(Job& job, int64_t appeal, const DrawInput& input);
Status VoteAppeal(Job& job, int64_t appeal, const ReviewInput& input);

// Pure parts.
// The order of a draw: by SHA-256(seed + "u<id>"), so that anybody can repeat it.
std::vector<int64_t> DrawOrder(const std::string& seed, std::vector<int64_t> pool);
// What a panel decides of one line: the middle of the amounts, of an even number the lower middle. An uphold counts as
// what stands, a drop as nothing; so the majority binds, and a tie is for the institution. `amounts` not empty.
Fen PanelAmount(std::vector<Fen> amounts);

}  // namespace yijian::casework
