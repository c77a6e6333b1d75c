#include "lake/parquet_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lake/database.h"
#include "lake/testing.h"
#include "lake/thrift_reader.h"

namespace yijian::lake {
namespace {

// A cell as text, whatever its type.
std::string Cell(const ColumnInfo& info, const ColumnView& view, size_t row) {
  if (!view.Has(row)) return "null";
  switch (info.physical) {
    case Physical::kBool:
      return std::to_string(view.As<uint8_t>()[row]);
    case Physical::kInt16:
      return std::to_string(view.As<int16_t>()[row]);
    case Physical::kInt32:
      return std::to_string(view.As<int32_t>()[row]);
    case Physical::kInt64:
      return std::to_string(view.As<int64_t>()[row]);
    default:
      return std::string(view.Text(row));
  }
}

// Columns that make writers choose every encoding, run length and width we know.
std::string Columns() {
  std::string sql =
      "SELECT (i // 500 % 64)::SMALLINT AS bucket, i AS ordinal, (hash(i) >> 1)::BIGINT AS wide,"
      " (i * i * 7919)::BIGINT - 40000000 AS squares, -i AS falling, 7 AS same, NULL::INTEGER AS "
      "nothing,"
      " i % 3 = 0 AS flag, CASE WHEN i % 11 > 3 THEN i % 2 = 0 END AS flag_or_null,"
      " DATE '1969-12-01' + (i % 90)::INTEGER AS day, TIMESTAMP '1969-12-31 23:00:00' + "
      "to_seconds(i * 37) AS time,"
      " (i % 1000)::DECIMAL(9,2) AS price, (i * 1000)::DECIMAL(18,4) AS total, md5(i::VARCHAR) AS "
      "text,"
      " CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN '' ELSE repeat('x', (i % 40)::INTEGER) "
      "END AS text_or_null";
  for (int distinct : {1, 2, 3, 9, 200, 3000}) {
    std::string n = std::to_string(distinct);
    sql += ", (hash(i, " + n + ") % " + n + ")::INTEGER AS d" + n;
    sql += ", CASE WHEN hash(i) % 7 < 2 THEN NULL ELSE (i // 30 % " + n + ")::BIGINT END AS runs" + n;
    sql += ", 'code ' || (hash(i, " + n + ") % " + n + ") || ' of more than twelve bytes' AS t" + n;
  }
  return sql + " FROM range(30000) t(i)";
}

void ExpectSameAsDuckDb(const std::string& path, BucketRange range) {
  auto file = Must(ParquetFile::Open(path));
  std::vector<std::string> names;
  for (const auto& column : file->columns()) names.push_back(column.info.name);
  ASSERT_TRUE(file->CanRead(names));
  ScanCursor cursor;
  auto scan = Must(ParquetScan::Open(file, names, Slice{range}, &cursor));
  Connection connection = Must(OpenConnection({.threads = 1}));
  QueryResult expected = Must(connection.Query("SELECT * FROM read_parquet(" + Quote(path) +
                                               ") WHERE bucket >= " + std::to_string(range.from) + " AND bucket < " +
                                               std::to_string(range.until)));
  size_t row = 0;
  while (size_t rows = Must(scan->Next())) {
    ASSERT_LE(row + rows, expected.rows());
    for (size_t column = 0; column < names.size(); column++) {
      const ColumnInfo& info = scan->columns()[column];
      ASSERT_EQ(info.logical, expected.columns()[column].logical) << names[column];
      ASSERT_EQ(info.scale, expected.columns()[column].scale) << names[column];
      ColumnView view = Must(scan->View(column));
      for (size_t i = 0; i < rows; i++) {
        bool null = expected.IsNull(row + i, column);
        std::string value = null                               ? "null"
                            : info.physical == Physical::kText ? expected.Text(row + i, column)
                                                               : std::to_string(expected.Int(row + i, column));
        ASSERT_EQ(Cell(info, view, i), value) << names[column] << " row " << row + i;
      }
    }
    row += rows;
  }
  EXPECT_EQ(row, expected.rows());
}

TEST(ParquetScanTest, ReadsWhatDuckDbReads) {
  for (std::string options : {"", ", PARQUET_VERSION V2", ", COMPRESSION uncompressed", ", ROW_GROUP_SIZE 2048",
                              ", PARQUET_VERSION V2, ROW_GROUP_SIZE 4096"}) {
    SCOPED_TRACE(options);
    TempDir dir;
    Connection connection = Must(OpenConnection({.threads = 1}));
    Must(connection.Execute("COPY (" + Columns() + ") TO " + Quote(dir / "a.parquet") + " (FORMAT parquet" + options +
                            ")"));
    for (BucketRange range : {BucketRange{0, 64}, {3, 4}, {20, 22}, {63, 64}, {0, 1}}) {
      ExpectSameAsDuckDb(dir / "a.parquet", range);
    }
  }
}

// ---- Chunks of several pages, which DuckDB does not write

void Varint(uint64_t value, std::string* out) {
  for (; value >= 128; value >>= 7) *out += static_cast<char>(value | 128);
  *out += static_cast<char>(value);
}

// Thrift's compact protocol: a field's head (its id goes up by `step`) and its value.
void Int(int step, int64_t value, std::string* out) {
  *out += static_cast<char>(step << 4 | ThriftReader::kInt64);
  Varint(static_cast<uint64_t>(value) << 1, out);
}
void Head(int step, int type, std::string* out) { *out += static_cast<char>(step << 4 | type); }
void Text(int step, const std::string& text, std::string* out) {
  Head(step, ThriftReader::kText, out);
  Varint(text.size(), out);
  *out += text;
}
void List(int step, int type, size_t size, std::string* out) {
  Head(step, ThriftReader::kList, out);
  *out += static_cast<char>(size << 4 | static_cast<size_t>(type));
}

template <typename T>
std::string Raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string PlainPage(int64_t values, const std::string& body) {
  std::string page;
  Int(1, 0, &page);
  Int(1, static_cast<int64_t>(body.size()), &page);
  Int(1, static_cast<int64_t>(body.size()), &page);
  Head(2, ThriftReader::kStruct, &page);
  for (int64_t field : {values, int64_t{0}, int64_t{3}, int64_t{3}}) Int(1, field, &page);
  return page + std::string(2, '\0') + body;
}

// Columns bucket = row / 10, and text = "some text, row ...", in pages of `page_rows` rows.
std::string PagedFile(int rows, int page_rows) {
  std::string file = "PAR1";
  std::vector<std::pair<int64_t, int64_t>> chunks;  // offset, bytes
  for (bool text : {false, true}) {
    auto offset = static_cast<int64_t>(file.size());
    for (int from = 0; from < rows; from += page_rows) {
      std::string body;
      int until = std::min(from + page_rows, rows);
      for (int row = from; row < until; row++) {
        std::string value = "some text, row " + std::to_string(row);
        body += text ? Raw(static_cast<uint32_t>(value.size())) + value : Raw(row / 10);
      }
      file += PlainPage(until - from, body);
    }
    chunks.emplace_back(offset, static_cast<int64_t>(file.size()) - offset);
  }
  std::string footer;
  Int(1, 1, &footer);
  List(1, ThriftReader::kStruct, 3, &footer);
  Text(4, "root", &footer);
  Int(1, 2, &footer);
  footer += '\0';
  for (bool text : {false, true}) {
    Int(1, text ? 6 : 1, &footer);
    Int(2, 0, &footer);  // required
    Text(1, text ? "text" : "bucket", &footer);
    Int(2, text ? 0 : 17, &footer);
    footer += '\0';
  }
  Int(1, rows, &footer);
  List(1, ThriftReader::kStruct, 1, &footer);
  List(1, ThriftReader::kStruct, 2, &footer);
  for (auto [offset, bytes] : chunks) {
    Int(2, offset, &footer);
    Head(1, ThriftReader::kStruct, &footer);
    Int(1, 0, &footer);
    List(1, ThriftReader::kInt32, 1, &footer);
    footer += '\0';
    Int(2, 0, &footer);
    Int(1, rows, &footer);
    Int(1, bytes, &footer);
    Int(1, bytes, &footer);
    Int(2, offset, &footer);
    footer += std::string(2, '\0');
  }
  Int(2, rows, &footer);
  footer += std::string(2, '\0');
  return file + footer + Raw(static_cast<uint32_t>(footer.size())) + "PAR1";
}

TEST(ParquetScanTest, StretchesAndGapsAcrossPages) {
  TempDir dir;
  for (int page_rows : {1, 7, 100, 1500, 6000}) {
    std::string path = dir / std::to_string(page_rows);
    std::ofstream(path, std::ios::binary) << PagedFile(6000, page_rows);
    auto file = Must(ParquetFile::Open(path));
    for (BucketRange range : {BucketRange{0, 600}, {17, 18}, {100, 400}, {599, 600}, {600, 700}}) {
      SCOPED_TRACE(std::to_string(page_rows) + " rows a page, from bucket " + std::to_string(range.from));
      ScanCursor cursor;
      auto scan = Must(ParquetScan::Open(file, {"text", "bucket"}, Slice{range}, &cursor));
      int row = range.from * 10;
      while (size_t rows = Must(scan->Next())) {
        ColumnView texts = Must(scan->View(0));
        ColumnView buckets = Must(scan->View(1));
        for (size_t i = 0; i < rows; i++, row++) {
          ASSERT_EQ(texts.Text(i), "some text, row " + std::to_string(row));
          ASSERT_EQ(buckets.As<int32_t>()[i], row / 10);
        }
      }
      EXPECT_EQ(row, std::min(range.until, 600) * 10);
    }
  }
}

TEST(ParquetScanTest, LeavesToDuckDbWhatItDoesNotKnow) {
  TempDir dir;
  Connection connection = Must(OpenConnection({.threads = 1}));
  Must(connection.Execute("COPY (SELECT 1::SMALLINT AS bucket, [1, 2] AS list, 1.5::DOUBLE AS real) TO " +
                          Quote(dir / "a.parquet")));
  EXPECT_FALSE(Must(ParquetFile::Open(dir / "a.parquet"))->CanRead({"bucket"})) << "a nested file";
  Must(
      connection.Execute("COPY (SELECT 1::SMALLINT AS bucket, 1.5::DOUBLE AS real, "
                         "1::DECIMAL(38,2) AS huge, 1::UTINYINT AS tiny,"
                         " '2025-01-01'::TIMESTAMP_NS AS nanos) TO " +
                         Quote(dir / "b.parquet")));
  auto file = Must(ParquetFile::Open(dir / "b.parquet"));
  EXPECT_TRUE(file->CanRead({"bucket", "absent"}));
  for (std::string column : {"real", "huge", "tiny", "nanos"}) EXPECT_FALSE(file->CanRead({column})) << column;
  Must(
      connection.Execute("COPY (SELECT 1::SMALLINT AS bucket) TO " + Quote(dir / "c.parquet") + " (COMPRESSION zstd)"));
  EXPECT_FALSE(Must(ParquetFile::Open(dir / "c.parquet"))->CanRead({"bucket"}));
}

}  // namespace
}  // namespace yijian::lake
