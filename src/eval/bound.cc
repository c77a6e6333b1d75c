#include "eval/bound.h"

#include <algorithm>
#include <set>

namespace yijian::eval {
namespace {

using lang::Expr;
using lang::ExprPtr;
using program::KnowledgeRow;
using program::KnowledgeTable;
using program::Rule;
using program::Side;

struct FieldNumbers {
  size_t visit_begin, visit_end, visit_area, line_item;
};

const FieldNumbers& Numbers() {
  static const FieldNumbers numbers{
      timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "begin")),
      timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "end")),
      timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "area")),
      timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item")),
  };
  return numbers;
}

}  // namespace

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

bool IsItem(const Node* node, uint8_t slot) {
  return node->op == Op::kField && node->slot == slot && node->hop == Hop::kOwn && node->kind == Kind::kLine &&
         node->field == Numbers().line_item;
}

// False only when the condition is certainly false for every line of this code.
bool MayHold(const Node* node, uint8_t slot, int64_t code) {
  switch (node->op) {
    case Op::kAnd:
      return MayHold(node->args[0], slot, code) && MayHold(node->args[1], slot, code);
    case Op::kOr:
      return MayHold(node->args[0], slot, code) || MayHold(node->args[1], slot, code);
    case Op::kInList:
    case Op::kStartsWith:
      return !IsItem(node->args[0], slot) || MapAt(*node, code) == kTrue;
    case Op::kInTable:
      return !IsItem(node->args[0], slot) || node->table->Holds(code);
    case Op::kEqual:
      return !(IsItem(node->args[0], slot) && node->args[1]->op == Op::kConst) || node->args[1]->value == code;
    default:
      return true;
  }
}

}  // namespace

bool MayInterest(const BoundRule& rule, const BoundSide& side, uint8_t slot, int64_t code) {
  if (side.where && !MayHold(side.where, slot, code)) return false;
  for (uint16_t index : side.bindings) {
    const BoundBinding& binding = rule.bindings[index];
    if (IsItem(binding.keys[0], slot) && !binding.table->Holds(code)) return false;
  }
  // A pair table names the partners of both sides.
  for (uint16_t index : rule.rule->match) {
    const BoundBinding& binding = rule.bindings[index];
    if (binding.keys.size() != 2 || !IsItem(binding.keys[slot], slot)) continue;
    if (slot == 0 ? !binding.table->Holds(code) : !binding.table->HoldsSecond(code)) return false;
  }
  return true;
}

namespace {

class Binder {
 public:
  Binder(const program::RuleSet& set, timeline::CodeBook& codes, Bound& bound)
      : set_(set), codes_(codes), bound_(bound) {}

  Status Run() {
    bound_.set = &set_;
    for (const char* reason : {"missing", "visit", "time", "visit.stay", "visit.end"}) {
      reason_ids_.emplace(reason, static_cast<uint16_t>(bound_.reasons.size()));
      bound_.reasons.emplace_back(reason);
    }
    InternTexts();
    BuildSortedCodes();
    for (const auto& [name, table] : set_.tables) BindTable(name, table);
    bound_.rules.resize(set_.rules.size());
    for (size_t i = 0; i < set_.rules.size(); i++) {
      TRY(BindRule(set_.rules[i], static_cast<uint32_t>(i), bound_.rules[i]).While("binding rule " + set_.rules[i].id));
    }
    BuildItemIndex();
    bound_.codes = std::make_shared<timeline::CodeBook>(codes_);
    bound_.late->BuildKeys(bound_);
    return {};
  }

 private:
  // --- every text the rules and tables speak of gets an id before arrays over codes are sized ---

  void InternTexts() {
    for (const Rule& rule : set_.rules) {
      auto visit = [this](const ExprPtr& expr) { InternExpr(expr); };
      if (rule.a.where) visit(rule.a.where);
      if (rule.b && rule.b->where) visit(rule.b->where);
      for (const program::Binding& binding : rule.bindings)
        std::for_each(binding.keys.begin(), binding.keys.end(), visit);
      for (const ExprPtr& expr : {rule.where, rule.having, rule.excess, rule.amount}) visit(expr);
      for (const program::Exception& exception : rule.unless) visit(exception.when);
      std::for_each(rule.by.begin(), rule.by.end(), visit);
      for (const program::Fact& fact : rule.facts) visit(fact.value);
    }
    for (const auto& [name, table] : set_.tables) {
      for (const KnowledgeRow& row : table.rows) {
        for (size_t i = 0; i < row.texts.size(); i++) {
          if (table.schema.values[i].second == Type::kCode && row.known[i]) codes_.Intern(row.texts[i]);
        }
      }
    }
    for (const auto& [name, param] : set_.params) {
      if (param.type != Type::kCode) continue;
      for (const lang::ParamValue& value : param.values) codes_.Intern(value.text);
    }
    for (int64_t characters : prefix_lengths_) {
      for (int64_t id = 1, size = codes_.size(); id < size; id++)
        codes_.Intern(std::string(PrefixOf(codes_.Text(id), characters)));
    }
    bound_.code_count = codes_.size();
    bound_.late = std::make_unique<LateCodes>(bound_.code_count);
  }

  void InternExpr(const ExprPtr& expr) {
    if (!expr) return;
    if (expr->op == Op::kConst && expr->type == Type::kCode) codes_.Intern(expr->text);
    if (expr->op == Op::kPrefix) prefix_lengths_.insert(expr->value);
    for (const ExprPtr& arg : expr->args) InternExpr(arg);
  }

  void BuildSortedCodes() {
    for (int64_t id = 1; id < codes_.size(); id++) sorted_.push_back(id);
    std::sort(sorted_.begin(), sorted_.end(),
              [this](int64_t left, int64_t right) { return codes_.Text(left) < codes_.Text(right); });
  }

  // Ids of the codes a table key stands for.
  std::vector<int64_t> Expand(const std::string& key, bool prefix) const {
    std::vector<int64_t> ids;
    if (!prefix) {
      if (int64_t id = codes_.Find(key); id != timeline::CodeBook::kNoCode) ids.push_back(id);
      return ids;
    }
    auto at = std::lower_bound(sorted_.begin(), sorted_.end(), key,
                               [this](int64_t id, const std::string& text) { return codes_.Text(id) < text; });
    for (; at != sorted_.end() && BeginsWith(codes_.Text(*at), key); ++at) ids.push_back(*at);
    return ids;
  }

  void BindTable(const std::string& name, const KnowledgeTable& table) {
    BoundTable& bound = bound_.tables[name];
    bound.source = &table;
    bound.bound = &bound_;
    bound.number = static_cast<uint32_t>(bound_.tables_by_number.size());
    bound_.tables_by_number.push_back(&bound);
    bound.second.assign(static_cast<size_t>(bound_.code_count), 0);
    std::vector<std::vector<int32_t>> by_code(static_cast<size_t>(bound_.code_count));
    std::unordered_map<std::string, std::vector<int64_t>> expanded;  // one key stands in many rows of a pair table
    auto expand = [&](const std::string& key) -> const std::vector<int64_t>& {
      auto [at, is_new] = expanded.try_emplace(key);
      if (is_new) at->second = Expand(key, table.prefix);
      return at->second;
    };
    for (size_t i = 0; i < table.rows.size(); i++) {
      const KnowledgeRow& row = table.rows[i];
      bound.rows.push_back({row.from, row.until, row.area, ValuesOf(name, table, row)});
      auto index = static_cast<int32_t>(i);
      const std::vector<int64_t>& firsts = expand(row.keys[0]);
      for (int64_t id : firsts) by_code[static_cast<size_t>(id)].push_back(index);
      if (row.keys.size() < 2) continue;
      const std::vector<int64_t>& seconds = expand(row.keys[1]);
      for (int64_t right : seconds) bound.second[static_cast<size_t>(right)] = 1;
      for (int64_t left : firsts) {
        for (int64_t right : seconds) {
          bound.pairs[static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right)].push_back(index);
          bound.partners[right].push_back(left);
        }
      }
    }
    auto better = [&](int32_t left, int32_t right) { return IsBetter(table, left, right); };
    bound.first.push_back(0);
    for (std::vector<int32_t>& list : by_code) {
      std::sort(list.begin(), list.end(), better);
      bound.entries.insert(bound.entries.end(), list.begin(), list.end());
      bound.first.push_back(static_cast<uint32_t>(bound.entries.size()));
    }
    for (auto& [key, list] : bound.pairs) std::sort(list.begin(), list.end(), better);
    for (auto& [key, list] : bound.partners) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
  }

  std::vector<int64_t> ValuesOf(const std::string& name, const KnowledgeTable& table, const KnowledgeRow& row) {
    std::vector<int64_t> values;
    for (size_t i = 0; i < table.schema.values.size(); i++) {
      if (!row.known[i]) {
        values.push_back(UnknownOf(Reason(name + "." + table.schema.values[i].first)));
      } else if (table.schema.values[i].second == Type::kCode) {
        values.push_back(codes_.Find(row.texts[i]));
      } else {
        values.push_back(row.values[i]);
      }
    }
    return values;
  }

  uint16_t Reason(const std::string& text) {
    auto [at, is_new] = reason_ids_.try_emplace(text, static_cast<uint16_t>(bound_.reasons.size()));
    if (is_new) {
      CHECK(bound_.reasons.size() < 65535);
      bound_.reasons.push_back(text);
    }
    return at->second;
  }

  // --- expressions ---

  const Node* BindExpr(const ExprPtr& expr) {
    if (!expr) return nullptr;
    Node node;
    node.op = expr->op;
    node.type = expr->type;
    node.value = expr->value;
    node.slot = expr->slot;
    node.hop = expr->hop;
    node.kind = expr->kind;
    node.field = expr->field;
    node.binding = expr->binding;
    node.column = expr->column;
    if (expr->op == Op::kConst && expr->type == Type::kCode) node.value = codes_.Find(expr->text);
    if (expr->op == Op::kField) {
      node.base = slot_kinds_[expr->slot];
      node.unknown = UnknownOf(Reason(std::string(timeline::InfoOf(expr->kind).name) + "." +
                                      std::string(timeline::Fields(expr->kind)[expr->field].name)));
    }
    if (expr->op == Op::kDivide) node.unknown = UnknownOf(Reason("division by zero"));
    if (expr->op == Op::kParam) {
      const lang::Param& param = set_.params.at(expr->name);
      for (const lang::ParamValue& value : param.values) {
        node.params.push_back({value.from, param.type == Type::kCode ? codes_.Find(value.text) : value.value});
      }
      node.unknown = UnknownOf(Reason("param." + expr->name));
      // One value for all the days the rule is in force: a constant.
      if (node.params.size() == 1 && node.params[0].from <= rule_from_) {
        node.op = Op::kConst;
        node.value = node.params[0].value;
      }
    }
    if (expr->op == Op::kInTable) node.table = &bound_.tables.at(expr->name);
    if (expr->op == Op::kExists || expr->op == Op::kAll || expr->op == Op::kCountIf) {
      node.base_slot = static_cast<uint8_t>(expr->column);
      node.base = slot_kinds_[node.base_slot];
      slot_kinds_[expr->slot] = expr->kind;
    }
    for (const ExprPtr& arg : expr->args) node.args.push_back(BindExpr(arg));
    if (expr->op == Op::kStartsWith || expr->op == Op::kPrefix || expr->op == Op::kDosesPerDay ||
        expr->op == Op::kInList)
      BindMap(*expr, node);
    bound_.nodes.push_back(std::move(node));
    return &bound_.nodes.back();
  }

  // A function of one code becomes an array over all codes.
  void BindMap(const Expr& expr, Node& node) {
    node.map_number = static_cast<uint32_t>(bound_.maps.size());
    node.late = bound_.late.get();
    CodeMap& map = bound_.maps.emplace_back();
    map.values.assign(static_cast<size_t>(bound_.code_count), kFalse);
    map.op = expr.op;
    map.text = expr.text;
    map.characters = expr.value;
    std::set<int64_t> listed;
    for (size_t i = 1; i < expr.args.size(); i++) listed.insert(codes_.Find(expr.args[i]->text));
    if (expr.op == Op::kDosesPerDay) {
      node.unknown = UnknownOf(Reason("doses_per_day"));
      map.otherwise = node.unknown;
    }
    for (int64_t id = 1; id < bound_.code_count; id++) {
      const std::string& text = codes_.Text(id);
      int64_t& value = map.values[static_cast<size_t>(id)];
      if (expr.op == Op::kStartsWith) value = BeginsWith(text, expr.text) ? kTrue : kFalse;
      if (expr.op == Op::kInList) value = listed.count(id) > 0 ? kTrue : kFalse;
      if (expr.op == Op::kPrefix) value = codes_.Find(PrefixOf(text, expr.value));
      if (expr.op == Op::kDosesPerDay) value = DosesPerDay(text) == kNull ? node.unknown : DosesPerDay(text);
    }
    node.map = &map;
  }

  static void SplitConjuncts(const Node* node, std::vector<const Node*>& conjuncts) {
    if (!node) return;
    if (node->op != Op::kAnd) {
      conjuncts.push_back(node);
      return;
    }
    SplitConjuncts(node->args[0], conjuncts);
    SplitConjuncts(node->args[1], conjuncts);
  }

  // --- rules ---

  Status BindRule(const Rule& rule, uint32_t index, BoundRule& bound) {
    bound.rule = &rule;
    bound.index = index;
    rule_from_ = rule.from;
    slot_kinds_.fill(Kind::kLine);
    slot_kinds_[0] = rule.a.of;
    slot_kinds_[1] = rule.b ? rule.b->of : rule.a.of;
    for (const program::Binding& binding : rule.bindings) {
      auto table = bound_.tables.find(binding.table);
      if (table == bound_.tables.end()) return InvalidInput("no knowledge table " + binding.table);
      BoundBinding& to = bound.bindings.emplace_back();
      to.table = &table->second;
      for (const ExprPtr& key : binding.keys) to.keys.push_back(BindExpr(key));
    }
    bound.binary = rule.b.has_value();
    BindSide(rule.a, bound.a);
    if (rule.b) BindSide(*rule.b, bound.b);
    bound.symmetric = rule.b && IsSymmetric(rule);
    bound.where = BindExpr(rule.where);
    for (const program::Exception& exception : rule.unless) bound.unless.push_back(BindExpr(exception.when));
    for (const ExprPtr& key : rule.by) bound.by.push_back(BindExpr(key));
    bound.having = BindExpr(rule.having);
    bound.count_min = CountMin(bound.having);
    bound.excess = BindExpr(rule.excess);
    bound.amount = BindExpr(rule.amount);
    for (const program::Fact& fact : rule.facts) bound.facts.push_back(BindExpr(fact.value));
    bound.message_zh = Pieces(rule, rule.message.zh);
    bound.message_en = Pieces(rule, rule.message.en);
    bound.a.interest = InterestOf(bound, bound.a, 0);
    if (rule.b) bound.b.interest = InterestOf(bound, bound.b, 1);
    for (BoundSide* side : {&bound.a, &bound.b}) {
      side->index = static_cast<uint32_t>(bound_.sides.size());
      bound_.sides.push_back(side);
    }
    return {};
  }

  void BindSide(const Side& side, BoundSide& bound) {
    bound.of = side.of;
    bound.stays_only = side.stays_only;
    bound.bindings = side.bindings;
    bound.where = BindExpr(side.where);
    SplitConjuncts(bound.where, bound.conjuncts);
  }

  static bool IsSymmetric(const Rule& rule) {
    if (rule.form != program::Form::kOverlap && rule.form != program::Form::kPair) return false;
    if (!rule.match.empty() || rule.a.of != rule.b->of || rule.a.stays_only != rule.b->stays_only) return false;
    if (!rule.a.bindings.empty() || !rule.b->bindings.empty()) return false;
    std::string left = rule.a.where ? lang::Dump(*rule.a.where) : "";
    std::string right = rule.b->where ? lang::Dump(*rule.b->where) : "";
    for (size_t at = 0; (at = right.find("$1", at)) != std::string::npos; at++) right[at + 1] = '0';
    return left == right;
  }

  // `count() > n` or `distinct(x) > n` among the conjuncts of having lets small groups be skipped unread.
  static int64_t CountMin(const Node* having) {
    std::vector<const Node*> conjuncts;
    SplitConjuncts(having, conjuncts);
    int64_t least = 1;
    for (const Node* node : conjuncts) {
      if (node->args.size() != 2 || node->args[1]->op != Op::kConst) continue;
      if (node->args[0]->op != Op::kCount &&
          (node->args[0]->op != Op::kDistinct || node->args[0]->args[0]->op != Op::kField))
        continue;
      int64_t limit = node->args[1]->value / kMicro;
      if (node->op == Op::kGreater) least = std::max(least, limit + 1);
      if (node->op == Op::kGreaterEqual) least = std::max(least, limit);
    }
    return least;
  }

  static std::vector<Piece> Pieces(const Rule& rule, const std::string& text) {
    static const std::map<std::string, Piece::Kind> kBuiltin{{"item", Piece::Kind::kItem},
                                                             {"code", Piece::Kind::kCode},
                                                             {"time", Piece::Kind::kTime},
                                                             {"qty", Piece::Kind::kQty},
                                                             {"price", Piece::Kind::kPrice},
                                                             {"amount", Piece::Kind::kAmount},
                                                             {"institution", Piece::Kind::kInstitution},
                                                             {"visit", Piece::Kind::kVisit},
                                                             {"count", Piece::Kind::kCount},
                                                             {"total", Piece::Kind::kTotal}};
    std::vector<Piece> pieces;
    size_t at = 0;
    while (at < text.size()) {
      size_t open = text.find('{', at);
      size_t close = open == std::string::npos ? open : text.find('}', open);
      if (close == std::string::npos) break;
      if (open > at) pieces.push_back({Piece::Kind::kText, text.substr(at, open - at), 0});
      std::string name = text.substr(open + 1, close - open - 1);
      Piece piece{Piece::Kind::kText, text.substr(open, close - open + 1), 0};
      auto builtin = kBuiltin.find(name);
      if (builtin != kBuiltin.end()) piece.kind = builtin->second;
      for (size_t i = 0; i < rule.facts.size(); i++) {
        if (rule.facts[i].name == name) piece = {Piece::Kind::kFact, name, static_cast<uint16_t>(i)};
      }
      pieces.push_back(std::move(piece));
      at = close + 1;
    }
    if (at < text.size()) pieces.push_back({Piece::Kind::kText, text.substr(at), 0});
    return pieces;
  }

  // --- interest: which item codes can matter to a side at all ---

  std::vector<uint8_t> InterestOf(const BoundRule& rule, const BoundSide& side, uint8_t slot) const {
    if (side.of != Kind::kLine) return {};
    std::vector<uint8_t> interest(static_cast<size_t>(bound_.code_count), 1);
    for (int64_t code = 1; code < bound_.code_count; code++)
      interest[static_cast<size_t>(code)] = MayInterest(rule, side, slot, code) ? 1 : 0;
    // Lines without an item code: only rules that never look at it.
    bool all = std::all_of(interest.begin() + 1, interest.end(), [](uint8_t may) { return may != 0; });
    return all ? std::vector<uint8_t>{} : interest;
  }

  void BuildItemIndex() {
    for (size_t subject = 0; subject < bound_.item_index.size(); subject++) {
      Bound::ItemIndex& index = bound_.item_index[subject];
      index.group.assign(static_cast<size_t>(bound_.code_count), 0);
      index.group_sides.emplace_back();
      std::map<std::vector<uint32_t>, uint16_t> groups{{{}, 0}};
      for (int64_t code = 0; code < bound_.code_count; code++) {
        std::vector<uint32_t> sides;
        for (const BoundRule& rule : bound_.rules) {
          if (static_cast<size_t>(rule.rule->subject) != subject) continue;
          for (const BoundSide* side : {&rule.a, &rule.b}) {
            if ((side == &rule.b && !rule.binary) || side->interest.empty()) continue;
            if (code > 0 && side->interest[static_cast<size_t>(code)] != 0) sides.push_back(side->index);
          }
        }
        auto [at, is_new] = groups.try_emplace(sides, static_cast<uint16_t>(groups.size()));
        if (is_new) index.group_sides.push_back(sides);
        CHECK(index.group_sides.size() < 65535);
        index.group[static_cast<size_t>(code)] = at->second;
      }
    }
  }

  const program::RuleSet& set_;
  timeline::CodeBook& codes_;
  Bound& bound_;
  std::set<int64_t> prefix_lengths_;
  std::vector<int64_t> sorted_;
  std::unordered_map<std::string, uint16_t> reason_ids_;
  std::array<Kind, lang::kSlotMax> slot_kinds_{};
  Date rule_from_ = INT32_MIN;
};

}  // namespace

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

Result<std::shared_ptr<const Bound>> Bind(const program::RuleSet& rules, timeline::CodeBook& codes) {
  auto bound = std::make_shared<Bound>();
  TRY(Binder(rules, codes, *bound).Run());
  return std::shared_ptr<const Bound>(bound);
}

int64_t TimeOf(const Bucket& bucket, Kind kind, uint32_t row) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  static const std::array<size_t, timeline::kKindCount> kTimeField = [] {
    std::array<size_t, timeline::kKindCount> fields{};
    for (const timeline::KindInfo& each : timeline::Kinds()) {
      if (!each.time.empty())
        fields[static_cast<size_t>(each.kind)] = timeline::OrdinalOf(*timeline::FindField(each.kind, each.time));
    }
    return fields;
  }();
  int64_t time = info.time.empty() ? kNull : bucket.table(kind).At(kTimeField[static_cast<size_t>(kind)], row);
  if (time != kNull || kind == Kind::kVisit) return time;
  uint32_t visit = VisitOf(bucket, kind, row);
  return visit == kNoRow ? kNull : bucket.table(Kind::kVisit).At(Numbers().visit_begin, visit);
}

int64_t EndOf(const Bucket& bucket, Kind kind, uint32_t row) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  if (info.end.empty()) return TimeOf(bucket, kind, row);
  return bucket.table(kind).At(timeline::OrdinalOf(*timeline::FindField(kind, info.end)), row);
}

uint32_t VisitOf(const Bucket& bucket, Kind kind, uint32_t row) {
  if (kind == Kind::kVisit) return row;
  const Table& table = bucket.table(kind);
  return table.visit.empty() ? kNoRow : table.visit[row];
}

const std::string& AreaOf(const Bucket& bucket, const Bound& bound, Kind kind, uint32_t row) {
  uint32_t visit = VisitOf(bucket, kind, row);
  return bound.TextOf(visit == kNoRow ? kNull : bucket.table(Kind::kVisit).At(Numbers().visit_area, visit));
}

program::FieldSet FieldsOf(const Bound& bound, program::Subject subject) {
  program::FieldSet fields = program::NoFields();
  for (const BoundRule& rule : bound.rules) {
    if (rule.rule->subject == subject) program::AddFields(*rule.rule, fields);
  }
  return fields;
}

const std::vector<program::Rule>& RulesOf(const Bound& bound) { return bound.set->rules; }

const timeline::CodeBook& CodesOf(const Bound& bound) { return *bound.codes; }

const std::string& TextOf(const Bound& bound, int64_t code) { return bound.TextOf(code); }

const std::string& NameOf(const Bound& bound, int64_t code) { return bound.NameOf(code); }

Status Cover(const Bound& bound, timeline::CodeBook& codes) { return bound.late->Cover(bound, codes); }

int64_t CoveredOf(const Bound& bound) { return bound.late->covered(); }

bool Concerns(const Bound& bound, program::Subject subject, int64_t item) {
  if (const LateCode* late = bound.late->Find(item)) return !late->sides[static_cast<size_t>(subject)].empty();
  const std::vector<uint16_t>& group = bound.item_index[static_cast<size_t>(subject)].group;
  return static_cast<uint64_t>(item) < group.size() && group[static_cast<size_t>(item)] != 0;
}

std::vector<int64_t> ItemsOf(const Bound& bound, program::Subject subject) {
  std::vector<int64_t> items;
  const Bound::ItemIndex& index = bound.item_index[static_cast<size_t>(subject)];
  for (size_t code = 1; code < index.group.size(); code++) {
    if (index.group[code] != 0) items.push_back(static_cast<int64_t>(code));
  }
  return items;
}

}  // namespace yijian::eval
