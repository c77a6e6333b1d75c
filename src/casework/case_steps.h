// The case itself: opened from clues, its team, recusal, the other track, its tasks, its end.
//
// Every function is one step in one transaction (see job.h): checked against state, permission, team and version,
// written with its entry in the case's file and the trail, its clocks and its messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casework/job.h"

namespace yijian::casework {

struct OpenInput {
  std::vector<int64_t> clues;
  std::string title;
  Track track = Track::kAgency;
  std::string reason;
};
// Clues of one institution, or one person; each new to any case. Answers the case's id; the opener is its handler.
Result<int64_t> OpenCase(Job& job, const OpenInput& input);

struct TeamInput {
  int64_t handler = 0;
  std::vector<int64_t> assistants;
  int64_t version = 0;
};
Status SetTeam(Job& job, int64_t case_id, const TeamInput& input);

struct RecuseInput {
  int64_t user = 0;
  std::string reason;
  int64_t version = 0;
};
Status Recuse(Job& job, int64_t case_id, const RecuseInput& input);

struct ReasonInput {
  std::string reason;
  int64_t version = 0;
};
Status ConvertTrack(Job& job, int64_t case_id, const ReasonInput& input);

struct CloseInput {
  std::string reason;  // executed, court_accepted, no_penalty, transferred, ended, other
  std::string note;
  bool exposure = false;
  std::string exposure_reason;
  int64_t version = 0;
};
Status CloseCase(Job& job, int64_t case_id, const CloseInput& input);

struct TaskInput {
  std::string kind;  // on_site, on_file
  int64_t assignee = 0;
  Date due = 0;
  std::string text;
  std::vector<std::string> suspects;
};
Result<int64_t> AddTask(Job& job, int64_t case_id, const TaskInput& input);

struct TaskReport {
  int64_t version = 0;
  std::vector<CheckAnswer> items;
  std::optional<std::string> conclusion;  // true_care, false_care, partly, unclear
  std::optional<std::string> summary;
};
// A draft; or, with `whole`, the report that ends the task.
Status KeepTask(Job& job, int64_t task, const TaskReport& report, bool whole);

// An enforcement case needs two or more on its team before it goes on (行政处罚法 42).
std::optional<Refusal> RefuseTeam(const CaseRow& file);
// Writes the alert when what is found reaches the criminal line (行刑衔接), once.
Status WatchCriminalLine(Job& job, const CaseRow& file, Fen sum_fen);

// Open cases whose clues found more, or less, since their people were told; tells them, and watches the line again.
Result<std::vector<int64_t>> GrownCases(Job& job);
Status TellGrowth(Job& job, int64_t case_id);

}  // namespace yijian::casework
