// One piece of work in one transaction: who does it, when, by which tables, in which session. Every step of this room
// is a function that takes a Job; what it wrote is there in whole or, after an error, not at all (Database::Write rolls
// back).
//
// Threads: lives in one transaction of one thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "casework/clocks.h"
#include "casework/lists.h"
#include "casework/neighbours.h"
#include "casework/sanctions.h"
#include "casework/states.h"
#include "store/database.h"

namespace yijian::casework {

// The tables of rules/ that this room goes by.
struct Rules {
  SanctionTable sanctions;
  ClockTable clocks;
  std::vector<CheckItem> check_lists;
  std::vector<NegativeItem> negative_list;
  static Result<Rules> Load(const std::string& folder);
};

struct Job {
  store::Session& session;
  const Rules& rules;
  const Bureau& bureau;
  const Actor& actor;
  EpochMs now;
  IsWorkingDay is_working_day;

  Date Today() const { return DayAt(now); }
};

// Errors of this room, with word and Chinese text.
Error ErrorOf(const Refusal& refusal);    // kConflict
Error Forbidden(const Refusal& refusal);  // 403: visible, but not his to do
Error FieldErrors(std::vector<FieldProblem> problems);
Error StaleVersion(std::string_view what_zh, std::string_view what_en);

// Ids on the wire: a letter and a number. nullopt (kNotFound for the caller) when it is none of that kind.
std::string WireId(char letter, int64_t id);
std::optional<int64_t> IdOf(char letter, std::string_view text);

// "AJ-2026-000012": counted by prefix and year of `now`.
Result<std::string> NextNumber(Job& job, const std::string& prefix);

struct CaseRow {
  int64_t id = 0;
  std::string no;
  std::string title;
  Track track = Track::kAgency;
  CaseState state = CaseState::kFiled;
  std::string institution;  // empty: a case of a person
  std::string institution_name;
  std::string person;
  std::string area;
  int64_t opened_by = 0;
  int64_t handler = 0;
  int64_t flow = 0;
  int64_t version = 0;
  std::vector<int64_t> assistants;
  std::vector<int64_t> recused;

  bool against_person() const { return institution.empty(); }
  bool Works(int64_t user) const;  // handler or assistant
};

// kNotFound when it is not there or outside what the actor may see.
Result<CaseRow> LoadCase(Job& job, int64_t id);
// Loads it for a step: permission, membership, recusal, version (when given) and state are all checked.
struct StepNeeds {
  const char* permission = "case.work";
  bool team = true;                // only handler and assistants
  std::optional<int64_t> version;  // as the person saw it
};
Result<CaseRow> LoadCaseFor(Job& job, int64_t id, CaseStep step, const StepNeeds& needs);

// Writes the new state and moves the version on; kConflict when another was faster.
Status SetState(Job& job, CaseRow& file, CaseState state);
Status Touch(Job& job, CaseRow& file);

// One entry of the case's file and one of the trail.
struct EventText {
  const char* action;
  std::string zh;
  std::string en;
  std::string note;
  std::string link;
};
Status AddEvent(Job& job, int64_t case_id, const EventText& text);

// A message to people; the link is a path of the screens.
struct Notice {
  const char* kind;
  std::string zh;
  std::string en;
  std::string link;
};
Status Tell(Job& job, const std::vector<int64_t>& users, const Notice& notice);
Status TellTeam(Job& job, const CaseRow& file, const Notice& notice);
Status TellInstitution(Job& job, const std::string& institution, const Notice& notice);

nlohmann::json ParseJson(const std::string& text);  // of our own columns: CHECKs
std::string CaseLink(int64_t id);

}  // namespace yijian::casework
