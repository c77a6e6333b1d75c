// National messages 3701-3704 over real sockets, as an institution's system sends them.
#include "api/testing.h"
#include "base/bytes.h"
#include "ledger/book.h"
#include "trail/evidence.h"

namespace yijian::api {
namespace {

using account::Role;
using nlohmann::json;

class NationalRoutesTest : public WorkbenchTest {
 protected:
  // Two confirmed suspects of H1, each of one visit; the first has two lines.
  void AddClue() {
    Do([&](store::Session& session) -> Status {
      TRY(session.Execute(
          "INSERT INTO clue (id, no, title, source, matter, subject_kind, subject, subject_name, institution, "
          "institution_name, area, severity, status, found_fen, created_at, updated_at) VALUES (1, 'XS-1', '重复收费', "
          "'rule', 'charging', 'institution', 'H1', '仁和医院', 'H1', '仁和医院', '500101', 'violation', 'working', "
          "90000, 0, 0)"));
      int64_t place = TRY(ledger::PlaceOf(session, {"500101", "H1", "charging", "2026-01"}));
      const std::vector<std::pair<int64_t, std::vector<Fen>>> kSuspects = {{1, {50'000, 30'000}}, {2, {10'000}}};
      int64_t line = 10;
      std::vector<ledger::Identified> identified;
      for (const auto& [suspect, amounts] : kSuspects) {
        Fen sum = 0;
        for (Fen fen : amounts) sum += fen;
        TRY(session.Execute(
            "INSERT INTO finding (id, clue_id, home_clue, rule, rule_version, severity, institution, doc, month, "
            "place_id, status, verdict, found_fen, attributed_fen, message_zh, message_en, facts) VALUES (?, 1, 1, "
            "'P-025a', 1, 'violation', 'H1', ?, '2026-01', ?, 'live', 'confirmed', ?, ?, '重复', 'twice', '{}')",
            {suspect, "M" + std::to_string(suspect), place, sum, sum}));
        for (Fen fen : amounts) {
          TRY(session.Execute(
              "INSERT INTO finding_line (id, finding_id, kind, row_id, charged, feedetl_sn, item_code, item_name, cnt, "
              "pric, amount_fen, found_fen, attributed_fen, verdict, chk_fen) VALUES (?, ?, 'fee', ?, 1, ?, '250101', "
              "'血常规', '2', '150.5', ?, ?, ?, 'confirmed', ?)",
              {line, suspect, line, "F" + std::to_string(line), fen, fen, fen, fen}));
          identified.push_back({line++, place, fen});
        }
      }
      return ledger::Identify(session, {0, "test", 0}, identified);
    });
  }
  // An opinion on all of it; answers its path.
  std::string Issue(Person& auditor) {
    AddClue();
    auto opened = auditor.Post("/api/cases", {{"clues", {"c1"}}, {"title", "仁和医院重复收费"}});
    EXPECT_EQ(opened.status, 201) << opened.body;
    case_ = "/api/cases/" + opened.Json()["id"].get<std::string>();
    auto issued = auditor.Post(case_ + "/opinions", {{"text", "请核对"}, {"version", opened.Json()["version"]}});
    EXPECT_EQ(issued.status, 201) << issued.body;
    return "/api/opinions/" + issued.Json()["id"].get<std::string>();
  }
  static json File(const std::string& name, const std::string& bytes) {
    return {{"name", name}, {"bytes", Base64Of(bytes)}};
  }
  static json Suspect(const std::string& id, const char* amount, const json& files, const char* why = "有医嘱佐证") {
    return {
        {"docSusptId", id}, {"applyFlag", "1"}, {"susptAmt", amount}, {"attUploadId", files}, {"auditOpinion", why}};
  }
  static json Accepted(const std::string& id) { return {{"docSusptId", id}, {"applyFlag", "0"}}; }
  static json Document(const std::string& doc, std::vector<json> suspects) {
    return {{"docId", doc}, {"docSusptDTOS", std::move(suspects)}};
  }
  static json Message(std::vector<json> docs) {
    return {{"remark", "回复"}, {"medinsCodg", "H1"}, {"medinsName", "仁和医院"}, {"docs", std::move(docs)}};
  }
  static json Outcome(const http::Answer& answer, size_t doc = 0, size_t suspect = 0) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? answer.Json()["docs"][doc]["docsuspt"][suspect] : json::object();
  }
  std::string case_;
};
YIJIAN_ON_BOTH_DATABASES(NationalRoutesTest);

TEST_P(NationalRoutesTest, AnInstitutionsSystemAnswersAndAsksForAPanel) {
  Person auditor = SignIn(Role::kAuditor);
  Person hospital = SignIn(Role::kInstitution, "500101", "H1");
  Person other = SignIn(Role::kInstitution, "500101", "H2");
  std::string opinion = Issue(auditor);

  auto asked = hospital.Post("/api/national/3701", {{"medinsCodg", "H1"}, {"stage", "1"}, {"pageSize", 1}});
  ASSERT_EQ(asked.status, 200) << asked.body;
  json page = asked.Json();
  EXPECT_EQ(page["recordCounts"], 2);
  ASSERT_EQ(page["data"].size(), 1U);
  json document = page["data"][0];
  EXPECT_EQ(document["docId"], "M1");
  EXPECT_EQ(document["applDdln"].get<std::string>().size(), 19U);  // 2026-06-12 23:59:59
  json suspect = document["docSusptDTOS"][0];
  EXPECT_EQ(suspect["docSusptId"], "s1");
  EXPECT_EQ(suspect["chkVolaAmt"], "800.00");
  EXPECT_EQ(suspect["violationDetailIds"], (json{"l10", "l11"}));
  EXPECT_EQ(suspect["details"][0]["pric"], "150.5");
  EXPECT_FALSE(suspect.contains("applAmt"));
  EXPECT_EQ(other.Post("/api/national/3701").Json()["recordCounts"], 0);
  EXPECT_EQ(hospital.Post("/api/national/3701", {{"stage", "2"}}).Json()["recordCounts"], 0);

  auto attached = hospital.Post("/api/national/3704", {{"fsiAppealFileDTOList", {File("医嘱.txt", "医嘱")}}});
  ASSERT_EQ(attached.status, 200) << attached.body;
  json files = attached.Json()["attUploadId"];
  auto more = hospital.Post("/api/national/3704",
                            {{"attUploadId", files}, {"fsiAppealFileDTOList", {File("病历.txt", "病历")}}});
  EXPECT_EQ(more.Json()["attUploadId"], files);
  EXPECT_EQ(
      other.Post("/api/national/3704", {{"attUploadId", files}, {"fsiAppealFileDTOList", {File("a", "b")}}}).status,
      404);

  // What is wrong with a suspect is said; the rest stands as a draft.
  auto first =
      hospital.Post("/api/national/3702", Message({Document("M1", {Suspect("s1", "350.00", files)}),
                                                   Document("M9", {Accepted("s2"), Accepted("s2"), Accepted("s77")})}));
  EXPECT_EQ(Outcome(first)["susptCode"], "0") << first.body;
  EXPECT_EQ(first.Json()["docs"][1]["docCode"], "1");
  EXPECT_EQ(Outcome(first, 1, 0)["susptReason"], "疑点不属于此单据");
  EXPECT_EQ(Outcome(first, 1, 1)["susptReason"], "疑点重复");
  EXPECT_EQ(Outcome(first, 1, 2)["susptReason"], "没有此疑点");
  EXPECT_EQ(auditor.Get(opinion).Json()["state"], "issued");
  EXPECT_EQ(hospital.Get(opinion).Json()["evidence"].size(), 2U);
  EXPECT_NE(Outcome(hospital.Post("/api/national/3702",
                                  Message({Document("M1", {Suspect("s1", "800.01", files)})})))["susptReason"],
            "");
  EXPECT_NE(Outcome(hospital.Post("/api/national/3702",
                                  Message({Document("M1", {Suspect("s1", "1", "FJ-0")})})))["susptReason"],
            "");
  json foreign = Message({Document("M2", {Accepted("s2")})});
  foreign["medinsCodg"] = "H2";
  EXPECT_EQ(Outcome(other.Post("/api/national/3702", foreign))["susptReason"], "没有此疑点");

  // The last suspect hands the answer in: 350 of 800 yuan are contested, of the first line.
  auto last = hospital.Post("/api/national/3702", Message({Document("M2", {Accepted("s2")})}));
  EXPECT_EQ(Outcome(last)["susptCode"], "0") << last.body;
  json answered = auditor.Get(opinion).Json();
  EXPECT_EQ(answered["state"], "answered");
  EXPECT_EQ(answered["contested_fen"], 35'000);
  EXPECT_EQ(answered["evidence"].size(), 2U);
  EXPECT_EQ(answered["lines"][0]["answer_evidence"].size(), 2U);
  EXPECT_EQ(answered["lines"][1]["answer"], "accept");
  EXPECT_EQ(Outcome(hospital.Post("/api/national/3702", Message({Document("M2", {Accepted("s2")})})))["susptCode"],
            "1");

  auto reviewed = auditor.Post(
      opinion + "/review", {{"version", answered["version"]}, {"lines", {{{"line", "l10"}, {"review", "uphold"}}}}});
  ASSERT_EQ(reviewed.status, 200) << reviewed.body;
  auto wrong = hospital.Post("/api/national/3703", Message({Document("M1", {Suspect("s1", "350", files)}),
                                                            Document("M2", {Suspect("s2", "100", files)})}));
  EXPECT_EQ(Outcome(wrong, 0)["susptCode"], "1");  // none is filed
  EXPECT_EQ(Outcome(wrong, 1)["susptReason"], "没有可以申请合议的明细");
  EXPECT_EQ(Outcome(hospital.Post("/api/national/3703",
                                  Message({Document("M1", {Suspect("s1", "1", files)})})))["susptReason"],
            "申请合议的金额应为350.00元");
  auto panel = hospital.Post("/api/national/3703", Message({Document("M1", {Suspect("s1", "350", files)})}));
  EXPECT_EQ(Outcome(panel)["susptCode"], "0") << panel.body;
  EXPECT_EQ(auditor.Get(opinion).Json()["state"], "appealed");
  json second = hospital.Post("/api/national/3701", {{"stage", "2"}}).Json();
  EXPECT_EQ(second["data"][0]["docSusptDTOS"][0]["applAmt"], "350.00");
  EXPECT_EQ(second["data"][0]["docSusptDTOS"][0]["appyClglRea"], "回复\n有医嘱佐证");
}

TEST_P(NationalRoutesTest, OnlyTheInstitutionItselfAndOnlyWhatFits) {
  Person auditor = SignIn(Role::kAuditor);
  Person hospital = SignIn(Role::kInstitution, "500101", "H1");
  json appeal = Message({Document("M1", {Accepted("s1")})});
  json files = {{"fsiAppealFileDTOList", {File("a.txt", "a")}}};
  const std::vector<std::pair<std::string, json>> kMessages = {
      {"3701", {{"medinsCodg", "H1"}}}, {"3702", appeal}, {"3703", appeal}, {"3704", files}};
  std::vector<Person> others;  // signed in once: signing in is limited by address
  for (int role = 0; role < account::kRoles; role++) {
    if (static_cast<Role>(role) != Role::kInstitution) others.push_back(SignIn(static_cast<Role>(role)));
  }
  for (const auto& [infno, body] : kMessages) {
    std::string path = "/api/national/" + infno;
    EXPECT_EQ(Person(port()).Post(path, body).status, 401) << infno;
    EXPECT_EQ(hospital.Post(path, body).status, 200) << infno;
    for (Person& other : others) EXPECT_EQ(other.Post(path, body).status, 403) << infno << " " << other.login;
    json of_another = body;
    of_another["medinsCodg"] = "H2";
    EXPECT_EQ(hospital.Post(path, of_another).status, infno == "3704" ? 422 : 403) << infno;
    json unknown = body;
    unknown["surprise"] = 1;
    EXPECT_EQ(hospital.Post(path, unknown).status, 422) << infno;
    EXPECT_EQ(hospital.Post(path, json::array()).status, 400) << infno;
  }
  EXPECT_EQ(hospital.Post("/api/national/3705", json::object()).status, 404);

  auto refused = [&](const char* infno, const json& body) {
    return hospital.Post(std::string("/api/national/") + infno, body).status;
  };
  EXPECT_EQ(refused("3701", {{"startTime", "2026-02-01 00:00:00"}, {"endTime", "2026-01-01 00:00:00"}}), 422);
  EXPECT_EQ(refused("3701", {{"startTime", "yesterday"}}), 422);
  EXPECT_EQ(refused("3701", {{"pageSize", 101}}), 422);
  EXPECT_EQ(refused("3701", {{"stage", "3"}}), 422);
  EXPECT_EQ(refused("3702", Message({})), 422);
  EXPECT_EQ(refused("3702", Message({Document("M1", {})})), 422);
  for (const char* needed : {"susptAmt", "attUploadId", "auditOpinion"}) {
    json suspect = Suspect("s1", "1.00", "FJ-1");
    suspect.erase(needed);
    EXPECT_EQ(refused("3702", Message({Document("M1", {suspect})})), 422) << needed;
  }
  EXPECT_EQ(refused("3703", Message({Document("M1", {Suspect("s1", "-1.00.0", "FJ-1")})})), 422);
  std::vector<json> many(1001, Accepted("s1"));
  EXPECT_EQ(refused("3702", Message({Document("M1", many)})), 422);

  json six = json::array();
  for (int i = 0; i < 6; i++) six.push_back(File("f", "x"));
  EXPECT_EQ(refused("3704", {{"fsiAppealFileDTOList", six}}), 422);
  EXPECT_EQ(refused("3704", {{"fsiAppealFileDTOList", json::array()}}), 422);
  EXPECT_EQ(refused("3704", {{"fsiAppealFileDTOList", {File("empty", "")}}}), 422);
  EXPECT_EQ(refused("3704", {{"fsiAppealFileDTOList", {{{"name", "f"}, {"bytes", "no base64!"}}}}}), 422);
  EXPECT_EQ(refused("3704", {{"attUploadId", "FJ-9"}, {"fsiAppealFileDTOList", {File("f", "x")}}}), 404);
}

}  // namespace
}  // namespace yijian::api
