// The web server of Yijian: everything between a socket and a handler. It decides nothing about the domain.
//
//   http::Router router;
//   router.Get("/api/clues/{id}", [&](http::Request& request) -> Result<http::Response> {
//     const User* user = request.principal<User>();
//     Clue clue = TRY(clues.Show(*user, request.Param("id")));
//     return http::Response::Json(ToJson(clue));
//   });
//   router.Post("/api/clues/{id}/verdict", [&](http::Request& request) -> Result<http::Response> {
//     http::Fields body = TRY(request.Json());
//     std::string opinion = body.Text("opinion", {.characters_max = 2000, .lines = true});
//     int64_t version = body.Int("version", {.min = 1});
//     TRY(body.Finish());                            // 422 with every fault, in the client's language
//     TRY(clues.Decide(*request.principal<User>(), request.Param("id"), opinion, version));
//     return http::Response::Empty();
//   });
//   http::Server server({.port = 8080, .static_root = "web/dist"}, std::move(router), authenticator, metrics);
//   server.AddHealthCheck("store", [&] { return store.Ping(); });
//   TRY(server.Start());                             // answers from here on
//   WaitForSignal();                                 // SIGTERM and SIGINT are the caller's
//   server.Drain();                                  // at most drain_time_max
//   server.Stop();
//
// I/O threads parse, route and write. Handlers run on worker threads behind a queue with a bound; a full queue, or
// waiting in it for longer than queue_time_max, is 503 with Retry-After. /healthz and /metrics have a thread of their
// own. Handlers of urgent routes, done in less time than it takes to wake a thread twice, run on the I/O thread that
// read the request: at most urgent_threads at once, beside io_threads that never do.
//
// A request passes, in this order: its target (strict, http/path.h), Host, route (404, 405), length (413), encoding
// (415), Origin and Sec-Fetch-Site for what changes something (403), the Authenticator (401), the CSRF token (403), the
// handler. Bodies are held in memory: no more than the route allows each, no more than inflight_bytes_max together.
// Files come as one request with a route's larger limit; there is no multipart.
//
// Every answer carries X-Request-Id and the security headers; every request makes one log line and one count, with the
// route's pattern, never the path.
// Owns:    router and health checks; shares authenticator and metrics.
// Errors:  Start: kInvalidInput (address, options), kConflict (port taken), kLimit (file descriptors), kNotFound
// (static root). Threads: Start, Drain and Stop from one thread; handlers, checks and authenticator are called from
// many.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/guard.h"
#include "http/metrics.h"
#include "http/router.h"

namespace yijian::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;  // 0: any free one, see Server::port
  size_t io_threads = 1;
  size_t worker_threads = 8;
  size_t queue_max = 256;
  size_t connections_max = 900;  // one more is closed at once
  size_t inflight_bytes_max = 512 * 1024 * 1024;
  size_t head_bytes_max = 16 * 1024;
  std::chrono::milliseconds read_time_max{30'000};  // idle, or from the first byte of a request to its last
  std::chrono::milliseconds write_time_max{30'000};
  std::chrono::milliseconds handle_time_max{60'000};  // then the connection is closed
  std::chrono::milliseconds queue_time_max{5'000};
  std::chrono::milliseconds drain_time_max{20'000};
  size_t urgent_threads = 2;  // I/O threads more, for RouteOptions::urgent
  size_t urgent_queue_max = 512;
  std::chrono::milliseconds urgent_queue_time_max{1'000};
  std::string static_root;                      // web/dist; empty: no pages
  std::vector<std::string> trusted_proxies;     // addresses whose X-Forwarded-For and -Proto are believed
  std::vector<std::string> hosts;               // Host values that are ours, with port; empty: any
  bool tls = false;                             // browsers reach us by TLS: Secure cookies and HSTS
  std::function<void(const std::string&)> log;  // a JSON line without its end; empty: stderr
};

// Those that wait for a worker of RouteOptions::urgent.
struct QueueState {
  size_t waiting = 0;
  size_t waiting_max = 0;
  size_t workers = 0;
  int64_t refused = 0;  // since the start: the queue was full, or the wait too long
};

class Server {
 public:
  // authenticator may be nullptr: then only anonymous routes answer. metrics: nullptr for one of its own.
  Server(const ServerOptions& options, Router router, std::shared_ptr<Authenticator> authenticator,
         std::shared_ptr<Metrics> metrics);
  ~Server();

  // Asked by each /healthz; a failing one makes it 503. Before Start.
  void AddHealthCheck(std::string name, std::function<Status()> check);
  // Prometheus text of a room that counts by itself, told after ours by /metrics. Before Start.
  void AddMetrics(std::function<std::string()> text);
  Status Start();
  uint16_t port() const;
  QueueState UrgentQueue() const;

  // /healthz turns 503, no connection is accepted any more, open streams are closed, running requests finish. False
  // when drain_time_max was over before they had.
  bool Drain();
  void Stop();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace yijian::http
