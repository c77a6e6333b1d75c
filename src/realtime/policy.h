// What follows from a hit: advice by severity, moment, rule class and the institution's credit grade; what happens when
// rules could not be judged; how much time a request has. Data, not code: a JSON file the bureau edits.
//
//   Policy policy = TRY(Policy::Parse(R"({"budget_ms": 50, "advice": [
//       {"moment": "mid", "severity": "violation", "grade": "D", "advice": "block"}, ...]})"));
//   Advice advice = policy.AdviceFor(rule, program::kMid, institution);
//
// Advice:  the first row that fits speaks; a key that is left out fits everything. docs/realtime.md has the table that
//          applies without a file. `reason` asks for a reason when the institution carries on nevertheless.
// Fail:    per rule class, when the time budget or an error kept rules of it from being judged: "open" lets the request
//          pass and says so, "closed" advises block.
// Errors:  kInvalidInput names the member that is wrong; unknown members are mistakes too.
// Threads: a value; share it once made.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "program/rule.h"

namespace yijian::realtime {

// Order is strength, weakest first.
enum class Advice { kPass, kWarn, kSelfPay, kBlock };
const char* NameOf(Advice advice);  // pass | warn | self_pay | block
const char* ChineseOf(Advice advice);

struct AdviceRow {
  uint8_t moments = program::kPre | program::kMid;
  std::string severity;    // empty = every
  std::string rule_class;  // empty = every
  std::string grade;       // empty = every
  Advice advice = Advice::kPass;
  bool reason = false;
};

class Policy {
 public:
  Policy();  // the table of docs/realtime.md
  static Result<Policy> Parse(std::string_view json);

  const AdviceRow& RowFor(const program::Rule& rule, program::Moment moment, const std::string& institution) const;
  // Beside those of the file, and before them.
  void SetGrade(const std::string& institution, const std::string& grade) { grades_[institution] = grade; }
  const std::string& GradeOf(const std::string& institution) const;  // empty when nobody gave one
  bool FailsClosed(program::RuleClass rule_class) const { return closed_[static_cast<size_t>(rule_class)]; }
  int budget_ms() const { return budget_ms_; }
  int shadow_percent() const { return shadow_percent_; }
  const std::vector<AdviceRow>& rows() const { return rows_; }

 private:
  std::vector<AdviceRow> rows_;
  std::map<std::string, std::string> grades_;
  std::array<bool, 4> closed_{};
  int budget_ms_ = 200;
  int shadow_percent_ = 100;
};

}  // namespace yijian::realtime
