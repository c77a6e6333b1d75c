// What a handler answers.
//
//   return Response::Json({{"id", clue.id}});
//   return Response::Bytes(png, "image/png").Cached("private, max-age=3600");
//   return Response::File(path, "application/pdf").SaveAs("审核意见书.pdf");
//   return Response::Stream("text/csv; charset=utf-8", [rows]() mutable -> Result<std::optional<std::string>> { ... });
//   return Response::Of(Problem{.status = 403, .code = "not_yours", .title = {"无权查看", "Not yours to see"}});
//
// The server adds what every answer carries: request id, security headers, Cache-Control: no-store unless Cached was
// called, ETag with If-None-Match for cached ones, gzip where it pays. HEAD is answered by the GET handler.
// Owns:    its body; a streaming function is called on worker threads, one call at a time, and destroyed when done.
// Threads: a value for one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/cookies.h"
#include "http/problem.h"

namespace yijian::http {

// Produces the next piece of a body (a few ten KB are good), nullopt at the end. An error breaks the answer off, so
// that the client sees that it is not whole.
using Producer = std::function<Result<std::optional<std::string>>()>;

// The open end of an answer that is written as things happen. Thread-safe; see EventStream for the usual use.
class OpenAnswer {
 public:
  virtual ~OpenAnswer() = default;
  // done is called once, from some thread, with false when the client is gone. Write one piece at a time.
  virtual void Write(std::string piece, std::function<void(bool)> done) = 0;
  virtual void Close() = 0;
};

class Response {
 public:
  static Response Json(const nlohmann::json& body, int status = 200);
  static Response JsonText(std::string body, int status = 200);
  static Response Empty(int status = 204);
  static Response Bytes(std::string body, std::string content_type, int status = 200);
  static Response Stream(std::string content_type, Producer producer);
  // Reads the file piece by piece. kNotFound when it is not a regular file (a link is not followed).
  static Result<Response> File(const std::string& path, std::string content_type);
  static Response Of(Problem problem);
  // attach gets the open end once the head has been sent; drained or stopped servers call its Close.
  static Response Open(std::string content_type, std::function<void(std::shared_ptr<OpenAnswer>)> attach);

  Response Header(std::string name, std::string value) &&;  // control characters are our bug: CHECK
  Response Cookie(const SetCookie& cookie) &&;
  Response Cached(std::string cache_control) &&;
  // The browser saves it under this name instead of showing it.
  Response SaveAs(std::string_view file_name) &&;

  int status = 200;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<SetCookie> cookies;
  std::string cache_control;  // empty: no-store
  std::string etag;           // empty: made of the body when cached

  std::string body;
  Producer producer;
  std::optional<uint64_t> length;  // of a produced body, when known
  std::function<void(std::shared_ptr<OpenAnswer>)> attach;
  std::optional<Problem> problem;  // rendered in the client's language
};

// The reason phrase of a status, "OK" for 200.
std::string_view ReasonOf(int status);

}  // namespace yijian::http
