// Counters that follow every change of findings and verdicts in the same transaction: of the clue and its rules, of
// institutions and months, and the clue's rank. Internal to clue.
//
//   Tally tally;
//   tally.Found(place, finding, +1);
//   TRY(tally.Write(session, weights, now));
//
// Recoverable money counts while a finding is undecided and live.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "base/decimal.h"
#include "clue/rank.h"
#include "ledger/book.h"
#include "store/database.h"

namespace yijian::clue {

// What the counters need to know of a finding.
struct Counted {
  int64_t clue = 0;
  std::string rule;
  std::string severity;
  std::string area;
  std::string institution;
  std::string month;
  std::string day;  // empty: not known
  Fen attributed = 0;
  std::optional<Fen> fund;
  std::string verdict = "undecided";

  Fen recoverable() const { return fund.value_or(attributed); }
};

class Tally {
 public:
  // sign +1: the finding is there; -1: it was and is no more.
  void Found(const Counted& finding, int sign);
  // Verdict given: from what it was to what it is. Precision of the rule follows.
  void Judged(const Counted& finding, const std::string& from, const std::string& to);
  // Money that went to confirmed and refuted (negative: back).
  void Money(int64_t clue, Fen confirmed, Fen refuted);
  void Touch(int64_t clue) { clues_[clue]; }

  // Locks rows in order of their keys. Raises versions and `updated_at` of the clues.
  Status Write(store::Session& session, const RankWeights& weights, EpochMs now) const;

 private:
  struct OfClue {
    int64_t findings = 0;
    int64_t undecided = 0;
    Fen found = 0;
    Fen fund = 0;
    Fen confirmed = 0;
    Fen refuted = 0;
    std::string first_day;
    std::string last_day;
  };
  struct OfRule {
    std::string severity;
    int64_t findings = 0;
    Fen found = 0;
    Fen recoverable = 0;
  };
  struct OfMonth {
    int64_t findings = 0;
    Fen found = 0;
    int64_t confirmed = 0;
    int64_t refuted = 0;
    int64_t coding = 0;
  };
  void CountVerdict(const Counted& finding, const std::string& verdict, int sign);
  Status WriteRules(store::Session& session) const;
  Status WriteMonths(store::Session& session) const;
  Status WriteClues(store::Session& session, const RankWeights& weights, EpochMs now) const;

  std::map<int64_t, OfClue> clues_;
  std::map<std::pair<int64_t, std::string>, OfRule> rules_;
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::string>, OfMonth> months_;
  std::map<std::string, RuleVerdicts> verdicts_;
};

// rank, evidence, precision and severity anew from clue_rule and rule_info; for one clue.
// Everything a clue counts, anew from its findings and the ledger; for merging and splitting. Raises its version.
Status Recount(store::Session& session, int64_t clue, const RankWeights& weights, EpochMs now);
Status Rerank(store::Session& session, int64_t clue, const RankWeights& weights);

// What nobody judged in a clue that ends with its case: this verdict (refuted, inconclusive), money and counters with
// it. For casework, in its transaction and whatever the clue's status.
Status JudgeUndecided(store::Session& session, const ledger::Author& author, int64_t clue, const std::string& verdict,
                      const std::string& note, const RankWeights& weights = {});

}  // namespace yijian::clue
