#include "city/substitute.h"

#include <algorithm>
#include <set>

#include "city/town.h"
#include "pack/uses.h"

namespace yijian::city {
namespace {

using lang::ExprPtr;
using lang::Op;
using program::KnowledgeRow;
using program::KnowledgeTable;
using program::Rule;
using Recast = std::map<std::string, std::string>;

// Texts that expressions compare codes with, and whether they cut codes.
struct Words {
  std::set<std::string> prefixes;
  std::set<std::string> constants;
  bool cuts = false;
};

void Read(const ExprPtr& expr, Words& words) {
  if (!expr) return;
  if (expr->op == Op::kStartsWith) words.prefixes.insert(expr->text);
  if (expr->op == Op::kConst && expr->type == lang::Type::kCode) words.constants.insert(expr->text);
  words.cuts = words.cuts || expr->op == Op::kPrefix;
  for (const ExprPtr& arg : expr->args) Read(arg, words);
}

Words WordsOf(const Rule& rule) {
  Words words;
  for (const ExprPtr& expr : {rule.a.where, rule.where, rule.having, rule.excess, rule.amount}) Read(expr, words);
  if (rule.b) Read(rule.b->where, words);
  for (const program::Exception& exception : rule.unless) Read(exception.when, words);
  for (const ExprPtr& expr : rule.by) Read(expr, words);
  return words;
}

std::string ValuesOf(const KnowledgeRow* row) {
  if (row == nullptr) return "-";
  std::string text = "+";
  for (size_t i = 0; i < row->values.size(); i++) {
    text += row->known[i] ? std::to_string(row->values[i]) + "/" : "?/";
    if (i < row->texts.size()) text += row->texts[i] + "/";
  }
  return text;
}

// What the rule can tell about the items: equal before and after means no difference to it.
class Signature {
 public:
  Signature(const Lookup& lookup, const Rule& rule, std::vector<Date> days)
      : lookup_(lookup), tables_(pack::TablesOf(rule)), words_(WordsOf(rule)), days_(std::move(days)) {}

  std::string Of(const std::vector<std::string>& items) const {
    std::string text;
    for (const std::string& item : items) {
      for (const std::string& prefix : words_.prefixes) text += item.compare(0, prefix.size(), prefix) == 0 ? 'y' : 'n';
      for (const std::string& constant : words_.constants) text += item == constant ? 'Y' : 'N';
      text += item.empty() ? ' ' : item[0];
    }
    for (const std::string& table : tables_) {
      for (Date day : days_) text += AtDay(table, items, day);
    }
    return text;
  }
  bool cuts() const { return words_.cuts; }

 private:
  std::string AtDay(const std::string& table, const std::vector<std::string>& items, Date day) const {
    std::string text;
    bool pairs = lookup_.rules().tables.at(table).schema.keys == 2;
    for (const std::string& item : items) {
      if (!pairs) text += ValuesOf(lookup_.Find(table, {item}, day, kCityArea));
      for (const std::string& other : items) {
        if (pairs) text += ValuesOf(lookup_.Find(table, {item, other}, day, kCityArea));
      }
    }
    return text;
  }

  const Lookup& lookup_;
  std::set<std::string> tables_;
  Words words_;
  std::vector<Date> days_;
};

// A key as a whole code: national service codes have 15 digits, a shorter key is padded; other short keys are no codes.
std::string Whole(const std::string& key) {
  if (key.size() >= 20 || key.size() == 15) return key;
  if (key.size() >= 9 && key.size() < 15 && key.find_first_not_of("0123456789") == std::string::npos) {
    return key + std::string(15 - key.size(), '0');
  }
  return {};
}

bool NoNewTables(const Lookup& lookup, const std::string& before, const std::string& after) {
  std::vector<std::string> old_tables = lookup.TablesHolding(before);
  std::vector<std::string> new_tables = lookup.TablesHolding(after);
  return std::includes(old_tables.begin(), old_tables.end(), new_tables.begin(), new_tables.end());
}

// Rows of the rule's table that could stand for the row that holds the story's items.
std::optional<Recast> Try(const Lookup& lookup, const KnowledgeTable& table, const std::string& name,
                          const std::vector<std::string>& items, Date day, Dice& dice) {
  size_t keys = static_cast<size_t>(table.schema.keys);
  for (size_t tries = 0; tries < 4; tries++) {
    const std::string& first = items[dice.Below(static_cast<uint32_t>(items.size()))];
    const std::string& second = items[dice.Below(static_cast<uint32_t>(items.size()))];
    std::vector<std::string_view> codes{first};
    if (keys == 2) codes.push_back(second);
    const KnowledgeRow* row = lookup.Find(name, codes, day, kCityArea);
    if (row == nullptr || (keys == 2 && first == second)) continue;
    const KnowledgeRow& other = table.rows[dice.Below(static_cast<uint32_t>(table.rows.size()))];
    if (ValuesOf(&other) != ValuesOf(row)) continue;
    Recast recast;
    for (size_t key = 0; key < keys; key++) {
      std::string whole = Whole(other.keys[key]);
      if (whole.empty()) return std::nullopt;
      recast[std::string(codes[key])] = whole;
    }
    return recast;
  }
  return std::nullopt;
}

}  // namespace

Recast Substitute(const Lookup& lookup, const Rule& rule, const std::vector<std::string>& items,
                  const std::vector<Date>& days, Dice& dice) {
  std::set<std::string> names = pack::TablesOf(rule);
  if (names.empty() || items.empty() || days.empty()) return {};
  Signature signature(lookup, rule, days);
  if (signature.cuts()) return {};
  std::string before = signature.Of(items);
  for (int tries = 0; tries < 40; tries++) {
    auto at = names.begin();
    std::advance(at, dice.Below(static_cast<uint32_t>(names.size())));
    const KnowledgeTable& table = lookup.rules().tables.at(*at);
    if (table.rows.empty()) continue;
    std::optional<Recast> recast = Try(lookup, table, *at, items, days.front(), dice);
    if (!recast) continue;
    std::vector<std::string> after = items;
    bool fine = true;
    for (std::string& item : after) {
      auto change = recast->find(item);
      if (change == recast->end()) continue;
      fine = fine && NoNewTables(lookup, item, change->second);
      item = change->second;
    }
    std::set<std::string> distinct(after.begin(), after.end());
    if (fine && distinct.size() == std::set<std::string>(items.begin(), items.end()).size() &&
        signature.Of(after) == before) {
      return *recast;
    }
  }
  return {};
}

}  // namespace yijian::city
