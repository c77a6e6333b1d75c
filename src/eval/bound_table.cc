// Knowledge tables over code ids: how they are indexed, and asked.

#include <algorithm>
#include <numeric>

#include "eval/bound.h"

namespace yijian::eval {

using program::KnowledgeRow;
using program::KnowledgeTable;

bool IsBetter(const KnowledgeTable& table, int32_t left, int32_t right) {
  const KnowledgeRow& l = table.rows[static_cast<size_t>(left)];
  const KnowledgeRow& r = table.rows[static_cast<size_t>(right)];
  size_t l_key = 0, r_key = 0;
  for (const std::string& key : l.keys) l_key += key.size();
  for (const std::string& key : r.keys) r_key += key.size();
  if (l_key != r_key) return l_key > r_key;
  if (l.area.size() != r.area.size()) return l.area.size() > r.area.size();
  if (l.from != r.from) return l.from > r.from;
  return left < right;
}

namespace {

// Ids of the codes that keys stand for; one key stands in many rows of a pair table.
class KeyCodes {
 public:
  KeyCodes(const KnowledgeTable& table, const CodeOrder& order, const timeline::CodeBook& codes)
      : prefix_(table.prefix), order_(order), codes_(codes) {}

  const std::vector<int64_t>& Of(const std::string& key) {
    auto [at, is_new] = known_.try_emplace(key);
    if (!is_new) return at->second;
    if (prefix_) {
      std::span<const int64_t> ids = order_.BeginningWith(key);
      at->second.assign(ids.begin(), ids.end());
    } else if (int64_t id = codes_.Find(key); id != timeline::CodeBook::kNoCode) {
      at->second.push_back(id);
    }
    return at->second;
  }

 private:
  bool prefix_;
  const CodeOrder& order_;
  const timeline::CodeBook& codes_;
  std::unordered_map<std::string, std::vector<int64_t>> known_;
};

}  // namespace

void BoundTable::Index(const CodeOrder& order, const timeline::CodeBook& codes) {
  const auto code_count = static_cast<size_t>(codes.size());
  KeyCodes key_codes(*source, order, codes);
  std::vector<std::pair<int64_t, int32_t>> held;  // code, row
  second.assign(code_count, 0);
  first.assign(code_count + 1, 0);
  for (size_t i = 0; i < source->rows.size(); i++) {
    const KnowledgeRow& row = source->rows[i];
    auto index = static_cast<int32_t>(i);
    const std::vector<int64_t>& firsts = key_codes.Of(row.keys[0]);
    for (int64_t id : firsts) {
      held.emplace_back(id, index);
      first[static_cast<size_t>(id) + 1]++;
    }
    if (row.keys.size() < 2) continue;
    const std::vector<int64_t>& seconds = key_codes.Of(row.keys[1]);
    for (int64_t right : seconds) second[static_cast<size_t>(right)] = 1;
    for (int64_t left : firsts) {
      for (int64_t right : seconds) {
        pairs[static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right)].push_back(index);
        partners[right].push_back(left);
      }
    }
  }
  auto better = [&](int32_t left, int32_t right) { return IsBetter(*source, left, right); };
  std::partial_sum(first.begin(), first.end(), first.begin());
  entries.resize(held.size());
  std::vector<uint32_t> next(first.begin(), first.end() - 1);
  for (auto [code, row] : held) entries[next[static_cast<size_t>(code)]++] = row;
  for (size_t code = 0; code < code_count; code++)
    std::sort(entries.begin() + first[code], entries.begin() + first[code + 1], better);
  for (auto& [key, list] : pairs) std::sort(list.begin(), list.end(), better);
  for (auto& [key, list] : partners) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

int32_t BoundTable::Choose(const int32_t* begin, const int32_t* end, Date day, const std::string& area) const {
  for (const int32_t* at = begin; at != end; ++at) {
    const Row& row = rows[static_cast<size_t>(*at)];
    if (day >= row.from && day < row.until && (row.area.empty() || BeginsWith(area, row.area))) return *at;
  }
  return kNoKnowledge;
}

std::pair<const int32_t*, const int32_t*> BoundTable::RowsOf(int64_t key) const {
  if (!IsLate(key))
    return {entries.data() + first[static_cast<size_t>(key)], entries.data() + first[static_cast<size_t>(key) + 1]};
  const std::vector<int32_t>* list = bound->late->RowsOf(number, key);
  return list ? std::pair{list->data(), list->data() + list->size()} : std::pair{entries.data(), entries.data()};
}

bool BoundTable::HoldsLate(int64_t key) const { return bound->late->RowsOf(number, key) != nullptr; }

bool BoundTable::HoldsSecond(int64_t key) const {
  if (key < 0) return false;
  return IsLate(key) ? bound->late->HoldsSecond(number, key) : second[static_cast<size_t>(key)] != 0;
}

bool BoundTable::IsSecond(int32_t row, int64_t key2) const {
  const std::string& key = source->rows[static_cast<size_t>(row)].keys[1];
  const std::string& text = bound->TextOf(key2);
  return source->prefix ? BeginsWith(text, key) : text == key;
}

bool BoundTable::MayPair(int64_t key, int64_t key2) const {
  if (!Holds(key) || !HoldsSecond(key2)) return false;
  auto [begin, end] = RowsOf(key);
  return std::any_of(begin, end, [&](int32_t row) { return IsSecond(row, key2); });
}

int32_t BoundTable::Find(int64_t key, Date day, const std::string& area) const {
  if (!Holds(key)) return kNoKnowledge;
  auto [begin, end] = RowsOf(key);
  return Choose(begin, end, day, area);
}

int32_t BoundTable::Find(int64_t key, int64_t key2, Date day, const std::string& area) const {
  if (IsLate(key) || IsLate(key2)) {  // few: their pairs are not listed, but tried
    if (!Holds(key) || !HoldsSecond(key2)) return kNoKnowledge;
    std::vector<int32_t> both;
    auto [begin, end] = RowsOf(key);
    std::copy_if(begin, end, std::back_inserter(both), [&](int32_t row) { return IsSecond(row, key2); });
    return Choose(both.data(), both.data() + both.size(), day, area);
  }
  auto at = pairs.find(static_cast<uint64_t>(key) << 32 | static_cast<uint64_t>(key2));
  if (at == pairs.end()) return kNoKnowledge;
  return Choose(at->second.data(), at->second.data() + at->second.size(), day, area);
}

}  // namespace yijian::eval
