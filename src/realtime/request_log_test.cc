#include "realtime/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "realtime/testing.h"

namespace yijian::realtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RequestLogTest : public testing::Test {
 protected:
  RequestLogTest() : store_(Must(Store::Open(dir_.path(), {.create = true, .sync = false}))) {}

  WireResponse Answered(const std::string& msgid, std::vector<std::string> hits = {}) const {
    WireResponse response;
    response.body = R"({"answer":")" + msgid + "\"}";
    response.trace = "trace of " + msgid;
    response.glance.infno = "mid";
    response.glance.institution = "H1";
    response.glance.msgid = msgid;
    response.glance.asked = true;
    response.glance.hits = std::move(hits);
    return response;
  }
  static std::vector<std::string> MsgidsOf(RequestLog& log, const std::string& before = {}) {
    log.Flush();
    std::vector<std::string> msgids;
    Must(log.ForEach(before, [&](const KeptRequest& one) {
      msgids.push_back(one.msgid);
      return true;
    }));
    return msgids;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_F(RequestLogTest, WhatToldSomethingIsKeptWholeNewestFirst) {
  RequestLog log(*store_, {.one_in = 1'000'000});
  log.Keep(Answered("first of many"), "{}", 10, 1'000);  // the first of those with nothing to tell
  log.Keep(Answered("nothing"), "{}", 10, 2'000);
  log.Keep(Answered("hit", {"R-2", "R-1", "R-2"}), R"({"psn_no":"P1"})", 250, 3'000);
  WireResponse refused = Answered("refused");
  refused.word = "YJ1002";
  refused.glance.asked = false;
  log.Keep(refused, "no JSON \"", 10, 4'000);
  WireResponse trial = Answered("trial");
  trial.glance.trial = true;
  trial.glance.tried_by = "anna";
  log.Keep(trial, "{}", 10, 5'000);
  WireResponse late = Answered("late");
  late.glance.not_reached = {"R-9"};
  log.Keep(late, "{}", 10, 5'000);  // at the same microsecond
  ASSERT_THAT(MsgidsOf(log), ElementsAre("late", "trial", "refused", "hit", "first of many"));
  std::string id;
  Must(log.ForEach("", [&](const KeptRequest& one) {
    id = one.id;
    return one.msgid != "hit";
  }));
  EXPECT_THAT(MsgidsOf(log, id), ElementsAre("first of many"));
  KeptRequest hit = Must(log.Find(id));
  EXPECT_EQ(hit.request, R"({"psn_no":"P1"})");
  EXPECT_EQ(hit.answer, R"({"answer":"hit"})");
  EXPECT_EQ(hit.at_us, 3'000);
  EXPECT_EQ(hit.microseconds, 250);
  EXPECT_EQ(hit.institution, "H1");
  EXPECT_EQ(hit.trace, "trace of hit");
  EXPECT_EQ(hit.hits, 3);
  EXPECT_THAT(hit.rules, ElementsAre("R-1", "R-2"));
  EXPECT_EQ(hit.advice, "pass");
  EXPECT_EQ(log.kept(), 5);
  EXPECT_EQ(log.dropped(), 0);
  EXPECT_EQ(log.Find("0000000000000000").error().code, ErrorCode::kNotFound);
}

TEST_F(RequestLogTest, OfThoseWithNothingToTellOneInSoMany) {
  RequestLog log(*store_, {.one_in = 10});
  for (int i = 0; i < 100; i++) log.Keep(Answered(std::to_string(i)), "{}", 10, i);
  EXPECT_EQ(MsgidsOf(log).size(), 10U);
}

TEST_F(RequestLogTest, APeakOfHitsIsCutWhatIsRareIsNot) {
  RequestLog log(*store_, {.bytes_per_second = 1000});
  std::string body(300, 'x');
  for (int i = 0; i < 10; i++) log.Keep(Answered("hit", {"R"}), body, 10, 7'000'000 + i);
  WireResponse refused = Answered("refused");
  refused.word = "YJ1001";
  log.Keep(refused, body, 10, 7'500'000);
  log.Keep(Answered("next second", {"R"}), body, 10, 8'000'000);
  EXPECT_THAT(MsgidsOf(log), ElementsAre("next second", "refused", "hit", "hit", "hit"));
  EXPECT_EQ(log.dropped(), 7);
}

TEST_F(RequestLogTest, BodiesAreCutAndWhatWaitsIsWrittenAtTheEnd) {
  {
    RequestLog log(*store_, {.bytes_per_second = 1 << 30});
    WireResponse big = Answered("big", {"R"});
    big.body = std::string(RequestLog::kTextMax + 5, 'a');
    log.Keep(big, std::string(RequestLog::kTextMax + 9, 'b'), 10, 1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; i++) log.Keep(Answered("m", {"R"}), "{}", 10, 100 * t + i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  RequestLog log(*store_, {});
  EXPECT_EQ(MsgidsOf(log).size(), 201U);  // ids differ although the times do not
  std::string id;
  Must(log.ForEach("", [&](const KeptRequest& one) {
    id = one.id;
    return true;
  }));
  KeptRequest big = Must(log.Find(id));
  EXPECT_EQ(big.msgid, "big");
  EXPECT_EQ(big.request, std::string(RequestLog::kTextMax, 'b'));
  EXPECT_EQ(big.answer, std::string(RequestLog::kTextMax, 'a'));
}

TEST(MaskJson, PersonsAreMaskedAtEveryDepthAndWhatIsNoJsonIsNotShown) {
  std::string masked = MaskJson(
      R"({"persons":[{"psn_no":"51010119900101123X","brdy":"1990-01-01","visits":[{"mdtrt_id":"V1","patn_name":"某人"}]}],"certno":123456789})");
  for (const char* secret : {"19900101", "1990-01-01", "某人", "123456789"})
    EXPECT_THAT(masked, Not(HasSubstr(secret)));
  EXPECT_THAT(masked, HasSubstr("\"mdtrt_id\":\"V1\""));
  for (const char* broken : {"{\"psn_no\":\"510101", "", "\"510101199001011234\""})
    EXPECT_THAT(MaskJson(broken), Not(HasSubstr("510101")));
}

}  // namespace
}  // namespace yijian::realtime
