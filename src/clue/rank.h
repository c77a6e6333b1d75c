// Which clue first: rank = recoverable yuan x evidence x precision. Pure arithmetic; docs/casework.md says why.
//
//   Precision of a rule: (confirmed + coding / 2 + a) / (confirmed + refuted + coding + a + b)
//   A clue takes the means of its rules weighted by recoverable money; by findings when nothing is recoverable any
//   more.
//
// Threads: stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace yijian::clue {

// The weights of one severity; all are settings.
struct SeverityWeights {
  double evidence = 0;
  double prior_a = 0;
  double prior_b = 0;
};
struct RankWeights {
  SeverityWeights violation{1.0, 8, 2};
  SeverityWeights suspect{0.6, 5, 5};
  SeverityWeights lead{0.3, 3, 7};
  SeverityWeights monitor{0.1, 1, 9};
  const SeverityWeights& Of(std::string_view severity) const;  // suspect when it does not know it
};

struct RuleVerdicts {
  int64_t confirmed = 0;
  int64_t refuted = 0;
  int64_t coding = 0;
};
double PrecisionOf(const RuleVerdicts& verdicts, const SeverityWeights& weights);
// Enough verdicts that they outweigh the prior.
bool PrecisionMeasured(const RuleVerdicts& verdicts, const SeverityWeights& weights);

struct RankPart {  // one rule of a clue
  Fen recoverable = 0;
  int64_t findings = 0;
  double evidence = 0;
  double precision = 0;
};
struct Rank {
  double rank = 0;
  Fen recoverable = 0;
  double evidence = 0;
  double precision = 0;
};
Rank RankOf(const std::vector<RankPart>& parts);

// Strongest first: 0 violation ... 3 monitor.
int StrengthOf(std::string_view severity);

}  // namespace yijian::clue
