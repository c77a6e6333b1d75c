#include "clue/rank.h"

namespace yijian::clue {

const SeverityWeights& RankWeights::Of(std::string_view severity) const {
  if (severity == "violation") return violation;
  if (severity == "lead") return lead;
  if (severity == "monitor") return monitor;
  return suspect;
}

double PrecisionOf(const RuleVerdicts& verdicts, const SeverityWeights& weights) {
  double good = static_cast<double>(verdicts.confirmed) + static_cast<double>(verdicts.coding) / 2 + weights.prior_a;
  double all =
      static_cast<double>(verdicts.confirmed + verdicts.refuted + verdicts.coding) + weights.prior_a + weights.prior_b;
  return all > 0 ? good / all : 0;
}

bool PrecisionMeasured(const RuleVerdicts& verdicts, const SeverityWeights& weights) {
  return static_cast<double>(verdicts.confirmed + verdicts.refuted + verdicts.coding) >=
         weights.prior_a + weights.prior_b;
}

Rank RankOf(const std::vector<RankPart>& parts) {
  Rank rank;
  double weights = 0;
  for (const RankPart& part : parts) rank.recoverable += part.recoverable;
  for (const RankPart& part : parts) {
    double weight = static_cast<double>(rank.recoverable > 0 ? part.recoverable : part.findings);
    weights += weight;
    rank.evidence += weight * part.evidence;
    rank.precision += weight * part.precision;
  }
  if (weights > 0) {
    rank.evidence /= weights;
    rank.precision /= weights;
  }
  rank.rank = static_cast<double>(rank.recoverable) / 100 * rank.evidence * rank.precision;
  return rank;
}

int StrengthOf(std::string_view severity) {
  if (severity == "violation") return 0;
  if (severity == "suspect") return 1;
  return severity == "lead" ? 2 : 3;
}

}  // namespace yijian::clue
