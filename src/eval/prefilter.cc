#include "eval/prefilter.h"

#include <algorithm>

namespace yijian::eval {
namespace {

// How far a condition reaches: one that looks only at the person, or only at the visit, is asked once for all their
// rows.
enum class Reach { kPerson, kVisit, kRow };

Reach ReachOf(const Node& node) {
  Reach reach = Reach::kPerson;
  switch (node.op) {
    case Op::kConst:
      return Reach::kPerson;
    case Op::kField:
      if (node.slot >= lang::kMacroSlot || node.hop == Hop::kVisit) return Reach::kVisit;
      return node.hop == Hop::kPerson ? Reach::kPerson : Reach::kRow;
    case Op::kKnowledge:
    case Op::kParam:
    case Op::kInTable:
    case Op::kUnits:
      return Reach::kRow;
    case Op::kExists:
    case Op::kAll:
    case Op::kCountIf:
      if (node.base_slot >= lang::kMacroSlot) return Reach::kRow;
      reach = Reach::kVisit;
      break;
    default:
      break;
  }
  for (const Node* arg : node.args) reach = std::max(reach, ReachOf(*arg));
  return reach;
}

// Whether the person or the visit alone can make the condition false, and which of the two must be asked.
bool CanRefute(const Node& node, Reach& reach) {
  Reach own = ReachOf(node);
  if (own != Reach::kRow) {
    reach = std::max(reach, own);
    return true;
  }
  if (node.op == Op::kInTable && ReachOf(*node.args[0]) != Reach::kRow) {
    reach = std::max(reach, ReachOf(*node.args[0]));
    return true;
  }
  if (node.op == Op::kAnd) {
    Reach left = reach, right = reach;
    bool by_left = CanRefute(*node.args[0], left);
    bool by_right = CanRefute(*node.args[1], right);
    reach = std::max(by_left ? left : reach, by_right ? right : reach);
    return by_left || by_right;
  }
  return node.op == Op::kOr && CanRefute(*node.args[0], reach) && CanRefute(*node.args[1], reach);
}

class Prefilter {
 public:
  Prefilter(const Bound& bound, const BoundRule& rule, const BoundSide& side, uint8_t slot, const Bucket& bucket)
      : slot_(slot), bucket_(bucket), table_(bucket.table(side.of)), context_(ContextFor(bound, rule, bucket)) {
    context_.anchor_kind = side.of;
    static const size_t kStay = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "stay"));
    stay_ = kStay;
    // Groups within a stay have no rows outside one.
    bool grouped = rule.rule->form == program::Form::kGroup || rule.rule->form == program::Form::kWindow;
    stays_only_ = grouped && rule.rule->within.unit == program::Within::Unit::kStay && side.of != Kind::kVisit;
    for (const Node* conjunct : side.conjuncts) {
      Reach reach = Reach::kPerson;
      if (!CanRefute(*conjunct, reach)) continue;
      if (reach == Reach::kPerson)
        of_person_.push_back(conjunct);
      else if (side.of != Kind::kVisit)
        of_visit_.push_back(conjunct);
    }
    for (uint16_t index : side.bindings) {
      const Node& key = *rule.bindings[index].keys[0];
      if (key.op != Op::kField || key.hop != Hop::kOwn || key.kind != side.of || !side.interest.empty()) continue;
      if (!table_.columns[key.field].empty()) keys_.push_back({&table_.columns[key.field], rule.bindings[index].table});
    }
  }

  // Null when there is nothing to ask. `persons`: only their rows matter; null = everybody's.
  std::optional<std::vector<uint32_t>> Run(const std::vector<uint32_t>* candidates,
                                           const std::vector<uint32_t>* persons) {
    if (of_person_.empty() && of_visit_.empty() && keys_.empty() && !stays_only_ && !(persons && !candidates))
      return std::nullopt;
    if (candidates && candidates->size() < kChunk) return std::nullopt;
    std::vector<uint32_t> rows;
    if (candidates) {
      if (!of_person_.empty()) person_memo_.assign(bucket_.persons(), kUnasked);
      for (uint32_t row : *candidates) {
        if (KeysHold(row) && (of_person_.empty() || Memo(of_person_, person_memo_, table_.person[row], row)))
          rows.push_back(row);
      }
    } else {
      WholePersons(persons, rows);
    }
    if ((!of_visit_.empty() || stays_only_) && !table_.visit.empty()) KeepVisits(rows);
    return rows;
  }

 private:
  static constexpr uint8_t kUnasked = 2;

  bool KeysHold(uint32_t row) const {
    for (const auto& [column, table] : keys_) {
      if ((*column)[row] != kNull && !table->Holds((*column)[row])) return false;
    }
    return true;
  }

  bool MayHold(const std::vector<const Node*>& conjuncts, uint32_t row) {
    context_.rows[slot_] = row;
    context_.anchor = row;
    return std::all_of(conjuncts.begin(), conjuncts.end(), [&](const Node* conjunct) { return MayHold(*conjunct); });
  }

  // False only when no row of the person or visit at hand can make it true or unknown.
  bool MayHold(const Node& node) {
    if (ReachOf(node) != Reach::kRow) return Evaluate(node, context_) != kFalse;
    if (node.op == Op::kInTable && ReachOf(*node.args[0]) != Reach::kRow) {
      int64_t code = Evaluate(node.args[0], context_);
      return IsUnknown(code) || node.table->Holds(code);
    }
    if (node.op == Op::kAnd) return MayHold(*node.args[0]) && MayHold(*node.args[1]);
    if (node.op == Op::kOr) return MayHold(*node.args[0]) || MayHold(*node.args[1]);
    return true;
  }

  bool Memo(const std::vector<const Node*>& conjuncts, std::vector<uint8_t>& memo, uint32_t at, uint32_t row) {
    if (memo[at] == kUnasked) memo[at] = MayHold(conjuncts, row) ? 1 : 0;
    return memo[at] != 0;
  }

  void WholePersons(const std::vector<uint32_t>* persons, std::vector<uint32_t>& rows) {
    size_t count = persons ? persons->size() : bucket_.persons();
    for (size_t i = 0; i < count; i++) {
      uint32_t person = persons ? (*persons)[i] : static_cast<uint32_t>(i);
      uint32_t first = table_.person_first[person];
      uint32_t last = table_.person_first[person + 1];
      if (first == last || (!of_person_.empty() && !MayHold(of_person_, first))) continue;
      size_t at = rows.size();
      rows.resize(at + (last - first));
      for (uint32_t row = first; row < last; row++) {
        rows[at] = row;
        at += keys_.empty() || KeysHold(row) ? 1 : 0;
      }
      rows.resize(at);
    }
  }

  void KeepVisits(std::vector<uint32_t>& rows) {
    std::vector<uint8_t> memo(bucket_.table(Kind::kVisit).rows, kUnasked);
    uint32_t last = kNoRow;
    bool keep = true;  // rows of the last visit
    size_t kept = 0;
    for (uint32_t row : rows) {
      uint32_t visit = table_.visit[row];
      if (visit != last) {
        keep = visit == kNoRow || VisitMayHold(visit, row, memo);
        last = visit;
      }
      rows[kept] = row;
      kept += keep ? 1 : 0;
    }
    rows.resize(kept);
  }

  bool VisitMayHold(uint32_t visit, uint32_t row, std::vector<uint8_t>& memo) {
    if (memo[visit] == kUnasked && stays_only_ && bucket_.table(Kind::kVisit).At(stay_, visit) == kFalse)
      memo[visit] = 0;
    return Memo(of_visit_, memo, visit, row);
  }

  uint8_t slot_;
  const Bucket& bucket_;
  const Table& table_;
  Context context_;
  std::vector<const Node*> of_person_;
  std::vector<const Node*> of_visit_;
  std::vector<std::pair<const Column*, const BoundTable*>> keys_;
  std::vector<uint8_t> person_memo_;
  size_t stay_ = 0;
  bool stays_only_ = false;
};

}  // namespace

std::optional<std::vector<uint32_t>> Prefiltered(const Bound& bound, const BoundRule& rule, const BoundSide& side,
                                                 uint8_t slot, const Bucket& bucket,
                                                 const std::vector<uint32_t>* candidates,
                                                 const std::vector<uint32_t>* persons) {
  return Prefilter(bound, rule, side, slot, bucket).Run(candidates, persons);
}

}  // namespace yijian::eval
