// The columnar evaluator: one pass finds the candidate rows of all rules by item, whole columns are tested at once, and
// only what survives is looked at row by row.

#include <algorithm>

#include "eval/rule_run.h"

namespace yijian::eval {
namespace {

using finding::Sink;
using program::Form;
using program::Within;

// A group that reaches beyond a visit may be another one for a line of interest that only the other of two histories
// has: all groups are judged, so that the one it was is seen to be gone.
bool LeavesOut(const program::Rule& rule) {
  Within::Unit unit = rule.within.unit;
  bool in_visit = rule.form == Form::kEach || unit == Within::Unit::kVisit || unit == Within::Unit::kStay;
  return rule.a.of == Kind::kLine && in_visit;
}

void RunEach(RuleRun& run) {
  for (size_t at = 0; at < run.a.rows.size(); at++) {
    if (!run.IsOfInterest(at)) continue;
    run.EnterA(at);
    if (run.a.StateOf(at) == kTrue)
      ReportRow(run.context, run.sink);
    else
      ReportUnknown(run.context, run.rule.a.of, run.a.rows[at], run.a.StateOf(at), run.sink);
  }
}

void RunRule(RuleRun& run) {
  run.a = Select(run.bound, run.rule, run.rule.a, 0, run.bucket, run.index);
  if (run.a.rows.empty()) return;
  if (run.rule.binary) return RunPairs(run);
  if (run.rule.rule->form == Form::kEach) return RunEach(run);
  RunGroups(run);
}

// Whether what the rule would say is of no interest: it is about items, and none of their lines is.
bool IsIdle(const BoundRule& rule, const BucketIndex& index, const std::vector<uint8_t>* interest) {
  auto lines_of = [&](const BoundSide& side) {
    return side.interest.empty() ? nullptr : &index.candidates[side.index];
  };
  const std::vector<uint32_t>* a = lines_of(rule.a);
  if (a && a->empty()) return true;  // nobody can be accused
  if (!a || !interest) return false;
  auto is_idle = [&](const std::vector<uint32_t>& lines) {
    return std::ranges::none_of(lines, [&](uint32_t row) { return (*interest)[row] != 0; });
  };
  if (!is_idle(*a)) return false;
  if (!rule.binary) return true;
  const std::vector<uint32_t>* b = lines_of(rule.b);
  return b && is_idle(*b);
}

}  // namespace

void EvaluateColumns(const Bound& bound, const Bucket& bucket, Sink& sink, EvaluateOptions options) {
  BucketIndex index = IndexBucket(bound, bucket, options.subject);
  for (const BoundRule& rule : bound.rules) {
    if (rule.rule->subject != options.subject || (rule.rule->moments & options.moments) == 0) continue;
    if (IsIdle(rule, index, options.lines_of_interest)) continue;
    if (options.watch && !options.watch->Begin(rule.index)) continue;
    const std::vector<uint8_t>* interest = LeavesOut(*rule.rule) ? options.lines_of_interest : nullptr;
    RuleRun run{bound, rule, bucket, index, interest, sink, ContextFor(bound, rule, bucket), {}};
    RunRule(run);
    if (options.watch) options.watch->End(rule.index);
  }
}

}  // namespace yijian::eval
