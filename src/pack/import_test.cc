#include "pack/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xlsxwriter.h>

#include "pack/knowledge.h"
#include "pack/testing.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

// A copy of the sample knowledge, and imports into it.
class Import : public testing::Test {
 protected:
  Import() { fs::copy(kTestdata + "good/knowledge", folder_ / "knowledge"); }

  Result<ImportReport> Take(const std::string& file, int batch = 2, const std::string& from = "2025-09-01") {
    mistakes_ = lang::Diagnostics();
    return ImportKnowledge(
        {.dir = folder_ / "knowledge", .file = file, .kind = kind_, .batch = batch, .from = *ParseDate(from)},
        mistakes_);
  }
  std::string Mistakes() const {
    std::string text = mistakes_.Render();
    for (size_t at = 0; (at = text.find(folder_.path() + "/", at)) != std::string::npos;) {
      text.erase(at, folder_.path().size() + 1);
    }
    return text;
  }
  // Every file of the knowledge folder with its contents.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "knowledge")) {
      files[entry.path().filename().string()] = Contents(entry.path().string());
    }
    return files;
  }

  Folder folder_;
  lang::Diagnostics mistakes_;
  std::string kind_ = "drug-age";
};

TEST_F(Import, TakesACsvAndEndsTheRowsItReplaces) {
  Put(folder_ / "next.csv",
      "第二批知识点,,,,\n序号,药品编码,药品名称,限定,年龄,依据\n1,ZA04,口服液,成人,20,\"限,成人\"\n2,ZZ01,片,儿童,,\n3,"
      "ZZ01,片,儿童,,\n\n");
  Result<ImportReport> report = Take(folder_ / "next.csv");
  ASSERT_TRUE(report.has_value()) << report.error().message << Mistakes();
  EXPECT_EQ(report->table, "drug_age");
  EXPECT_EQ(report->rows, 2u);
  EXPECT_EQ(report->duplicates, 1u);
  ASSERT_EQ(report->ended.size(), 1u);
  EXPECT_EQ(report->ended[0].keys, "item_code=ZA04");
  EXPECT_EQ(report->ended[0].before, "limit=儿童 age_max=?");
  EXPECT_EQ(report->ended[0].after, "limit=成人 age_max=20");
  EXPECT_EQ(report->ended[0].until, *ParseDate("2025-09-01"));
  EXPECT_THAT(report->Render(), HasSubstr("1 older rows end; 0 of them are said again"));
  EXPECT_THAT(report->Render(), HasSubstr("ends 2025-09-01, then limit=成人"));
  EXPECT_EQ(Contents(folder_ / "knowledge/drug_age.batch2.csv"),
            "item_code,limit,age_max,from,until,source,batch,name,note\n"
            "ZA04,成人,20,2025-09-01,,\"batch 2, next.csv\",2,口服液,\"限,成人\"\n"
            "ZZ01,儿童,,2025-09-01,,\"batch 2, next.csv\",2,片,\n");

  lang::Diagnostics diagnostics;
  Knowledge knowledge = LoadKnowledge(folder_ / "knowledge", diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");  // the expected row count is that of the table's own file
  const std::vector<program::KnowledgeRow>& rows = knowledge.tables.at("drug_age").rows;
  ASSERT_EQ(rows.size(), 4u);
  auto old =
      std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.keys[0] == "ZA04" && row.batch == 1; });
  EXPECT_EQ(old->until, *ParseDate("2025-09-01"));
}

TEST_F(Import, TakesAWorkbook) {
  std::string path = folder_ / "next.xlsx";
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, "知识点");
  worksheet_merge_range(sheet, 0, 0, 0, 3, "第二批 智能监管知识点", nullptr);
  const char* header[] = {"药品名称", "药品编码", "限定", "年龄"};
  for (lxw_col_t i = 0; i < 4; i++) worksheet_write_string(sheet, 1, i, header[i], nullptr);
  worksheet_write_string(sheet, 2, 0, "片", nullptr);
  worksheet_write_string(sheet, 2, 1, "ZZ01", nullptr);
  worksheet_write_string(sheet, 2, 2, "儿童", nullptr);
  worksheet_write_number(sheet, 2, 3, 14, nullptr);
  ASSERT_EQ(workbook_close(book), LXW_NO_ERROR);
  Result<ImportReport> report = Take(path, 3);
  ASSERT_TRUE(report.has_value()) << report.error().message << Mistakes();
  EXPECT_THAT(Contents(folder_ / "knowledge/drug_age.batch3.csv"),
              HasSubstr("ZZ01,儿童,14,2025-09-01,,\"batch 3, next.xlsx\",3,片,\n"));
}

TEST_F(Import, TheSameBatchAgainChangesNothing) {
  Put(folder_ / "next.csv", "药品编码,限定,年龄\nZZ01,儿童,14\n");
  ASSERT_TRUE(Take(folder_ / "next.csv").has_value());
  auto files = Files();
  Result<ImportReport> again = Take(folder_ / "next.csv");
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->unchanged);
  EXPECT_THAT(again->Render(), HasSubstr("nothing changed"));
  EXPECT_EQ(Files(), files);

  Put(folder_ / "next.csv", "药品编码,限定,年龄\nZZ01,儿童,15\n");
  Result<ImportReport> other = Take(folder_ / "next.csv");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Files(), files);
}

TEST_F(Import, ABatchWithAMistakeIsNotTakenAtAll) {
  auto files = Files();
  Put(folder_ / "next.csv", "药品编码,限定,年龄\nZZ01,儿童,14\nZZ02,儿童,young\n,儿童,14\n");
  EXPECT_THAT(Take(folder_ / "next.csv").error().message, HasSubstr("nothing was imported: 2 mistakes"));
  EXPECT_EQ(Mistakes(),
            "next.csv:3: E301 column age_max: 'young' cannot be read; expected a number\n"
            "next.csv:4: E301 column item_code: '' cannot be read; expected a code\n");
  // Two rows of one batch against each other.
  Put(folder_ / "next.csv", "药品编码,限定,年龄\nZZ01,儿童,14\nZZ01,儿童,15\n");
  EXPECT_FALSE(Take(folder_ / "next.csv").has_value());
  EXPECT_THAT(Mistakes(),
              HasSubstr("next.csv:3: E302 table drug_age: item_code=ZZ01 has limit=儿童 age_max=15 here and "
                        "limit=儿童 age_max=14 in next.csv:2"));
  // A batch that begins before what it would replace.
  Put(folder_ / "next.csv", "药品编码,限定,年龄\nZA04,成人,14\n");
  EXPECT_FALSE(Take(folder_ / "next.csv", 2, "2019-01-01").has_value());
  EXPECT_THAT(Mistakes(), HasSubstr("E302"));
  EXPECT_EQ(Files(), files);
}

TEST_F(Import, SaysWhatTheFileOrTheCallLacks) {
  Put(folder_ / "next.csv", "编码,限定,年龄\nZZ01,儿童,14\n");
  EXPECT_FALSE(Take(folder_ / "next.csv").has_value());
  EXPECT_EQ(Mistakes(), "next.csv:1: E202 the file has no column '药品编码'; its header has: 编码, 限定, 年龄\n");
  Put(folder_ / "empty.csv", "药品编码,限定,年龄\n");
  EXPECT_FALSE(Take(folder_ / "empty.csv").has_value());
  EXPECT_EQ(Mistakes(), "empty.csv: E303 the file holds no rows\n");
  EXPECT_FALSE(Take(folder_ / "missing.csv").has_value());
  EXPECT_THAT(Mistakes(), HasSubstr("missing.csv: E201 the file cannot be read"));
  kind_ = "drug-aeg";
  EXPECT_FALSE(Take(folder_ / "next.csv").has_value());
  EXPECT_THAT(Mistakes(), HasSubstr("E109 no table takes in the kind 'drug-aeg'; did you mean 'drug-age'?"));
  lang::Diagnostics diagnostics;
  EXPECT_EQ(ImportKinds(folder_ / "knowledge", diagnostics), std::vector<std::string>{"drug-age"});
}

TEST_F(Import, ColumnsMayBringTheirOwnDatesAndAreas) {
  Put(folder_ / "knowledge/local.yaml",
      "table: local\nkeys: [code]\nmatch: exact\nvalues: {limit: text}\nsource: s\n"
      "kinds:\n  city: {columns: {code: c, limit: l, area: 地区, from: 开始}}\n  county: {columns: {code: c}}\n");
  Put(folder_ / "knowledge/local.csv", "code\nX\n");
  Put(folder_ / "next.csv", "c,l,地区,开始\nA,女,110000,2025-12-29\n");
  kind_ = "city";
  Result<ImportReport> report = Take(folder_ / "next.csv");
  ASSERT_TRUE(report.has_value()) << report.error().message << Mistakes();
  EXPECT_EQ(Contents(folder_ / "knowledge/local.batch2.city.csv"),  // a table of several kinds names the kind
            "code,limit,area,from,until,source,batch,name,note\nA,女,110000,2025-12-29,,\"batch 2, next.csv\",2,,\n");
}

}  // namespace
}  // namespace yijian::pack
