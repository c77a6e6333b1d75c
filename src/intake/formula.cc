#include "intake/formula.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "base/date.h"
#include "intake/convert.h"

namespace yijian::intake {
namespace {

using lang::Code;
using lang::Node;
using lang::NodeKind;
using T = ValueType;

constexpr std::array kFunctions{
    FunctionInfo{"number", "number('12.50')", "12.5", "文本转数字"},
    FunctionInfo{"date", "date('05/03/2024', 'dd/MM/yyyy')", "2024-03-05 00:00:00", "文本转时间，可给格式"},
    FunctionInfo{"text", "text(12.50)", "12.5", "转为文本"},
    FunctionInfo{"known", "known('')", "0", "有值为真，空为假"},
    FunctionInfo{"or", "''.or('x')", "x", "前者为空时取后者"},
    FunctionInfo{"startsWith", "'N18.5'.startsWith('N18')", "1", "以…开头"},
    FunctionInfo{"endsWith", "'N18.5'.endsWith('.5')", "1", "以…结尾"},
    FunctionInfo{"contains", "'N18.5'.contains('18')", "1", "包含"},
    FunctionInfo{"prefix", "'N18.5'.prefix(3)", "N18", "前 n 个字符"},
    FunctionInfo{"suffix", "'N18.5'.suffix(2)", ".5", "后 n 个字符"},
    FunctionInfo{"replace", "'401-9'.replace('-', '.')", "401.9", "替换"},
    FunctionInfo{"part", "'A|B|C'.part('|', 2)", "B", "按分隔符取第 n 段"},
    FunctionInfo{"pad", "'7'.pad(2)", "07", "左侧补零到 n 位"},
    FunctionInfo{"upper", "'abc'.upper()", "ABC", "转大写"},
    FunctionInfo{"lower", "'ABC'.lower()", "abc", "转小写"},
    FunctionInfo{"trim", "'  a '.trim()", "a", "去首尾空白"},
    FunctionInfo{"min", "min(2, 3)", "2", "较小者"},
    FunctionInfo{"max", "max(2, 3)", "3", "较大者"},
    FunctionInfo{"abs", "abs(-2)", "2", "绝对值"},
    FunctionInfo{"floor", "floor(2.7)", "2", "向下取整"},
    FunctionInfo{"ceil", "ceil(2.1)", "3", "向上取整"},
    FunctionInfo{"round", "round(2.5)", "3", "四舍五入"},
    FunctionInfo{"day", "day(date('2024-03-05 08:15:00'))", "2024-03-05 00:00:00", "当日零时"},
    FunctionInfo{"year_of", "year_of(date('2024-03-05'))", "2024", "年"},
    FunctionInfo{"month_of", "month_of(date('2024-03-05'))", "3", "月"},
    FunctionInfo{"hour_of", "hour_of(date('2024-03-05 08:15:00'))", "8", "时"},
    FunctionInfo{"age", "age(date('2000-03-06'), date('2024-03-05'))", "23", "周岁"},
    FunctionInfo{"days_between", "days_between(date('2024-03-05'), date('2024-03-08'))", "3", "相差的自然日"},
    FunctionInfo{"days", "date('2024-03-05') + days(2)", "2024-03-07 00:00:00", "n 天"},
    FunctionInfo{"hours", "date('2024-03-05') + hours(2)", "2024-03-05 02:00:00", "n 小时"},
    FunctionInfo{"minutes", "date('2024-03-05') + minutes(2)", "2024-03-05 00:02:00", "n 分钟"},
};

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

struct Context {
  const Piece& piece;
  size_t row;
  FormulaArena& arena;
};

struct Part;
using PartPtr = std::unique_ptr<const Part>;
using Action = Value (*)(const Part& part, const Context& context);

// One step: an action over its arguments' values.
struct Part {
  T type = T::kNull;
  Action action = nullptr;
  Value constant;
  size_t column = 0;
  std::vector<PartPtr> args;
  DateFormats formats;
  const NullTest* is_null = nullptr;

  Value Run(const Context& context) const { return action(*this, context); }
  Value Arg(size_t i, const Context& context) const { return args[i]->Run(context); }
};

Micro Whole(int64_t value) { return value * kMicro; }
int64_t Units(Micro value) { return value / kMicro; }

std::string_view Keep(std::string text, const Context& context) { return context.arena.emplace_back(std::move(text)); }

size_t CharacterBytes(std::string_view text, size_t at) {
  size_t size = 1;
  while (at + size < text.size() && (text[at + size] & 0xC0) == 0x80) size++;
  return size;
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string_view Prefix(std::string_view text, int64_t characters) {
  size_t at = 0;
  for (int64_t i = 0; i < characters && at < text.size(); i++) at += CharacterBytes(text, at);
  return text.substr(0, at);
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

// A function of arguments that must all have values.
template <Value (*kFunction)(const Part&, std::span<const Value>, const Context&)>
Value Strict(const Part& part, const Context& context) {
  std::array<Value, 3> values;
  size_t count = std::min(part.args.size(), values.size());
  for (size_t i = 0; i < count; i++) {
    values[i] = part.Arg(i, context);
    if (values[i].is_null()) return {};
  }
  return kFunction(part, {values.data(), count}, context);
}

using Args = std::span<const Value>;

Value ToNumber(const Part&, Args args, const Context&) {
  int64_t value = 0;
  if (ParseDecimal(args[0].text, {.scale = 6}, value) != Parsed::kValue) return {};
  return Value::Number(value);
}
Value ToTime(const Part& part, Args args, const Context&) {
  int64_t seconds = 0;
  if (part.formats.Parse(args[0].text, seconds) != Parsed::kValue) return {};
  return Value::Time(seconds);
}
Value ToText(const Part&, Args args, const Context& context) { return Value::Text(TextOf(args[0], context.arena)); }
Value Known(const Part& part, const Context& context) { return Value::Bool(!part.Arg(0, context).is_null()); }
Value OrElse(const Part& part, const Context& context) {
  Value value = part.Arg(0, context);
  return value.is_null() ? part.Arg(1, context) : value;
}
Value StartsWith(const Part&, Args args, const Context&) { return Value::Bool(args[0].text.starts_with(args[1].text)); }
Value EndsWith(const Part&, Args args, const Context&) { return Value::Bool(args[0].text.ends_with(args[1].text)); }
Value Contains(const Part&, Args args, const Context&) {
  return Value::Bool(args[0].text.find(args[1].text) != std::string_view::npos);
}
// An empty text is no text.
Value TextOrNull(std::string_view text) { return text.empty() ? Value{} : Value::Text(text); }
Value TakePrefix(const Part&, Args args, const Context&) {
  return TextOrNull(Prefix(args[0].text, Units(args[1].number)));
}
Value TakeSuffix(const Part&, Args args, const Context&) {
  auto all = static_cast<int64_t>(CountCharacters(args[0].text));
  size_t skip = Prefix(args[0].text, std::max<int64_t>(0, all - std::max<int64_t>(0, Units(args[1].number)))).size();
  return TextOrNull(args[0].text.substr(skip));
}
Value Replace(const Part&, Args args, const Context& context) {
  std::string_view text = args[0].text;
  if (args[1].text.empty()) return args[0];
  std::string out;
  for (size_t at; (at = text.find(args[1].text)) != std::string_view::npos;) {
    out += text.substr(0, at);
    out += args[2].text;
    text.remove_prefix(at + args[1].text.size());
  }
  out += text;
  return TextOrNull(Keep(std::move(out), context));
}
Value TakePart(const Part&, Args args, const Context&) {
  std::string_view text = args[0].text;
  if (args[1].text.empty()) return {};
  for (int64_t n = Units(args[2].number); n >= 1; n--) {
    size_t at = text.find(args[1].text);
    if (n == 1) return TextOrNull(Trim(text.substr(0, at)));
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + args[1].text.size());
  }
  return {};
}
Value Pad(const Part&, Args args, const Context& context) {
  int64_t width = std::min<int64_t>(Units(args[1].number), 64);
  auto size = static_cast<int64_t>(args[0].text.size());
  if (size >= width) return args[0];
  return Value::Text(Keep(std::string(static_cast<size_t>(width - size), '0') + std::string(args[0].text), context));
}
Value Recase(Args args, const Context& context, char first, char last, int shift) {
  std::string text(args[0].text);
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return Value::Text(Keep(std::move(text), context));
}
Value Upper(const Part&, Args args, const Context& context) { return Recase(args, context, 'a', 'z', 'A' - 'a'); }
Value Lower(const Part&, Args args, const Context& context) { return Recase(args, context, 'A', 'Z', 'a' - 'A'); }
Value TrimText(const Part&, Args args, const Context&) { return TextOrNull(Trim(args[0].text)); }
Value Min(const Part&, Args args, const Context&) { return args[0].number <= args[1].number ? args[0] : args[1]; }
Value Max(const Part&, Args args, const Context&) { return args[0].number >= args[1].number ? args[0] : args[1]; }
Value Abs(const Part&, Args args, const Context&) {
  return Value::Number(args[0].number < 0 ? -args[0].number : args[0].number);
}
Micro FloorMicro(Micro value) {
  Micro rest = value % kMicro;
  return value - rest - (rest < 0 ? kMicro : 0);
}
Value Floor(const Part&, Args args, const Context&) { return Value::Number(FloorMicro(args[0].number)); }
Value Ceil(const Part&, Args args, const Context&) { return Value::Number(-FloorMicro(-args[0].number)); }
Value RoundUp(const Part&, Args args, const Context&) {
  Micro value = args[0].number;
  return Value::Number(value < 0 ? -FloorMicro(-value + kMicro / 2) : FloorMicro(value + kMicro / 2));
}
Value DayStart(const Part&, Args args, const Context&) { return Value::Time(StartOf(DayOf(args[0].number))); }
Value YearOf(const Part&, Args args, const Context&) {
  return Value::Number(Whole(CivilOf(DayOf(args[0].number)).year));
}
Value MonthOf(const Part&, Args args, const Context&) {
  return Value::Number(Whole(CivilOf(DayOf(args[0].number)).month));
}
Value HourOf(const Part&, Args args, const Context&) {
  return Value::Number(Whole((args[0].number - StartOf(DayOf(args[0].number))) / kSecondsPerHour));
}
Value Age(const Part&, Args args, const Context&) {
  return Value::Number(Whole(AgeYears(DayOf(args[0].number), DayOf(args[1].number))));
}
Value DaysBetween(const Part&, Args args, const Context&) {
  return Value::Number(Whole(DayOf(args[1].number) - DayOf(args[0].number)));
}
template <int64_t kSeconds>
Value Span(const Part&, Args args, const Context&) {
  return Value::Duration(Units(MulMicro(args[0].number, Whole(kSeconds))));
}

struct Signature {
  std::vector<T> args;
  size_t required;
  T result;  // kNull: the type of the first argument
  Action action;
  bool any_first = false;
};

const std::map<std::string_view, Signature>& Signatures() {
  static const std::map<std::string_view, Signature> kSignatures{
      {"number", {{T::kText}, 1, T::kNumber, Strict<ToNumber>}},
      {"date", {{T::kText, T::kText}, 1, T::kTime, Strict<ToTime>}},
      {"text", {{T::kNull}, 1, T::kText, Strict<ToText>, true}},
      {"known", {{T::kNull}, 1, T::kBool, Known, true}},
      {"or", {{T::kNull, T::kNull}, 2, T::kNull, OrElse, true}},
      {"startsWith", {{T::kText, T::kText}, 2, T::kBool, Strict<StartsWith>}},
      {"endsWith", {{T::kText, T::kText}, 2, T::kBool, Strict<EndsWith>}},
      {"contains", {{T::kText, T::kText}, 2, T::kBool, Strict<Contains>}},
      {"prefix", {{T::kText, T::kNumber}, 2, T::kText, Strict<TakePrefix>}},
      {"suffix", {{T::kText, T::kNumber}, 2, T::kText, Strict<TakeSuffix>}},
      {"replace", {{T::kText, T::kText, T::kText}, 3, T::kText, Strict<Replace>}},
      {"part", {{T::kText, T::kText, T::kNumber}, 3, T::kText, Strict<TakePart>}},
      {"pad", {{T::kText, T::kNumber}, 2, T::kText, Strict<Pad>}},
      {"upper", {{T::kText}, 1, T::kText, Strict<Upper>}},
      {"lower", {{T::kText}, 1, T::kText, Strict<Lower>}},
      {"trim", {{T::kText}, 1, T::kText, Strict<TrimText>}},
      {"min", {{T::kNumber, T::kNumber}, 2, T::kNumber, Strict<Min>}},
      {"max", {{T::kNumber, T::kNumber}, 2, T::kNumber, Strict<Max>}},
      {"abs", {{T::kNumber}, 1, T::kNumber, Strict<Abs>}},
      {"floor", {{T::kNumber}, 1, T::kNumber, Strict<Floor>}},
      {"ceil", {{T::kNumber}, 1, T::kNumber, Strict<Ceil>}},
      {"round", {{T::kNumber}, 1, T::kNumber, Strict<RoundUp>}},
      {"day", {{T::kTime}, 1, T::kTime, Strict<DayStart>}},
      {"year_of", {{T::kTime}, 1, T::kNumber, Strict<YearOf>}},
      {"month_of", {{T::kTime}, 1, T::kNumber, Strict<MonthOf>}},
      {"hour_of", {{T::kTime}, 1, T::kNumber, Strict<HourOf>}},
      {"age", {{T::kTime, T::kTime}, 2, T::kNumber, Strict<Age>}},
      {"days_between", {{T::kTime, T::kTime}, 2, T::kNumber, Strict<DaysBetween>}},
      {"days", {{T::kNumber}, 1, T::kDuration, Strict<Span<kSecondsPerDay>>}},
      {"hours", {{T::kNumber}, 1, T::kDuration, Strict<Span<kSecondsPerHour>>}},
      {"minutes", {{T::kNumber}, 1, T::kDuration, Strict<Span<60>>}},
  };
  return kSignatures;
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

std::span<const FunctionInfo> Functions() { return kFunctions; }

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
