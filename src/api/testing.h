// For tests of routes: a workbench on both databases behind a real server, and people who ask it over real sockets.
//
//   class ClueRoutesTest : public api::WorkbenchTest {};
//   TEST_P(ClueRoutesTest, ...) { Person auditor = SignIn(Role::kAuditor); auto answer = auditor.Get("/api/clues"); }
//   YIJIAN_ON_BOTH_DATABASES(ClueRoutesTest);
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "account/areas.h"
#include "account/people.h"
#include "api/workbench.h"
#include "http/testing.h"
#include "store/testing.h"

namespace yijian::api {

class Person {
 public:
  explicit Person(uint16_t port) : client_(std::make_unique<http::Client>(port)) {}

  http::Answer Get(const std::string& path) { return Send("GET", path, nullptr); }
  http::Answer Post(const std::string& path, const nlohmann::json& body = nlohmann::json::object()) {
    return Send("POST", path, body);
  }
  http::Answer Put(const std::string& path, const nlohmann::json& body) { return Send("PUT", path, body); }
  http::Answer Patch(const std::string& path, const nlohmann::json& body) { return Send("PATCH", path, body); }
  http::Answer Delete(const std::string& path, const nlohmann::json& body = nullptr) {
    return Send("DELETE", path, body);
  }

  http::Answer Send(const std::string& method, const std::string& path, const nlohmann::json& body) {
    http::Ask ask{.method = method, .path = path};
    if (!cookie.empty()) ask.headers.push_back("Cookie: " + cookie);
    if (method != "GET" && !csrf.empty()) ask.headers.push_back("X-CSRF-Token: " + csrf);
    if (english) ask.headers.emplace_back("Accept-Language: en");
    if (!body.is_null()) {
      ask.headers.emplace_back("Content-Type: application/json");
      ask.body = body.dump();
    }
    http::Answer answer = client_->Send(ask);
    std::string set = answer.Header("set-cookie");
    if (!set.empty()) cookie = set.substr(0, set.find(';'));
    return answer;
  }

  int64_t id = 0;
  std::string login;
  std::string cookie;
  std::string csrf;
  bool english = false;

 private:
  std::unique_ptr<http::Client> client_;
};

class WorkbenchTest : public store::BothDatabases {
 protected:
  WorkbenchTest() {
    std::string source = YIJIAN_SOURCE_DIR;
    store_url_ = NewUrl();
    auto opened = Workbench::Open({.store = store_url_,
                                   .lake = folder() + "/lake",
                                   .data = folder() + "/data",
                                   .documents = source + "/documents",
                                   .rules = source + "/rules"},
                                  clock_);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    CHECK(opened.has_value());
    bench_ = std::move(*opened);
    http::ServerOptions options;
    options.port = 0;
    options.log = [](const std::string&) {};
    server_ = std::make_unique<http::Server>(options, bench_->MakeRouter(), bench_->MakeGuard(), bench_->metrics());
    Status started = server_->Start();
    EXPECT_TRUE(started.has_value()) << started.error().message;
    Do([](store::Session& session) -> Status {
      for (const char* code : {"500100", "500101", "500102"})
        TRY(account::PutArea(session, code, std::string("区 ") + code));
      return {};
    });
  }
  ~WorkbenchTest() override {
    server_->Stop();
    server_.reset();
    bench_.reset();
  }

  template <typename F>
  void Do(F&& function) {
    Status done = bench_->context().database.Write(function);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  uint16_t port() const { return server_->port(); }

  static constexpr const char* kPassword = "a known password";
  // A new person of this role, with a password that need not be changed; not signed in.
  int64_t AddPerson(account::Roles roles, const std::string& login, const std::string& area = "500101",
                    const std::string& institution = "") {
    auto added = bench_->context().database.Write([&](store::Session& session) -> Result<int64_t> {
      account::AddedPerson person = TRY(account::AddPerson(
          session, {},
          {.login = login, .name = "人员" + login, .roles = roles, .area = area, .institution = institution},
          clock_.Now()));
      TRY(account::SetKnownPassword(session, person.person.id, kPassword));
      return person.person.id;
    });
    EXPECT_TRUE(added.has_value()) << added.error().message;
    return added.has_value() ? *added : 0;
  }
  Person SignIn(account::Role role, const std::string& area = "500101", const std::string& institution = "") {
    std::string login = std::string("p") + std::to_string(++count_);
    Person person(port());
    person.id = AddPerson(account::Bit(role), login, area, institution);
    person.login = login;
    http::Answer answer = person.Post("/api/session", {{"login", login}, {"password", kPassword}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    person.csrf = answer.Json().value("csrf", "");
    return person;
  }

  FixedClock clock_{1'780'000'000'000};
  std::string store_url_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<http::Server> server_;
  int count_ = 0;
};

}  // namespace yijian::api
