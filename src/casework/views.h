// What screens see of cases: JSON in the shapes of api/openapi.yaml (schemas Case, Task, Opinion, Appeal, Decision,
// Approval, Clock, ...).
//
// Only what the actor may see; names masked as `clue` keeps them. `actions` says what he may do now, by the same tables
// that decide it. All run inside a Read. Errors: kNotFound also for what lies outside the actor's scope.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "casework/job.h"

namespace yijian::casework {

struct Paging {
  int64_t page = 1;
  int64_t size = 50;
  int64_t offset() const { return (page - 1) * size; }
};

struct CaseFilter {
  std::string sort = "-opened";  // -opened, opened, due, -due, -found, found, -decided, decided
  bool mine = false;
  std::vector<std::string> states;
  std::string track;
  std::string institution;
  std::string area;
  std::optional<bool> overdue;
  std::string text;
};
Result<nlohmann::json> CaseList(Job& job, const CaseFilter& filter, const Paging& paging);
Result<nlohmann::json> CaseView(Job& job, int64_t id);
Result<nlohmann::json> CaseHistory(Job& job, int64_t id);
Result<nlohmann::json> SanctionChoices(Job& job, int64_t case_id);

struct TaskFilter {
  bool mine = true;
  std::string state;
};
Result<nlohmann::json> TaskList(Job& job, const TaskFilter& filter, const Paging& paging);
Result<nlohmann::json> TaskView(Job& job, int64_t id);

Result<nlohmann::json> OpinionList(Job& job, const std::string& state, const Paging& paging);
Result<nlohmann::json> OpinionView(Job& job, int64_t id);
Result<nlohmann::json> AppealList(Job& job, bool mine, const Paging& paging);
Result<nlohmann::json> AppealView(Job& job, int64_t id);

Result<nlohmann::json> DecisionView(Job& job, int64_t id);
// What decisions in force laid upon an institution, the newest first, at most 50.
Result<nlohmann::json> MeasuresOf(Job& job, const std::string& institution);
// view: waiting (steps I may vote on now), done (I voted), all.
Result<nlohmann::json> ApprovalList(Job& job, const std::string& view, const Paging& paging);
Result<nlohmann::json> ApprovalView(Job& job, int64_t id);
Result<nlohmann::json> FlowList(Job& job);
Result<nlohmann::json> FlowView(Job& job, int64_t id);

Result<nlohmann::json> DeadlineList(Job& job, bool mine, const Paging& paging);
Result<nlohmann::json> HomeView(Job& job);

// Pieces shared by the files of views. Internal.
nlohmann::json MomentOrNull(const std::optional<EpochMs>& at);
nlohmann::json OrNull(const std::optional<std::string>& text);
nlohmann::json OrNull(const std::optional<int64_t>& number);
// " AND a.area LIKE ..." etc. are put together by a small builder.
struct Where {
  std::string text = "1 = 1";
  store::Values values;
  void And(const std::string& condition, store::Values more = {});
};
Result<nlohmann::json> ClockViews(Job& job, const Where& where, const std::string& order, const Paging& paging);
Result<nlohmann::json> EvidenceViews(Job& job, const std::string& kind, const std::string& id);

}  // namespace yijian::casework
