#include "lake/table_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/date.h"
#include "lake/testing.h"
#include "timeline/bucket.h"

namespace yijian::lake {
namespace {

using testing::HasSubstr;
using timeline::kNull;

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

QueryResult Rows(const std::string& path) {
  Connection connection = Must(OpenConnection({.threads = 1}));
  return Must(connection.Query("SELECT * FROM read_parquet(" + Quote(path) + ")"));
}

TEST(TableWriterTest, EveryTypeComesBack) {
  TempDir dir;
  std::string path = dir / "new/folder/all.parquet";
  TableWriter writer = Must(TableWriter::Create(path, {{"flag", WriterType::kBool},
                                                       {"bucket", WriterType::kInt16},
                                                       {"id", WriterType::kInt32},
                                                       {"key", WriterType::kInt64},
                                                       {"amount", WriterType::kFen},
                                                       {"units", WriterType::kMicro},
                                                       {"day", WriterType::kDate},
                                                       {"time", WriterType::kTime},
                                                       {"text", WriterType::kText},
                                                       {"reason", WriterType::kText, true}}));
  std::vector<int64_t> flag{1, kNull}, bucket{-3, kNull}, id{7, kNull}, key{1LL << 62, kNull}, amount{-1250, kNull},
      units{1'500'000, kNull}, day{*ParseDate("2025-03-06"), kNull}, time{*ParseTime("1969-12-31 23:59:59"), kNull};
  std::vector<std::string> text{"医保 insurance", ""}, reason{"x", ""};
  auto n = [](const std::vector<int64_t>& values) { return std::span<const int64_t>(values); };
  auto t = [](const std::vector<std::string>& values) { return std::span<const std::string>(values); };
  Must(writer.Append(2, {n(flag), n(bucket), n(id), n(key), n(amount), n(units), n(day), n(time), t(text), t(reason)}));
  EXPECT_EQ(Must(writer.Finish()), 2);
  QueryResult rows = Rows(path);
  std::vector<std::string> first;
  for (size_t i = 0; i < rows.columns().size(); i++) first.push_back(rows.Text(0, i));
  EXPECT_EQ(first, (std::vector<std::string>{"true", "-3", "7", "4611686018427387904", "-12.50", "1.500000",
                                             "2025-03-06", "1969-12-31 23:59:59", "医保 insurance", "x"}));
  for (size_t i = 0; i < 8; i++) EXPECT_TRUE(rows.IsNull(1, i)) << i;
  EXPECT_FALSE(rows.IsNull(1, 8));
  EXPECT_TRUE(rows.IsNull(1, 9));
  EXPECT_EQ(rows.columns()[4].logical, Logical::kDecimal);
}

void WriteMany(const std::string& path, size_t rows, size_t batch) {
  TableWriter writer = Must(TableWriter::Create(path, {{"n", WriterType::kInt64}, {"text", WriterType::kText}}));
  for (size_t at = 0; at < rows; at += batch) {
    std::vector<int64_t> numbers;
    std::vector<std::string> texts;
    for (size_t i = at; i < std::min(at + batch, rows); i++) {
      numbers.push_back(i % 11 == 0 ? kNull : static_cast<int64_t>(i));
      texts.push_back("a text of some length that does not fit inline " + std::to_string(i % 1000));
    }
    Must(writer.Append(numbers.size(), {std::span<const int64_t>(numbers), std::span<const std::string>(texts)}));
  }
  EXPECT_EQ(Must(writer.Finish()), static_cast<int64_t>(rows));
}

TEST(TableWriterTest, BytesDependOnRowsAloneNotOnHowTheyAreCut) {
  TempDir dir;
  WriteMany(dir / "a.parquet", 300'000, 300'000);
  WriteMany(dir / "b.parquet", 300'000, 777);
  EXPECT_EQ(Bytes(dir / "a.parquet"), Bytes(dir / "b.parquet"));
  Connection connection = Must(OpenConnection({.threads = 2}));
  EXPECT_EQ(Must(connection.QueryInt(
                "SELECT count(*) FROM (SELECT n, text, row_number() OVER () - 1 AS i FROM read_parquet(" +
                Quote(dir / "a.parquet") +
                ")) WHERE (n = i OR (n IS NULL AND i % 11 = 0)) AND ends_with(text, ' ' || i % 1000)")),
            300'000);
}

TEST(TableWriterTest, NoRowsIsAFileWithColumns) {
  TempDir dir;
  EXPECT_EQ(Must(Must(TableWriter::Create(dir / "a.parquet", {{"n", WriterType::kInt64}})).Finish()), 0);
  EXPECT_EQ(Rows(dir / "a.parquet").columns()[0].name, "n");
}

TEST(TableWriterTest, AnAbandonedWriterLeavesNoFile) {
  TempDir dir;
  {
    TableWriter writer = Must(TableWriter::Create(dir / "a.parquet", {{"n", WriterType::kInt64}}));
    std::vector<int64_t> numbers(100'000, 1);
    Must(writer.Append(numbers.size(), {std::span<const int64_t>(numbers)}));
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "a.parquet"));
}

TEST(TableWriterTest, TextsMustBeUtf8) {
  TempDir dir;
  for (std::string bad : {"\xff", "caf\xe9", "\xe5\x8c", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    TableWriter writer = Must(TableWriter::Create(dir / "a.parquet", {{"t", WriterType::kText}}));
    std::vector<std::string> texts{"\xe5\x8c\xbb\xf0\x9f\x98\x80", bad};
    Status status = writer.Append(2, {std::span<const std::string>(texts)});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
    EXPECT_FALSE(writer.Finish());
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "a.parquet"));
}

TEST(TableWriterTest, ADiskThatFailsIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  Result<TableWriter> writer = TableWriter::Create("/dev/full", {{"n", WriterType::kInt64}});
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().message, HasSubstr("/dev/full"));
  EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

}  // namespace
}  // namespace yijian::lake
