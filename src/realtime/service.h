// Real time: answers drafts before care and at settlement, and takes in what was done.
//
//   Service service(*store, clock);
//   TRY(service.LoadLive({"rules/packs"}));
//   Answer answer = TRY(service.Ask(draft));                     // 3101, 3102: changes nothing but the log of hits
//   TRY(service.Take(upload));                                   // 2204, 2207, ...: today's sale counts tomorrow
//   TRY(service.Feedback(feedback));                             // 3103
//
// Ask:     the compiled rules and the evaluator of the batch audit over the person's history and the draft in hand (and
//          the trace codes and doctors it names): see Judge and docs/decisions/0010.
// Packs:   live and shadow versions are swapped whole (LoadLive, LoadShadow); a request ends on the version it began
//          with. The shadow's differences are counted per rule, and kept as notes.
// Message: Take with a msgid that was carried out before does nothing, and says so.
// Clock:   given; the service never asks the machine what day it is.
// Errors:  kInvalidInput drafts that cannot be; kIo the store.
// Threads: share it. Requests about one person that change the store wait for each other.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "realtime/judge.h"
#include "realtime/policy.h"
#include "realtime/store.h"
#include "realtime/told.h"

namespace yijian::realtime {

struct Draft {
  std::string msgid;
  program::Moment moment = program::kMid;
  std::string institution;  // that asks; code
  Time now = 0;             // by the asker's clock
  History told;             // the person's; subject kNull: nobody's (stock that comes in)
  std::vector<Act> clears;  // taken out of what is known beforehand: care that `told` tells anew
  History elsewhere;        // earlier visits as the asker knows them; heard where we know no line of the visit
  std::unordered_map<int64_t, std::string> row_names;  // lines: what the asker calls them (rx_id), by key
  std::vector<std::string> rules;                      // only these; empty = all of the moment
  bool trial = false;                                  // somebody tries it: told hits count in no report
};

struct Hit {
  Accusation accusation;
  Advice advice = Advice::kPass;
  bool reason_needed = false;  // to carry on nevertheless
  std::string remedy_zh;       // what to change so that it passes
  std::string remedy_en;
};

struct Answer {
  std::shared_ptr<const PackVersion> version;
  std::shared_ptr<const Policy> policy;
  std::vector<Hit> hits;
  std::vector<Accusation> lifted;  // told before, and ended by this draft
  std::vector<Doubt> doubts;
  std::vector<uint32_t> not_reached;  // rules the budget left out
  Advice advice = Advice::kPass;      // the strongest
  bool held_back = false;             // by a class that fails closed, not by a hit
  int64_t microseconds = 0;
};

// A line that gives an earlier one back.
struct Refund {
  int64_t line = kNull;  // key of the negative line, in `told`
  int64_t of = kNull;    // key of the line given back
};

struct Upload {
  std::string msgid;  // empty: not idempotent
  uint64_t digest = 0;
  std::string infno;
  History told;
  std::vector<Refund> refunds;  // a line given back whole goes, and so does the refund; a part stays a negative line
  std::string response;         // kept for the same message again
};

struct Taken {
  bool again = false;    // carried out before
  std::string response;  // what was answered then
};

struct ShadowUse {
  int64_t both = 0;
  int64_t only_live = 0;
  int64_t only_shadow = 0;
};

class Service {
 public:
  using Clock = std::function<Time()>;  // the bureau's local time
  using Begun = std::chrono::steady_clock::time_point;
  Service(Store& store, Clock clock);

  // Loads and puts in force; requests on their way are not disturbed. A version that cannot be loaded changes nothing.
  // Nor does one that `check` does not like.
  Status LoadLive(const std::vector<std::string>& pack_dirs,
                  const std::function<Status(const PackVersion&)>& check = nullptr);
  Status LoadShadow(const std::vector<std::string>& pack_dirs);
  void DropShadow();
  void SetPolicy(Policy policy);
  std::shared_ptr<const PackVersion> live() const;
  std::shared_ptr<const PackVersion> shadow() const;
  std::shared_ptr<const Policy> policy() const;

  Result<Answer> Ask(const Draft& draft);
  // Each on its own, as if asked one by one, in one evaluation. In the order given. The policy's time runs from
  // `begun`: when the question arrived.
  Result<std::vector<Answer>> AskMany(std::span<const Draft> drafts, Begun begun = std::chrono::steady_clock::now());

  Result<Taken> Take(const Upload& upload);
  // One message about several persons, carried out whole or not at all; the first has its msgid, digest and response.
  Result<Taken> TakeAll(std::vector<Upload> uploads);
  // Carried out before with this digest: what was answered. kConflict: the same msgid asked for something else.
  Result<std::optional<std::string>> FindAnswer(const std::string& msgid, uint64_t digest) const;
  // Questions change nothing, so their answers are kept in memory only, the last kAnswerBytesMax bytes of them: a
  // question sent again because its answer was lost gets the same one.
  void KeepAnswer(const std::string& msgid, uint64_t digest, const std::string& response);
  static constexpr size_t kAnswerBytesMax = 64 << 20;

  Result<FeedbackResult> Take(const std::vector<Feedback>& feedback) { return told_.Take(feedback); }
  // By rule id; of one institution, or of all.
  Result<std::map<std::string, Acceptance>> AcceptanceByRule(const std::string& institution = {});
  ToldBook& told() { return told_; }

  std::map<std::string, ShadowUse> ShadowDifferences() const;
  Store& store() { return store_; }
  Time Now() const { return clock_(); }

 private:
  struct Case;  // one draft on its way
  struct State {
    std::shared_ptr<const PackVersion> live;
    std::shared_ptr<const PackVersion> shadow;
    std::shared_ptr<const Policy> policy;
  };

  std::shared_ptr<const State> state() const { return state_.load(std::memory_order_acquire); }
  void Change(const std::function<void(State&)>& change);
  Status Gather(const State& state, std::vector<Case>& cases) const;
  Answer Finish(const State& state, Case& one) const;
  void CompareShadow(const State& state, std::vector<Case>& cases);

  Store& store_;
  Clock clock_;
  ToldBook told_;
  std::atomic<std::shared_ptr<const State>> state_;
  std::mutex change_mutex_;
  mutable std::mutex shadow_mutex_;
  std::map<std::string, ShadowUse> shadow_use_;
  std::atomic<uint64_t> asked_{0};
  struct Kept {
    uint64_t digest;
    std::string response;
  };
  mutable std::mutex kept_mutex_;
  std::unordered_map<std::string, Kept> kept_;
  std::deque<std::string> kept_order_;
  size_t kept_bytes_ = 0;
};

// Rows and acts of a message about a person as doctors and trace codes see them. `before`: what was known of the
// person. `wanted`: whether doctors' rules care for an item.
std::vector<Change> Spread(const History& before, const History& told, const std::function<bool(int64_t item)>& wanted,
                           const std::function<std::string(int64_t code)>& text);

// What the asker can change so that the rule is content.
program::Bilingual RemedyFor(const PackVersion& version, const Accusation& accusation);

}  // namespace yijian::realtime
