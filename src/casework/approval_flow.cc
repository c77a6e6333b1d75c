#include "casework/approval_flow.h"

#include <algorithm>
#include <array>

namespace yijian::casework {
namespace {

constexpr std::array<std::string_view, 3> kRules = {"any", "all", "n"};
constexpr std::array<std::string_view, 3> kBallots = {"agree", "return", "refuse"};
constexpr int kLevels = 4;

template <typename Word, size_t kSize>
std::optional<Word> ParseIn(const std::array<std::string_view, kSize>& names, std::string_view name) {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Word>(found - names.begin());
}

bool Contains(const std::vector<int64_t>& users, int64_t user) {
  return std::find(users.begin(), users.end(), user) != users.end();
}

// The measure of the rule that the decision has; nullopt when the rule does not match.
struct Match {
  std::optional<MeasureKind> measure;
};
std::optional<Match> MatchRule(const FlowLevelRule& rule, Fen amount_fen, const std::vector<MeasureKind>& measures) {
  if (rule.from_fen && amount_fen < *rule.from_fen) return std::nullopt;
  if (rule.measures.empty()) return Match{};
  for (MeasureKind kind : rule.measures) {
    if (std::find(measures.begin(), measures.end(), kind) != measures.end()) return Match{kind};
  }
  return std::nullopt;
}

Level Explain(const FlowLevelRule& rule, const Match& match) {
  Level level{.level = rule.level};
  std::string zh;
  std::string en;
  if (rule.from_fen) {
    zh = "金额达到" + FormatFen(*rule.from_fen) + "元";
    en = "amount from " + FormatFen(*rule.from_fen) + " yuan";
  }
  if (match.measure) {
    zh += (zh.empty() ? "含“" : ",含“") + std::string(Zh(*match.measure)) + "”措施";
    en += (en.empty() ? "measure '" : ", measure '") + std::string(Name(*match.measure)) + "'";
  }
  level.why_zh = zh.empty() ? "一般情形" : zh;
  level.why_en = en.empty() ? "the general case" : en;
  return level;
}

}  // namespace

std::string_view Name(VoteRule rule) { return kRules[static_cast<size_t>(rule)]; }
std::optional<VoteRule> ParseVoteRule(std::string_view name) { return ParseIn<VoteRule>(kRules, name); }
std::string_view Name(Ballot ballot) { return kBallots[static_cast<size_t>(ballot)]; }
std::optional<Ballot> ParseBallot(std::string_view name) { return ParseIn<Ballot>(kBallots, name); }

Flow DefaultFlow() {
  using enum MeasureKind;
  Flow flow{.name = "四级审批", .version = 1};
  flow.steps = {{1, "approver_1", "初审", "First review"},
                {2, "approver_2", "复审", "Second review"},
                {3, "approver_3", "审签", "Countersign"},
                {4, "approver_4", "审定", "Final approval"}};
  constexpr Fen kYuan = 100;
  flow.levels = {{1, std::nullopt, {}},
                 {2, 1'000 * kYuan, {}},
                 {3, 10'000 * kYuan, {}},
                 {4, 100'000 * kYuan, {}},
                 {3, std::nullopt, {kLiquidatedDamages, kCorrect}},
                 {4, std::nullopt, {kFine, kSuspend, kEndAgreement, kTransfer}}};
  return flow;
}

std::vector<FieldProblem> CheckFlow(const Flow& flow) {
  std::vector<FieldProblem> problems;
  if (flow.steps.empty() || flow.steps.size() > kLevels) problems.push_back({"/steps", "1 to 4 steps", "1 至 4 级"});
  for (size_t i = 0; i < flow.steps.size(); i++) {
    const auto& step = flow.steps[i];
    std::string at = "/steps/" + std::to_string(i);
    if (step.level != static_cast<int>(i) + 1)
      problems.push_back({at + "/level", "levels 1, 2, ... in order, each once", "级次按 1、2……顺序各一次"});
    if (step.role.rfind("approver_", 0) != 0)
      problems.push_back({at + "/role", "approver_1 to approver_4", "approver_1 至 approver_4"});
    if (step.votes < 1 || step.votes > 9) problems.push_back({at + "/votes", "1 to 9", "1 至 9"});
    if (step.working_days < 1 || step.working_days > 60)
      problems.push_back({at + "/working_days", "1 to 60", "1 至 60"});
  }
  bool general = false;
  for (size_t i = 0; i < flow.levels.size(); i++) {
    const auto& rule = flow.levels[i];
    std::string at = "/levels/" + std::to_string(i);
    if (rule.level < 1 || rule.level > static_cast<int>(flow.steps.size()))
      problems.push_back({at + "/level", "a level that has a step", "已设置的级次"});
    if (rule.from_fen && *rule.from_fen < 0) problems.push_back({at + "/from_fen", "0 or more", "0 或以上"});
    general = general || (!rule.from_fen.value_or(0) && rule.measures.empty());
  }
  if (!general)
    problems.push_back({"/levels", "one rule without conditions, so that every decision has a level",
                        "须有一条无条件的规则，使每份决定都有级次"});
  return problems;
}

Level LevelFor(const Flow& flow, Fen amount_fen, const std::vector<MeasureKind>& measures) {
  std::optional<Level> highest;
  for (const auto& rule : flow.levels) {
    auto match = MatchRule(rule, amount_fen, measures);
    if (match && (!highest || rule.level > highest->level)) highest = Explain(rule, *match);
  }
  CHECK(highest);  // CheckFlow made sure of a rule without conditions
  return *highest;
}

int VotesNeeded(const FlowStep& step, int eligible) {
  switch (step.rule) {
    case VoteRule::kAny:
      return 1;
    case VoteRule::kAll:
      return std::max(eligible, 1);
    case VoteRule::kN:
      return step.votes;
  }
  return 1;
}

StepResult Tally(int step, int votes_needed, const std::vector<CastVote>& votes) {
  int agreed = 0;
  for (const auto& vote : votes) {
    if (vote.step != step) continue;
    if (vote.ballot == Ballot::kReturn) return StepResult::kReturned;
    if (vote.ballot == Ballot::kRefuse) return StepResult::kRefused;
    agreed++;
  }
  return agreed >= votes_needed ? StepResult::kPassed : StepResult::kOpen;
}

std::optional<Refusal> RefuseVote(const Voter& voter, const CasePeople& people, const FlowStep& step, int open_step,
                                  const std::vector<CastVote>& votes) {
  if (step.level != open_step) {
    return Refusal{"wrong_step", "现在是第" + std::to_string(open_step) + "级,请按顺序审批",
                   "level " + std::to_string(open_step) + " votes now; levels vote in order"};
  }
  if (std::find(voter.roles.begin(), voter.roles.end(), step.role) == voter.roles.end()) {
    return Refusal{"not_your_level", "本级由“" + step.name_zh + "”岗位审批",
                   "this level is voted by the role " + step.role};
  }
  if (Contains(people.recused, voter.user)) {
    return Refusal{"recused", "您已回避本案", "you are recused from this case"};
  }
  bool own = voter.user == people.handler || voter.user == people.drafter || voter.user == people.submitter ||
             Contains(people.assistants, voter.user);
  if (own) {
    return Refusal{"same_person", "您办理或起草了本案,不能审批自己的工作",
                   "you worked on this case: nobody approves his own work"};
  }
  for (const auto& vote : votes) {
    if (vote.user != voter.user) continue;
    return Refusal{"same_person", "您已在第" + std::to_string(vote.step) + "级表决,四级须为不同的人",
                   "you voted on level " + std::to_string(vote.step) + ": the levels are different people"};
  }
  return std::nullopt;
}

}  // namespace yijian::casework
