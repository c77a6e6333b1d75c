// What is checked of a batch, and how it went.
//
//   CheckBook book;
//   int check = book.Register({.table = "fee_line", .field = "pric", .kind = CheckKind::kType,
//   .quarantines = true}); CheckCounts counts;                          // one per thread
//   counts.Pass(check, rows); counts.Fail(check, {file, row, value});
//   book.Merge(counts);
//   std::vector<CheckResult> results = book.Results();
//
// States:  passed: looked at, nothing found. failed: something found; rows of a check that
// quarantines were not taken,
//          those of others stay in the batch. not applicable: nothing to look at (no such column,
//          no register to look in). error: the check itself could not be done; the note says why.
// Order:   results are sorted by table, kind and field; examples are the first five by file and
// row, whatever the threads did. Threads: CheckBook is safe; CheckCounts belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace yijian::intake {

// In the JSON of manifests by name: never rename.
enum class CheckKind : uint8_t {
  kShape,         // the record has as many fields as the header
  kEncoding,      // texts are UTF-8 without NULs
  kType,          // the value reads as the column's type
  kRequired,      // there is a value
  kNullIdentity,  // blank and dummy ids of persons, doctors, institutions
  kCodeSet,       // the code is in its code set
  kDateOrder,     // begin <= end, birth <= death
  kIdentity,      // sums of money agree
  kKey,           // the key is unique in the batch and the lake
  kReference,     // what the row refers to exists
  kRefund,        // refunds find what they refund
};
const char* KindName(CheckKind kind);

enum class CheckState : uint8_t { kPassed, kFailed, kNotApplicable, kError };
const char* StateName(CheckState state);

struct CheckSubject {
  std::string table;
  std::string field;  // or fields, or what is compared
  CheckKind kind = CheckKind::kType;
  bool quarantines = false;
  bool personal = false;  // values are not shown
  std::string note;       // code set, identity, ...
  bool operator==(const CheckSubject&) const = default;
};

struct Example {
  int file = 0;
  int64_t row = 0;
  std::string value;
  auto Order() const { return std::tie(file, row, value); }
};

struct CheckResult {
  CheckSubject subject;
  CheckState state = CheckState::kNotApplicable;
  int64_t checked = 0;
  int64_t failed = 0;
  std::vector<Example> examples;
};

class CheckCounts {
 public:
  static constexpr size_t kExamplesMax = 5;

  void Looked(int check, int64_t rows) { At(check).checked += rows; }
  // The row was counted by Looked. `example` is asked for only when it may be among the first.
  template <typename MakeExample>
  void Fail(int check, int file, int64_t row, MakeExample value) {
    Count& count = At(check);
    count.failed++;
    if (Wants(count, file, row)) Keep(count, {file, row, value()});
  }
  void Add(const CheckCounts& other);

 private:
  friend class CheckBook;
  struct Count {
    int64_t checked = 0;
    int64_t failed = 0;
    std::vector<Example> examples;  // sorted
  };
  Count& At(int check) {
    if (counts_.size() <= static_cast<size_t>(check)) counts_.resize(static_cast<size_t>(check) + 1);
    return counts_[static_cast<size_t>(check)];
  }
  static bool Wants(const Count& count, int file, int64_t row) {
    return count.examples.size() < kExamplesMax ||
           std::tie(file, row) < std::tie(count.examples.back().file, count.examples.back().row);
  }
  static void Keep(Count& count, Example example);

  std::vector<Count> counts_;
};

class CheckBook {
 public:
  // The same subject gives the same number.
  int Register(const CheckSubject& subject);
  void NotPossible(int check, const std::string& why);  // error
  void Merge(const CheckCounts& counts);
  std::vector<CheckResult> Results() const;

 private:
  mutable std::mutex mutex_;
  std::vector<CheckSubject> subjects_;
  std::map<int, std::string> errors_;
  CheckCounts counts_;
};

}  // namespace yijian::intake
