// One request as a handler sees it.
//
//   Result<Response> ListClues(Request& request) {
//     int64_t page = request.QueryInt("page", {.min = 1, .max = 10'000}).value_or(1);
//     std::optional<std::string> state = request.QueryChoice("state", {"new", "checked"});
//     TRY(request.Finish());             // wrong query fields, and unknown ones, all at once
//     const User* user = request.principal<User>();
//     ...
//   }
//
// Query fields are noted as "page" in problem answers, body members as "/lines/3/amount".
// Owns:    everything it hands out views of.
// Errors:  only from Json and Finish: kInvalidInput, kLimit.
// Threads: belongs to the one worker that runs the handler.
#pragma once

#include <any>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "http/fields.h"
#include "http/path.h"
#include "http/text.h"

namespace yijian::http {

// What the server puts together; tests of handlers may do so by hand.
struct RequestParts {
  std::string method = "GET";  // HEAD stays HEAD
  Target target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;     // address of the other end of the connection
  std::string remote;   // address of the client, found through trusted proxies
  bool secure = false;  // the client came by TLS
  std::string id;
  std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();  // whole
};

class Request {
 public:
  explicit Request(RequestParts parts);

  const std::string& method() const { return parts_.method; }
  const Target& target() const { return parts_.target; }
  const std::string& body() const { return parts_.body; }
  const std::string& remote() const { return parts_.remote; }
  bool secure() const { return parts_.secure; }
  const std::string& id() const { return parts_.id; }
  std::chrono::steady_clock::time_point arrived() const { return parts_.arrived; }
  Language language() const { return language_; }

  // A piece of the path, by its name in the route. CHECK: the route has it.
  const std::string& Param(std::string_view name) const;
  // The first header of that name (any case), or nullopt.
  std::optional<std::string_view> Header(std::string_view name) const;
  // How many headers have that name.
  size_t CountHeaders(std::string_view name) const;
  std::optional<std::string> Cookie(std::string_view name) const;

  std::optional<std::string> QueryText(std::string_view name, TextRule rule = {});
  std::optional<int64_t> QueryInt(std::string_view name, IntRule rule = {});
  std::optional<bool> QueryBool(std::string_view name);
  std::optional<Date> QueryDay(std::string_view name);
  std::optional<std::string> QueryChoice(std::string_view name, std::initializer_list<std::string_view> choices);
  // Fields that may come several times ("?state=a&state=b"), each non-empty value in order.
  std::vector<std::string> QueryTexts(std::string_view name);
  void Fault(std::string_view query_name, Text expected);

  // The body as JSON. Asks for Content-Type application/json.
  Result<Fields> Json();
  Status Finish();
  FieldErrors& errors() { return errors_; }

  // Whoever the caller's Authenticator found; nullptr when nobody or when it is of another type.
  template <typename T>
  const T* principal() const {
    const auto* found = std::any_cast<std::shared_ptr<const T>>(&principal_);
    return found == nullptr ? nullptr : found->get();
  }
  void SetRemote(std::string remote, bool secure) {
    parts_.remote = std::move(remote);
    parts_.secure = secure;
  }
  void SetPrincipal(std::any principal) { principal_ = std::move(principal); }
  void SetParams(std::vector<std::pair<std::string, std::string>> params) { params_ = std::move(params); }

 private:
  std::optional<std::string> Query(std::string_view name);

  RequestParts parts_;
  Language language_;
  std::vector<std::pair<std::string, std::string>> params_;
  std::any principal_;
  std::set<std::string, std::less<>> asked_;  // query fields some getter asked for
  FieldErrors errors_;
};

}  // namespace yijian::http
