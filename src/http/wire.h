// HTTP/1.1 over TCP, the only place that knows RESTinio. Inside the room; everybody else uses Server.
//
// What RESTinio leaves open is closed here:
//   - It buffers whole bodies. A limit by route is enforced while bytes arrive (bytes_max_of looks at the request
//   line), and
//     all bytes of unfinished requests together stay below inflight_bytes_max; beyond: 413, 503.
//   - It closes without a word on what it cannot parse. Here the client gets 400, 413, 414 or 431 and time to read it.
//   - Its connection limiter and address filter can lose places when a client vanishes between accept and start;
//   counting
//     by the life of sockets cannot.
//   - It does not tell a request's version: 1.0 is served as 1.1 (a Host is needed, long answers come in chunks);
//   others
//     get 505.
//   - Requests with Upgrade lose their time-outs: they are served as plain HTTP and the connection is closed.
//
// Threads: receive is called on I/O threads and must not block. Reply's methods may be called from anywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yijian::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct ReplyHead {
  int status = 200;
  HeaderList headers;  // without Content-Length, Transfer-Encoding, Connection, Date
  bool close = false;
};

// Called once: whether the bytes were handed to the kernel.
using Written = std::function<void(bool)>;

// The answer to one request. Either Whole, or Begin, then Piece after Piece (one at a time), then End or Abort.
class Reply {
 public:
  virtual ~Reply() = default;
  // length: what Content-Length says; the body may be empty although length is not (HEAD). nullopt: no such header.
  virtual void Whole(const ReplyHead& head, std::string body, std::optional<uint64_t> length, Written written) = 0;
  // Without a length the body goes in chunks.
  virtual void Begin(const ReplyHead& head, std::optional<uint64_t> length, Written written) = 0;
  virtual void Piece(std::string bytes, Written written) = 0;
  virtual void End() = 0;
  virtual void Abort() = 0;  // the client sees a broken answer
};

struct WireRequest {
  std::string method;
  std::string target;
  bool keep_alive = true;
  HeaderList headers;
  std::string body;
  std::string peer;
  std::shared_ptr<Reply> reply;
};

struct WireOptions {
  std::string address;
  uint16_t port = 0;
  size_t threads = 1;
  size_t connections_max = 1000;
  size_t inflight_bytes_max = 0;
  size_t head_bytes_max = 16 * 1024;
  uint64_t body_bytes_max = 0;
  std::chrono::milliseconds read_time_max{};
  std::chrono::milliseconds write_time_max{};
  std::chrono::milliseconds handle_time_max{};
  // Longest body for a request that starts with this line ("POST /api/x?... HTTP/1.1").
  std::function<size_t(std::string_view line)> body_max_of;
  std::function<void(WireRequest)> receive;
  // A request that never became one was refused with this status.
  std::function<void(int status)> refused;
};

class Wire {
 public:
  virtual ~Wire() = default;
  virtual uint16_t port() const = 0;
  virtual size_t Connections() const = 0;
  virtual void StopAccepting() = 0;
  virtual void Stop() = 0;  // closes everything and joins the I/O threads
};

// kInvalidInput: no such address. kConflict: the port is taken. kLimit: fewer file descriptors than connections.
Result<std::unique_ptr<Wire>> OpenWire(WireOptions options);

}  // namespace yijian::http
