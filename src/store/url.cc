#include "store/url.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

namespace yijian::store {
namespace {

constexpr std::array<std::string_view, 8> kHarmless{
    "host", "port", "user", "dbname", "hostaddr", "sslmode", "connect_timeout", "application_name"};

std::string ShownParameter(const std::string& parameter) {
  size_t equals = parameter.find('=');
  std::string key = parameter.substr(0, equals);
  if (equals != std::string::npos && std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end()) {
    return parameter;
  }
  return equals == std::string::npos || key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos
             ? "***"
             : key + "=***";
}

bool IsPort(std::string_view text) { return text.find_first_not_of("0123456789,") == std::string_view::npos; }

}  // namespace

bool IsPostgres(const std::string& url) {
  return url.rfind("postgresql://", 0) == 0 || url.rfind("postgres://", 0) == 0;
}

Status CheckPostgresUrl(const std::string& url) {
  std::string shown = WithoutPassword(url);
  size_t query = url.find('?');
  if (std::count(url.begin(), query == std::string::npos ? url.end() : url.begin() + static_cast<long>(query), '@') >
      1) {
    return InvalidInput("'" + shown + "': write an @ of the password as %40");
  }
  char* said = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &said);
  PQfreemem(said);
  if (options == nullptr) return InvalidInput("'" + shown + "' is no URL of a PostgreSQL database");
  PQconninfoFree(options);
  return {};
}

std::string WithoutPassword(const std::string& url) {
  size_t begin = url.find("://");
  if (begin == std::string::npos) return url;
  begin += 3;
  size_t query = std::min(url.find('?'), url.size());
  std::string place = url.substr(begin, query - begin);
  size_t at = place.rfind('@');
  size_t colon = place.find(':');
  if (at != std::string::npos) {
    if (colon < at) place.erase(colon, at - colon);
  } else if (colon != std::string::npos && place.find(']') == std::string::npos) {
    // "host:5432/db", or a password with a ? in it.
    size_t end = std::min(place.find('/', colon), place.size());
    if (!IsPort(std::string_view(place).substr(colon + 1, end - colon - 1))) place.resize(colon);
  }
  std::string shown = url.substr(0, begin) + place;
  for (size_t from = query; from < url.size();) {
    size_t to = std::min(url.find('&', from + 1), url.size());
    shown += (from == query ? "?" : "&") + ShownParameter(url.substr(from + 1, to - from - 1));
    from = to;
  }
  return shown;
}

std::vector<std::pair<std::string, std::string>> PostgresParameters(const std::string& url) {
  std::vector<std::pair<std::string, std::string>> parameters;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), nullptr);
  CHECK(options != nullptr);
  for (PQconninfoOption* option = options; option->keyword != nullptr; option++) {
    if (option->val != nullptr) parameters.emplace_back(option->keyword, option->val);
  }
  PQconninfoFree(options);
  return parameters;
}

}  // namespace yijian::store
