// The service of this room: every step a person, an institution's system or time takes on a case.
//
//   Casework casework(database, clock, rules, bureau);
//   TRY(casework.Begin());                                        // the first approval flow
//   int64_t id = TRY(casework.Write(actor, [&](Job& job) { return OpenCase(job, input); }));
//   nlohmann::json shown = TRY(casework.Read(actor, [&](Job& job) { return CaseView(job, id); }));
//
// Write runs one step of case_steps.h, opinion_steps.h, decision_steps.h, self_check_steps.h, documents.h in one
// transaction; Read a view of views.h. Steps may run again when the database asks for it, so they only touch their Job.
// Owns:    nothing: all it is handed outlives it. Threads: share freely.
#pragma once

#include <type_traits>
#include <utility>

#include "casework/job.h"
#include "trail/view_log.h"

namespace yijian::casework {

class Casework {
 public:
  Casework(store::Database& database, const Clock& clock, const Rules& rules, const Bureau& bureau)
      : database_(database), clock_(clock), rules_(rules), bureau_(bureau) {}

  Status Begin();

  template <typename Step>
  auto Write(const Actor& actor, Step&& step) {
    return database_.Write([&](store::Session& session) { return Run(session, actor, step); });
  }
  template <typename View>
  auto Read(const Actor& actor, View&& view) {
    return database_.Read([&](store::Session& session) { return Run(session, actor, view); });
  }

  // A look, for the trail (网络费用查看日志): committed before the answer goes out; by the shared log of looks once
  // there is one.
  void LogLooksBy(trail::ViewLog* views) { views_ = views; }
  Status Look(const Actor& actor, const std::string& action, const std::string& kind, const std::string& id);

  struct TickReport {
    int clocks = 0;
    int grown = 0;   // cases told of what a later audit changed
    int failed = 0;  // they come again at the next tick
    int64_t woken = 0;
    std::string first_error;

    void Fail(const std::string& what, const Error& error) {
      failed++;
      if (first_error.empty()) first_error = what + ": " + error.message;
    }
  };
  // Everything that is due now, at most a few thousand clocks.
  Result<TickReport> Tick();

  const Rules& rules() const { return rules_; }
  const Clock& clock() const { return clock_; }

 private:
  template <typename Step>
  std::invoke_result_t<Step, Job&> Run(store::Session& session, const Actor& actor, Step& step) {
    Job job{session, rules_, bureau_, actor, clock_.Now(), TRY(bureau_.WorkingDays(session))};
    return step(job);
  }

  store::Database& database_;
  const Clock& clock_;
  const Rules& rules_;
  const Bureau& bureau_;
  trail::ViewLog* views_ = nullptr;
};

}  // namespace yijian::casework
