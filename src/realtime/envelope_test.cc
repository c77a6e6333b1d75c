#include "realtime/envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "realtime/testing.h"

namespace yijian::realtime {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Keys {
  Sm2Key hospital = *Sm2Key::Generate();
  Sm2Key platform = *Sm2Key::Generate();
  std::string sm4 = "0123456789abcdeffedcba9876543210";

  Institutions Agreed(const std::string& more) const {
    return Must(Institutions::Parse(
        R"({"clock_skew_seconds":600,"division":"500101","sign":{"type":"SM2","sm2_private":")" +
        platform.private_hex() + R"("},"institutions":{"H50010100001":{"name":"测试医院","sm2_public":")" +
        hospital.public_hex() + R"(","sm4_key":")" + sm4 + "\"" + more + R"(},"H50010100002":{"enabled":false}}})"));
  }
};

const std::string kInput = R"({"data":{ "patient_dtos" : [{"patn_id":"P1"}] ,"x":1.50}})";
constexpr char kNow[] = "2026-03-01 10:00:00";

TEST(Envelope, SignedAndEncryptedThereAndBack) {
  Keys keys;
  for (const char* mode : {"ecb", "cbc"}) {
    Institutions institutions =
        keys.Agreed(std::string(R"(,"must_sign":"SM2","must_encrypt":true,"sm4_mode":")") + mode + "\"");
    const Agreement& agreement = *institutions.Find("H50010100001");
    std::string request = Must(BuildRequest(Parts("3102", "m1", kNow, kInput), agreement, keys.hospital));
    EXPECT_EQ(request.find("patn_id"), std::string::npos) << "in clear";
    Envelope envelope = Must(Open(request, "3102", institutions, *ParseTime(kNow)));
    EXPECT_EQ(envelope.signed_with, SignType::kSm2);
    EXPECT_EQ(envelope.input.Find("data")->ScalarOf("x"), "1.50");

    std::string output = R"({"result":[]})";
    json answer = json::parse(Close(envelope, institutions, output, *ParseTime(kNow), 7));
    EXPECT_EQ(answer["infcode"], 0);
    EXPECT_EQ(answer["inf_refmsgid"], "500101202603011000000000000007");
    std::string bytes = *BytesOfBase64(answer["output"].get<std::string>());
    size_t iv = agreement.sm4_mode == Sm4Mode::kCbc ? 16 : 0;
    EXPECT_EQ(Must(Sm4Decrypt(agreement.sm4_mode, agreement.sm4_key, bytes.substr(0, iv), bytes.substr(iv))), output);
    EXPECT_TRUE(keys.platform.Verify(output, *BytesOfBase64(answer["cainfo"].get<std::string>())));
  }
}

TEST(Envelope, AChangedByteIsNotGenuine) {
  Keys keys;
  Institutions institutions = keys.Agreed(R"(,"must_sign":"SM2")");
  Agreement clear = *institutions.Find("H50010100001");
  clear.sm4_key.clear();
  std::string request = Must(BuildRequest(Parts("3102", "m1", kNow, kInput), clear, keys.hospital));
  EXPECT_TRUE(Open(request, "3102", institutions, *ParseTime(kNow)));
  std::string forged = request;
  forged.replace(forged.find("\"P1\""), 4, "\"P2\"");
  EXPECT_EQ(Open(forged, "3102", institutions, *ParseTime(kNow)).error().detail->word, "YJ2004");
  std::string unsigned_request = Must(BuildRequest(Parts("3102", "m1", kNow, kInput), {}, {}));
  EXPECT_EQ(Open(unsigned_request, "3102", institutions, *ParseTime(kNow)).error().detail->word, "YJ2003");
}

TEST(Envelope, Sm3DigestsAreCheckedWithTheSecret) {
  Keys keys;
  Institutions institutions = keys.Agreed(R"(,"must_sign":"SM3","sm3_secret":"s3cret")");
  Agreement own;
  own.sm3_secret = "s3cret";
  std::string request = Must(BuildRequest(Parts("3102", "m1", kNow, kInput), own, {}));
  Envelope envelope = Must(Open(request, "3102", institutions, *ParseTime(kNow)));
  json answer = json::parse(Close(envelope, institutions, "{}", *ParseTime(kNow), 1));
  EXPECT_EQ(answer["cainfo"], HexOfBytes(Sm3("{}s3cret")));
  own.sm3_secret = "other";
  request = Must(BuildRequest(Parts("3102", "m1", kNow, kInput), own, {}));
  EXPECT_EQ(Open(request, "3102", institutions, *ParseTime(kNow)).error().detail->word, "YJ2004");
}

TEST(Envelope, WhoMayNotAskIsToldWhy) {
  Keys keys;
  Institutions institutions = keys.Agreed(R"(,"must_encrypt":true)");
  auto word = [&](RequestParts parts) {
    std::string request = Must(BuildRequest(parts, {}, {}));
    return Open(request, "", institutions, *ParseTime(kNow)).error().detail->word;
  };
  RequestParts parts = Parts("3102", "m1", kNow, kInput);
  EXPECT_EQ(word(parts), "YJ2005");
  parts.inf_time += 601;
  EXPECT_EQ(word(parts), "YJ2007");
  parts.fixmedins_code = "H50010100002";
  EXPECT_EQ(word(parts), "YJ2002");
  parts.fixmedins_code = "H50010199999";
  EXPECT_EQ(word(parts), "YJ2001");
  parts.msgid = std::string(31, '1');
  EXPECT_EQ(word(parts), "YJ1004");
}

TEST(Envelope, ErrorsKeepTheMachinesWordsToThemselves) {
  Institutions institutions;
  json answer = json::parse(CloseWithError(IoError("cannot read /data/store/000012.sst"), institutions, 0, 1));
  EXPECT_EQ(answer["infcode"], -1);
  EXPECT_THAT(answer["err_msg"].get<std::string>(), HasSubstr("YJ9002"));
  EXPECT_EQ(answer["err_msg"].get<std::string>().find("store"), std::string::npos);
  std::string about;
  for (int i = 0; i < 300; i++) about += "医";
  answer = json::parse(CloseWithError(WireError("YJ1003", about), institutions, 0, 1));
  EXPECT_LE(answer["err_msg"].get<std::string>().size(), 3U * 200U);
}

TEST(Envelope, EveryErrorHasOneCodeAndBothLanguages) {
  std::set<std::string_view> codes;
  for (const WireErrorInfo& info : WireErrors()) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_FALSE(info.zh.empty() || info.en.empty());
    EXPECT_EQ(WireError(info.code).detail->word, info.code);
  }
}

TEST(Json, RawMembersStandAsTheyWereWritten) {
  EXPECT_EQ(RawMember(R"( {"a":"x\"}", "input" : { "b":[1,2,{"c":"]"}] } , "d":1})", "input"),
            R"({ "b":[1,2,{"c":"]"}] })");
  EXPECT_EQ(RawMember(R"({"a":1.50})", "a"), "1.50");
  EXPECT_EQ(RawMember(R"({"a":1.50})", "b"), "");
  EXPECT_EQ(RawMember("", "a"), "");
  EXPECT_EQ(RawMember("{\"a", "a"), "");
  EXPECT_EQ(RawMember("{\"a\":\"\\", "a"), "");
}

TEST(Institutions, MistakesAreNamed) {
  for (const char* text : {"", "[]", R"({"institutions":{"H1":{"must_sign":"SM2"}}})", R"({"unknown":1})",
                           R"({"institutions":{"H1":{"sm4_key":"12"}}})", R"({"sign":{"type":"RSA"}})",
                           R"({"institutions":{"H1":{"must_encrypt":true}}})"})
    EXPECT_FALSE(Institutions::Parse(text)) << text;
}

TEST(Policy, TheFirstRowThatFitsSpeaks) {
  program::Rule rule;
  rule.severity = program::Severity::kViolation;
  rule.rule_class = program::RuleClass::kMedical;
  Policy policy = Must(Policy::Parse(R"({"budget_ms": 5, "fail": {"medical": "closed"}, "grades": {"H1": "D"},
    "advice": [{"moment":"mid","severity":"violation","grade":"D","advice":"block","reason":true},
               {"severity":"violation","advice":"warn"}]})"));
  EXPECT_EQ(policy.RowFor(rule, program::kMid, "H1").advice, Advice::kBlock);
  EXPECT_EQ(policy.RowFor(rule, program::kPre, "H1").advice, Advice::kWarn);
  EXPECT_EQ(policy.RowFor(rule, program::kMid, "H2").advice, Advice::kWarn);
  rule.severity = program::Severity::kMonitor;
  EXPECT_EQ(policy.RowFor(rule, program::kMid, "H2").advice, Advice::kPass);
  EXPECT_TRUE(policy.FailsClosed(program::RuleClass::kMedical));
  EXPECT_FALSE(policy.FailsClosed(program::RuleClass::kPolicy));
  for (const char* text : {"", "{\"budget_ms\":-1}", "{\"x\":1}", R"({"advice":[{"severity":"violation"}]})",
                           R"({"advice":[{"advice":"shoot"}]})", R"({"fail":{"medical":"maybe"}})"})
    EXPECT_FALSE(Policy::Parse(text)) << text;
}

}  // namespace
}  // namespace yijian::realtime
