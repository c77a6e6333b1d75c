#include "city/lookup.h"

#include <algorithm>
#include <tuple>

#include "city/town.h"

namespace yijian::city {
namespace {

using program::KnowledgeRow;

bool Fits(const KnowledgeRow& row, bool prefix, const std::vector<std::string_view>& codes, size_t key) {
  const std::string& want = row.keys[key];
  return prefix ? codes[key].substr(0, want.size()) == want : codes[key] == want;
}

bool InForce(const KnowledgeRow& row, Date day, std::string_view area) {
  return day >= row.from && day < row.until && area.substr(0, row.area.size()) == row.area;
}

size_t KeyLength(const KnowledgeRow& row) {
  size_t length = 0;
  for (const std::string& key : row.keys) length += key.size();
  return length;
}

}  // namespace

Lookup::Lookup(const program::RuleSet& rules) : rules_(rules) {
  for (const auto& [name, table] : rules.tables) {
    Index& index = indexes_[name];
    index.table = &table;
    for (const KnowledgeRow& row : table.rows) {
      index.by_key.emplace(row.keys[0], &row);
      index.longest = std::max(index.longest, row.keys[0].size());
      index.areas = index.areas || !row.area.empty();
    }
  }
}

const Lookup::Index* Lookup::IndexOf(const std::string& table) const {
  auto at = indexes_.find(table);
  return at == indexes_.end() ? nullptr : &at->second;
}

bool Lookup::HasAreas(const std::string& table) const {
  const Index* index = IndexOf(table);
  return index != nullptr && index->areas;
}

const KnowledgeRow* Lookup::Find(const std::string& table, const std::vector<std::string_view>& codes, Date day,
                                 std::string_view area) const {
  const Index* index = IndexOf(table);
  if (index == nullptr || codes.size() != index->table->rows.front().keys.size()) return nullptr;
  const KnowledgeRow* best = nullptr;
  auto rank = [](const KnowledgeRow& row) { return std::make_tuple(KeyLength(row), row.area.size(), row.from); };
  size_t first = index->table->prefix ? 0 : codes[0].size();
  for (size_t size = std::min(codes[0].size(), index->longest) + 1; size-- > first;) {
    auto [at, end] = index->by_key.equal_range(codes[0].substr(0, size));
    for (; at != end; ++at) {
      const KnowledgeRow& row = *at->second;
      bool fits = InForce(row, day, area);
      for (size_t key = 1; key < codes.size(); key++) fits = fits && Fits(row, index->table->prefix, codes, key);
      if (fits && (best == nullptr || rank(row) > rank(*best))) best = &row;
    }
  }
  return best;
}

bool Lookup::Holds(const std::string& table, std::string_view code) const {
  const Index* index = IndexOf(table);
  if (index == nullptr) return false;
  if (!index->table->prefix) return index->by_key.count(code) > 0;
  for (size_t size = std::min(code.size(), index->longest) + 1; size-- > 1;) {
    if (index->by_key.count(code.substr(0, size)) > 0) return true;
  }
  return false;
}

std::vector<std::string> Lookup::TablesHolding(std::string_view code) const {
  std::vector<std::string> names;
  for (const auto& [name, index] : indexes_) {
    if (index.table->schema.keys == 1 && Holds(name, code)) names.push_back(name);
  }
  return names;
}

std::optional<Micro> Lookup::Ceiling(std::string_view code, std::string_view level, Date from, Date until) const {
  std::optional<Micro> lowest;
  for (const auto& [name, index] : indexes_) {
    const lang::TableSchema& schema = index.table->schema;
    if (schema.keys != 2 || schema.values.size() != 1 || schema.values[0].second != lang::Type::kMoney) continue;
    for (Date day : {from, until - 1}) {
      const KnowledgeRow* row = Find(name, {code, level}, day, kCityArea);
      if (row != nullptr && row->known[0] && (!lowest || row->values[0] < *lowest)) lowest = row->values[0];
    }
  }
  return lowest;
}

std::string_view Lookup::NameOf(std::string_view code) const {
  for (const auto& [name, index] : indexes_) {
    if (index.table->schema.keys != 1) continue;
    auto [at, end] = index.by_key.equal_range(code);
    for (; at != end; ++at) {
      if (!at->second->name.empty()) return at->second->name;
    }
  }
  return {};
}

}  // namespace yijian::city
