#include "intake/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "lake/testing.h"

namespace yijian::intake {
namespace {

using testing::HasSubstr;

std::string Mistakes(const std::string& text) {
  lang::Diagnostics diagnostics;
  std::optional<Mapping> mapping = ParseMapping(text, "m.yaml", diagnostics);
  EXPECT_EQ(mapping.has_value(), diagnostics.ok());
  return diagnostics.Render();
}

Mapping Parse(const std::string& text) {
  lang::Diagnostics diagnostics;
  std::optional<Mapping> mapping = ParseMapping(text, "m.yaml", diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  return mapping.value_or(Mapping{});
}

constexpr const char* kSmall = R"(
mapping: small
version: 1
sources:
  people: {files: ['*person*'], delimiter: tab, quote: none, encoding: gbk}
tables:
  - table: person
    from: people
    where: vali_flag != '0'
    columns:
      psn_no: ID
      gend: {from: Sex, map: {M: '1', F: '2'}, else: '9'}
      brdy: {from: [DOB, '出生日期?'], dates: [dd/MM/yyyy]}
      insu_admdvs: {value: '500101'}
      psn_name: FirstName + LastName
)";

TEST(MappingTest, SaysHowFilesBecomeRows) {
  Mapping mapping = Parse(kSmall);
  ASSERT_EQ(mapping.feeds.size(), 1U);
  const Feed& feed = mapping.feeds[0];
  EXPECT_EQ(feed.table->name, "person");
  EXPECT_EQ(feed.where->text, "vali_flag != '0'");
  ASSERT_EQ(feed.columns.size(), 5U);
  EXPECT_EQ(feed.columns[1].codes.at("M"), "1");
  EXPECT_EQ(feed.columns[1].otherwise_value, "9");
  EXPECT_EQ(feed.columns[2].terms.size(), 2U);
  EXPECT_TRUE(feed.columns[2].terms[1].may_be_missing);
  EXPECT_EQ(feed.columns[3].constant, "500101");
  const SourceSpec* source = lake::Must(mapping.SourceOf("/in/PERSON_2024.txt"));
  EXPECT_EQ(source->format.delimiter, '\t');
  EXPECT_EQ(source->format.quote, '\0');
  EXPECT_EQ(source->format.encoding, Encoding::kGb18030);
  Result<const SourceSpec*> none = mapping.SourceOf("visits.csv");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("SOURCE=FILE"));
}

TEST(MappingTest, RepeatMakesOneFeedForEachValue) {
  Mapping mapping = Parse(R"(
mapping: m
version: 1
sources: {claims: {}}
tables:
  - table: diagnosis
    from: claims
    repeat: {n: 1-10}
    needs: diag_code
    columns: {mdtrt_id: ClaimID, psn_no: BeneID, diag_code: 'ClmDiagnosisCode_{n}', diag_srt_no: {value: '{n}'}}
)");
  ASSERT_EQ(mapping.feeds.size(), 10U);
  EXPECT_EQ(mapping.feeds[9].columns[2].terms[0].text, "ClmDiagnosisCode_10");
  EXPECT_EQ(mapping.feeds[9].columns[3].constant, "10");
}

TEST(MappingTest, AllMistakesAtOnceWithTheirPlaces) {
  std::string mistakes = Mistakes(R"(
mapping: m
version: 1
source: {}
sources:
  people: {file: x, format: xls, delimiter: '||'}
tables:
  - table: persons
    from: people
  - table: person
    from: peple
    where: vali_flag = 0
    columns:
      psn_n: ID
      gend: {map: {M: '1'}}
      brdy: {from: DOB, dates: [hello], pad: many, on_bad: drop}
      psn_name: numbr(x)
  - table: person
    from: people
)");
  for (const char* expected :
       {"m.yaml:4:1: E203 there is no key 'source' here; did you mean 'sources'?", "there is no key 'file' here",
        "'xls' is none of auto, csv", "one ASCII character is needed",
        "there is no table 'persons'; did you mean 'person'?", "there is no source 'peple'", "m.yaml:12:22: E111",
        "the table person has no column 'psn_n'; did you mean 'psn_no'?", "either `from` or `value`",
        "the date format 'hello' needs a year", "`pad` is a number", "'drop' is none of quarantine, null",
        "there is no function 'numbr' in mappings; did you mean 'number'?", "a table needs `columns`"}) {
    EXPECT_THAT(mistakes, HasSubstr(expected));
  }
}

TEST(MappingTest, HostileYamlIsRefused) {
  EXPECT_THAT(Mistakes(""), HasSubstr("a mapping is a list of keys"));
  EXPECT_THAT(Mistakes("just text"), HasSubstr("a mapping is a list of keys"));
  EXPECT_THAT(Mistakes("a: [1, 2"), HasSubstr("not YAML"));
  EXPECT_THAT(Mistakes("a: &x [1]\nb: *x"), HasSubstr("not allowed"));
  EXPECT_THAT(Mistakes("&x [*x]"), HasSubstr("not allowed"));  // a cycle
  EXPECT_THAT(Mistakes("a: 1\na: 2"), HasSubstr("the key 'a' is given twice"));
  EXPECT_THAT(Mistakes("? [a]\n: b"), HasSubstr("a key must be a plain text"));
  EXPECT_THAT(Mistakes("a: 1\n---\nb: 2"), HasSubstr("a second document begins here"));
  std::string deep;
  for (int i = 0; i < 100; i++) deep += "- ";
  EXPECT_THAT(Mistakes(deep + "x"), HasSubstr("nests deeper than"));
  EXPECT_NE(Mistakes(std::string(100000, '[')), "");
  EXPECT_NE(Mistakes(std::string(100000, '{')), "");
  EXPECT_THAT(Mistakes("a: " + std::string(2 << 20, 'x')), HasSubstr("larger than"));
  std::string wide = "a: [";
  for (int i = 0; i < 200000; i++) wide += "1,";
  EXPECT_THAT(Mistakes(wide + "1]"), HasSubstr("more than 100000 values"));
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'j'; c++) {
    std::string last(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [*" + last + ",*" + last + ",*" + last + "]\n";
  }
  EXPECT_THAT(Mistakes(bomb), HasSubstr("not allowed"));
}

TEST(MappingTest, ShippedMappingsAreSound) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(YIJIAN_SOURCE_DIR "/mappings")) {
    if (entry.path().extension() != ".yaml") continue;
    Result<Mapping> mapping = LoadMapping(entry.path());
    EXPECT_TRUE(mapping) << (mapping ? "" : mapping.error().message);
    count++;
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace yijian::intake
