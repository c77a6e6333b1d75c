#include "http/cookies.h"

#include <algorithm>

#include "base/result.h"
#include "http/text.h"

namespace yijian::http {
namespace {

bool Plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '~';
  });
}

}  // namespace

std::optional<std::string> CookieOf(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    size_t end = header.find(';');
    std::string_view pair = Trim(header.substr(0, end));
    size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      return std::string(value);
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::string ToHeader(const SetCookie& cookie, bool secure) {
  CHECK(!cookie.name.empty() && Plain(cookie.name) && Plain(cookie.value));
  CHECK(cookie.path.starts_with('/') && cookie.path.find_first_of(";\r\n") == std::string::npos);
  std::string header = cookie.name + "=" + cookie.value + "; Path=" + cookie.path + "; HttpOnly; SameSite=";
  header += cookie.lax ? "Lax" : "Strict";
  if (cookie.lives) header += "; Max-Age=" + std::to_string(cookie.lives->count());
  if (secure) header += "; Secure";
  return header;
}

}  // namespace yijian::http
