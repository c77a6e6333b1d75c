// The lives of a case, an opinion, a decision, a measure and an approval: which step is allowed from which state.
//
//   if (auto why = Refuse(CaseState::kClosed, CaseStep::kIssueOpinion)) return why->AsError();
//
// One table per object (states.cc); services ask it, screens show its `actions`, tests walk it. Names of states are
// stored and are those of api/openapi.yaml: never rename. Threads: pure functions over constant tables.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"

namespace yijian::casework {

// Why something may not be done: a machine word for programs, words for people. 409 or 403 on the wire.
struct Refusal {
  std::string code;  // not_in_this_state, same_person, recused, ...
  std::string zh;
  std::string en;
};

enum class CaseState {
  kFiled,
  kVerifying,
  kOpinion,
  kAnswering,
  kReviewing,
  kAppealed,
  kDeciding,
  kApproving,
  kDecided,
  kExecuting,
  kClosed,
  kTransferred,
  kEnded,
};
enum class CaseStep {
  kSetTeam,
  kRecuse,
  kAddTask,
  kReportTask,
  kIssueOpinion,
  kAnswer,
  kReview,
  kAppeal,
  kDrawExperts,
  kVotePanel,
  kDraftDecision,
  kSubmitDecision,
  kVoteApproval,
  kDeliver,
  kExecute,
  kReverse,
  kConvert,
  kClose,
};
enum class OpinionState { kIssued, kAnswered, kOverdue, kReviewed, kAppealed, kSettled, kWithdrawn };
enum class OpinionStep { kAnswer, kExpire, kReview, kAppeal, kSettle, kWithdraw };
enum class DecisionState { kDraft, kApproving, kReturned, kRefused, kInForce, kDelivered, kExecuted, kReversed };
enum class DecisionStep { kChange, kSubmit, kAgree, kReturn, kRefuse, kDeliver, kExecute, kReverse };
enum class MeasureState { kPlanned, kInForce, kPartly, kDone, kCancelled };
enum class ApprovalState { kRunning, kAgreed, kReturned, kRefused, kWithdrawn };
enum class Track { kAgency, kAdministrative };
enum class MeasureKind {
  kRefusePayment,
  kRecover,
  kLiquidatedDamages,
  kFine,
  kInterview,
  kCorrect,
  kSuspend,
  kEndAgreement,
  kTransfer,
  kNoViolation,
  kInconclusive,
};

std::string_view Name(CaseState state);
std::string_view Name(CaseStep step);
std::string_view Name(OpinionState state);
std::string_view Name(OpinionStep step);
std::string_view Name(DecisionState state);
std::string_view Name(DecisionStep step);
std::string_view Name(MeasureState state);
std::string_view Name(ApprovalState state);
std::string_view Name(Track track);
std::string_view Name(MeasureKind kind);
// Chinese words of the same, for messages, histories and documents.
std::string_view Zh(CaseState state);
std::string_view Zh(CaseStep step);
std::string_view Zh(OpinionState state);
std::string_view Zh(DecisionState state);
std::string_view Zh(Track track);
std::string_view Zh(MeasureKind kind);

// The state or kind of this name; nullopt for any other text.
template <typename Word>
std::optional<Word> Parse(std::string_view name);
// All words of a kind, in order.
template <typename Word>
std::span<const Word> All();

// nullopt: allowed.
std::optional<Refusal> Refuse(CaseState state, CaseStep step);
std::optional<Refusal> Refuse(OpinionState state, OpinionStep step);
std::optional<Refusal> Refuse(DecisionState state, DecisionStep step);

bool IsOpen(CaseState state);  // not closed, transferred or ended

// What a measure moves, if anything.
enum class Money { kNone, kLines, kDamages, kFine };
Money MoneyOf(MeasureKind kind);

// The ways of execution a kind of measure knows ("received", "begun", ...); api ExecutionInput.way.
bool MayExecute(MeasureKind kind, std::string_view way);
// The state after `done_fen` of `amount_fen` have been settled.
MeasureState AfterPayment(Fen amount_fen, Fen done_fen);

}  // namespace yijian::casework
