#include "lang/check.h"

#include <algorithm>

#include "lang/put.h"
#include "lang/typing.h"

namespace yijian::lang {
namespace {

using timeline::FieldInfo;
using timeline::Kind;

ExprPtr CodeConstant(std::string text) {
  auto expr = std::make_shared<Expr>();
  expr->type = Type::kCode;
  expr->text = std::move(text);
  return expr;
}

class Checker {
 public:
  Checker(std::string_view text, const Place& place, const Scope& scope, Diagnostics& diagnostics)
      : text_(text), place_(place), scope_(scope), diagnostics_(diagnostics) {}

  ExprPtr Check(const Node& node) {
    switch (node.kind) {
      case NodeKind::kBool:
        return Constant(Type::kBool, node.number);
      case NodeKind::kNumber:
        return Constant(Type::kNumber, node.number);
      case NodeKind::kText:
        return CodeConstant(node.text);
      case NodeKind::kNull:
        return Fail(node, Code::kNotAllowedHere, "null has no meaning in rules", "ask known(x)");
      case NodeKind::kName:
        return Name(node);
      case NodeKind::kMember:
        return Member(node);
      case NodeKind::kIndex:
        return Fail(node, Code::kNotAllowedHere, "a table is looked up in 'with' only", "with: {k: table[line.item]}");
      case NodeKind::kList:
        return Fail(node, Code::kNotAllowedHere, "a list stands only on the right of 'in'");
      case NodeKind::kUnary:
        return Unary(node);
      case NodeKind::kBinary:
        return Binary(node);
      case NodeKind::kTernary:
        return Ternary(node);
      case NodeKind::kCall:
        return Call(node);
    }
    return nullptr;
  }

  ExprPtr Want(ExprPtr expr, Type want, const Node& node) {
    if (!expr || want == Type::kAny || expr->type == want) return expr;
    if (want == Type::kMoney && expr->type == Type::kNumber) return Retyped(expr, Type::kMoney);
    return Fail(node, Code::kTypeMismatch,
                std::string("expected ") + TypeName(want) + ", this is " + TypeName(expr->type));
  }

 private:
  ExprPtr Fail(const Node& node, Code code, const std::string& message, const std::string& suggestion = {}) {
    diagnostics_.Add(code, PlaceOf(place_, text_, node.offset), message, suggestion);
    return nullptr;
  }

  ExprPtr Take(const Node& node, const Typed& typed) {
    return typed.expr ? typed.expr : Fail(node, Code::kTypeMismatch, typed.mistake);
  }

  static std::string DidYouMean(std::string_view word, const std::vector<std::string>& names) {
    std::string nearest = Nearest(word, names);
    return nearest.empty() ? nearest : "did you mean '" + nearest + "'?";
  }

  const RowName* FindRow(std::string_view name) const {
    for (size_t i = rows_.size(); i-- > 0;) {
      if (rows_[i].name == name) return &rows_[i];
    }
    for (const RowName& row : scope_.rows) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }

  const BindingName* FindBinding(std::string_view name, uint16_t& index) const {
    for (size_t i = 0; i < scope_.bindings.size(); i++) {
      if (scope_.bindings[i].name == name) {
        index = static_cast<uint16_t>(i);
        return &scope_.bindings[i];
      }
    }
    return nullptr;
  }

  LetName* FindLet(const Node& node) const {
    if (!scope_.lets || node.kind != NodeKind::kName) return nullptr;
    for (LetName& let : scope_.lets->names) {
      if (let.name == node.text) return &let;
    }
    return nullptr;
  }

  // The expression that a let names. It was checked where everything is known; what it speaks of must be known here.
  ExprPtr Put(const Node& node, LetName& let) {
    let.used = true;
    if (!let.value || scope_.lets->placed > kPlacedMax) return nullptr;  // told already
    const Extent extent = ExtentOf(*let.value);
    scope_.lets->placed += extent.operations;
    if (scope_.lets->placed > kPlacedMax)
      return Fail(node, Code::kTooDeep,
                  "with its lets put in place the rule has more than " + std::to_string(kPlacedMax) + " operations",
                  "each use of '" + let.name + "' costs " + std::to_string(extent.operations));
    size_t lists = rows_.size();
    if (extent.depth > kDepthMax || extent.slot_end + lists > kSlotMax)
      return Fail(node, Code::kTooDeep, "with '" + let.name + "' put in place the expression nests too deep");
    if (extent.aggregates && (!scope_.aggregates || in_aggregate_))
      return Fail(node, Code::kNotAllowedHere, "'" + let.name + "' asks a whole group, which is not known here",
                  "it can stand in having, excess and facts of group and window rules, outside of other aggregates");
    for (uint8_t slot = 0; slot < kMacroSlot; slot++) {
      auto same = [&](const RowName& row) { return row.slot == slot; };
      if (extent.rows[slot] && std::none_of(scope_.rows.begin(), scope_.rows.end(), same))
        return Fail(node, Code::kNotAllowedHere,
                    "'" + let.name + "' speaks of " + (slot == 0 ? "a" : "b") + ", which is not known here");
    }
    for (uint16_t binding : extent.bindings) {
      if (!scope_.bindings[binding].table)
        return Fail(node, Code::kNotAllowedHere, "'" + let.name + "' looks something up that is not known here");
    }
    return lists == 0 ? let.value : MovedBehind(let.value, static_cast<uint8_t>(lists));
  }

  ExprPtr Name(const Node& node) {
    if (LetName* let = FindLet(node)) return Put(node, *let);
    if (node.text == "units") {
      if (!scope_.units) return Fail(node, Code::kNotAllowedHere, "'units' has a meaning only in 'amount'");
      return Make(Op::kUnits, Type::kNumber, {});
    }
    bool parent = node.text == "person" || node.text == "visit";
    if (parent && !FindRow(node.text) && !scope_.person) {
      return Fail(node, Code::kNotAllowedHere, "'" + node.text + "' is not known here",
                  "the timeline is not that of a person");
    }
    if (node.text == "visit" && !FindRow(node.text) && !scope_.rows.empty() && !HasOneSlot()) {
      return Fail(node, Code::kUnknownName, "there are two visits here", "write a.visit or b.visit");
    }
    if (FindRow(node.text) || parent) {
      return Fail(node, Code::kTypeMismatch, "'" + node.text + "' is a row, not a value",
                  "name a field: " + node.text + ".<field>");
    }
    std::vector<std::string> names{"person", "visit", "param"};
    for (const RowName& row : scope_.rows) names.push_back(row.name);
    for (const BindingName& binding : scope_.bindings) names.push_back(binding.name);
    if (scope_.lets) {
      for (const LetName& let : scope_.lets->names) names.push_back(let.name);
    }
    return Fail(node, Code::kUnknownName, "no '" + node.text + "' here", DidYouMean(node.text, names));
  }

  // A path of names that ends at a row: "line", "visit", "a.visit", "person".
  struct RowPath {
    bool ok = false;
    uint8_t slot = 0;
    Hop hop = Hop::kOwn;
    Kind kind = Kind::kPerson;
  };

  RowPath Row(const Node& node) const {
    RowPath path;
    if (node.kind == NodeKind::kName) {
      if (const RowName* row = FindRow(node.text)) return {true, row->slot, Hop::kOwn, row->kind};
      bool single = scope_.person && HasOneSlot();
      bool person_of_pair = scope_.rows.size() > 1 && node.text == "person";  // a and b have one person
      if ((single || person_of_pair) && (node.text == "visit" || node.text == "person")) {
        return Parent({true, scope_.rows[0].slot, Hop::kOwn, scope_.rows[0].kind}, node.text);
      }
      return path;
    }
    if (node.kind == NodeKind::kMember && (node.text == "visit" || node.text == "person") && scope_.person) {
      RowPath base = Row(*node.children[0]);
      if (base.ok) return Parent(base, node.text);
    }
    return path;
  }

  // One row, perhaps under several names (a stay is also a visit; a side is also called by its kind).
  bool HasOneSlot() const {
    auto same = [&](const RowName& row) { return row.slot == scope_.rows[0].slot; };
    return !scope_.rows.empty() && std::all_of(scope_.rows.begin(), scope_.rows.end(), same);
  }

  static RowPath Parent(RowPath base, std::string_view name) {
    if (name == "person")
      return {true, base.slot, base.kind == Kind::kPerson ? Hop::kOwn : Hop::kPerson, Kind::kPerson};
    if (base.kind == Kind::kVisit) return base;
    if (base.kind == Kind::kPerson) return {};
    return {true, base.slot, Hop::kVisit, Kind::kVisit};
  }

  ExprPtr Member(const Node& node) {
    const Node& base = *node.children[0];
    if (base.kind == NodeKind::kName && base.text == "param") return Parameter(node);
    if (FindLet(base)) return Fail(node, Code::kUnknownField, "'" + base.text + "' is a value, it has no fields");
    uint16_t index = 0;
    if (base.kind == NodeKind::kName) {
      if (const BindingName* binding = FindBinding(base.text, index)) return KnowledgeValue(node, *binding, index);
    }
    RowPath row = Row(base);
    if (!row.ok) {
      if (base.kind == NodeKind::kName) return Name(base);
      return Fail(node, Code::kUnknownField, "no field '" + node.text + "' here");
    }
    const FieldInfo* field = timeline::FindField(row.kind, node.text);
    if (!field) {
      std::vector<std::string> names;
      for (const FieldInfo& known : timeline::Fields(row.kind)) names.emplace_back(known.name);
      return Fail(node, Code::kUnknownField,
                  "a " + std::string(timeline::InfoOf(row.kind).name) + " has no field '" + node.text + "'",
                  DidYouMean(node.text, names));
    }
    auto expr = std::make_shared<Expr>();
    expr->op = Op::kField;
    expr->type = TypeOf(field->type);
    expr->slot = row.slot;
    expr->hop = row.hop;
    expr->kind = row.kind;
    expr->field = static_cast<uint16_t>(timeline::OrdinalOf(*field));
    return expr;
  }

  ExprPtr Parameter(const Node& node) {
    static const std::map<std::string, Param> kNone;
    const std::map<std::string, Param>& params = scope_.params ? *scope_.params : kNone;
    auto at = params.find(node.text);
    if (at == params.end()) {
      std::vector<std::string> names;
      for (const auto& [name, param] : params) names.push_back(name);
      return Fail(node, Code::kUnknownParameter, "params.yaml has no '" + node.text + "'",
                  DidYouMean(node.text, names));
    }
    auto expr = std::make_shared<Expr>();
    expr->op = Op::kParam;
    expr->type = at->second.type;
    expr->name = node.text;
    return expr;
  }

  ExprPtr KnowledgeValue(const Node& node, const BindingName& binding, uint16_t index) {
    std::vector<std::string> names;
    for (size_t i = 0; i < binding.table->values.size(); i++) {
      if (binding.table->values[i].first == node.text) {
        auto expr = std::make_shared<Expr>();
        expr->op = Op::kKnowledge;
        expr->type = binding.table->values[i].second;
        expr->binding = index;
        expr->column = static_cast<uint16_t>(i);
        return expr;
      }
      names.push_back(binding.table->values[i].first);
    }
    return Fail(node, Code::kUnknownField, "table " + binding.table->name + " has no value '" + node.text + "'",
                DidYouMean(node.text, names));
  }

  ExprPtr Unary(const Node& node) {
    ExprPtr child = Check(*node.children[0]);
    if (!child) return nullptr;
    if (node.text == "!") {
      if (child->type != Type::kBool)
        return Fail(node, Code::kTypeMismatch, std::string("'!' needs a condition, this is ") + TypeName(child->type));
      return Make(Op::kNot, Type::kBool, {child});
    }
    if (!IsNumeric(child->type) && child->type != Type::kDuration)
      return Fail(node, Code::kTypeMismatch, std::string("'-' needs a number, this is ") + TypeName(child->type));
    if (child->op == Op::kConst) return Constant(child->type, -child->value);
    return Make(Op::kNegate, child->type, {child});
  }

  ExprPtr Binary(const Node& node) {
    if (node.text == "in") return In(node);
    ExprPtr left = Check(*node.children[0]);
    ExprPtr right = Check(*node.children[1]);
    if (!left || !right) return nullptr;
    const std::string& op = node.text;
    if (op == "&&" || op == "||") {
      if (left->type != Type::kBool || right->type != Type::kBool) {
        return Fail(
            node, Code::kTypeMismatch,
            "'" + op + "' joins conditions, these are " + TypeName(left->type) + " and " + TypeName(right->type));
      }
      return Make(op == "&&" ? Op::kAnd : Op::kOr, Type::kBool, {left, right});
    }
    bool computes = op == "+" || op == "-" || op == "*" || op == "/";
    return Take(node, computes ? Compute(op[0], left, right) : Compare(op, left, right));
  }

  ExprPtr In(const Node& node) {
    ExprPtr left = Check(*node.children[0]);
    if (!left) return nullptr;
    if (left->type != Type::kCode)
      return Fail(node, Code::kTypeMismatch,
                  std::string("'in' needs a code on its left, this is ") + TypeName(left->type));
    const Node& right = *node.children[1];
    if (right.kind == NodeKind::kList) {
      std::vector<ExprPtr> args{left};
      for (const NodePtr& child : right.children) {
        if (child->kind != NodeKind::kText)
          return Fail(*child, Code::kTypeMismatch, "the list after 'in' holds texts only");
        args.push_back(CodeConstant(child->text));
      }
      return Make(Op::kInList, Type::kBool, std::move(args));
    }
    if (right.kind != NodeKind::kName)
      return Fail(right, Code::kTypeMismatch, "'in' needs a list or a knowledge table on its right");
    const TableSchema* table = FindTable(right);
    if (!table) return nullptr;
    if (table->keys != 1)
      return Fail(right, Code::kWrongArguments, "table " + table->name + " has two keys; 'in' needs a table with one");
    auto expr = std::make_shared<Expr>();
    expr->op = Op::kInTable;
    expr->type = Type::kBool;
    expr->name = table->name;
    expr->args = {left};
    return expr;
  }

  const TableSchema* FindTable(const Node& node) {
    static const std::map<std::string, TableSchema> kNone;
    const auto& tables = scope_.tables ? *scope_.tables : kNone;
    auto at = tables.find(node.text);
    if (at != tables.end()) return &at->second;
    std::vector<std::string> names;
    for (const auto& [name, table] : tables) names.push_back(name);
    Fail(node, Code::kUnknownTable, "no knowledge table '" + node.text + "'", DidYouMean(node.text, names));
    return nullptr;
  }

  ExprPtr Ternary(const Node& node) {
    ExprPtr condition = Check(*node.children[0]);
    ExprPtr yes = Check(*node.children[1]);
    ExprPtr no = Check(*node.children[2]);
    if (!condition || !yes || !no) return nullptr;
    return Take(node, Choose(condition, yes, no));
  }

  ExprPtr Call(const Node& node) {
    const std::string& name = node.text;
    if (node.method && (name == "exists" || name == "all" || name == "countIf")) return Macro(node);
    if (name == "stay_days") return StayDays(node);
    if (name == "count" || name == "sum" || name == "distinct" ||
        ((name == "min" || name == "max") && node.children.size() == 1))
      return Aggregate(node);
    std::vector<ExprPtr> args;
    for (const NodePtr& child : node.children) {
      args.push_back(Check(*child));
      if (!args.back()) return nullptr;
    }
    Typed typed = Apply(name, node.method, std::move(args));
    if (!typed.expr && typed.mistake.empty()) return WrongArguments(node);
    return Take(node, typed);
  }

  ExprPtr WrongArguments(const Node& node) {
    for (const FunctionInfo& function : Functions()) {
      if (function.name == node.text)
        return Fail(node, Code::kWrongArguments, node.text + "() takes other arguments",
                    "it is " + std::string(function.signature));
    }
    std::vector<std::string> names;
    for (const FunctionInfo& function : Functions()) names.emplace_back(function.name);
    return Fail(node, Code::kUnknownFunction, "no function '" + node.text + "'", DidYouMean(node.text, names));
  }

  ExprPtr StayDays(const Node& node) {
    if (node.children.size() != 1) return WrongArguments(node);
    RowPath row = Row(*node.children[0]);
    if (!row.ok || row.kind != Kind::kVisit) return WrongArguments(node);
    auto day_of = [&](std::string_view name) {
      auto field = std::make_shared<Expr>();
      field->op = Op::kField;
      field->type = Type::kTime;
      field->slot = row.slot;
      field->hop = row.hop;
      field->kind = Kind::kVisit;
      field->field = static_cast<uint16_t>(timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, name)));
      return Make(Op::kDay, Type::kDate, {field});
    };
    ExprPtr between = Make(Op::kDaysBetween, Type::kNumber, {day_of("begin"), day_of("end")});
    return Make(Op::kMax, Type::kNumber, {Constant(Type::kNumber, kMicro), between});
  }

  ExprPtr Aggregate(const Node& node) {
    if (!scope_.aggregates || in_aggregate_) {
      return Fail(
          node, Code::kNotAllowedHere,
          node.text +
              "() over a group has a meaning only in having, excess, facts and message of group and window rules");
    }
    if (node.text == "count") {
      if (!node.children.empty()) return WrongArguments(node);
      return Make(Op::kCount, Type::kNumber, {});
    }
    if (node.children.size() != 1) return WrongArguments(node);
    in_aggregate_ = true;
    ExprPtr arg = Check(*node.children[0]);
    in_aggregate_ = false;
    if (!arg) return nullptr;
    if (node.text == "distinct") return Make(Op::kDistinct, Type::kNumber, {arg});
    if (node.text == "sum" ? !(IsNumeric(arg->type) || arg->type == Type::kDuration) : !IsOrdered(arg->type))
      return WrongArguments(node);
    Type type = arg->type;
    return Make(node.text == "sum" ? Op::kSum : node.text == "min" ? Op::kMinOf : Op::kMaxOf, type, {arg});
  }

  ExprPtr Macro(const Node& node) {
    const Node& list = *node.children[0];
    bool known = list.kind == NodeKind::kMember && (list.text == "diagnoses" || list.text == "operations");
    RowPath visit = known ? Row(*list.children[0]) : RowPath{};
    if (!visit.ok || visit.kind != Kind::kVisit) {
      return Fail(node, Code::kTypeMismatch, node.text + "() works on visit.diagnoses and visit.operations");
    }
    if (node.children.size() != 3 || node.children[1]->kind != NodeKind::kName) return WrongArguments(node);
    if (FindLet(*node.children[1]))
      return Fail(*node.children[1], Code::kDuplicate, "the name '" + node.children[1]->text + "' is taken by a let",
                  "call the variable something else");
    auto slot = static_cast<uint8_t>(kMacroSlot + rows_.size());
    if (slot >= kSlotMax) return Fail(node, Code::kTooDeep, "lists nest too deep");
    Kind kind = list.text == "diagnoses" ? Kind::kDiagnosis : Kind::kOperation;
    rows_.push_back({node.children[1]->text, kind, slot});
    ExprPtr body = Want(Check(*node.children[2]), Type::kBool, *node.children[2]);
    rows_.pop_back();
    if (!body) return nullptr;
    auto expr = std::make_shared<Expr>();
    expr->op = node.text == "exists" ? Op::kExists : node.text == "all" ? Op::kAll : Op::kCountIf;
    expr->type = node.text == "countIf" ? Type::kNumber : Type::kBool;
    expr->kind = kind;
    expr->slot = slot;
    expr->hop = visit.hop;
    expr->column = visit.slot;  // the row whose visit is meant
    expr->args = {body};
    return expr;
  }

  std::string_view text_;
  const Place& place_;
  const Scope& scope_;
  Diagnostics& diagnostics_;
  std::vector<RowName> rows_;  // macro variables
  bool in_aggregate_ = false;
};

}  // namespace

ExprPtr CheckTree(const Node& node, std::string_view text, const Place& place, Type want, const Scope& scope,
                  Diagnostics& diagnostics) {
  Checker checker(text, place, scope, diagnostics);
  return checker.Want(checker.Check(node), want, node);
}

ExprPtr Check(std::string_view text, const Place& place, Type want, const Scope& scope, Diagnostics& diagnostics) {
  NodePtr tree = Parse(text, place, diagnostics);
  return tree ? CheckTree(*tree, text, place, want, scope, diagnostics) : nullptr;
}

}  // namespace yijian::lang
