#include "lake/parquet_writer.h"

#include <gtest/gtest.h>

#include <random>

#include "lake/database.h"
#include "lake/testing.h"

namespace yijian::lake {
namespace {

struct Row {
  int64_t number;
  int32_t code;
  std::string text;
  bool has_text;
};

std::string Sql(const std::string& path, const std::string& what) {
  return "SELECT " + what + " FROM read_parquet(" + Quote(path) + ")";
}

// Writes the same numbers as every type, reads them with DuckDB.
class ParquetWriterTest : public testing::Test {
 protected:
  std::string Write(const std::vector<Row>& rows, size_t group_rows) {
    std::string path = dir_ / "t.parquet";
    ParquetWriter writer = Must(ParquetWriter::Create(path, {{"flag", ParquetType::kBool},
                                                             {"small", ParquetType::kInt16},
                                                             {"whole", ParquetType::kInt32},
                                                             {"big", ParquetType::kInt64},
                                                             {"day", ParquetType::kDate},
                                                             {"time", ParquetType::kTimestamp},
                                                             {"money", ParquetType::kDecimal, 2},
                                                             {"text", ParquetType::kText},
                                                             {"code", ParquetType::kText},
                                                             {"code_id", ParquetType::kInt32}}));
    ChunkEncoder encoder;
    std::vector<std::string> names;
    std::vector<std::string_view> code_texts;
    std::vector<int32_t> code_ids;
    for (int32_t i = 0; i < 1000; i++) names.push_back("编码" + std::to_string(i));
    for (int32_t i = 0; i < 1000; i++) {
      code_texts.push_back(names[static_cast<size_t>(i)]);
      code_ids.push_back(7000 + i);
    }
    for (size_t from = 0; from < rows.size(); from += group_rows) {
      size_t until = std::min(from + group_rows, rows.size());
      std::vector<int64_t> numbers, flags, shorts;
      std::vector<int32_t> codes;
      std::vector<std::string_view> texts;
      for (size_t i = from; i < until; i++) {
        const Row& row = rows[i];
        numbers.push_back(row.number);
        flags.push_back(row.number == kNullValue ? kNullValue : row.number & 1);
        shorts.push_back(row.number == kNullValue ? kNullValue : row.number % 30000);
        codes.push_back(row.code);
        texts.push_back(row.has_text ? std::string_view(row.text) : std::string_view());
      }
      std::vector<EncodedChunk> chunks;
      chunks.push_back(encoder.Bools(flags));
      chunks.push_back(encoder.Integers(shorts, ParquetType::kInt16));
      chunks.push_back(encoder.Integers(numbers, ParquetType::kInt32));
      chunks.push_back(encoder.Integers(numbers, ParquetType::kInt64));
      chunks.push_back(encoder.Integers(shorts, ParquetType::kDate));
      chunks.push_back(encoder.Integers(numbers, ParquetType::kTimestamp));
      chunks.push_back(encoder.Integers(numbers, ParquetType::kDecimal));
      chunks.push_back(encoder.Texts(texts));
      LocalCodes local = encoder.Localise(codes, 1000);
      chunks.push_back(encoder.CodeTexts(local, code_texts));
      chunks.push_back(encoder.CodeIds(local, code_ids));
      Must(writer.WriteRowGroup(static_cast<int64_t>(until - from), chunks));
    }
    Must(writer.Finish());
    return path;
  }

  void ExpectSame(const std::vector<Row>& rows, const std::string& path) {
    Connection connection = Must(OpenConnection());
    QueryResult read = Must(connection.Query(Sql(path,
                                                 "flag, small, whole, big, day - DATE '1970-01-01', "
                                                 "epoch(\"time\")::BIGINT, (money * 100)::BIGINT, "
                                                 "\"text\", code, code_id")));
    ASSERT_EQ(read.rows(), rows.size());
    for (size_t i = 0; i < rows.size(); i++) {
      const Row& row = rows[i];
      for (size_t column : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) {
        ASSERT_EQ(read.IsNull(i, column), row.number == kNullValue) << i << " " << column;
      }
      ASSERT_EQ(read.IsNull(i, 7), !row.has_text);
      ASSERT_EQ(read.IsNull(i, 8), row.code == kNullCode);
      ASSERT_EQ(read.IsNull(i, 9), row.code == kNullCode);
      if (row.number != kNullValue) {
        ASSERT_EQ(read.Int(i, 0), row.number & 1);
        ASSERT_EQ(read.Int(i, 1), row.number % 30000);
        ASSERT_EQ(read.Int(i, 2), row.number);
        ASSERT_EQ(read.Int(i, 3), row.number);
        ASSERT_EQ(read.Int(i, 4), row.number % 30000);
        ASSERT_EQ(read.Int(i, 5), row.number);
        ASSERT_EQ(read.Int(i, 6), row.number);
      }
      if (row.has_text) {
        ASSERT_EQ(read.Text(i, 7), row.text);
      }
      if (row.code != kNullCode) {
        ASSERT_EQ(read.Text(i, 8), "编码" + std::to_string(row.code));
        ASSERT_EQ(read.Int(i, 9), 7000 + row.code);
      }
    }
  }

  TempDir dir_;
};

TEST_F(ParquetWriterTest, DuckDbReadsBackWhatWasWritten) {
  for (uint32_t seed = 0; seed < 8; seed++) {
    std::mt19937 random(seed);
    std::vector<Row> rows;
    // Few and many distinct values, runs and none, nulls and none.
    int64_t range = seed % 2 == 0 ? 50 : 2'000'000'000;
    unsigned null_percent = seed % 3 == 0 ? 0 : 20;
    for (int i = 0; i < 30000; i++) {
      if (i > 0 && seed % 4 >= 2 && random() % 10 != 0) {
        rows.push_back(rows.back());
        continue;
      }
      Row row{};
      row.number = random() % 100 < null_percent ? kNullValue : static_cast<int64_t>(random()) % range - range / 3;
      row.code = random() % 100 < null_percent ? kNullCode : static_cast<int32_t>(random() % 1000);
      row.has_text = random() % 100 >= null_percent;
      row.text = std::string(random() % 40, static_cast<char>('a' + random() % 3)) + std::to_string(random() % 100000);
      rows.push_back(row);
    }
    ExpectSame(rows, Write(rows, 12345));
  }
}

TEST_F(ParquetWriterTest, OneValueOnly) {
  std::vector<Row> rows(1000, Row{42, 7, "x", true});
  ExpectSame(rows, Write(rows, 1000));
}

TEST_F(ParquetWriterTest, NothingButNulls) {
  std::vector<Row> rows(1000, Row{kNullValue, kNullCode, "", false});
  ExpectSame(rows, Write(rows, 300));
}

TEST_F(ParquetWriterTest, NoRows) {
  std::string path = Write({}, 100);
  Connection connection = Must(OpenConnection());
  EXPECT_EQ(Must(connection.QueryInt(Sql(path, "count(*)"))), 0);
}

TEST_F(ParquetWriterTest, LongTextsTakeSeveralPages) {
  std::mt19937 random(1);
  std::vector<Row> rows;
  for (int i = 0; i < 3000; i++) {
    Row row{i, i % 1000, {}, i % 7 != 0};
    for (int k = 0; k < 1500; k++) row.text += static_cast<char>('a' + random() % 26);
    rows.push_back(row);
  }
  ExpectSame(rows, Write(rows, 3000));
}

TEST_F(ParquetWriterTest, ReadersCanSkipByRange) {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; i++) rows.push_back({i, 0, "x", true});
  std::string path = Write(rows, 100);
  Connection connection = Must(OpenConnection());
  QueryResult meta = Must(connection.Query("SELECT stats_min_value, stats_max_value FROM parquet_metadata(" +
                                           Quote(path) + ") WHERE path_in_schema = 'big' ORDER BY row_group_id"));
  ASSERT_EQ(meta.rows(), 10U);
  EXPECT_EQ(meta.Text(3, 0), "300");
  EXPECT_EQ(meta.Text(3, 1), "399");
}

TEST_F(ParquetWriterTest, AnUnfinishedFileIsRemoved) {
  std::string path = dir_ / "half.parquet";
  { ParquetWriter writer = Must(ParquetWriter::Create(path, {{"a", ParquetType::kBool}})); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace yijian::lake
