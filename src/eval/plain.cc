// The plain evaluator: every rule, every person, every row, every pair. Slow on purpose.

#include <map>

#include "eval/judge.h"

namespace yijian::eval {
namespace {

using finding::Sink;
using program::Charge;
using program::Form;

struct Range {
  uint32_t first;
  uint32_t last;
};

Range RowsOf(const Bucket& bucket, Kind kind, uint32_t person) {
  const Table& table = bucket.table(kind);
  if (table.person_first.empty()) return {0, 0};
  return {table.person_first[person], table.person_first[person + 1]};
}

class Plain {
 public:
  Plain(const Bound& bound, const BoundRule& rule, const Bucket& bucket, Sink& sink)
      : rule_(rule), bucket_(bucket), sink_(sink), context_(ContextFor(bound, rule, bucket)) {}

  void Run(uint32_t person) {
    switch (rule_.rule->form) {
      case Form::kEach:
        return Each(person);
      case Form::kGroup:
      case Form::kWindow:
        return Groups(person);
      case Form::kPair:
        return Pairs(person);
      case Form::kOverlap:
      case Form::kSequence:
        return AllPairs(person);
      case Form::kAbsence:
        return Absence(person);
    }
  }

 private:
  struct Judged {
    uint32_t row;
    int64_t state;
    std::array<int32_t, 16> lookups;
  };

  std::vector<Judged> Judge(const BoundSide& side, uint8_t slot, uint32_t person) {
    std::vector<Judged> judged;
    Range range = RowsOf(bucket_, side.of, person);
    for (uint32_t row = range.first; row < range.last; row++) {
      context_.lookups.fill(kNoKnowledge);
      int64_t state = JudgeRow(side, slot, row, context_);
      if (state != kFalse) judged.push_back({row, state, context_.lookups});
    }
    return judged;
  }

  void Each(uint32_t person) {
    for (const Judged& judged : Judge(rule_.a, 0, person)) {
      context_.rows[0] = judged.row;
      context_.anchor = judged.row;
      context_.lookups = judged.lookups;
      if (judged.state == kTrue)
        ReportRow(context_, sink_);
      else
        ReportUnknown(context_, rule_.a.of, judged.row, judged.state, sink_);
    }
  }

  void Groups(uint32_t person) {
    std::map<std::vector<int64_t>, std::vector<Member>> groups;
    std::vector<Judged> rows = Judge(rule_.a, 0, person);
    for (const Judged& judged : rows) {
      context_.rows[0] = judged.row;
      context_.anchor = judged.row;
      context_.lookups = judged.lookups;
      bool outside = false;
      std::vector<int64_t> key{UnitOf(rule_.rule->within, bucket_, rule_.a.of, judged.row, outside)};
      if (outside) continue;
      for (const Node* by : rule_.by) key.push_back(Evaluate(by, context_));
      int64_t missing = kFalse;
      for (int64_t part : key) {
        if (IsUnknown(part) && !IsUnknown(missing)) missing = part;
      }
      if (IsUnknown(missing)) {
        ReportUnknown(context_, rule_.a.of, judged.row, judged.state == kTrue ? missing : judged.state, sink_);
        continue;
      }
      groups[key].push_back({judged.row, judged.state, 0, &judged.lookups});
    }
    for (const auto& [key, members] : groups) {
      if (rule_.rule->form == Form::kWindow)
        JudgeWindows(members, context_, sink_);
      else
        JudgeGroup(members, context_, sink_);
    }
  }

  int64_t JudgeTogether(const Judged& a, const Judged& b) {
    context_.rows[0] = a.row;
    context_.rows[1] = b.row;
    for (size_t i = 0; i < context_.lookups.size(); i++)
      context_.lookups[i] = a.lookups[i] != kNoKnowledge ? a.lookups[i] : b.lookups[i];
    return And(And(a.state, b.state), JudgePair(context_));
  }

  // One finding per charged row: the first partner that makes it true; else one unknown.
  void Pairs(uint32_t person) {
    std::vector<Judged> a_rows = Judge(rule_.a, 0, person);
    std::vector<Judged> b_rows = Judge(rule_.b, 1, person);
    bool by_a = rule_.rule->charge == Charge::kA;
    const std::vector<Judged>& charged = by_a ? a_rows : b_rows;
    const std::vector<Judged>& partners = by_a ? b_rows : a_rows;
    for (const Judged& one : charged) {
      int64_t unknown = kFalse;
      bool found = false;
      for (const Judged& other : partners) {
        if (rule_.symmetric && (by_a ? one.row >= other.row : other.row >= one.row)) continue;
        int64_t state = by_a ? JudgeTogether(one, other) : JudgeTogether(other, one);
        if (state == kTrue) {
          ReportPair(context_, sink_);
          found = true;
          break;
        }
        if (IsUnknown(state) && !IsUnknown(unknown)) unknown = state;
      }
      if (!found && IsUnknown(unknown))
        ReportUnknown(context_, by_a ? rule_.a.of : rule_.b.of, one.row, unknown, sink_);
    }
  }

  void AllPairs(uint32_t person) {
    std::vector<Judged> a_rows = Judge(rule_.a, 0, person);
    std::vector<Judged> b_rows = Judge(rule_.b, 1, person);
    for (const Judged& a : a_rows) {
      for (const Judged& b : b_rows) {
        if (rule_.symmetric && a.row >= b.row) continue;
        if (rule_.rule->next_only && !IsNext(a, b, b_rows)) continue;
        int64_t state = JudgeTogether(a, b);
        if (state == kTrue) ReportPair(context_, sink_);
        if (IsUnknown(state)) ReportUnknown(context_, rule_.b.of, b.row, state, sink_);
      }
    }
  }

  // Whether b is the first of b_rows that begins after a.
  bool IsNext(const Judged& a, const Judged& b, const std::vector<Judged>& b_rows) const {
    int64_t begin_a = TimeOf(bucket_, rule_.a.of, a.row);
    for (const Judged& other : b_rows) {
      int64_t begin = TimeOf(bucket_, rule_.b.of, other.row);
      if (begin != kNull && begin_a != kNull && begin > begin_a) return other.row == b.row;
    }
    return false;
  }

  void Absence(uint32_t person) {
    std::vector<Judged> a_rows = Judge(rule_.a, 0, person);
    std::vector<Judged> b_rows = Judge(rule_.b, 1, person);
    for (const Judged& a : a_rows) {
      int64_t present = kFalse;
      for (const Judged& b : b_rows) {
        if (rule_.a.of == rule_.b.of && a.row == b.row) continue;
        context_.rows[0] = a.row;
        context_.rows[1] = b.row;
        for (size_t i = 0; i < context_.lookups.size(); i++)
          context_.lookups[i] = a.lookups[i] != kNoKnowledge ? a.lookups[i] : b.lookups[i];
        present = Or(present, And(b.state, JudgePair(context_)));
      }
      context_.rows[0] = a.row;
      context_.anchor = a.row;
      context_.anchor_kind = rule_.a.of;
      context_.lookups = a.lookups;
      int64_t state = And(And(a.state, NoException(context_)), Not(present));
      if (state == kTrue) ReportRow(context_, sink_);
      if (IsUnknown(state)) ReportUnknown(context_, rule_.a.of, a.row, state, sink_);
    }
  }

  const BoundRule& rule_;
  const Bucket& bucket_;
  Sink& sink_;
  Context context_;
};

}  // namespace

void EvaluatePlain(const Bound& bound, const Bucket& bucket, Sink& sink, EvaluateOptions options) {
  for (const BoundRule& rule : bound.rules) {
    if (rule.rule->subject != options.subject || (rule.rule->moments & options.moments) == 0) continue;
    Plain plain(bound, rule, bucket, sink);
    for (uint32_t person = 0; person < bucket.persons(); person++) plain.Run(person);
  }
}

}  // namespace yijian::eval
