// One HTTP request and its answer, by libcurl.
//
//   HttpAnswer answer = TRY(Post("http://localhost:8080/api/realtime/pre", body, {"Authorization: Bearer ..."}));
//
// Waits at most `seconds`. No redirects, no other protocols than http and https. Errors: kIo nobody answered; kLimit
// the answer is beyond 64 MB. Threads: one call at a time in a thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace yijian::app {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

Result<HttpAnswer> Post(const std::string& url, const std::string& body, const std::vector<std::string>& headers,
                        int seconds = 30);

}  // namespace yijian::app
