#include "pack/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pack/testing.h"

namespace yijian::pack {
namespace {

using testing::HasSubstr;

const Library& Sample() {
  static const Library library = [] {
    lang::Diagnostics diagnostics;
    return LoadLibrary({kTestdata + "good"}, diagnostics);
  }();
  return library;
}

struct Outcome {
  std::vector<CaseResult> results;
  std::string mistakes;
};

// Runs cases of the sample rule that limits drugs of class ZA04 to children.
Outcome RunEach(const std::string& text) {
  size_t rule = 0;
  while (Sample().rules.rules.at(rule).id != "T-each") rule++;
  lang::Diagnostics diagnostics;
  Outcome run{RunRuleCases(Sample(), rule, "T-each.cases", text, diagnostics), {}};
  for (const lang::Diagnostic& mistake : diagnostics.list()) {
    if (mistake.code == lang::Code::kNoCases) continue;
    lang::Diagnostics one;
    one.Add(mistake.code, mistake.place, mistake.message, mistake.suggestion);
    run.mistakes += one.Render();
  }
  return run;
}

std::string MistakesOf(const std::string& text) { return RunEach(text).mistakes; }

constexpr const char* kAdult = R"(case "an adult"
  person birth=1980-01-01
  2025-03-05 08:00 visit V1 area=500101 insurance=310
  2025-03-05 09:10 line L1 item=ZA0401 qty=1 price=20
)";

TEST(Cases, TheSamplePackPassesItsOwn) {
  lang::Diagnostics diagnostics;
  CaseReport report = RunCases(Sample(), diagnostics, {"T-each", "T-group", "T-let", "T-subject"});
  EXPECT_EQ(diagnostics.Render(), "");
  EXPECT_EQ(report.failed(), 0u) << report.Render();
  EXPECT_EQ(report.Count(CaseOutcome::kPassed), 13u);
  EXPECT_EQ(report.Count(CaseOutcome::kMiss), 1u);
  EXPECT_EQ(report.Render(),
            "known miss T-each \"an old wrapping of the drug\" (src/pack/testdata/good/T-each.cases:40)\n"
            "14 cases of 4 rules: 13 passed, 0 failed, 1 known misses, 0 todo that pass now\n");
}

TEST(Cases, ADifferenceShowsBothSides) {
  Outcome run = RunEach(std::string(kAdult) + "expect finding L1 12.00\n");
  ASSERT_EQ(run.results.size(), 1u);
  EXPECT_EQ(run.results[0].outcome, CaseOutcome::kFailed);
  EXPECT_EQ(run.results[0].difference,
            "    expected: finding L1 12.00\n"
            "    found:    finding L1 10.00  ZA0401(ZA0401) 限儿童，患者 45 岁\n");
  EXPECT_THAT(RunEach(std::string(kAdult) + "expect unknown person.birth\n").results[0].difference,
              HasSubstr("expected: unknown person.birth\n"));
  EXPECT_THAT(RunEach(std::string(kAdult) + "expect none\n").results[0].difference, HasSubstr("expected: none\n"));
}

TEST(Cases, ATodoThatPassesIsMended) {
  std::string text = kAdult;
  text.replace(0, 4, "todo");
  EXPECT_EQ(RunEach(text + "expect finding L1 10.00\n").results[0].outcome, CaseOutcome::kMended);
  EXPECT_EQ(RunEach(text + "expect none\n").results[0].outcome, CaseOutcome::kMiss);
}

TEST(Cases, EveryRuleNeedsBothKinds) {
  lang::Diagnostics diagnostics;
  RunRuleCases(Sample(), 0, "a.cases", "", diagnostics);
  RunRuleCases(Sample(), 0, "b.cases", "case \"x\"\nexpect none\n", diagnostics);
  RunRuleCases(Sample(), 0, "c.cases", "todo \"x\"\nexpect none\n", diagnostics);
  EXPECT_EQ(
      diagnostics.Render(),
      "a.cases: E207 rule T-absence has no case with a finding and none without; a rule travels with its proof\n"
      "b.cases: E207 rule T-absence has no case with a finding; a rule travels with its proof\n"
      "c.cases: E207 rule T-absence has no case with a finding and none without; a rule travels with its proof\n");
}

TEST(Cases, ParametersReachAlsoWhatWasFoldedIntoTheRule) {
  size_t rule = 0;
  while (Sample().rules.rules.at(rule).id != "T-sequence") rule++;
  lang::Diagnostics diagnostics;
  std::string stays =
      "  2025-01-01 stay V1 until=2025-01-05 institution=H diagnosis=I63.1 fund=10\n"
      "  2025-01-25 stay V2 until=2025-01-28 institution=H diagnosis=I63.2 fund=20\n";
  auto results =
      RunRuleCases(Sample(), rule, "x.cases",
                   "case \"20 days\"\n" + stays + "expect none\n" +
                       "case \"20 days, gap 30\"\n  param readmit_gap=30d\n" + stays + "expect finding V2 40.00\n",
                   diagnostics);
  ASSERT_EQ(results.size(), 2u) << diagnostics.Render();
  EXPECT_EQ(results[0].outcome, CaseOutcome::kPassed) << results[0].difference;
  EXPECT_EQ(results[1].outcome, CaseOutcome::kPassed) << results[1].difference;
}

TEST(Cases, EveryLineThatCannotBeReadIsToldWithItsPlace) {
  EXPECT_EQ(MistakesOf("  person birth=1980-01-01\n"),
            "T-each.cases:1:3: E401 expected 'case \"name\"'; a timeline belongs to a case\n");
  EXPECT_EQ(MistakesOf("case\nexpect none\n"), "T-each.cases:1:1: E401 expected case and a name in quotes\n");
  EXPECT_EQ(MistakesOf("case two words\nexpect none\n"), "T-each.cases:1:1: E401 expected case and a name in quotes\n");
  EXPECT_EQ(MistakesOf("case \"a\nexpect none\n"),
            "T-each.cases:1:1: E401 a quote in this line is not closed\n"
            "T-each.cases:2:1: E401 expected 'case \"name\"'; a timeline belongs to a case\n");
  EXPECT_EQ(MistakesOf("case a\nexpect none\ncase a\nexpect none\n"),
            "T-each.cases:3:6: E401 two cases are called 'a'\n");
  EXPECT_EQ(MistakesOf("case a\n  2025-01-01 line L1\n"),
            "T-each.cases:1:1: E401 this case expects nothing; end it with expect none, expect finding ..., or expect "
            "unknown ...\n");
  EXPECT_EQ(MistakesOf("case a\nexpect nothing\n"),
            "T-each.cases:2:1: E401 this expectation cannot be read; expect none; "
            "expect finding L1 20.00; expect unknown person.birth\n");
  EXPECT_EQ(MistakesOf("case a\nexpect findings L1 2\n"),
            "T-each.cases:2:1: E401 this expectation cannot be read; did you mean 'finding'?\n");
  EXPECT_THAT(MistakesOf("case a\nexpect finding L1\n"), HasSubstr("T-each.cases:2:1: E401 this expectation"));
  EXPECT_EQ(MistakesOf("case a\nexpect finding L1 2.005\n"),
            "T-each.cases:2:19: E401 expected yuan such as 20.00, found '2.005'\n");
  EXPECT_EQ(MistakesOf("case a\nexpect none\nexpect unknown x\n"),
            "T-each.cases:3:1: E401 'expect none' stands alone\n");
  EXPECT_EQ(MistakesOf("case a\nexpect none\n2025-01-01 line L1\n"),
            "T-each.cases:3:1: E401 'expect' ends a case; expected another 'expect' or a new 'case'\n");
  EXPECT_EQ(MistakesOf("case a\nparam\nexpect none\n"), "T-each.cases:2:1: E401 expected param NAME...\n");
  EXPECT_EQ(MistakesOf("case a\n  2025-03-05 lime L1 qty=1\nexpect none\n"),
            "T-each.cases:2:14: E401 expected a kind of event, found 'lime'; did you mean 'line'?\n");
  EXPECT_EQ(MistakesOf("case a\n  2025-03-05 line L1 qyt=1 price=x\nexpect none\n"),
            "T-each.cases:2:22: E401 a line has no field 'qyt'; did you mean 'qty'?\n"
            "T-each.cases:2:28: E401 price: expected yuan such as 12.50, found 'x'\n");
  EXPECT_EQ(MistakesOf("case a\n  2025-03-05 line Line1\nexpect finding Line2 20.00\n"),
            "T-each.cases:1:1: E401 the case expects 'Line2', which it does not tell of; did you mean 'Line1'?\n");
  EXPECT_EQ(MistakesOf(
                "case a\n  param child_age_year=3\n  param child_age_years=3d\n  param child_age_years\nexpect none\n"),
            "T-each.cases:2:9: E401 no parameter 'child_age_year'; did you mean 'child_age_years'?\n"
            "T-each.cases:3:9: E401 '3d' is no value of parameter 'child_age_years'; expected a number\n"
            "T-each.cases:4:9: E401 '' is no value of parameter 'child_age_years'; expected a number\n");
  EXPECT_EQ(
      MistakesOf("case a\n  table drug_agge item_code=1\n  table drug_age item_cod=1\n  table drug_age item_code\n"
                 "  table drug_age item_code=1 age_max=x\nexpect none\n"),
      "T-each.cases:2:9: E401 the rule reads no table 'drug_agge'; did you mean 'drug_age'?\n"
      "T-each.cases:3:9: E203 table drug_age has no column 'item_cod'; did you mean 'item_code'?\n"
      "T-each.cases:3:9: E202 the key column 'item_code' of table drug_age is missing\n"
      "T-each.cases:4:18: E401 expected key=value\n"
      "T-each.cases:5:9: E301 column age_max: 'x' cannot be read; expected a number\n");
}

TEST(Cases, ACaseWithAMistakeDoesNotStopTheOthers) {
  Outcome run = RunEach("case bad\n  lime\nexpect none\n" + std::string(kAdult) + "expect finding L1 10.00\n");
  ASSERT_EQ(run.results.size(), 1u);
  EXPECT_EQ(run.results[0].outcome, CaseOutcome::kPassed);
  EXPECT_NE(run.mistakes, "");
}

}  // namespace
}  // namespace yijian::pack
