// What operands an operation takes, and the type that comes out.

#include "lang/typing.h"

namespace yijian::lang {
namespace {

bool IsWhen(Type type) { return type == Type::kTime || type == Type::kDate; }

Typed Done(Op op, Type type, std::vector<ExprPtr> args) { return {Make(op, type, std::move(args)), {}}; }
Typed Mistake(std::string text) { return {nullptr, std::move(text)}; }

// '2025-03-06' beside a date or time is that day.
ExprPtr DateLiteral(ExprPtr expr, Type other) {
  if (expr->op != Op::kConst || expr->type != Type::kCode || !IsWhen(other)) return expr;
  if (other == Type::kDate) {
    if (std::optional<Date> date = ParseDate(expr->text)) return Constant(Type::kDate, *date);
  } else if (std::optional<Time> time = ParseTime(expr->text)) {
    return Constant(Type::kTime, *time);
  }
  return expr;
}

}  // namespace

bool IsOrdered(Type type) {
  return type == Type::kNumber || type == Type::kMoney || type == Type::kTime || type == Type::kDate ||
         type == Type::kDuration;
}

bool IsNumeric(Type type) { return type == Type::kNumber || type == Type::kMoney; }

ExprPtr Make(Op op, Type type, std::vector<ExprPtr> args) {
  auto expr = std::make_shared<Expr>();
  expr->op = op;
  expr->type = type;
  expr->args = std::move(args);
  return expr;
}

ExprPtr Constant(Type type, int64_t value) {
  auto expr = std::make_shared<Expr>();
  expr->type = type;
  expr->value = value;
  return expr;
}

ExprPtr Retyped(const ExprPtr& expr, Type type) {
  auto copy = std::make_shared<Expr>(*expr);
  copy->type = type;
  return copy;
}

Typed Compare(const std::string& op, ExprPtr left, ExprPtr right) {
  if (left->type == Type::kMoney && right->type == Type::kNumber && right->op == Op::kConst)
    right = Retyped(right, Type::kMoney);
  if (right->type == Type::kMoney && left->type == Type::kNumber && left->op == Op::kConst)
    left = Retyped(left, Type::kMoney);
  if (right->type == Type::kMoney && left->type == Type::kNumber && left->op == Op::kParam)
    left = Retyped(left, Type::kMoney);
  if (left->type == Type::kMoney && right->type == Type::kNumber && right->op == Op::kParam)
    right = Retyped(right, Type::kMoney);
  left = DateLiteral(std::move(left), right->type);
  right = DateLiteral(std::move(right), left->type);
  if (left->type == Type::kTime && right->type == Type::kDate) right = Make(Op::kDateToTime, Type::kTime, {right});
  if (left->type == Type::kDate && right->type == Type::kTime) left = Make(Op::kDateToTime, Type::kTime, {left});
  if (left->type != right->type) {
    return Mistake(std::string("cannot compare ") + TypeName(left->type) + " with " + TypeName(right->type));
  }
  bool equality = op == "==" || op == "!=";
  if (left->type == Type::kText) return Mistake("a display text cannot be compared");
  if (!equality && !IsOrdered(left->type)) {
    return Mistake("'" + op + "' needs an order, " + TypeName(left->type) + " has none");
  }
  Op node = op == "=="   ? Op::kEqual
            : op == "!=" ? Op::kNotEqual
            : op == "<"  ? Op::kLess
            : op == "<=" ? Op::kLessEqual
            : op == ">"  ? Op::kGreater
                         : Op::kGreaterEqual;
  return Done(node, Type::kBool, {left, right});
}

Typed Compute(char op, ExprPtr left, ExprPtr right) {
  Type l = left->type;
  Type r = right->type;
  auto mixed = [&] { return Mistake(std::string("cannot compute ") + TypeName(l) + " " + op + " " + TypeName(r)); };
  if (op == '+' || op == '-') {
    if (l == Type::kMoney && r == Type::kNumber && (right->op == Op::kConst || right->op == Op::kParam))
      r = Type::kMoney;
    if (r == Type::kMoney && l == Type::kNumber && (left->op == Op::kConst || left->op == Op::kParam)) l = Type::kMoney;
    if (IsNumeric(l) && l == r) return Done(op == '+' ? Op::kAdd : Op::kSubtract, l, {left, right});
    if (l == Type::kDuration && r == Type::kDuration)
      return Done(op == '+' ? Op::kAddRaw : Op::kSubtractRaw, l, {left, right});
    if (l == Type::kDate && r != Type::kNumber) {
      left = Make(Op::kDateToTime, Type::kTime, {left});
      l = Type::kTime;
    }
    if (r == Type::kDate) {
      right = Make(Op::kDateToTime, Type::kTime, {right});
      r = Type::kTime;
    }
    if (l == Type::kTime && r == Type::kDuration)
      return Done(op == '+' ? Op::kAddRaw : Op::kSubtractRaw, Type::kTime, {left, right});
    if (op == '+' && l == Type::kDuration && r == Type::kTime) return Done(Op::kAddRaw, Type::kTime, {left, right});
    if (op == '-' && l == Type::kTime && r == Type::kTime)
      return Done(Op::kSubtractRaw, Type::kDuration, {left, right});
    return mixed();
  }
  if (op == '*') {
    if (l == Type::kNumber && IsNumeric(r)) return Done(Op::kMultiply, r, {left, right});
    if (l == Type::kMoney && r == Type::kNumber) return Done(Op::kMultiply, l, {left, right});
    if (l == Type::kDuration && r == Type::kNumber) return Done(Op::kScaleRaw, l, {left, right});
    if (l == Type::kNumber && r == Type::kDuration) return Done(Op::kScaleRaw, r, {right, left});
    return mixed();
  }
  if (IsNumeric(l) && r == Type::kNumber) return Done(Op::kDivide, l, {left, right});
  if ((l == Type::kMoney || l == Type::kDuration) && l == r) return Done(Op::kDivide, Type::kNumber, {left, right});
  return mixed();
}

Typed Choose(const ExprPtr& condition, ExprPtr yes, ExprPtr no) {
  if (condition->type != Type::kBool) return Mistake("what stands before '?' must be a condition");
  if (yes->type == Type::kMoney && no->type == Type::kNumber) no = Retyped(no, Type::kMoney);
  if (no->type == Type::kMoney && yes->type == Type::kNumber) yes = Retyped(yes, Type::kMoney);
  if (yes->type != no->type)
    return Mistake(std::string("both sides of ':' must be of one type, these are ") + TypeName(yes->type) + " and " +
                   TypeName(no->type));
  return Done(Op::kTernary, yes->type, {condition, yes, no});
}

Typed Apply(const std::string& name, bool method, std::vector<ExprPtr> args) {
  size_t n = args.size();
  auto is = [&](size_t i, Type type) { return i < n && args[i]->type == type; };
  auto as_day = [&](size_t i) {
    args[i] = DateLiteral(args[i], Type::kDate);
    if (args[i]->type == Type::kTime) args[i] = Make(Op::kDay, Type::kDate, {args[i]});
    return args[i]->type == Type::kDate;
  };
  if (name == "known" && n == 1) return Done(Op::kKnown, Type::kBool, std::move(args));
  if (name == "or" && method && n == 2) {
    if (args[0]->type == Type::kMoney && args[1]->type == Type::kNumber) args[1] = Retyped(args[1], Type::kMoney);
    args[1] = DateLiteral(args[1], args[0]->type);
    if (args[0]->type != args[1]->type)
      return Mistake(std::string("x.or(y) needs one type, these are ") + TypeName(args[0]->type) + " and " +
                     TypeName(args[1]->type));
    Type type = args[0]->type;
    return Done(Op::kOrElse, type, std::move(args));
  }
  if ((name == "age" || name == "age_days" || name == "days_between") && n == 2 && as_day(0) && as_day(1)) {
    return Done(name == "age"        ? Op::kAge
                : name == "age_days" ? Op::kAgeDays
                                     : Op::kDaysBetween,
                Type::kNumber, std::move(args));
  }
  if (name == "day" && n == 1 && as_day(0)) return {args[0], {}};
  if (name == "hour_of" && n == 1 && is(0, Type::kTime)) return Done(Op::kHourOf, Type::kNumber, std::move(args));
  if ((name == "weekday" || name == "month_of" || name == "year_of") && n == 1 && as_day(0)) {
    return Done(name == "weekday"    ? Op::kWeekday
                : name == "month_of" ? Op::kMonthOf
                                     : Op::kYearOf,
                Type::kNumber, std::move(args));
  }
  if ((name == "days" || name == "hours" || name == "minutes") && n == 1 && is(0, Type::kNumber)) {
    int64_t unit = name == "days" ? kSecondsPerDay : name == "hours" ? kSecondsPerHour : 60;
    if (args[0]->op == Op::kConst)
      return {Constant(Type::kDuration, MulMicro(args[0]->value, unit * kMicro) / kMicro), {}};
    return Done(Op::kScaleRaw, Type::kDuration, {Constant(Type::kDuration, unit), args[0]});
  }
  if ((name == "min" || name == "max") && n == 2) {
    if (args[0]->type == Type::kMoney && args[1]->type == Type::kNumber) args[1] = Retyped(args[1], Type::kMoney);
    if (args[1]->type == Type::kMoney && args[0]->type == Type::kNumber) args[0] = Retyped(args[0], Type::kMoney);
    if (args[0]->type == args[1]->type && IsOrdered(args[0]->type)) {
      Type type = args[0]->type;
      return Done(name == "min" ? Op::kMin : Op::kMax, type, std::move(args));
    }
  }
  if (name == "abs" && n == 1 && (IsNumeric(args[0]->type) || is(0, Type::kDuration))) {
    Type type = args[0]->type;
    return Done(Op::kAbs, type, std::move(args));
  }
  if ((name == "floor" || name == "ceil" || name == "round") && n == 1 && IsNumeric(args[0]->type)) {
    Type type = args[0]->type;
    return Done(name == "floor" ? Op::kFloor : name == "ceil" ? Op::kCeil : Op::kRound, type, std::move(args));
  }
  if (name == "startsWith" && method && n == 2 && is(0, Type::kCode) && args[1]->op == Op::kConst &&
      is(1, Type::kCode)) {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::kStartsWith;
    expr->type = Type::kBool;
    expr->text = args[1]->text;
    expr->args = {args[0]};
    return {expr, {}};
  }
  if (name == "prefix" && method && n == 2 && is(0, Type::kCode) && args[1]->op == Op::kConst && is(1, Type::kNumber)) {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::kPrefix;
    expr->type = Type::kCode;
    expr->value = args[1]->value / kMicro;
    expr->args = {args[0]};
    return {expr, {}};
  }
  if (name == "doses_per_day" && n == 1 && is(0, Type::kCode))
    return Done(Op::kDosesPerDay, Type::kNumber, std::move(args));
  return {};
}

}  // namespace yijian::lang
