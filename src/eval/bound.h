// Rules resolved against one code book: texts are ids, tests on codes are arrays, tables are indexed by code.
//
// Internal to eval. Built once by Bind; immutable and shared afterwards.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eval/code_maps.h"
#include "eval/evaluate.h"
#include "eval/interest.h"
#include "eval/late_codes.h"
#include "eval/value.h"
#include "program/rule.h"

namespace yijian::eval {

using lang::Hop;
using lang::Op;
using lang::Type;
using timeline::Bucket;
using timeline::Column;
using timeline::Kind;
using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

inline constexpr int32_t kNoKnowledge = -1;

// Reasons every program has; Bind writes them first.
inline constexpr int64_t kNoVisit = kNull + 1;    // the row's visit is not in the lake
inline constexpr int64_t kNoTime = kNull + 2;     // the row has no time
inline constexpr int64_t kStayUnset = kNull + 3;  // nobody said whether the visit is a stay
inline constexpr int64_t kNoEnd = kNull + 4;      // the interval has no end yet

// Days [first, last]; as made, none is known.
struct DayRange {
  Date first = INT32_MIN;
  Date last = INT32_MAX;
};

// A knowledge table over code ids.
class BoundTable {
 public:
  struct Row {
    Date from;
    Date until;
    std::string area;
    std::vector<int64_t> values;
  };

  // Once `rows` are there: which of them stand for which code.
  void Index(const CodeOrder& order, const timeline::CodeBook& codes);

  // The row in force on `day` in `area` for the keys, or kNoKnowledge.
  int32_t Find(int64_t key, Date day, const std::string& area) const;
  int32_t Find(int64_t key, int64_t key2, Date day, const std::string& area) const;
  // The row that Find gives for the key on all of these days in every area, if there is such a one.
  int32_t FindAlways(int64_t key, DayRange days) const {
    if (key < 0 || IsLate(key) || !Holds(key)) return kNoKnowledge;
    int32_t best = entries[first[static_cast<size_t>(key)]];
    const Row& row = rows[static_cast<size_t>(best)];
    return row.area.empty() && row.from <= days.first && row.until > days.last ? best : kNoKnowledge;
  }
  bool Holds(int64_t key) const {
    if (key < 0 || key + 1 >= static_cast<int64_t>(first.size())) return IsLate(key) && HoldsLate(key);
    return first[static_cast<size_t>(key)] < first[static_cast<size_t>(key) + 1];
  }
  // Whether the code is the second key of some row, whatever the first.
  bool HoldsSecond(int64_t key) const;
  // Whether some row is about both, whatever the day.
  bool MayPair(int64_t key, int64_t key2) const;
  // Beyond the arrays: the book gained the code after Bind.
  bool IsLate(int64_t key) const { return key + 1 >= static_cast<int64_t>(first.size()); }

  const program::KnowledgeTable* source = nullptr;
  const Bound* bound = nullptr;
  uint32_t number = 0;
  std::vector<Row> rows;
  // Candidates of code c, best first: entries [first[c], first[c + 1]) (first key alone for tables with two).
  std::vector<uint32_t> first;
  std::vector<int32_t> entries;
  std::unordered_map<uint64_t, std::vector<int32_t>> pairs;    // key << 32 | key2, best first
  std::unordered_map<int64_t, std::vector<int64_t>> partners;  // second key -> first keys, ascending
  std::vector<uint8_t> second;                                 // by code: the second key of some row

 private:
  int32_t Choose(const int32_t* begin, const int32_t* end, Date day, const std::string& area) const;
  bool HoldsLate(int64_t key) const;
  std::pair<const int32_t*, const int32_t*> RowsOf(int64_t key) const;
  bool IsSecond(int32_t row, int64_t key2) const;
};

// Of rows that apply, which is asked first: longest keys, longest area, latest from.
bool IsBetter(const program::KnowledgeTable& table, int32_t left, int32_t right);

struct ParamSpan {
  Date from;
  int64_t value;
};

// A typed expression with everything resolved.
struct Node {
  Op op = Op::kConst;
  Type type = Type::kBool;
  int64_t value = 0;
  uint8_t slot = 0;
  Hop hop = Hop::kOwn;
  Kind base = Kind::kLine;    // kind of the slot's row
  Kind kind = Kind::kPerson;  // kind that holds the field
  uint16_t field = 0;
  uint16_t binding = 0;
  uint16_t column = 0;
  uint8_t base_slot = 0;  // macros: whose visit
  int64_t unknown = 0;    // what a missing value becomes
  const CodeMap* map = nullptr;
  const LateCodes* late = nullptr;  // with a map
  const BoundTable* table = nullptr;
  std::vector<ParamSpan> params;
  std::vector<const Node*> args;
};

struct BoundBinding {
  const BoundTable* table = nullptr;
  std::vector<const Node*> keys;
};

struct BoundSide {
  Kind of = Kind::kLine;
  bool stays_only = false;
  std::vector<uint16_t> bindings;
  const Node* where = nullptr;
  std::vector<const Node*> conjuncts;  // of where, in order
  std::vector<uint8_t> interest;       // by item code: may a line of this item matter? empty = all may
  uint32_t index = 0;                  // among all sides
};

// A message template cut into pieces.
struct Piece {
  enum class Kind : uint8_t {
    kText,
    kFact,
    kItem,
    kCode,
    kTime,
    kQty,
    kPrice,
    kAmount,
    kInstitution,
    kVisit,
    kCount,
    kTotal
  };
  Kind kind = Kind::kText;
  std::string text;
  uint16_t fact = 0;
  const std::map<std::string, std::string>* names = nullptr;  // of the fact's codes, in the message's language
};

struct BoundRule {
  const program::Rule* rule = nullptr;
  uint32_t index = 0;
  BoundSide a;
  BoundSide b;
  bool binary = false;
  bool symmetric = false;  // a and b take the same rows: each unordered pair once
  std::vector<BoundBinding> bindings;
  const Node* where = nullptr;
  std::vector<const Node*> unless;
  std::vector<const Node*> by;
  const Node* having = nullptr;
  int64_t count_min = 1;  // groups with fewer rows cannot have it
  const Node* excess = nullptr;
  const Node* amount = nullptr;
  std::vector<const Node*> facts;
  std::vector<Piece> message_zh;
  std::vector<Piece> message_en;
};

class Bound {
 public:
  const program::RuleSet* set = nullptr;
  std::shared_ptr<const timeline::CodeBook> codes;
  std::vector<BoundRule> rules;
  std::vector<std::string> reasons;
  int64_t code_count = 0;
  std::deque<Node> nodes;
  std::deque<CodeMap> maps;
  std::map<std::string, BoundTable> tables;
  std::vector<const BoundTable*> tables_by_number;
  std::vector<const BoundSide*> sides;

  std::array<ItemIndex, 4> item_index;  // by subject
  std::unique_ptr<LateCodes> late;      // grows; see Cover

  const std::string& TextOf(int64_t code) const {
    const LateCode* added = late->Find(code);
    return added ? added->text : codes->Text(code);
  }
  const std::string& NameOf(int64_t code) const {
    const LateCode* added = late->Find(code);
    return added ? added->name : codes->Name(code);
  }
  const std::string& ReasonText(int64_t unknown) const { return reasons[ReasonOf(unknown)]; }
};

// --- rows: what both evaluators need to know of one ---

// When the row happened: its own time, or its visit's begin. kNull when unknown.
int64_t TimeOf(const Bucket& bucket, Kind kind, uint32_t row);
// End of the row's interval; its time when it is a point. kNull when unknown.
int64_t EndOf(const Bucket& bucket, Kind kind, uint32_t row);
uint32_t VisitOf(const Bucket& bucket, Kind kind, uint32_t row);
const std::string& AreaOf(const Bucket& bucket, const Bound& bound, Kind kind, uint32_t row);

// What the node's map says of a code.
inline int64_t MapAt(const Node& node, int64_t code) {
  if (static_cast<uint64_t>(code) < node.map->values.size()) return node.map->values[static_cast<size_t>(code)];
  const LateCode* added = node.late->Find(code);
  if (!added) return kFalse;
  for (const auto& [map, value] : added->maps) {
    if (map == node.map->number) return value;
  }
  return node.map->otherwise;
}

}  // namespace yijian::eval
