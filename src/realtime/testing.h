// For tests of realtime: a store in a folder that goes away, a rule pack of a few rules, requests in few words.
#pragma once

#include <fstream>
#include <string>

#include "lake/testing.h"
#include "realtime/gateway.h"

namespace yijian::realtime {

using lake::Must;
using lake::TempDir;

// Rules that show each way of answering; ids begin with T.
inline void WriteTestPack(const std::string& dir, const std::string& tiny_rule_where = "line.qty > 10") {
  std::filesystem::create_directories(dir);
  auto write = [&](const std::string& name, const std::string& text) { std::ofstream(dir + "/" + name) << text; };
  write("pack.yaml", "pack: test\nversion: 1\nowner: test\nlanguage: 1\nname: {zh: 测试, en: test}\n");
  auto rule = [&](const std::string& id, const std::string& severity, const std::string& rule_class,
                  const std::string& body) {
    write(id + ".yaml", "rule: " + id + "\nname: {zh: 规则" + id + ", en: rule " + id + "}\nclass: " + rule_class +
                            "\nofficial: GZ" + id + "\nbasis: [\"测试依据\"]\nseverity: " + severity +
                            "\nmoments: [pre, mid, post]\nwhy: {zh: 原因, en: why}\n" + body);
  };
  rule("T-EACH", "violation", "policy",
       "form: each\nof: line\nwhere: " + tiny_rule_where +
           "\nmessage: {zh: \"{item} 数量 {qty} 过多\", en: \"too much {item}\"}\n");
  rule("T-DAY", "violation", "medical",
       "form: group\nof: line\nwhere: line.item.startsWith('X1')\nby: [line.item]\nwithin: day\n"
       "having: sum(line.qty) > 2\ncharge: {excess: sum(line.qty) - 2}\n"
       "message: {zh: \"{item} 一日超过 2 次\", en: \"{item} more than twice a day\"}\n");
  rule("T-LIMIT", "violation", "policy",
       "form: group\nof: line\nwhere: line.item.startsWith('LIMIT')\nby: []\nwithin: visit\n"
       "having: sum(line.scope) > 50\ncharge: {excess: sum(line.scope) - 50}\n"
       "message: {zh: 超过限额, en: above the limit}\n");
  rule("T-ABSENT", "suspect", "medical",
       "form: absence\na: {of: line, where: \"a.item == 'NEEDS'\"}\nb: {of: line, where: \"b.item == 'PARTNER'\"}\n"
       "within: days(3)\nmessage: {zh: \"{item} 缺少配套项目\", en: \"{item} without its partner\"}\n");
  rule("T-AGE", "suspect", "policy",
       "form: each\nof: line\nwhere: line.item == 'CHILD' && age(person.birth, line.time) >= 14\n"
       "message: {zh: \"{item} 限儿童\", en: \"{item} for children\"}\n");
  rule("T-CODE", "violation", "management",
       "subject: code\nform: group\nof: trace\nwhere: trace.event == 'sale'\nby: []\nwithin: all\n"
       "having: distinct(trace.settlement) >= 2\ncharge: after_first\n"
       "message: {zh: 同一追溯码两次销售, en: one pack sold twice}\n");
}

struct TestLine {
  std::string rx = "L1";
  std::string item = "X1A";
  std::string qty = "1";
  std::string more;  // ", \"name\": value" ...
};

inline std::string OrderJson(const TestLine& line, const std::string& day) {
  return "{\"rx_id\":\"" + line.rx + "\",\"rxno\":\"R1\",\"hilist_code\":\"" + line.item + "\",\"hilist_name\":\"药品" +
         line.item + "\",\"cnt\":" + line.qty + ",\"pric\":10.00,\"sumamt\":" + line.qty +
         "0.00,\"ownpay_amt\":0,\"selfpay_amt\":0,\"drord_begn_date\":\"" + day +
         " 09:00:00\",\"curr_drord_flag\":\"1\"" + line.more + "}";
}

inline std::string DraftJson(const std::string& person, const std::string& visit, const std::string& day,
                             const std::vector<TestLine>& lines) {
  std::string orders;
  for (const TestLine& line : lines) orders += (orders.empty() ? "" : ",") + OrderJson(line, day);
  return "{\"data\":{\"trig_scen\":\"2\",\"patient_dtos\":[{\"patn_id\":\"" + person +
         "\",\"patn_name\":\"某人\",\"gend\":\"1\",\"brdy\":\"1990-01-01\",\"poolarea\":\"500101\",\"curr_mdtrt_id\":"
         "\"" +
         visit + "\",\"fsi_encounter_dtos\":[{\"mdtrt_id\":\"" + visit +
         "\",\"medins_id\":\"H50010100001\",\"medins_name\":\"测试医院\",\"medins_lv\":\"03\",\"med_mdtrt_type\":\"1\","
         "\"med_type\":\"11\",\"adm_date\":\"" +
         day +
         " 08:00:00\",\"medfee_sumamt\":100.00,\"ownpay_amt\":0,"
         "\"selfpay_amt\":0,\"insutype\":\"310\",\"fsi_diagnose_dtos\":[{\"dise_id\":\"1\",\"dise_codg\":\"I10.x00\","
         "\"dise_name\":\"高血压\",\"maindise_flag\":\"1\"}],\"fsi_order_dtos\":[" +
         orders + "]}]}]}}";
}

inline RequestParts Parts(const std::string& infno, const std::string& msgid, const std::string& time,
                          const std::string& input) {
  return {infno, msgid, "H50010100001", "测试医院", *ParseTime(time), input, "500101"};
}

// A service with the test pack over an empty store.
struct TestBench {
  explicit TestBench(StoreOptions options = {.create = true, .sync = false}) {
    WriteTestPack(dir / "pack");
    store = Must(Store::Open(dir / "store", options));
    service = std::make_unique<Service>(*store, [this] { return now; });
    Must(service->LoadLive({dir / "pack"}));
    service->SetPolicy(Must(Policy::Parse(R"({"budget_ms": 0})")));
    gateway = std::make_unique<Gateway>(*service, Institutions());
  }
  std::string Ask(const std::string& infno, const std::string& msgid, const std::string& time,
                  const std::string& input) {
    now = *ParseTime(time);
    return gateway->National(infno, Must(BuildRequest(Parts(infno, msgid, time, input), {}, {}))).body;
  }

  TempDir dir;
  Time now = 0;
  std::unique_ptr<Store> store;
  std::unique_ptr<Service> service;
  std::unique_ptr<Gateway> gateway;
};

}  // namespace yijian::realtime
