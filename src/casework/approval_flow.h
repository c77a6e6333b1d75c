// Four-level approval (初审 复审 审签 审定): which levels a decision needs, who may vote, when a step is passed.
//
//   Level level = LevelFor(flow, amount_fen, kinds);          // 3, because ...
//   if (auto why = RefuseVote(voter, people, running)) ...    // own work, voted before, recused, not his level
//   StepResult result = Tally(step, votes);                   // open, passed, returned, refused
//
// A flow is a version that never changes; a running approval keeps the one it began with. Votes are only added. Four
// levels are four different people: nobody votes on two levels of one approval, and nobody who worked on the case votes
// at all. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "casework/sanctions.h"
#include "casework/states.h"

namespace yijian::casework {

enum class VoteRule { kAny, kAll, kN };
std::string_view Name(VoteRule rule);
std::optional<VoteRule> ParseVoteRule(std::string_view name);

struct FlowStep {
  int level = 1;     // 1..4
  std::string role;  // approver_1 ... as account names it
  std::string name_zh;
  std::string name_en;
  VoteRule rule = VoteRule::kAny;
  int votes = 1;  // of kN
  int working_days = 3;
};

// Every condition that is there must hold; of all rules that match, the highest level counts.
struct FlowLevelRule {
  int level = 1;
  std::optional<Fen> from_fen;
  std::vector<MeasureKind> measures;  // empty: any
};

struct Flow {
  int64_t id = 0;
  std::string name;
  int version = 1;
  std::vector<FlowStep> steps;  // one per level, ascending from 1
  std::vector<FlowLevelRule> levels;
};

// The flow a new store begins with; every number ours, to be set by the bureau.
Flow DefaultFlow();
// What is wrong with a flow somebody wants; empty: nothing.
std::vector<FieldProblem> CheckFlow(const Flow& flow);

struct Level {
  int level = 1;
  std::string why_zh;
  std::string why_en;
};
Level LevelFor(const Flow& flow, Fen amount_fen, const std::vector<MeasureKind>& measures);

enum class Ballot { kAgree, kReturn, kRefuse };
std::string_view Name(Ballot ballot);
std::optional<Ballot> ParseBallot(std::string_view name);

struct CastVote {
  int step = 1;
  int64_t user = 0;
  Ballot ballot = Ballot::kAgree;
};

enum class StepResult { kOpen, kPassed, kReturned, kRefused };
// How many must agree; `eligible` is how many could vote when the step opened (for kAll).
int VotesNeeded(const FlowStep& step, int eligible);
StepResult Tally(int step, int votes_needed, const std::vector<CastVote>& votes);

// Everybody who may not approve because he had a hand in it.
struct CasePeople {
  int64_t handler = 0;
  std::vector<int64_t> assistants;
  int64_t drafter = 0;
  int64_t submitter = 0;
  std::vector<int64_t> recused;
};
struct Voter {
  int64_t user = 0;
  std::vector<std::string> roles;
};
// nullopt: may vote on this step now. Codes: wrong_step, not_your_level, recused, same_person.
std::optional<Refusal> RefuseVote(const Voter& voter, const CasePeople& people, const FlowStep& step, int open_step,
                                  const std::vector<CastVote>& votes);

}  // namespace yijian::casework
