#include "realtime/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "realtime/testing.h"

namespace yijian::realtime {
namespace {

using testing::HasSubstr;

std::string WhyNot(std::string_view bytes) {
  Result<JsonDocument> read = JsonDocument::Parse(bytes);
  return read ? "" : read.error().message;
}

bool Same(const Json& ours, const nlohmann::ordered_json& theirs) {
  switch (ours.kind) {
    case Json::Kind::kNull:
      return theirs.is_null();
    case Json::Kind::kBool:
      return theirs.is_boolean() && theirs.get<bool>() == (ours.text == "true");
    case Json::Kind::kNumber:
      return theirs.is_number() && nlohmann::ordered_json::parse(ours.text) == theirs;
    case Json::Kind::kText:
      return theirs.is_string() && theirs.get<std::string>() == ours.text;
    case Json::Kind::kList: {
      size_t at = 0;
      if (!theirs.is_array() || theirs.size() != ours.items().size()) return false;
      for (const Json& item : ours.items()) {
        if (!Same(item, theirs[at++])) return false;
      }
      return true;
    }
    case Json::Kind::kObject: {
      if (!theirs.is_object() || theirs.size() != ours.members().size()) return false;
      auto at = theirs.begin();
      for (const Json::Member& member : ours.members()) {
        if (at.key() != member.first || !Same(member.second, at.value())) return false;
        ++at;
      }
      return true;
    }
  }
  return false;
}

TEST(Json, WhatIsReadStandsAsItWasWritten) {
  JsonDocument document = Must(JsonDocument::Parse(
      R"( {"money": 12.50, "much":1e400, "many":123456789012345678901234567890, "text":"a\"\u4e2d\n", "none":null,
           "yes":true, "list":[1,"2",{"three":-0.30}], "k\u0065y":"", "empty":{}, "nothing":[]} )"));
  const Json& root = document.root();
  EXPECT_EQ(root.ScalarOf("money"), "12.50");
  EXPECT_EQ(root.ScalarOf("much"), "1e400");
  EXPECT_EQ(root.ScalarOf("many"), "123456789012345678901234567890");
  EXPECT_EQ(root.ScalarOf("text"), "a\"中\n");
  EXPECT_EQ(root.Find("none")->kind, Json::Kind::kNull);
  EXPECT_EQ(root.ScalarOf("yes"), "true");
  EXPECT_EQ(root.Find("list")->items()[2].ScalarOf("three"), "-0.30");
  EXPECT_NE(root.Find("key"), nullptr);
  EXPECT_TRUE(root.Find("empty")->is_object());
  EXPECT_EQ(root.Find("empty")->Items().size(), 1U);
  EXPECT_TRUE(root.Find("nothing")->Items().empty());
  EXPECT_EQ(root.Find("absent"), nullptr);
  for (const char* scalar : {"1", "\"a\"", "true", "null", " -1.5e3 "}) EXPECT_EQ(WhyNot(scalar), "") << scalar;
  // It outlives the bytes, and may be moved.
  std::string bytes = R"({"a":"bcdefghijklmnopqrstuvwxyz"})";
  JsonDocument kept = Must(JsonDocument::Parse(bytes));
  std::fill(bytes.begin(), bytes.end(), '!');
  JsonDocument moved = std::move(kept);
  EXPECT_EQ(moved.root().ScalarOf("a"), "bcdefghijklmnopqrstuvwxyz");
}

TEST(Json, WhatIsNotJsonIsRefused) {
  for (const char* wrong : {"",
                            " ",
                            "{",
                            "}",
                            "[",
                            "]",
                            "[1,]",
                            "[,1]",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{a:1}",
                            "{\"a\":1}}",
                            "[1]]",
                            "[1] 2",
                            "{\"a\":1}x",
                            "1 2",
                            "\"a\" \"b\"",
                            "01",
                            "1.",
                            ".5",
                            "+1",
                            "1e",
                            "1e+",
                            "--1",
                            "0x1",
                            "NaN",
                            "nul",
                            "nulll",
                            "truee",
                            "[tru]",
                            "\"",
                            "\"\\x\"",
                            "\"\\u12\"",
                            "\"\\ud800\"",
                            "\"\\ud800\\u0041\"",
                            "\"\\udc00\"",
                            "\"\t\"",
                            "\"\xff\"",
                            "{\"\xc0\x80\":1}",
                            "\"\xed\xa0\x80\"",
                            "[1 2]",
                            "{\"a\":1 \"b\":2}",
                            "{\"a\" 1}",
                            "{1:2}",
                            "'a'",
                            "[\"a\"b]",
                            "[1a]",
                            "// c\n1",
                            "{\"a\":[}",
                            "[{]",
                            "{\"a\":{\"b\":1}",
                            "[[1]",
                            "\xef\xbb\xbf[]x"})
    EXPECT_NE(WhyNot(wrong), "") << wrong;
  EXPECT_NE(WhyNot(std::string_view("[1]\0", 4)), "");
  EXPECT_THAT(WhyNot(R"({"a":1,"b":{"c":1,"d":2,"c":3}})"), HasSubstr("'c' stands twice"));
  EXPECT_THAT(WhyNot(R"({"a":1,"\u0061":2})"), HasSubstr("'a' stands twice"));
  std::string deep = std::string(32, '[') + "1" + std::string(32, ']');
  EXPECT_EQ(WhyNot(deep), "");
  EXPECT_THAT(WhyNot("[" + deep + "]"), HasSubstr("levels deep"));
  EXPECT_NE(WhyNot(std::string(1'000'000, '[')), "");
  EXPECT_EQ(JsonDocument::Parse(std::string((32 << 20) + 1, ' ')).error().code, ErrorCode::kLimit);
}

// A second reader judges: what we read it reads alike, and what we refuse beyond it has a reason of ours.
TEST(Json, AgreesWithAnotherReaderOnWhateverIsSent) {
  const std::string seeds[] = {
      DraftJson("P1", "V1", "2026-03-01", {{"L1", "X1A", "3"}, {"L2", "X2B", "12.50"}}),
      R"({"a":[1,-2.5e-3,true,false,null,"\u4e2d\ud83d\ude00\\\/\b"],"":{"x":[[],{}]},"b":"中文"})",
      "[[[[1,2],3],{}],\"\"]"};
  std::mt19937 random(20260301);
  const std::string bits = "{}[]\",:\\0123456789.-+eEtrufalsn \t\n\x01\x7f\xc3\xa9\xff\xed\xa0";
  int64_t read = 0, refused = 0;
  for (int round = 0; round < 60'000; round++) {
    std::string bytes = seeds[static_cast<size_t>(round) % std::size(seeds)];
    for (unsigned change = random() % 4; change > 0 && !bytes.empty(); change--) {
      size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = bits[random() % bits.size()];
          break;
        case 1:
          bytes.erase(at, 1 + random() % 3);
          break;
        case 2:
          bytes.insert(at, 1, bits[random() % bits.size()]);
          break;
        default:
          bytes.resize(random() % 8 == 0 ? at : bytes.size());
      }
    }
    auto theirs = nlohmann::ordered_json::parse(bytes, nullptr, false);
    Result<JsonDocument> ours = JsonDocument::Parse(bytes);
    if (ours) {
      read++;
      // They have a largest number.
      if (theirs.is_discarded()) {
        ASSERT_NE(bytes.find_first_of("eE0123456789"), std::string::npos) << bytes;
      } else {
        ASSERT_TRUE(Same(ours->root(), theirs)) << bytes;
      }
    } else {
      refused++;
      if (!theirs.is_discarded()) {
        ASSERT_THAT(ours.error().message, HasSubstr("twice")) << bytes;
      }
    }
  }
  EXPECT_GT(read, 10'000);
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace yijian::realtime
