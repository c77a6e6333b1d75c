#include "pack/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pack/manual.h"
#include "pack/testing.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

std::string Rule(const std::string& id, const std::string& more) {
  return "rule: " + id + "\nname: {zh: a, en: b}\nclass: policy\nbasis: law\nseverity: lead\nwhy: {zh: a, en: b}\n" +
         "message: {zh: a, en: b}\nform: each\nof: line\nwhere: line.qty > param.most\n" + more;
}

// A pack that a test can spoil.
class Load : public testing::Test {
 protected:
  Load() {
    fs::create_directories(folder_ / "packs/one/sub");
    fs::create_directories(folder_ / "knowledge");
    Put(folder_ / "packs/one/pack.yaml", "pack: one\nowner: me\nlanguage: 1\nknowledge: ../../knowledge\n");
    Put(folder_ / "packs/one/params.yaml", "most:\n  - {from: 2020-01-01, value: 3, source: law}\n");
    Put(folder_ / "packs/one/A.yaml", Rule("A", "valid: {until: 2025-01-01}\n"));
    Put(folder_ / "packs/one/sub/B.yaml", Rule("B", ""));
  }
  Library Read() {
    lang::Diagnostics diagnostics;
    Library library = LoadLibrary({folder_ / "packs"}, diagnostics);
    mistakes_ = diagnostics.Render();
    for (size_t at = 0; (at = mistakes_.find(folder_.path() + "/", at)) != std::string::npos;) {
      mistakes_.erase(at, folder_.path().size() + 1);
    }
    return library;
  }

  Folder folder_;
  std::string mistakes_;
};

TEST_F(Load, FindsPacksAndTheirRules) {
  Library library = Read();
  EXPECT_EQ(mistakes_, "");
  ASSERT_EQ(library.rules.rules.size(), 2u);
  EXPECT_EQ(library.rules.rules[0].id, "A");
  EXPECT_EQ(library.rules.rules[1].id, "B");
  EXPECT_EQ(library.packs.at(0).owner, "me");
  EXPECT_EQ(library.params.at("most").sources, std::vector<std::string>{"law"});
}

TEST_F(Load, TheDigestTellsWhetherAnythingReadHasChanged) {
  std::string digest = Read().rules.digest;
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_EQ(Read().rules.digest, digest);
  Put(folder_ / "packs/one/A.cases", "case a\nexpect none\n");  // cases change no finding
  EXPECT_EQ(Read().rules.digest, digest);
  for (const char* file : {"packs/one/A.yaml", "packs/one/params.yaml", "packs/one/pack.yaml"}) {
    std::string before = Contents(folder_ / file);
    Put(folder_ / file, before + "# comment\n");
    EXPECT_NE(Read().rules.digest, digest) << file;
    Put(folder_ / file, before);
  }
  Put(folder_ / "knowledge/t.yaml", "table: t\nkeys: [a]\nmatch: exact\nsource: s\n");
  Put(folder_ / "knowledge/t.csv", "a\n1\n");
  std::string with_table = Read().rules.digest;
  EXPECT_NE(with_table, digest);
  Put(folder_ / "knowledge/t.csv", "a\n2\n");
  EXPECT_NE(Read().rules.digest, with_table);
}

TEST_F(Load, ARuleWithAMistakeIsLeftOutAndTheOthersStay) {
  Put(folder_ / "packs/one/A.yaml", "rule: A\n");
  Library library = Read();
  EXPECT_EQ(library.rules.rules.size(), 1u);
  EXPECT_THAT(mistakes_, HasSubstr("packs/one/A.yaml:1:1: E202 a rule needs 'class'"));
}

TEST_F(Load, VersionsOfARuleMayFollowButNotOverlap) {
  Put(folder_ / "packs/one/A2.yaml", Rule("A", "version: 2\nvalid: {from: 2025-01-01}\n"));
  EXPECT_EQ(Read().rules.rules.size(), 3u);
  EXPECT_EQ(mistakes_, "");
  Put(folder_ / "packs/one/A3.yaml", Rule("A", "valid: {from: 2025-06-01}\narea: \"11\"\n"));
  Read();
  EXPECT_EQ(
      mistakes_,
      "packs/one/A3.yaml:1:7: E205 rule A is in force on the same days as the one in packs/one/A2.yaml:1; end the "
      "older version with valid: {until: ...}\n");
  Put(folder_ / "packs/one/A2.yaml", Rule("A", "version: 2\nvalid: {from: 2025-01-01}\narea: \"50\"\n"));
  Read();
  EXPECT_EQ(mistakes_, "");
}

TEST_F(Load, PacksMustNotContradictEachOther) {
  fs::create_directories(folder_ / "packs/two/knowledge");
  Put(folder_ / "packs/two/pack.yaml", "pack: one\nowner: me\nlanguage: 2\nknowledge: knowledge\n");
  Put(folder_ / "packs/two/params.yaml", "most:\n  - {from: 2020-01-01, value: 4, source: law}\n");
  for (const char* dir : {"knowledge", "packs/two/knowledge"}) {
    Put(folder_ / (std::string(dir) + "/t.yaml"), "table: t\nkeys: [a]\nmatch: exact\nsource: s\n");
    Put(folder_ / (std::string(dir) + "/t.csv"), "a\n1\n");
  }
  Read();
  EXPECT_EQ(
      mistakes_,
      "packs/two/pack.yaml:3:11: E204 this program speaks rule language 1\n"
      "packs/two/pack.yaml:1:7: E205 another pack is called 'one'\n"
      "packs/two/knowledge/t.yaml: E205 table t is also described by knowledge/t.yaml\n"
      "packs/two/params.yaml:1:1: E205 parameter 'most' has another value in packs/one/params.yaml:1; give one of "
      "them another name\n");
}

TEST_F(Load, ParametersAreChecked) {
  Put(folder_ / "packs/one/params.yaml", R"(most:
  - {from: 2020-01-01, value: 3, source: law}
  - {from: 2020-01-01, value: 4, source: law}
  - {from: 2021-01-01, value: "5d", source: law}
2nd: [{from: 2020-01-01, value: 3, source: law}]
none: []
bare: 3
odd:
  - {value: 3, sorce: law}
  - {from: today, value: [3], source: law}
dayless: [{from:, value: 3, source: law}]
)");
  Read();
  EXPECT_EQ(
      mistakes_,
      "packs/one/params.yaml:3:5: E205 two values begin on 2020-01-01\n"
      "packs/one/params.yaml:4:5: E106 this value is a duration, the first is a number\n"
      "packs/one/params.yaml:5:1: E204 '2nd' cannot name a parameter; letters, digits and _\n"
      "packs/one/params.yaml:6:1: E204 'none' must be a list of dated values; such as - {from: 2020-01-01, value: 14, "
      "source: \"...\"}\n"
      "packs/one/params.yaml:7:1: E204 'bare' must be a list of dated values; such as - {from: 2020-01-01, value: 14, "
      "source: \"...\"}\n"
      "packs/one/params.yaml:9:5: E202 a value needs 'source'\n"
      "packs/one/params.yaml:9:16: E203 a value has no key 'sorce'; did you mean 'source'?\n"
      "packs/one/params.yaml:9:5: E202 a value needs 'from'; the first day on which it is in force\n"
      "packs/one/params.yaml:10:12: E204 from must be a date YYYY-MM-DD\n"
      "packs/one/params.yaml:10:26: E204 value must be a number, a duration such as \"15d\", or a text\n"
      "packs/one/params.yaml:11:11: E202 a value needs 'from'; the first day on which it is in force\n"
      "packs/one/A.yaml:10:24: E110 params.yaml has no 'most'\n"
      "packs/one/sub/B.yaml:10:24: E110 params.yaml has no 'most'\n");
}

TEST_F(Load, FoldersWithoutPacksAreAMistake) {
  lang::Diagnostics diagnostics;
  LoadRules({"/nowhere/at/all"}, diagnostics);
  EXPECT_EQ(diagnostics.Render(), "/nowhere/at/all: E201 no pack.yaml in or below this folder\n");
  fs::create_directory_symlink(folder_ / "packs", folder_ / "packs/one/loop");
  Read();
  EXPECT_EQ(mistakes_, "");
  fs::remove(folder_ / "packs/one/pack.yaml");
  Put(folder_ / "packs/one/pack.yaml", "pack: [one]\nowner: me\nknowlegde: x\n");
  Read();
  EXPECT_EQ(mistakes_,
            "packs/one/pack.yaml:1:7: E204 pack must be a text\n"
            "packs/one/pack.yaml:3:1: E203 a pack has no key 'knowlegde'; did you mean 'knowledge'?\n");
}

// --- what people read ---

TEST(Manual, GoldenExplanation) {
  lang::Diagnostics diagnostics;
  Library library = LoadLibrary({kTestdata + "good"}, diagnostics);
  ExpectGolden(kTestdata + "good/explain.golden", Explain(library, *FindRule(library, "T-each"), {.program = true}) +
                                                      "\n\n" + Explain(library, *FindRule(library, "T-sequence")));
  EXPECT_FALSE(FindRule(library, "T-none"));
}

TEST(Manual, GoldenManual) {
  lang::Diagnostics diagnostics;
  Library library = LoadLibrary({kTestdata + "good"}, diagnostics);
  std::string manual = WriteManual(library);
  // Fields, functions and diagnostics are other rooms' tables: they are there, and not copied here.
  size_t fields = manual.find("## 字段 Fields");
  ASSERT_NE(fields, std::string::npos);
  ExpectGolden(kTestdata + "good/manual.golden", manual.substr(0, fields));
  for (const lang::FunctionInfo& function : lang::Functions())
    EXPECT_THAT(manual, HasSubstr(std::string(function.signature)));
  for (const lang::CodeInfo& code : lang::Codes()) {
    EXPECT_THAT(manual, HasSubstr("| E" + std::to_string(static_cast<int>(code.code)) + " | "));
  }
  EXPECT_THAT(manual, HasSubstr("| `line.scope` | money | 符合范围金额 | `inscp_amt` |"));
}

}  // namespace
}  // namespace yijian::pack
