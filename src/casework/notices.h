// What must be said before a penalty (行政处罚法 44, 45, 62 to 64): the party is told in writing of the penalty that is
// proposed and of its right to state its view, and of a heavy fine of its right to a hearing; then it has time.
//
//   penalty_notice (行政处罚事先告知书)   delivered -> clock "statement"        -> over, or waived
//   hearing_notice (行政处罚听证告知书)   delivered -> clock "hearing_request"  -> over, waived, or a hearing held
//
// Both are documents of a decision that is still a draft (documents.h). A decision on the administrative track with a
// fine or a suspension is submitted only afterwards; a draft that changed needs a new notice.
#pragma once

#include <optional>
#include <string>

#include "casework/decision_book.h"
#include "casework/decision_steps.h"

namespace yijian::casework {

bool IsNotice(const std::string& document_kind);
// A penalty in the sense of the law, which may not be decided without a notice.
bool IsPenalty(const CaseRow& file, const DecisionRow& decision);

// A notice of this kind may be made for the decision as it is now. kConflict: not a penalty, not a draft, no hearing
// due.
Status CheckNotice(Job& job, const std::string& document_kind, int64_t decision);
// Starts the clocks. The way and note as of decisions; `version` is not looked at: a document does not change.
Status DeliverNotice(Job& job, int64_t document, const DeliverInput& input);

struct NoticeAnswer {
  std::string kind;  // statement, waived, hearing_requested; of the bureau alone: hearing_held
  std::string text;  // of a statement and a hearing
};
// By the institution while the clock runs, or by the case's people for a party that answers on paper.
Status AnswerNotice(Job& job, int64_t document, const NoticeAnswer& answer);
Result<bool> HasStatement(Job& job, int64_t document);

// Why the decision may not be submitted yet.
Result<std::optional<Refusal>> RefuseWithoutNotice(Job& job, const CaseRow& file, const DecisionRow& decision);
// The draft was changed: what was told of it does not count any more.
Status VoidNotices(Job& job, const CaseRow& file, int64_t decision);

// For screens: delivered_at, delivery_way, answers, actions of a notice, into `shown`.
Status ShowNotice(Job& job, const store::Row& document, nlohmann::json& shown);

}  // namespace yijian::casework
