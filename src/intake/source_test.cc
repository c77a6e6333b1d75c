#include "intake/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "lake/database.h"
#include "lake/testing.h"

namespace yijian::intake {
namespace {

using lake::Must;
using testing::ElementsAre;
using testing::HasSubstr;

struct Seen {
  std::vector<std::string> columns;
  std::vector<std::string> rows;  // "2|a|b"
  std::vector<std::string> bad;   // "3: reason"
  std::string error;
};

class SourceTest : public testing::Test {
 protected:
  std::string Write(const std::string& text, const std::string& name = "t.csv") {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return dir_ / name;
  }
  Seen Read(const std::string& path, const SourceFormat& format = {}) {
    Seen seen;
    Result<std::unique_ptr<Source>> source = OpenSource(path, format, 0);
    if (!source) {
      seen.error = source.error().message;
      return seen;
    }
    seen.columns = (*source)->columns();
    Piece piece;
    while (true) {
      Result<bool> more = (*source)->Next(piece);
      if (!more) {
        seen.error = more.error().message;
        return seen;
      }
      if (!*more) return seen;
      for (size_t row = 0; row < piece.rows; row++) {
        std::string line = std::to_string(piece.row_numbers[row]);
        for (size_t column = 0; column < piece.columns; column++) line += "|" + std::string(piece.Field(column, row));
        seen.rows.push_back(line);
      }
      for (const BadRecord& bad : piece.bad) seen.bad.push_back(std::to_string(bad.row) + ": " + bad.reason);
    }
  }
  lake::TempDir dir_;
};

TEST_F(SourceTest, GuessesDelimiterAndQuote) {
  EXPECT_THAT(Read(Write("a,b\n1,2\n")).rows, ElementsAre("2|1|2"));
  EXPECT_THAT(Read(Write("a\tb\n1\t2,3\n")).rows, ElementsAre("2|1|2,3"));
  EXPECT_THAT(Read(Write("a;b\n\"1;\";2\n")).rows, ElementsAre("2|1;|2"));
  EXPECT_THAT(Read(Write("'a','b'\n'1','2,3'\n")).rows, ElementsAre("2|1|2,3"));
}

TEST_F(SourceTest, CentreExportWithLeadingRowNumber) {
  Seen seen = Read(Write("mdtrt_id,psn_name\n1,'330000000000012345','a'\n2,'330000000000012346','b\nc'\n3,'x',''\n"));
  EXPECT_THAT(seen.columns, ElementsAre("mdtrt_id", "psn_name"));
  EXPECT_THAT(seen.rows, ElementsAre("2|330000000000012345|a", "3|330000000000012346|b\nc", "4|x|"));
}

TEST_F(SourceTest, ByteOrderMarkIsNoPartOfTheFirstName) {
  Seen seen = Read(Write("\xEF\xBB\xBF编号,姓名\n1,甲\n"));
  EXPECT_THAT(seen.columns, ElementsAre("编号", "姓名"));
  EXPECT_THAT(seen.rows, ElementsAre("2|1|甲"));
}

TEST_F(SourceTest, Gb18030IsFoundOut) {
  // 编号,姓名 / 1,张三 and a four-byte character (㐀).
  Seen seen = Read(Write("\xB1\xE0\xBA\xC5,\xD0\xD5\xC3\xFB\n1,\xD5\xC5\xC8\xFD\x81\x39\xEE\x39\n"));
  EXPECT_EQ(seen.error, "");
  EXPECT_THAT(seen.columns, ElementsAre("编号", "姓名"));
  EXPECT_THAT(seen.rows, ElementsAre("2|1|张三㐀"));
}

TEST_F(SourceTest, Gb18030AfterMegabytesOfAscii) {
  std::string text = "a,b\n";
  for (int i = 0; i < 600000; i++) text += "1234567,89\n";
  text += "1,\xD5\xC5\xC8\xFD\n";
  Seen seen = Read(Write(text));
  ASSERT_EQ(seen.rows.size(), 600001U);
  EXPECT_EQ(seen.rows.back(), "600002|1|张三");
}

TEST_F(SourceTest, WrongEncodingIsRefusedWithItsPlace) {
  Seen seen = Read(Write("a,b\n1,x\n2,\xD5\xC5\xC8\xFD\xD5\xC5\xC8\xFD\n"), {.encoding = Encoding::kUtf8});
  EXPECT_THAT(seen.error, HasSubstr("is not UTF-8: byte 0xD5 at offset 10, row 3"));
  EXPECT_THAT(seen.error, HasSubstr("encoding: gb18030"));
  seen = Read(Write("a,b\n1,医疗保障基金监管\n"), {.encoding = Encoding::kGb18030});
  EXPECT_THAT(seen.error, HasSubstr("is UTF-8, but the mapping says"));
  seen =
      Read(Write("\xFF\xFE"
                 "a"));
  EXPECT_THAT(seen.error, HasSubstr("UTF-16"));
  std::string noise = "a,b\n";
  for (int i = 0; i < 1000; i++) noise += static_cast<char>(i % 2 == 0 ? 0xFF : 0x80);
  EXPECT_THAT(Read(Write(noise)).error, HasSubstr("neither UTF-8 (byte 0xFF at offset 4, row 2) nor GB18030"));
}

TEST_F(SourceTest, EmptyFileHasNoHeader) {
  EXPECT_THAT(Read(Write("")).error, HasSubstr("is empty"));
  EXPECT_EQ(Read(Write("a,b\n")).error, "");
  EXPECT_TRUE(Read(Write("a,b")).rows.empty());
  EXPECT_THAT(Read(dir_ / "nothing").error, HasSubstr("cannot open"));
}

TEST_F(SourceTest, HeaderlessFileTakesNamesFromTheMapping) {
  Seen seen = Read(Write("1,2\n3,4\n"), {.header = false, .columns = {"x", "y"}});
  EXPECT_THAT(seen.rows, ElementsAre("1|1|2", "2|3|4"));
}

TEST_F(SourceTest, AQuoteThatNeverClosesCostsOneLine) {
  Seen seen = Read(Write("a,b\n1,2\n3,\"4\n5,6\n7,8\n"), {.quote = '"'});
  EXPECT_THAT(seen.rows, ElementsAre("2|1|2", "4|5|6", "5|7|8"));
  EXPECT_THAT(seen.bad, ElementsAre("3: a quote opens in this line and never closes"));
}

TEST_F(SourceTest, TooManyUnclosedQuotesMeanAnotherQuote) {
  std::string text = "a,b\n";
  for (int i = 0; i < 300; i++) text += "1,\"2\n";
  EXPECT_THAT(Read(Write(text), {.quote = '"'}).error, HasSubstr("is `quote` right in the mapping?"));
}

TEST_F(SourceTest, ALineOfHundredsOfMegabytes) {
  for (std::string_view opening : {"3,", "3,\"", "{\"a\":\""}) {
    bool json = opening[0] == '{';
    std::string path = dir_ / "long.csv";
    {
      std::ofstream out(path, std::ios::binary);
      out << (json ? "{\"a\":1}\n" : "a,b\n1,2\n") << opening;
      std::string block(1 << 20, 'x');
      for (int i = 0; i < 150; i++) out << block;
      out << (json ? "\n{\"a\":5}\n" : "\n5,6\n");
    }
    Seen seen = Read(path, {.format = json ? FileFormat::kJsonLines : FileFormat::kCsv});
    EXPECT_EQ(seen.error, "");
    if (json) {
      EXPECT_THAT(seen.rows, ElementsAre("1|1", "3|5"));
    } else {
      EXPECT_THAT(seen.rows, ElementsAre("2|1|2", "4|5|6"));
    }
    ASSERT_EQ(seen.bad.size(), 1U);
    EXPECT_THAT(seen.bad[0], HasSubstr("a line of 1572864"));
  }
}

TEST_F(SourceTest, PiecesDoNotTearRecords) {
  std::string text = "a,b\n";
  std::vector<std::string> expected;
  for (int i = 0; i < 60000; i++) {
    std::string value(static_cast<size_t>(i % 97), static_cast<char>('a' + i % 26));
    text += std::to_string(i) + ",\"" + value + "\"\n";
    expected.push_back(std::to_string(i + 2) + "|" + std::to_string(i) + "|" + value);
  }
  EXPECT_EQ(Read(Write(text)).rows, expected);
}

TEST_F(SourceTest, TheTapHearsEveryByte) {
  std::string text =
      "\xEF\xBB\xBF"
      "a,b\n";
  for (int i = 0; i < 300000; i++) text += "1234,甲乙\n";
  std::unique_ptr<Source> source = Must(OpenSource(Write(text), {}, 0));
  std::string heard;
  ASSERT_TRUE(source->Tap([&](const char* bytes, size_t size) { heard.append(bytes, size); }));
  Piece piece;
  while (Must(source->Next(piece))) {
  }
  EXPECT_TRUE(heard == text);
}

TEST_F(SourceTest, JsonLines) {
  Seen seen = Read(Write("{\"id\":12345678901234567890,\"amount\":12.50,\"ok\":true,\"gone\":null}\n"
                         "\n"
                         "{\"amount\":-3,\"id\":\"a\\\"b\",\"more\":{\"deep\":[7,{\"x\":\"y\"}]}}\n"
                         "oops\n[1]\n{\"id\":18446744073709551616}"),
                   {.format = FileFormat::kJsonLines});
  EXPECT_THAT(seen.columns, ElementsAre("id", "amount", "ok", "gone", "more.deep.0", "more.deep.1.x"));
  EXPECT_THAT(seen.rows,
              ElementsAre("1|12345678901234567890|12.50|1|||", "3|a\"b|-3|||7|y", "6|18446744073709551616|||||"));
  EXPECT_THAT(seen.bad, ElementsAre("4: the line is not JSON at character 1", "5: the line is not a JSON object"));
}

TEST_F(SourceTest, Parquet) {
  std::string path = dir_ / "t.parquet";
  lake::Connection connection = Must(lake::OpenConnection());
  Must(
      connection.Execute("COPY (SELECT 330000000000000000 + i AS id, (i / 100)::DECIMAL(10,2) AS amount, "
                         "DATE '2024-03-05' + i::INT AS day, CASE WHEN i % 2 = 0 THEN '甲' END AS name FROM "
                         "range(5000) t(i)) TO " +
                         lake::Quote(path) + " (FORMAT parquet)"));
  Seen seen = Read(path, {.format = FileFormat::kParquet});
  EXPECT_THAT(seen.columns, ElementsAre("id", "amount", "day", "name"));
  ASSERT_EQ(seen.rows.size(), 5000U);
  EXPECT_EQ(seen.rows[0], "1|330000000000000000|0.00|2024-03-05|甲");
  EXPECT_EQ(seen.rows[4999], "5000|330000000000004999|49.99|2037-11-11|");
}

TEST_F(SourceTest, TruncatedParquet) {
  std::string path = dir_ / "t.parquet";
  lake::Connection connection = Must(lake::OpenConnection());
  Must(connection.Execute("COPY (SELECT i FROM range(100000) t(i)) TO " + lake::Quote(path) + " (FORMAT parquet)"));
  std::string bytes;
  {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  SourceFormat parquet{.format = FileFormat::kParquet};
  EXPECT_THAT(Read(Write(bytes.substr(0, bytes.size() / 2), "half"), parquet).error, HasSubstr("is cut off"));
  EXPECT_THAT(Read(Write("x", "none"), parquet).error, HasSubstr("is not a Parquet file"));
  std::string holed = bytes.substr(0, 100) + bytes.substr(bytes.size() / 2);
  EXPECT_THAT(Read(Write(holed, "holed"), parquet).error, HasSubstr("cannot be read as Parquet"));
}

}  // namespace
}  // namespace yijian::intake
