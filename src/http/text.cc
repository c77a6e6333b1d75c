#include "http/text.h"

#include <algorithm>
#include <charconv>

namespace yijian::http {
namespace {

// "zh-CN;q=0.8": its weight in thousandths. A weight we cannot read counts as none.
int WeightOf(std::string_view item) {
  size_t at = item.find(";q=");
  if (at == std::string_view::npos) return 1000;
  std::string_view text = Trim(item.substr(at + 3));
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = text[0] == '1' ? 1000 : 0;
  if (text.size() > 2 && text[1] == '.') {
    int part = 0;
    std::string_view digits = text.substr(2);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), part);
    if (error != std::errc() || end != digits.data() + digits.size()) return 0;
    for (size_t i = digits.size(); i < 3; i++) part *= 10;
    weight += part;
  }
  return weight;
}

}  // namespace

Language LanguageOf(std::string_view accept_language) {
  int chinese = 0;
  int english = 0;
  while (!accept_language.empty()) {
    size_t comma = accept_language.find(',');
    std::string item = Lower(Trim(accept_language.substr(0, comma)));
    if (item.starts_with("zh")) chinese = std::max(chinese, WeightOf(item));
    if (item.starts_with("en")) english = std::max(english, WeightOf(item));
    if (comma == std::string_view::npos) break;
    accept_language.remove_prefix(comma + 1);
  }
  return english > chinese ? Language::kEnglish : Language::kChinese;
}

size_t CharactersOf(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

bool HasControl(std::string_view text, bool lines) {
  for (size_t i = 0; i < text.size(); i++) {
    auto c = static_cast<unsigned char>(text[i]);
    bool line = c == '\t' || c == '\n' || c == '\r';
    if ((c < 0x20 && !(lines && line)) || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;  // C1
  }
  return false;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool SameName(std::string_view left, std::string_view right) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace yijian::http
