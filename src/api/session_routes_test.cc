#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "api/testing.h"

namespace yijian::api {
namespace {

using account::Bit;
using account::Role;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SessionRoutesTest : public WorkbenchTest {};

TEST_P(SessionRoutesTest, NobodyIsNobody) {
  Person nobody(port());
  EXPECT_EQ(nobody.Get("/api/session").status, 204);
  EXPECT_EQ(nobody.Get("/api/session").body, "");
  EXPECT_EQ(nobody.Get("/api/me/sessions").status, 401);
  EXPECT_EQ(nobody.Get("/api/users").status, 401);
  EXPECT_EQ(nobody.Get("/api/session/options").status, 200);
  EXPECT_THAT(nobody.Get("/api/session/options").Json()["demo_users"], IsEmpty());
  AddPerson(Bit(Role::kAuditor), "wangmin");
  http::Answer wrong = nobody.Post("/api/session", {{"login", "wangmin"}, {"password", "guess"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.Json()["code"], "wrong_credentials");
  http::Answer unknown = nobody.Post("/api/session", {{"login", "nobody"}, {"password", "guess"}});
  EXPECT_EQ(unknown.Json()["detail"], wrong.Json()["detail"]);
  http::Answer bad = nobody.Post("/api/session", {{"login", 7}, {"extra", true}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.Json()["errors"].size(), 3u);
}

TEST_P(SessionRoutesTest, ACookieNobodyGaveIsNotTakenUp) {
  Person person(port());
  AddPerson(Bit(Role::kAuditor), "wangmin");
  std::string planted = std::string(kSessionCookie) + "=" + std::string(64, 'a');
  person.cookie = planted;
  ASSERT_EQ(person.Post("/api/session", {{"login", "wangmin"}, {"password", kPassword}}).status, 200);
  EXPECT_NE(person.cookie, planted);
  Person attacker(port());
  attacker.cookie = planted;
  EXPECT_EQ(attacker.Get("/api/session").status, 204);
}

TEST_P(SessionRoutesTest, TheCookieIsForTheServerOnly) {
  Person person(port());
  AddPerson(Bit(Role::kAuditor), "wangmin");
  http::Answer answer = person.Post("/api/session", {{"login", "wangmin"}, {"password", kPassword}});
  EXPECT_THAT(answer.Header("set-cookie"), HasSubstr("HttpOnly"));
  EXPECT_THAT(answer.Header("set-cookie"), HasSubstr("SameSite=Strict"));
}

TEST_P(SessionRoutesTest, ChangesNeedTheTokenOfThePage) {
  Person person = SignIn(Role::kOperator, "500100");
  std::string token = std::exchange(person.csrf, "");
  EXPECT_EQ(person.Post("/api/me/totp").status, 403);
  person.csrf = "wrong";
  EXPECT_EQ(person.Post("/api/me/totp").status, 403);
  person.csrf = token;
  EXPECT_EQ(person.Post("/api/me/totp").status, 200);
  Person other = SignIn(Role::kOperator, "500100");
  std::swap(person.csrf, other.csrf);
  EXPECT_EQ(person.Post("/api/me/totp").status, 403);
}

TEST_P(SessionRoutesTest, AFirstPasswordOpensNothingElse) {
  Person boss = SignIn(Role::kOperator, "500100");
  http::Answer added =
      boss.Post("/api/users", {{"login", "new.one"}, {"name", "新人"}, {"roles", {"operator"}}, {"area", "500101"}});
  ASSERT_EQ(added.status, 201) << added.body;
  Person fresh(port());
  http::Answer in = fresh.Post("/api/session", {{"login", "new.one"}, {"password", added.Json()["one_time_password"]}});
  ASSERT_EQ(in.status, 200);
  fresh.csrf = in.Json()["csrf"];
  EXPECT_EQ(fresh.Get("/api/users").Json()["code"], "must_change_password");
  http::Answer weak =
      fresh.Post("/api/me/password", {{"old", added.Json()["one_time_password"]}, {"new", "1234567890"}});
  EXPECT_EQ(weak.status, 422);
  EXPECT_EQ(weak.Json()["errors"][0]["field"], "/new");
  EXPECT_EQ(
      fresh.Post("/api/me/password", {{"old", added.Json()["one_time_password"]}, {"new", "a much better one"}}).status,
      204);
  EXPECT_EQ(fresh.Get("/api/users").status, 200);
  EXPECT_EQ(fresh.Delete("/api/session").status, 204);
  EXPECT_EQ(fresh.Get("/api/users").status, 401);
}

TEST_P(SessionRoutesTest, OperatorsManageTheirOwnAreaOnly) {
  Person boss = SignIn(Role::kOperator, "500101");
  EXPECT_EQ(boss.Post("/api/users", {{"login", "elsewhere"}, {"name", "x"}, {"roles", {"auditor"}}, {"area", "500102"}})
                .status,
            403);
  int64_t other = AddPerson(Bit(Role::kAuditor), "other", "500102");
  EXPECT_EQ(boss.Post("/api/users/" + WireId('u', other) + "/reset").status, 404);
  EXPECT_EQ(boss.Patch("/api/users/" + WireId('u', other), {{"version", 1}, {"name", "y"}}).status, 404);
  EXPECT_EQ(boss.Post("/api/users/u0/reset").status, 404);
  EXPECT_EQ(boss.Post("/api/users/1%20OR%201=1/reset").status, 404);
  for (const char* hostile :
       {"<script>alert(1)</script>", "'; DROP TABLE person_account; --", "%00", "..%2f..%2fetc"}) {
    EXPECT_EQ(boss.Get(std::string("/api/users?text=") + std::string("x")).status, 200) << hostile;
  }
  Person auditor = SignIn(Role::kAuditor);
  http::Answer refused = auditor.Get("/api/users");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.Json()["code"], "forbidden");
  auditor.english = true;
  EXPECT_THAT(auditor.Get("/api/users").body, HasSubstr("you may not do this"));
}

// The clock stands still: nothing here waits for a cache to grow old.
TEST_P(SessionRoutesTest, WhatAnOperatorTakesAwayIsGoneAtOnce) {
  Person boss = SignIn(Role::kOperator, "500100");
  auto change = [&](Person& person, nlohmann::json body) {
    http::Answer users = boss.Get("/api/users?text=" + person.login);
    body["version"] = users.Json()["rows"][0]["version"];
    return boss.Patch("/api/users/" + WireId('u', person.id), body).status;
  };
  Person disabled = SignIn(Role::kAuditor);
  ASSERT_EQ(disabled.Get("/api/clues").status, 200);
  ASSERT_EQ(change(disabled, {{"status", "disabled"}}), 200);
  EXPECT_EQ(disabled.Get("/api/clues").status, 401);

  Person reset = SignIn(Role::kAuditor);
  ASSERT_EQ(reset.Get("/api/clues").status, 200);
  ASSERT_EQ(boss.Post("/api/users/" + WireId('u', reset.id) + "/reset").status, 200);
  EXPECT_EQ(reset.Get("/api/clues").status, 401);

  Person other_role = SignIn(Role::kAuditor);
  ASSERT_EQ(other_role.Get("/api/clues").status, 200);
  ASSERT_EQ(change(other_role, {{"roles", {"expert"}}}), 200);
  EXPECT_EQ(other_role.Get("/api/clues").status, 401);

  Person renamed = SignIn(Role::kAuditor);
  ASSERT_EQ(renamed.Get("/api/session").status, 200);
  ASSERT_EQ(change(renamed, {{"name", "新名字"}}), 200);
  EXPECT_EQ(renamed.Get("/api/session").Json()["name"], "新名字");

  Person revoked = SignIn(Role::kAuditor);
  Person elsewhere(port());
  http::Answer in = elsewhere.Post("/api/session", {{"login", revoked.login}, {"password", kPassword}});
  elsewhere.csrf = in.Json()["csrf"];
  ASSERT_EQ(revoked.Get("/api/clues").status, 200);
  for (const nlohmann::json& row : elsewhere.Get("/api/me/sessions").Json()) {
    if (row["current"].get<bool>()) continue;
    ASSERT_EQ(elsewhere.Delete("/api/me/sessions/" + row["id"].get<std::string>()).status, 204);
  }
  EXPECT_EQ(revoked.Get("/api/clues").status, 401);
  EXPECT_EQ(elsewhere.Get("/api/clues").status, 200);
}

TEST_P(SessionRoutesTest, SettingsAndHolidaysAreChangedWithReasons) {
  Person leader = SignIn(Role::kApprover4);
  EXPECT_EQ(leader.Put("/api/settings", {{"key", "casework.answer_days"}, {"value", "15"}, {"reason", "协议"}}).status,
            200);
  EXPECT_EQ(leader.Put("/api/settings", {{"key", "casework.answer_days"}, {"value", "x"}, {"reason", "协议"}}).status,
            422);
  EXPECT_EQ(leader.Put("/api/settings", {{"key", "casework.answer_days"}, {"value", "15"}}).status, 422);
  EXPECT_EQ(leader
                .Put("/api/holidays",
                     {{"year", 2027}, {"days", {{{"day", "2027-01-01"}, {"kind", "off"}, {"name", "元旦"}}}}})
                .status,
            204);
  EXPECT_EQ(leader.Get("/api/holidays?year=2027").Json().size(), 1u);
  EXPECT_EQ(leader.Get("/api/holidays").status, 422);
  Person auditor = SignIn(Role::kAuditor);
  EXPECT_EQ(auditor.Put("/api/settings", {{"key", "casework.answer_days"}, {"value", "15"}, {"reason", "协议"}}).status,
            403);
  http::Answer trail = leader.Get("/api/trail?action=setting.change");
  ASSERT_EQ(trail.Json()["rows"].size(), 1u);
  EXPECT_EQ(trail.Json()["rows"][0]["details"]["after"], "15");
  http::Answer whole = leader.Post("/api/trail/verify");
  EXPECT_EQ(whole.Json()["ok"], true) << whole.body;
}

// Every route is in the interface's description, and whatever is described is answered.
TEST_P(SessionRoutesTest, RoutesAreThoseOfTheInterface) {
  YAML::Node api = YAML::LoadFile(std::string(YIJIAN_SOURCE_DIR) + "/api/openapi.yaml");
  std::set<std::pair<std::string, std::string>> described;
  for (const auto& path : api["paths"]) {
    for (const auto& method : path.second) {
      std::string name = method.first.as<std::string>();
      for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      described.emplace(name, path.first.as<std::string>());
    }
  }
  described.erase({"GET", "/healthz"});  // the server's own
  described.erase({"GET", "/metrics"});
  std::set<std::pair<std::string, std::string>> mounted;
  for (const auto& route : bench_->MakeRouter().List()) mounted.insert(route);
  for (const auto& [method, path] : mounted) EXPECT_TRUE(described.contains({method, path})) << method << " " << path;
  for (const auto& [method, path] : described) EXPECT_TRUE(mounted.contains({method, path})) << method << " " << path;
}

YIJIAN_ON_BOTH_DATABASES(SessionRoutesTest);

}  // namespace
}  // namespace yijian::api
