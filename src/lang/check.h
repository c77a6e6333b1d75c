// Tree -> typed tree: names become fields, texts become codes, mixtures of units become diagnostics.
//
//   Scope scope;
//   scope.rows.push_back({"line", Kind::kLine, 0, false});
//   ExprPtr where = Check("line.amount > 100", place, Type::kBool, scope, diagnostics);
//
// `lang` learns field names from timeline/catalogue.h and tables and parameters from the Scope it is handed; it loads
// nothing. Errors: diagnostics; the result is null when there was one. Threads: typed trees are immutable and may be
// shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "lang/diagnostics.h"
#include "lang/expression.h"
#include "timeline/catalogue.h"

namespace yijian::lang {

enum class Type : uint8_t { kBool, kNumber, kMoney, kTime, kDate, kDuration, kCode, kId, kText, kAny };
const char* TypeName(Type type);
Type TypeOf(timeline::FieldType type);

// How a field is reached from its row.
enum class Hop : uint8_t { kOwn, kVisit, kPerson };

enum class Op : uint8_t {
  kConst,      // value (code texts: text, interned when the program is bound)
  kField,      // slot, hop, kind, field
  kKnowledge,  // binding, column
  kParam,      // param
  kUnits,      // charged units of the row, in `amount`
  kNot,
  kNegate,
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  // number arithmetic; kAddRaw for times
  kAddRaw,
  kSubtractRaw,  // time and duration: plain seconds
  kScaleRaw,     // duration * number
  kDateToTime,   // a date where a time is compared: its midnight
  kTernary,
  kInList,      // args[0] a code, rest constants
  kInTable,     // args[0] a code, table
  kStartsWith,  // args[0] a code, text
  kPrefix,      // args[0] a code, value characters
  kDosesPerDay,
  kAge,
  kAgeDays,
  kDay,
  kHourOf,
  kWeekday,
  kMonthOf,
  kYearOf,
  kDaysBetween,
  kDays,  // number -> duration, value seconds each
  kMin,
  kMax,
  kAbs,
  kFloor,
  kCeil,
  kRound,
  kKnown,
  kOrElse,
  kCount,
  kSum,
  kMinOf,
  kMaxOf,
  kDistinct,  // aggregates over the group
  kExists,
  kAll,
  kCountIf,  // over diagnoses or operations of a visit: slot is the variable's
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  Op op = Op::kConst;
  Type type = Type::kBool;
  int64_t value = 0;
  std::string text;
  uint8_t slot = 0;
  Hop hop = Hop::kOwn;
  timeline::Kind kind = timeline::Kind::kPerson;
  uint16_t field = 0;
  uint16_t binding = 0;  // kKnowledge
  uint16_t column = 0;
  std::string name;  // table of kInTable, parameter of kParam
  std::vector<ExprPtr> args;
};

struct TableSchema {
  std::string name;
  int keys = 1;
  std::vector<std::pair<std::string, Type>> values;
};

// One dated value of a parameter, in force from `from` until the next one.
struct ParamValue {
  Date from;
  int64_t value;     // number: millionths; duration: seconds
  std::string text;  // code
};
struct Param {
  Type type;
  std::vector<ParamValue> values;  // by from, ascending
};

struct RowName {
  std::string name;
  timeline::Kind kind;
  uint8_t slot;
};
struct BindingName {
  std::string name;
  const TableSchema* table;
};

// A name that a rule gives to an expression. Where it is used the typed expression stands in its place, so nothing
// behind the checker knows of names.
struct LetName {
  std::string name;
  ExprPtr value;  // null: it had a mistake, which was told; its uses are passed over in silence
  bool used = false;
};
struct Lets {
  std::vector<LetName> names;  // no name twice, none that means something else
  size_t placed = 0;           // operations put in place so far, in the whole rule
};
inline constexpr size_t kPlacedMax = 20'000;  // lets that double each other would fill any memory

struct Scope {
  std::vector<RowName> rows;
  std::vector<BindingName> bindings;
  const std::map<std::string, TableSchema>* tables = nullptr;
  const std::map<std::string, Param>* params = nullptr;
  Lets* lets = nullptr;     // Check marks those it uses and counts what it places
  bool aggregates = false;  // count(), sum(...) allowed
  bool units = false;       // units allowed
  bool person = true;       // person and visit exist (subject person)
};

inline constexpr uint8_t kMacroSlot = 2;  // first slot of d in exists(d, ...)
inline constexpr uint8_t kSlotMax = 6;

// kAny as `want` accepts every type.
ExprPtr Check(std::string_view text, const Place& place, Type want, const Scope& scope, Diagnostics& diagnostics);
ExprPtr CheckTree(const Node& node, std::string_view text, const Place& place, Type want, const Scope& scope,
                  Diagnostics& diagnostics);

// Functions of the language: one table that the checker, the manual and the tests read.
struct FunctionInfo {
  std::string_view name;
  std::string_view signature;
  std::string_view zh;
  std::string_view example;
};
std::span<const FunctionInfo> Functions();

// A readable dump of a typed tree, for golden files.
std::string Dump(const Expr& expr);

}  // namespace yijian::lang
