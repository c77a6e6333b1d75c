// Cases over real sockets: the whole way once, and who is refused what.
#include <map>

#include "account/permission.h"
#include "account/settings.h"
#include "api/testing.h"
#include "casework/job.h"
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

  // The institution's page knows what was done about it.
  Do([](store::Session& session) -> Status {
    TRY(session.Execute(
        "INSERT INTO institution (code, name, kind, level, area) VALUES ('H1', '仁和医院', '1', '05', '500101')"));
    return {};
  });
  auto asked = auditor.Post("/api/self-checks", {{"title", "自查"}, {"institutions", {"H1"}}, {"due", "2030-01-01"}});
  ASSERT_EQ(asked.status, 201) << asked.body;
  json profile = auditor.Get("/api/institutions/H1").Json();
  ASSERT_EQ(profile["measures"].size(), 1U) << profile;
  EXPECT_EQ(profile["measures"][0]["kind"], "recover");
  EXPECT_EQ(profile["measures"][0]["state"], "done");
  ASSERT_EQ(profile["self_checks"].size(), 1U) << profile;
  EXPECT_EQ(profile["self_checks"][0]["title"], "自查");
}

// Whoever reads Chinese is told in Chinese, whoever reads English in English.
TEST_P(CaseRoutesTest, RefusalsSpeakTheReadersLanguage) {
  Person auditor = SignIn(Role::kAuditor);
  auto told = [&](const char* path) { return auditor.Get(path).Json().value("detail", ""); };
  EXPECT_EQ(told("/api/cases/a99"), "没有此案件");
  EXPECT_EQ(told("/api/cases/x1"), "没有“x1”");
  http::Answer bad = auditor.Post("/api/cases", {{"clues", {"c99"}}, {"title", "无此线索"}});
  EXPECT_EQ(bad.Json()["errors"][0]["expected"], "一条线索");
  auditor.english = true;
  EXPECT_EQ(told("/api/cases/a99"), "no such case");
  EXPECT_EQ(told("/api/cases/x1"), "there is no 'x1'");
  bad = auditor.Post("/api/cases", {{"clues", {"c99"}}, {"title", "none"}});
  EXPECT_EQ(bad.Json()["errors"][0]["expected"], "a clue");
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

// One of every kind, of institution H1 in area 500101, all with the number 1; the clue and line 7 are AddClue's.
Status AddOneOfEach(store::Session& session) {
  const char* kRows[] = {
      "INSERT INTO case_file (no, title, track, state, institution, institution_name, area, opened_at, opened_by, "
      "handler, flow) VALUES ('AJ-1', '案件', 'agency', 'filed', 'H1', '仁和医院', '500101', 1, 99, 99, 1)",
      "INSERT INTO case_clue (case_id, clue_id) VALUES (1, 1)",
      "UPDATE clue SET status = 'in_case', case_id = 1 WHERE id = 1",
      "INSERT INTO case_task (no, case_id, kind, state, assignee, given_by, given_at, suspects_json, answers_json, "
      "due_at) VALUES ('RW-1', 1, 'on_site', 'open', 99, 99, 1, '[]', '[]', 1)",
      "INSERT INTO opinion (no, case_id, institution, institution_name, area, state, text, issued_at, issued_by, "
      "answer_due_at, lines_count, amount_fen) VALUES ('YJ-1', 1, 'H1', '仁和医院', '500101', 'issued', '请核对', 1, "
      "99, "
      "1, 0, 0)",
      "INSERT INTO appeal (opinion_id, case_id, state, reason, evidence_json, at, user_id, amount_fen) VALUES (1, 1, "
      "'filed', '理由', '[]', 1, 99, 0)",
      "INSERT INTO decision (no, case_id, state, facts, reasons, articles_json, amount_fen, confirmed_fen, level, "
      "level_why_zh, level_why_en, drafted_by, drafted_at) VALUES ('JD-1', 1, 'draft', '事实', '理由', '[]', 0, 0, 1, "
      "'一级', 'one', 99, 1)",
      "INSERT INTO measure (decision_id, case_id, kind, state) VALUES (1, 1, 'recover', 'planned')",
      "INSERT INTO approval (decision_id, case_id, flow, area, level, step, role, needed_json, state, submitted_at, "
      "submitted_by) VALUES (1, 1, 1, '500101', 1, 1, 'approver_1', '[1]', 'running', 1, 99)",
      "INSERT INTO document (no, kind, title, case_id, object_kind, object_id, institution, institution_name, area, "
      "made_at, made_by, data_json, sha256) VALUES ('GZ-1', 'penalty_notice', '告知书', 1, 'decision', 1, 'H1', "
      "'仁和医院', '500101', 1, 99, '{}', '')",
      "INSERT INTO self_check (no, title, institution, institution_name, area, state, due, asked_at, asked_by) VALUES "
      "('ZC-1', '自查', 'H1', '仁和医院', '500101', 'open', '2030-01-01', 1, 99)",
  };
  for (const char* row : kRows) TRY(session.Execute(row));
  return {};
}

struct Knock {
  const char* method;
  const char* path;
  const char* permission;  // account/permission.h
  json body;
};

// Bodies are well formed, so that nothing but permission, scope or the object's state can be in the way.
std::vector<Knock> AllKnocks() {
  const json reasoned = {{"reason", "理由充分"}, {"version", 77}};
  const json versioned = {{"version", 77}};
  const json review = {{"version", 77}, {"lines", {{{"line", "l7"}, {"review", "uphold"}}}}};
  const json answer = {{"version", 77}, {"lines", json::array()}};
  const json decision = {
      {"facts", "事实"}, {"reasons", "理由"}, {"measures", {{{"kind", "recover"}}}}, {"version", 77}};
  return {
      {"GET", "/api/cases", "case.see", nullptr},
      {"GET", "/api/cases/a1", "case.see", nullptr},
      {"GET", "/api/cases/a1/suspects", "clue.read", nullptr},
      {"GET", "/api/cases/a1/history", "case.see", nullptr},
      {"GET", "/api/cases/a1/sanctions", "decision.draft", nullptr},
      {"POST", "/api/cases", "case.open", {{"clues", {"c99"}}, {"title", "立案"}}},
      {"PUT", "/api/cases/a1/team", "case.team", {{"handler", "u99"}, {"assistants", json::array()}, {"version", 77}}},
      {"POST", "/api/cases/a1/recusals", "case.team", {{"user", "u99"}, {"reason", "亲属"}, {"version", 77}}},
      {"POST", "/api/cases/a1/convert", "case.convert", reasoned},
      {"POST",
       "/api/cases/a1/close",
       "case.close",
       {{"reason", "ended"}, {"exposure", false}, {"exposure_reason", "无需"}, {"version", 77}}},
      {"POST", "/api/cases/a1/tasks", "case.work", {{"kind", "on_site"}, {"assignee", "u99"}, {"due", "2030-01-01"}}},
      {"GET", "/api/tasks", "task.work", nullptr},
      {"GET", "/api/tasks/t1", "task.work", nullptr},
      {"PUT", "/api/tasks/t1", "task.work", {{"version", 77}, {"items", json::array()}}},
      {"POST", "/api/tasks/t1/report", "task.work", {{"version", 77}, {"items", json::array()}}},
      {"POST", "/api/cases/a1/opinions", "opinion.issue", {{"text", "请核对"}, {"version", 77}}},
      {"GET", "/api/opinions", "case.see", nullptr},
      {"GET", "/api/opinions/o1", "case.see", nullptr},
      {"POST", "/api/opinions/o1/review", "opinion.review", review},
      {"PUT", "/api/opinions/o1/answer", "opinion.answer", answer},
      {"POST", "/api/opinions/o1/answer", "opinion.answer", answer},
      {"POST",
       "/api/opinions/o1/appeal",
       "opinion.appeal",
       {{"lines", {"l7"}}, {"reason", "理由充分"}, {"version", 77}}},
      {"GET", "/api/appeals", "case.see", nullptr},
      {"POST", "/api/appeals/p1/experts", "appeal.draw", {{"count", 3}}},
      {"POST", "/api/appeals/p1/votes", "appeal.vote", review},
      {"POST", "/api/cases/a1/decisions", "decision.draft", decision},
      {"GET", "/api/decisions/d1", "case.see", nullptr},
      {"PUT", "/api/decisions/d1", "decision.draft", decision},
      {"POST", "/api/decisions/d1/submit", "decision.draft", versioned},
      {"POST", "/api/decisions/d1/deliver", "decision.draft", {{"way", "post"}, {"version", 77}}},
      {"POST", "/api/decisions/d1/reverse", "decision.reverse", reasoned},
      {"POST",
       "/api/measures/m1/execute",
       "measure.execute",
       {{"way", "received"}, {"amount_fen", 1}, {"version", 77}}},
      {"GET", "/api/approvals", "case.see", nullptr},
      {"GET", "/api/approvals/v1", "case.see", nullptr},
      {"POST", "/api/approvals/v1/votes", "approval.vote", {{"step", 4}, {"vote", "agree"}}},
      {"GET", "/api/deadlines?view=all", "case.see", nullptr},
      {"POST", "/api/documents/w1/deliver", "decision.draft", {{"way", "post"}}},
      {"GET", "/api/self-checks", "case.see", nullptr},
      {"GET", "/api/self-checks/s1", "case.see", nullptr},
      {"POST",
       "/api/self-checks",
       "selfcheck.start",
       {{"title", "自查"}, {"institutions", {"H99"}}, {"due", "2030-01-01"}}},
      {"PUT", "/api/self-checks/s1", "selfcheck.answer", {{"version", 77}, {"items", json::array()}}},
      {"POST", "/api/self-checks/s1/submit", "selfcheck.answer", versioned},
      {"POST", "/api/self-checks/s1/review", "selfcheck.review", {{"accept", true}, {"version", 77}}},
      {"POST",
       "/api/flows",
       "flow.change",
       {{"name", "流程"},
        {"reason", "试行"},
        {"steps", {{{"level", 1}, {"role", "approver_1"}, {"rule", "any"}, {"votes", 1}}}},
        {"levels", {{{"level", 1}}}}}},
  };
}

TEST_P(CaseRoutesTest, NobodyMayDoWhatHisRoleMayNot) {
  AddClue(50'000);
  Do(AddOneOfEach);
  for (int i = 0; i < account::kRoles; i++) {
    auto role = static_cast<Role>(i);
    Person person = SignIn(role, "500101", role == Role::kInstitution ? "H1" : "");
    for (const Knock& knock : AllKnocks()) {
      auto answer = person.Send(knock.method, knock.path, knock.body);
      std::string what = std::string(account::NameOf(role)) + " " + knock.method + " " + knock.path + ": " +
                         std::to_string(answer.status) + " " + answer.body;
      EXPECT_LT(answer.status, 500) << what;
      EXPECT_NE(answer.status, 400) << what;
      bool no_json = answer.body.empty() || answer.body[0] != '{';
      std::string code = no_json ? "" : answer.Json().value("code", "");
      if (account::May(account::Bit(role), knock.permission)) {
        EXPECT_NE(code, "forbidden") << what;
      } else if (role == Role::kInstitution || role == Role::kExpert) {
        EXPECT_TRUE(answer.status == 403 || answer.status == 404) << what;  // 404: not his to see either
      } else {
        // A panel is seen by those who sit on it.
        EXPECT_EQ(answer.status, std::string(knock.permission) == "appeal.vote" ? 404 : 403) << what;
      }
    }
  }
}

TEST_P(CaseRoutesTest, WhatLiesElsewhereIsNotThere) {
  AddClue(50'000);
  Do(AddOneOfEach);
  std::vector<Person> strangers;
  for (Role role : {Role::kAuditor, Role::kInspector, Role::kRepresentative, Role::kApprover1, Role::kApprover4})
    strangers.push_back(SignIn(role, "500102"));
  strangers.push_back(SignIn(Role::kInstitution, "500101", "H2"));
  strangers.push_back(SignIn(Role::kExpert));
  size_t asked = 0;
  for (Person& stranger : strangers) {
    for (const Knock& knock : AllKnocks()) {
      std::string path = knock.path;
      auto answer = stranger.Send(knock.method, path, knock.body);
      std::string what = stranger.login + " " + knock.method + " " + path + ": " + answer.body;
      bool of_object = path.find("1") != std::string::npos;
      if (of_object) {
        asked++;
        EXPECT_TRUE(answer.status == 404 || answer.status == 403) << what;
        // Whether it is there must not show: who may do such things hears 404, as for what never was.
        std::string never = path;
        never.replace(never.find('1'), 1, "4242");
        EXPECT_EQ(answer.status, stranger.Send(knock.method, never, knock.body).status) << what;
      } else if (answer.status == 200 && answer.Json().is_object() && answer.Json().contains("total")) {
        EXPECT_EQ(answer.Json()["total"], 0) << what;
      }
    }
  }
  EXPECT_GT(asked, 200U);
}

// A refused step carries the object as it now is, so that the screen can show what another has done.
TEST_P(CaseRoutesTest, WhoComesTooLateIsShownWhatIsThereNow) {
  AddClue(50'000);
  Person auditor = SignIn(Role::kAuditor);
  Person hospital = SignIn(Role::kInstitution, "500101", "H1");
  json opened = auditor.Post("/api/cases", {{"clues", {"c1"}}, {"title", "仁和医院重复收费"}}).Json();
  std::string path = "/api/cases/" + opened["id"].get<std::string>();
  auto suspects = auditor.Get(path + "/suspects?verdict=confirmed");
  ASSERT_EQ(suspects.status, 200) << suspects.body;
  EXPECT_EQ(suspects.Json()["total"], 1);
  EXPECT_EQ(suspects.Json()["rows"][0]["lines"][0]["id"], "l7");
  EXPECT_EQ(auditor.Get(path + "/suspects?verdict=undecided").Json()["total"], 0);
  EXPECT_EQ(auditor.Get(path + "/suspects?verdict=maybe").status, 422);

  json task_input = {{"kind", "on_file"}, {"assignee", "u" + std::to_string(auditor.id)}, {"due", "2030-01-01"}};
  json task = auditor.Post(path + "/tasks", task_input).Json();
  json now = auditor.Get(path).Json();
  auto late = auditor.Post(path + "/opinions", {{"text", "请核对"}, {"version", opened["version"]}});
  ASSERT_EQ(late.status, 409) << late.body;
  EXPECT_EQ(late.Json()["current"]["version"], now["version"]);
  EXPECT_EQ(late.Json()["current"]["id"], opened["id"]);
  auto late_task =
      auditor.Put("/api/tasks/" + task["id"].get<std::string>(), {{"version", 77}, {"items", json::array()}});
  ASSERT_EQ(late_task.status, 409) << late_task.body;
  EXPECT_EQ(late_task.Json()["current"]["version"], task["version"]);
  json issued = auditor.Post(path + "/opinions", {{"text", "请核对"}, {"version", now["version"]}}).Json();
  std::string opinion = "/api/opinions/" + issued["id"].get<std::string>();
  auto late_answer = hospital.Post(opinion + "/answer", {{"version", 77}, {"lines", json::array()}});
  ASSERT_EQ(late_answer.status, 409) << late_answer.body;
  EXPECT_EQ(late_answer.Json()["current"]["version"], issued["version"]);
  hospital.Post(opinion + "/answer",
                {{"version", issued["version"]}, {"lines", {{{"line", "l7"}, {"answer", "accept"}}}}});
  json draft = {{"facts", "事实清楚"},
                {"reasons", "证据充分"},
                {"measures", {{{"kind", "recover"}}}},
                {"version", auditor.Get(path).Json()["version"]}};
  json drafted = auditor.Post(path + "/decisions", draft).Json();
  auto late_submit = auditor.Post("/api/decisions/" + drafted["id"].get<std::string>() + "/submit", {{"version", 77}});
  ASSERT_EQ(late_submit.status, 409) << late_submit.body;
  EXPECT_EQ(late_submit.Json()["current"]["state"], "draft");
  // A refusal that is no conflict shows nothing.
  EXPECT_FALSE(hospital
                   .Post(path + "/close",
                         {{"reason", "ended"}, {"exposure", false}, {"exposure_reason", "无需"}, {"version", 1}})
                   .Json()
                   .contains("current"));
}

// The figure of rules/clocks.csv is the default; the page of settings must not show another.
TEST(CaseSettingsTest, StandardsAreThoseOfTheTablesTheyStandFor) {
  auto rules = casework::Rules::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules");
  ASSERT_TRUE(rules.has_value());
  std::map<std::string, std::string> standards;
  for (const auto& setting : account::SettingTable()) standards[setting.name] = setting.standard;
  for (const char* kind : {"answer", "appeal"}) {
    const casework::ClockKind* clock = rules->clocks.Find(kind);
    ASSERT_NE(clock, nullptr);
    std::string name = std::string("casework.") + kind + "_days";
    EXPECT_EQ(standards.at(name), std::to_string(clock->length)) << name;
    EXPECT_EQ(clock->unit, casework::ClockUnit::kWorkingDays);
    EXPECT_NE(clock->basis.find(name), std::string::npos) << "the table names its setting";
  }
  EXPECT_EQ(standards.at("casework.criminal_line_fen"), std::to_string(*rules->sanctions.CriminalLine(false)));
}

}  // namespace
}  // namespace yijian::api
