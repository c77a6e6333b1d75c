// Bytes no honest client sends, and more clients than there is room for.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http/event_stream.h"
#include "http/gzip.h"
#include "http/rate_limiter.h"
#include "http/testing.h"

namespace yijian::http {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class HostileTest : public testing::Test {
 protected:
  HostileTest() {
    options_.port = 0;
    options_.log = [](const std::string&) {};
    RouteOptions anyone{.anonymous = true};
    router_.Get(
        "/api/hello",
        [](Request&) -> Result<Response> {
          return Response::Json({{"hello", 1}});
        },
        anyone);
    router_.Post("/api/echo",
                 [](Request& request) -> Result<Response> {
                   return Response::Bytes(request.body(), "application/octet-stream");
                 },
                 {.body_bytes_max = 20'000, .anonymous = true});
    router_.Post("/api/files",
                 [](Request& request) -> Result<Response> {
                   return Response::Json({{"bytes", request.body().size()}});
                 },
                 {.body_bytes_max = 8 * 1024 * 1024, .anonymous = true});
    router_.Get(
        "/api/slow",
        [this](Request&) -> Result<Response> {
          running_++;
          while (!release_) std::this_thread::sleep_for(1ms);
          return Response::Json({{"slow", 1}});
        },
        anyone);
    router_.Get(
        "/api/pieces",
        [](Request&) -> Result<Response> {
          return Response::Stream("text/csv", [left = 50]() mutable -> Result<std::optional<std::string>> {
            if (left-- == 0) return std::optional<std::string>();
            return std::optional<std::string>(std::string(10'000, 'p'));
          });
        },
        anyone);
    router_.Get(
        "/api/broken",
        [](Request&) -> Result<Response> {
          return Response::Stream("text/csv", [left = 2]() mutable -> Result<std::optional<std::string>> {
            if (left-- == 0) return IoError("the disk is gone");
            return std::optional<std::string>("piece");
          });
        },
        anyone);
    router_.Get(
        "/api/events", [this](Request&) { return events_.Subscribe("u1"); }, anyone);
  }
  ~HostileTest() override {
    release_ = true;
    server_ = nullptr;
  }

  void Start() {
    server_ = std::make_unique<Server>(options_, std::move(router_), nullptr, nullptr);
    Status status = server_->Start();
    ASSERT_TRUE(status) << status.error().message;
  }

  std::string Talk(std::string_view bytes) {
    RawClient raw(server_->port());
    raw.Send(bytes);
    return raw.ReadAll();
  }
  bool StillWell() { return Client(server_->port()).Get("/api/hello").status == 200; }

  ServerOptions options_;
  Router router_;
  EventStream events_{{.subscribers_max = 3, .backlog_max = 5, .keep_alive = 20ms}};
  std::atomic<int> running_{0};
  std::atomic<bool> release_{false};
  std::unique_ptr<Server> server_;
};

TEST_F(HostileTest, BrokenRequestLinesGetA400AndAreClosed) {
  Start();
  for (const char* bytes :
       {"hello\r\n\r\n", "GET\r\n\r\n", "GET /api/hello\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET /api/hello HTTP/1.1\r\nno colon here\r\n\r\n", "GET /api/hello HTTP/1.1\r\nHost : a\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"}) {
    std::string answer = Talk(bytes);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << bytes << " -> " << answer;
    EXPECT_EQ(answer.find("\"hello\""), std::string::npos) << bytes;
  }
  EXPECT_EQ(Talk("GET /api/hello HTTP/9.9\r\nHost: a\r\n\r\n").substr(9, 3), "505");
  EXPECT_EQ(Talk("GET /api/hello HTTP/1.1\r\nConnection: close\r\n\r\n").substr(9, 3), "400");  // no Host
  EXPECT_EQ(Talk("GET /api/hello HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n").substr(9, 3), "400");
  EXPECT_EQ(Talk("GET http://x/api/hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").substr(9, 3), "400");
  EXPECT_TRUE(StillWell());
}

TEST_F(HostileTest, FloodsOfHeadersAndLongLinesAreCutOff) {
  Start();
  std::string many = "GET /api/hello HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 500; i++) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(Talk(many + "\r\n").substr(9, 3), "431");
  EXPECT_EQ(Talk("GET /api/hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(30'000, 'x') + "\r\n\r\n").substr(9, 3),
            "431");
  EXPECT_EQ(Talk("GET /" + std::string(10'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n").substr(9, 3), "414");
  EXPECT_TRUE(StillWell());
}

TEST_F(HostileTest, EachRouteHasItsOwnBodyLimit) {
  Start();
  Client client(server_->port());
  auto post = [&](const std::string& path, size_t bytes) {
    return client.Send({.method = "POST", .path = path, .body = std::string(bytes, 'b')});
  };
  EXPECT_EQ(post("/api/echo", 20'000).body.size(), 20'000u);
  EXPECT_EQ(post("/api/echo", 20'001).status, 413);
  EXPECT_EQ(post("/api/echo", 3'000'000).status, 413);  // long before it has all arrived
  EXPECT_EQ(post("/api/files", 5'000'000).Json()["bytes"], 5'000'000);
  EXPECT_EQ(post("/api/files", 30'000'000).status, 413);
  EXPECT_TRUE(StillWell());
}

TEST_F(HostileTest, TinyChunksAndLongChunkNotesAreBounded) {
  Start();
  std::string head = "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  EXPECT_NE(Talk(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").find("abcde"), std::string::npos);
  std::string tiny;
  for (int i = 0; i < 20'000; i++) tiny += "1\r\nx\r\n";
  EXPECT_EQ(Talk(head + tiny).substr(9, 3), "413");
  EXPECT_EQ(Talk(head + "1;" + std::string(100'000, 'n') + "\r\nx\r\n0\r\n\r\n").substr(9, 3), "431");
  EXPECT_TRUE(StillWell());
}

TEST_F(HostileTest, BytesOfUnfinishedRequestsTogetherHaveALimit) {
  options_.inflight_bytes_max = 1'000'000;
  Start();
  RawClient first(server_->port());
  first.Send("POST /api/files HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + std::string(800'000, 'a'));
  Client second(server_->port());
  int status = 0;
  for (int i = 0; i < 2000 && status != 503; i++)  // the first one's bytes may still be on their way
    status = second.Send({.method = "POST", .path = "/api/files", .body = std::string(500'000, 'b')}).status;
  EXPECT_EQ(status, 503);
  first.Reset();
  for (int i = 0; i < 2000 && status != 200; i++)
    status = second.Send({.method = "POST", .path = "/api/files", .body = std::string(500'000, 'b')}).status;
  EXPECT_EQ(status, 200);
}

TEST_F(HostileTest, PackedBodiesAreRefused) {
  Start();
  Client client(server_->port());
  Answer answer =
      client.Send({.method = "POST", .path = "/api/echo", .headers = {"Content-Encoding: gzip"}, .body = Gzip("{}")});
  EXPECT_EQ(answer.status, 415);
}

TEST_F(HostileTest, SlowRequestsAreClosed) {
  options_.read_time_max = 300ms;
  Start();
  RawClient raw(server_->port());
  raw.Send("GET /api/hello HT");
  EXPECT_EQ(raw.ReadAll(), "");
  EXPECT_TRUE(raw.closed());
}

TEST_F(HostileTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  std::string answers = Talk(
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo");
  size_t one = answers.find("\r\n\r\none");
  size_t two = answers.find("\r\n\r\ntwo");
  ASSERT_NE(one, std::string::npos);
  ASSERT_NE(two, std::string::npos);
  EXPECT_LT(one, two);
}

TEST_F(HostileTest, UpgradesAreServedPlainAndClosed) {
  Start();
  std::string answer = Talk("GET /api/hello HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HostileTest, ManyVanishingClientsTakeNoPlaces) {
  options_.connections_max = 20;
  Start();
  for (int i = 0; i < 300; i++) {
    RawClient raw(server_->port());
    raw.Send("GET /api/he");
    raw.Reset();
  }
  bool well = false;
  for (int i = 0; i < 2000 && !well; i++) well = StillWell();
  EXPECT_TRUE(well);
}

TEST_F(HostileTest, TwoHundredClientsAtOnce) {
  Start();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 200; i++) {
    threads.emplace_back([&] {
      Client client(server_->port());
      for (int j = 0; j < 5; j++) good += client.Get("/api/hello").status == 200;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 1000);
}

TEST_F(HostileTest, AFullQueueSaysComeBackAndHealthStillAnswers) {
  options_.worker_threads = 1;
  options_.queue_max = 1;
  Start();
  std::vector<std::thread> threads;
  std::atomic<int> fine{0};
  threads.emplace_back([&] { fine += Client(server_->port()).Get("/api/slow").status == 200; });
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  threads.emplace_back([&] { fine += Client(server_->port()).Get("/api/hello").status == 200; });
  Client client(server_->port());
  while (client.Get("/metrics").body.find("yijian_http_queue_length 1") == std::string::npos) {
  }
  Answer answer = client.Get("/api/hello");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.Header("retry-after"), "1");
  EXPECT_EQ(client.Get("/healthz").status, 200);
  release_ = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fine, 2);
}

TEST_F(HostileTest, UrgentRoutesRunWhereTheyAreReadAndAFullLaneIsA429) {
  options_.worker_threads = 1;
  options_.urgent_threads = 2;
  options_.urgent_queue_max = 1;
  router_.Post("/api/urgent",
               [this](Request&) -> Result<Response> {
                 running_++;
                 while (!release_) std::this_thread::sleep_for(1ms);
                 return Response::Json({{"urgent", 1}});
               },
               {.anonymous = true, .urgent = true});
  Start();
  std::vector<std::thread> threads;
  std::atomic<int> fine{0};
  auto ask = [&] { fine += Client(server_->port()).PostJson("/api/urgent", "{}").status == 200; };
  for (int i = 0; i < 2; i++) threads.emplace_back(ask);
  while (running_ < 2) std::this_thread::sleep_for(1ms);
  // Both are busy; people's pages are read and answered all the same.
  Client client(server_->port());
  EXPECT_EQ(client.Get("/api/hello").status, 200);
  threads.emplace_back(ask);
  while (client.Get("/metrics").body.find("yijian_http_urgent_queue_length 1") == std::string::npos) {
  }
  Answer refused = client.PostJson("/api/urgent", "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("retry-after"), "1");
  EXPECT_EQ(refused.Header("content-type"), "application/problem+json");
  release_ = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fine, 3);
  EXPECT_EQ(running_, 3);
}

TEST_F(HostileTest, WhoWaitedTooLongInTheLaneIsSentAway) {
  options_.urgent_threads = 1;
  options_.urgent_queue_time_max = 20ms;
  router_.Post("/api/urgent",
               [this](Request&) -> Result<Response> {
                 running_++;
                 while (!release_) std::this_thread::sleep_for(1ms);
                 return Response::Json({{"urgent", 1}});
               },
               {.anonymous = true, .urgent = true});
  Start();
  std::atomic<int> first{0}, second{0};
  std::thread one([&] { first = Client(server_->port()).PostJson("/api/urgent", "{}").status; });
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  std::thread other([&] { second = Client(server_->port()).PostJson("/api/urgent", "{}").status; });
  Client client(server_->port());
  while (client.Get("/metrics").body.find("yijian_http_urgent_queue_length 1") == std::string::npos) {
  }
  std::this_thread::sleep_for(40ms);
  release_ = true;
  one.join();
  other.join();
  EXPECT_EQ(first, 200);
  EXPECT_EQ(second, 429);
  EXPECT_EQ(running_, 1);
}

TEST_F(HostileTest, DrainFinishesWhatRunsAndTakesNothingNew) {
  Start();
  std::atomic<int> status{0};
  std::thread asking([&] { status = Client(server_->port()).Get("/api/slow").status; });
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  Client kept(server_->port());
  EXPECT_EQ(kept.Get("/healthz").status, 200);
  std::thread draining([&] { EXPECT_TRUE(server_->Drain()); });
  while (kept.Get("/healthz").status == 200) {
  }
  release_ = true;
  draining.join();
  asking.join();
  EXPECT_EQ(status, 200);
  EXPECT_FALSE(RawClient(server_->port()).connected());
}

TEST_F(HostileTest, DrainGivesUpAtItsDeadline) {
  options_.drain_time_max = 50ms;
  Start();
  std::thread asking([&] { Client(server_->port()).Get("/api/slow"); });
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(server_->Drain());
  release_ = true;
  asking.join();
}

TEST_F(HostileTest, StreamsComeWholeOrVisiblyBroken) {
  Start();
  Client client(server_->port());
  Answer answer = client.Get("/api/pieces");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), 500'000u);
  EXPECT_EQ(client.Get("/api/broken").status, 0);  // curl: transfer closed with outstanding data
  EXPECT_TRUE(StillWell());
}

TEST_F(HostileTest, EventsArriveAndGoneClientsAreForgotten) {
  Start();
  auto raw = std::make_unique<RawClient>(server_->port());
  raw->Send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(raw->ReadUntil("retry: 3000").find("text/event-stream"), std::string::npos);
  events_.Publish("clue", "{\"id\":1}\nnext", [](const std::string& tag) { return tag == "u1"; });
  events_.Publish("secret", "x", [](const std::string& tag) { return tag == "u2"; });
  std::string seen = raw->ReadUntil("data: next\n\n");
  EXPECT_NE(seen.find("event: clue\ndata: {\"id\":1}\ndata: next\n\n"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("secret"), std::string::npos);
  EXPECT_NE(raw->ReadUntil(": still here").find(": still here"), std::string::npos);
  raw->Reset();
  for (int i = 0; i < 5000 && events_.subscribers() > 0; i++) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(events_.subscribers(), 0u);
}

TEST_F(HostileTest, ChosenEventStreamsEndAndTheConnectionIsGoodForMore) {
  Start();
  RawClient raw(server_->port());
  raw.Send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
  raw.ReadUntil("retry: 3000");
  EXPECT_EQ(events_.tags(), std::set<std::string>{"u1"});
  events_.Close([](const std::string& tag) { return tag == "u2"; });
  events_.Publish("clue", "1");
  EXPECT_EQ(raw.ReadUntil("data: 1\n\n").find("\r\n0\r\n\r\n"), std::string::npos);
  events_.Close([](const std::string& tag) { return tag == "u1"; });
  EXPECT_EQ(events_.subscribers(), 0u);
  events_.Publish("secret", "2");
  std::string seen = raw.ReadUntil("\r\n0\r\n\r\n");
  EXPECT_NE(seen.find("\r\n0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("secret"), std::string::npos);
  raw.Send("GET /api/hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(raw.ReadUntil("\"hello\"").find("\"hello\""), std::string::npos);
}

TEST_F(HostileTest, EventStreamsHaveALimitAndDrainClosesThem) {
  Start();
  std::vector<std::unique_ptr<RawClient>> open;
  for (int i = 0; i < 3; i++) {
    open.push_back(std::make_unique<RawClient>(server_->port()));
    open.back()->Send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
    open.back()->ReadUntil("retry");
  }
  EXPECT_EQ(Client(server_->port()).Get("/api/events").status, 429);
  EXPECT_TRUE(server_->Drain());
  EXPECT_NE(open[0]->ReadUntil("\r\n0\r\n\r\n").find("\r\n0\r\n\r\n"), std::string::npos);
}

TEST_F(HostileTest, PagesAreServedButNothingBesideThem) {
  fs::path folder = fs::path(testing::TempDir()) / ("pages-" + std::to_string(::getpid()));
  fs::create_directories(folder / "dist/assets");
  auto write = [&](const fs::path& path, const std::string& text) { std::ofstream(folder / path) << text; };
  write("secret.txt", "secret");
  write("dist/index.html", "<html>home</html>");
  write("dist/assets/app-1a2b.js", std::string(5000, 'j'));
  fs::create_symlink("../secret.txt", folder / "dist/link.txt");
  options_.static_root = (folder / "dist").string();
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Get("/").body, "<html>home</html>");
  EXPECT_EQ(client.Get("/clues/7").body, "<html>home</html>");
  EXPECT_EQ(client.Get("/api/none").status, 404);
  EXPECT_EQ(client.Get("/none.js").status, 404);
  Answer script = client.Get("/assets/app-1a2b.js", {"Accept-Encoding: gzip"});
  EXPECT_EQ(script.Header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script.Header("content-encoding"), "gzip");
  EXPECT_EQ(
      client.Get("/assets/app-1a2b.js", {"If-None-Match: " + client.Get("/assets/app-1a2b.js").Header("etag")}).status,
      304);
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/link.txt",
                           "/assets/%2e%2e/%2e%2e/secret.txt", "/..%5csecret.txt", "/.%00/secret.txt"}) {
    Answer answer = client.Get(path);
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << path;
    EXPECT_EQ(answer.body.find("secret\n"), std::string::npos) << path;
  }
  fs::remove_all(folder);
}

TEST_F(HostileTest, ATakenPortAndABadAddressAreSaid) {
  Start();
  ServerOptions options = options_;
  options.port = server_->port();
  Status taken = Server(options, Router(), nullptr, nullptr).Start();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kConflict);
  options.address = "nowhere";
  EXPECT_EQ(Server(options, Router(), nullptr, nullptr).Start().error().code, ErrorCode::kInvalidInput);
}

TEST(RateLimiterTest, TakesABurstThenOneAtATimeAndKeepsFewKeys) {
  RateLimiter limiter({.per_second = 2, .burst = 3, .keys_max = 2});
  RateLimiter::Moment now{};
  for (int i = 0; i < 3; i++) EXPECT_EQ(limiter.Take("a", now), 0);
  EXPECT_DOUBLE_EQ(limiter.Take("a", now), 0.5);
  EXPECT_EQ(limiter.Take("a", now + 500ms), 0);
  EXPECT_EQ(limiter.Take("b", now), 0);
  for (int i = 0; i < 100; i++) limiter.Take("made-up-" + std::to_string(i), now);
  EXPECT_LE(limiter.keys(), 3u);
}

}  // namespace
}  // namespace yijian::http
