// Hits as they were told and what was answered to them (3103), and how often advice is taken, counted as it happens.
//
//   ToldBook told(store, clock);
//   TRY(told.Tell(draft, answer));                                   // notes: what the asker was told
//   FeedbackResult result = TRY(told.Take(feedback));                // 3103
//   TRY(told.ForEachTally([&](const TallyKey& key, const Acceptance& counts) { ... }));
//
// Tallies: by month, institution, department, doctor, rule and moment; trials are left out. The first question reads
// all
//          that was ever told (some hundred thousand hits a second); from then on they are kept as hits and answers
//          come, so that no report reads a hit again. They are this process's: after a restart they are read once more.
// Same:    a hit told again to the same institution stands as it was told last, trials apart from what was told in
//          earnest; of several answers the last by the sender's clock counts.
// Memory:  a tally for each key that occurs; some hundred bytes.
// Errors:  kIo the store.
// Threads: share it. What is told or answered about one hit waits for each other; a tally under way stops nobody.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/decimal.h"
#include "program/rule.h"
#include "realtime/store.h"

namespace yijian::realtime {

struct Draft;   // realtime/service.h
struct Answer;  // realtime/service.h

struct Feedback {
  std::string hit;  // 16 hex digits
  program::Moment moment = program::kPre;
  bool carried_on = false;  // dspo_way 1; else changed (2)
  std::string reason;
  std::string institution;
  std::string by;
  Time at = 0;
  bool trial = false;  // somebody tries it: checked alike, kept only for hits that are trials too
};

struct FeedbackResult {
  std::vector<std::string> unknown;         // hits the institution was never told
  std::vector<std::string> without_reason;  // carried on where a reason is needed
};

struct Acceptance {
  int64_t told = 0;      // hits
  int64_t answered = 0;  // with feedback
  int64_t changed = 0;   // the advice was taken
  int64_t carried_on = 0;
  int64_t with_reason = 0;  // of carried_on
  Fen amount = 0;           // of all told

  void Add(const Acceptance& other, int64_t times = 1);
};

// A line a hit accuses, as the asker calls it (rx_id, bkkp_sn), and what it is of.
struct ToldLine {
  std::string line;
  std::string item;
};

// A hit as it was told, and what was answered to it last.
struct ToldHit {
  std::string id;
  std::string rule;
  std::string institution;
  std::string department;
  std::string doctor;
  std::string visit;
  std::string moment;           // pre, mid
  std::string at;               // YYYY-MM-DD hh:mm:ss
  std::string asked;            // the same, by the asker's clock; empty in notes of older programs
  std::vector<ToldLine> lines;  // charged ones; empty in notes of older programs
  std::string message;
  Fen amount = 0;
  bool trial = false;
  bool answered = false;
  bool carried_on = false;
  std::string reason;
  std::string by;
  std::string answered_at;
};

struct TallyKey {
  std::string month;  // YYYY-MM, of the telling
  std::string institution;
  std::string department;
  std::string doctor;
  std::string rule;
  std::string moment;
  friend auto operator<=>(const TallyKey&, const TallyKey&) = default;
};

class ToldBook {
 public:
  ToldBook(Store& store, std::function<Time()> clock) : store_(store), clock_(std::move(clock)) {}

  Status Tell(const Draft& draft, const Answer& answer);
  // All of a message or none of it.
  Result<FeedbackResult> Take(const std::vector<Feedback>& feedback);

  Status ForEachTally(const std::function<void(const TallyKey&, const Acceptance&)>& take);
  // Of one visit, trials left out, each with its last answer.
  Result<std::vector<ToldHit>> OfVisit(const std::string& visit) const;
  // Hits carried on with, newest first, until `take` says false.
  Status ForEachOverride(const std::function<bool(const ToldHit&)>& take) const;

 private:
  using Tallies = std::map<TallyKey, Acceptance>;

  std::vector<std::unique_lock<std::mutex>> LockAll(const std::vector<std::string>& keys);
  Result<std::optional<ToldHit>> Find(const std::string& key) const;
  Status AddAnswerTo(const std::string& hit_key, ToldHit& hit) const;
  // `times` -1: it stands so no longer.
  void Tally(const std::optional<ToldHit>& hit, int64_t times);
  Status CountAll();

  Store& store_;
  std::function<Time()> clock_;
  std::array<std::mutex, 64> hit_locks_;
  // Whoever writes shares it; who begins to count has it alone, so that each hit is either counted or tallied.
  std::shared_mutex gate_;
  std::atomic<bool> tallying_{false};
  std::mutex count_mutex_;
  bool counted_ = false;  // guarded by count_mutex_
  std::mutex tallies_mutex_;
  Tallies tallies_;
};

}  // namespace yijian::realtime
