#include "base/date.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "timeline/story.h"

namespace yijian::timeline {

int64_t IdOf(std::string_view text) { return static_cast<int64_t>(KeyOf(text) >> 1); }

std::optional<std::vector<StoryWord>> SplitWords(std::string_view line) {
  std::vector<StoryWord> words;
  size_t at = 0;
  while (true) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) at++;
    if (at >= line.size() || line[at] == '#') return words;
    StoryWord word{{}, static_cast<int>(at) + 1};
    char quote = 0;
    for (; at < line.size(); at++) {
      char c = line[at];
      if (quote == 0 && (c == ' ' || c == '\t' || c == '\r')) break;
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else {
        word.text += c;
      }
    }
    if (quote != 0) return std::nullopt;
    words.push_back(std::move(word));
  }
}

std::optional<int64_t> ParseField(FieldType type, std::string_view text, CodeBook& codes) {
  switch (type) {
    case FieldType::kBool:
      if (text == "1" || text == "true") return 1;
      if (text == "0" || text == "false") return 0;
      return std::nullopt;
    case FieldType::kNumber:
    case FieldType::kMoney:
      return ParseMicro(text);
    case FieldType::kTime:
      return ParseTime(text);
    case FieldType::kDate:
      return ParseDate(text);
    case FieldType::kCode:
      return text.empty() ? std::nullopt : std::optional<int64_t>(codes.Intern(text));
    case FieldType::kId:
      return text.empty() ? std::nullopt : std::optional<int64_t>(IdOf(text));
    case FieldType::kText:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string_view Expected(FieldType type) {
  switch (type) {
    case FieldType::kBool:
      return "0, 1, true or false";
    case FieldType::kNumber:
      return "a number such as 2.5";
    case FieldType::kMoney:
      return "yuan such as 12.50";
    case FieldType::kTime:
      return "a time YYYY-MM-DD or YYYY-MM-DDTHH:MM[:SS]";
    case FieldType::kDate:
      return "a date YYYY-MM-DD";
    case FieldType::kCode:
      return "a code";
    case FieldType::kId:
      return "an id";
    case FieldType::kText:
      return "a text";
  }
  return "a value";
}

}  // namespace yijian::timeline
