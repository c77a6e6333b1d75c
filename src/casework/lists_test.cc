#include "casework/lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace yijian::casework {
namespace {

std::string Rules() { return std::string(YIJIAN_SOURCE_DIR) + "/rules"; }

TEST(CheckLists, ADraftMayLackAnswersAReportMayNot) {
  auto all = LoadCheckLists(Rules() + "/checklists/authenticity.csv");
  ASSERT_TRUE(all.has_value()) << all.error().message;
  std::vector<CheckItem> items;
  for (const auto& item : *all) {
    if (item.task == "on_site") items.push_back(item);
  }
  EXPECT_TRUE(CheckAnswers(items, {}, false).empty());
  auto missing = CheckAnswers(items, {}, true);
  EXPECT_EQ(static_cast<size_t>(std::count_if(items.begin(), items.end(), [](const auto& i) { return i.required; })),
            missing.size());

  std::vector<CheckAnswer> answers;
  for (const auto& item : items) {
    CheckAnswer answer{.code = item.code, .answer = "yes"};
    if (item.kind == "photo") answer.evidence = {"e1"};
    if (item.kind == "choice") answer.answer = item.choices[0];
    if (item.kind == "number") answer.answer = "2.5";
    answers.push_back(answer);
  }
  EXPECT_TRUE(CheckAnswers(items, answers, true).empty());
  answers[0].answer = "perhaps";
  EXPECT_EQ(CheckAnswers(items, answers, true)[0].field, "/items/0/answer");
  answers.push_back({.code = "nonsense"});
  EXPECT_EQ(CheckAnswers(items, answers, false)[1].field, "/items/" + std::to_string(answers.size() - 1) + "/code");
}

TEST(CheckLists, APhotoItemNeedsAFile) {
  std::vector<CheckItem> items = {{.code = "p", .kind = "photo", .required = true}};
  EXPECT_EQ(CheckAnswers(items, {{.code = "p", .answer = "taken"}}, true)[0].expected, "a photo");
  EXPECT_TRUE(CheckAnswers(items, {{.code = "p", .evidence = {"e1"}}}, true).empty());
}

TEST(NegativeList, HasTheAnnexInFullAndOnlyRulesWeHave) {
  auto list = LoadNegativeList(Rules() + "/negative_list.csv");
  ASSERT_TRUE(list.has_value()) << list.error().message;
  EXPECT_GE(list->size(), 45U);
  EXPECT_EQ(std::count_if(list->begin(), list->end(), [](const auto& i) { return i.origin == "S3"; }), 28);
  std::vector<std::string> have;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Rules() + "/packs")) {
    if (entry.path().extension() == ".yaml") have.push_back(entry.path().stem());
  }
  for (const auto& item : *list) {
    EXPECT_TRUE(item.origin == "S3" || item.origin == "ours") << item.code;
    for (const auto& rule : item.rules)
      EXPECT_NE(std::find(have.begin(), have.end(), rule), have.end()) << item.code << " " << rule;
  }
}

}  // namespace
}  // namespace yijian::casework
