#include <algorithm>
#include <array>

#include "base/date.h"
#include "intake/formula_part.h"

namespace yijian::intake {
namespace {

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

Micro Whole(int64_t value) { return value * kMicro; }
int64_t Units(Micro value) { return value / kMicro; }

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

}  // namespace

std::span<const FunctionInfo> Functions() { return kFunctions; }

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

}  // namespace yijian::intake
