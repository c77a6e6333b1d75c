#include "intake/money_text.h"

#include <charconv>
#include <cmath>
#include <string>

namespace yijian::intake {
namespace {

constexpr int kDigitsMax = 18;

// Amounts with exponents: rare enough for the long way.
std::optional<int64_t> FromFloat(const std::string& text, bool round) {
  long double yuan = 0;
  char* end = nullptr;
  yuan = std::strtold(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(yuan)) return std::nullopt;
  long double fen = yuan * 100;
  if (std::fabs(fen) > 9e17L) return std::nullopt;
  long double whole = std::round(fen);
  if (!round && std::fabs(whole - fen) > 1e-7L * std::max(1.0L, std::fabs(fen) * 1e-9L)) return std::nullopt;
  return static_cast<int64_t>(whole);
}

}  // namespace

std::optional<int64_t> FenOfText(std::string_view text, bool thousands, bool round) {
  bool minus = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  size_t point = text.find('.');
  std::string_view yuan = text.substr(0, point);
  std::string_view rest = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (yuan.empty() && rest.empty()) return std::nullopt;
  int64_t fen = 0;
  int digits = 0;
  for (size_t i = 0; i < yuan.size(); i++) {
    char c = yuan[i];
    if (c == ',' && thousands && i > 0) continue;
    if (c == 'e' || c == 'E') return FromFloat((minus ? "-" : "") + std::string(text), round);
    if (c < '0' || c > '9') return std::nullopt;
    if (fen != 0 || c != '0') digits++;
    if (digits > kDigitsMax - 2) return std::nullopt;
    fen = fen * 10 + (c - '0');
  }
  for (size_t i = 0; i < 2; i++) {
    char c = i < rest.size() ? rest[i] : '0';
    if (c == 'e' || c == 'E') return FromFloat((minus ? "-" : "") + std::string(text), round);
    if (c < '0' || c > '9') return std::nullopt;
    fen = fen * 10 + (c - '0');
  }
  bool up = false;
  for (size_t i = 2; i < rest.size(); i++) {
    char c = rest[i];
    if (c == 'e' || c == 'E') return FromFloat((minus ? "-" : "") + std::string(text), round);
    if (c < '0' || c > '9') return std::nullopt;
    if (c != '0' && !round) return std::nullopt;
    if (i == 2) up = c >= '5';
  }
  if (up) fen++;
  return minus ? -fen : fen;
}

}  // namespace yijian::intake
