#include "intake/checks.h"

#include <algorithm>

namespace yijian::intake {

const char* KindName(CheckKind kind) {
  switch (kind) {
    case CheckKind::kShape:
      return "shape";
    case CheckKind::kEncoding:
      return "encoding";
    case CheckKind::kType:
      return "type";
    case CheckKind::kRequired:
      return "required";
    case CheckKind::kNullIdentity:
      return "null_identity";
    case CheckKind::kCodeSet:
      return "code_set";
    case CheckKind::kDateOrder:
      return "date_order";
    case CheckKind::kIdentity:
      return "identity";
    case CheckKind::kKey:
      return "key";
    case CheckKind::kReference:
      return "reference";
    case CheckKind::kRefund:
      return "refund";
  }
  return "?";
}

const char* StateName(CheckState state) {
  switch (state) {
    case CheckState::kPassed:
      return "passed";
    case CheckState::kFailed:
      return "failed";
    case CheckState::kNotApplicable:
      return "not applicable";
    case CheckState::kError:
      return "error";
  }
  return "?";
}

void CheckCounts::Keep(Count& count, Example example) {
  auto at = std::ranges::upper_bound(count.examples, example.Order(), {}, &Example::Order);
  count.examples.insert(at, std::move(example));
  if (count.examples.size() > kExamplesMax) count.examples.pop_back();
}

void CheckCounts::Add(const CheckCounts& other) {
  for (size_t check = 0; check < other.counts_.size(); check++) {
    const Count& from = other.counts_[check];
    Count& to = At(static_cast<int>(check));
    to.checked += from.checked;
    to.failed += from.failed;
    for (const Example& example : from.examples) Keep(to, example);
  }
}

int CheckBook::Register(const CheckSubject& subject) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(subjects_, subject);
  if (found != subjects_.end()) return static_cast<int>(found - subjects_.begin());
  subjects_.push_back(subject);
  return static_cast<int>(subjects_.size() - 1);
}

void CheckBook::NotPossible(int check, const std::string& why) {
  std::lock_guard lock(mutex_);
  errors_[check] = why;
}

void CheckBook::Merge(const CheckCounts& counts) {
  std::lock_guard lock(mutex_);
  counts_.Add(counts);
}

std::vector<CheckResult> CheckBook::Results() const {
  std::lock_guard lock(mutex_);
  std::vector<CheckResult> results;
  for (size_t check = 0; check < subjects_.size(); check++) {
    CheckResult& result = results.emplace_back();
    result.subject = subjects_[check];
    if (check < counts_.counts_.size()) {
      const CheckCounts::Count& count = counts_.counts_[check];
      result.checked = count.checked;
      result.failed = count.failed;
      result.examples = count.examples;
    }
    if (auto error = errors_.find(static_cast<int>(check)); error != errors_.end()) {
      result.state = CheckState::kError;
      result.subject.note = error->second;
    } else if (result.checked > 0 || result.failed > 0) {
      result.state = result.failed > 0 ? CheckState::kFailed : CheckState::kPassed;
    }
  }
  std::ranges::stable_sort(results, {}, [](const CheckResult& result) {
    return std::tuple(result.subject.table, result.subject.kind, result.subject.field);
  });
  return results;
}

}  // namespace yijian::intake
