#include "casework/decision_steps.h"

#include <algorithm>

#include "casework/clock_book.h"
#include "casework/decision_book.h"
#include "casework/notices.h"
#include "casework/words.h"

namespace yijian::casework {
namespace {

using store::Maybe;
using store::TextOrNull;

store::Value DayOrNull(const std::optional<Date>& day) { return day ? store::Value(FormatDate(*day)) : store::Value(); }

Status WriteMeasures(Job& job, int64_t decision, int64_t case_id, const Plan& plan) {
  TRY(job.session.Execute("DELETE FROM measure WHERE decision_id = ?", {decision}));
  for (const auto& measure : plan.measures) {
    store::Value multiple = measure.multiple ? store::Value(FormatMultiple(*measure.multiple)) : store::Value();
    TRY(
        job.session.Execute("INSERT INTO measure (decision_id, case_id, kind, state, article, amount_fen, multiple, "
                            "from_day, until_day, target, note) "
                            "VALUES (?, ?, ?, 'planned', ?, ?, ?, ?, ?, ?, ?)",
                            {decision, case_id, std::string(Name(measure.kind)), TextOrNull(measure.article),
                             Maybe(measure.amount_fen), multiple, DayOrNull(measure.from), DayOrNull(measure.until),
                             TextOrNull(measure.target), TextOrNull(measure.note)}));
  }
  return {};
}

Result<Plan> PlanFor(Job& job, const CaseRow& file, const DecisionInput& input) {
  CaseSums sums = TRY(SumsOf(job, file));
  Plan plan = job.rules.sanctions.Check(sums, input.measures);
  for (size_t i = 0; i < input.articles.size(); i++) {
    if (input.articles[i].empty()) plan.problems.push_back({"/articles/" + std::to_string(i), "an article", "条款"});
  }
  if (!plan.problems.empty()) return FieldErrors(std::move(plan.problems));
  return plan;
}

std::vector<MeasureKind> KindsOf(const Plan& plan) {
  std::vector<MeasureKind> kinds;
  for (const auto& measure : plan.measures) kinds.push_back(measure.kind);
  return kinds;
}

// One open decision at a time: two would take the same money.
Status RefuseSecond(Job& job, int64_t case_id) {
  auto open = TRY(job.session.QueryOne(
      "SELECT no FROM decision WHERE case_id = ? AND state IN ('draft', 'approving', 'returned')", {case_id}));
  if (!open) return {};
  return ErrorOf({"decision_open", "本案已有未完成的处理决定" + open->Text("no"),
                  "decision " + open->Text("no") + " of this case is not finished"});
}

Result<std::pair<DecisionRow, CaseRow>> LoadFor(Job& job, int64_t id, DecisionStep step, int64_t version,
                                                CaseStep case_step, const char* permission) {
  DecisionRow decision = TRY(LoadDecision(job, id));
  CaseRow file = TRY(LoadCaseFor(job, decision.case_id, case_step, {.permission = permission}));
  if (decision.version != version) return StaleVersion("决定", "the decision");
  if (auto why = Refuse(decision.state, step)) return ErrorOf(*why);
  return std::pair(std::move(decision), std::move(file));
}

}  // namespace

Result<CaseSums> SumsOf(Job& job, const CaseRow& file) {
  CaseSums sums{.track = file.track, .against_person = file.against_person()};
  for (const auto& share : TRY(OpenShares(job, file.id))) sums.confirmed_fen += share.amount;
  return sums;
}

Result<int64_t> DraftDecision(Job& job, int64_t case_id, const DecisionInput& input) {
  CaseRow file = TRY(
      LoadCaseFor(job, case_id, CaseStep::kDraftDecision, {.permission = "decision.draft", .version = input.version}));
  if (auto why = RefuseTeam(file)) return ErrorOf(*why);
  TRY(RefuseSecond(job, case_id));
  Plan plan = TRY(PlanFor(job, file, input));
  CaseSums sums = TRY(SumsOf(job, file));
  Level level = LevelFor(TRY(LoadFlow(job, file.flow)), plan.amount_fen, KindsOf(plan));
  std::string no = TRY(NextNumber(job, "JD"));
  nlohmann::json articles = input.articles;
  int64_t id = TRY(job.session.Insert(
      "INSERT INTO decision (no, case_id, state, facts, reasons, articles_json, amount_fen, confirmed_fen, level, "
      "level_why_zh, level_why_en, hearing, drafted_by, drafted_at) "
      "VALUES (?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {no, case_id, input.facts, input.reasons, articles.dump(), plan.amount_fen, sums.confirmed_fen,
       int64_t{level.level}, level.why_zh, level.why_en, int64_t{plan.hearing}, job.actor.user, job.now}));
  TRY(WriteMeasures(job, id, case_id, plan));
  TRY(SetState(job, file, CaseState::kDeciding));
  TRY(AddEvent(
      job, case_id,
      {"draft_decision",
       "拟定处理决定" + no + ",金额" + FormatFen(plan.amount_fen) + "元,需" + std::to_string(level.level) + "级审批(" +
           level.why_zh + ")",
       "decision " + no + " drafted: " + FormatFen(plan.amount_fen) + " yuan, level " + std::to_string(level.level), "",
       DecisionLink(id)}));
  return id;
}

Status ChangeDecision(Job& job, int64_t id, const DecisionInput& input) {
  auto [decision, file] =
      TRY(LoadFor(job, id, DecisionStep::kChange, input.version, CaseStep::kDraftDecision, "decision.draft"));
  Plan plan = TRY(PlanFor(job, file, input));
  CaseSums sums = TRY(SumsOf(job, file));
  Level level = LevelFor(TRY(LoadFlow(job, file.flow)), plan.amount_fen, KindsOf(plan));
  nlohmann::json articles = input.articles;
  TRY(job.session.Execute(
      "UPDATE decision SET facts = ?, reasons = ?, articles_json = ?, amount_fen = ?, confirmed_fen = ?, level = ?, "
      "level_why_zh = ?, level_why_en = ?, hearing = ?, drafted_by = ?, drafted_at = ? WHERE id = ?",
      {input.facts, input.reasons, articles.dump(), plan.amount_fen, sums.confirmed_fen, int64_t{level.level},
       level.why_zh, level.why_en, int64_t{plan.hearing}, job.actor.user, job.now, id}));
  TRY(WriteMeasures(job, id, file.id, plan));
  TRY(SetDecisionState(job, decision, decision.state));
  TRY(VoidNotices(job, file, id));
  return AddEvent(
      job, file.id,
      {"change_decision", "修改处理决定" + decision.no, "decision " + decision.no + " changed", "", DecisionLink(id)});
}

Status DeliverDecision(Job& job, int64_t id, const DeliverInput& input) {
  auto [decision, file] =
      TRY(LoadFor(job, id, DecisionStep::kDeliver, input.version, CaseStep::kDeliver, "decision.draft"));
  TRY(job.session.Execute("UPDATE decision SET delivered_at = ?, delivery_way = ?, delivery_note = ? WHERE id = ?",
                          {job.now, input.way, TextOrNull(input.note), id}));
  TRY(StopClocks(job, "delivery", "decision", id));
  bool without = decision.Has(MeasureKind::kNoViolation) || decision.Has(MeasureKind::kInconclusive);
  TRY(job.session.Execute("UPDATE measure SET state = ? WHERE decision_id = ?",
                          {std::string(without ? "done" : "in_force"), id}));
  if (!without) TRY(StartClocks(job, "decision_delivered", {.file = &file, .object_kind = "decision", .object = id}));
  for (const auto& measure : decision.measures) {
    const char* event = measure.kind == MeasureKind::kFine      ? "fine_delivered"
                        : MoneyOf(measure.kind) != Money::kNone ? "refund_delivered"
                        : measure.kind == MeasureKind::kCorrect ? "decision_delivered"
                                                                : nullptr;
    if (event == nullptr) continue;
    ClockFor what{.file = &file, .object_kind = "measure", .object = measure.id};
    if (measure.kind == MeasureKind::kCorrect) {
      what.only_kind = "correct";
      what.last_day = ParseDate(measure.until_day);
    }
    EpochMs due = TRY(StartClocks(job, event, what));
    TRY(job.session.Execute("UPDATE measure SET due_at = ? WHERE id = ?", {due, measure.id}));
  }
  Words words = DeliveryWords(input.way);
  TRY(SetDecisionState(job, decision, without ? DecisionState::kExecuted : DecisionState::kDelivered));
  TRY(SetState(job, file, CaseState::kExecuting));
  TRY(AddEvent(job, file.id,
               {"deliver", "处理决定" + decision.no + "送达(" + words.zh + ")",
                "decision " + decision.no + " delivered (" + words.en + ")", input.note, DecisionLink(id)}));
  return TellInstitution(job, file.institution,
                         {"decision", "收到处理决定" + decision.no, "decision " + decision.no + " was delivered to you",
                          DecisionLink(id)});
}

Status ReverseDecision(Job& job, int64_t id, const ReasonInput& input) {
  DecisionRow decision = TRY(LoadDecision(job, id));
  CaseRow file =
      TRY(LoadCaseFor(job, decision.case_id, CaseStep::kReverse, {.permission = "decision.reverse", .team = false}));
  if (decision.version != input.version) return StaleVersion("决定", "the decision");
  if (auto why = Refuse(decision.state, DecisionStep::kReverse)) return ErrorOf(*why);
  TRY(CounterDecision(job, id, input.reason));
  TRY(job.session.Execute("UPDATE decision SET reversed_at = ?, reversed_reason = ? WHERE id = ?",
                          {job.now, input.reason, id}));
  TRY(job.session.Execute("UPDATE measure SET state = 'cancelled' WHERE decision_id = ?", {id}));
  for (const auto& measure : decision.measures) {
    for (const char* kind : {"payment", "refund", "reminder", "court", "correct", "suspension_end", "police"}) {
      TRY(StopClocks(job, kind, "measure", measure.id, false));
    }
  }
  for (const char* kind : {"delivery", "review_request", "lawsuit", "transfer_send"})
    TRY(StopClocks(job, kind, "decision", id, false));
  TRY(SetDecisionState(job, decision, DecisionState::kReversed));
  TRY(SumUpCase(job, file.id));
  auto published = TRY(job.session.QueryOne("SELECT id FROM case_file WHERE id = ? AND exposure = 1", {file.id}));
  if (published)
    TRY(StartClocks(job, "published_decision_reversed", {.file = &file, .object_kind = "decision", .object = id}));
  // The case lives again: its confirmed money waits for another decision.
  if (file.state == CaseState::kClosed) {
    TRY(job.session.Execute(
        "UPDATE case_file SET closed_at = NULL, close_reason = NULL, close_note = NULL WHERE id = ?", {file.id}));
    for (const auto& row : TRY(job.session.Query("SELECT clue_id FROM case_clue WHERE case_id = ?", {file.id}))) {
      TRY(ClueEntersCase(job, row.Int("clue_id"), file.id));
    }
  }
  TRY(SetState(job, file, CaseState::kDeciding));
  TRY(AddEvent(
      job, file.id,
      {"reverse", "撤销处理决定" + decision.no + ",台账已冲回",
       "decision " + decision.no + " reversed, the ledger by counter-entries", input.reason, DecisionLink(id)}));
  TRY(TellTeam(job, file,
               {"reversed", "处理决定" + decision.no + "已撤销", "decision " + decision.no + " was reversed",
                CaseLink(file.id)}));
  return TellInstitution(
      job, file.institution,
      {"reversed", "处理决定" + decision.no + "已撤销", "decision " + decision.no + " was reversed", DecisionLink(id)});
}

}  // namespace yijian::casework
