// Runs rules over timelines.
//
//   auto bound = TRY(Bind(rules, codes));                 // once; interns the rules' texts into the code book
//   Collector found;
//   EvaluateColumns(*bound, bucket, found);               // fast
//   EvaluatePlain(*bound, bucket, found);                 // obvious and slow: the judge of the other
//
// Both report the same findings and unknowns, in any order; a property test holds them to it.
//
// Semantics (docs/rule-language.md): three-valued; a row whose knowledge key is not in the table is not judged; rule
// validity, area and knowledge are judged on the row's own day.
// Units:   see timeline/bucket.h and finding/finding.h.
// Errors:  Bind fails with kInvalidInput when a rule names a table or parameter that the set lacks. Missing data are
// not
//          errors but unknowns.
// Threads: Bound is immutable; share it among workers, one bucket each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"
#include "program/rule.h"
#include "timeline/bucket.h"

namespace yijian::eval {

class Bound;

// `codes` gains the texts of rules and knowledge; buckets must use the same (or a later copy of the) code book.
// `rules` outlives the result.
Result<std::shared_ptr<const Bound>> Bind(const program::RuleSet& rules, timeline::CodeBook& codes);

// Codes that `codes` gained after Bind: from here on the bound rules judge them as if they had been there before, at a
// few microseconds each; the first call, even without new codes, indexes the knowledge for them. `codes` must be the
// book given to Bind or a later copy of it; it gains prefixes that rules compare.
// Threads: may be called while others evaluate, and from several threads, as long as `codes` is not shared meanwhile.
// Errors:  kLimit after four million: bind anew.
Status Cover(const Bound& bound, timeline::CodeBook& codes);
int64_t CoveredOf(const Bound& bound);  // codes below this number are known

// Asked before each rule and told after it: budgets of time, costs of rules. Called from the evaluating thread.
class RuleWatch {
 public:
  virtual ~RuleWatch() = default;
  virtual bool Begin(uint32_t rule) = 0;  // false: the rule is passed over, and End not called
  virtual void End(uint32_t rule) = 0;
};

// Only rules of this subject run: a bucket holds the timelines of one kind of subject.
struct EvaluateOptions {
  program::Subject subject = program::Subject::kPerson;
  uint8_t moments = program::kPre | program::kMid | program::kPost;  // only rules of one of these
  RuleWatch* watch = nullptr;                                        // EvaluateColumns only
  // EvaluateColumns only: by line, whether it is of interest; null = all are. What is said of lines, and of groups
  // within a visit, none of which is of interest may be left out; a rule about items without such a line is passed
  // over, its watch not asked. For real time, where all that counts is what a draft changes.
  const std::vector<uint8_t>* lines_of_interest = nullptr;
};

void EvaluatePlain(const Bound& bound, const timeline::Bucket& bucket, finding::Sink& sink,
                   EvaluateOptions options = {});
void EvaluateColumns(const Bound& bound, const timeline::Bucket& bucket, finding::Sink& sink,
                     EvaluateOptions options = {});

// Fields to load for a subject's rules, and (for subjects other than persons) the item codes that those of these
// moments are interested in; nullopt = one of them wants lines whatever their item.
program::FieldSet FieldsOf(const Bound& bound, program::Subject subject);
std::optional<std::vector<int64_t>> ItemsOf(const Bound& bound, program::Subject subject, uint8_t moments);
// Whether they are interested in this one; for single rows, covered codes too.
bool Concerns(const Bound& bound, program::Subject subject, int64_t item, uint8_t moments);
const std::vector<program::Rule>& RulesOf(const Bound& bound);
const timeline::CodeBook& CodesOf(const Bound& bound);
// The text and name of a code, covered ones too; empty when unknown.
const std::string& TextOf(const Bound& bound, int64_t code);
const std::string& NameOf(const Bound& bound, int64_t code);

}  // namespace yijian::eval
