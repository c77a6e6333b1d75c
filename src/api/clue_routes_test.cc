// Clues and the ledger over the wire: shapes, permissions, scope, and who comes too late.
#include <gtest/gtest.h>

#include "api/testing.h"

namespace yijian::api {
namespace {

using account::Role;
using nlohmann::json;

class ClueRoutesTest : public WorkbenchTest {
 protected:
  static json Report(int64_t fen = 12'345) {
    return {{"source", "report"},      {"title", "举报空刷"}, {"text", "来电反映"},
            {"subject_kind", "group"}, {"subject", "G1"},     {"amount_fen", fen}};
  }
};

TEST_P(ClueRoutesTest, AClueIsBroughtFoundJudgedAndCounted) {
  Person auditor = SignIn(Role::kAuditor);
  http::Answer made = auditor.Post("/api/clues", Report());
  ASSERT_EQ(made.status, 201) << made.body;
  json clue = made.Json();
  EXPECT_EQ(clue["found_fen"], 12'345);
  EXPECT_EQ(clue["area"], "500101");
  std::string at = "/api/clues/" + clue["id"].get<std::string>();
  json page = auditor.Get("/api/clues?status=new&status=working&sort=-found&min_fen=1").Json();
  EXPECT_EQ(page["total"], 1);
  EXPECT_EQ(page["rows"][0]["id"], clue["id"]);
  json suspects = auditor.Get(at + "/suspects").Json();
  ASSERT_EQ(suspects["total"], 1) << suspects;
  EXPECT_EQ(suspects["rows"][0]["lines"][0]["account"], "identified");

  json verdict{
      {"version", clue["version"]},
      {"verdicts", {{{"suspect", suspects["rows"][0]["id"]}, {"verdict", "confirmed"}, {"chk_vola_amt_fen", 10'000}}}}};
  http::Answer judged = auditor.Post(at + "/verdicts", verdict);
  ASSERT_EQ(judged.status, 200) << judged.body;
  EXPECT_EQ(judged.Json()["confirmed_fen"], 10'000);
  http::Answer late = auditor.Post(at + "/verdicts", verdict);
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.Json()["code"], "version_conflict");
  EXPECT_EQ(late.Json()["current"]["version"], judged.Json()["version"]);

  json funnel = auditor.Get("/api/funnel").Json();
  EXPECT_EQ(funnel["identified_fen"], 12'345);
  EXPECT_EQ(funnel["confirmed_fen"], 10'000);
  EXPECT_EQ(funnel["reconciled"], true);
  json balance = auditor.Get("/api/ledger/balance?by=matter").Json();
  EXPECT_EQ(balance["difference_fen"], 0) << balance;
  EXPECT_EQ(auditor.Get("/api/ledger").Json()["total"], 3);
  std::string line = suspects["rows"][0]["lines"][0]["id"];
  EXPECT_EQ(auditor.Get("/api/ledger/lines/" + line).Json().size(), 3U);
  EXPECT_GE(auditor.Get(at + "/history").Json().size(), 2U);
}

TEST_P(ClueRoutesTest, AnotherAreaIsNotFoundAndAnotherRoleIsForbidden) {
  Person auditor = SignIn(Role::kAuditor);
  json clue = auditor.Post("/api/clues", Report()).Json();
  std::string at = "/api/clues/" + clue["id"].get<std::string>();
  Person stranger = SignIn(Role::kAuditor, "500102");
  EXPECT_EQ(stranger.Get("/api/clues").Json()["total"], 0);
  for (const char* below : {"", "/suspects", "/related", "/history"})
    EXPECT_EQ(stranger.Get(at + below).status, 404) << below;
  EXPECT_EQ(stranger.Post(at + "/lock").status, 404);
  EXPECT_EQ(stranger.Post(at + "/close", {{"outcome", "no_violation"}, {"reason", "随便"}, {"version", 1}}).status,
            404);
  EXPECT_EQ(stranger.Get("/api/funnel?area=500101").Json()["identified_fen"], 0);
  for (Role role : {Role::kInstitution, Role::kExpert}) {
    Person other = SignIn(role, "500101", role == Role::kInstitution ? "H50010100001" : "");
    for (const char* path : {"/api/clues", "/api/samples", "/api/ledger", "/api/ledger/balance", "/api/funnel"})
      EXPECT_EQ(other.Get(path).status, 403) << path;
    EXPECT_EQ(other.Post("/api/clues/next").status, 403);
  }
  Person nobody(port());
  EXPECT_EQ(nobody.Get("/api/clues").status, 401);
}

TEST_P(ClueRoutesTest, BadRequestsNameTheField) {
  Person auditor = SignIn(Role::kAuditor);
  json clue = auditor.Post("/api/clues", Report()).Json();
  std::string at = "/api/clues/" + clue["id"].get<std::string>();
  for (const char* query :
       {"?status=nonsense", "?sort=rank;drop", "?size=0", "?min_fen=x", "?from=yesterday", "?who=me"}) {
    http::Answer answer = auditor.Get(std::string("/api/clues") + query);
    EXPECT_TRUE(answer.status == 400 || answer.status == 422) << query << answer.status;
  }
  http::Answer bad =
      auditor.Post(at + "/verdicts", {{"version", 1}, {"verdicts", {{{"suspect", "x1"}, {"verdict", "guilty"}}}}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.Json()["errors"].size(), 2U) << bad.body;
  EXPECT_EQ(auditor.Get("/api/clues/c99999").status, 404);
  EXPECT_EQ(auditor.Get("/api/clues/1%27%20OR%201=1").status, 404);
}

TEST_P(ClueRoutesTest, OverviewProfilesSearchAndExport) {
  Person auditor = SignIn(Role::kAuditor);
  ASSERT_EQ(auditor.Post("/api/clues", Report()).status, 201);
  json overview = auditor.Get("/api/overview").Json();
  EXPECT_EQ(overview["funnel"]["identified_fen"], 12'345) << overview;
  EXPECT_EQ(overview["clues"]["new"], 1);
  EXPECT_EQ(overview["areas"][0]["name"], "区 500101");
  EXPECT_EQ(overview["trend"][0]["identified_fen"], 12'345);
  EXPECT_EQ(auditor.Get("/api/overview?area=500102").Json()["clues"]["new"], 0);
  // A period acts on everything that has one: the report came in this month and is about no other.
  std::string month = FormatMoment(clock_.Now()).substr(0, 7);
  json now = auditor.Get("/api/overview?from=" + month + "-01").Json();
  EXPECT_EQ(now["funnel"]["identified_fen"], 12'345) << now;
  EXPECT_EQ(now["funnel"]["reconciled"], true);
  EXPECT_EQ(now["clues"]["new"], 1);
  json before = auditor.Get("/api/overview?until=" + month + "-01").Json();
  EXPECT_EQ(before["funnel"]["identified_fen"], 0) << before;
  EXPECT_EQ(before["funnel"]["reconciled"], true);
  EXPECT_EQ(before["clues"]["new"], 0);
  EXPECT_TRUE(before["trend"].empty());
  http::Answer middle = auditor.Get("/api/overview?from=" + month + "-15");
  EXPECT_EQ(middle.status, 422);
  EXPECT_EQ(middle.Json()["errors"][0]["expected"], "某月的第一天，如 2026-03-01");
  json hits = auditor.Get("/api/search?q=%E7%A9%BA%E5%88%B7").Json();
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0]["kind"], "clue");
  EXPECT_TRUE(auditor.Get("/api/search?q=%25").Json().empty());
  EXPECT_EQ(auditor.Get("/api/search").status, 422);
  http::Answer book = auditor.Get("/api/clues/export?status=new");
  EXPECT_EQ(book.status, 200);
  EXPECT_EQ(book.body.substr(0, 2), "PK");
  EXPECT_EQ(auditor.Get("/api/institutions").Json()["total"], 0);
  EXPECT_TRUE(auditor.Get("/api/rules").Json().empty());
  for (const char* path : {"/api/institutions/H1", "/api/persons/nobody", "/api/persons/nobody/timeline",
                           "/api/rules/X-1", "/api/clues/c999/timeline"})
    EXPECT_EQ(auditor.Get(path).status, 404) << path;
  EXPECT_EQ(auditor.Post("/api/unmask", {{"person", "nobody"}, {"reason", "x"}}).status, 422);
  EXPECT_EQ(auditor.Post("/api/unmask", {{"person", "nobody"}, {"reason", "案件核查"}}).status, 404);
  EXPECT_EQ(SignIn(Role::kAnalyst).Post("/api/unmask", {{"person", "nobody"}, {"reason", "案件核查"}}).status, 403);
}

TEST_P(ClueRoutesTest, EvidenceBelongsToWhoMaySeeItsObject) {
  Person auditor = SignIn(Role::kAuditor);
  std::string id = auditor.Post("/api/clues", Report()).Json()["id"];
  std::string path = "/api/evidence?object_kind=clue&object_id=" + id + "&name=..%2F..%2Fphoto.jpg&lat=29.5&lon=106.5";
  http::Answer wrong = auditor.Post("/api/evidence?object_kind=clue&object_id=" + id + "&lat=129", json::object());
  EXPECT_EQ(wrong.status, 422) << wrong.body;
  http::Answer kept = auditor.Post(path, {{"any", "bytes"}});
  EXPECT_TRUE(kept.status == 201 || kept.status == 422)
      << kept.body;  // a name with a slash is taken as a name or refused
  kept = auditor.Post("/api/evidence?object_kind=clue&object_id=" + id + "&name=photo.jpg", {{"any", "bytes"}});
  ASSERT_EQ(kept.status, 201) << kept.body;
  std::string file = "/api/evidence/" + kept.Json()["id"].get<std::string>();
  EXPECT_EQ(auditor.Get(file).body, R"({"any":"bytes"})");
  EXPECT_GE(auditor.Get("/api/clues/" + id + "/attachments").Json().size(), 1U);
  Person stranger = SignIn(Role::kAuditor, "500102");
  EXPECT_EQ(stranger.Get(file).status, 404);
  EXPECT_EQ(stranger.Post("/api/evidence?object_kind=clue&object_id=" + id + "&name=x", json::object()).status, 404);
  EXPECT_EQ(SignIn(Role::kInstitution, "500101", "H50010100001").Get(file).status, 404);
}

YIJIAN_ON_BOTH_DATABASES(ClueRoutesTest);

}  // namespace
}  // namespace yijian::api
