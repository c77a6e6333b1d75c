#include "casework/casework.h"

#include "casework/case_steps.h"
#include "casework/clock_book.h"
#include "casework/decision_steps.h"
#include "casework/tick.h"
#include "trail/trail.h"

namespace yijian::casework {

Status Casework::Begin() {
  return Write(Actor{}, [](Job& job) -> Status { return EnsureFlow(job); });
}

Status Casework::Look(const Actor& actor, const std::string& action, const std::string& kind, const std::string& id) {
  trail::Entry entry{.user = actor.user,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = action,
                     .view = true,
                     .object_kind = kind,
                     .object_id = id,
                     .ip = actor.ip};
  if (views_ != nullptr) return views_->Note(std::move(entry));
  return database_.Write([&](store::Session& session) -> Status {
    TRY(trail::Append(session, entry, clock_.Now()));
    return {};
  });
}

Result<Casework::TickReport> Casework::Tick() {
  constexpr int kClocksMax = 5000;
  const Actor program{.name = "系统"};
  TickReport report;
  auto due = TRY(Read(program, [](Job& job) { return DueClocks(job, kClocksMax); }));
  for (const auto& clock : due) {
    Status done = Write(program, [&](Job& job) -> Status {
      // Somebody may have met it since it was listed.
      auto still = TRY(job.session.QueryOne(
          std::string("SELECT id FROM case_clock WHERE id = ? AND state = 'running' AND due_at < ?") +
              job.session.ForUpdate(),
          {clock.id, job.now}));
      if (!still) return {};
      return ActOnClock(job, clock);
    });
    report.clocks++;
    if (!done.has_value()) report.Fail(clock.kind + " of clock " + std::to_string(clock.id), done.error());
  }
  for (int64_t grown : TRY(Read(program, [](Job& job) { return GrownCases(job); }))) {
    Status told = Write(program, [&](Job& job) { return TellGrowth(job, grown); });
    report.grown++;
    if (!told.has_value()) report.Fail("later findings of case " + std::to_string(grown), told.error());
  }
  report.woken = TRY(Write(program, [](Job& job) { return WakeSnoozedClues(job); }));
  return report;
}

}  // namespace yijian::casework
