// Typed operands -> the typed node of an operation, or why they do not go together: yuan are not added to days.
//
//   Typed sum = Compute('+', line_amount, one_yuan);
//   if (!sum.expr) Tell(sum.mistake);
//
// Nothing here knows names or places; the checker does. Internal to lang. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "lang/check.h"

namespace yijian::lang {

struct Typed {
  ExprPtr expr;         // null: it cannot be
  std::string mistake;  // why; empty from Apply when the function takes other arguments
};

Typed Compare(const std::string& op, ExprPtr left, ExprPtr right);  // == != < <= > >=
Typed Compute(char op, ExprPtr left, ExprPtr right);                // + - * /
Typed Choose(const ExprPtr& condition, ExprPtr yes, ExprPtr no);    // condition ? yes : no
// A function or method of Functions() that reads its arguments as values: not aggregates, lists or stay_days.
Typed Apply(const std::string& name, bool method, std::vector<ExprPtr> args);

bool IsOrdered(Type type);
bool IsNumeric(Type type);

ExprPtr Make(Op op, Type type, std::vector<ExprPtr> args);
ExprPtr Constant(Type type, int64_t value);
ExprPtr Retyped(const ExprPtr& expr, Type type);  // a copy of another type

}  // namespace yijian::lang
