#include "lake/database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "lake/testing.h"

namespace yijian::lake {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  Connection connection_ = Must(OpenConnection({.memory_limit_mb = 512, .threads = 1}));

  QueryResult Query(const std::string& sql) {
    Result<QueryResult> rows = connection_.Query(sql);
    EXPECT_TRUE(rows) << rows.error().message;
    return std::move(*rows);
  }
};

TEST_F(DatabaseTest, ReadsEveryTypeAsNumberAndAsText) {
  QueryResult rows = Query(
      "SELECT true AS flag, -7::TINYINT AS tiny, 8::SMALLINT AS small, 9 AS int, 10::BIGINT AS "
      "big, 11::HUGEINT AS huge,"
      " 12::UBIGINT AS unsigned, 1.5::DOUBLE AS real, DATE '2025-03-06' AS day,"
      " TIMESTAMP '1969-12-31 23:59:59.5' AS time, 'short' AS text, repeat('long', 9) AS long, "
      "NULL::INTEGER AS nothing");
  ASSERT_EQ(rows.rows(), 1u);
  std::vector<std::string> texts;
  for (size_t i = 0; i < rows.columns().size(); i++) texts.push_back(rows.Text(0, i));
  EXPECT_EQ(texts,
            (std::vector<std::string>{"true", "-7", "8", "9", "10", "11", "12", "1.5", "2025-03-06",
                                      "1969-12-31 23:59:59", "short", "longlonglonglonglonglonglonglonglong", ""}));
  EXPECT_EQ(rows.Int(0, rows.ColumnOf("huge")), 11);
  EXPECT_EQ(rows.Double(0, rows.ColumnOf("real")), 1.5);
  EXPECT_TRUE(rows.IsNull(0, rows.ColumnOf("nothing")));
}

TEST_F(DatabaseTest, DecimalsOfEveryPhysicalWidth) {
  for (std::string type : {"DECIMAL(4,2)", "DECIMAL(9,2)", "DECIMAL(18,2)", "DECIMAL(38,2)"}) {
    QueryResult rows = Query("SELECT (-0.05)::" + type + ", 12.5::" + type);
    EXPECT_EQ(rows.Int(0, 0), -5) << type;
    EXPECT_EQ(rows.Text(0, 0), "-0.05") << type;
    EXPECT_EQ(rows.Text(0, 1), "12.50") << type;
    EXPECT_EQ(rows.columns()[0].scale, 2);
  }
}

TEST_F(DatabaseTest, ANumberBeyond64BitsIsAnErrorNotAWrap) {
  Result<QueryResult> rows = connection_.Query("SELECT 170141183460469231731687303715884105727::HUGEINT AS wide");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kLimit);
  EXPECT_NE(rows.error().message.find("wide"), std::string::npos);
  EXPECT_FALSE(connection_.Query("SELECT 18446744073709551615::UBIGINT"));
}

TEST_F(DatabaseTest, StreamsChunksWithNulls) {
  Result<RowStream> stream = connection_.Stream(
      "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i::VARCHAR || '-a-long-text' END FROM "
      "range(10000) t(i)");
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(stream->columns()[1].physical, Physical::kText);
  int64_t next = 0;
  for (;;) {
    Result<const Chunk*> chunk = stream->Next();
    ASSERT_TRUE(chunk) << chunk.error().message;
    if (*chunk == nullptr) break;
    for (size_t row = 0; row < (*chunk)->rows; row++, next++) {
      ASSERT_EQ((*chunk)->columns[0].As<int64_t>()[row], next);
      ASSERT_EQ((*chunk)->columns[1].Has(row), next % 3 != 0);
      if (next % 3 != 0) {
        ASSERT_EQ((*chunk)->columns[1].Text(row), std::to_string(next) + "-a-long-text");
      }
    }
  }
  EXPECT_EQ(next, 10000);
}

TEST_F(DatabaseTest, AStreamThatFailsHalfWaySaysSo) {
  Result<RowStream> stream =
      connection_.Stream("SELECT CASE WHEN i < 500000 THEN i::VARCHAR ELSE 'x' END::INTEGER FROM range(600000) t(i)");
  ASSERT_TRUE(stream) << stream.error().message;
  Result<const Chunk*> chunk = nullptr;
  do {
    chunk = stream->Next();
  } while (chunk && *chunk != nullptr);
  ASSERT_FALSE(chunk);
  EXPECT_EQ(chunk.error().code, ErrorCode::kInvalidInput) << chunk.error().message;
  EXPECT_NE(chunk.error().message.find("'x'"), std::string::npos) << chunk.error().message;
}

TEST_F(DatabaseTest, AClosedStreamLeavesTheConnectionUsable) {
  {
    Result<RowStream> stream = connection_.Stream("SELECT * FROM range(1000000)");
    ASSERT_TRUE(stream && stream->Next());
  }
  EXPECT_EQ(*connection_.QueryInt("SELECT 1"), 1);
}

TEST_F(DatabaseTest, ErrorsCarryACodeThatSaysWhatToDo) {
  EXPECT_EQ(connection_.Execute("SELEC 1").error().code, ErrorCode::kInternal);
  EXPECT_EQ(connection_.Execute("SELECT 'x'::INTEGER").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(connection_.Execute("SELECT * FROM read_parquet('/nowhere.parquet')").error().code, ErrorCode::kIo);
  EXPECT_EQ(connection_.Stream("SELECT * FROM read_parquet('/nowhere.parquet')").error().code, ErrorCode::kIo);
  EXPECT_EQ(connection_.QueryInt("SELECT NULL::INTEGER").error().code, ErrorCode::kNotFound);
  Result<QueryResult> list = connection_.Query("SELECT [1, 2] AS items");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("items"), std::string::npos);
}

TEST_F(DatabaseTest, MemoryLimitIsAnErrorNotADeath) {
  Connection small = Must(OpenConnection({.memory_limit_mb = 20, .threads = 1}));
  Status status = small.Execute("CREATE TABLE t AS SELECT i, md5(i::VARCHAR) FROM range(10000000) t(i) ORDER BY 2");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kLimit) << status.error().message;
}

TEST_F(DatabaseTest, QuotesWhateverTheTextHolds) {
  std::string nasty = "it's \"quoted\"; -- 医保\\";
  EXPECT_EQ(Query("SELECT " + Quote(nasty)).Text(0, 0), nasty);
  EXPECT_EQ(Query("SELECT 1 AS " + QuoteName(nasty)).columns()[0].name, nasty);
  EXPECT_EQ(QuoteList({"a", "b'c"}), "['a', 'b''c']");
}

TEST_F(DatabaseTest, InterruptsFromAnotherThreadAndShowsProgress) {
  std::thread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    (void)connection_.Progress();
    connection_.Interrupt();
  });
  Status status = connection_.Execute("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b");
  other.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace yijian::lake
