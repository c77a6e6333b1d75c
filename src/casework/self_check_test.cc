// Institutions inspect themselves.
#include <gtest/gtest.h>

#include "casework/story.h"

namespace yijian::casework {
namespace {

class SelfCheck : public CaseStory {};
YIJIAN_ON_BOTH_DATABASES(SelfCheck);

// The hospital admits two findings of a rule and 100 yuan nobody had found.
TEST_P(SelfCheck, ASelfInspectionRefundsEachYuanOnce) {
  AddClue({30'000}, "H1", "330102", "undecided");
  AddClue({50'000}, "H1", "330102", "undecided");
  AddClue({900'000}, "H1", "330102", "undecided");
  ASSERT_TRUE(
      database_
          ->Write([&](store::Session& s) -> Status {
            TRY(s.Execute("INSERT INTO institution (code, name, kind, area) VALUES ('H1', '仁和医院', '1', '330102')"));
            return {};
          })
          .has_value());
  AskInput ask{.title = "年度自查", .institutions = {"H1"}, .due = *ParseDate("2026-03-20")};
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return StartSelfChecks(job, ask); })), "forbidden");
  EXPECT_EQ(Word(Do(kElsewhere, [&](Job& job) { return StartSelfChecks(job, ask); })), "fields");
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return StartSelfChecks(job, ask); })), "");
  EXPECT_EQ(One("SELECT found_fen FROM self_check").Int("found_fen"), 980'000);
  auto view = See(kHospital, [&](Job& job) { return SelfCheckView(job, 1); });
  ASSERT_TRUE(view.has_value());
  std::vector<SelfCheckAnswer> answers;
  for (const auto& item : (*view)["items"]) {
    bool charging = item["code"] == "1-6";
    EXPECT_EQ(item["found"], charging ? 3 : 0);
    answers.push_back({item["code"].get<std::string>(),
                       charging,
                       charging ? std::optional<Fen>(95'000) : std::nullopt,
                       charging ? std::optional<Fen>(90'000) : std::nullopt,
                       {}});
  }
  EXPECT_EQ(Word(Do(kOtherHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 1); })), "no such self-inspection");
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 1); })),
            "fields");  // nothing is answered yet
  auto wrong = answers;
  wrong[0].refund_fen = 5;
  EXPECT_EQ(Word(Do(kHospital, [&](Job& job) { return SaveSelfCheck(job, 1, 1, wrong); })), "fields");
  ASSERT_EQ(Word(Do(kHospital, [&](Job& job) { return SaveSelfCheck(job, 1, 1, answers); })), "");
  ASSERT_EQ(Word(Do(kHospital, [&](Job& job) { return SubmitSelfCheck(job, 1, 2); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 3, false, ""); })), "fields");
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 3, true, ""); })), "");
  EXPECT_EQ(Word(Do(kAuditor, [&](Job& job) { return ReviewSelfCheck(job, 1, 4, true, ""); })), "not_in_this_state");
  // 300 and 500 yuan settle two suspects whole; 100 more are a suspect of its own; 9,000 stay to be decided.
  EXPECT_EQ(Booked("recovered"), 90'000);
  EXPECT_EQ(Booked("identified"), 900'000);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM clue WHERE source = 'inspection' AND status = 'closed'").Int("n"), 1);
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM finding WHERE verdict = 'confirmed'").Int("n"), 3);
}

// The register says 1 and 2; where it says nothing, the code does.
TEST_P(SelfCheck, APharmacyInspectsWhatPharmaciesDo) {
  const std::vector<std::pair<std::string, std::string>> kPlaces = {
      {"H1", "1"}, {"P2", "2"}, {"X3", "2"}, {"P4", ""}, {"H5", ""}};
  AskInput ask{.title = "年度自查", .due = *ParseDate("2026-03-20")};
  for (const auto& [code, kind] : kPlaces) {
    ASSERT_TRUE(database_
                    ->Write([&](store::Session& s) -> Status {
                      TRY(s.Execute("INSERT INTO institution (code, name, kind, area) VALUES (?, ?, ?, '330102')",
                                    {code, "机构" + code, kind}));
                      return {};
                    })
                    .has_value());
    ask.institutions.push_back(code);
  }
  ASSERT_EQ(Word(Do(kAuditor, [&](Job& job) { return StartSelfChecks(job, ask); })), "");
  auto items = [&](const std::string& code, const char* item) {
    return One("SELECT COUNT(*) AS n FROM self_check_item i JOIN self_check s ON s.id = i.self_check_id WHERE "
               "s.institution = ? AND i.code = ?",
               {code, std::string(item)})
        .Int("n");
  };
  std::string of_pharmacies, of_hospitals;
  for (const auto& item : rules_.negative_list) {
    if (item.kind == "pharmacy") of_pharmacies = item.code;
  }
  of_hospitals = "1-6";
  for (const char* code : {"P2", "X3", "P4"}) {
    EXPECT_EQ(items(code, of_pharmacies.c_str()), 1) << code;
    EXPECT_EQ(items(code, of_hospitals.c_str()), 0) << code;
  }
  for (const char* code : {"H1", "H5"}) {
    EXPECT_EQ(items(code, of_pharmacies.c_str()), 0) << code;
    EXPECT_EQ(items(code, of_hospitals.c_str()), 1) << code;
  }
}

}  // namespace
}  // namespace yijian::casework
