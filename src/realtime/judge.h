// What a draft changes: the rules of the batch audit over a history without it and with it, side by side.
//
//   std::vector<Verdict> verdicts = Judge(*version, {{&before, &after}}, {.moments = program::kMid});
//   verdicts[0].added          // accusations that hold with the draft and did not without
//   verdicts[0].lifted         // those that the draft ended
//
// Both go through one evaluation as two subjects of one Bucket, so that the cost of a rule is paid once. Told in the
// order of time, what was added and not lifted is exactly what the batch audit finds over the whole
// (docs/decisions/0010).
//
// Identity: an accusation is known by its rule, version, subject and rows (charged or not). One whose money changed is
//          added again under the same id, and not lifted.
// Owns:    accusations own all they say.
// Budget:  when it runs out, rules not yet begun are named in not_reached; what the others said is whole.
// Threads: stateless but for the version's counters. Codes of both histories must be covered by the version.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "finding/finding.h"
#include "realtime/columns.h"
#include "realtime/version.h"

namespace yijian::realtime {

struct AccusedRow {
  Kind kind = Kind::kLine;
  int64_t key = 0;
  int64_t visit = kNull;  // key
  bool charged = false;
  Fen amount = 0;
  Micro units = 0;
  Time time = kNull;
  int64_t item = kNull;  // item or code; id
  Micro qty = kNull;
  friend bool operator==(const AccusedRow&, const AccusedRow&) = default;
};

struct Accusation {
  uint64_t id = 0;
  uint32_t rule = 0;
  int64_t subject = kNull;
  std::string subject_no;
  std::string visit_no;          // of the first charged row; empty when it has none
  int64_t institution = kNull;   // of that visit; id
  std::vector<AccusedRow> rows;  // charged first, in time order
  std::vector<finding::FactValue> facts;
  Fen amount = 0;
  bool amount_unknown = false;
  std::string message_zh;
  std::string message_en;
  // What is still to come may end it until then (rules about what is absent); kNull: nothing can but corrections.
  Time open_until = kNull;
};

// A row that a rule could not judge for want of a fact.
struct Doubt {
  uint32_t rule = 0;
  AccusedRow row;
  std::string reason;  // "person.birth"
};

struct Verdict {
  std::vector<Accusation> added;
  std::vector<Accusation> lifted;
  std::vector<Doubt> doubts;  // new with the draft
};

struct Pair {
  const History* before;
  const History* after;
  Time now = INT64_MAX;  // by the draft's clock: accusations open beyond it are marked
  // What `after` has absorbed, where that is all that tells the two apart: rules about items that neither the message
  // nor its visits name are passed over, for they say the same of both. Null: nothing is known of the difference.
  const History* told = nullptr;
};

struct JudgeOptions {
  program::Subject subject = program::Subject::kPerson;
  uint8_t moments = program::kMid;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  bool count = true;  // in the version's RuleUse
};

// One verdict for each pair. `not_reached` gains the rules that the deadline left out.
std::vector<Verdict> Judge(const PackVersion& version, std::span<const Pair> pairs, const JudgeOptions& options,
                           std::vector<uint32_t>* not_reached = nullptr);

}  // namespace yijian::realtime
