// Cookies of a request, and cookies an answer sets.
//
// Threads: values and pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace yijian::http {

// The value of the first cookie of that name in a Cookie header.
std::optional<std::string> CookieOf(std::string_view header, std::string_view name);

// Always HttpOnly; Secure when the server says that browsers reach it by TLS; SameSite=Strict, but lax for the one that
// has to survive the way back from an identity provider.
struct SetCookie {
  std::string name;
  std::string value;  // letters, digits, "-", "_", ".", "~": CHECK
  std::string path = "/";
  bool lax = false;
  std::optional<std::chrono::seconds> lives;  // nullopt: until the browser closes; zero: delete it now
};

std::string ToHeader(const SetCookie& cookie, bool secure);

}  // namespace yijian::http
