// Which handler answers what.
//
//   router.Get("/api/clues/{id}", ShowClue);
//   router.Post("/api/clues/{id}/verdict", DecideClue, {.body_bytes_max = 64 * 1024});
//
// A pattern is segments of plain text or {name}; plain text wins over a name. Two routes for one method and pattern, or
// one name twice in a pattern, are our bug: CHECK. A trailing slash is another address than none: it leads to 308 for
// GET and HEAD when the address without it exists, else 404. HEAD goes where GET goes. Threads: built by one thread
// before the server starts, then const.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace yijian::http {

using Handler = std::function<Result<Response>(Request&)>;

struct RouteOptions {
  // Above it: 413. No more than ServerOptions::body_bytes_max, which bounds what the server reads at all.
  size_t body_bytes_max = 1024 * 1024;
  bool anonymous = false;        // answered without a session: signing in, for one
  bool compressed_body = false;  // a Content-Encoding other than identity is passed through instead of refused with 415
  // Short questions of operators (health, metrics): run on a thread of their own, so that they answer under full load
  // too.
  bool express = false;
  // Short questions of machines, many a second: run where they are read, so that neither people's lists nor a change of
  // threads makes them wait. A full queue, or waiting in it for longer than urgent_queue_time_max, is 429 with
  // Retry-After: the sender slows down.
  bool urgent = false;
};

struct Route {
  std::string pattern;  // as written: what logs and metrics say instead of the path
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  void Get(std::string pattern, Handler handler, RouteOptions options = {});
  void Post(std::string pattern, Handler handler, RouteOptions options = {});
  void Put(std::string pattern, Handler handler, RouteOptions options = {});
  void Patch(std::string pattern, Handler handler, RouteOptions options = {});
  void Delete(std::string pattern, Handler handler, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;    // nullptr: 404, or 405 when allow is not empty
    std::vector<std::string> allow;  // methods that address knows
    std::vector<std::pair<std::string, std::string>> params;
  };
  Match Find(std::string_view method, const Target& target) const;

  // The methods and patterns of all routes, sorted; for checking an API description against them.
  std::vector<std::pair<std::string, std::string>> List() const;

 private:
  struct Node;
  void Add(std::string method, std::string pattern, Handler handler, RouteOptions options);
  std::unique_ptr<Node> root_;
};

}  // namespace yijian::http
