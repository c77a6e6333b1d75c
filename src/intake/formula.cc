#include "intake/formula.h"

#include <algorithm>

#include "base/date.h"
#include "intake/formula_part.h"

namespace yijian::intake {
namespace {

using lang::Code;
using lang::Node;
using lang::NodeKind;
using T = ValueType;

const char* NameOf(T type) {
  switch (type) {
    case T::kNull:
      return "nothing";
    case T::kBool:
      return "a truth value";
    case T::kNumber:
      return "a number";
    case T::kText:
      return "a text";
    case T::kTime:
      return "a time";
    case T::kDuration:
      return "a duration";
  }
  return "?";
}

Value Column(const Part& part, const Context& context) {
  std::string_view text = Trim(context.piece.Field(part.column, context.row));
  if (text.empty() || (part.is_null != nullptr && *part.is_null && (*part.is_null)(text))) return {};
  return Value::Text(text);
}
Value Constant(const Part& part, const Context&) { return part.constant; }

Value Not(const Part& part, const Context& context) {
  Value value = part.Arg(0, context);
  return value.is_null() ? value : Value::Bool(value.number == 0);
}
Value Negate(const Part& part, const Context& context) {
  Value value = part.Arg(0, context);
  if (!value.is_null()) value.number = -value.number;
  return value;
}
Value And(const Part& part, const Context& context) {
  Value left = part.Arg(0, context);
  if (!left.is_null() && left.number == 0) return left;
  Value right = part.Arg(1, context);
  if (!right.is_null() && right.number == 0) return right;
  return left.is_null() ? left : right;
}
Value Or(const Part& part, const Context& context) {
  Value left = part.Arg(0, context);
  if (!left.is_null() && left.number != 0) return left;
  Value right = part.Arg(1, context);
  if (!right.is_null() && right.number != 0) return right;
  return left.is_null() ? left : right;
}
Value Ternary(const Part& part, const Context& context) {
  Value condition = part.Arg(0, context);
  if (condition.is_null()) return {};
  return part.Arg(condition.number != 0 ? 1 : 2, context);
}

template <typename Test>
Value Compare(const Part& part, const Context& context, Test test) {
  Value left = part.Arg(0, context);
  Value right = part.Arg(1, context);
  if (left.is_null() || right.is_null()) return {};
  int order = left.type == T::kText ? left.text.compare(right.text)
                                    : (left.number < right.number   ? -1
                                       : left.number > right.number ? 1
                                                                    : 0);
  return Value::Bool(test(order));
}
Value Equal(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order == 0; });
}
Value NotEqual(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order != 0; });
}
Value Less(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order < 0; });
}
Value LessEqual(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order <= 0; });
}
Value Greater(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order > 0; });
}
Value GreaterEqual(const Part& p, const Context& c) {
  return Compare(p, c, [](int order) { return order >= 0; });
}

template <typename Compute>
Value Arithmetic(const Part& part, const Context& context, Compute compute) {
  Value left = part.Arg(0, context);
  Value right = part.Arg(1, context);
  if (left.is_null() || right.is_null()) return {};
  return {part.type, compute(left.number, right.number), {}};
}
Value Add(const Part& p, const Context& c) {
  return Arithmetic(p, c, [](int64_t a, int64_t b) { return AddMicro(a, b); });
}
Value Subtract(const Part& p, const Context& c) {
  return Arithmetic(p, c, [](int64_t a, int64_t b) { return AddMicro(a, -b); });
}
Value Multiply(const Part& p, const Context& c) {
  return Arithmetic(p, c, [](int64_t a, int64_t b) { return MulMicro(a, b); });
}
Value Divide(const Part& part, const Context& context) {
  Value left = part.Arg(0, context);
  Value right = part.Arg(1, context);
  if (left.is_null() || right.is_null() || right.number == 0) return {};
  return Value::Number(DivMicro(left.number, right.number));
}
Value Join(const Part& part, const Context& context) {
  Value left = part.Arg(0, context);
  Value right = part.Arg(1, context);
  if (left.is_null() || right.is_null()) return {};
  return Value::Text(Keep(std::string(left.text) + std::string(right.text), context));
}
Value InList(const Part& part, const Context& context) {
  Value value = part.Arg(0, context);
  if (value.is_null()) return {};
  for (size_t i = 1; i < part.args.size(); i++) {
    Value other = part.Arg(i, context);
    if (!other.is_null() && (value.type == T::kText ? value.text == other.text : value.number == other.number)) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

class Compiled : public Formula {
 public:
  Value Evaluate(const Piece& piece, size_t row, FormulaArena& arena) const override {
    return root_->Run({piece, row, arena});
  }

  PartPtr root_;
  std::deque<std::string> texts_;  // what constants point to
  NullTest is_null_;
};

class Compiler {
 public:
  Compiler(std::string_view text, const lang::Place& place, const ColumnFinder& find, lang::Diagnostics& diagnostics,
           Compiled& formula)
      : text_(text), place_(place), find_(find), diagnostics_(diagnostics), formula_(formula) {}

  PartPtr Compile(const Node& node) {
    switch (node.kind) {
      case NodeKind::kBool:
        return Const(Value::Bool(node.number != 0));
      case NodeKind::kNumber:
        return Const(Value::Number(node.number));
      case NodeKind::kText:
        return Const(TextOrNull(formula_.texts_.emplace_back(node.text)), T::kText);
      case NodeKind::kNull:
        return Const({});
      case NodeKind::kName:
        return Name(node, node.text);
      case NodeKind::kMember:
        return Member(node);
      case NodeKind::kCall:
        return Call(node);
      case NodeKind::kUnary:
        return Unary(node);
      case NodeKind::kBinary:
        return Binary(node);
      case NodeKind::kTernary:
        return Choice(node);
      case NodeKind::kIndex:
      case NodeKind::kList:
        break;
    }
    return Fail(node, Code::kNotAllowedHere, "this is not possible in a mapping");
  }

 private:
  PartPtr Fail(const Node& node, Code code, const std::string& message, const std::string& suggestion = {}) {
    diagnostics_.Add(code, lang::PlaceOf(place_, text_, node.offset), message, suggestion);
    return nullptr;
  }
  static std::unique_ptr<Part> Make(T type, Action action) {
    auto part = std::make_unique<Part>();
    part->type = type;
    part->action = action;
    return part;
  }
  static PartPtr Const(Value value, T type = T::kNull) {
    auto part = Make(value.is_null() ? type : value.type, Constant);
    part->constant = value;
    return part;
  }
  PartPtr Name(const Node& node, const std::string& name) {
    formula_.names_.push_back(name);
    auto part = Make(T::kText, Column);
    part->is_null = &formula_.is_null_;
    if (find_) {
      std::optional<size_t> column = find_(name);
      if (!column) return Fail(node, Code::kUnknownName, "the file has no column '" + name + "'");
      part->column = *column;
    }
    return part;
  }
  // Flattened JSON columns have dotted names.
  PartPtr Member(const Node& node) {
    std::string name = node.text;
    const Node* at = node.children[0].get();
    while (at->kind == NodeKind::kMember) {
      name.insert(0, at->text + ".");
      at = at->children[0].get();
    }
    if (at->kind != NodeKind::kName)
      return Fail(node, Code::kNotAllowedHere, "'." + node.text + "' needs a column before it");
    return Name(node, at->text + "." + name);
  }
  PartPtr Call(const Node& node) {
    auto found = Signatures().find(node.text);
    if (found == Signatures().end()) {
      std::vector<std::string> names;
      for (const auto& [name, signature] : Signatures()) names.emplace_back(name);
      std::string near = lang::Nearest(node.text, names);
      return Fail(node, Code::kUnknownFunction, "there is no function '" + node.text + "' in mappings",
                  near.empty() ? "" : "did you mean '" + near + "'?");
    }
    const Signature& signature = found->second;
    if (node.children.size() < signature.required || node.children.size() > signature.args.size()) {
      return Fail(node, Code::kWrongArguments,
                  "'" + node.text + "' takes " + std::to_string(signature.args.size()) + " values, here are " +
                      std::to_string(node.children.size()));
    }
    auto part = Make(signature.result, signature.action);
    for (size_t i = 0; i < node.children.size(); i++) {
      PartPtr arg = Compile(*node.children[i]);
      if (!arg) return nullptr;
      if (signature.args[i] != T::kNull && !Accepts(signature.args[i], *arg, *node.children[i])) return nullptr;
      part->args.push_back(std::move(arg));
    }
    if (signature.result == T::kNull) {  // or
      T left = part->args[0]->type;
      T right = part->args[1]->type;
      if (left != T::kNull && right != T::kNull && left != right) return Mismatch(node, left, right);
      part->type = left != T::kNull ? left : right;
    }
    if (node.text == "date" && node.children.size() == 2) {
      const Node& format = *node.children[1];
      if (format.kind != NodeKind::kText)
        return Fail(format, Code::kWrongArguments, "the date format must be written out");
      std::vector<std::string> formats{format.text};
      Result<DateFormats> compiled = DateFormats::Compile(formats);
      if (!compiled) return Fail(format, Code::kBadLiteral, compiled.error().message);
      part->formats = std::move(*compiled);
    }
    return part;
  }
  PartPtr Mismatch(const Node& node, T left, T right) {
    bool text = left == T::kText || right == T::kText;
    bool number = left == T::kNumber || right == T::kNumber;
    bool time = left == T::kTime || right == T::kTime;
    return Fail(node, Code::kTypeMismatch, std::string(NameOf(left)) + " beside " + NameOf(right),
                text && number ? "columns are texts: write number(column), or quote the number"
                : text && time ? "columns are texts: write date(column)"
                               : "");
  }
  bool Accepts(T want, const Part& part, const Node& node) {
    if (part.type == want || part.type == T::kNull) return true;
    Fail(node, Code::kTypeMismatch, std::string(NameOf(part.type)) + " where " + NameOf(want) + " is needed",
         part.type == T::kText && want == T::kNumber ? "columns are texts: write number(column)"
         : part.type == T::kText && want == T::kTime ? "columns are texts: write date(column)"
                                                     : "");
    return false;
  }
  PartPtr Unary(const Node& node) {
    PartPtr arg = Compile(*node.children[0]);
    if (!arg) return nullptr;
    T type = node.text == "!" ? T::kBool : T::kNumber;
    if (!Accepts(type, *arg, *node.children[0])) return nullptr;
    auto part = Make(type, node.text == "!" ? Not : Negate);
    part->args.push_back(std::move(arg));
    return part;
  }
  PartPtr Choice(const Node& node) {
    auto part = Make(T::kNull, Ternary);
    for (const lang::NodePtr& child : node.children) {
      PartPtr arg = Compile(*child);
      if (!arg) return nullptr;
      part->args.push_back(std::move(arg));
    }
    if (!Accepts(T::kBool, *part->args[0], *node.children[0])) return nullptr;
    T yes = part->args[1]->type;
    T no = part->args[2]->type;
    if (yes != T::kNull && no != T::kNull && yes != no) return Mismatch(node, yes, no);
    part->type = yes != T::kNull ? yes : no;
    return part;
  }
  PartPtr In(const Node& node) {
    const Node& list = *node.children[1];
    if (list.kind != NodeKind::kList)
      return Fail(list, Code::kNotAllowedHere, "'in' needs a list like ['11', '21'] in a mapping");
    PartPtr value = Compile(*node.children[0]);
    if (!value) return nullptr;
    auto part = Make(T::kBool, InList);
    T type = value->type;
    part->args.push_back(std::move(value));
    for (const lang::NodePtr& item : list.children) {
      PartPtr arg = Compile(*item);
      if (!arg) return nullptr;
      if (type != T::kNull && arg->type != T::kNull && arg->type != type) return Mismatch(*item, type, arg->type);
      part->args.push_back(std::move(arg));
    }
    return part;
  }
  PartPtr Binary(const Node& node) {
    const std::string& sign = node.text;
    if (sign == "in") return In(node);
    PartPtr left = Compile(*node.children[0]);
    PartPtr right = Compile(*node.children[1]);
    if (!left || !right) return nullptr;
    T a = left->type == T::kNull ? right->type : left->type;
    T b = right->type == T::kNull ? left->type : right->type;
    std::unique_ptr<Part> part;
    if (sign == "&&" || sign == "||") {
      if (!Accepts(T::kBool, *left, *node.children[0]) || !Accepts(T::kBool, *right, *node.children[1])) return nullptr;
      part = Make(T::kBool, sign == "&&" ? And : Or);
    } else if (sign == "==" || sign == "!=" || sign[0] == '<' || sign[0] == '>') {
      if (a != b) return Mismatch(node, a, b);
      part = Make(T::kBool, sign == "=="   ? Equal
                            : sign == "!=" ? NotEqual
                            : sign == "<"  ? Less
                            : sign == "<=" ? LessEqual
                            : sign == ">"  ? Greater
                                           : GreaterEqual);
    } else {
      part = ArithmeticPart(node, sign[0], a, b);
      if (!part) return nullptr;
    }
    part->args.push_back(std::move(left));
    part->args.push_back(std::move(right));
    return part;
  }
  std::unique_ptr<Part> ArithmeticPart(const Node& node, char sign, T a, T b) {
    bool numbers = a == T::kNumber && b == T::kNumber;
    if (sign == '+' && a == T::kText && b == T::kText) return Make(T::kText, Join);
    if (numbers && sign == '*') return Make(T::kNumber, Multiply);
    if (numbers && sign == '/') return Make(T::kNumber, Divide);
    if (numbers) return Make(T::kNumber, sign == '+' ? Add : Subtract);
    if (sign == '-' && a == T::kTime && b == T::kTime) return Make(T::kDuration, Subtract);
    if ((sign == '+' || sign == '-') && a == T::kTime && b == T::kDuration) {
      return Make(T::kTime, sign == '+' ? Add : Subtract);
    }
    if ((sign == '+' || sign == '-') && a == T::kDuration && b == T::kDuration) {
      return Make(T::kDuration, sign == '+' ? Add : Subtract);
    }
    Mismatch(node, a, b);
    return nullptr;
  }

  std::string_view text_;
  const lang::Place& place_;
  const ColumnFinder& find_;
  lang::Diagnostics& diagnostics_;
  Compiled& formula_;
};

}  // namespace

FormulaPtr CompileFormula(std::string_view text, const lang::Place& place, ValueType want, const ColumnFinder& find,
                          const NullTest& is_null, lang::Diagnostics& diagnostics) {
  lang::NodePtr tree = lang::Parse(text, place, diagnostics);
  if (!tree) return nullptr;
  auto formula = std::make_shared<Compiled>();
  formula->is_null_ = is_null;
  formula->root_ = Compiler(text, place, find, diagnostics, *formula).Compile(*tree);
  if (!formula->root_) return nullptr;
  formula->type_ = formula->root_->type;
  if (want != T::kNull && formula->type_ != want && formula->type_ != T::kNull) {
    diagnostics.Add(Code::kTypeMismatch, place,
                    std::string("gives ") + NameOf(formula->type_) + " where " + NameOf(want) + " is needed");
    return nullptr;
  }
  return formula;
}

std::string_view TextOf(const Value& value, FormulaArena& arena) {
  switch (value.type) {
    case T::kNull:
      return {};
    case T::kText:
      return value.text;
    case T::kBool:
      return value.number != 0 ? "1" : "0";
    case T::kNumber:
      return arena.emplace_back(FormatMicro(value.number));
    case T::kTime:
      return arena.emplace_back(FormatTime(value.number));
    case T::kDuration:
      return arena.emplace_back(std::to_string(value.number));
  }
  return {};
}

}  // namespace yijian::intake
