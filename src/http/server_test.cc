#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "http/event_stream.h"
#include "http/testing.h"

namespace yijian::http {
namespace {

using testing::Test;
using namespace std::chrono_literals;

struct User {
  std::string name;
};

// Cookie "yijian_session=anna" or "bert"; a key in the header "X-Key" is a hospital's system.
class Door : public Authenticator {
 public:
  Result<std::optional<Session>> Authenticate(const Request& request) override {
    if (request.Header("x-key").value_or("") == "his-1")
      return std::optional<Session>({std::make_shared<const User>("his"), ""});
    std::string name = request.Cookie("yijian_session").value_or("");
    if (name == "broken") return IoError("the store at /secret/place is gone");
    if (name != "anna" && name != "bert") return std::optional<Session>();
    return std::optional<Session>({std::make_shared<const User>(name), "token-of-" + name});
  }
};

class ServerTest : public Test {
 protected:
  ServerTest() {
    options_.port = 0;
    options_.log = [this](const std::string& line) {
      std::lock_guard lock(mutex_);
      log_ += line + "\n";
    };
    router_.Get("/api/open",
                [](Request& request) -> Result<Response> {
                  return Response::Json({{"remote", request.remote()}, {"secure", request.secure()}});
                },
                {.anonymous = true});
    router_.Get("/api/clues/{id}", [](Request& request) -> Result<Response> {
      return Response::Json({{"id", request.Param("id")}, {"user", request.principal<User>()->name}});
    });
    router_.Post("/api/clues/{id}/verdict", [](Request& request) -> Result<Response> {
      Fields body = TRY(request.Json());
      std::string opinion = body.Text("opinion", {.characters_max = 10});
      Fen sum = 0;
      for (Fields& line : body.List("lines", {.items_max = 3})) sum += line.Money("amount");
      TRY(body.Finish());
      return Response::Json({{"opinion", opinion}, {"sum", sum}});
    });
    router_.Get("/api/list",
                [](Request& request) -> Result<Response> {
                  int64_t page = request.QueryInt("page", {.min = 1, .max = 100}).value_or(1);
                  TRY(request.Finish());
                  return Response::Json({{"page", page}});
                },
                {.anonymous = true});
    router_.Get("/api/fail/{how}",
                [](Request& request) -> Result<Response> {
                  const std::string& how = request.Param("how");
                  if (how == "throw") throw std::runtime_error("secret words");
                  if (how == "io") return IoError("disk /secret/place is full");
                  if (how == "conflict") return Conflict("version 3 is older than 4");
                  if (how == "limit") return LimitReached("too many exports");
                  return NotFound("no such thing");
                },
                {.anonymous = true});
    router_.Get("/api/long",
                [](Request&) -> Result<Response> {
                  return Response::Bytes(std::string(100'000, 'x'), "text/plain").Cached("private, max-age=60");
                },
                {.anonymous = true});
  }
  ~ServerTest() override {
    server_ = nullptr;  // before what its log writes to
  }

  void Start() {
    server_ = std::make_unique<Server>(options_, std::move(router_), std::make_shared<Door>(), nullptr);
    Status status = server_->Start();
    ASSERT_TRUE(status) << status.error().message;
  }

  std::string LogSoFar() {
    std::lock_guard lock(mutex_);
    return log_;
  }

  ServerOptions options_;
  Router router_;
  std::unique_ptr<Server> server_;
  std::mutex mutex_;
  std::string log_;
};

const std::vector<std::string> kAnna = {"Cookie: yijian_session=anna", "X-CSRF-Token: token-of-anna"};

TEST_F(ServerTest, AnswersByRouteAndSaysWhoAsked) {
  Start();
  Client client(server_->port());
  Answer answer = client.Get("/api/clues/%E7%BA%BF-1", kAnna);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Json()["id"], "线-1");
  EXPECT_EQ(answer.Json()["user"], "anna");
  EXPECT_EQ(answer.Header("content-type"), "application/json");
  EXPECT_EQ(answer.Header("cache-control"), "no-store");
  EXPECT_EQ(answer.Header("x-request-id").size(), 16u);
}

TEST_F(ServerTest, EveryAnswerHasTheSecurityHeaders) {
  options_.tls = true;
  Start();
  Client client(server_->port());
  for (const char* path : {"/api/open", "/api/clues/1", "/nowhere", "/api/fail/throw", "/healthz"}) {
    Answer answer = client.Get(path);
    SCOPED_TRACE(path);
    std::string policy = answer.Header("content-security-policy");
    EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(answer.Header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.Header("referrer-policy"), "same-origin");
    EXPECT_EQ(answer.Header("cross-origin-opener-policy"), "same-origin");
    EXPECT_FALSE(answer.Header("permissions-policy").empty());
    EXPECT_FALSE(answer.Header("strict-transport-security").empty());
  }
}

TEST_F(ServerTest, UnknownAddressIs404AndKnownOneWithAnotherMethodIs405) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Get("/api/nothing").status, 404);
  Answer answer = client.Send({.method = "DELETE", .path = "/api/open"});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.Header("allow"), "GET, HEAD");
  Answer slash = client.Get("/api/open/");
  EXPECT_EQ(slash.status, 308);
  EXPECT_EQ(slash.Header("location"), "/api/open");
  EXPECT_EQ(client.Send({.method = "HEAD", .path = "/api/open"}).status, 200);
  EXPECT_EQ(client.Send({.method = "PROPFIND", .path = "/api/none"}).status, 501);
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  Start();
  Client client(server_->port());
  Answer answer = client.Send({.method = "HEAD", .path = "/api/long"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("content-length"), "100000");
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(client.Get("/api/open").status, 200);  // the connection is still in step
}

TEST_F(ServerTest, BadPathsAreRefused) {
  Start();
  Client client(server_->port());
  for (const char* path :
       {"/api/clues/%2e%2e", "/api/../etc/passwd", "/api/clues/%00", "/api/clues/a%2Fb", "/api//open", "/api/clues/%zz",
        "/api/clues/%ff", "/api/clues/%5c..", "/api/open?x=%", "/api/clues/%0d%0aX:1"}) {
    Answer answer = client.Get(path, kAnna);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(answer.Header("content-type"), "application/problem+json") << path;
  }
}

TEST_F(ServerTest, FaultsOfABodyComeAllAtOnceInTheClientsLanguage) {
  Start();
  Client client(server_->port());
  std::string body =
      R"({"opinion": "a\u0000b", "opinon": 1, "lines": [{"amount": "12.345"}, {"amount": 1, "amount": 2}]})";
  Answer answer = client.PostJson("/api/clues/1/verdict", body, kAnna);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.Header("content-type"), "application/problem+json");
  nlohmann::json problem = answer.Json();
  EXPECT_EQ(problem["code"], "fields");
  EXPECT_EQ(problem["request_id"], answer.Header("x-request-id"));
  std::map<std::string, std::string> faults;
  for (const auto& error : problem["errors"]) faults[error["field"]] = error["expected"];
  ASSERT_EQ(faults.size(), 4u) << answer.body;
  EXPECT_EQ(faults["/lines/0/amount"], "金额（元，最多两位小数）");
  EXPECT_EQ(faults["/lines/1/amount"], "字段只能出现一次");
  EXPECT_EQ(faults["/opinon"], "没有这个字段");
  EXPECT_TRUE(faults.contains("/opinion"));
  std::vector<std::string> english = kAnna;
  english.push_back("Accept-Language: de, en;q=0.9, zh;q=0.5");
  EXPECT_NE(client.PostJson("/api/clues/1/verdict", body, english).body.find("no such member"), std::string::npos);
}

TEST_F(ServerTest, BodiesThatAreNoJsonAreRefusedWithTheirPlace) {
  Start();
  Client client(server_->port());
  for (const char* body :
       {"", "{", "[]", "null", "{\"opinion\": NaN}", "{\"opinion\": 1e999}", "\xff", "{\"a\":\"\xc3\"}"}) {
    EXPECT_EQ(client.PostJson("/api/clues/1/verdict", body, kAnna).status, 400) << body;
  }
  std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(client.PostJson("/api/clues/1/verdict", "{\"opinion\":" + deep + "}", kAnna).status, 429);
  std::vector<std::string> headers = kAnna;
  headers.push_back("Content-Type: text/plain");
  Answer answer = client.Send({.method = "POST", .path = "/api/clues/1/verdict", .headers = headers, .body = "{}"});
  EXPECT_EQ(answer.status, 400);
}

TEST_F(ServerTest, QueryFaultsNameTheField) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Get("/api/list?page=7").Json()["page"], 7);
  for (const char* query : {"?page=0", "?page=7x", "?page=99999999999999999999", "?page=1&page=2", "?pgae=1"}) {
    Answer answer = client.Get(std::string("/api/list") + query);
    EXPECT_EQ(answer.status, 422) << query;
    EXPECT_EQ(answer.Json()["errors"][0]["field"], std::string(query).substr(1, 4)) << query;
  }
}

TEST_F(ServerTest, NobodyGetsInWithoutASession) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Get("/api/clues/1").status, 401);
  EXPECT_EQ(client.Get("/api/clues/1", {"Cookie: yijian_session=eve"}).status, 401);
  EXPECT_EQ(client.Get("/api/clues/1", {"X-Key: his-1"}).Json()["user"], "his");
}

TEST_F(ServerTest, ChangesNeedTheTokenOfThatSession) {
  Start();
  Client client(server_->port());
  std::string body = R"({"opinion": "ok"})";
  const char* path = "/api/clues/1/verdict";
  EXPECT_EQ(client.PostJson(path, body, {"Cookie: yijian_session=anna"}).Json()["code"], "csrf");
  EXPECT_EQ(client.PostJson(path, body, {"Cookie: yijian_session=anna", "X-CSRF-Token: token-of-bert"}).status, 403);
  EXPECT_EQ(client.PostJson(path, body, {"X-Key: his-1"}).status, 200);
  EXPECT_EQ(client.PostJson(path, body, kAnna).status, 200);
}

TEST_F(ServerTest, ChangesAskedForByAnotherSiteAreRefused) {
  Start();
  Client client(server_->port());
  std::string own = "127.0.0.1:" + std::to_string(server_->port());
  auto with = [&](const std::string& header) {
    std::vector<std::string> headers = kAnna;
    headers.push_back(header);
    return client.PostJson("/api/clues/1/verdict", R"({"opinion": "ok"})", headers).status;
  };
  EXPECT_EQ(with("Origin: http://evil.example"), 403);
  EXPECT_EQ(with("Origin: null"), 403);
  EXPECT_EQ(with("Origin: http://" + own + ".evil.example"), 403);
  EXPECT_EQ(with("Sec-Fetch-Site: cross-site"), 403);
  EXPECT_EQ(with("Sec-Fetch-Site: same-site"), 403);
  EXPECT_EQ(with("Origin: http://" + own), 200);
  EXPECT_EQ(with("Sec-Fetch-Site: same-origin"), 200);
}

TEST_F(ServerTest, ErrorsBecomeStatusesAndKeepTheirSecrets) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Get("/api/fail/throw").status, 500);
  EXPECT_EQ(client.Get("/api/fail/conflict").status, 409);
  EXPECT_EQ(client.Get("/api/fail/none").status, 404);
  EXPECT_EQ(client.Get("/api/fail/limit").status, 429);
  EXPECT_EQ(client.Get("/api/fail/limit").Header("retry-after"), "1");
  EXPECT_EQ(client.Get("/api/fail/io").status, 503);
  EXPECT_EQ(client.Get("/api/clues/1", {"Cookie: yijian_session=broken"}).status, 503);
  for (const char* path : {"/api/fail/throw", "/api/fail/io"})
    EXPECT_EQ(client.Get(path).body.find("secret"), std::string::npos);
  server_->Stop();
  server_ = nullptr;
  EXPECT_NE(LogSoFar().find("secret words"), std::string::npos);
}

TEST_F(ServerTest, GzipAndEtag) {
  Start();
  Client client(server_->port());
  Answer plain = client.Get("/api/long");
  EXPECT_EQ(plain.Header("content-encoding"), "");
  EXPECT_EQ(plain.body.size(), 100'000u);
  Answer packed = client.Get("/api/long", {"Accept-Encoding: br, gzip"});
  EXPECT_EQ(packed.Header("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 1000u);
  EXPECT_EQ(packed.Header("vary"), "Accept-Encoding");
  EXPECT_EQ(client.Send({.path = "/api/long", .gzip = true}).body, plain.body);
  EXPECT_EQ(client.Get("/api/long", {"Accept-Encoding: gzip;q=0"}).Header("content-encoding"), "");
  std::string etag = plain.Header("etag");
  ASSERT_FALSE(etag.empty());
  Answer same = client.Get("/api/long", {"If-None-Match: \"other\", " + etag});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(client.Get("/api/long", {"If-None-Match: \"other\""}).status, 200);
}

TEST_F(ServerTest, ForwardedAddressesAreBelievedFromTrustedProxiesOnly) {
  Start();
  Client stranger(server_->port());
  EXPECT_EQ(stranger.Get("/api/open", {"X-Forwarded-For: 10.1.2.3"}).Json()["remote"], "127.0.0.1");
  server_->Stop();
  options_.trusted_proxies = {"127.0.0.1", "10.0.0.9"};
  Router router;
  router.Get("/api/open",
             [](Request& request) -> Result<Response> {
               return Response::Json({{"remote", request.remote()}, {"secure", request.secure()}});
             },
             {.anonymous = true});
  router_ = std::move(router);
  Start();
  Client client(server_->port());
  Answer answer = client.Get("/api/open", {"X-Forwarded-For: 6.6.6.6, 10.1.2.3, 10.0.0.9", "X-Forwarded-Proto: https"});
  EXPECT_EQ(answer.Json()["remote"], "10.1.2.3");
  EXPECT_EQ(answer.Json()["secure"], true);
  EXPECT_EQ(client.Get("/api/open", {"X-Forwarded-For: <script>"}).Json()["remote"], "127.0.0.1");
}

TEST_F(ServerTest, HealthAndMetricsAndLog) {
  server_ = std::make_unique<Server>(options_, std::move(router_), std::make_shared<Door>(), nullptr);
  std::atomic<bool> well{true};
  server_->AddHealthCheck("store", [&]() -> Status { return well ? Status() : IoError("gone"); });
  ASSERT_TRUE(server_->Start());
  Client client(server_->port());
  EXPECT_EQ(client.Get("/healthz").Json()["checks"]["store"], "ok");
  well = false;
  EXPECT_EQ(client.Get("/healthz").status, 503);
  client.Get("/api/clues/330102199001011234", kAnna);
  std::string metrics = client.Get("/metrics").body;
  EXPECT_NE(metrics.find("yijian_http_requests_total{method=\"GET\",route=\"/api/clues/{id}\",status=\"200\"} 1"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("yijian_http_request_seconds_bucket"), std::string::npos);
  EXPECT_NE(metrics.find("yijian_http_connections 1"), std::string::npos);
  EXPECT_EQ(metrics.find("330102"), std::string::npos);
  server_ = nullptr;
  std::string log = LogSoFar();
  EXPECT_NE(log.find(R"("route":"/api/clues/{id}","status":200)"), std::string::npos) << log;
  EXPECT_EQ(log.find("330102"), std::string::npos);
}

}  // namespace
}  // namespace yijian::http
