// Executing what was decided. Contract in decision_steps.h.
#include <algorithm>

#include "base/words.h"
#include "casework/clock_book.h"
#include "casework/decision_book.h"
#include "casework/words.h"

namespace yijian::casework {
namespace {

struct Accounts {
  std::string_view from;
  std::string_view to;
};

Accounts AccountsOf(MeasureKind kind, const std::string& way) {
  switch (MoneyOf(kind)) {
    case Money::kLines:
      return {"decided", way == "written_off" ? "written_off" : "recovered"};
    case Money::kDamages:
      return {"damages_due", "damages_paid"};
    default:
      return {"fine_due", "fine_paid"};
  }
}

// The share of every line that this payment settles, in the order of the lines.
Status PayLines(Job& job, const Booking& booking, const MeasureRow& measure, const Accounts& accounts, Fen amount) {
  std::vector<Share> left;
  for (const auto& row : TRY(job.session.Query(
           "SELECT line_id, amount_fen - done_fen AS left_fen FROM measure_line WHERE measure_id = ? ORDER BY line_id",
           {measure.id}))) {
    left.push_back({row.Int("line_id"), row.Int("left_fen")});
  }
  auto shares = ShareOut(amount, left);
  for (const auto& share : shares) {
    TRY(job.session.Execute("UPDATE measure_line SET done_fen = done_fen + ? WHERE measure_id = ? AND line_id = ?",
                            {share.amount, measure.id, share.line}));
  }
  return BookLines(job, booking, accounts.from, accounts.to, shares);
}

Result<MeasureState> Pay(Job& job, const CaseRow& file, const DecisionRow& decision, const MeasureRow& measure,
                         const ExecuteInput& input) {
  Fen left = measure.amount - measure.done;
  if (!input.amount || *input.amount <= 0 || *input.amount > left) {
    return FieldErrors({{"/amount_fen", "1 to " + std::to_string(left) + ", what is still open",
                         "1 至 " + std::to_string(left) + " 分（尚未执行的金额）"}});
  }
  if (input.way != "written_off" && input.receipt.empty())
    return FieldErrors({{"/receipt", "the voucher's number", "凭证号"}});
  if (input.way == "written_off" && input.note.empty())
    return FieldErrors({{"/note", "why it is written off", "核销原因"}});
  Booking booking{file.id, file.no, decision.id, measure.id, file.institution, file.area, input.receipt, input.note};
  Accounts accounts = AccountsOf(measure.kind, input.way);
  if (MoneyOf(measure.kind) == Money::kLines) {
    TRY(PayLines(job, booking, measure, accounts, *input.amount));
  } else {
    TRY(BookMeasure(job, booking, accounts.from, accounts.to, *input.amount));
  }
  TRY(job.session.Execute("UPDATE measure SET done_fen = done_fen + ? WHERE id = ?", {*input.amount, measure.id}));
  return AfterPayment(measure.amount, measure.done + *input.amount);
}

// Interview, correction, suspension, end, transfer: no money.
Result<MeasureState> Act(Job& job, const CaseRow& file, const MeasureRow& measure, const ExecuteInput& input) {
  if (input.amount)
    return FieldErrors({{"/amount_fen", "none: this measure moves no money", "此措施不涉及金额，不填"}});
  if (measure.kind == MeasureKind::kTransfer) {
    if (input.receipt.empty()) return FieldErrors({{"/receipt", "the number of the receipt", "回执编号"}});
    TRY(StartClocks(job, "transfer_receipted", {.file = &file, .object_kind = "measure", .object = measure.id}));
  }
  if (measure.kind != MeasureKind::kSuspend) return MeasureState::kDone;
  auto begun =
      TRY(job.session.QueryOne("SELECT id FROM execution WHERE measure_id = ? AND way = 'begun'", {measure.id}));
  if (input.way == "begun") {
    if (begun) return ErrorOf({"already_begun", "中止(暂停)已经开始", "the suspension has begun already"});
    TRY(StartClocks(
        job, "suspension_begun",
        {.file = &file, .object_kind = "measure", .object = measure.id, .last_day = ParseDate(measure.until_day)}));
    return MeasureState::kPartly;
  }
  if (!begun) return ErrorOf({"not_begun", "中止(暂停)尚未开始", "the suspension has not begun"});
  return MeasureState::kDone;
}

}  // namespace

Status ExecuteMeasure(Job& job, int64_t id, const ExecuteInput& input) {
  auto row = TRY(job.session.QueryOne("SELECT decision_id FROM measure WHERE id = ?", {id}));
  if (!row) return NotFound("no such measure", "没有此措施");
  DecisionRow decision = TRY(LoadDecision(job, row->Int("decision_id")));
  CaseRow file =
      TRY(LoadCaseFor(job, decision.case_id, CaseStep::kExecute, {.permission = "measure.execute", .team = false}));
  if (decision.version != input.version) return StaleVersion("决定", "the decision");
  if (auto why = Refuse(decision.state, DecisionStep::kExecute)) return ErrorOf(*why);
  auto found =
      std::find_if(decision.measures.begin(), decision.measures.end(), [id](const auto& m) { return m.id == id; });
  CHECK(found != decision.measures.end());
  MeasureRow& measure = *found;
  if (!MayExecute(measure.kind, input.way))
    return FieldErrors({{"/way", "a way of executing '" + std::string(Name(measure.kind)) + "'",
                         "“" + std::string(Zh(measure.kind)) + "”的执行方式"}});
  if (measure.state == MeasureState::kDone || measure.state == MeasureState::kCancelled) {
    return ErrorOf({"not_in_this_state", "该措施已执行完毕或已取消", "this measure is done or cancelled"});
  }
  Date day = input.day.value_or(job.Today());
  if (day > job.Today()) return FieldErrors({{"/day", "today or earlier", "今天或更早"}});

  measure.state = MoneyOf(measure.kind) == Money::kNone ? TRY(Act(job, file, measure, input))
                                                        : TRY(Pay(job, file, decision, measure, input));
  TRY(job.session.Execute("UPDATE measure SET state = ? WHERE id = ?", {std::string(Name(measure.state)), id}));
  TRY(
      job.session.Execute("INSERT INTO execution (measure_id, case_id, at, day, user_id, way, amount_fen, receipt, "
                          "note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          {id, file.id, job.now, FormatDate(day), job.actor.user, input.way, store::Maybe(input.amount),
                           store::TextOrNull(input.receipt), store::TextOrNull(input.note)}));
  if (measure.state == MeasureState::kDone) {
    for (const char* kind : {"payment", "refund", "reminder", "court", "correct", "suspension_end"})
      TRY(StopClocks(job, kind, "measure", id));
    if (measure.kind == MeasureKind::kTransfer) TRY(StopClocks(job, "transfer_send", "decision", decision.id));
  }
  bool all_done = std::all_of(decision.measures.begin(), decision.measures.end(),
                              [](const auto& m) { return m.state == MeasureState::kDone; });
  TRY(SetDecisionState(job, decision, all_done ? DecisionState::kExecuted : DecisionState::kDelivered));
  TRY(SumUpCase(job, file.id));
  TRY(Touch(job, file));
  Words words = ExecutionWords(input.way);
  std::string money = input.amount ? " " + FormatFen(*input.amount) + "元" : "";
  return AddEvent(job, file.id,
                  {"execute", std::string(Zh(measure.kind)) + "执行(" + words.zh + ")" + money,
                   std::string(Name(measure.kind)) + " " + words.en +
                       (input.amount ? " " + FormatFen(*input.amount) + " yuan" : ""),
                   input.receipt.empty() ? input.note : input.receipt + (input.note.empty() ? "" : "; " + input.note),
                   DecisionLink(decision.id)});
}

}  // namespace yijian::casework
