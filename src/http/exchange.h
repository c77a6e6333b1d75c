// One request on its way through the server, and how its answer leaves. Inside the room.
//
// Threads: handed from thread to thread, used by one at a time; notices of written bytes come on I/O threads.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "http/log_writer.h"
#include "http/metrics.h"
#include "http/request.h"
#include "http/response.h"
#include "http/server.h"
#include "http/wire.h"
#include "http/worker_pool.h"

namespace yijian::http {

// The numbers of answered requests, found once for each route, method and status: asking the registry by its labels
// costs more than many an answer. Threads: share it.
class Answered {
 public:
  explicit Answered(Metrics& metrics) : metrics_(metrics) {}
  void Saw(const std::string& route, const std::string& method, int status, uint64_t bytes, double seconds);

 private:
  struct Numbers {
    Counter requests;
    Counter bytes;
    Histogram seconds;
  };
  Numbers NumbersOf(const std::string& route, const std::string& method, int status);

  Metrics& metrics_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Numbers> numbers_;
};

// What all exchanges of a server share.
class House {
 public:
  House(const ServerOptions& options, std::shared_ptr<Metrics> metrics);

  // Answers that stay open, so that a draining server can close them.
  void KeepOpen(const std::shared_ptr<OpenAnswer>& answer);
  void CloseOpen();

  const ServerOptions options;
  const std::shared_ptr<Metrics> metrics;
  Answered answered;
  LogWriter log;
  WorkerPool workers;
  WorkerPool express;
  Lane urgent;
  std::atomic<int64_t> in_flight{0};
  std::atomic<int64_t> urgent_refused{0};
  std::atomic<bool> draining{false};

 private:
  std::mutex mutex_;
  std::map<OpenAnswer*, std::weak_ptr<OpenAnswer>> open_;
};

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<House> house, WireRequest wire);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request& request() { return *request_; }
  // What is wrong with the request before anybody looks at where it goes.
  const std::optional<Problem>& trouble() const { return trouble_; }
  void set_route(const std::string& pattern) { route_ = pattern; }
  std::chrono::steady_clock::duration Age() const { return std::chrono::steady_clock::now() - started_; }

  // Sends the answer; once.
  void Answer(Response response);
  void AnswerError(const Error& error);

 private:
  class Open;

  void Polish(Response& response) const;       // problem text, cache, etag, gzip
  ReplyHead HeadOf(Response& response) const;  // takes its headers
  void SendProduced(Producer producer);
  void Record(int status, uint64_t bytes, const char* end);

  std::shared_ptr<House> house_;
  std::shared_ptr<Reply> reply_;
  std::unique_ptr<Request> request_;
  std::optional<Problem> trouble_;
  std::string route_ = "none";
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  bool counted_ = true;  // in in_flight
  int status_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace yijian::http
