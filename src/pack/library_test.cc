// The packs we ship: no mistakes, all cases pass, every published point is there, the manual is that of the rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pack/cases.h"
#include "pack/manual.h"
#include "pack/testing.h"

namespace yijian::pack {
namespace {

const Library& Shipped() {
  static const Library library = [] {
    lang::Diagnostics diagnostics;
    Library loaded = LoadLibrary({"rules/packs"}, diagnostics);
    EXPECT_EQ(diagnostics.Render(), "");
    return loaded;
  }();
  return library;
}

TEST(Library, CoversAllClassesAndForms) {
  std::set<program::RuleClass> classes;
  std::set<program::Form> forms;
  std::set<std::string> ids;
  for (const program::Rule& rule : Shipped().rules.rules) {
    classes.insert(rule.rule_class);
    forms.insert(rule.form);
    ids.insert(rule.id);
  }
  EXPECT_GE(ids.size(), 60u);
  EXPECT_EQ(classes.size(), 4u);
  EXPECT_EQ(forms.size(), 7u);
}

TEST(Library, AllCasesPass) {
  lang::Diagnostics diagnostics;
  CaseReport report = RunCases(Shipped(), diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  EXPECT_EQ(report.failed(), 0u) << report.Render();
  EXPECT_EQ(report.Count(CaseOutcome::kMended), 0u) << report.Render();
}

// Counts of supervision.md A.4.
TEST(Library, HoldsEveryPublishedPoint) {
  constexpr std::array<std::pair<const char*, size_t>, 12> kPublished{{{"drug_age", 4398},
                                                                       {"drug_sex", 6472},
                                                                       {"service_age", 30},
                                                                       {"service_sex", 390},
                                                                       {"surgery_group", 378},
                                                                       {"drug_insurance", 112},
                                                                       {"drug_visit_type", 736},
                                                                       {"service_pair", 900},
                                                                       {"service_frequency", 67},
                                                                       {"service_course", 11},
                                                                       {"service_cycle", 14},
                                                                       {"herb_single", 116}}};
  for (const auto& [name, rows] : kPublished) {
    ASSERT_EQ(Shipped().rules.tables.count(name), 1u) << name;
    EXPECT_EQ(Shipped().rules.tables.at(name).rows.size(), rows) << name;
  }
}

TEST(Library, EveryRuleCanBeExplained) {
  for (size_t i = 0; i < Shipped().rules.rules.size(); i++) {
    std::string text = Explain(Shipped(), i, {.program = true, .source = true});
    EXPECT_THAT(text, testing::HasSubstr(Shipped().rules.rules[i].name.zh));
    EXPECT_THAT(text, testing::HasSubstr(Shipped().rules.rules[i].basis.at(0)));
  }
}

// docs/rules.md is `yijian rules doc docs/rules.md`; `make golden` brings it up to date.
TEST(Library, GoldenManual) { ExpectGolden("docs/rules.md", WriteManual(Shipped())); }

}  // namespace
}  // namespace yijian::pack
