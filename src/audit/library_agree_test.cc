// Both evaluators over the shipped library: the rules' own case timelines, broken and mixed at random, so that every
// rule meets rows it hits, rows it misses and rows with facts missing.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "eval/evaluate.h"
#include "pack/load.h"
#include "timeline/story.h"

namespace yijian::audit {
namespace {

using finding::Collector;

// Timeline lines of every case of every rule.
std::vector<std::vector<std::string>> CaseTimelines(const std::string& dir) {
  std::vector<std::vector<std::string>> cases;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.path().extension() == ".cases") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& path : files) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
      size_t start = line.find_first_not_of(" \t");
      std::string text = start == std::string::npos ? "" : line.substr(start);
      if (text.rfind("case", 0) == 0 || text.rfind("todo", 0) == 0) cases.emplace_back();
      if (cases.empty()) continue;
      bool other = text.empty() || text[0] == '#';
      for (const char* word : {"case", "todo", "expect", "param", "table"}) other = other || text.rfind(word, 0) == 0;
      if (!other) cases.back().push_back(text);
    }
  }
  return cases;
}

// Drops facts and lines, doubles lines, moves hours.
std::string Broken(const std::vector<std::string>& lines, std::mt19937& random) {
  std::string text;
  int copy = 0;
  for (const std::string& line : lines) {
    auto words = timeline::SplitWords(line);
    if (!words) continue;
    bool person = words->front().text == "person";
    if (!person && random() % 40 == 0) continue;
    size_t name_at = 1;  // behind the kind, which stands behind date and time when there are any
    if (words->front().text[0] >= '0' && words->front().text[0] <= '9')
      name_at = words->size() > 1 && words->at(1).text.find(':') != std::string::npos ? 3 : 2;
    int times =
        !person && words->size() > name_at && words->at(name_at - 1).text == "line" && random() % 6 == 0 ? 2 : 1;
    for (int time = 0; time < times; time++) {
      for (size_t i = 0; i < words->size(); i++) {
        std::string word = words->at(i).text;
        bool fact = word.find('=') != std::string::npos;
        if (fact && random() % 25 == 0) continue;
        if (time > 0 && i == name_at) word += "copy" + std::to_string(copy++);
        text += (i > 0 ? " " : "") + (word.find(' ') == std::string::npos ? word : "'" + word + "'");
      }
      text += "\n";
    }
  }
  return text;
}

std::string Show(const std::vector<finding::Unknown>& unknowns, const program::RuleSet& rules) {
  std::string text;
  for (const finding::Unknown& unknown : unknowns) {
    text += rules.rules[unknown.rule].id + " person " + std::to_string(unknown.person) + " row " +
            std::to_string(unknown.row.row) + ": " + std::string(unknown.reason) + "\n";
  }
  return text;
}

TEST(Library, ColumnsAgreeWithTheJudgeOnTheShippedRules) {
  std::string packs = YIJIAN_SOURCE_DIR "/rules/packs";
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules({packs}, diagnostics);
  ASSERT_TRUE(diagnostics.ok()) << diagnostics.Render();
  ASSERT_GE(rules.rules.size(), 60U);
  std::vector<std::vector<std::string>> cases = CaseTimelines(packs);
  std::map<std::string, int> hits;
  int parsed = 0;
  for (unsigned seed = 0; seed < 30; seed++) {
    std::mt19937 random(seed);
    timeline::CodeBook codes;
    std::vector<timeline::Story> stories;
    for (const auto& lines : cases) {
      auto story = timeline::ParseStory(Broken(lines, random), codes);
      if (story) stories.push_back(std::move(*story));
    }
    parsed += static_cast<int>(stories.size());
    auto bound = eval::Bind(rules, codes);
    ASSERT_TRUE(bound) << bound.error().message;
    for (size_t i = 0; i < stories.size(); i++) {
      Collector plain;
      Collector columns;
      eval::EvaluatePlain(**bound, stories[i].bucket, plain);
      eval::EvaluateColumns(**bound, stories[i].bucket, columns);
      plain.Sort();
      columns.Sort();
      ASSERT_EQ(plain.findings.size(), columns.findings.size()) << "seed " << seed << " story " << i;
      for (size_t f = 0; f < plain.findings.size(); f++) {
        ASSERT_EQ(plain.findings[f], columns.findings[f])
            << rules.rules[plain.findings[f].rule].id << " seed " << seed << " story " << i;
        hits[rules.rules[plain.findings[f].rule].id]++;
      }
      ASSERT_EQ(Show(plain.unknowns, rules), Show(columns.unknowns, rules)) << "seed " << seed << " story " << i;
    }
  }
  EXPECT_GT(parsed, 1000);
  // A few rules need long or overridden timelines that seldom survive being broken; they must stay few.
  std::string never;
  size_t never_count = 0;
  for (const program::Rule& rule : rules.rules) {
    if (rule.subject != program::Subject::kPerson || hits[rule.id] > 0) continue;
    never += rule.id + " ";
    never_count++;
  }
  EXPECT_LE(never_count, rules.rules.size() / 20) << "never hit, so nothing was proved about: " << never;
}

// What real time rests on: codes that come after the rules were bound are judged as if they had been there before.
TEST(Library, CodesThatCameLaterAreJudgedLikeThoseThatWereThere) {
  std::string packs = YIJIAN_SOURCE_DIR "/rules/packs";
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules({packs}, diagnostics);
  ASSERT_TRUE(diagnostics.ok()) << diagnostics.Render();
  std::vector<std::vector<std::string>> cases = CaseTimelines(packs);
  size_t findings = 0;
  for (unsigned seed = 0; seed < 4; seed++) {
    std::mt19937 random(seed);
    timeline::CodeBook late_codes;
    auto late = eval::Bind(rules, late_codes);
    ASSERT_TRUE(late) << late.error().message;
    int64_t at_first = late_codes.size();
    std::vector<std::string> texts;
    for (const auto& lines : cases) texts.push_back(Broken(lines, random));
    timeline::CodeBook codes;
    std::vector<timeline::Story> stories;
    for (const std::string& text : texts) {
      if (auto story = timeline::ParseStory(text, codes)) stories.push_back(std::move(*story));
    }
    auto bound = eval::Bind(rules, codes);
    ASSERT_TRUE(bound) << bound.error().message;
    size_t at = 0;
    for (const std::string& text : texts) {
      auto story = timeline::ParseStory(text, late_codes);
      if (!story) continue;
      ASSERT_TRUE(eval::Cover(**late, late_codes));
      ASSERT_EQ(eval::CoveredOf(**late), late_codes.size());
      Collector there, later, later_plain;
      eval::EvaluateColumns(**bound, stories[at].bucket, there);
      eval::EvaluateColumns(**late, story->bucket, later);
      eval::EvaluatePlain(**late, story->bucket, later_plain);
      for (Collector* found : {&there, &later, &later_plain}) found->Sort();
      ASSERT_EQ(there.findings, later.findings) << text;
      ASSERT_EQ(there.findings, later_plain.findings) << text;
      ASSERT_EQ(Show(there.unknowns, rules), Show(later.unknowns, rules)) << text;
      findings += there.findings.size();
      at++;
    }
    EXPECT_GT(late_codes.size(), at_first + 100) << "nothing came late";
  }
  EXPECT_GT(findings, 1000U);
}

}  // namespace
}  // namespace yijian::audit
