#include <gmock/gmock.h>

#include "api/testing.h"

namespace yijian::api {
namespace {

using account::Role;
using nlohmann::json;

class AreaRoutesTest : public WorkbenchTest {
 protected:
  static json Entry(Person& boss, const char* action) {
    json rows = boss.Get(std::string("/api/trail?action=") + action).Json()["rows"];
    return rows.empty() ? json() : rows[0];
  }
};

TEST_P(AreaRoutesTest, AnOperatorAddsRenamesAndRemovesForAReason) {
  Person boss = SignIn(Role::kOperator, "500100");
  EXPECT_EQ(boss.Post("/api/areas", {{"code", "500103"}, {"name", "渝中区"}}).status, 422);  // no reason
  http::Answer added = boss.Post("/api/areas", {{"code", "500103"}, {"name", "渝中区"}, {"reason", "新设"}});
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(added.Json()["parent"], "500100");
  EXPECT_EQ(added.Json()["level"], "county");
  http::Answer twice = boss.Post("/api/areas", {{"code", "500103"}, {"name", "渝中"}, {"reason", "再设"}});
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.Json()["errors"][0]["field"], "/code");
  for (const char* bad : {"5001", "50010x", "1234567890123"})
    EXPECT_EQ(boss.Post("/api/areas", {{"code", bad}, {"name", "x"}, {"reason", "试试"}}).status, 422) << bad;
  EXPECT_EQ(boss.Post("/api/areas", {{"code", "510100"}, {"name", "成都"}, {"reason", "试试"}}).status, 403);

  http::Answer renamed = boss.Patch("/api/areas/500103", {{"name", "渝中"}, {"reason", "更名"}});
  ASSERT_EQ(renamed.status, 200) << renamed.body;
  EXPECT_EQ(renamed.Json()["name"], "渝中");
  EXPECT_EQ(Entry(boss, "area.rename")["details"]["before"], "渝中区");
  EXPECT_EQ(Entry(boss, "area.rename")["details"]["reason"], "更名");
  EXPECT_EQ(boss.Patch("/api/areas/500103", {{"reason", "什么也不改"}}).status, 422);
  EXPECT_EQ(boss.Patch("/api/areas/510100", {{"name", "x"}, {"reason", "别处"}}).status, 404);

  EXPECT_EQ(boss.Delete("/api/areas/500103", {{"reason", "撤销"}}).status, 204);
  EXPECT_EQ(boss.Delete("/api/areas/500103", {{"reason", "撤销"}}).status, 404);
  EXPECT_EQ(Entry(boss, "area.remove")["object_id"], "500103");
  EXPECT_EQ(SignIn(Role::kAuditor, "500100")
                .Post("/api/areas", {{"code", "500104"}, {"name", "x"}, {"reason", "我要"}})
                .status,
            403);
}

TEST_P(AreaRoutesTest, OnlyWhatNobodyUsesIsRemoved) {
  Person boss = SignIn(Role::kOperator, "500100");
  auto refused = [&](const char* code) {
    http::Answer answer = boss.Delete(std::string("/api/areas/") + code, {{"reason", "撤销"}});
    EXPECT_EQ(answer.status, 409) << answer.body;
    EXPECT_EQ(answer.Json()["code"], "area_used");
    return answer.Json()["detail"].get<std::string>();
  };
  EXPECT_THAT(refused("500100"), testing::HasSubstr("用户"));
  Do([](store::Session& session) -> Status {
    TRY(session.Execute("INSERT INTO institution (code, name, kind, area) VALUES ('H1', '城东医院', '1', '500102')"));
    return {};
  });
  EXPECT_THAT(refused("500102"), testing::HasSubstr("机构"));
  ASSERT_EQ(boss.Post("/api/areas", {{"code", "500101001"}, {"name", "街道"}, {"reason", "新设"}}).status, 201);
  EXPECT_THAT(refused("500101"), testing::HasSubstr("下级区划"));
}

TEST_P(AreaRoutesTest, WhoIsMovedSignsInAgainAtHisNewPlace) {
  Person boss = SignIn(Role::kOperator, "500100");
  Person auditor = SignIn(Role::kAuditor, "500101");
  ASSERT_EQ(auditor.Get("/api/clues").status, 200);
  EXPECT_EQ(boss.Patch("/api/areas/500101", {{"code", "510100"}, {"reason", "并入外地"}}).status, 403);
  EXPECT_EQ(boss.Patch("/api/areas/500100", {{"code", "500199"}, {"reason", "自己"}}).status, 403);
  http::Answer moved = boss.Patch("/api/areas/500101", {{"code", "500155"}, {"reason", "区划调整"}});
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(moved.Json()["code"], "500155");
  EXPECT_EQ(moved.Json()["name"], "区 500101");
  EXPECT_EQ(auditor.Get("/api/clues").status, 401);
  http::Answer again = auditor.Post("/api/session", {{"login", auditor.login}, {"password", kPassword}});
  EXPECT_EQ(again.Json()["area"]["code"], "500155");
  EXPECT_EQ(Entry(boss, "area.move")["details"]["people"], 1);
  EXPECT_EQ(boss.Delete("/api/areas/500101", {{"reason", "已迁空"}}).status, 204);
}

YIJIAN_ON_BOTH_DATABASES(AreaRoutesTest);

}  // namespace
}  // namespace yijian::api
