#include "realtime/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/hash.h"
#include "realtime/testing.h"

namespace yijian::realtime {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<std::string> RulesOf(const std::string& body) {
  std::vector<std::string> rules;
  json answer = json::parse(body);
  EXPECT_EQ(answer["infcode"], 0) << body;
  for (const json& row : answer["output"]["result"]) rules.push_back(row["rule_id"]);
  std::sort(rules.begin(), rules.end());
  return rules;
}

using Rules = std::vector<std::string>;

TEST(Gateway, ADraftGetsItsHitsWithAllThatTheInterfaceAsksFor) {
  TestBench bench;
  std::string body = bench.Ask("3101", "H500101000012026030108000001", "2026-03-01 08:00:00",
                               DraftJson("P1", "V1", "2026-03-01", {{"L1", "X1A", "3"}, {"L2", "X2B", "12"}}));
  json answer = json::parse(body);
  ASSERT_EQ(answer["infcode"], 0) << body;
  EXPECT_EQ(answer["inf_refmsgid"].get<std::string>().size(), 30U);
  ASSERT_EQ(RulesOf(body), (Rules{"T-DAY", "T-EACH"}));
  for (const json& hit : answer["output"]["result"]) {
    for (const char* field : {"jr_id", "rule_id", "rule_name", "vola_cont", "patn_id", "mdtrt_id", "vola_amt",
                              "vola_amt_stas", "sev_deg", "vola_evid", "vola_bhvr_type", "task_id", "remedy", "advice"})
      EXPECT_TRUE(hit.contains(field)) << field;
    EXPECT_EQ(hit["sev_deg"], "1");
    EXPECT_EQ(hit["patn_id"], "P1");
    EXPECT_EQ(hit["mdtrt_id"], "V1");
    EXPECT_EQ(hit["official_code"], "GZ" + hit["rule_id"].get<std::string>());
    if (hit["rule_id"] != "T-DAY") continue;
    EXPECT_EQ(hit["vola_amt"], 10.0);
    EXPECT_EQ(hit["judge_result_detail_dtos"][0]["rx_id"], "L1");
    EXPECT_THAT(hit["remedy"].get<std::string>(), HasSubstr("将药品X1A的数量减少 1（改为 2）"));
  }
}

TEST(Gateway, TheRemedyOfAnExcessOfMoneyNamesTheYuan) {
  TestBench bench;
  json answer =
      json::parse(bench.Ask("3101", "H500101000012026030108000001", "2026-03-01 08:00:00",
                            DraftJson("P1", "V1", "2026-03-01", {{"L1", "LIMIT1", "3"}, {"L2", "LIMIT2", "4"}})));
  ASSERT_EQ(answer["infcode"], 0) << answer.dump();
  const json& hit = answer["output"]["result"][0];
  EXPECT_EQ(hit["rule_id"], "T-LIMIT");
  EXPECT_EQ(hit["vola_amt"], 20.0);
  EXPECT_EQ(hit["remedy"], "超出限额的 20.00 元不以医保基金结算（药品LIMIT2 20.00 元）");
}

TEST(Gateway, TodaysSaleCountsTomorrow) {
  TestBench bench;
  auto upload = [&](const std::string& infno, const std::string& msgid, const std::string& time,
                    const std::string& input) {
    json answer = json::parse(bench.Ask(infno, msgid, time, input));
    EXPECT_EQ(answer["infcode"], 0) << answer.dump();
  };
  std::string line =
      R"({"feedetail":[{"feedetl_sn":"F1","mdtrt_id":"V1","psn_no":"P1","chrg_bchno":"B1","fee_ocur_time":"2026-03-01 08:10:00",)"
      R"("med_list_codg":"X1A","cnt":2,"pric":10,"det_item_fee_sumamt":20,"fulamt_ownpay_amt":0,"preselfpay_amt":0}]})";
  upload("2204", "m1", "2026-03-01 08:10:00", line);
  upload(
      "2207", "m2", "2026-03-01 08:20:00",
      R"({"data":{"psn_no":"P1","mdtrt_id":"V1","chrg_bchno":"B1","med_type":"11"},"setlinfo":{"setl_id":"S1","medfee_sumamt":20}})");
  // The third of the day, in another visit.
  std::string draft = DraftJson("P1", "V2", "2026-03-01", {{"L1", "X1A", "1"}});
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m3", "2026-03-01 15:00:00", draft)), Rules{"T-DAY"});
  // The settlement is cancelled, then its lines: nothing is left of the morning.
  upload("2208", "m4", "2026-03-01 15:30:00", R"({"data":{"psn_no":"P1","mdtrt_id":"V1","setl_id":"S1"}})");
  upload("2205", "m5", "2026-03-01 15:31:00", R"({"data":{"psn_no":"P1","mdtrt_id":"V1","chrg_bchno":"B1"}})");
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m6", "2026-03-01 16:00:00", draft)), Rules{});
}

TEST(Gateway, AtSettlementTheVisitIsJudgedWholeHoweverMuchOfItWasUploaded) {
  TestBench bench;
  bench.Ask(
      "2204", "m1", "2026-03-01 08:10:00",
      R"({"feedetail":[{"feedetl_sn":"F1","mdtrt_id":"V1","psn_no":"P1","chrg_bchno":"B1","fee_ocur_time":"2026-03-01 09:00:00",)"
      R"("med_list_codg":"X1A","cnt":3,"pric":10,"det_item_fee_sumamt":30}]})");
  // Its own name for the same line, and asked twice.
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"RX-7", "X1A", "3"}});
  EXPECT_EQ(RulesOf(bench.Ask("3102", "m2", "2026-03-01 10:00:00", draft)), Rules{"T-DAY"});
  EXPECT_EQ(RulesOf(bench.Ask("3102", "m3", "2026-03-01 10:01:00", draft)), Rules{"T-DAY"});
}

TEST(Gateway, AHitThatMayStillBeEndedSaysUntilWhenAndIsLifted) {
  TestBench bench;
  std::string body =
      bench.Ask("3101", "m1", "2026-03-01 09:30:00", DraftJson("P1", "V1", "2026-03-01", {{"L1", "NEEDS", "1"}}));
  json hit = json::parse(body)["output"]["result"][0];
  EXPECT_EQ(hit["open_until"], "2026-03-04 09:00:00");
  bench.Ask(
      "2204", "m2", "2026-03-01 09:40:00",
      R"({"feedetail":[{"feedetl_sn":"L1","mdtrt_id":"V1","psn_no":"P1","chrg_bchno":"B1","fee_ocur_time":"2026-03-01 09:00:00",)"
      R"("med_list_codg":"NEEDS","cnt":1,"pric":10,"det_item_fee_sumamt":10}]})");
  body = bench.Ask("3101", "m3", "2026-03-02 09:30:00", DraftJson("P1", "V2", "2026-03-02", {{"L9", "PARTNER", "1"}}));
  json answer = json::parse(body);
  EXPECT_EQ(answer["output"]["result"].size(), 0U);
  ASSERT_EQ(answer["output"]["lifted"].size(), 1U);
  EXPECT_EQ(answer["output"]["lifted"][0], hit["jr_id"]);
}

TEST(Gateway, AGroupThatGrowsByAnotherVisitIsToldAnewAndWhatItWasIsLifted) {
  TestBench bench;
  // Known before, so that a draft about him changes nothing but its own visit.
  bench.Ask(
      "2201", "m0", "2026-03-01 08:00:00",
      R"({"data":{"psn_no":"P1","gend":"1","brdy":"1990-01-01","poolarea":"500101","mdtrt_id":"V1","begntime":"2026-03-01 08:00:00"}})");
  std::string body =
      bench.Ask("3101", "m1", "2026-03-01 09:30:00", DraftJson("P1", "V1", "2026-03-01", {{"L1", "X1A", "3"}}));
  json hit = json::parse(body)["output"]["result"][0];
  bench.Ask(
      "2204", "m2", "2026-03-01 09:40:00",
      R"({"feedetail":[{"feedetl_sn":"L1","mdtrt_id":"V1","psn_no":"P1","chrg_bchno":"B1","fee_ocur_time":"2026-03-01 09:00:00",)"
      R"("med_list_codg":"X1A","cnt":3,"pric":10,"det_item_fee_sumamt":30}]})");
  body = bench.Ask("3101", "m3", "2026-03-01 15:00:00", DraftJson("P1", "V2", "2026-03-01", {{"L9", "X1A", "1"}}));
  EXPECT_EQ(RulesOf(body), Rules{"T-DAY"});
  json answer = json::parse(body);
  EXPECT_NE(answer["output"]["result"][0]["jr_id"], hit["jr_id"]);
  ASSERT_EQ(answer["output"]["lifted"].size(), 1U);
  EXPECT_EQ(answer["output"]["lifted"][0], hit["jr_id"]);
}

TEST(Gateway, AMissingFactIsNamedAndIsNoHit) {
  TestBench bench;
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"L1", "CHILD", "1"}});
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m1", "2026-03-01 09:30:00", draft)), Rules{"T-AGE"});
  size_t at = draft.find("1990-01-01");
  draft.replace(at, 10, "");
  json answer = json::parse(bench.Ask("3101", "m2", "2026-03-01 09:30:00", draft));
  EXPECT_EQ(answer["output"]["result"].size(), 0U);
  ASSERT_EQ(answer["output"]["unknown"].size(), 1U);
  EXPECT_EQ(answer["output"]["unknown"][0]["missing"], "person.birth");
  EXPECT_EQ(answer["output"]["unknown"][0]["missing_name"], "参保人.出生日期");
  EXPECT_EQ(answer["output"]["unknown"][0]["rx_id"], "L1");
}

TEST(Gateway, APackSoldTwiceIsFoundAcrossPersons) {
  TestBench bench;
  std::string sale =
      R"({"selinfo":{"med_list_codg":"X1A","psn_no":"P1","setl_id":"S1","mdtrt_sn":"V1","sel_retn_time":"2026-03-01 10:00:00",)"
      R"("sel_retn_cnt":1,"finl_trns_pric":10,"trdn_flag":"0","rtal_docno":"D1","drugtracinfo":[{"drug_trac_codg":"81234567890123456789"}]}})";
  EXPECT_EQ(json::parse(bench.Ask("3505", "m1", "2026-03-01 10:00:00", sale))["infcode"], 0);
  std::string draft = DraftJson("P2", "V2", "2026-03-02",
                                {{"L1", "X1A", "1", R"(,"drugtracinfo":[{"drug_trac_codg":"81234567890123456789"}])"}});
  EXPECT_EQ(RulesOf(bench.Ask("3102", "m2", "2026-03-02 10:00:00", draft)), Rules{"T-CODE"});
}

TEST(Gateway, AMessageAgainIsAnsweredAlikeAndChangesNothing) {
  TestBench bench;
  std::string lines =
      R"({"feedetail":[{"feedetl_sn":"F1","mdtrt_id":"V1","psn_no":"P1","chrg_bchno":"B1","fee_ocur_time":"2026-03-01 08:10:00",)"
      R"("med_list_codg":"X1A","cnt":2,"pric":10,"det_item_fee_sumamt":20}]})";
  std::string request = Must(BuildRequest(Parts("2204", "m1", "2026-03-01 08:10:00", lines), {}, {}));
  EXPECT_FALSE(bench.gateway->National("2204", request).again);
  EXPECT_TRUE(bench.gateway->National("2204", request).again);
  std::string other = lines;
  other.replace(other.find("\"cnt\":2"), 7, "\"cnt\":3");
  WireResponse conflict =
      bench.gateway->National("2204", Must(BuildRequest(Parts("2204", "m1", "2026-03-01 08:10:00", other), {}, {})));
  EXPECT_EQ(conflict.word, "YJ3001");
  EXPECT_EQ(Must(bench.store->Get(program::Subject::kPerson, IdKeyOf("P1"))).of(Kind::kLine).size(), 1U);
  std::string ask = DraftJson("P1", "V2", "2026-03-01", {{"L1", "X1A", "1"}});
  std::string first = bench.Ask("3102", "m2", "2026-03-01 09:00:00", ask);
  EXPECT_EQ(json::parse(first)["output"], json::parse(bench.Ask("3102", "m2", "2026-03-01 09:05:00", ask))["output"]);
}

TEST(Gateway, ARefundGivesTheLineBackWholeOrInPart) {
  TestBench bench;
  auto line = [](const std::string& serial, const std::string& qty, const std::string& of) {
    return R"({"feedetail":[{"feedetl_sn":")" + serial + R"(","init_feedetl_sn":")" + of +
           R"(","mdtrt_id":"V1","psn_no":"P1","fee_ocur_time":"2026-03-01 08:10:00","med_list_codg":"X1A","cnt":)" +
           qty + R"(,"pric":10,"det_item_fee_sumamt":)" + qty + "0}]}";
  };
  auto lines = [&] { return Must(bench.store->Get(program::Subject::kPerson, IdKeyOf("P1"))).of(Kind::kLine).size(); };
  bench.Ask("2301", "m1", "2026-03-01 08:10:00", line("F1", "3", ""));
  bench.Ask("2301", "m2", "2026-03-01 08:11:00", line("F2", "-1", "F1"));
  EXPECT_EQ(lines(), 2U);  // the part given back stays beside it
  bench.Ask("2301", "m3", "2026-03-01 08:12:00", line("F3", "5", ""));
  EXPECT_EQ(lines(), 3U);
  bench.Ask("2301", "m4", "2026-03-01 08:13:00", line("F4", "-5", "F3"));
  EXPECT_EQ(lines(), 2U);
}

TEST(Gateway, WhatWasToldOfAVisitIsFoundByIt) {
  TestBench bench;
  json answer = json::parse(
      bench.Ask("3102", "m1", "2026-03-01 09:00:00",
                DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "12"}, {"L2", "X9", "1"}, {"L3", "X2C", "11"}})));
  ASSERT_EQ(answer["output"]["result"].size(), 2U);
  bench.Ask("3102", "m2", "2026-03-01 10:00:00", DraftJson("P1", "V10", "2026-03-01", {{"L1", "X2B", "12"}}));
  std::vector<ToldHit> told = Must(bench.service->told().OfVisit("V1"));
  ASSERT_EQ(told.size(), 2U) << "V10 is another visit";
  EXPECT_EQ(told[0].asked, "2026-03-01 09:00:00");
  EXPECT_FALSE(told[0].answered);
  std::set<std::string> lines;
  for (const ToldHit& hit : told) {
    ASSERT_EQ(hit.lines.size(), 1U);
    lines.insert(hit.lines[0].line + " " + hit.lines[0].item);
  }
  EXPECT_EQ(lines, (std::set<std::string>{"L1 X2B", "L3 X2C"}));
  EXPECT_TRUE(Must(bench.service->told().OfVisit("V")).empty());
}

TEST(Gateway, WhoOnlyTriesItAnswersForNobody) {
  TestBench bench;
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "12"}});
  std::string body = json::parse(draft)["data"].dump();
  const Caller kPerson{"H50010100001", "clerk", true};
  json tried = json::parse(bench.gateway->Twin("mid", kPerson, body).body);
  EXPECT_TRUE(Must(bench.service->told().OfVisit("V1")).empty()) << "a trial tells nobody anything";
  std::string hit = tried["answers"][0]["hits"][0]["id"];
  auto feedback = [&](const Caller& caller, const std::string& reason) {
    return bench.gateway->Twin("feedback", caller,
                               R"({"warn_type":"2","warns":[{"warn_rslt_id":")" + hit +
                                   R"(","dspo_way":"1","dspo_way_rea":")" + reason + R"("}]})");
  };
  EXPECT_EQ(feedback(kPerson, "试用").status, 200);
  const Caller kSystem{"H50010100001", "", false};
  bench.gateway->Twin("mid", kSystem, body);
  EXPECT_EQ(feedback(kSystem, "机构所填").status, 200);
  EXPECT_EQ(feedback(kPerson, "他人所填").status, 200);
  EXPECT_EQ(feedback(kPerson, "").word, "YJ3004") << "checked alike";
  std::vector<ToldHit> told = Must(bench.service->told().OfVisit("V1"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].reason, "机构所填");
}

TEST(Gateway, TwoInstitutionsAreToldTheSameApartAndAnswerApart) {
  TestBench bench;
  std::string body = json::parse(DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "12"}}))["data"].dump();
  std::string hit;
  for (const char* institution : {"H50010100001", "H50010100002"}) {
    json told = json::parse(bench.gateway->Twin("mid", {institution, "", false}, body).body);
    hit = told["answers"][0]["hits"][0]["id"];
  }
  auto feedback = [&](const Caller& caller, const std::string& reason) {
    return bench.gateway->Twin("feedback", caller,
                               R"({"warn_type":"2","warns":[{"warn_rslt_id":")" + hit +
                                   R"(","dspo_way":"1","dspo_way_rea":")" + reason + R"("}]})");
  };
  EXPECT_EQ(feedback({"H50010100001", "", false}, "甲院所填").status, 200);
  EXPECT_EQ(feedback({"H50010100002", "", false}, "乙院所填").status, 200);
  EXPECT_EQ(feedback({"H50010100003", "", false}, "未被提醒").word, "YJ3003");
  std::map<std::string, std::string> reasons;
  for (const ToldHit& told : Must(bench.service->told().OfVisit("V1"))) reasons[told.institution] = told.reason;
  EXPECT_EQ(reasons, (std::map<std::string, std::string>{{"H50010100001", "甲院所填"}, {"H50010100002", "乙院所填"}}));
  EXPECT_EQ(Must(bench.service->AcceptanceByRule())["T-EACH"].carried_on, 2);
  // A bureau's auditor tries what they were told: his answer is his own.
  const Caller kAuditor{"", "auditor", true};
  EXPECT_EQ(bench.gateway->Twin("mid", kAuditor, body).status, 200);
  EXPECT_EQ(feedback(kAuditor, "试用").status, 200);
  EXPECT_EQ(Must(bench.service->AcceptanceByRule())["T-EACH"].told, 2);
}

TEST(Gateway, FeedbackKeepsTheReasonForTheAuditor) {
  TestBench bench;
  json answer = json::parse(
      bench.Ask("3102", "m1", "2026-03-01 09:00:00", DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "12"}})));
  json hit = answer["output"]["result"][0];
  EXPECT_EQ(hit["advice"], "self_pay");  // a violation of policy at settlement
  EXPECT_TRUE(hit["reason_needed"]);
  auto feedback = [&](const std::string& msgid, const std::string& id, const std::string& rest) {
    return json::parse(
        bench.Ask("3103", msgid, "2026-03-01 09:10:00",
                  R"({"data":{"warn_type":"2","warns":[{"warn_rslt_id":")" + id + "\"," + rest + "}]}}"));
  };
  EXPECT_THAT(feedback("m2", "0000000000000000", R"("dspo_way":"2")")["err_msg"].get<std::string>(),
              HasSubstr("YJ3003"));
  EXPECT_THAT(feedback("m3", hit["jr_id"], R"("dspo_way":"1")")["err_msg"].get<std::string>(), HasSubstr("YJ3004"));
  EXPECT_EQ(feedback("m4", hit["jr_id"], R"("dspo_way":"1","dspo_way_rea":"抢救用药")")["infcode"], 0);
  Acceptance acceptance = Must(bench.service->AcceptanceByRule())["T-EACH"];
  EXPECT_EQ(acceptance.told, 1);
  EXPECT_EQ(acceptance.carried_on, 1);
  std::string kept;
  Must(bench.store->ForEach(Notes::kFeedback, "", [&](std::string_view, std::string_view text) {
    kept += text;
    return true;
  }));
  EXPECT_THAT(kept, HasSubstr("抢救用药"));
  // Thought better of it: the last answer counts.
  json changed = json::parse(bench.Ask("3103", "m5", "2026-03-01 09:20:00",
                                       R"({"data":{"warn_type":"2","warns":[{"warn_rslt_id":")" +
                                           hit["jr_id"].get<std::string>() + R"(","dspo_way":"2"}]}})"));
  EXPECT_EQ(changed["infcode"], 0);
  acceptance = Must(bench.service->AcceptanceByRule())["T-EACH"];
  // Counted as it came is what a new process reads from the notes.
  Service reads(*bench.store, [&] { return bench.now; });
  Acceptance read = Must(reads.AcceptanceByRule())["T-EACH"];
  EXPECT_EQ(std::tuple(read.told, read.answered, read.changed, read.carried_on, read.with_reason, read.amount),
            std::tuple(acceptance.told, acceptance.answered, acceptance.changed, acceptance.carried_on,
                       acceptance.with_reason, acceptance.amount));
  EXPECT_EQ(acceptance.answered, 1);
  EXPECT_EQ(acceptance.changed, 1);
  EXPECT_THAT(Must(bench.gateway->Report()), HasSubstr("\"changed\":1"));
  EXPECT_THAT(bench.gateway->Metrics(), HasSubstr("yijian_rule_hits_total{rule=\"T-EACH\"} 1"));
}

TEST(Gateway, TheTwinSaysTheSameInPlainJson) {
  TestBench bench;
  std::string body =
      R"({"msgid":"t1","time":"2026-03-01 09:30:00","persons":[{"psn_no":"P1","gend":"1","brdy":"1990-01-01",)"
      R"("visits":[{"mdtrt_id":"V1","med_type":"11","begntime":"2026-03-01 08:00:00","lines":[)"
      R"({"bkkp_sn":"F1","fee_ocur_time":"2026-03-01 09:00:00","hilist_code":"X1A","cnt":3,"pric":10,)"
      R"("det_item_fee_sumamt":30,"fulamt_ownpay_amt":0,"preselfpay_amt":0}]}]}]})";
  WireResponse response = bench.gateway->Twin("mid", {"H50010100001", "测试医院"}, body);
  ASSERT_EQ(response.status, 200) << response.body;
  json answer = json::parse(response.body);
  ASSERT_EQ(answer["answers"][0]["hits"].size(), 1U);
  json hit = answer["answers"][0]["hits"][0];
  EXPECT_EQ(hit["rule"], "T-DAY");
  EXPECT_EQ(hit["lines"][0]["line"], "F1");
  EXPECT_EQ(hit["lines"][0]["units"], "1");
  EXPECT_EQ(hit["amount"], "10.00");
  EXPECT_TRUE(bench.gateway->Twin("mid", {"H50010100001", ""}, body).again);
  EXPECT_FALSE(bench.gateway->Twin("mid", {"H50010100002", ""}, body).again);  // another caller's t1
  EXPECT_EQ(bench.gateway->Twin("mid", {"H1", ""}, "{").status, 400);
  EXPECT_EQ(bench.gateway->Twin("nothing", {"H1", ""}, "{}").status, 404);
  WireResponse upload = bench.gateway->Twin(
      "upload", {"H50010100001", ""},
      R"({"infno":"2205","msgid":"u1","input":{"data":{"psn_no":"P1","mdtrt_id":"V1","chrg_bchno":"0000"}}})");
  EXPECT_EQ(upload.status, 200) << upload.body;
}

TEST(Gateway, ManyDraftsAreAnsweredAsOneByOne) {
  TestBench bench;
  std::string persons;
  for (int i = 0; i < 50; i++) {
    json one = json::parse(DraftJson("P" + std::to_string(i), "V" + std::to_string(i), "2026-03-01",
                                     {{"L1", "X1A", std::to_string(1 + i % 4)}}));
    persons += (persons.empty() ? "" : ",") + one["data"]["patient_dtos"][0].dump();
  }
  json batch =
      json::parse(bench.Ask("3102", "m1", "2026-03-01 10:00:00", R"({"data":{"patient_dtos":[)" + persons + "]}}"));
  ASSERT_EQ(batch["infcode"], 0);
  size_t hits = 0;
  for (int i = 0; i < 50; i++) {
    json alone = json::parse(bench.Ask("3102", "a" + std::to_string(i), "2026-03-01 10:00:00",
                                       DraftJson("P" + std::to_string(i), "V" + std::to_string(i), "2026-03-01",
                                                 {{"L1", "X1A", std::to_string(1 + i % 4)}})));
    for (json hit : alone["output"]["result"]) {
      hit.erase("task_id");
      bool found = false;
      for (json other : batch["output"]["result"]) {
        other.erase("task_id");
        found = found || other == hit;
      }
      EXPECT_TRUE(found) << hit.dump();
      hits++;
    }
  }
  EXPECT_EQ(batch["output"]["result"].size(), hits);
  EXPECT_EQ(hits, 24U);  // three or four a day
}

TEST(Gateway, PacksAreSwappedWithoutALostRequestAndTheShadowIsCompared) {
  TestBench bench;
  WriteTestPack(bench.dir / "stricter", "line.qty > 5");
  Must(bench.service->LoadShadow({bench.dir / "stricter"}));
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "7"}});
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m1", "2026-03-01 10:00:00", draft)), Rules{});
  EXPECT_EQ(bench.service->ShadowDifferences()["T-EACH"].only_shadow, 1);
  std::atomic<bool> stop{false};
  std::atomic<int> asked{0};
  std::vector<std::thread> askers;
  for (int thread = 0; thread < 2; thread++) {
    askers.emplace_back([&, thread] {
      for (int i = 0; !stop; i++) {
        std::string request = Must(BuildRequest(
            Parts("3101", "q" + std::to_string(thread) + "-" + std::to_string(i), "2026-03-01 10:00:00", draft), {},
            {}));
        json answer = json::parse(bench.gateway->National("3101", request).body);
        EXPECT_EQ(answer["infcode"], 0);
        size_t hits = answer["output"]["result"].size();
        EXPECT_LE(hits, 1U);  // of the old pack or of the new, never of a mixture
        asked++;
      }
    });
  }
  for (int i = 0; i < 10; i++) Must(bench.service->LoadLive({bench.dir / (i % 2 ? "pack" : "stricter")}));
  while (asked < 50) std::this_thread::yield();
  stop = true;
  for (std::thread& asker : askers) asker.join();
  Must(bench.service->LoadLive({bench.dir / "stricter"}));
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m9", "2026-03-01 10:00:00", draft)), Rules{"T-EACH"});
  EXPECT_FALSE(bench.service->LoadLive({bench.dir / "none"}));
  EXPECT_EQ(RulesOf(bench.Ask("3101", "m10", "2026-03-01 10:00:00", draft)), Rules{"T-EACH"});  // unchanged
}

TEST(Gateway, WhatTheBudgetLeavesOutIsNamedAndFailsAsItsClassSays) {
  TestBench bench;
  bench.service->SetPolicy(Must(Policy::Parse(R"({"budget_ms": 0, "fail": {"policy": "closed"}})")));
  History told;
  told.subject = 1;
  History before = told;
  int64_t key = 0;
  auto left_out = [&](const History* message) {
    Must(bench.store->codes().Cover(bench.service->live()->bound()));
    Pair pair{&before, &told, 0, message};
    std::vector<uint32_t> not_reached;
    Judge(*bench.service->live(), {&pair, 1},
          {.moments = program::kPre, .deadline = std::chrono::steady_clock::time_point::min()}, &not_reached);
    return not_reached.size();
  };
  for (const char* item : {"X1A", "X2B", "NEEDS", "CHILD"})
    NewRow(Kind::kLine, ++key, kNull, 1).Set("time", 0).Set("item", bench.store->codes().Intern(item)).PutInto(told);
  EXPECT_EQ(left_out(nullptr), 4U);  // all that are about persons
  EXPECT_EQ(left_out(&told), 4U);
  // Where none of their items changed, they would have said nothing new: that is no omission.
  before = told;
  History last;
  last.subject = 1;
  NewRow(Kind::kLine, ++key, kNull, 1).Set("time", 0).Set("item", bench.store->codes().Intern("X1A")).PutInto(last);
  Absorb(told, last);
  EXPECT_EQ(left_out(&last), 2U);  // about what begins with X1, and about every line
  History nothing;
  nothing.subject = 1;
  EXPECT_EQ(left_out(&nothing), 1U);
}

TEST(Gateway, HostileBodiesGetClearErrors) {
  TestBench bench;
  auto word = [&](const std::string& body) { return bench.gateway->National("3101", body).word; };
  EXPECT_EQ(word(""), "YJ1001");
  EXPECT_EQ(word("[]"), "YJ1001");
  EXPECT_EQ(word("{\"infno\":\"3101\",\"infno\":\"3101\"}"), "YJ1001");
  EXPECT_EQ(word(std::string(100'000, '[')), "YJ1001");
  EXPECT_EQ(word("{\"a\":\"\xff\"}"), "YJ1001");
  EXPECT_EQ(word("{}"), "YJ1002");
  std::string good = Must(BuildRequest(
      Parts("3101", "m1", "2026-03-01 10:00:00", DraftJson("P1", "V1", "2026-03-01", {{"L1", "X1A", "3"}})), {}, {}));
  EXPECT_EQ(bench.gateway->National("3102", good).word, "YJ1006");
  auto with = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    size_t at = bad.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return word(bad.replace(at, from.size(), to));
  };
  EXPECT_EQ(with("\"cnt\":3", "\"cnt\":\"three\""), "YJ1003");
  EXPECT_EQ(with("\"cnt\":3", "\"cnt\":[3]"), "YJ1003");
  EXPECT_EQ(with("\"cnt\":3", "\"cnt\":1e400"), "YJ1003");
  EXPECT_EQ(with("\"cnt\":3", "\"cnt\":99999999999999999999"), "YJ1003");
  EXPECT_EQ(with("\"rx_id\":\"L1\",", ""), "YJ1002");
  EXPECT_EQ(with("\"P1\"", "\"" + std::string(51, '9') + "\""), "YJ1004");
  EXPECT_EQ(with("\"patient_dtos\":[", "\"patient_dtos\":[5,"), "YJ1003");
  EXPECT_EQ(with("2026-03-01 09:00:00", "2026-02-30 09:00:00"), "YJ1003");
  EXPECT_EQ(with("\"curr_mdtrt_id\":\"V1\"", "\"curr_mdtrt_id\":\"V9\""), "YJ3002");
  EXPECT_EQ(with("\"infno\":\"3101\"", "\"infno\":\"9999\""), "YJ1006");
  EXPECT_EQ(bench.gateway->National("", with("\"infno\":\"3101\"", "\"infno\":\"31\"")).word, "YJ1001");
}

TEST(Gateway, ADraftOfTenThousandLinesIsAnsweredAndOneOfMoreRefused) {
  TestBench bench;
  auto draft = [](int lines) {
    std::vector<TestLine> many;
    for (int i = 0; i < lines; i++) many.push_back({"L" + std::to_string(i), "X1A", "1"});
    return DraftJson("P1", "V1", "2026-03-01", many);
  };
  EXPECT_EQ(RulesOf(bench.Ask("3102", "m1", "2026-03-01 10:00:00", draft(10'000))), Rules{"T-DAY"});
  EXPECT_THAT(json::parse(bench.Ask("3102", "m2", "2026-03-01 10:00:00", draft(20'001)))["err_msg"].get<std::string>(),
              HasSubstr("YJ3005"));
}

TEST(Gateway, TheTimeForAnAnswerRunsFromTheArrivalOfTheQuestion) {
  TestBench bench;
  bench.service->SetPolicy(Must(Policy::Parse(R"({"budget_ms": 200, "fail": {"policy": "closed"}})")));
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"L1", "X1A", "3"}});
  auto ask = [&](const std::string& msgid, Service::Begun begun) {
    bench.now = *ParseTime("2026-03-01 09:00:00");
    std::string body = Must(BuildRequest(Parts("3102", msgid, "2026-03-01 09:00:00", draft), {}, {}));
    return json::parse(bench.gateway->National("3102", body, {}, begun).body)["output"];
  };
  auto now = std::chrono::steady_clock::now();
  json waited = ask("m1", now - std::chrono::seconds(1));
  EXPECT_TRUE(waited["result"].empty());
  EXPECT_FALSE(waited["not_reached"].empty());
  EXPECT_EQ(waited["advice"], "block");  // a class fails closed
  // An hour from now: no machine is that slow.
  json fresh = ask("m2", now + std::chrono::hours(1));
  EXPECT_FALSE(fresh["result"].empty());
  EXPECT_TRUE(fresh["not_reached"].empty());
}

TEST(Gateway, PathsOfHospitalsSystems) {
  EXPECT_EQ(InfnoOfPath("riskConService", "beforeAnalyze"), "3101");
  EXPECT_EQ(InfnoOfPath("riskConService", "courseAnalyze"), "3102");
  EXPECT_EQ(InfnoOfPath("hospFeeDtlService", "whatever"), "");
  EXPECT_EQ(InfnoOfPath("riskConService", "whatever"), std::nullopt);
  EXPECT_EQ(InfnoOfPath("noService", "beforeAnalyze"), std::nullopt);
}

TEST(Gateway, HitsToldAgainAreCountedOnceHoweverOften) {
  TestBench bench;
  auto told = [&] { return Must(bench.service->AcceptanceByRule())["T-EACH"].told; };
  std::string draft = DraftJson("P1", "V1", "2026-03-01", {{"L1", "X2B", "12"}});
  bench.Ask("3101", "m1", "2026-03-01 08:00:00", draft);
  EXPECT_EQ(told(), 1);
  bench.Ask("3101", "m2", "2026-03-01 08:10:00", draft);
  bench.Ask("3102", "m3", "2026-04-01 08:20:00", draft);
  EXPECT_EQ(told(), 1);
  std::string months;
  Must(bench.service->told().ForEachTally([&](const TallyKey& key, const Acceptance& count) {
    if (key.rule == "T-EACH") months += key.month + "/" + key.moment + "=" + std::to_string(count.told) + " ";
  }));
  EXPECT_EQ(months, "2026-04/mid=1 ");
}

TEST(Gateway, ManyWhoAreToldWhileSomebodyCounts) {
  TestBench bench;
  constexpr int kThreads = 4, kEach = 50;
  bench.now = *ParseTime("2026-03-01 08:00:00");
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; i++) {
        std::string id = std::to_string(t) + "-" + std::to_string(i);
        std::string draft = DraftJson("P" + id, "V" + id, "2026-03-01", {{"L1", "X2B", "12"}});
        std::string body = Must(BuildRequest(Parts("3101", "m" + id, "2026-03-01 08:00:00", draft), {}, {}));
        bench.gateway->National("3101", body);
      }
    });
  }
  int64_t last = 0;
  while (last < kThreads * kEach) {
    int64_t told = Must(bench.service->AcceptanceByRule())["T-EACH"].told;
    ASSERT_GE(told, last);
    last = told;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Must(bench.service->AcceptanceByRule())["T-EACH"].told, kThreads * kEach);
}

}  // namespace
}  // namespace yijian::realtime
