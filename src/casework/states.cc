#include "casework/states.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace yijian::casework {
namespace {

template <typename Word>
struct Entry {
  Word word;
  std::string_view name;
  std::string_view zh;
};

constexpr std::array<Entry<CaseState>, 13> kCaseStates = {{
    {CaseState::kFiled, "filed", "已立案"},
    {CaseState::kVerifying, "verifying", "核查中"},
    {CaseState::kOpinion, "opinion", "拟出意见"},
    {CaseState::kAnswering, "answering", "待机构答复"},
    {CaseState::kReviewing, "reviewing", "复核中"},
    {CaseState::kAppealed, "appealed", "申诉合议"},
    {CaseState::kDeciding, "deciding", "拟处理"},
    {CaseState::kApproving, "approving", "审批中"},
    {CaseState::kDecided, "decided", "已决定"},
    {CaseState::kExecuting, "executing", "执行中"},
    {CaseState::kClosed, "closed", "已结案"},
    {CaseState::kTransferred, "transferred", "已移送"},
    {CaseState::kEnded, "ended", "已终止"},
}};

constexpr std::array<Entry<CaseStep>, 18> kCaseSteps = {{
    {CaseStep::kSetTeam, "set_team", "指定办案人员"},
    {CaseStep::kRecuse, "recuse", "回避"},
    {CaseStep::kAddTask, "add_task", "下达核查任务"},
    {CaseStep::kReportTask, "report_task", "提交核查结果"},
    {CaseStep::kIssueOpinion, "issue_opinion", "出具审核意见书"},
    {CaseStep::kAnswer, "answer", "答复"},
    {CaseStep::kReview, "review_answer", "复核答复"},
    {CaseStep::kAppeal, "appeal", "申诉"},
    {CaseStep::kDrawExperts, "draw_experts", "抽取专家"},
    {CaseStep::kVotePanel, "vote_panel", "合议表决"},
    {CaseStep::kDraftDecision, "draft_decision", "拟定处理决定"},
    {CaseStep::kSubmitDecision, "submit_decision", "提交审批"},
    {CaseStep::kVoteApproval, "vote_approval", "审批表决"},
    {CaseStep::kDeliver, "deliver", "送达"},
    {CaseStep::kExecute, "execute", "执行"},
    {CaseStep::kReverse, "reverse", "撤销决定"},
    {CaseStep::kConvert, "convert", "转行政执法"},
    {CaseStep::kClose, "close", "结案"},
}};

constexpr std::array<Entry<OpinionState>, 7> kOpinionStates = {{
    {OpinionState::kIssued, "issued", "已出具"},
    {OpinionState::kAnswered, "answered", "已答复"},
    {OpinionState::kOverdue, "overdue", "逾期未答复"},
    {OpinionState::kReviewed, "reviewed", "已复核"},
    {OpinionState::kAppealed, "appealed", "已申诉"},
    {OpinionState::kSettled, "settled", "已确定"},
    {OpinionState::kWithdrawn, "withdrawn", "已撤回"},
}};

constexpr std::array<Entry<OpinionStep>, 6> kOpinionSteps = {{
    {OpinionStep::kAnswer, "answer", "答复"},
    {OpinionStep::kExpire, "expire", "逾期"},
    {OpinionStep::kReview, "review", "复核"},
    {OpinionStep::kAppeal, "appeal", "申诉"},
    {OpinionStep::kSettle, "settle", "确定"},
    {OpinionStep::kWithdraw, "withdraw", "撤回"},
}};

constexpr std::array<Entry<DecisionState>, 8> kDecisionStates = {{
    {DecisionState::kDraft, "draft", "草稿"},
    {DecisionState::kApproving, "approving", "审批中"},
    {DecisionState::kReturned, "returned", "已退回"},
    {DecisionState::kRefused, "refused", "未获批准"},
    {DecisionState::kInForce, "in_force", "已生效待送达"},
    {DecisionState::kDelivered, "delivered", "已送达"},
    {DecisionState::kExecuted, "executed", "已执行"},
    {DecisionState::kReversed, "reversed", "已撤销"},
}};

constexpr std::array<Entry<DecisionStep>, 8> kDecisionSteps = {{
    {DecisionStep::kChange, "change", "修改"},
    {DecisionStep::kSubmit, "submit", "提交"},
    {DecisionStep::kAgree, "agree", "同意"},
    {DecisionStep::kReturn, "return", "退回"},
    {DecisionStep::kRefuse, "refuse", "不同意"},
    {DecisionStep::kDeliver, "deliver", "送达"},
    {DecisionStep::kExecute, "execute", "执行"},
    {DecisionStep::kReverse, "reverse", "撤销"},
}};

constexpr std::array<Entry<MeasureState>, 5> kMeasureStates = {{
    {MeasureState::kPlanned, "planned", "拟定"},
    {MeasureState::kInForce, "in_force", "生效"},
    {MeasureState::kPartly, "partly", "部分执行"},
    {MeasureState::kDone, "done", "已执行"},
    {MeasureState::kCancelled, "cancelled", "已取消"},
}};

constexpr std::array<Entry<ApprovalState>, 5> kApprovalStates = {{
    {ApprovalState::kRunning, "running", "审批中"},
    {ApprovalState::kAgreed, "agreed", "同意"},
    {ApprovalState::kReturned, "returned", "退回"},
    {ApprovalState::kRefused, "refused", "不同意"},
    {ApprovalState::kWithdrawn, "withdrawn", "撤回"},
}};

constexpr std::array<Entry<Track>, 2> kTracks = {{
    {Track::kAgency, "agency", "经办稽核"},
    {Track::kAdministrative, "administrative", "行政执法"},
}};

constexpr std::array<Entry<MeasureKind>, 11> kMeasureKinds = {{
    {MeasureKind::kRefusePayment, "refuse_payment", "拒付"},
    {MeasureKind::kRecover, "recover", "追回"},
    {MeasureKind::kLiquidatedDamages, "liquidated_damages", "违约金"},
    {MeasureKind::kFine, "fine", "罚款"},
    {MeasureKind::kInterview, "interview", "约谈"},
    {MeasureKind::kCorrect, "correct", "责令改正"},
    {MeasureKind::kSuspend, "suspend", "中止(暂停)"},
    {MeasureKind::kEndAgreement, "end_agreement", "解除协议"},
    {MeasureKind::kTransfer, "transfer", "移送"},
    {MeasureKind::kNoViolation, "no_violation", "不构成违规"},
    {MeasureKind::kInconclusive, "inconclusive", "无法认定"},
}};

const auto& Table(CaseState) { return kCaseStates; }
const auto& Table(CaseStep) { return kCaseSteps; }
const auto& Table(OpinionState) { return kOpinionStates; }
const auto& Table(OpinionStep) { return kOpinionSteps; }
const auto& Table(DecisionState) { return kDecisionStates; }
const auto& Table(DecisionStep) { return kDecisionSteps; }
const auto& Table(MeasureState) { return kMeasureStates; }
const auto& Table(ApprovalState) { return kApprovalStates; }
const auto& Table(Track) { return kTracks; }
const auto& Table(MeasureKind) { return kMeasureKinds; }

template <typename Word>
const Entry<Word>& Find(Word word) {
  const auto& table = Table(word);
  const auto& entry = table[static_cast<size_t>(word)];
  CHECK(entry.word == word);  // the table is in the order of the enum
  return entry;
}

template <typename State, typename Step>
struct Allowed {
  Step step;
  std::initializer_list<State> from;
};

using enum CaseState;

// Team, recusal and conversion go on while nothing is decided: evidence of an agency case moves with it.
const std::initializer_list<CaseState> kBeforeDecision = {kFiled,     kVerifying, kOpinion, kAnswering,
                                                          kReviewing, kAppealed,  kDeciding};

const std::array<Allowed<CaseState, CaseStep>, 18> kCaseLife = {{
    {CaseStep::kSetTeam, kBeforeDecision},
    {CaseStep::kRecuse, {kFiled, kVerifying, kOpinion, kAnswering, kReviewing, kAppealed, kDeciding, kApproving}},
    {CaseStep::kAddTask, kBeforeDecision},
    {CaseStep::kReportTask, {kVerifying, kOpinion, kAnswering, kReviewing, kAppealed, kDeciding}},
    {CaseStep::kIssueOpinion, {kFiled, kVerifying, kOpinion}},
    {CaseStep::kAnswer, {kAnswering}},
    {CaseStep::kReview, {kReviewing}},
    {CaseStep::kAppeal, {kReviewing, kDeciding}},
    {CaseStep::kDrawExperts, {kAppealed}},
    {CaseStep::kVotePanel, {kAppealed}},
    {CaseStep::kDraftDecision, {kFiled, kVerifying, kOpinion, kDeciding}},
    {CaseStep::kSubmitDecision, {kDeciding}},
    {CaseStep::kVoteApproval, {kApproving}},
    {CaseStep::kDeliver, {kDecided}},
    {CaseStep::kExecute, {kDecided, kExecuting}},
    {CaseStep::kReverse, {kDecided, kExecuting, kClosed}},
    {CaseStep::kConvert, kBeforeDecision},
    {CaseStep::kClose,
     {kFiled, kVerifying, kOpinion, kAnswering, kReviewing, kAppealed, kDeciding, kDecided, kExecuting}},
}};

const std::array<Allowed<OpinionState, OpinionStep>, 6> kOpinionLife = {{
    {OpinionStep::kAnswer, {OpinionState::kIssued}},
    {OpinionStep::kExpire, {OpinionState::kIssued}},
    {OpinionStep::kReview, {OpinionState::kAnswered}},
    {OpinionStep::kAppeal, {OpinionState::kReviewed}},
    {OpinionStep::kSettle,
     {OpinionState::kAnswered, OpinionState::kOverdue, OpinionState::kReviewed, OpinionState::kAppealed}},
    {OpinionStep::kWithdraw, {OpinionState::kIssued}},
}};

const std::array<Allowed<DecisionState, DecisionStep>, 8> kDecisionLife = {{
    {DecisionStep::kChange, {DecisionState::kDraft, DecisionState::kReturned}},
    {DecisionStep::kSubmit, {DecisionState::kDraft, DecisionState::kReturned}},
    {DecisionStep::kAgree, {DecisionState::kApproving}},
    {DecisionStep::kReturn, {DecisionState::kApproving}},
    {DecisionStep::kRefuse, {DecisionState::kApproving}},
    {DecisionStep::kDeliver, {DecisionState::kInForce}},
    {DecisionStep::kExecute, {DecisionState::kDelivered}},
    {DecisionStep::kReverse, {DecisionState::kInForce, DecisionState::kDelivered, DecisionState::kExecuted}},
}};

template <typename Life, typename State, typename Step>
std::optional<Refusal> Look(const Life& life, State state, Step step, std::string_view what_zh,
                            std::string_view what_en) {
  const auto& row = life[static_cast<size_t>(step)];
  CHECK(row.step == step);
  if (std::find(row.from.begin(), row.from.end(), state) != row.from.end()) return std::nullopt;
  Refusal why{.code = "not_in_this_state"};
  why.zh = std::string(what_zh) + "处于“" + std::string(Find(state).zh) + "”状态,不能" + std::string(Find(step).zh);
  why.en = std::string(what_en) + " is '" + std::string(Find(state).name) + "': '" + std::string(Find(step).name) +
           "' is not possible";
  return why;
}

template <typename Word>
constexpr auto WordsOf() {
  constexpr size_t kSize = std::tuple_size_v<std::decay_t<decltype(Table(Word{}))>>;
  std::array<Word, kSize> words{};
  for (size_t i = 0; i < kSize; i++) words[i] = static_cast<Word>(i);
  return words;
}

}  // namespace

std::string_view Name(CaseState state) { return Find(state).name; }
std::string_view Name(CaseStep step) { return Find(step).name; }
std::string_view Name(OpinionState state) { return Find(state).name; }
std::string_view Name(OpinionStep step) { return Find(step).name; }
std::string_view Name(DecisionState state) { return Find(state).name; }
std::string_view Name(DecisionStep step) { return Find(step).name; }
std::string_view Name(MeasureState state) { return Find(state).name; }
std::string_view Name(ApprovalState state) { return Find(state).name; }
std::string_view Name(Track track) { return Find(track).name; }
std::string_view Name(MeasureKind kind) { return Find(kind).name; }
std::string_view Zh(CaseState state) { return Find(state).zh; }
std::string_view Zh(CaseStep step) { return Find(step).zh; }
std::string_view Zh(OpinionState state) { return Find(state).zh; }
std::string_view Zh(DecisionState state) { return Find(state).zh; }
std::string_view Zh(Track track) { return Find(track).zh; }
std::string_view Zh(MeasureKind kind) { return Find(kind).zh; }

template <typename Word>
std::optional<Word> Parse(std::string_view name) {
  for (const auto& entry : Table(Word{})) {
    if (entry.name == name) return entry.word;
  }
  return std::nullopt;
}

template <typename Word>
std::span<const Word> All() {
  static constexpr auto kWords = WordsOf<Word>();
  return kWords;
}

template std::optional<CaseState> Parse(std::string_view);
template std::optional<OpinionState> Parse(std::string_view);
template std::optional<DecisionState> Parse(std::string_view);
template std::optional<MeasureState> Parse(std::string_view);
template std::optional<ApprovalState> Parse(std::string_view);
template std::optional<Track> Parse(std::string_view);
template std::optional<MeasureKind> Parse(std::string_view);
template std::span<const CaseState> All();
template std::span<const CaseStep> All();
template std::span<const OpinionState> All();
template std::span<const OpinionStep> All();
template std::span<const DecisionState> All();
template std::span<const DecisionStep> All();
template std::span<const MeasureKind> All();

std::optional<Refusal> Refuse(CaseState state, CaseStep step) {
  return Look(kCaseLife, state, step, "案件", "the case");
}
std::optional<Refusal> Refuse(OpinionState state, OpinionStep step) {
  return Look(kOpinionLife, state, step, "意见书", "the opinion");
}
std::optional<Refusal> Refuse(DecisionState state, DecisionStep step) {
  return Look(kDecisionLife, state, step, "决定", "the decision");
}

bool IsOpen(CaseState state) { return state != kClosed && state != kTransferred && state != kEnded; }

Money MoneyOf(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kRefusePayment:
    case MeasureKind::kRecover:
      return Money::kLines;
    case MeasureKind::kLiquidatedDamages:
      return Money::kDamages;
    case MeasureKind::kFine:
      return Money::kFine;
    default:
      return Money::kNone;
  }
}

bool MayExecute(MeasureKind kind, std::string_view way) {
  auto one_of = [way](std::initializer_list<std::string_view> ways) {
    return std::find(ways.begin(), ways.end(), way) != ways.end();
  };
  switch (kind) {
    case MeasureKind::kRefusePayment:
      return one_of({"deducted", "written_off"});
    case MeasureKind::kRecover:
      return one_of({"received", "deducted", "written_off"});
    case MeasureKind::kLiquidatedDamages:
      return one_of({"received", "deducted"});
    case MeasureKind::kFine:
      return one_of({"received"});  // to the treasury: never set off against the fund's payments
    case MeasureKind::kInterview:
      return one_of({"held"});
    case MeasureKind::kCorrect:
      return one_of({"ended"});
    case MeasureKind::kSuspend:
      return one_of({"begun", "ended"});
    case MeasureKind::kEndAgreement:
      return one_of({"begun"});
    case MeasureKind::kTransfer:
      return one_of({"receipted"});
    case MeasureKind::kNoViolation:
    case MeasureKind::kInconclusive:
      return false;
  }
  return false;
}

MeasureState AfterPayment(Fen amount_fen, Fen done_fen) {
  if (done_fen >= amount_fen) return MeasureState::kDone;
  return done_fen > 0 ? MeasureState::kPartly : MeasureState::kInForce;
}

}  // namespace yijian::casework
