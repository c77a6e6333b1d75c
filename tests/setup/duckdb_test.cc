// The DuckDB that setup fetched, or the system has, can do what lake leans on.

#include <duckdb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace {

class DuckDbTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(duckdb_open(nullptr, &database_), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database_, &connection_), DuckDBSuccess);
  }

  void TearDown() override {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }

  // The first value of the answer as text, or the error's text.
  std::string Ask(const std::string& sql) {
    duckdb_result result;
    std::string answer;
    if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) {
      answer = duckdb_result_error(&result);
    } else if (char* text = duckdb_value_varchar(&result, 0, 0)) {
      answer = text;
      duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return answer;
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

TEST_F(DuckDbTest, HeaderAndLibraryAreOfOneLine) {
  EXPECT_EQ(std::string(duckdb_library_version()).substr(0, 2), "v1");
}

TEST_F(DuckDbTest, WritesAndReadsParquet) {
  const auto file = std::filesystem::path(testing::TempDir()) / "yijian_setup_test.parquet";
  EXPECT_EQ(Ask("COPY (SELECT 42 AS answer) TO '" + file.string() + "' (FORMAT parquet)"), "1");
  EXPECT_EQ(Ask("SELECT answer FROM read_parquet('" + file.string() + "')"), "42");
  std::filesystem::remove(file);
}

// Persons are spread over buckets by this number, the last eight bytes of the MD5 read lowest byte first. Another value
// would send a person elsewhere.
TEST_F(DuckDbTest, HashesPersonsAsBefore) { EXPECT_EQ(Ask("SELECT md5_number_lower('a')"), "7000413967451013937"); }

TEST_F(DuckDbTest, HasJsonAndTimeZonesBuiltIn) {
  EXPECT_EQ(Ask("SELECT '{\"n\": 7}'::JSON ->> 'n'"), "7");
  EXPECT_EQ(Ask("SELECT timezone('Asia/Shanghai', TIMESTAMPTZ '2024-03-05 00:15:00+00')"), "2024-03-05 08:15:00");
}

}  // namespace
