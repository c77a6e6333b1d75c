#include "lang/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yijian::lang {
namespace {

YamlFile Read(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<YamlFile> file = ReadYaml("f.yaml", text, diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  return file ? std::move(*file) : YamlFile();
}

std::string MistakesOf(std::string text) {
  Diagnostics diagnostics;
  ReadYaml("f.yaml", std::move(text), diagnostics);
  return diagnostics.Render();
}

// "line:column" of the first byte of `word` inside the scalar under `key`.
std::string PlaceOf(const std::string& text, const std::string& word) {
  YamlFile file = Read(text);
  const Yaml* scalar = file.root.Find("where");
  Place place = file.Inside(*scalar, scalar->text.find(word));
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

TEST(Yaml, KnowsWherePartsOfEveryKindOfScalarStand) {
  EXPECT_EQ(PlaceOf("where: a && b\n", "b"), "1:13");
  EXPECT_EQ(PlaceOf("where: 'a && b'\n", "b"), "1:14");
  EXPECT_EQ(PlaceOf("where: \"a && b\"\n", "b"), "1:14");
  EXPECT_EQ(PlaceOf("where: 'x == ''男'' && b'\n", "b"), "1:23");
  EXPECT_EQ(PlaceOf("x: 1\nwhere: >\n  a\n  && b\n", "b"), "4:6");
  EXPECT_EQ(PlaceOf("x: 1\nwhere: |\n  a\n\n    && b\n", "b"), "5:8");
  EXPECT_EQ(PlaceOf("where: a\n  && b\n", "b"), "2:6");
  EXPECT_EQ(PlaceOf("{z: '中文', where: a == '男' && b}\n", "b"), "1:30");
  EXPECT_EQ(PlaceOf("where: \"\\u4e2d == b\"\n", "b"), "1:8");  // behind an escape: where the scalar begins
}

TEST(Yaml, KeepsTheOrderAndTellsTextsFromNumbers) {
  YamlFile file = Read("b: 1\na: \"1\"\nlist: [x, ~, {y: 2}]\n");
  EXPECT_EQ(file.root.entries[0].key, "b");
  EXPECT_FALSE(file.root.Find("b")->quoted);
  EXPECT_TRUE(file.root.Find("a")->quoted);
  const Yaml& list = *file.root.Find("list");
  EXPECT_EQ(list.items[1].kind, Yaml::Kind::kNull);
  EXPECT_EQ(list.items[2].Find("y")->text, "2");
  EXPECT_EQ(file.root.Find("c"), nullptr);
  EXPECT_EQ(file.At(list).column, 7);
}

TEST(Yaml, HostileTextsAreRefused) {
  EXPECT_THAT(MistakesOf("a: &x [1]\nb: *x\n"), testing::HasSubstr("E201 anchors"));
  EXPECT_THAT(MistakesOf("a: &x {self: *x}\n"), testing::HasSubstr("E201"));
  EXPECT_THAT(MistakesOf("a: !!binary AAAA\n"), testing::HasSubstr("E201 tags"));
  EXPECT_THAT(MistakesOf("a: 1\n--- \nb: 2\n"), testing::HasSubstr("f.yaml:2:1: E201 a second document"));
  EXPECT_THAT(MistakesOf("{a: 1}: 2\n"), testing::HasSubstr("E201 a key must be a plain text"));
  EXPECT_THAT(MistakesOf(std::string("a: \0b\n", 6)), testing::HasSubstr("not UTF-8"));
  EXPECT_THAT(MistakesOf("a: \xC0\xAF\n"), testing::HasSubstr("not UTF-8"));
  EXPECT_THAT(MistakesOf(std::string(kYamlBytesMax + 1, 'a')), testing::HasSubstr("larger than 1048576"));
  EXPECT_THAT(MistakesOf(std::string(100000, '[')), testing::HasSubstr("E201"));
  EXPECT_THAT(MistakesOf(std::string(100000, '{')), testing::HasSubstr("E201"));
  std::string many = "a:\n";
  for (size_t i = 0; i <= kYamlNodesMax; i++) many += "- x\n";
  EXPECT_THAT(MistakesOf(many), testing::HasSubstr("more than 100000 values"));
  std::string wide;
  for (int i = 0; i < 3000; i++) wide += "k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(MistakesOf(wide), testing::HasSubstr("too many keys"));
  std::string ladder = "a";
  for (int i = 0; i < 200; i++) ladder.insert(0, "- ");
  EXPECT_THAT(MistakesOf(ladder), testing::HasSubstr("nests deeper than 16"));
}

TEST(Yaml, EqualKeysAreAMistakeAndTheFirstCounts) {
  Diagnostics diagnostics;
  std::optional<YamlFile> file = ReadYaml("f.yaml", "a: 1\nb: 2\na: 3\n", diagnostics);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->root.Find("a")->text, "1");
  EXPECT_EQ(diagnostics.Render(), "f.yaml:3:1: E205 the key 'a' is given twice; the first is in line 1\n");
}

TEST(Yaml, AByteOrderMarkAndWindowsLineEndsAreFine) {
  YamlFile file = Read(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n");
  EXPECT_EQ(file.root.Find("b")->text, "2");
}

TEST(Yaml, UnreadableFilesAreAMistake) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ReadText("/nowhere/at/all", 10, diagnostics));
  EXPECT_FALSE(ReadText("/", 10, diagnostics));
  EXPECT_FALSE(ReadText("src/pack/testdata/good/T-each.yaml", 10, diagnostics));
  EXPECT_EQ(diagnostics.list().size(), 3u);
}

}  // namespace
}  // namespace yijian::lang
