// Rules bound to a code book: texts become ids, expressions nodes, tests on codes arrays.

#include <algorithm>
#include <set>

#include "eval/bound.h"
#include "eval/code_names.h"

namespace yijian::eval {
namespace {

using lang::Expr;
using lang::ExprPtr;
using program::KnowledgeRow;
using program::KnowledgeTable;
using program::Rule;
using program::Side;

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
    bound_.code_count = codes_.size();
    bound_.late = std::make_unique<LateCodes>(bound_.code_count);
    for (const std::string& name : tables_used_) TRY(BindTable(name));
    bound_.rules.resize(set_.rules.size());
    for (size_t i = 0; i < set_.rules.size(); i++) BindRule(set_.rules[i], static_cast<uint32_t>(i), bound_.rules[i]);
    for (size_t subject = 0; subject < bound_.item_index.size(); subject++)
      bound_.item_index[subject] = IndexItems(bound_, subject);
    bound_.codes = std::make_shared<timeline::CodeBook>(codes_);
    return {};
  }

 private:
  // --- every text the rules and their tables speak of gets an id before arrays over codes are sized ---

  void InternTexts() {
    for (const Rule& rule : set_.rules) {
      auto visit = [this](const ExprPtr& expr) { InternExpr(expr); };
      if (rule.a.where) visit(rule.a.where);
      if (rule.b && rule.b->where) visit(rule.b->where);
      for (const program::Binding& binding : rule.bindings) {
        tables_used_.insert(binding.table);
        std::for_each(binding.keys.begin(), binding.keys.end(), visit);
      }
      for (const ExprPtr& expr : {rule.where, rule.having, rule.excess, rule.amount}) visit(expr);
      for (const program::Exception& exception : rule.unless) visit(exception.when);
      std::for_each(rule.by.begin(), rule.by.end(), visit);
      for (const program::Fact& fact : rule.facts) visit(fact.value);
    }
    for (const std::string& name : tables_used_) {
      auto table = set_.tables.find(name);
      if (table == set_.tables.end()) continue;  // BindTable says so
      for (const KnowledgeRow& row : table->second.rows) {
        for (size_t i = 0; i < row.texts.size(); i++) {
          if (table->second.schema.values[i].second == Type::kCode && row.known[i]) codes_.Intern(row.texts[i]);
        }
      }
    }
    for (const auto& [name, param] : set_.params) {
      if (param.type != Type::kCode) continue;
      for (const lang::ParamValue& value : param.values) codes_.Intern(value.text);
    }
    order_.Update();
    for (int64_t characters : prefix_lengths_) InternPrefixes(characters);
  }

  void InternPrefixes(int64_t characters) {
    std::vector<std::string> prefixes;
    for (int64_t id : order_.all()) {
      std::string_view prefix = PrefixOf(codes_.Text(id), characters);
      if (prefixes.empty() || prefixes.back() != prefix) prefixes.emplace_back(prefix);
    }
    for (const std::string& prefix : prefixes) codes_.Intern(prefix);
    order_.Update();
  }

  void InternExpr(const ExprPtr& expr) {
    if (!expr) return;
    if (expr->op == Op::kConst && expr->type == Type::kCode) codes_.Intern(expr->text);
    if (expr->op == Op::kPrefix) prefix_lengths_.insert(expr->value);
    if (expr->op == Op::kInTable) tables_used_.insert(expr->name);
    for (const ExprPtr& arg : expr->args) InternExpr(arg);
  }

  Status BindTable(const std::string& name) {
    auto table = set_.tables.find(name);
    if (table == set_.tables.end()) return InvalidInput("no knowledge table " + name);
    BoundTable& bound = bound_.tables[name];
    bound.source = &table->second;
    bound.bound = &bound_;
    bound.number = static_cast<uint32_t>(bound_.tables_by_number.size());
    bound_.tables_by_number.push_back(&bound);
    for (const KnowledgeRow& row : table->second.rows)
      bound.rows.push_back({row.from, row.until, row.area, ValuesOf(name, table->second, row)});
    bound.Index(order_, codes_);
    return {};
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
        expr->op == Op::kInList) {
      if (expr->op == Op::kDosesPerDay) node.unknown = UnknownOf(Reason("doses_per_day"));
      node.map = &maps_.Of(*expr, expr->op == Op::kDosesPerDay ? node.unknown : kFalse);
      node.late = bound_.late.get();
    }
    bound_.nodes.push_back(std::move(node));
    return &bound_.nodes.back();
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

  void BindRule(const Rule& rule, uint32_t index, BoundRule& bound) {
    bound.rule = &rule;
    bound.index = index;
    rule_from_ = rule.from;
    slot_kinds_.fill(Kind::kLine);
    slot_kinds_[0] = rule.a.of;
    slot_kinds_[1] = rule.b ? rule.b->of : rule.a.of;
    for (const program::Binding& binding : rule.bindings) {
      BoundBinding& to = bound.bindings.emplace_back();
      to.table = &bound_.tables.at(binding.table);
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
    bound.message_zh = Pieces(rule, rule.message.zh, &CodeNames::zh);
    bound.message_en = Pieces(rule, rule.message.en, &CodeNames::en);
    bound.a.interest = Interest(bound, bound.a, 0);
    if (rule.b) bound.b.interest = Interest(bound, bound.b, 1);
    for (BoundSide* side : {&bound.a, &bound.b}) {
      side->index = static_cast<uint32_t>(bound_.sides.size());
      bound_.sides.push_back(side);
    }
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

  static std::vector<Piece> Pieces(const Rule& rule, const std::string& text,
                                   std::map<std::string, std::string> CodeNames::*language) {
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
      if (open > at) pieces.push_back({Piece::Kind::kText, text.substr(at, open - at)});
      std::string name = text.substr(open + 1, close - open - 1);
      Piece piece{Piece::Kind::kText, text.substr(open, close - open + 1)};
      auto builtin = kBuiltin.find(name);
      if (builtin != kBuiltin.end()) piece.kind = builtin->second;
      for (size_t i = 0; i < rule.facts.size(); i++) {
        if (rule.facts[i].name != name) continue;
        piece = {Piece::Kind::kFact, name, static_cast<uint16_t>(i)};
        const Expr& value = *rule.facts[i].value;
        if (value.op != Op::kField) continue;
        const CodeNames* names = CodeNamesOf(timeline::Fields(value.kind)[value.field]);
        if (names != nullptr) piece.names = &(names->*language);
      }
      pieces.push_back(std::move(piece));
      at = close + 1;
    }
    if (at < text.size()) pieces.push_back({Piece::Kind::kText, text.substr(at)});
    return pieces;
  }

  std::vector<uint8_t> Interest(const BoundRule& rule, const BoundSide& side, uint8_t slot) const {
    std::vector<uint8_t> interest = InterestOf(rule, side, slot, 0, bound_.code_count);
    // Lines without an item code: only rules that never look at it.
    bool all = std::all_of(interest.begin() + (interest.empty() ? 0 : 1), interest.end(),
                           [](uint8_t may) { return may != 0; });
    return all ? std::vector<uint8_t>{} : interest;
  }

  const program::RuleSet& set_;
  timeline::CodeBook& codes_;
  Bound& bound_;
  CodeOrder order_{codes_};
  CodeMaps maps_{codes_, order_, bound_.maps};
  std::set<int64_t> prefix_lengths_;
  std::set<std::string> tables_used_;
  std::unordered_map<std::string, uint16_t> reason_ids_;
  std::array<Kind, lang::kSlotMax> slot_kinds_{};
  Date rule_from_ = INT32_MIN;
};

}  // namespace

Result<std::shared_ptr<const Bound>> Bind(const program::RuleSet& rules, timeline::CodeBook& codes) {
  auto bound = std::make_shared<Bound>();
  TRY(Binder(rules, codes, *bound).Run());
  return std::shared_ptr<const Bound>(bound);
}

}  // namespace yijian::eval
