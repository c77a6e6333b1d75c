#include "http/exchange.h"

#include <arpa/inet.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/json_writer.h"
#include "http/gzip.h"

namespace yijian::http {
namespace {

constexpr size_t kGzipBytesMin = 1024;
constexpr size_t kGzipBytesMax = 64 * 1024 * 1024;  // what one worker may be busy with

std::string NewId() {
  uint64_t number = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1);
  return HexOf(number);
}

bool IsAddress(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// From the right, every address a trusted proxy wrote; the first that is no proxy of ours is the client.
std::string ClientOf(const std::string& peer, std::string_view forwarded, const std::vector<std::string>& trusted) {
  auto is_trusted = [&](const std::string& address) {
    return std::find(trusted.begin(), trusted.end(), address) != trusted.end();
  };
  std::string client = peer;
  while (is_trusted(client) && !forwarded.empty()) {
    size_t comma = forwarded.rfind(',');
    std::string address(Trim(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1)));
    if (!IsAddress(address)) break;
    client = std::move(address);
    forwarded = comma == std::string_view::npos ? std::string_view() : forwarded.substr(0, comma);
  }
  return client;
}

bool EtagMatches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    size_t comma = if_none_match.find(',');
    std::string_view one = Trim(if_none_match.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
    if (comma == std::string_view::npos) break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string NowText() {
  auto now = std::chrono::system_clock::now();
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::string part = std::to_string(ms % 1000);
  return FormatTime(ms / 1000) + "." + std::string(3 - part.size(), '0') + part + "Z";
}

// Scripts only from files of ours; styles inline too, because the charts and the widgets set them.
constexpr char kContentSecurityPolicy[] =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; frame-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

void AddSecurityHeaders(HeaderList& headers, bool tls) {
  headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "same-origin");
  headers.emplace_back("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (tls) headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

}  // namespace

Answered::Numbers Answered::NumbersOf(const std::string& route, const std::string& method, int status) {
  std::string key = route + ' ' + method + ' ' + std::to_string(status);
  {
    std::shared_lock lock(mutex_);
    auto at = numbers_.find(key);
    if (at != numbers_.end()) return at->second;
  }
  Labels labels = {{"route", route}, {"method", method}, {"status", std::to_string(status)}};
  Numbers numbers{metrics_.CounterOf("yijian_http_requests_total", "Answered requests", labels),
                  metrics_.CounterOf("yijian_http_response_bytes_total", "Bytes of bodies", {{"route", route}}),
                  metrics_.HistogramOf("yijian_http_request_seconds", "From the whole request to its answer",
                                       {{"route", route}}, Metrics::LatencyBounds())};
  std::unique_lock lock(mutex_);
  return numbers_.emplace(std::move(key), numbers).first->second;
}

void Answered::Saw(const std::string& route, const std::string& method, int status, uint64_t bytes, double seconds) {
  Numbers numbers = NumbersOf(route, method, status);
  numbers.requests.Add();
  numbers.bytes.Add(static_cast<double>(bytes));
  numbers.seconds.Observe(seconds);
}

House::House(const ServerOptions& options, std::shared_ptr<Metrics> metrics)
    : options(options),
      metrics(std::move(metrics)),
      answered(*this->metrics),
      log(options.log),
      workers(options.worker_threads, options.queue_max),
      express(1, options.queue_max),
      urgent(options.urgent_threads, options.urgent_queue_max) {}

void House::KeepOpen(const std::shared_ptr<OpenAnswer>& answer) {
  std::lock_guard lock(mutex_);
  std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
  open_[answer.get()] = answer;
}

void House::CloseOpen() {
  std::map<OpenAnswer*, std::weak_ptr<OpenAnswer>> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(open_);
  }
  for (auto& [_, weak] : all) {
    if (auto answer = weak.lock()) answer->Close();
  }
}

// The open end a handler's stream writes to. Lets go of the connection when closed, however long its owner keeps it.
class Exchange::Open : public OpenAnswer {
 public:
  explicit Open(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~Open() override { Close(); }

  void Write(std::string piece, std::function<void(bool)> done) override {
    std::shared_ptr<Exchange> exchange;
    {
      std::lock_guard lock(mutex_);
      exchange = exchange_;
      bytes_ += piece.size();
    }
    if (exchange == nullptr) return done(false);
    exchange->reply_->Piece(std::move(piece), std::move(done));
  }

  void Close() override {
    std::shared_ptr<Exchange> exchange;
    {
      std::lock_guard lock(mutex_);
      exchange.swap(exchange_);
    }
    if (exchange == nullptr) return;
    exchange->reply_->End();
    exchange->Record(exchange->status_, bytes_, "closed");
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Exchange> exchange_;
  uint64_t bytes_ = 0;
};

Exchange::Exchange(std::shared_ptr<House> house, WireRequest wire)
    : house_(std::move(house)), reply_(std::move(wire.reply)) {
  house_->in_flight++;
  RequestParts parts;
  parts.method = std::move(wire.method);
  parts.headers = std::move(wire.headers);
  parts.body = std::move(wire.body);
  parts.peer = std::move(wire.peer);
  parts.id = NewId();
  Result<Target> target = ParseTarget(wire.target);
  if (target) {
    parts.target = std::move(*target);
  } else {
    trouble_ = ProblemOf(400, {"网址格式有误", target.error().message});
  }
  std::string peer = parts.peer;
  request_ = std::make_unique<Request>(std::move(parts));
  const std::vector<std::string>& trusted = house_->options.trusted_proxies;
  std::string remote = ClientOf(peer, request_->Header("x-forwarded-for").value_or(""), trusted);
  bool proxied = remote != peer || std::find(trusted.begin(), trusted.end(), peer) != trusted.end();
  bool secure = house_->options.tls || (proxied && request_->Header("x-forwarded-proto").value_or("") == "https");
  request_->SetRemote(std::move(remote), secure);
  size_t host_count = request_->CountHeaders("host");
  if (host_count != 1) trouble_ = ProblemOf(400, {"请求必须带一个 Host", "a request needs one Host header"});
}

Exchange::~Exchange() {
  if (counted_) house_->in_flight--;
}

void Exchange::AnswerError(const Error& error) {
  if (error.code == ErrorCode::kInternal || error.code == ErrorCode::kIo) {
    nlohmann::json line = {{"time", NowText()},       {"level", "error"}, {"event", "handler_failed"},
                           {"id", request_->id()},    {"route", route_},  {"code", ErrorCodeName(error.code)},
                           {"message", error.message}};
    house_->log.Write(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  Answer(Response::Of(ProblemOf(error, std::move(request_->errors()))));
}

void Exchange::Polish(Response& response) const {
  if (response.problem) {
    response.content_type = "application/problem+json";
    response.body = ToJson(*response.problem, request_->language(), request_->id());
    if (response.problem->retry_after_s)
      response.headers.emplace_back("Retry-After", std::to_string(*response.problem->retry_after_s));
    response.headers.emplace_back("Vary", "Accept-Language");
  }
  bool reads = request_->method() == "GET" || request_->method() == "HEAD";
  bool whole = !response.producer && !response.attach;
  if (!reads || !whole || response.status != 200) return;
  if (!response.cache_control.empty() && response.etag.empty())
    response.etag = "\"" + HexOf(KeyOf(response.body)) + "\"";
  if (!response.etag.empty() && EtagMatches(request_->Header("if-none-match").value_or(""), response.etag)) {
    response.status = 304;
    response.body.clear();
    return;
  }
  bool encoded = std::any_of(response.headers.begin(), response.headers.end(),
                             [](const auto& header) { return header.first == "Content-Encoding"; });
  if (encoded || !Compressible(response.content_type) || response.body.size() < kGzipBytesMin ||
      response.body.size() > kGzipBytesMax)
    return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!AcceptsGzip(request_->Header("accept-encoding").value_or(""))) return;
  response.body = Gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
  if (!response.etag.empty()) response.etag = "W/" + response.etag;
}

ReplyHead Exchange::HeadOf(Response& response) const {
  ReplyHead head;
  head.status = response.status;
  head.close = house_->draining || trouble_.has_value();
  head.headers = std::move(response.headers);
  head.headers.reserve(head.headers.size() + 12);
  if (!response.content_type.empty()) head.headers.emplace_back("Content-Type", response.content_type);
  head.headers.emplace_back("Cache-Control", response.cache_control.empty() ? "no-store" : response.cache_control);
  if (!response.etag.empty()) head.headers.emplace_back("ETag", response.etag);
  for (const SetCookie& cookie : response.cookies)
    head.headers.emplace_back("Set-Cookie", ToHeader(cookie, request_->secure()));
  head.headers.emplace_back("X-Request-Id", request_->id());
  AddSecurityHeaders(head.headers, house_->options.tls);
  return head;
}

void Exchange::Answer(Response response) {
  Polish(response);
  status_ = response.status;
  ReplyHead head = HeadOf(response);
  bool only_head = request_->method() == "HEAD";
  auto self = shared_from_this();
  if (response.attach && !only_head) {
    auto open = std::make_shared<Open>(self);
    counted_ = false;  // a stream is open for hours: nobody waits for it
    house_->in_flight--;
    house_->KeepOpen(open);
    reply_->Begin(head, std::nullopt, [self](bool) {});
    response.attach(open);
    if (house_->draining) open->Close();
  } else if (response.producer && !only_head) {
    reply_->Begin(head, response.length, [self, producer = std::move(response.producer)](bool written) {
      if (!written) return self->Record(self->status_, self->bytes_, "client gone");
      self->house_->workers.Continue([self, producer] { self->SendProduced(producer); });
    });
  } else {
    std::optional<uint64_t> length = response.length.value_or(response.body.size());
    if (!HasBody(response.status) || response.attach || (response.producer && !response.length)) length = std::nullopt;
    if (only_head) response.body.clear();
    Record(response.status, response.body.size(), nullptr);
    reply_->Whole(head, std::move(response.body), length, [self](bool) {});
  }
}

// One piece; the next is made when this one has gone out, so that a slow client costs one piece of memory.
void Exchange::SendProduced(Producer producer) {
  Result<std::optional<std::string>> piece = InternalError("not produced");
  try {
    piece = producer();
  } catch (const std::exception& error) {
    piece = InternalError(error.what());
  }
  if (!piece) {
    reply_->Abort();
    return Record(status_, bytes_, "broken off");
  }
  if (!*piece) {
    reply_->End();
    return Record(status_, bytes_, nullptr);
  }
  bytes_ += (*piece)->size();
  auto self = shared_from_this();
  reply_->Piece(std::move(**piece), [self, producer = std::move(producer)](bool written) mutable {
    if (!written) return self->Record(self->status_, self->bytes_, "client gone");
    self->house_->workers.Continue([self, producer = std::move(producer)] { self->SendProduced(producer); });
  });
}

void Exchange::Record(int status, uint64_t bytes, const char* end) {
  double seconds = std::chrono::duration<double>(Age()).count();
  house_->answered.Saw(route_, request_->method(), status, bytes, seconds);
  auto hundredths = std::llround(seconds * 1e5);
  std::string part = std::to_string(100 + hundredths % 100).substr(1);
  JsonText line;
  line.Object([&] {
    line.Put("time", NowText());
    line.Put("level", status >= 500 ? "error" : "info");
    line.Put("event", "request");
    line.Put("id", request_->id());
    line.Put("method", request_->method());
    line.Put("route", route_);
    line.PutNumber("status", std::to_string(status));
    line.PutNumber("ms", std::to_string(hundredths / 100) + "." + part);
    line.PutNumber("bytes", std::to_string(bytes));
    if (end != nullptr) line.Put("end", end);
  });
  house_->log.Write(std::move(line.text()));
}

}  // namespace yijian::http
