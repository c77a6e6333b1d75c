#include "http/request.h"

#include <algorithm>
#include <charconv>

#include "http/cookies.h"

namespace yijian::http {

Request::Request(RequestParts parts) : parts_(std::move(parts)) {
  language_ = LanguageOf(Header("accept-language").value_or(""));
}

const std::string& Request::Param(std::string_view name) const {
  auto found = std::find_if(params_.begin(), params_.end(), [&](const auto& param) { return param.first == name; });
  CHECK(found != params_.end());
  return found->second;
}

std::optional<std::string_view> Request::Header(std::string_view name) const {
  for (const auto& [header, value] : parts_.headers) {
    if (SameName(header, name)) return value;
  }
  return std::nullopt;
}

size_t Request::CountHeaders(std::string_view name) const {
  return static_cast<size_t>(std::count_if(parts_.headers.begin(), parts_.headers.end(),
                                           [&](const auto& header) { return SameName(header.first, name); }));
}

std::optional<std::string> Request::Cookie(std::string_view name) const {
  return CookieOf(Header("cookie").value_or(""), name);
}

std::optional<std::string> Request::Query(std::string_view name) {
  asked_.insert(std::string(name));
  std::optional<std::string> found;
  for (const auto& [field, value] : parts_.target.query) {
    if (field != name) continue;
    if (found) Note(errors_, {field, value, {"只能出现一次", "to appear only once"}});
    found = value;
  }
  if (found && found->empty()) return std::nullopt;  // "?state=" is an untouched form field
  return found;
}

std::vector<std::string> Request::QueryTexts(std::string_view name) {
  asked_.insert(std::string(name));
  std::vector<std::string> values;
  for (const auto& [field, value] : parts_.target.query) {
    if (field == name && !value.empty()) values.push_back(value);
  }
  return values;
}

void Request::Fault(std::string_view query_name, Text expected) {
  Note(errors_, {std::string(query_name), Query(query_name).value_or("").substr(0, 64), std::move(expected)});
}

std::optional<std::string> Request::QueryText(std::string_view name, TextRule rule) {
  std::optional<std::string> value = Query(name);
  if (!value) return std::nullopt;
  size_t characters = CharactersOf(*value);
  if (characters >= rule.characters_min && characters <= rule.characters_max && !HasControl(*value, rule.lines))
    return value;
  std::string most = std::to_string(rule.characters_max);
  Fault(name, {"最多 " + most + " 个字符的文本", "a text of at most " + most + " characters"});
  return std::nullopt;
}

std::optional<int64_t> Request::QueryInt(std::string_view name, IntRule rule) {
  std::optional<std::string> value = Query(name);
  if (!value) return std::nullopt;
  int64_t number = 0;
  auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size() && number >= rule.min && number <= rule.max)
    return number;
  std::string range = std::to_string(rule.min) + " .. " + std::to_string(rule.max);
  Fault(name, {range + " 之间的整数", "an integer in " + range});
  return std::nullopt;
}

std::optional<bool> Request::QueryBool(std::string_view name) {
  std::optional<std::string> value = QueryChoice(name, {"true", "false"});
  return value ? std::optional<bool>(*value == "true") : std::nullopt;
}

std::optional<Date> Request::QueryDay(std::string_view name) {
  std::optional<std::string> value = Query(name);
  if (!value) return std::nullopt;
  std::optional<Date> day = ParseDate(*value);
  if (!day) Fault(name, {"日期，如 2025-03-06", "a date like 2025-03-06"});
  return day;
}

std::optional<std::string> Request::QueryChoice(std::string_view name,
                                                std::initializer_list<std::string_view> choices) {
  std::optional<std::string> value = Query(name);
  if (!value || std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
  std::string list;
  for (std::string_view choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
  Fault(name, {"以下之一：" + list, "one of: " + list});
  return std::nullopt;
}

Result<Fields> Request::Json() {
  std::string type = Lower(Header("content-type").value_or(""));
  std::string_view plain = Trim(std::string_view(type).substr(0, type.find(';')));
  if (plain != "application/json") return InvalidInput("the body must be sent as application/json");
  return Fields::Parse(parts_.body, &errors_);
}

Status Request::Finish() {
  for (const auto& [field, value] : parts_.target.query) {
    if (!asked_.contains(field))
      Note(errors_, {field.substr(0, 64), value.substr(0, 64), {"没有这个参数", "no such field"}});
  }
  if (errors_.empty()) return {};
  return InvalidInput("the request has " + std::to_string(errors_.size()) + " faults");
}

}  // namespace yijian::http
