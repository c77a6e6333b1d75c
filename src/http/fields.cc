#include "http/fields.h"

#include <algorithm>
#include <charconv>

namespace yijian::http {
namespace {

using Kind = JsonValue::Kind;

const JsonValue kEmptyObject{Kind::kObject, "", {}, {}};

http::Text TextExpected(const TextRule& rule) {
  std::string range = std::to_string(rule.characters_min) + "-" + std::to_string(rule.characters_max);
  http::Text text{range + " 个字符的文本", "a text of " + range + " characters"};
  if (!rule.lines) text = {text.zh + "，不含换行和控制字符", text.en + " without line ends or control characters"};
  return text;
}

http::Text IntExpected(const IntRule& rule) {
  bool open = rule.min == std::numeric_limits<int64_t>::min() && rule.max == std::numeric_limits<int64_t>::max();
  if (open) return {"整数", "an integer"};
  if (rule.max == std::numeric_limits<int64_t>::max())
    return {"不小于 " + std::to_string(rule.min) + " 的整数", "an integer of at least " + std::to_string(rule.min)};
  std::string range = std::to_string(rule.min) + " .. " + std::to_string(rule.max);
  return {range + " 之间的整数", "an integer in " + range};
}

http::Text ChoiceExpected(std::initializer_list<std::string_view> choices) {
  std::string list;
  for (std::string_view choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
  return {"以下之一：" + list, "one of: " + list};
}

void MarkAllRead(const JsonValue& value) {
  value.read = true;
  for (const JsonValue& item : value.items) MarkAllRead(item);
}

// A member nobody asked for is a typing error of the client, or something we would lose in silence.
void NoteUnread(const JsonValue& value, const std::string& pointer, FieldErrors& errors) {
  for (size_t i = 0; i < value.items.size(); i++) {
    const JsonValue& item = value.items[i];
    bool object = value.kind == Kind::kObject;
    std::string place = PointerTo(pointer, object ? value.names[i] : std::to_string(i));
    if (object && value.Find(value.names[i]) != &item) continue;  // a second one: noted when the text was parsed
    if (object && !item.read) {
      Note(errors, {place, item.Show(), {"没有这个字段", "no such member"}});
    } else if (item.read) {
      NoteUnread(item, place, errors);
    }
  }
}

}  // namespace

void Note(FieldErrors& errors, FieldError error) {
  if (errors.size() < kFieldErrorsMax) errors.push_back(std::move(error));
}

Result<Fields> Fields::Parse(std::string_view json, FieldErrors* errors) {
  std::vector<std::string> doubled;
  auto body = std::make_shared<JsonValue>(TRY(ParseJson(json, doubled)));
  if (body->kind != Kind::kObject) return InvalidInput("the body must be a JSON object");
  for (std::string& pointer : doubled)
    Note(*errors, {std::move(pointer), "", {"字段只能出现一次", "a member may appear only once"}});
  const JsonValue* root = body.get();
  return Fields(std::move(body), root, "", errors);
}

bool Fields::Has(std::string_view name) const {
  const JsonValue* value = here_->Find(name);
  return value != nullptr && value->kind != Kind::kNull;
}

const JsonValue* Fields::Take(std::string_view name, bool required) {
  const JsonValue* value = here_->Find(name);
  if (value != nullptr) value->read = true;
  if (value != nullptr && value->kind != Kind::kNull) return value;
  // Members of a missing object are not missed one by one.
  if (required && here_ != &kEmptyObject)
    Note(*errors_, {PointerTo(pointer_, name), "", {"必填", "a value: this member is required"}});
  return nullptr;
}

void Fields::Expect(std::string_view name, const JsonValue* value, http::Text expected) {
  Note(*errors_, {PointerTo(pointer_, name), value == nullptr ? "" : value->Show(), std::move(expected)});
}

void Fields::Fault(std::string_view name, http::Text expected) { Expect(name, here_->Find(name), std::move(expected)); }

const JsonValue* Fields::Raw(std::string_view name) {
  const JsonValue* value = here_->Find(name);
  if (value != nullptr) MarkAllRead(*value);
  return value;
}

std::optional<std::string> Fields::TextOf(const JsonValue& value, std::string_view name, TextRule rule) {
  size_t characters = CharactersOf(value.text);
  bool fits = value.kind == Kind::kText && characters >= rule.characters_min && characters <= rule.characters_max &&
              !HasControl(value.text, rule.lines);
  if (fits) return value.text;
  Expect(name, &value, TextExpected(rule));
  return std::nullopt;
}

std::optional<std::string> Fields::TextIf(std::string_view name, TextRule rule) {
  const JsonValue* value = Take(name, false);
  return value == nullptr ? std::nullopt : TextOf(*value, name, rule);
}

std::string Fields::Text(std::string_view name, TextRule rule) {
  Take(name, true);
  return TextIf(name, rule).value_or("");
}

std::optional<int64_t> Fields::IntIf(std::string_view name, IntRule rule) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  int64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  auto [stop, error] = std::from_chars(value->text.data(), end, number);
  bool whole = value->kind == Kind::kNumber && error == std::errc() && stop == end;
  if (whole && number >= rule.min && number <= rule.max) return number;
  Expect(name, value, IntExpected(rule));
  return std::nullopt;
}

int64_t Fields::Int(std::string_view name, IntRule rule) {
  Take(name, true);
  return IntIf(name, rule).value_or(0);
}

std::optional<bool> Fields::BoolIf(std::string_view name) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kBool) return value->text == "true";
  Expect(name, value, {"true 或 false", "true or false"});
  return std::nullopt;
}

bool Fields::Bool(std::string_view name) {
  Take(name, true);
  return BoolIf(name).value_or(false);
}

std::optional<Micro> Fields::DecimalOf(const JsonValue* value, std::string_view name, bool money) {
  if (value == nullptr) return std::nullopt;
  bool written = value->kind == Kind::kNumber || value->kind == Kind::kText;
  std::optional<Micro> number = written ? ParseMicro(value->text) : std::nullopt;
  if (number && (!money || *number % kMicroPerFen == 0)) return number;
  if (money) {
    Expect(name, value, {"金额（元，最多两位小数）", "an amount in yuan with at most two decimals"});
  } else {
    Expect(name, value, {"十进制数，最多六位小数", "a decimal number with at most six decimals"});
  }
  return std::nullopt;
}

std::optional<Micro> Fields::DecimalIf(std::string_view name) { return DecimalOf(Take(name, false), name, false); }
Micro Fields::Decimal(std::string_view name) { return DecimalOf(Take(name, true), name, false).value_or(0); }

std::optional<Fen> Fields::MoneyIf(std::string_view name) {
  std::optional<Micro> yuan = DecimalOf(Take(name, false), name, true);
  return yuan ? std::optional<Fen>(*yuan / kMicroPerFen) : std::nullopt;
}

Fen Fields::Money(std::string_view name) {
  Take(name, true);
  return MoneyIf(name).value_or(0);
}

std::optional<Date> Fields::DayIf(std::string_view name) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  std::optional<Date> day = value->kind == Kind::kText ? ParseDate(value->text) : std::nullopt;
  if (!day) Expect(name, value, {"日期，如 2025-03-06", "a date like 2025-03-06"});
  return day;
}

Date Fields::Day(std::string_view name) {
  Take(name, true);
  return DayIf(name).value_or(0);
}

std::optional<Time> Fields::MomentIf(std::string_view name) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  std::string_view text = value->text;
  if (text.ends_with("+08:00")) text.remove_suffix(6);  // the fund's zone, which is ours
  std::optional<Time> time = value->kind == Kind::kText ? ParseTime(text) : std::nullopt;
  if (!time) Expect(name, value, {"时间，如 2025-03-06T08:15:00+08:00", "a time like 2025-03-06T08:15:00+08:00"});
  return time;
}

Time Fields::Moment(std::string_view name) {
  Take(name, true);
  return MomentIf(name).value_or(0);
}

std::optional<std::string> Fields::ChoiceIf(std::string_view name, std::initializer_list<std::string_view> choices) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  bool known = value->kind == Kind::kText && std::find(choices.begin(), choices.end(), value->text) != choices.end();
  if (known) return value->text;
  Expect(name, value, ChoiceExpected(choices));
  return std::nullopt;
}

std::string Fields::Choice(std::string_view name, std::initializer_list<std::string_view> choices) {
  Take(name, true);
  return ChoiceIf(name, choices).value_or("");
}

std::optional<Fields> Fields::ObjectIf(std::string_view name) {
  const JsonValue* value = Take(name, false);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kObject) return Fields(body_, value, PointerTo(pointer_, name), errors_);
  Expect(name, value, {"对象", "an object"});
  return std::nullopt;
}

Fields Fields::Object(std::string_view name) {
  Take(name, true);
  std::optional<Fields> object = ObjectIf(name);
  if (object) return *std::move(object);
  return Fields(body_, &kEmptyObject, PointerTo(pointer_, name), errors_);
}

std::vector<Fields> Fields::List(std::string_view name, ListRule rule) {
  std::vector<Fields> list;
  const JsonValue* value = Take(name, rule.items_min > 0);
  if (value == nullptr) return list;
  if (value->kind != Kind::kList || value->items.size() < rule.items_min || value->items.size() > rule.items_max) {
    std::string range = std::to_string(rule.items_min) + "-" + std::to_string(rule.items_max);
    Expect(name, value, {range + " 项的列表", "a list of " + range + " items"});
    return list;
  }
  std::string pointer = PointerTo(pointer_, name);
  for (size_t i = 0; i < value->items.size(); i++) {
    const JsonValue& item = value->items[i];
    item.read = true;
    std::string place = PointerTo(pointer, std::to_string(i));
    if (item.kind == Kind::kObject) {
      list.push_back(Fields(body_, &item, std::move(place), errors_));
    } else {
      Note(*errors_, {std::move(place), item.Show(), {"对象", "an object"}});
    }
  }
  return list;
}

std::vector<std::string> Fields::Texts(std::string_view name, ListRule list, TextRule rule) {
  std::vector<std::string> texts;
  const JsonValue* value = Take(name, list.items_min > 0);
  if (value == nullptr) return texts;
  if (value->kind != Kind::kList || value->items.size() < list.items_min || value->items.size() > list.items_max) {
    std::string range = std::to_string(list.items_min) + "-" + std::to_string(list.items_max);
    Expect(name, value, {range + " 项的列表", "a list of " + range + " items"});
    return texts;
  }
  Fields inside(body_, here_, PointerTo(pointer_, name), errors_);
  for (size_t i = 0; i < value->items.size(); i++) {
    std::optional<std::string> text = inside.TextOf(value->items[i], std::to_string(i), rule);
    if (text) texts.push_back(*std::move(text));
  }
  return texts;
}

Status Fields::Finish() {
  NoteUnread(*here_, pointer_, *errors_);
  if (errors_->empty()) return {};
  return InvalidInput("the request has " + std::to_string(errors_->size()) + " faults");
}

}  // namespace yijian::http
