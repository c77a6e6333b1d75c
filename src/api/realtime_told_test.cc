#include "api/realtime_told.h"

#include <gtest/gtest.h>

namespace yijian::api {
namespace {

using nlohmann::json;
using realtime::ToldHit;

json Line(const char* serial, const char* item, bool charged = true) {
  auto text = [](const char* value) { return value == nullptr ? json(nullptr) : json(value); };
  return {{"feedetl_sn", text(serial)}, {"item_code", text(item)}, {"charged", charged}};
}
json SuspectOf(std::vector<json> lines) {
  return {{"rule", "P-001"}, {"institution", "H1"}, {"doc", "V1"}, {"lines", std::move(lines)}};
}
ToldHit Hit(std::vector<realtime::ToldLine> lines) {
  ToldHit hit;
  hit.rule = "P-001";
  hit.institution = "H1";
  hit.visit = "V1";
  hit.lines = std::move(lines);
  return hit;
}

TEST(RealtimeTold, IsKnownByTheLineElseByTheItem) {
  json suspect = SuspectOf({Line("7", "X1"), Line("8", "X2")});
  EXPECT_EQ(Meet(Hit({{"7", "OTHER"}}), suspect), ToldBy::kLine);
  EXPECT_EQ(Meet(Hit({{"rx-1", "X2"}}), suspect), ToldBy::kItem);
  EXPECT_EQ(Meet(Hit({{"rx-1", "X1"}, {"8", "X2"}}), suspect), ToldBy::kLine) << "the line is the better word";
}

TEST(RealtimeTold, OtherLinesOfTheVisitAreAnotherAccusation) {
  json suspect = SuspectOf({Line("7", "X1"), Line("8", "X2", false)});
  EXPECT_EQ(Meet(Hit({{"9", "X9"}}), suspect), ToldBy::kNot);
  EXPECT_EQ(Meet(Hit({{"8", "X2"}}), suspect), ToldBy::kNot) << "evidence is not what is accused";
}

TEST(RealtimeTold, WhereNoLinesAreNamedTheVisitMustDo) {
  EXPECT_EQ(Meet(Hit({}), SuspectOf({Line("7", "X1")})), ToldBy::kVisit);
  EXPECT_EQ(Meet(Hit({{"7", "X1"}}), SuspectOf({Line(nullptr, nullptr)})), ToldBy::kVisit);
  EXPECT_EQ(Meet(Hit({{"7", "X1"}}), SuspectOf({})), ToldBy::kVisit);
}

TEST(RealtimeTold, AnotherRuleOrInstitutionIsNotMeant) {
  ToldHit hit = Hit({{"7", "X1"}});
  hit.rule = "P-002";
  EXPECT_EQ(Meet(hit, SuspectOf({Line("7", "X1")})), ToldBy::kNot);
  hit = Hit({{"7", "X1"}});
  hit.institution = "H2";
  EXPECT_EQ(Meet(hit, SuspectOf({Line("7", "X1")})), ToldBy::kNot);
  hit.institution = "";
  EXPECT_EQ(Meet(hit, SuspectOf({Line("7", "X1")})), ToldBy::kLine) << "nobody said whose it was";
}

}  // namespace
}  // namespace yijian::api
