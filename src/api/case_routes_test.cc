// Cases over real sockets: the whole way once, and who is refused what.
#include "api/testing.h"
#include "ledger/book.h"

namespace yijian::api {
namespace {

using account::Role;
using nlohmann::json;

class CaseRoutesTest : public WorkbenchTest {
 protected:
  // A clue with one confirmed line of this much.
  void AddClue(Fen fen) {
    Do([&](store::Session& session) -> Status {
      TRY(
          session.Execute("INSERT INTO clue (id, no, title, source, matter, subject_kind, subject, subject_name, "
                          "institution, institution_name, area, severity, status, found_fen, created_at, updated_at) "
                          "VALUES (1, 'XS-1', '重复收费', 'rule', 'charging', 'institution', 'H1', '仁和医院', 'H1', "
                          "'仁和医院', '500101', 'violation', 'working', ?, 0, 0)",
                          {fen}));
      int64_t place = TRY(ledger::PlaceOf(session, {"500101", "H1", "charging", "2026-01"}));
      TRY(
          session.Execute("INSERT INTO finding (id, clue_id, home_clue, rule, rule_version, severity, institution, "
                          "month, place_id, status, verdict, found_fen, attributed_fen, message_zh, message_en, facts) "
                          "VALUES (1, 1, 1, 'P-025a', 1, 'violation', 'H1', '2026-01', ?, 'live', 'confirmed', ?, ?, "
                          "'重复', 'twice', '{}')",
                          {place, fen, fen}));
      TRY(
          session.Execute("INSERT INTO finding_line (id, finding_id, kind, row_id, charged, found_fen, attributed_fen, "
                          "verdict, chk_fen) VALUES (7, 1, 'fee', 7, 1, ?, ?, 'confirmed', ?)",
                          {fen, fen, fen}));
      return ledger::Identify(session, {0, "test", 0}, {{7, place, fen}});
    });
  }
  static std::string Field(const http::Answer& answer) {
    json problem = answer.Json();
    return problem.contains("errors") && !problem["errors"].empty() ? problem["errors"][0]["field"].get<std::string>()
                                                                    : "";
  }
};
YIJIAN_ON_BOTH_DATABASES(CaseRoutesTest);

TEST_P(CaseRoutesTest, TheWholeWayOverTheWire) {
  AddClue(50'000);
  Person auditor = SignIn(Role::kAuditor);
  Person hospital = SignIn(Role::kInstitution, "500101", "H1");
  Person other = SignIn(Role::kInstitution, "500101", "H2");
  Person approver = SignIn(Role::kApprover1);
  Person operator_ = SignIn(Role::kOperator);

  EXPECT_EQ(hospital.Post("/api/cases", {{"clues", {"c1"}}, {"title", "自立"}}).status, 403);
  EXPECT_EQ(Field(auditor.Post("/api/cases", {{"clues", {"x1"}}, {"title", "坏号"}})), "/clues/0");
  EXPECT_EQ(auditor.Post("/api/cases", {{"clues", {"c1"}}}).status, 422);
  auto opened = auditor.Post("/api/cases", {{"clues", {"c1"}}, {"title", "仁和医院重复收费"}});
  ASSERT_EQ(opened.status, 201) << opened.body;
  EXPECT_EQ(opened.Json()["state"], "filed");
  std::string path = "/api/cases/" + opened.Json()["id"].get<std::string>();
  EXPECT_EQ(operator_.Get(path).status, 403);
  EXPECT_EQ(other.Get(path).status, 404);
  EXPECT_EQ(SignIn(Role::kAuditor, "500102").Get(path).status, 404);
  EXPECT_EQ(auditor.Get("/api/cases/a99").status, 404);
  EXPECT_EQ(auditor.Get("/api/cases/../../etc").status, 400);
  EXPECT_EQ(auditor.Get("/api/cases?state=filed&state=closed").Json()["total"], 1);
  EXPECT_EQ(auditor.Get("/api/cases?state=nonsense").status, 422);
  EXPECT_EQ(auditor.Get(path + "/sanctions").Json()[0]["article"], "条例 13");

  auto issued = auditor.Post(path + "/opinions", {{"text", "请核对"}, {"version", opened.Json()["version"]}});
  ASSERT_EQ(issued.status, 201) << issued.body;
  auto stale = auditor.Post(path + "/opinions", {{"text", "请核对"}, {"version", opened.Json()["version"]}});
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.Json()["code"], "version_conflict");
  std::string opinion = "/api/opinions/" + issued.Json()["id"].get<std::string>();
  EXPECT_EQ(other.Get(opinion).status, 404);
  EXPECT_EQ(hospital.Get("/api/home").Json()["counts"]["my_opinions"], 1);
  EXPECT_GE(hospital.Get("/api/me/messages").Json()["unread"], 1);
  json version = issued.Json()["version"];
  EXPECT_EQ(auditor.Post(opinion + "/answer", {{"version", version}, {"lines", json::array()}}).status, 403);
  EXPECT_EQ(Field(hospital.Post(opinion + "/answer", {{"version", version}, {"lines", json::array()}})), "/lines");
  auto answered =
      hospital.Post(opinion + "/answer", {{"version", version}, {"lines", {{{"line", "l7"}, {"answer", "accept"}}}}});
  ASSERT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(answered.Json()["state"], "settled");

  json decision_input = {{"facts", "事实清楚"},
                         {"reasons", "证据充分"},
                         {"measures", {{{"kind", "recover"}}}},
                         {"version", auditor.Get(path).Json()["version"]}};
  json fine = decision_input;
  fine["measures"].push_back({{"kind", "fine"}, {"multiple", "2"}});
  EXPECT_EQ(Field(auditor.Post(path + "/decisions", fine)), "/measures/1/kind");
  auto drafted = auditor.Post(path + "/decisions", decision_input);
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  EXPECT_EQ(drafted.Json()["amount_fen"], 50'000);
  std::string decision = "/api/decisions/" + drafted.Json()["id"].get<std::string>();
  EXPECT_EQ(hospital.Get(decision).status, 404);
  auto submitted = auditor.Post(decision + "/submit", {{"version", drafted.Json()["version"]}});
  ASSERT_EQ(submitted.status, 200) << submitted.body;
  auto inbox = approver.Get("/api/approvals").Json();
  ASSERT_EQ(inbox["total"], 1);
  std::string approval = "/api/approvals/" + inbox["rows"][0]["id"].get<std::string>();
  EXPECT_EQ(hospital.Get(approval).status, 404);
  EXPECT_EQ(auditor.Post(approval + "/votes", {{"step", 1}, {"vote", "agree"}}).status, 403);
  auto voted = approver.Post(approval + "/votes", {{"step", 1}, {"vote", "agree"}});
  ASSERT_EQ(voted.status, 200) << voted.body;
  EXPECT_EQ(voted.Json()["state"], "agreed");
  auto delivered = auditor.Post(decision + "/deliver",
                                {{"way", "electronic"}, {"version", auditor.Get(decision).Json()["version"]}});
  ASSERT_EQ(delivered.status, 200) << delivered.body;
  EXPECT_EQ(hospital.Get(decision).status, 200);
  std::string measure = "/api/measures/" + delivered.Json()["measures"][0]["id"].get<std::string>();
  auto paid = auditor.Post(
      measure + "/execute",
      {{"way", "received"}, {"amount_fen", 50'000}, {"receipt", "V-1"}, {"version", delivered.Json()["version"]}});
  ASSERT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.Json()["state"], "executed");
  auto closed = auditor.Post(path + "/close", {{"reason", "executed"},
                                               {"exposure", false},
                                               {"exposure_reason", "金额较小"},
                                               {"version", auditor.Get(path).Json()["version"]}});
  ASSERT_EQ(closed.status, 200) << closed.body;
  EXPECT_EQ(closed.Json()["recovered_fen"], 50'000);
  EXPECT_GE(auditor.Get(path + "/history").Json().size(), 8U);
  EXPECT_EQ(hospital.Get(path + "/history").status, 404);
}

TEST_P(CaseRoutesTest, ListsAndFlowsAnswerEverybodyByHisRole) {
  Person nobody(port());
  for (const char* path : {"/api/cases", "/api/tasks", "/api/opinions", "/api/appeals", "/api/approvals",
                           "/api/deadlines", "/api/home", "/api/flows", "/api/self-checks", "/api/negative-list"}) {
    EXPECT_EQ(nobody.Get(path).status, 401) << path;
    EXPECT_EQ(SignIn(Role::kAuditor).Get(path).status, 200) << path;
  }
  Person operator_ = SignIn(Role::kOperator);
  EXPECT_EQ(operator_.Get("/api/cases").status, 403);
  json flow = {{"name", "四级审批"},
               {"reason", "试行"},
               {"steps", {{{"level", 1}, {"role", "approver_1"}, {"rule", "any"}, {"votes", 1}}}},
               {"levels", {{{"level", 1}}}}};
  EXPECT_EQ(SignIn(Role::kAuditor).Post("/api/flows", flow).status, 403);
  auto added = operator_.Post("/api/flows", flow);
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(added.Json()["version"], 2);
  flow["steps"][0]["role"] = "institution";
  EXPECT_EQ(Field(operator_.Post("/api/flows", flow)), "/steps/0/role");
  EXPECT_GE(SignIn(Role::kInstitution, "500101", "H1").Get("/api/negative-list").Json().size(), 45U);
  EXPECT_TRUE(bench_->Tick().has_value());
}

}  // namespace
}  // namespace yijian::api
