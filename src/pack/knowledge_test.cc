#include "pack/knowledge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xlsxwriter.h>

#include "pack/testing.h"

namespace yijian::pack {
namespace {

using testing::HasSubstr;

constexpr const char* kTable = R"(table: drug_age
keys: [item_code]
match: prefix
values: {limit: text, age: number, price: money, gap: duration, child: bool, since: date}
source: list
)";

struct Loaded {
  Knowledge knowledge;
  std::string mistakes;
  const std::vector<program::KnowledgeRow>& rows() const { return knowledge.tables.at("drug_age").rows; }
};

Loaded Load(const Folder& folder) {
  lang::Diagnostics diagnostics;
  Loaded loaded{LoadKnowledge(folder.path(), diagnostics), {}};
  std::string text = diagnostics.Render();
  for (size_t at = 0; (at = text.find(folder.path() + "/", at)) != std::string::npos;)
    text.erase(at, folder.path().size() + 1);
  loaded.mistakes = text;
  return loaded;
}

Loaded LoadRows(const std::string& csv, const std::string& table = kTable) {
  Folder folder;
  Put(folder / "drug_age.yaml", table);
  Put(folder / "drug_age.csv", csv);
  return Load(folder);
}

TEST(Knowledge, ReadsValuesOfEveryType) {
  Loaded loaded = LoadRows(
      "item_code,limit,age,price,gap,child,since,from,until,area,source,batch,name,note\r\n"
      "Z1,儿童,14,12.5,15d,true,2020-01-02,2021-01-01,2022-01-01,5001,law,3,\"a \"\"name\"\", quoted\",note\r\n"
      "\r\n"
      " Z2 ,,,,,,,,,*,,,,\n");
  EXPECT_EQ(loaded.mistakes, "");
  ASSERT_EQ(loaded.rows().size(), 2u);
  const program::KnowledgeRow& row = loaded.rows()[0];
  EXPECT_EQ(row.keys, std::vector<std::string>{"Z1"});
  EXPECT_EQ(row.texts[0], "儿童");
  EXPECT_EQ(row.values,
            (std::vector<int64_t>{0, 14 * kMicro, 12'500'000, 15 * kSecondsPerDay, 1, *ParseDate("2020-01-02")}));
  EXPECT_EQ(row.known, std::vector<bool>(6, true));
  EXPECT_EQ(row.from, *ParseDate("2021-01-01"));
  EXPECT_EQ(row.until, *ParseDate("2022-01-01"));
  EXPECT_EQ(row.area, "5001");
  EXPECT_EQ(row.source, "law");
  EXPECT_EQ(row.batch, 3);
  EXPECT_EQ(row.name, "a \"name\", quoted");
  const program::KnowledgeRow& empty = loaded.rows()[1];
  EXPECT_EQ(empty.keys, std::vector<std::string>{"Z2"});
  EXPECT_EQ(empty.known, std::vector<bool>(6, false));
  EXPECT_EQ(empty.from, INT32_MIN);
  EXPECT_EQ(empty.until, INT32_MAX);
  EXPECT_EQ(empty.area, "");
}

TEST(Knowledge, UnreadableCellsAreNamedByRowAndColumn) {
  Loaded loaded = LoadRows(
      "item_code,limit,age,price,gap,child,since,from,until,area,batch\n"
      "Z1,儿童,many,cheap,2w,perhaps,someday,2025-13-01,2025-02-30,everywhere,second\n"
      ",x,,,,,,,,,\n"
      "Z2,x,,,,,,2025-01-01,2024-01-01,,\n"
      "Z3,x,,,,,,,,,,,surplus\n"
      "Z4,x\n");
  EXPECT_EQ(loaded.mistakes,
            "drug_age.csv:2: E301 column age: 'many' cannot be read; expected a number\n"
            "drug_age.csv:2: E301 column price: 'cheap' cannot be read; expected yuan such as 12.50\n"
            "drug_age.csv:2: E301 column gap: '2w' cannot be read; expected a duration such as 15d or 6h\n"
            "drug_age.csv:2: E301 column child: 'perhaps' cannot be read; expected true or false\n"
            "drug_age.csv:2: E301 column since: 'someday' cannot be read; expected a date YYYY-MM-DD\n"
            "drug_age.csv:2: E301 column from: '2025-13-01' cannot be read; expected a date YYYY-MM-DD\n"
            "drug_age.csv:2: E301 column until: '2025-02-30' cannot be read; expected a date YYYY-MM-DD\n"
            "drug_age.csv:2: E301 column area: 'everywhere' cannot be read; expected the beginning of a division code\n"
            "drug_age.csv:2: E301 column batch: 'second' cannot be read; expected a whole number\n"
            "drug_age.csv:3: E301 column item_code: '' cannot be read; expected a code\n"
            "drug_age.csv:4: E301 the row is never in force: until must lie behind from\n"
            "drug_age.csv:5: E301 the row has more cells than the header; a text that holds a comma needs quotes\n");
  EXPECT_EQ(loaded.rows().size(), 1u);
}

TEST(Knowledge, MistakesWithoutEndAreCounted) {
  std::string csv = "item_code,age\n";
  for (int i = 0; i < 200; i++) csv += "Z,x\n";
  std::string mistakes = LoadRows(csv).mistakes;
  EXPECT_EQ(std::count(mistakes.begin(), mistakes.end(), '\n'), 51);
  EXPECT_THAT(mistakes, HasSubstr("and 150 more mistakes"));
}

TEST(Knowledge, HeadersMustFit) {
  EXPECT_EQ(LoadRows("item_cod,limit,limit\nZ1,x,y\n").mistakes,
            "drug_age.csv:1: E203 table drug_age has no column 'item_cod'; did you mean 'item_code'?\n"
            "drug_age.csv:1: E205 the column 'limit' stands twice\n"
            "drug_age.csv:1: E202 the key column 'item_code' of table drug_age is missing\n");
}

TEST(Knowledge, RowsThatContradictEachOtherAreBothNamed) {
  EXPECT_EQ(
      LoadRows("item_code,limit,from,until\nZ1,男,2024-01-01,\nZ2,男,,\nZ1,女,2025-01-01,\n").mistakes,
      "drug_age.csv:4: E302 table drug_age: item_code=Z1 has limit=女 age=? price=? gap=? child=? since=? here and "
      "limit=男 age=? price=? gap=? child=? since=? in drug_age.csv:2; give one of them another area, or an end\n");
  // The long row overlaps the third although the second lies between them.
  EXPECT_THAT(
      LoadRows("item_code,limit,from,until\nZ1,男,2020-01-01,\nZ1,男,2021-01-01,2021-02-01\nZ1,女,2025-01-01,\n")
          .mistakes,
      HasSubstr("drug_age.csv:4: E302"));
}

TEST(Knowledge, NeighboursOtherAreasAndRepetitionsDoNotContradict) {
  EXPECT_EQ(LoadRows("item_code,limit,from,until,area\n"
                     "Z1,男,2024-01-01,2025-01-01,\nZ1,女,2025-01-01,,\n"
                     "Z1,男,2025-01-01,,5001\n"
                     "Z3,男,,,\nZ3,男,2025-01-01,,\n")
                .mistakes,
            "");
}

TEST(Knowledge, ALaterBatchEndsTheRowsOfAnEarlierOne) {
  Loaded loaded = LoadRows("item_code,limit,from,batch\nZ1,男,2024-01-01,1\nZ1,女,2025-01-01,2\nZ1,男,2026-01-01,3\n");
  EXPECT_EQ(loaded.mistakes, "");
  EXPECT_EQ(loaded.rows()[0].until, *ParseDate("2025-01-01"));
  EXPECT_EQ(loaded.rows()[1].until, *ParseDate("2026-01-01"));
  EXPECT_EQ(loaded.rows()[2].until, INT32_MAX);
  // A batch that begins on the same day supersedes nothing.
  EXPECT_THAT(LoadRows("item_code,limit,from,batch\nZ1,男,2024-01-01,1\nZ1,女,2024-01-01,2\n").mistakes,
              HasSubstr("E302"));
}

TEST(Knowledge, RowCountsAreChecked) {
  std::string table = std::string(kTable) + "expect: {rows: 3}\n";
  EXPECT_THAT(LoadRows("item_code\nZ1\nZ2\n", table).mistakes,
              HasSubstr("drug_age.yaml: E303 table drug_age holds 2 rows, expected are 3"));
  EXPECT_EQ(LoadRows("item_code\nZ1\nZ2\nZ3\n", table).mistakes, "");
}

TEST(Knowledge, ATableMayHaveSeveralFiles) {
  Folder folder;
  Put(folder / "drug_age.yaml", kTable);
  Put(folder / "drug_age.csv", "item_code\nZ1\n");
  Put(folder / "drug_age.city.csv", "item_code,area\nZ1,5001\n");
  Put(folder / "drug_sex.csv", "item_code\nZ1\n");
  Put(folder / "empty.yaml", "table: empty\nkeys: [a]\nmatch: exact\nsource: s\n");
  Loaded loaded = Load(folder);
  EXPECT_EQ(loaded.rows().size(), 2u);
  EXPECT_EQ(loaded.mistakes,
            "empty.yaml: E303 no CSV or XLSX file holds rows of this table\n"
            "drug_sex.csv: E109 no .yaml file beside it describes this table\n");
  EXPECT_EQ(loaded.knowledge.files.size(), 4u);
}

TEST(Knowledge, DescriptionsAreChecked) {
  EXPECT_EQ(
      LoadRows("item_code\nZ1\n", R"(table: drug_ages
keys: [a, b, c]
match: fuzzy
values: {limit: string, "2nd": text}
expect: {row: 3}
kinds:
  drug: {columns: {aa: x, limit: y}, nam: z}
)")
          .mistakes,
      "drug_age.yaml:3:8: E204 match cannot be 'fuzzy'; it is one of prefix, exact\n"
      "drug_age.yaml:4:17: E204 limit cannot be 'string'; it is one of text, number, money, duration, bool, date\n"
      "drug_age.yaml:4:25: E204 '2nd' cannot name a value; letters, digits and _\n"
      "drug_age.yaml:1:1: E202 a table needs 'source'\n"
      "drug_age.yaml:5:10: E203 expect has no key 'row'; did you mean 'rows'?\n"
      "drug_age.yaml:7:20: E203 the table has no column 'aa'; did you mean 'a'?\n"
      "drug_age.yaml:7:27: E203 the table has no column 'limit'\n"
      "drug_age.yaml:7:19: E202 columns must say where the key 'a' comes from\n"
      "drug_age.yaml:7:19: E202 columns must say where the key 'b' comes from\n"
      "drug_age.yaml:7:19: E202 columns must say where the key 'c' comes from\n"
      "drug_age.yaml:7:38: E203 kind drug has no key 'nam'; did you mean 'name'?\n"
      "drug_age.yaml:2:7: E204 a table has one key or two\n"
      "drug_age.yaml:1:8: E204 the table must be called as its file, 'drug_age'\n");
}

TEST(Knowledge, BrokenFilesAreAMistakeNotACrash) {
  EXPECT_THAT(LoadRows("item_code,limit\nZ1,\"not closed\n").mistakes, HasSubstr("drug_age.csv:2: E301"));
  EXPECT_THAT(LoadRows("item_code\n\xFF\xFE\n").mistakes, HasSubstr("not UTF-8"));
  EXPECT_EQ(LoadRows("").mistakes, "");
  lang::Diagnostics diagnostics;
  LoadKnowledge("/nowhere/at/all", diagnostics);
  EXPECT_THAT(diagnostics.Render(), HasSubstr("the knowledge folder cannot be read"));
}

// --- XLSX ---

TEST(Sheet, ReadsAWorkbook) {
  Folder folder;
  std::string path = folder / "points.xlsx";
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, "知识点");
  lxw_worksheet* other = workbook_add_worksheet(book, "other");
  worksheet_write_string(other, 0, 0, "ignored", nullptr);
  worksheet_write_string(sheet, 0, 0, "药品编码", nullptr);
  worksheet_write_string(sheet, 0, 2, "限定", nullptr);
  worksheet_write_string(sheet, 2, 0, "003101", nullptr);
  worksheet_write_number(sheet, 2, 1, 12.5, nullptr);
  worksheet_write_number(sheet, 2, 2, 3, nullptr);
  worksheet_write_boolean(sheet, 3, 0, 1, nullptr);
  worksheet_write_formula_num(sheet, 3, 1, "=1+1", nullptr, 2);
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  lxw_rich_string_tuple plain{nullptr, const_cast<char*>("成人")};
  lxw_rich_string_tuple strong{bold, const_cast<char*>("儿童")};
  lxw_rich_string_tuple* rich[] = {&plain, &strong, nullptr};
  worksheet_write_rich_string(sheet, 4, 0, rich, nullptr);
  ASSERT_EQ(workbook_close(book), LXW_NO_ERROR);

  lang::Diagnostics diagnostics;
  std::optional<Sheet> read = ReadSheet(path, diagnostics);
  EXPECT_EQ(diagnostics.Render(), "");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->rows[0], (std::vector<std::string>{"药品编码", "", "限定"}));
  EXPECT_TRUE(read->rows[1].empty());
  EXPECT_EQ(read->rows[2], (std::vector<std::string>{"003101", "12.5", "3"}));
  EXPECT_EQ(read->rows[3], (std::vector<std::string>{"true", "2"}));
  EXPECT_EQ(read->rows[4], (std::vector<std::string>{"成人儿童"}));
}

TEST(Sheet, CodesThatBecameNumbersAreNotGuessed) {
  Folder folder;
  std::string path = folder / "points.xlsx";
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, nullptr);
  worksheet_write_number(sheet, 3, 1, 500101199001011234.0, nullptr);
  ASSERT_EQ(workbook_close(book), LXW_NO_ERROR);
  lang::Diagnostics diagnostics;
  ReadSheet(path, diagnostics);
  EXPECT_EQ(diagnostics.Render(), path +
                                      ":4: E301 column 2 holds a number too long to be exact; "
                                      "format the column as text and fill it in again\n");
}

TEST(Sheet, BrokenWorkbooksAreAMistakeNotACrash) {
  Folder folder;
  std::string path = folder / "points.xlsx";
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, nullptr);
  for (lxw_row_t row = 0; row < 50; row++) worksheet_write_string(sheet, row, 0, "text", nullptr);
  ASSERT_EQ(workbook_close(book), LXW_NO_ERROR);
  std::string whole = Contents(path);
  lang::Diagnostics diagnostics;
  EXPECT_FALSE(ReadSheet("a.xlsx", "not a zip", diagnostics));
  EXPECT_FALSE(ReadSheet("a.xlsx", "", diagnostics));
  EXPECT_FALSE(ReadSheet("a.xlsx", whole.substr(0, whole.size() / 2), diagnostics));
  EXPECT_EQ(diagnostics.list().size(), 3u);
  for (size_t at = 0; at < whole.size(); at += 7) {  // any answer will do
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    ReadSheet("a.xlsx", broken, diagnostics);
  }
}

TEST(Sheet, AWorkbookThatUnpacksToTooMuchIsRefusedUnread) {
  // A ZIP directory of one entry that claims 1 GiB.
  std::string entry("PK\x01\x02", 4);
  entry.resize(46);
  entry[27] = 0x40;
  std::string end("PK\x05\x06", 4);
  end.resize(22);
  end[10] = 1;
  lang::Diagnostics diagnostics;
  EXPECT_FALSE(ReadSheet("a.xlsx", entry + end, diagnostics));
  EXPECT_THAT(diagnostics.Render(), HasSubstr("more than 256 MiB"));
}

TEST(Sheet, CsvRowsRoundTrip) {
  std::vector<std::string> cells{"a", "", "b,c", "d \"e\"", "line\nend", "男"};
  lang::Diagnostics diagnostics;
  std::optional<Sheet> sheet = ReadSheet("a.csv", CsvRow(cells) + CsvRow(cells), diagnostics);
  ASSERT_TRUE(sheet.has_value());
  EXPECT_EQ(sheet->rows, (std::vector<std::vector<std::string>>{cells, cells}));
}

}  // namespace
}  // namespace yijian::pack
