#include <http_parser.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <restinio/all.hpp>
#include <thread>

#include "http/problem.h"
#include "http/response.h"
#include "http/wire.h"

namespace yijian::http {
namespace {

namespace asio = restinio::asio_ns;
using std::chrono::steady_clock;

constexpr size_t kFilesBesideConnections = 64;
constexpr size_t kLingerBytesMax = 4 * 1024 * 1024;
constexpr auto kLingerTime = std::chrono::seconds(2);

class Notice;

// What all sockets of one server share.
struct Ledger {
  const WireOptions& options;
  std::atomic<size_t> connections{0};
  std::atomic<size_t> inflight_bytes{0};
  std::mutex mutex;
  std::map<Notice*, std::weak_ptr<Notice>> notices;  // of bytes on their way
};

// RESTinio makes sockets from an io_context alone, so the ledger rides there.
struct Context : asio::io_context {
  explicit Context(Ledger& ledger) : asio::io_context(static_cast<int>(ledger.options.threads)), ledger(ledger) {}
  Ledger& ledger;
};

// One accepted connection, from accept to the end of its socket.
class Account {
 public:
  explicit Account(Ledger& ledger) : ledger_(ledger) { ledger_.connections++; }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;
  ~Account() {
    Release();
    ledger_.connections--;
  }

  // Bytes arrived. False: too many; refusal() says how.
  bool Read(std::string_view bytes) {
    received_ += bytes.size();
    ledger_.inflight_bytes += bytes.size();
    if (!line_known_) LearnLine(bytes);
    if (received_ > body_max_ + ledger_.options.head_bytes_max + body_max_ / 4) {
      refusal_ = 413;
    } else if (ledger_.inflight_bytes > ledger_.options.inflight_bytes_max) {
      refusal_ = 503;
    }
    return refusal_ == 0;
  }

  // An answer goes out: what was read belonged to it. What comes next is another request.
  void Release() {
    ledger_.inflight_bytes -= received_;
    received_ = 0;
    line_.clear();
    line_known_ = false;
    body_max_ = kUnknown;
  }

  void Refuse(int status) { refusal_ = status; }
  int refusal() const { return refusal_; }

 private:
  static constexpr size_t kUnknown = 64 * 1024;

  void LearnLine(std::string_view bytes) {
    line_.append(bytes.substr(0, ledger_.options.head_bytes_max));
    while (line_.starts_with("\r\n")) line_.erase(0, 2);
    size_t end = line_.find('\n');
    if (end == std::string::npos && line_.size() < ledger_.options.head_bytes_max) return;
    line_known_ = true;
    std::string_view line = std::string_view(line_).substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    size_t version = line.rfind(" HTTP/");
    bool known = line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0");
    if (version != std::string_view::npos && !known) refusal_ = 505;
    body_max_ = ledger_.options.body_max_of(line);
    line_.clear();
    line_.shrink_to_fit();
  }

  Ledger& ledger_;
  size_t received_ = 0;  // since the last answer
  std::string line_;
  bool line_known_ = false;
  size_t body_max_ = kUnknown;
  int refusal_ = 0;
};

// RESTinio says only in its log why it is about to close a connection; the next shutdown on this thread reads it here.
thread_local int refusal_of_parser = 0;

int RefusalOf(std::string_view message) {
  if (message.find("parser error") == std::string_view::npos) return 0;
  if (message.find("HPE_CB_body") != std::string_view::npos) return 413;
  if (message.find("HPE_CB_headers_complete") != std::string_view::npos) return 413;
  if (message.find("HPE_CB_url") != std::string_view::npos) return 414;
  if (message.find("HPE_CB_header") != std::string_view::npos) return 431;
  if (message.find("HPE_HEADER_OVERFLOW") != std::string_view::npos) return 431;
  return 400;
}

class Logger {
 public:
  template <typename Message>
  void trace(Message&&) {}
  template <typename Message>
  void info(Message&&) {}
  template <typename Message>
  void warn(Message&&) {}
  template <typename Message>
  void error(Message&& message) {
    refusal_of_parser = RefusalOf(message());
  }
};

std::string DateNow() { return restinio::make_date_field_value(std::chrono::system_clock::now()); }

std::string HeadText(const ReplyHead& head, bool close, std::optional<uint64_t> length, bool chunked) {
  std::string text;
  text.reserve(1536);
  auto add = [&](std::initializer_list<std::string_view> pieces) {
    for (std::string_view piece : pieces) text += piece;
  };
  add({"HTTP/1.1 ", std::to_string(head.status), " ", ReasonOf(head.status), "\r\n"});
  for (const auto& [name, value] : head.headers) add({name, ": ", value, "\r\n"});
  add({"Date: ", DateNow(), "\r\n"});
  if (length) add({"Content-Length: ", std::to_string(*length), "\r\n"});
  if (chunked) text += "Transfer-Encoding: chunked\r\n";
  text += close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
  return text;
}

std::string RefusalText(int status) {
  std::string body = ToJson(ProblemOf(status), Language::kChinese, "none");
  ReplyHead head{status, {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}}, true};
  if (status == 503) head.headers.emplace_back("Retry-After", "1");
  return HeadText(head, true, body.size(), false) + body;
}

// Lets a refused client read its answer: closing at once, with its bytes unread, would make the kernel reset the
// connection and throw the answer away.
class Lingering : public std::enable_shared_from_this<Lingering> {
 public:
  Lingering(asio::ip::tcp::socket socket, std::shared_ptr<Account> account)
      : account_(std::move(account)), socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  void Start() {
    timer_.expires_after(kLingerTime);
    timer_.async_wait([self = shared_from_this()](const asio::error_code&) {
      asio::error_code ignored;
      self->socket_.close(ignored);
    });
    ReadOn();
  }

 private:
  void ReadOn() {
    socket_.async_read_some(asio::buffer(waste_), [self = shared_from_this()](const asio::error_code& error, size_t n) {
      self->wasted_ += n;
      if (!error && self->wasted_ < kLingerBytesMax) return self->ReadOn();
      self->timer_.cancel();
      asio::error_code ignored;
      self->socket_.close(ignored);
    });
  }

  std::shared_ptr<Account> account_;  // a lingering connection still counts
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  std::array<char, 16 * 1024> waste_;
  size_t wasted_ = 0;
};

// A TCP socket that keeps account of what arrives and does not go without a word.
class Socket {
 public:
  using executor_type = asio::ip::tcp::socket::executor_type;

  explicit Socket(asio::io_context& context) : ledger_(&static_cast<Context&>(context).ledger), socket_(context) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  // The acceptor moves an accepted socket out of its slot: that is when a connection begins.
  Socket(Socket&& other) noexcept
      : ledger_(other.ledger_), socket_(std::move(other.socket_)), account_(std::move(other.account_)) {
    if (account_ == nullptr && socket_.is_open()) account_ = std::make_shared<Account>(*ledger_);
  }

  auto& lowest_layer() { return socket_.lowest_layer(); }
  const auto& lowest_layer() const { return socket_.lowest_layer(); }
  executor_type get_executor() { return socket_.get_executor(); }
  auto remote_endpoint() const { return socket_.remote_endpoint(); }
  bool is_open() const { return socket_.is_open(); }

  template <typename... Args>
  void cancel(Args&&... args) {
    socket_.cancel(std::forward<Args>(args)...);
  }

  template <typename Buffer, typename Done>
  void async_read_some(const Buffer& buffer, Done&& done) {
    auto executor = asio::get_associated_executor(done, socket_.get_executor());
    auto counted = [account = account_, buffer, done = std::forward<Done>(done)](const asio::error_code& error,
                                                                                 size_t length) mutable {
      bool fine = error || account->Read({static_cast<const char*>(buffer.data()), length});
      done(fine ? error : asio::error_code(asio::error::message_size), length);
    };
    socket_.async_read_some(buffer, asio::bind_executor(executor, std::move(counted)));
  }

  template <typename Buffers, typename Done>
  auto async_write_some(const Buffers& buffers, Done&& done) {
    account_->Release();
    return socket_.async_write_some(buffers, std::forward<Done>(done));
  }

  template <typename... Args>
  void shutdown(asio::socket_base::shutdown_type what, Args&&... args) {
    int of_parser = std::exchange(refusal_of_parser, 0);
    int status = account_ == nullptr ? 0 : account_->refusal() != 0 ? account_->refusal() : of_parser;
    if (status == 0 || !socket_.is_open()) {
      socket_.shutdown(what, std::forward<Args>(args)...);
      return;
    }
    ledger_->options.refused(status);
    asio::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.send(asio::buffer(RefusalText(status)), 0, ignored);  // fits an empty send buffer, or is lost
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    std::make_shared<Lingering>(std::move(socket_), account_)->Start();
  }

  void close() {
    asio::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
  }

 private:
  Ledger* ledger_;
  asio::ip::tcp::socket socket_;
  std::shared_ptr<Account> account_;
};

// Found by RESTinio through the argument's namespace, as for its own kinds of sockets.
template <typename Connection, typename Start, typename Failed>
void prepare_connection_and_start_read(Socket&, Connection&, Start start, Failed) {
  start();
}
restinio::tls_socket_t* make_tls_socket_pointer_for_state_listener(Socket&) noexcept { return nullptr; }

struct Traits : restinio::traits_t<restinio::asio_timer_manager_t, Logger> {
  using stream_socket_t = Socket;
};
using HttpServer = restinio::http_server_t<Traits>;

using restinio::response_connection_attr_t;
using restinio::response_parts_attr_t;

// RESTinio forgets the notices of what it had not begun to write when a connection closes; a forgotten one says false.
// Those still under way when the server stops are told by TellAll: each holds its exchange, which holds the connection,
// which holds the notice.
class Notice {
 public:
  static std::shared_ptr<Notice> Make(Ledger& ledger, Written written) {
    auto notice = std::make_shared<Notice>(ledger, std::move(written));
    std::lock_guard lock(ledger.mutex);
    ledger.notices[notice.get()] = notice;
    return notice;
  }
  static void TellAll(Ledger& ledger) {
    std::map<Notice*, std::weak_ptr<Notice>> all;
    {
      std::lock_guard lock(ledger.mutex);
      all = ledger.notices;
    }
    for (auto& [_, weak] : all) {
      if (auto notice = weak.lock()) notice->Tell(false);
    }
  }

  Notice(Ledger& ledger, Written written) : ledger_(ledger), written_(std::move(written)) {}
  Notice(const Notice&) = delete;
  Notice& operator=(const Notice&) = delete;
  ~Notice() {
    Tell(false);
    std::lock_guard lock(ledger_.mutex);
    ledger_.notices.erase(this);
  }
  void Tell(bool done) {
    Written written = std::exchange(written_, nullptr);
    if (written) written(done);
  }

 private:
  Ledger& ledger_;
  Written written_;
};

class RestinioReply : public Reply {
 public:
  RestinioReply(Ledger& ledger, restinio::impl::connection_handle_t connection, restinio::request_id_t id,
                bool keep_alive)
      : ledger_(ledger), connection_(std::move(connection)), id_(id), keep_alive_(keep_alive) {}
  // Whoever held it went away without a word: better a broken connection than a client that waits.
  ~RestinioReply() override {
    if (!ended_) Send({}, {}, true, true);
  }

  void Whole(const ReplyHead& head, std::string body, std::optional<uint64_t> length, Written written) override {
    bool close = head.close || !keep_alive_;
    Send(HeadText(head, close, length, false), std::move(written), true, close, std::move(body));
  }

  void Begin(const ReplyHead& head, std::optional<uint64_t> length, Written written) override {
    chunked_ = !length.has_value();
    close_ = head.close || !keep_alive_;
    Send(HeadText(head, close_, length, chunked_), std::move(written), false, close_);
  }

  void Piece(std::string bytes, Written written) override {
    if (chunked_ && !bytes.empty()) {
      std::array<char, 18> size{};
      auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
      bytes = std::string(size.data(), end) + "\r\n" + bytes + "\r\n";
    }
    Send(std::move(bytes), std::move(written), false, close_);
  }

  void End() override { Send(chunked_ ? "0\r\n\r\n" : "", {}, true, close_); }
  void Abort() override { Send({}, {}, true, true); }

 private:
  // `more` goes out behind the bytes, in the same write.
  void Send(std::string bytes, Written written, bool last, bool close, std::string more = {}) {
    if (ended_) return;
    ended_ = last;
    restinio::writable_items_container_t items;
    if (!bytes.empty()) items.emplace_back(std::move(bytes));
    if (!more.empty()) items.emplace_back(std::move(more));
    restinio::write_group_t group(std::move(items));
    if (written) {
      auto notice = Notice::Make(ledger_, std::move(written));
      group.after_write_notificator([notice](const asio::error_code& error) { notice->Tell(!error); });
    }
    restinio::response_output_flags_t flags(
        last ? response_parts_attr_t::final_parts : response_parts_attr_t::not_final_parts,
        last && close ? response_connection_attr_t::connection_close
                      : response_connection_attr_t::connection_keepalive);
    connection_->write_response_parts(id_, flags, std::move(group));
  }

  Ledger& ledger_;
  restinio::impl::connection_handle_t connection_;
  restinio::request_id_t id_;
  bool keep_alive_;
  bool chunked_ = false;
  bool close_ = false;
  std::atomic<bool> ended_{false};
};

WireRequest ToWire(Ledger& ledger, restinio::request_t& request) {
  const restinio::http_request_header_t& header = request.header();
  WireRequest wire;
  wire.method = header.method().c_str();
  wire.target = header.request_target();
  bool upgrade = header.connection() == restinio::http_connection_header_t::upgrade;
  wire.keep_alive = !upgrade && header.should_keep_alive();
  header.for_each_field([&](const auto& field) { wire.headers.emplace_back(field.name(), field.value()); });
  wire.body = request.body();
  wire.peer = request.remote_endpoint().address().to_string();
  wire.reply = std::make_shared<RestinioReply>(ledger, std::move(restinio::impl::access_req_connection(request)),
                                               request.request_id(), wire.keep_alive);
  return wire;
}

// RESTinio stops accepting for good when accept fails, so descriptors must never run out.
Status EnsureFiles(size_t connections_max) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  size_t wanted = connections_max + kFilesBesideConnections;
  if (limit.rlim_cur >= wanted) return {};
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  if (limit.rlim_cur < wanted || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return LimitReached("this process may open " + std::to_string(limit.rlim_max) + " files, fewer than the " +
                        std::to_string(wanted) + " that its connections could need");
  }
  return {};
}

class RestinioWire : public Wire {
 public:
  explicit RestinioWire(WireOptions options) : options_(std::move(options)), ledger_{options_}, context_(ledger_) {}
  ~RestinioWire() override { Stop(); }

  Status Start() {
    // One limit for the process; every server of ours wants the same.
    http_parser_set_max_header_size(static_cast<uint32_t>(options_.head_bytes_max));
    asio::error_code error;
    auto address = asio::ip::make_address(options_.address, error);
    if (error) return InvalidInput("not an address to listen on: " + options_.address);
    try {
      server_ = std::make_unique<HttpServer>(restinio::external_io_context(context_), Settings(address));
      server_->open_sync();
    } catch (const std::exception& failure) {
      server_ = nullptr;
      return Conflict("cannot listen on " + options_.address + ":" + std::to_string(options_.port) + ": " +
                      failure.what());
    }
    for (size_t i = 0; i < options_.threads; i++) threads_.emplace_back([this] { context_.run(); });
    return {};
  }

  uint16_t port() const override { return port_; }
  size_t Connections() const override { return ledger_.connections; }

  void StopAccepting() override {
    if (server_ != nullptr) server_->close_async([] {}, [](const std::exception_ptr&) {});
  }

  void Stop() override {
    context_.stop();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    Notice::TellAll(ledger_);
  }

 private:
  restinio::server_settings_t<Traits> Settings(const asio::ip::address& address) {
    restinio::server_settings_t<Traits> settings;
    settings.port(options_.port)
        .address(address)
        .protocol(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4())
        .buffer_size(16 * 1024)
        .max_pipelined_requests(1)
        .concurrent_accepts_count(4)
        .read_next_http_message_timelimit(options_.read_time_max)
        .write_http_response_timelimit(options_.write_time_max)
        .handle_request_timeout(options_.handle_time_max)
        .timer_manager(std::chrono::milliseconds(250))
        .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                      .max_url_size(options_.head_bytes_max / 2)
                                      .max_field_name_size(256)
                                      .max_field_value_size(options_.head_bytes_max / 2)
                                      .max_field_count(100)
                                      .max_body_size(options_.body_bytes_max))
        .acceptor_post_bind_hook(
            [this](asio::ip::tcp::acceptor& acceptor) { port_ = acceptor.local_endpoint().port(); })
        .socket_options_setter([this](restinio::socket_options_t& socket) {
          // RESTinio drops a connection whose options cannot be set.
          if (ledger_.connections > options_.connections_max) throw std::runtime_error("too many connections");
          asio::error_code ignored;
          socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        })
        .request_handler([this](const restinio::request_handle_t& request) {
          options_.receive(ToWire(ledger_, *request));
          return restinio::request_accepted();
        });
    return settings;
  }

  WireOptions options_;
  Ledger ledger_;
  Context context_;
  uint16_t port_ = 0;
  std::unique_ptr<HttpServer> server_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Wire>> OpenWire(WireOptions options) {
  TRY(EnsureFiles(options.connections_max));
  auto wire = std::make_unique<RestinioWire>(std::move(options));
  TRY(wire->Start());
  return std::unique_ptr<Wire>(std::move(wire));
}

}  // namespace yijian::http
