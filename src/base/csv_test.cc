#include "base/csv.h"

#include <gtest/gtest.h>

namespace yijian {
namespace {

TEST(CsvTable, ReadsQuotesRemarksAndWindowsLineEnds) {
  auto table = ParseCsvTable(
      "\xEF\xBB\xBF# from the law\r\nkind,zh\r\npay,\"十五日, \"\"自收到\"\"\"\r\n\r\nnote,\"two\nlines\"\n", {"kind"});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows[0][table->Column("zh")], "十五日, \"自收到\"");
  EXPECT_EQ(table->rows[1][1], "two\nlines");
}

TEST(CsvTable, NamesTheLineThatIsWrong) {
  EXPECT_EQ(ParseCsvTable("a,b\n1\n", {}).error().message, "line 2: 1 cells, the header has 2");
  EXPECT_EQ(ParseCsvTable("a,b\n\"1,2\n3", {}).error().message, "line 2: a quote is not closed");
  EXPECT_EQ(ParseCsvTable("a,a\n", {}).error().message, "column 'a' is there twice");
  EXPECT_EQ(ParseCsvTable("", {"a"}).error().message, "column 'a' is missing");
  EXPECT_EQ(ReadCsvTable("/nowhere/x.csv", {}).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace yijian
