#include "casework/tick.h"

#include "casework/clock_book.h"
#include "casework/notices.h"
#include "casework/opinion_steps.h"

namespace yijian::casework {
namespace {

// The person or role that hears of a missed clock: its own owner, and who stands behind him.
Status TellOwner(Job& job, const ClockRow& clock, const Notice& notice) {
  if (clock.owner != 0) TRY(Tell(job, {clock.owner}, notice));
  if (!clock.institution.empty()) TRY(TellInstitution(job, clock.institution, notice));
  return {};
}

Result<bool> Escalate(Job& job, const ClockRow& clock, const ClockKind& kind, const Notice& notice) {
  std::vector<int64_t> users;
  if (kind.escalate == "handler") {
    if (clock.case_id != 0) users.push_back(TRY(LoadCase(job, clock.case_id)).handler);
  } else if (kind.escalate == "next_level") {
    // The level above the one that let it lie.
    char level = clock.role.empty() ? '1' : clock.role.back();
    std::string role = std::string("approver_") + (level < '4' ? static_cast<char>(level + 1) : '4');
    for (const auto& person : TRY(PeopleWithRole(job, role, clock.area))) users.push_back(person.user);
  } else if (kind.escalate != "none") {
    for (const auto& person : TRY(PeopleWithRole(job, kind.escalate, clock.area))) users.push_back(person.user);
  }
  TRY(Tell(job, users, notice));
  return !users.empty();
}

// Unpaid money brings the next clock: reminder after the time to pay, the court after the time to sue.
Status FollowUp(Job& job, const ClockRow& clock) {
  if (clock.case_id == 0 || (clock.kind != "payment" && clock.kind != "lawsuit")) return {};
  CaseRow file = TRY(LoadCase(job, clock.case_id));
  if (clock.kind == "payment") {
    TRY(StartClocks(job, "payment_missed", {.file = &file, .object_kind = "measure", .object = clock.object}));
    return {};
  }
  auto unpaid = TRY(job.session.Query(
      "SELECT id FROM measure WHERE decision_id = ? AND kind = 'fine' AND state IN ('in_force', 'partly')",
      {clock.object}));
  for (const auto& row : unpaid)
    TRY(StartClocks(job, "lawsuit_ended", {.file = &file, .object_kind = "measure", .object = row.Int("id")}));
  return {};
}

// These end quietly: nobody failed when a right was not used.
bool IsARight(const std::string& kind) {
  return kind == "review_request" || kind == "lawsuit" || kind == "appeal" || kind == "statement" ||
         kind == "hearing_request";
}

}  // namespace

Status ActOnClock(Job& job, const ClockRow& clock) {
  const ClockKind* kind = job.rules.clocks.Find(clock.kind);
  if (kind == nullptr) return MarkMissed(job, clock, false);  // of an older table
  std::string link = clock.case_id != 0 ? CaseLink(clock.case_id) : "/self-checks/" + WireId('s', clock.object);
  if (IsARight(clock.kind)) {
    // Who stated his view has used his time, though it ran to its end for more of it.
    if (clock.kind == "statement" && TRY(HasStatement(job, clock.object)))
      return StopClocks(job, clock.kind, clock.object_kind, clock.object);
    TRY(MarkMissed(job, clock, false));
    if (clock.kind == "appeal") return LapseAppeal(job, clock.object);
    return FollowUp(job, clock);
  }
  Notice notice{"overdue", "逾期:" + kind->zh + "(" + FormatDate(DayAt(clock.due_at)) + ")",
                "overdue: " + kind->en + " (" + FormatDate(DayAt(clock.due_at)) + ")", link};
  TRY(TellOwner(job, clock, notice));
  bool escalated = TRY(Escalate(job, clock, *kind, notice));
  TRY(MarkMissed(job, clock, escalated));
  if (clock.kind == "answer") return ExpireOpinion(job, clock.object);
  if (clock.case_id != 0) {
    TRY(AddEvent(job, clock.case_id, {"overdue", notice.zh, notice.en, kind->basis, ""}));
  }
  return FollowUp(job, clock);
}

}  // namespace yijian::casework
