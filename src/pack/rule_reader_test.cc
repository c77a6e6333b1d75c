#include "pack/rule_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pack/load.h"
#include "pack/testing.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

const PackContext& Sample() {
  static const PackContext context = [] {
    lang::Diagnostics diagnostics;
    Library library = LoadLibrary({kTestdata + "good"}, diagnostics);
    EXPECT_EQ(diagnostics.Render(), "");
    return library.packs.at(0).context;
  }();
  return context;
}

std::optional<program::Rule> Read(const std::string& name, const std::string& text, lang::Diagnostics& diagnostics) {
  std::optional<lang::YamlFile> file = lang::ReadYaml(name, text, diagnostics);
  return file ? ReadRule(*file, Sample(), diagnostics) : std::nullopt;
}

std::string MistakesOf(const std::string& text) {
  lang::Diagnostics diagnostics;
  std::optional<program::Rule> rule = Read("T.yaml", text, diagnostics);
  EXPECT_EQ(rule.has_value(), diagnostics.ok());
  return diagnostics.Render();
}

// A rule without mistakes, whose form part is given.
std::string Rule(const std::string& form) {
  return "rule: T\nname: {zh: a, en: b}\nclass: policy\nbasis: law\nseverity: lead\nwhy: {zh: a, en: b}\n"
         "message: {zh: a, en: b}\n" +
         form;
}

program::Rule Good(const std::string& form) {
  lang::Diagnostics diagnostics;
  std::optional<program::Rule> rule = Read("T.yaml", Rule(form), diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  return rule.value_or(program::Rule());
}

TEST(RuleReader, GoldenMistakes) {
  for (const fs::directory_entry& entry : fs::directory_iterator(kTestdata + "rules")) {
    if (entry.path().extension() != ".yaml") continue;
    std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    lang::Diagnostics diagnostics;
    EXPECT_FALSE(Read(name, Contents(entry.path().string()), diagnostics).has_value());
    EXPECT_FALSE(diagnostics.ok());
    ExpectGolden(fs::path(entry.path()).replace_extension(".golden").string(), diagnostics.Render());
  }
}

TEST(RuleReader, GoldenPrograms) {
  lang::Diagnostics diagnostics;
  program::RuleSet rules = LoadRules({kTestdata + "good"}, diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  std::string dump;
  for (const program::Rule& rule : rules.rules) dump += program::Dump(rule);
  ExpectGolden(kTestdata + "good/programs.golden", dump);
}

TEST(RuleReader, HeaderIsTakenAsWritten) {
  lang::Diagnostics diagnostics;
  program::RuleSet rules = LoadRules({kTestdata + "good"}, diagnostics);
  const program::Rule& rule = rules.rules.at(1);
  EXPECT_EQ(rule.id, "T-each");
  EXPECT_EQ(rule.version, 2);
  EXPECT_EQ(rule.name.en, "Rule T-each");
  EXPECT_EQ(rule.official, "GZ10000101007000");
  EXPECT_EQ(rule.severity, program::Severity::kSuspect);
  EXPECT_EQ(rule.moments, program::kPre | program::kMid | program::kPost);
  EXPECT_EQ(rule.from, *ParseDate("2021-01-01"));
  EXPECT_EQ(rule.until, INT32_MAX);
  EXPECT_EQ(rule.area, "5001");
  EXPECT_EQ(rule.unless.at(0).why.zh, "个人账户");
  EXPECT_EQ(rule.facts.size(), 2u);
  EXPECT_EQ(rule.source_text, Contents(rule.file));
}

TEST(RuleReader, WithinIsACalendarUnitOrARollingLength) {
  using Unit = program::Within::Unit;
  auto within = [](const std::string& text) {
    return Good("form: pair\na: {of: line}\nb: {of: line}\nwithin: " + text + "\n").within;
  };
  EXPECT_EQ(within("hour").unit, Unit::kHour);
  EXPECT_EQ(within("stay").unit, Unit::kStay);
  EXPECT_EQ(within("hours(6)").unit, Unit::kRolling);
  EXPECT_EQ(within("hours(6)").seconds, 6 * kSecondsPerHour);
  EXPECT_EQ(within("2d").seconds, 2 * kSecondsPerDay);
  EXPECT_EQ(within("param.readmit_gap").seconds, 15 * kSecondsPerDay);
  EXPECT_EQ(within("days(param.gap_days) + hours(1)").seconds, 10 * kSecondsPerDay + kSecondsPerHour);
  auto group = [](const std::string& text) {
    return Good("form: group\nof: line\nhaving: count() > 1\nwithin: " + text + "\n").within.unit;
  };
  EXPECT_EQ(group("isoweek"), Unit::kIsoWeek);
  EXPECT_EQ(group("month"), Unit::kMonth);
  EXPECT_EQ(group("year"), Unit::kYear);
  EXPECT_EQ(group("all"), Unit::kAll);
}

TEST(RuleReader, GapCountsDays) {
  auto gap = [](const std::string& text) { return Good("form: sequence\na: {of: stay}\nb: {of: stay}\ngap: " + text); };
  program::Rule rule = gap("{max: param.readmit_gap}\n");
  EXPECT_EQ(rule.gap_days_min, 0);
  EXPECT_EQ(rule.gap_days_max, 15);
  rule = gap("{min: 1, max: days(3)}\nnext_only: true\n");
  EXPECT_EQ(rule.gap_days_min, 1);
  EXPECT_EQ(rule.gap_days_max, 3);
  EXPECT_TRUE(rule.next_only);
  EXPECT_EQ(gap("{min: param.gap_days, max: 20d}\n").gap_days_min, 10);
}

TEST(RuleReader, ChargeHasADefaultForEachForm) {
  using program::Charge;
  EXPECT_EQ(Good("form: group\nof: line\nwithin: day\nhaving: count() > 1\n").charge, Charge::kAll);
  EXPECT_EQ(Good("form: pair\na: {of: line}\nb: {of: line}\nwithin: day\n").charge, Charge::kB);
  EXPECT_EQ(Good("form: absence\na: {of: line}\nb: {of: line}\nwithin: day\n").charge, Charge::kA);
  EXPECT_EQ(Good("form: overlap\na: {of: stay}\nb: {of: stay}\ncharge: cheaper\n").charge, Charge::kCheaper);
  EXPECT_EQ(Good("form: group\nof: line\nwithin: day\nhaving: count() > 1\ncharge: but_dearest\n").charge,
            Charge::kButDearest);
}

TEST(RuleReader, SidesSeeTheirOwnKnowledgeOnly) {
  std::string sides = "form: pair\na: {of: line, with: {ka: 'drug_age[a.item]'}}\n";
  EXPECT_THAT(MistakesOf(Rule(sides + "b: {of: line, where: ka.limit == '男'}\nwithin: day\n")),
              testing::HasSubstr("T.yaml:10:22: E103 no 'ka' here"));
  program::Rule rule =
      Good(sides + "b: {of: line, with: {kb: 'drug_age[line.item]'}}\nwithin: day\nwhere: ka.limit == kb.limit\n");
  EXPECT_EQ(rule.a.bindings, std::vector<uint16_t>{0});
  EXPECT_EQ(rule.b->bindings, std::vector<uint16_t>{1});
}

TEST(RuleReader, ALookupThatCannotBeReadIsReportedOnce) {
  std::string mistakes =
      MistakesOf(Rule("form: each\nof: line\nwith: {k: 'drug_sex[line.item]'}\nwhere: k.limit == '男'\n"));
  EXPECT_THAT(mistakes, testing::HasSubstr("T.yaml:10:12: E109 no knowledge table 'drug_sex'"));
  EXPECT_THAT(mistakes, testing::Not(testing::HasSubstr("no 'k' here")));
}

TEST(RuleReader, APairsAmountMayCallTheChargedRowByItsKind) {
  Good("form: pair\na: {of: line}\nb: {of: stay}\nwithin: day\ncharge: a\namount: line.scope * 0.5\n");
  Good("form: pair\na: {of: line}\nb: {of: stay}\nwithin: day\namount: stay.fund\n");
  EXPECT_THAT(
      MistakesOf(Rule("form: pair\na: {of: line}\nb: {of: line}\nwithin: day\ncharge: both\namount: line.scope\n")),
      testing::HasSubstr("no 'line' here"));
}

TEST(RuleReader, AnInstitutionsVisitsHaveNoSums) {
  std::string visits = "subject: institution\nform: group\nof: visit\nwithin: month\nhaving: count() > 9\n";
  Good(visits + "amount: 0\n");
  for (const char* more : {"", "amount: visit.fund\n", "amount: 0\nfacts: {x: max(visit.total)}\n"}) {
    EXPECT_THAT(MistakesOf(Rule(visits + more)),
                testing::HasSubstr("E108 total, scope and fund of visits are known on a person's timeline only"));
  }
  EXPECT_THAT(MistakesOf(Rule(visits + "amount: 0\nunless: [{name: x, when: 'visit.diagnoses.exists(d, d.main)', "
                                       "zh: a, en: b}]\n")),
              testing::HasSubstr("E108 "));
}

TEST(RuleReader, SixteenLookupsAreTheMost) {
  std::string with;
  for (int i = 0; i < 17; i++) with += "  k" + std::to_string(i) + ": drug_age[line.item]\n";
  EXPECT_THAT(MistakesOf(Rule("form: each\nof: line\nwith:\n" + with)),
              testing::HasSubstr("16 knowledge rows at most"));
}

// A let is what it stands for: the rule becomes the program of the one that is written out, in every form.
TEST(RuleReader, LetsStandInPlace) {
  auto same = [](const std::string& with_let, const std::string& written_out) {
    EXPECT_EQ(program::Dump(Good(with_let)), program::Dump(Good(written_out))) << with_let;
  };
  same("form: each\nof: line\nlet: {dear: line.price > 100, both: dear && line.qty > 1}\nwhere: both || !dear\n",
       "form: each\nof: line\nwhere: (line.price > 100 && line.qty > 1) || !(line.price > 100)\n");
  same(
      "form: group\nof: line\nwithin: day\nlet: {all_of_it: sum(line.qty), who: line.doctor}\nby: who\n"
      "having: all_of_it > 1\ncharge: {excess: all_of_it - 1}\nfacts: {x: all_of_it}\n",
      "form: group\nof: line\nwithin: day\nby: line.doctor\nhaving: sum(line.qty) > 1\n"
      "charge: {excess: sum(line.qty) - 1}\nfacts: {x: sum(line.qty)}\n");
  same("form: window\nof: line\nwithin: 3d\nlet: {one: line.qty, most: 4}\nhaving: sum(one) > most\n",
       "form: window\nof: line\nwithin: 3d\nhaving: sum(line.qty) > 4\n");
  same(
      "form: pair\na: {of: line, where: dear}\nb: {of: line, where: b_old}\nwithin: day\n"
      "let: {dear: a.price > 100, b_old: \"b.time < '2020-01-01'\", far: a.qty != b.qty}\nwhere: far\n"
      "unless: [{name: x, when: dear && b_old, zh: a, en: b}]\n",
      "form: pair\na: {of: line, where: a.price > 100}\nb: {of: line, where: \"b.time < '2020-01-01'\"}\n"
      "within: day\nwhere: a.qty != b.qty\n"
      "unless: [{name: x, when: \"a.price > 100 && b.time < '2020-01-01'\", zh: a, en: b}]\n");
  same(
      "form: overlap\na: {of: stay}\nb: {of: stay}\nlet: {same_place: a.institution == b.institution}\n"
      "where: \"!same_place\"\n",
      "form: overlap\na: {of: stay}\nb: {of: stay}\nwhere: \"!(a.institution == b.institution)\"\n");
  same("form: sequence\na: {of: stay}\nb: {of: stay}\ngap: {max: 15}\nlet: {cost: b.fund * 0.5}\namount: cost\n",
       "form: sequence\na: {of: stay}\nb: {of: stay}\ngap: {max: 15}\namount: b.fund * 0.5\n");
  same(
      "form: absence\na: {of: line, where: dear}\nb: {of: line}\nwithin: day\n"
      "let: {dear: a.price > 100, same_one: a.doctor == b.doctor}\nwhere: same_one\nfacts: {x: dear}\n",
      "form: absence\na: {of: line, where: a.price > 100}\nb: {of: line}\nwithin: day\n"
      "where: a.doctor == b.doctor\nfacts: {x: a.price > 100}\n");
}

TEST(RuleReader, AListInALetKeepsItsVariableApart) {
  std::string let = "let: {grave: \"visit.diagnoses.exists(d, d.main)\"}\n";
  std::string dump = program::Dump(
      Good("form: each\nof: line\n" + let + "where: \"visit.diagnoses.all(d, grave && d.code == 'C')\"\n"));
  EXPECT_THAT(dump, testing::HasSubstr("$3.main"));
  EXPECT_THAT(dump, testing::HasSubstr("$2.code"));
  EXPECT_THAT(MistakesOf(Rule("form: each\nof: line\n" + let +
                              "where: \"visit.diagnoses.all(a1, visit.diagnoses.all(a2, visit.diagnoses.all(a3, "
                              "visit.diagnoses.all(a4, grave))))\"\n")),
              testing::HasSubstr("E102 with 'grave' put in place the expression nests too deep"));
}

// Each level is within its own limits; together they would be as deep as a stack is not.
TEST(RuleReader, LetsDoNotNestWithoutEnd) {
  std::string lets = "  x0: line.qty\n";
  for (int i = 1; i < 32; i++) {
    lets += "  x" + std::to_string(i) + ": " + std::string(40, '(') + "x" + std::to_string(i - 1);
    for (int k = 0; k < 40; k++) lets += " + 1)";
    lets += "\n";
  }
  EXPECT_THAT(MistakesOf(Rule("form: each\nof: line\nlet:\n" + lets + "where: x31 > 1\n")),
              testing::HasSubstr("put in place the expression nests too deep"));
  std::string many;
  for (int i = 0; i < 33; i++) many += "  x" + std::to_string(i) + ": line.qty\n";
  EXPECT_THAT(MistakesOf(Rule("form: each\nof: line\nlet:\n" + many + "where: x32 > 1\n")),
              testing::HasSubstr("T.yaml:43:3: E204 a rule can name 32 expressions at most"));
}

// Few lets, used often: the limit is one of the rule, not of an expression.
TEST(RuleReader, WhatLetsPlaceIsCountedOverTheRule) {
  std::string sum = "line.qty";
  for (int i = 0; i < 90; i++) sum += " + line.qty";
  std::string facts;
  for (int i = 0; i < 150; i++) facts += "  f" + std::to_string(i) + ": long_sum\n";
  EXPECT_THAT(
      MistakesOf(Rule("form: each\nof: line\nlet: {long_sum: " + sum + "}\nwhere: line.qty > 1\nfacts:\n" + facts)),
      testing::HasSubstr("with its lets put in place the rule has more than 20000 operations; each use of "
                         "'long_sum' costs 181"));
}

TEST(RuleReader, AnExcessIsOfUnitsOrOfMoney) {
  std::string group = "form: group\nof: line\nwithin: day\nhaving: count() > 1\n";
  EXPECT_EQ(Good(group + "charge: {excess: sum(line.qty) - 2}\n").excess->type, lang::Type::kNumber);
  EXPECT_EQ(Good(group + "charge: {excess: sum(line.scope) - 200}\n").excess->type, lang::Type::kMoney);
  EXPECT_THAT(MistakesOf(Rule(group + "charge: {excess: line.time}\n")),
              testing::HasSubstr("an excess is a number of units or money, this is time"));
  EXPECT_THAT(MistakesOf(Rule(group + "charge: {excess: sum(line.scope) - 200}\namount: line.price * units\n")),
              testing::HasSubstr("E108 'units' has a meaning only in 'amount'"));
  EXPECT_THAT(MistakesOf(Rule("form: group\nof: stock\nsubject: institution\nwithin: day\nhaving: count() > 1\n"
                              "charge: {excess: sum(stock.price) - 200}\n")),
              testing::HasSubstr("E202 these rows have no money of their own"));
}

}  // namespace
}  // namespace yijian::pack
