#include "eval/interest.h"

#include <algorithm>
#include <optional>

#include "eval/bound.h"

namespace yijian::eval {
namespace {

bool IsItem(const Node* node, uint8_t slot) {
  static const size_t kItem = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  return node->op == Op::kField && node->slot == slot && node->hop == Hop::kOwn && node->kind == Kind::kLine &&
         node->field == kItem;
}

// Codes of a range that may make a condition true or unknown; nullopt = all of them.
class CodeRange {
 public:
  using Flags = std::optional<std::vector<uint8_t>>;

  CodeRange(uint8_t slot, int64_t from, int64_t until) : slot_(slot), from_(from), until_(until) {}

  Flags MayHold(const Node* node) const {
    switch (node->op) {
      case Op::kAnd:
        return Both(MayHold(node->args[0]), MayHold(node->args[1]));
      case Op::kOr:
        return Either(MayHold(node->args[0]), MayHold(node->args[1]));
      case Op::kInList:
      case Op::kStartsWith:
        if (!IsItem(node->args[0], slot_)) return std::nullopt;
        return Where([&](int64_t code) { return MapAt(*node, code) == kTrue; });
      case Op::kInTable:
        if (!IsItem(node->args[0], slot_)) return std::nullopt;
        return Where([&](int64_t code) { return node->table->Holds(code); });
      case Op::kEqual:
        if (!IsItem(node->args[0], slot_) || node->args[1]->op != Op::kConst) return std::nullopt;
        return Where([&](int64_t code) { return node->args[1]->value == code; });
      default:
        return std::nullopt;
    }
  }

  template <typename Test>
  Flags Where(Test test) const {
    std::vector<uint8_t> flags(static_cast<size_t>(until_ - from_));
    for (int64_t code = from_; code < until_; code++) flags[static_cast<size_t>(code - from_)] = test(code) ? 1 : 0;
    return flags;
  }

  static Flags Both(Flags left, const Flags& right) {
    if (!left || !right) return left ? left : right;
    for (size_t i = 0; i < left->size(); i++) (*left)[i] &= (*right)[i];
    return left;
  }

  static Flags Either(Flags left, const Flags& right) {
    if (!left || !right) return std::nullopt;
    for (size_t i = 0; i < left->size(); i++) (*left)[i] |= (*right)[i];
    return left;
  }

 private:
  uint8_t slot_;
  int64_t from_;
  int64_t until_;
};

}  // namespace

std::vector<uint8_t> InterestOf(const BoundRule& rule, const BoundSide& side, uint8_t slot, int64_t from,
                                int64_t until) {
  if (side.of != Kind::kLine) return {};
  CodeRange codes(slot, from, until);
  CodeRange::Flags may;
  if (side.where) may = codes.MayHold(side.where);
  auto only = [&](auto test) { may = CodeRange::Both(codes.Where(test), may); };
  for (uint16_t index : side.bindings) {
    const BoundBinding& binding = rule.bindings[index];
    if (IsItem(binding.keys[0], slot)) only([&](int64_t code) { return binding.table->Holds(code); });
  }
  // A pair table names the partners of both sides.
  for (uint16_t index : rule.rule->match) {
    const BoundBinding& binding = rule.bindings[index];
    if (binding.keys.size() != 2 || !IsItem(binding.keys[slot], slot)) continue;
    only([&](int64_t code) { return slot == 0 ? binding.table->Holds(code) : binding.table->HoldsSecond(code); });
  }
  return may.value_or(std::vector<uint8_t>());
}

ItemIndex IndexItems(const Bound& bound, size_t subject) {
  ItemIndex index;
  index.group.assign(static_cast<size_t>(bound.code_count), 0);
  index.group_sides.emplace_back();
  std::vector<uint32_t> size{static_cast<uint32_t>(bound.code_count)};  // codes of a group
  // Each side splits the groups into those it wants and the others.
  for (const BoundRule& rule : bound.rules) {
    if (static_cast<size_t>(rule.rule->subject) != subject) continue;
    for (const BoundSide* side : {&rule.a, &rule.b}) {
      if ((side == &rule.b && !rule.binary) || side->interest.empty()) continue;
      std::vector<uint32_t> wanted(size.size());
      for (size_t code = 1; code < index.group.size(); code++) wanted[index.group[code]] += side->interest[code];
      std::vector<size_t> to(size.size());
      for (size_t group = 0, groups = size.size(); group < groups; group++) {
        to[group] = group;
        if (wanted[group] == 0) continue;
        if (group > 0 && wanted[group] == size[group]) {
          index.group_sides[group].push_back(side->index);
          continue;
        }
        to[group] = size.size();
        size.push_back(wanted[group]);
        size[group] -= wanted[group];
        index.group_sides.push_back(index.group_sides[group]);
        index.group_sides.back().push_back(side->index);
        CHECK(index.group_sides.size() < 65535);
      }
      for (size_t code = 1; code < index.group.size(); code++) {
        uint16_t& group = index.group[code];
        if (side->interest[code] != 0) group = static_cast<uint16_t>(to[group]);
      }
    }
  }
  return index;
}

}  // namespace yijian::eval
