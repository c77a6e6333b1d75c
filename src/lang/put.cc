#include "lang/put.h"

#include <algorithm>

namespace yijian::lang {
namespace {

bool IsList(Op op) { return op == Op::kExists || op == Op::kAll || op == Op::kCountIf; }
bool IsAggregate(Op op) { return op >= Op::kCount && op <= Op::kDistinct; }

void AddSlot(uint8_t slot, Extent& extent) {
  extent.slot_end = std::max<size_t>(extent.slot_end, slot + 1U);
  if (slot < kMacroSlot) extent.rows[slot] = true;
}

void Measure(const Expr& expr, int depth, Extent& extent) {
  extent.operations++;
  extent.depth = std::max(extent.depth, depth);
  extent.aggregates = extent.aggregates || IsAggregate(expr.op);
  if (expr.op == Op::kField) AddSlot(expr.slot, extent);
  if (IsList(expr.op)) {
    AddSlot(static_cast<uint8_t>(expr.column), extent);
    AddSlot(expr.slot, extent);
  }
  if (expr.op == Op::kKnowledge &&
      std::find(extent.bindings.begin(), extent.bindings.end(), expr.binding) == extent.bindings.end())
    extent.bindings.push_back(expr.binding);
  for (const ExprPtr& arg : expr.args) Measure(*arg, depth + 1, extent);
}

}  // namespace

Extent ExtentOf(const Expr& expr) {
  Extent extent;
  Measure(expr, 1, extent);
  return extent;
}

ExprPtr MovedBehind(const ExprPtr& expr, uint8_t lists) {
  auto moved = std::make_shared<Expr>(*expr);
  if (expr->slot >= kMacroSlot) moved->slot = static_cast<uint8_t>(expr->slot + lists);
  if (IsList(expr->op) && expr->column >= kMacroSlot) moved->column = static_cast<uint16_t>(expr->column + lists);
  for (ExprPtr& arg : moved->args) arg = MovedBehind(arg, lists);
  return moved;
}

}  // namespace yijian::lang
