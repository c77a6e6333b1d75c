// Who may ask. The server asks this door before a handler runs; what people may do is decided in the rooms below.
//
// A session found by a cookie must prove that the page is ours: requests that change something need the header
// X-CSRF-Token equal to Session::csrf_token. A caller that showed a key of its own (a hospital's system) has no such
// token. Threads: called from many workers at once.
#pragma once

#include <any>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/request.h"

namespace yijian::http {

struct Session {
  std::any principal;      // std::shared_ptr<const User>: what Request::principal<User>() finds
  std::string csrf_token;  // empty: not a browser's session
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // nullopt: nobody we know; answered with 401 unless the route is anonymous. An error is answered as such.
  virtual Result<std::optional<Session>> Authenticate(const Request& request) = 0;
};

}  // namespace yijian::http
