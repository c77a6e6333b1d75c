// Clocks of cases as they run: started by events, standing still, met, missed.
//
//   TRY(StartClocks(job, "opinion_issued", {.file = &file, .object_kind = "opinion", .object = id}));
//   TRY(PauseClocks(job, file.id, "answer"));
//
// A case shows its nearest running clock (case_file.due_at); these functions keep it so.
#pragma once

#include <optional>
#include <string>

#include "casework/job.h"

namespace yijian::casework {

struct ClockFor {
  const CaseRow* file = nullptr;  // null: outside cases (self-inspection)
  std::string object_kind;        // case, task, opinion, appeal, approval, decision, measure, self_check
  int64_t object = 0;
  std::string institution;  // when there is no case
  std::string area;
  int64_t assignee = 0;             // owner "assignee"
  std::string voter_role;           // owner "voter"
  std::optional<int> length;        // instead of the table's
  std::optional<Date> last_day;     // kinds without a length of their own
  const char* only_kind = nullptr;  // of several kinds with one start event
};
// Starts every kind of the table that this event starts on the case's track; answers the earliest due time, 0 when none
// began.
Result<EpochMs> StartClocks(Job& job, const std::string& event, const ClockFor& what);

Status PauseClocks(Job& job, int64_t case_id, const std::string& why);
Status ResumeClocks(Job& job, int64_t case_id, const std::string& why);
// The running clocks of this kind and object have been met (or are cancelled).
Status StopClocks(Job& job, const std::string& kind, const std::string& object_kind, int64_t object, bool met = true);
// All that still run in a case are cancelled: it is over.
Status CancelClocks(Job& job, int64_t case_id);

struct ClockRow {
  int64_t id = 0;
  std::string kind;
  int64_t case_id = 0;  // 0: none
  std::string object_kind;
  int64_t object = 0;
  int64_t owner = 0;
  std::string institution;
  std::string role;
  std::string area;
  EpochMs due_at = 0;
};
// Running clocks whose time is up, oldest first, at most `limit`.
Result<std::vector<ClockRow>> DueClocks(Job& job, int limit);
Status MarkMissed(Job& job, const ClockRow& clock, bool escalated);

}  // namespace yijian::casework
