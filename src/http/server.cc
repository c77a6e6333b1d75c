#include "http/server.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "http/exchange.h"
#include "http/static_files.h"

namespace yijian::http {
namespace {

constexpr auto kDrainLook = std::chrono::milliseconds(10);
constexpr size_t kUnroutedBodyMax = 64 * 1024;  // enough to hear that there is no such address

bool Changes(std::string_view method) { return method != "GET" && method != "HEAD"; }

bool KnownMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "POST" || method == "PUT" || method == "PATCH" ||
         method == "DELETE";
}

// What follows "://" in an Origin header; empty for "null".
std::string_view HostOfOrigin(std::string_view origin) {
  size_t at = origin.find("://");
  return at == std::string_view::npos ? std::string_view() : origin.substr(at + 3);
}

// A page of somebody else may make a browser send requests, but not hide where it stands.
bool FromOtherSite(const Request& request) {
  auto site = request.Header("sec-fetch-site");
  if (site && *site != "same-origin" && *site != "none") return true;
  auto origin = request.Header("origin");
  return origin && Lower(HostOfOrigin(*origin)) != Lower(request.Header("host").value_or(""));
}

bool SameSecret(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool HasEncoding(const Request& request) {
  auto encoding = request.Header("content-encoding");
  return encoding && Lower(Trim(*encoding)) != "identity" && !Trim(*encoding).empty();
}

Error Caught(const char* what) { return InternalError(std::string("an exception left a handler: ") + what); }

}  // namespace

struct Server::Inside {
  Inside(const ServerOptions& given, Router routes, std::shared_ptr<Authenticator> door,
         std::shared_ptr<Metrics> numbers)
      : house(std::make_shared<House>(given, numbers == nullptr ? std::make_shared<Metrics>() : std::move(numbers))),
        router(std::move(routes)),
        authenticator(std::move(door)) {
    router.Get("/healthz", [this](Request&) { return Health(); }, {.anonymous = true, .express = true});
    router.Get("/metrics", [this](Request&) { return MetricsText(); }, {.anonymous = true, .express = true});
    for (const auto& [method, pattern] : router.List()) {
      body_bytes_max = std::max(body_bytes_max, BodyMaxOf(method + " " + pattern + " "));
      Result<Target> target = ParseTarget(pattern);
      const Route* route = target ? router.Find(method, *target).route : nullptr;
      has_urgent = has_urgent || (route != nullptr && route->options.urgent);
    }
  }

  Result<Response> Health() {
    nlohmann::ordered_json checks_json = nlohmann::ordered_json::object();
    bool well = true;
    for (const auto& [name, check] : checks) {
      Status status = check();
      well = well && status.has_value();
      checks_json[name] = status ? "ok" : ErrorCodeName(status.error().code);
    }
    const char* state = house->draining ? "draining" : well ? "ok" : "failing";
    nlohmann::json body = {{"status", state}, {"checks", checks_json}};
    return Response::Json(body, well && !house->draining ? 200 : 503);
  }

  Result<Response> MetricsText() {
    Metrics& metrics = *house->metrics;
    metrics.GaugeOf("yijian_http_in_flight", "Requests being answered").Set(static_cast<double>(house->in_flight));
    metrics.GaugeOf("yijian_http_queue_length", "Requests waiting for a worker")
        .Set(static_cast<double>(house->workers.Waiting()));
    metrics.GaugeOf("yijian_http_urgent_queue_length", "Requests of machines waiting for a worker")
        .Set(static_cast<double>(house->urgent.Waiting()));
    if (const Wire* open = live_wire)
      metrics.GaugeOf("yijian_http_connections", "Open connections").Set(static_cast<double>(open->Connections()));
    std::string text = metrics.Text();
    for (const auto& more : more_metrics) text += more();
    return Response::Bytes(std::move(text), "text/plain; version=0.0.4; charset=utf-8");
  }

  // Called while a request arrives, with no more of it than its first line.
  size_t BodyMaxOf(std::string_view line) const {
    size_t space = line.find(' ');
    if (space == std::string_view::npos) return kUnroutedBodyMax;
    std::string_view rest = line.substr(space + 1);
    Result<Target> target = ParseTarget(rest.substr(0, rest.find_first_of(" ?\r")));
    if (!target) return kUnroutedBodyMax;
    Router::Match match = router.Find(line.substr(0, space), *target);
    return match.route == nullptr ? kUnroutedBodyMax : match.route->options.body_bytes_max;
  }

  // On an I/O thread: find out where the request goes and hand it to a worker.
  void Receive(WireRequest wire_request) {
    auto exchange = std::make_shared<Exchange>(house, std::move(wire_request));
    Request& request = exchange->request();
    auto match = std::make_shared<Router::Match>();
    if (!exchange->trouble()) *match = router.Find(request.method(), request.target());
    if (match->route != nullptr) exchange->set_route(match->route->pattern);
    static const RouteOptions kPlain;
    const RouteOptions& options = match->route != nullptr ? match->route->options : kPlain;
    auto work = [this, exchange, match] { Work(*exchange, *match); };
    bool taken = options.urgent    ? house->urgent.Try(work)
                 : options.express ? house->express.Try(work)
                                   : house->workers.Try(work);
    if (!taken) exchange->Answer(Response::Of(Busy(options.urgent)));
  }

  // Who comes while the server stops asks too much of nobody: 503, also in the lane.
  Problem Busy(bool urgent) {
    bool too_many = urgent && !house->draining;
    if (too_many) house->urgent_refused++;
    Problem problem = ProblemOf(too_many ? 429 : 503);
    problem.retry_after_s = 1;
    return problem;
  }

  void Work(Exchange& exchange, Router::Match& match) {
    bool urgent = match.route != nullptr && match.route->options.urgent;
    auto wait_max = urgent ? house->options.urgent_queue_time_max : house->options.queue_time_max;
    if (exchange.Age() > wait_max) return exchange.Answer(Response::Of(Busy(urgent)));
    Result<Response> response = InternalError("not answered");
    try {
      response = Respond(exchange, match);
    } catch (const std::exception& error) {
      response = Caught(error.what());
    }
    if (response) {
      exchange.Answer(std::move(*response));
    } else {
      exchange.AnswerError(response.error());
    }
  }

  Result<Response> Respond(Exchange& exchange, Router::Match& match) {
    Request& request = exchange.request();
    if (exchange.trouble()) return Response::Of(*exchange.trouble());
    const std::vector<std::string>& hosts = house->options.hosts;
    if (!hosts.empty() && std::find(hosts.begin(), hosts.end(), request.Header("host").value_or("")) == hosts.end())
      return Response::Of(ProblemOf(421));
    if (match.route == nullptr) return NoRoute(exchange, match);
    if (request.target().trailing_slash) return WithoutSlash(request);
    const RouteOptions& options = match.route->options;
    if (request.body().size() > options.body_bytes_max) return Response::Of(ProblemOf(413));
    if (HasEncoding(request) && !options.compressed_body) return Response::Of(ProblemOf(415));
    if (Changes(request.method()) && FromOtherSite(request))
      return Response::Of(ProblemOf(403, {"请求来自其他网站", "the request comes from another site"}));
    std::optional<Problem> refused = TRY(Admit(request, options));
    if (refused) return Response::Of(*std::move(refused));
    request.SetParams(std::move(match.params));
    return match.route->handler(request);
  }

  Result<std::optional<Problem>> Admit(Request& request, const RouteOptions& options) {
    std::optional<Session> session;
    if (authenticator != nullptr) session = TRY(authenticator->Authenticate(request));
    if (!session && !options.anonymous) return std::optional<Problem>(ProblemOf(401));
    if (!session) return std::optional<Problem>();
    bool needs_token = Changes(request.method()) && !session->csrf_token.empty() && !options.anonymous;
    if (needs_token && !SameSecret(request.Header("x-csrf-token").value_or(""), session->csrf_token)) {
      Problem problem = ProblemOf(403, {"页面已过期，请刷新后重试", "the page is out of date, please reload it"});
      problem.code = "csrf";
      return std::optional<Problem>(std::move(problem));
    }
    request.SetPrincipal(std::move(session->principal));
    return std::optional<Problem>();
  }

  Result<Response> NoRoute(Exchange& exchange, const Router::Match& match) {
    Request& request = exchange.request();
    if (!match.allow.empty()) {
      std::string allow;
      for (const std::string& method : match.allow) allow += (allow.empty() ? "" : ", ") + method;
      return Response::Of(ProblemOf(405)).Header("Allow", allow);
    }
    if (!KnownMethod(request.method())) return Response::Of(ProblemOf(501));
    if (Changes(request.method())) return Response::Of(ProblemOf(404));
    if (pages) {
      exchange.set_route("pages");
      std::optional<Response> page = pages->Answer(request);
      if (page) return *std::move(page);
    }
    return Response::Of(ProblemOf(404));
  }

  static Response WithoutSlash(const Request& request) {
    if (Changes(request.method())) return Response::Of(ProblemOf(404));
    std::string path;
    for (const std::string& segment : request.target().segments) path += "/" + EncodePercent(segment);
    return Response::Empty(308).Header("Location", path);
  }

  Status Start() {
    const ServerOptions& options = house->options;
    if (!options.static_root.empty()) pages = TRY(StaticFiles::Load(options.static_root));
    WireOptions wire_options;
    wire_options.address = options.address;
    wire_options.port = options.port;
    // Handlers of urgent routes run on I/O threads; so many more, that one is always left to read and write.
    wire_options.threads = options.io_threads + (has_urgent ? options.urgent_threads : 0);
    wire_options.connections_max = options.connections_max;
    wire_options.inflight_bytes_max = options.inflight_bytes_max;
    wire_options.head_bytes_max = options.head_bytes_max;
    wire_options.body_bytes_max = body_bytes_max;
    wire_options.read_time_max = options.read_time_max;
    wire_options.write_time_max = options.write_time_max;
    wire_options.handle_time_max = options.handle_time_max;
    wire_options.body_max_of = [this](std::string_view line) { return BodyMaxOf(line); };
    wire_options.receive = [this](WireRequest request) { Receive(std::move(request)); };
    wire_options.refused = [this](int status) {
      house->metrics
          ->CounterOf("yijian_http_refused_total", "Connections closed before a request was whole",
                      {{"status", std::to_string(status)}})
          .Add();
    };
    wire = TRY(OpenWire(std::move(wire_options)).While("starting the web server"));
    live_wire = wire.get();
    return {};
  }

  bool Drain() {
    house->draining = true;
    if (wire == nullptr) return true;
    wire->StopAccepting();
    house->CloseOpen();
    auto deadline = std::chrono::steady_clock::now() + house->options.drain_time_max;
    while (house->in_flight > 0) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(kDrainLook);
    }
    return true;
  }

  // Everything that holds a connection goes before the I/O threads do.
  void Stop() {
    house->draining = true;
    house->CloseOpen();
    house->workers.Stop();
    house->express.Stop();
    house->urgent.Stop();
    house->CloseOpen();
    live_wire = nullptr;
    if (wire != nullptr) wire->Stop();
    wire = nullptr;
  }

  std::shared_ptr<House> house;
  Router router;
  std::shared_ptr<Authenticator> authenticator;
  std::vector<std::pair<std::string, std::function<Status()>>> checks;
  std::vector<std::function<std::string()>> more_metrics;
  std::optional<StaticFiles> pages;
  size_t body_bytes_max = 0;
  bool has_urgent = false;
  std::unique_ptr<Wire> wire;
  std::atomic<const Wire*> live_wire{nullptr};  // the first requests come before Start has returned
};

Server::Server(const ServerOptions& options, Router router, std::shared_ptr<Authenticator> authenticator,
               std::shared_ptr<Metrics> metrics)
    : inside_(std::make_unique<Inside>(options, std::move(router), std::move(authenticator), std::move(metrics))) {}

Server::~Server() { Stop(); }

void Server::AddHealthCheck(std::string name, std::function<Status()> check) {
  CHECK(inside_->wire == nullptr);
  inside_->checks.emplace_back(std::move(name), std::move(check));
}

void Server::AddMetrics(std::function<std::string()> text) {
  CHECK(inside_->wire == nullptr);
  inside_->more_metrics.push_back(std::move(text));
}

Status Server::Start() {
  CHECK(inside_->wire == nullptr);
  return inside_->Start();
}

QueueState Server::UrgentQueue() const {
  const House& house = *inside_->house;
  return {house.urgent.Waiting(), house.options.urgent_queue_max, house.options.urgent_threads, house.urgent_refused};
}
uint16_t Server::port() const { return inside_->wire == nullptr ? 0 : inside_->wire->port(); }
bool Server::Drain() { return inside_->Drain(); }
void Server::Stop() { inside_->Stop(); }

}  // namespace yijian::http
