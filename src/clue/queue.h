// Clues as the queue and the page show them, and the filter of the queue.
//
//   ClueFilter filter = TRY(ParseFilter("status=new&matter=charging&min_fen=100000"));
//
// Names of the filter are those of GET /api/clues, so that a saved filter, an assignment and a draw mean the same rows.
// Errors: kInvalidInput names the parameter.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "clue/matters.h"
#include "clue/viewer.h"

namespace yijian::clue {

struct ClueFilter {
  std::string view = "all";  // mine, pool, all
  std::vector<std::string> status;
  std::string source;
  std::string severity;
  std::string matter;
  std::string rule;
  std::string institution;
  std::string subject_kind;
  std::string area;
  std::optional<int64_t> assignee;
  std::optional<Fen> min_fen;
  std::optional<Fen> max_fen;
  std::optional<Date> from;  // of its findings: some day of it lies in [from, until)
  std::optional<Date> until;
  std::optional<bool> sampled_out;
  std::string text;
};

Result<ClueFilter> FilterOf(const std::vector<std::pair<std::string, std::string>>& parameters);
Result<ClueFilter> ParseFilter(
    const std::string& query);  // of a URL, percent-encoded; page, size and sort are passed over

struct ClueRule {
  std::string rule;
  std::string name_zh;
  std::string name_en;
  int64_t findings = 0;
  Fen found = 0;
  double precision = 0;
  std::string basis_json;
};

struct Clue {
  int64_t id = 0;
  std::string no;
  std::string title;
  std::string source;
  std::optional<std::string> source_note;
  std::optional<std::string> text;
  std::string matter;
  std::string matter_zh;
  std::string matter_en;
  std::string subject_kind;
  std::string subject;
  std::string subject_name;
  std::optional<std::string> institution;
  std::optional<std::string> institution_name;
  std::string area;
  std::string severity;
  std::string status;
  std::string conduct;
  std::optional<std::string> outcome;
  double rank = 0;
  Fen recoverable = 0;
  double evidence = 0;
  double precision = 0;
  Fen found = 0;
  Fen fund = 0;
  Fen confirmed = 0;
  Fen refuted = 0;
  int64_t findings = 0;
  int64_t undecided = 0;
  int64_t persons = 0;
  std::vector<ClueRule> rules;
  std::optional<std::string> first_day;
  std::optional<std::string> last_day;
  std::optional<int64_t> assignee;
  std::optional<std::string> assignee_name;
  std::optional<int64_t> locked_by;  // only while the lock holds
  std::optional<std::string> locked_by_name;
  std::optional<EpochMs> locked_until;
  std::optional<std::string> snoozed_until;
  std::optional<std::string> snooze_reason;
  bool sampled_out = false;
  std::optional<int64_t> merged_into;
  std::vector<int64_t> merged;
  std::optional<int64_t> case_id;
  std::optional<EpochMs> due_at;
  int64_t related = 0;
  EpochMs created_at = 0;
  EpochMs updated_at = 0;
  int64_t version = 0;
  std::vector<std::string> actions;
};

struct CluePage {
  std::vector<Clue> rows;
  int64_t total = 0;
  Fen found = 0;
  std::map<std::string, std::map<std::string, int64_t>> facets;  // status, severity
};

// Conditions of the filter within what the viewer sees, over `clue c`.
void WhereFilter(store::Dialect dialect, const ClueFilter& filter, const Viewer& viewer, EpochMs now,
                 std::string& where, store::Values& values);
// " ORDER BY ..."; kInvalidInput for a column that is not offered.
Result<std::string> OrderBy(const std::string& sort);
Clue ClueOf(const store::Row& row, const Matters& matters, EpochMs now);
std::vector<std::string> ActionsOf(const Clue& clue, const Viewer& viewer);

}  // namespace yijian::clue
