#include "eval/late_codes.h"

#include <algorithm>

#include "eval/bound.h"

namespace yijian::eval {

LateCodes::~LateCodes() {
  for (std::atomic<LateCode*>& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
}

const std::vector<int32_t>* LateCodes::RowsOf(uint32_t table, int64_t code) const {
  const LateCode* late = Find(code);
  if (!late) return nullptr;
  for (const auto& [number, rows] : late->rows) {
    if (number == table) return &rows;
  }
  return nullptr;
}

bool LateCodes::HoldsSecond(uint32_t table, int64_t code) const {
  const LateCode* late = Find(code);
  return late && std::find(late->seconds.begin(), late->seconds.end(), table) != late->seconds.end();
}

void LateCodes::BuildKeys(const Bound& bound) {
  if (!keys_.empty()) return;
  keys_.resize(bound.tables_by_number.size());
  for (const BoundTable* table : bound.tables_by_number) {
    KeyIndex& index = keys_[table->number];
    for (size_t i = 0; i < table->source->rows.size(); i++) {
      const std::vector<std::string>& keys = table->source->rows[i].keys;
      index.first[keys[0]].push_back(static_cast<int32_t>(i));
      if (keys.size() > 1) index.second[keys[1]] = true;
    }
  }
}

void LateCodes::Learn(const Bound& bound, const timeline::CodeBook& codes, int64_t code) {
  LateCode& late = At(code);
  late.text = codes.Text(code);
  late.name = codes.Name(code);
  for (uint32_t number = 0; number < bound.maps.size(); number++) {
    const CodeMap& map = bound.maps[number];
    int64_t value = map.otherwise;
    // No rule names it in a list: texts of rules are in the book before the rules are bound.
    if (map.op == Op::kStartsWith) value = BeginsWith(late.text, map.text) ? kTrue : kFalse;
    if (map.op == Op::kPrefix) value = codes.Find(PrefixOf(late.text, map.characters));
    if (map.op == Op::kDosesPerDay && DosesPerDay(late.text) != timeline::kNull) value = DosesPerDay(late.text);
    if (value != map.otherwise) late.maps.emplace_back(number, value);
  }
  for (const BoundTable* table : bound.tables_by_number) {
    const KeyIndex& index = keys_[table->number];
    std::vector<int32_t> rows;
    bool second = false;
    for (size_t size = table->source->prefix ? 0 : late.text.size(); size <= late.text.size(); size++) {
      std::string key = late.text.substr(0, size);
      if (auto at = index.first.find(key); at != index.first.end())
        rows.insert(rows.end(), at->second.begin(), at->second.end());
      second = second || index.second.contains(key);
    }
    std::sort(rows.begin(), rows.end(),
              [&](int32_t left, int32_t right) { return IsBetter(*table->source, left, right); });
    if (!rows.empty()) late.rows.emplace_back(table->number, std::move(rows));
    if (second) late.seconds.push_back(table->number);
  }
}

Status LateCodes::Cover(const Bound& bound, timeline::CodeBook& codes) {
  std::lock_guard lock(mutex_);
  BuildKeys(bound);
  int64_t from = covered_.load(std::memory_order_relaxed);
  if (codes.size() <= from) return {};
  // Prefixes are codes themselves; those of a prefix are prefixes of the code.
  for (int64_t code = from; code < codes.size(); code++) {
    for (const CodeMap& map : bound.maps) {
      if (map.op == Op::kPrefix) codes.Intern(std::string(PrefixOf(codes.Text(code), map.characters)));
    }
  }
  int64_t until = codes.size();
  if (until - first_ > kChunk * kChunksMax) return LimitReached("too many codes came after the rules were bound");
  for (int64_t code = from; code < until; code++) {
    std::atomic<LateCode*>& chunk = chunks_[static_cast<size_t>((code - first_) / kChunk)];
    if (!chunk.load(std::memory_order_relaxed)) chunk.store(new LateCode[kChunk], std::memory_order_release);
    Learn(bound, codes, code);
  }
  // Which sides want it can be asked only now; nobody looks at it before it is covered.
  learnt_.store(until, std::memory_order_release);
  for (int64_t code = from; code < until; code++) {
    for (const BoundRule& rule : bound.rules) {
      for (const BoundSide* side : {&rule.a, &rule.b}) {
        if ((side == &rule.b && !rule.binary) || side->interest.empty()) continue;
        uint8_t slot = side == &rule.a ? 0 : 1;
        if (InterestOf(rule, *side, slot, code, code + 1) != std::vector<uint8_t>{0})
          At(code).sides[static_cast<size_t>(rule.rule->subject)].push_back(side->index);
      }
    }
  }
  covered_.store(until, std::memory_order_release);
  return {};
}

}  // namespace yijian::eval
