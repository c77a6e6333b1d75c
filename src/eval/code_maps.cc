#include "eval/code_maps.h"

#include <algorithm>

#include "eval/value.h"

namespace yijian::eval {

using timeline::kNull;

bool BeginsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

Micro DosesPerDay(std::string_view frequency) {
  // supervision.md 0.4; unknown frequencies stay unknown.
  struct Dose {
    std::string_view name;
    Micro per_day;
  };
  constexpr Dose kDoses[] = {{"qd", kMicro},
                             {"qn", kMicro},
                             {"st", kMicro},
                             {"prn", kMicro},
                             {"bid", 2 * kMicro},
                             {"tid", 3 * kMicro},
                             {"qid", 4 * kMicro},
                             {"qod", kMicro / 2},
                             {"q3d", kMicro / 3},
                             {"qw", kMicro / 7},
                             {"biw", 2 * kMicro / 7},
                             {"tiw", 3 * kMicro / 7},
                             {"qh", 24 * kMicro},
                             {"q2h", 12 * kMicro},
                             {"q4h", 6 * kMicro},
                             {"q6h", 4 * kMicro},
                             {"q8h", 3 * kMicro},
                             {"q12h", 2 * kMicro},
                             // national codes, dictionary used_frqu
                             {"11", kMicro},
                             {"12", 2 * kMicro},
                             {"13", 3 * kMicro},
                             {"14", 4 * kMicro},
                             {"21", kMicro / 7},
                             {"22", 2 * kMicro / 7},
                             {"23", 3 * kMicro / 7},
                             {"31", 24 * kMicro},
                             {"32", 12 * kMicro},
                             {"33", 6 * kMicro},
                             {"35", 4 * kMicro},
                             {"36", 3 * kMicro},
                             {"37", 2 * kMicro},
                             {"41", kMicro},
                             {"42", kMicro / 2},
                             {"43", kMicro / 5},
                             {"44", kMicro / 10},
                             {"61", kMicro},
                             {"62", kMicro}};
  std::string lower;
  for (char c : frequency) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const Dose& dose : kDoses) {
    if (dose.name == lower) return dose.per_day;
  }
  return kNull;
}

// The first `count` characters (not bytes).
std::string_view PrefixOf(std::string_view text, int64_t count) {
  size_t at = 0;
  while (at < text.size() && count > 0) {
    at++;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) at++;
    count--;
  }
  return text.substr(0, at);
}

// ---- CodeOrder

void CodeOrder::Update() {
  auto before = [this](int64_t left, int64_t right) { return codes_.Text(left) < codes_.Text(right); };
  auto known = static_cast<int64_t>(ids_.size());
  for (int64_t id = known + 1; id < codes_.size(); id++) ids_.push_back(id);
  std::sort(ids_.begin() + known, ids_.end(), before);
  std::inplace_merge(ids_.begin(), ids_.begin() + known, ids_.end(), before);
}

std::span<const int64_t> CodeOrder::BeginningWith(std::string_view prefix) const {
  auto first = std::ranges::partition_point(ids_, [&](int64_t id) { return codes_.Text(id) < prefix; });
  auto last = std::partition_point(first, ids_.end(), [&](int64_t id) { return BeginsWith(codes_.Text(id), prefix); });
  return {first, last};
}

// ---- CodeMaps

const CodeMap& CodeMaps::Of(const lang::Expr& expr, int64_t otherwise) {
  std::vector<int64_t> listed;
  for (size_t i = 1; i < expr.args.size(); i++) listed.push_back(codes_.Find(expr.args[i]->text));
  std::sort(listed.begin(), listed.end());
  auto [made, is_new] = made_.try_emplace(Key(expr.op, expr.text, expr.value, listed));
  if (!is_new) return *made->second;
  CodeMap& map = maps_.emplace_back();
  map.op = expr.op;
  map.text = expr.text;
  map.characters = expr.value;
  map.otherwise = otherwise;
  map.number = static_cast<uint32_t>(maps_.size() - 1);
  Fill(listed, map);
  made->second = &map;
  return map;
}

void CodeMaps::Fill(const std::vector<int64_t>& listed, CodeMap& map) const {
  map.values.assign(static_cast<size_t>(codes_.size()), map.otherwise);
  auto value_of = [&](int64_t id) -> int64_t& { return map.values[static_cast<size_t>(id)]; };
  switch (map.op) {
    case lang::Op::kInList:
      for (int64_t id : listed) value_of(id) = kTrue;
      value_of(timeline::CodeBook::kNoCode) = kFalse;
      return;
    case lang::Op::kStartsWith:
      for (int64_t id : order_.BeginningWith(map.text)) value_of(id) = kTrue;
      return;
    case lang::Op::kPrefix: {
      std::string_view last;  // codes with one prefix stand together
      int64_t last_id = timeline::CodeBook::kNoCode;
      for (int64_t id : order_.all()) {
        std::string_view prefix = PrefixOf(codes_.Text(id), map.characters);
        if (prefix != last) last_id = codes_.Find(prefix);
        last = prefix;
        value_of(id) = last_id;
      }
      return;
    }
    default:
      for (int64_t id : order_.all()) {
        Micro doses = DosesPerDay(codes_.Text(id));
        if (doses != kNull) value_of(id) = doses;
      }
  }
}

}  // namespace yijian::eval
