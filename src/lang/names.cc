// What types, operations and functions are called, and trees written out.

#include <array>

#include "lang/check.h"

namespace yijian::lang {
namespace {

constexpr std::array kFunctions{
    FunctionInfo{"age", "age(birth, when) -> number", "周岁，生日当天计入", "age(person.birth, line.time) >= 14"},
    FunctionInfo{"age_days", "age_days(birth, when) -> number", "日龄", "age_days(person.birth, line.time) > 28"},
    FunctionInfo{"day", "day(time) -> date", "所在日期", "day(line.time) == day(visit.begin)"},
    FunctionInfo{"hour_of", "hour_of(time) -> number", "钟点 0-23", "hour_of(line.time) >= 23"},
    FunctionInfo{"weekday", "weekday(when) -> number", "星期，1 为周一", "weekday(visit.begin) == 7"},
    FunctionInfo{"month_of", "month_of(when) -> number", "月份 1-12", "month_of(line.time) == 12"},
    FunctionInfo{"year_of", "year_of(when) -> number", "年份", "year_of(line.time) == 2025"},
    FunctionInfo{"days", "days(n) -> duration", "n 天", "visit.end - visit.begin > days(60)"},
    FunctionInfo{"hours", "hours(n) -> duration", "n 小时", "b.time - a.time < hours(20)"},
    FunctionInfo{"minutes", "minutes(n) -> duration", "n 分钟", "visit.end - visit.begin < minutes(3)"},
    FunctionInfo{"days_between", "days_between(a, b) -> number", "从 a 到 b 的日历天数",
                 "days_between(a.end, b.begin) <= 15"},
    FunctionInfo{"stay_days", "stay_days(visit) -> number", "住院天数，至少 1", "sum(line.qty) > stay_days(visit)"},
    FunctionInfo{"min", "min(x, y) -> the same type; min(x) over a group", "较小者；组内最小",
                 "min(line.price, line.price_limit)"},
    FunctionInfo{"max", "max(x, y) -> the same type; max(x) over a group", "较大者；组内最大", "max(line.qty - 1, 0)"},
    FunctionInfo{"abs", "abs(x) -> the same type", "绝对值", "abs(line.amount - line.price * line.qty) > 0.01"},
    FunctionInfo{"floor", "floor(x) -> number", "向下取整", "floor(line.qty) == line.qty"},
    FunctionInfo{"ceil", "ceil(x) -> number", "向上取整", "ceil(line.qty / 2) > 1"},
    FunctionInfo{"round", "round(x) -> number; money to the fen", "四舍五入；金额到分",
                 "round(line.price * line.qty) == line.amount"},
    FunctionInfo{"known", "known(x) -> bool", "是否有值", "known(line.doctor)"},
    FunctionInfo{"or", "x.or(y) -> the same type", "缺失时取 y", "line.days.or(1) > 30"},
    FunctionInfo{"startsWith", "code.startsWith(text) -> bool", "编码前缀", "visit.diagnosis.startsWith('Z51')"},
    FunctionInfo{"prefix", "code.prefix(n) -> text", "前 n 个字符", "a.diagnosis.prefix(3) == b.diagnosis.prefix(3)"},
    FunctionInfo{"doses_per_day", "doses_per_day(frequency) -> number", "每日次数",
                 "line.dose * doses_per_day(line.frequency) > 4"},
    FunctionInfo{"count", "count() -> number", "组内行数", "count() > 3"},
    FunctionInfo{"sum", "sum(x) -> the same type", "组内合计", "sum(line.qty) > 24"},
    FunctionInfo{"distinct", "distinct(x) -> number", "组内不同值个数", "distinct(visit.institution) >= 4"},
    FunctionInfo{"exists", "list.exists(d, condition) -> bool", "存在",
                 "visit.diagnoses.exists(d, d.code.startsWith('N18'))"},
    FunctionInfo{"all", "list.all(d, condition) -> bool", "全部", "visit.diagnoses.all(d, !d.main)"},
    FunctionInfo{"countIf", "list.countIf(d, condition) -> number", "计数", "visit.operations.countIf(o, o.main) > 1"},
};

const char* OpName(Op op) {
  constexpr std::array kNames{"const",
                              "field",
                              "knowledge",
                              "param",
                              "units",
                              "not",
                              "negate",
                              "and",
                              "or",
                              "eq",
                              "ne",
                              "lt",
                              "le",
                              "gt",
                              "ge",
                              "add",
                              "sub",
                              "mul",
                              "div",
                              "add_raw",
                              "sub_raw",
                              "scale_raw",
                              "date_to_time",
                              "ternary",
                              "in_list",
                              "in_table",
                              "starts_with",
                              "prefix",
                              "doses_per_day",
                              "age",
                              "age_days",
                              "day",
                              "hour_of",
                              "weekday",
                              "month_of",
                              "year_of",
                              "days_between",
                              "days",
                              "min",
                              "max",
                              "abs",
                              "floor",
                              "ceil",
                              "round",
                              "known",
                              "or_else",
                              "count",
                              "sum",
                              "min_of",
                              "max_of",
                              "distinct",
                              "exists",
                              "all",
                              "count_if"};
  static_assert(kNames.size() == static_cast<size_t>(Op::kCountIf) + 1);
  return kNames[static_cast<size_t>(op)];
}

}  // namespace

std::span<const FunctionInfo> Functions() { return kFunctions; }

const char* TypeName(Type type) {
  constexpr std::array<const char*, 10> kNames{"bool",     "number", "money", "time",         "date",
                                               "duration", "text",   "id",    "display text", "any"};
  return kNames[static_cast<size_t>(type)];
}

Type TypeOf(timeline::FieldType type) {
  using F = timeline::FieldType;
  switch (type) {
    case F::kBool:
      return Type::kBool;
    case F::kNumber:
      return Type::kNumber;
    case F::kMoney:
      return Type::kMoney;
    case F::kTime:
      return Type::kTime;
    case F::kDate:
      return Type::kDate;
    case F::kCode:
      return Type::kCode;
    case F::kId:
      return Type::kId;
    case F::kText:
      return Type::kText;
  }
  return Type::kText;
}

std::string Dump(const Expr& expr) {
  std::string text = OpName(expr.op);
  text += ":";
  text += TypeName(expr.type);
  if (expr.op == Op::kConst) text += " " + (expr.text.empty() ? std::to_string(expr.value) : "'" + expr.text + "'");
  if (expr.op == Op::kField) {
    constexpr std::array<const char*, 3> kHops{"", ".visit", ".person"};
    text += " $" + std::to_string(expr.slot) + kHops[static_cast<size_t>(expr.hop)] + "." +
            std::string(timeline::Fields(expr.kind)[expr.field].name);
  }
  if (expr.op == Op::kKnowledge) text += " k" + std::to_string(expr.binding) + "." + std::to_string(expr.column);
  if (expr.op == Op::kStartsWith) text += " '" + expr.text + "'";
  if (expr.op == Op::kPrefix) text += " " + std::to_string(expr.value);
  if (expr.op == Op::kInTable || expr.op == Op::kParam) text += " " + expr.name;
  if (expr.args.empty()) return text;
  text += "(";
  for (size_t i = 0; i < expr.args.size(); i++) text += (i > 0 ? ", " : "") + Dump(*expr.args[i]);
  return text + ")";
}

}  // namespace yijian::lang
