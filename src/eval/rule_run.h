// One rule on its way through one bucket: what the forms of the columnar evaluator share.
//
// Internal to eval. Threads: belongs to one evaluation.
#pragma once

#include <vector>

#include "eval/select.h"

namespace yijian::eval {

struct RuleRun {
  const Bound& bound;
  const BoundRule& rule;
  const Bucket& bucket;
  const BucketIndex& index;
  const std::vector<uint8_t>* interest;  // by line: EvaluateOptions::lines_of_interest; null = all are
  finding::Sink& sink;
  Context context;
  Selection a;  // of side a

  bool IsOfInterest(size_t at) const { return !interest || (*interest)[a.rows[at]] != 0; }
  // The row at hand becomes the context's first.
  void EnterA(size_t at) {
    context.rows[0] = a.rows[at];
    context.anchor_kind = rule.a.of;
    context.anchor = a.rows[at];
    if (a.lookups.empty())
      context.lookups.fill(kNoKnowledge);
    else
      context.lookups = a.lookups[at];
  }
};

// Rules of the forms group and window.
void RunGroups(RuleRun& run);
// Rules of the forms pair, overlap, sequence and absence.
void RunPairs(RuleRun& run);

}  // namespace yijian::eval
