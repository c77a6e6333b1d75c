// Self-inspection (自查自纠): the bureau asks, the institution goes through the negative list and what the rules found
// in its own data, admits and refunds; accepted refunds enter the ledger.
//
// A refund first settles whole lines that the item's rules found and nobody has decided yet, so that no yuan is counted
// twice; what remains is booked as a suspect of its own that the institution brought (a clue of source 'inspection',
// closed at once). Every function is one step in one transaction (see job.h).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "casework/job.h"
#include "casework/views.h"

namespace yijian::casework {

struct AskInput {
  std::string title;
  std::vector<std::string> institutions;
  Date due = 0;
  std::optional<Date> from;
  std::optional<Date> until;
};
// How many were started; each gets the items that concern its kind, with what the rules found in its open clues.
Result<int64_t> StartSelfChecks(Job& job, const AskInput& input);

struct SelfCheckAnswer {
  std::string code;
  std::optional<bool> admitted;
  std::optional<Fen> admitted_fen;
  std::optional<Fen> refund_fen;
  std::optional<std::string> note;
};
Status SaveSelfCheck(Job& job, int64_t id, int64_t version, const std::vector<SelfCheckAnswer>& answers);
Status SubmitSelfCheck(Job& job, int64_t id, int64_t version);
Status ReviewSelfCheck(Job& job, int64_t id, int64_t version, bool accept, const std::string& reason);

Result<nlohmann::json> SelfCheckList(Job& job, const std::string& institution, const std::string& state,
                                     const Paging& paging);
Result<nlohmann::json> SelfCheckView(Job& job, int64_t id);
nlohmann::json NegativeListView(const Rules& rules);

}  // namespace yijian::casework
