#include "lake/bucket_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "base/date.h"
#include "base/decimal.h"
#include "lake/testing.h"

namespace yijian::lake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using timeline::Bucket;
using timeline::FindField;
using timeline::Kind;
using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

constexpr int kBuckets = 4;

// All of it in every way of writing: zstd is left to DuckDB, the others are read by our own
// decoder.
class BucketReaderTest : public testing::TestWithParam<const char*> {
 protected:
  void Add(const Lake& lake, const std::string& name, const std::vector<TableSpec>& tables) {
    AddBatch(lake, name, tables, GetParam());
  }
};

std::string NameOfWriting(const testing::TestParamInfo<const char*>& info) {
  constexpr const char* kNames[] = {"Plain", "Delta", "Uncompressed", "ByDuckDb"};
  return kNames[info.index];
}

INSTANTIATE_TEST_SUITE_P(Written, BucketReaderTest,
                         testing::Values("FORMAT parquet, ROW_GROUP_SIZE 2048", "FORMAT parquet, PARQUET_VERSION V2",
                                         "FORMAT parquet, COMPRESSION uncompressed",
                                         "FORMAT parquet, COMPRESSION zstd"),
                         NameOfWriting);

int64_t At(const Bucket& bucket, Kind kind, std::string_view field, uint32_t row) {
  return bucket.table(kind).At(OrdinalOf(*FindField(kind, field)), row);
}

Bucket ReadAll(const Lake& lake, const Wanted& wanted = WantAll()) {
  auto snapshot = Must(Snapshot::Take(lake));
  return Must(Must(BucketReader::Open(snapshot, wanted)).Read(snapshot->all()));
}

// What bucket.h promises of any bucket.
void CheckShape(const Bucket& bucket) {
  uint32_t persons = bucket.persons();
  ASSERT_EQ(bucket.person_no.size(), persons);
  ASSERT_EQ(bucket.visit_no.size(), bucket.table(Kind::kVisit).rows);
  for (const timeline::KindInfo& info : timeline::Kinds()) {
    const Table& table = bucket.table(info.kind);
    SCOPED_TRACE(std::string(info.name));
    ASSERT_EQ(table.columns.size(), Fields(info.kind).size());
    for (const timeline::Column& column : table.columns) ASSERT_TRUE(column.empty() || column.size() == table.rows);
    ASSERT_EQ(table.person.size(), table.rows);
    ASSERT_EQ(table.visit.size(), table.rows);
    ASSERT_EQ(table.person_first.size(), persons + 1);
    ASSERT_EQ(table.person_first[persons], table.rows);
    if (info.kind == Kind::kPerson) continue;
    ASSERT_EQ(table.row_id.size(), table.rows);
    for (uint32_t p = 0; p < persons; p++) {
      for (uint32_t row = table.person_first[p]; row < table.person_first[p + 1]; row++) {
        ASSERT_EQ(table.person[row], p);
        if (row == table.person_first[p]) continue;
        int64_t earlier = info.time.empty() ? 0 : At(bucket, info.kind, info.time, row - 1);
        int64_t later = info.time.empty() ? 0 : At(bucket, info.kind, info.time, row);
        if (info.kind == Kind::kDiagnosis || info.kind == Kind::kOperation) {
          earlier = table.visit[row - 1];
          later = table.visit[row];
        }
        ASSERT_LT(std::pair(earlier, table.row_id[row - 1]), std::pair(later, table.row_id[row]));
      }
    }
  }
}

// ---- Small lakes, written out

TableSpec Visits(const std::string& values) {
  return {"visit",
          "SELECT (psn_key % 4)::SMALLINT AS bucket, psn_key::BIGINT AS psn_key, mdtrt_key::BIGINT "
          "AS mdtrt_key, row_id::BIGINT AS row_id,"
          " live, 'P' || psn_key AS psn_no, 'V' || mdtrt_key AS mdtrt_id, begntime::TIMESTAMP AS "
          "begntime"
          " FROM (VALUES " +
              values + ") v(psn_key, mdtrt_key, row_id, live, begntime)",
          "bucket, psn_key, begntime, row_id"};
}

TableSpec Lines(const std::string& values) {
  return {"fee_line",
          "SELECT (psn_key % 4)::SMALLINT AS bucket, psn_key::BIGINT AS psn_key, mdtrt_key::BIGINT "
          "AS mdtrt_key, row_id::BIGINT AS row_id,"
          " live, 'P' || psn_key AS psn_no, fee_ocur_time::TIMESTAMP AS fee_ocur_time, "
          "amount::DECIMAL(18,2) AS det_item_fee_sumamt,"
          " item::INTEGER AS hilist_code_id"
          " FROM (VALUES " +
              values + ") v(psn_key, mdtrt_key, row_id, live, fee_ocur_time, amount, item)",
          "bucket, psn_key, fee_ocur_time, row_id"};
}

TEST_P(BucketReaderTest, ReadsVisitsAndLinesOfPersonsWhoAreInNoRegister) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  AddBatch(lake, "a",
           {Visits("(6, 61, 1, true, '2025-01-01 08:00:00'), (6, 62, 2, true, '2025-02-01 08:00:00'),"
                   "(5, 51, 3, true, '2025-01-01 08:00:00')"),
            Lines("(6, 62, 11, true, '2025-02-01 09:00:00.9', 12.50, 7), (6, 61, 12, true, '2025-01-01 "
                  "09:00:00', NULL, NULL),"
                  "(6, 61, 13, false, '2025-01-01 10:00:00', 1, 7), (6, 99, 14, true, '2025-01-02 "
                  "09:00:00', -0.01, 8),"
                  "(6, NULL, 15, true, '2025-01-03 09:00:00', 2, 8), (7, 71, 16, true, NULL, 3, 8)")});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  EXPECT_THAT(bucket.person_no, ElementsAre("P5", "P6", "P7"));
  EXPECT_THAT(bucket.visit_no, ElementsAre("V51", "V61", "V62"));
  const Table& lines = bucket.table(Kind::kLine);
  EXPECT_THAT(lines.row_id, ElementsAre(12, 14, 15, 11, 16));
  EXPECT_THAT(lines.visit, ElementsAre(1, kNoRow, kNoRow, 2, kNoRow));
  EXPECT_THAT(lines.person, ElementsAre(1, 1, 1, 1, 2));
  EXPECT_THAT(lines.columns[OrdinalOf(*FindField(Kind::kLine, "amount"))].ToVector(),
              ElementsAre(kNull, -10'000, 2'000'000, 12'500'000, 3'000'000));
  EXPECT_EQ(At(bucket, Kind::kLine, "item", 0), kNull);
  EXPECT_EQ(At(bucket, Kind::kLine, "time", 3), *ParseTime("2025-02-01 09:00:00"));
  EXPECT_EQ(At(bucket, Kind::kLine, "time", 4), kNull);
  EXPECT_EQ(At(bucket, Kind::kLine, "price", 0), kNull) << "the file lacks the column";
  EXPECT_EQ(At(bucket, Kind::kPerson, "birth", 0), kNull);
  EXPECT_EQ(At(bucket, Kind::kPerson, "key", 1), 6);
  EXPECT_EQ(At(bucket, Kind::kVisit, "total", 0), kNull);
  EXPECT_EQ(At(bucket, Kind::kVisit, "key", 1), 61);
}

TEST_P(BucketReaderTest, LoadsOnlyWhatIsWanted) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  AddBatch(lake, "a", {Visits("(6, 61, 1, true, '2025-01-01')"), Lines("(6, 61, 2, true, '2025-01-01', 1, 7)")});
  Bucket bucket = ReadAll(lake, {});
  CheckShape(bucket);
  EXPECT_EQ(bucket.table(Kind::kVisit).rows, 1u);
  EXPECT_EQ(bucket.table(Kind::kLine).rows, 0u);

  Wanted wanted;
  wanted[static_cast<size_t>(Kind::kLine)].resize(Fields(Kind::kLine).size());
  wanted[static_cast<size_t>(Kind::kLine)][OrdinalOf(*FindField(Kind::kLine, "amount"))] = true;
  bucket = ReadAll(lake, wanted);
  CheckShape(bucket);
  size_t loaded = 0;
  for (const auto& column : bucket.table(Kind::kLine).columns) loaded += column.empty() ? 0 : 1;
  EXPECT_EQ(loaded, 2u) << "amount, and the time that orders";
}

TEST_P(BucketReaderTest, ARefundInALaterBatchCancelsTheRowUntilThatBatchIsWithdrawn) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  int64_t first = int64_t{1} << 40;
  auto id = [&](int64_t n) { return std::to_string(first | n); };
  Add(lake, "a",
      {Lines("(6, 61, " + id(1) + ", true, '2025-01-01', 1, 7), (6, 61, " + id(2) +
             ", true, '2025-01-02', 2, 7),"
             "(7, 61, " +
             id(3) + ", true, '2025-01-02', 2, 7)")});
  AddBatch(lake, "b",
           {{"cancel", "SELECT 'fee_line' AS \"table\", " + id(2) + " AS row_id, 2::SMALLINT AS bucket", "row_id"}});
  EXPECT_THAT(ReadAll(lake).table(Kind::kLine).row_id, ElementsAre(first | 1, first | 3));
  Must(lake.Withdraw(Must(lake.LockForWriting("test")), "b", {}));
  EXPECT_THAT(ReadAll(lake).table(Kind::kLine).row_id, ElementsAre(first | 1, first | 2, first | 3));
}

TEST_P(BucketReaderTest, TheLatestBatchWinsForPersonsAndForVisitsOfOneKey) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  auto person = [](const std::string& row_id, const std::string& birth) {
    return TableSpec{"person", "SELECT 2::SMALLINT AS bucket, 6::BIGINT AS psn_key, " + row_id +
                                   "::BIGINT AS row_id, true AS live,"
                                   " 'P6' AS psn_no, " +
                                   birth + "::DATE AS brdy"};
  };
  Add(lake, "a",
      {person("1", "'1950-01-01'"), Visits("(6, 61, 2, true, '2025-03-01'), (6, 62, 3, true, '2025-03-02')"),
       Lines("(6, 61, 4, true, '2025-03-01', 1, 7)")});
  Add(lake, "b", {person("11", "'1960-01-01'"), Visits("(6, 61, 12, true, '2025-03-03')")});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  ASSERT_EQ(bucket.persons(), 1u);
  EXPECT_EQ(At(bucket, Kind::kPerson, "birth", 0), *ParseDate("1960-01-01"));
  EXPECT_THAT(bucket.table(Kind::kVisit).row_id, ElementsAre(3, 12));
  EXPECT_THAT(bucket.visit_no, ElementsAre("V62", "V61"));
  EXPECT_THAT(bucket.table(Kind::kLine).visit, ElementsAre(1));
}

TEST_P(BucketReaderTest, VisitsAddUpTheirSettlements) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "a",
      {Visits("(6, 61, 1, true, '2025-01-01'), (6, 62, 2, true, '2025-01-02'), (6, 63, 3, "
              "true, '2025-01-03')"),
       {"settlement",
        "SELECT 2::SMALLINT AS bucket, 6::BIGINT AS psn_key, m::BIGINT AS mdtrt_key, "
        "r::BIGINT AS row_id, live,"
        " TIMESTAMP '2025-01-05' AS setl_time, total::DECIMAL(18,2) AS medfee_sumamt, "
        "fund::DECIMAL(18,2) AS fund_pay_sumamt"
        " FROM (VALUES (61, 4, true, 10.10, 5), (61, 5, true, 0.05, NULL), (61, 6, false, 99, "
        "9), (62, 7, true, 7, 3)) v(m, r, live, total, fund)"}});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  auto column = [&](std::string_view field) {
    return bucket.table(Kind::kVisit).columns[OrdinalOf(*FindField(Kind::kVisit, field))].ToVector();
  };
  EXPECT_THAT(column("total"), ElementsAre(10'150'000, 7'000'000, kNull));
  EXPECT_THAT(column("fund"), ElementsAre(kNull, 3'000'000, kNull)) << "one part unknown makes the sum unknown";
  EXPECT_THAT(column("scope"), ElementsAre(kNull, kNull, kNull));
}

TEST_P(BucketReaderTest, DiagnosesLieUnderTheirVisits) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "a",
      {Visits("(6, 61, 1, true, '2025-01-02'), (6, 62, 2, true, '2025-01-01'), (7, 71, 3, "
              "true, '2025-01-01')"),
       {"diagnosis",
        "SELECT (p % 4)::SMALLINT AS bucket, p::BIGINT AS psn_key, m::BIGINT AS mdtrt_key, "
        "r::BIGINT AS row_id, true AS live,"
        " r::INTEGER AS diag_code_id, r = 13 AS maindiag_flag FROM (VALUES (6, 61, 11), (6, "
        "62, 12), (6, 61, 13), (6, 98, 14), (7, 71, 15), (9, 91, 16)) v(p, m, r)"}});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  EXPECT_THAT(bucket.visit_no, ElementsAre("V62", "V61", "V71"));
  EXPECT_THAT(bucket.table(Kind::kDiagnosis).row_id, ElementsAre(12, 11, 13, 15));
  EXPECT_THAT(bucket.visit_diagnosis_first, ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(bucket.visit_operation_first, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(At(bucket, Kind::kDiagnosis, "main", 2), 1);
  EXPECT_EQ(bucket.persons(), 3u);
}

TEST_P(BucketReaderTest, TraceCodesLieWithTheirPersons) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "a",
      {Visits("(6, 61, 1, true, '2025-01-01')"),
       {"trace",
        "SELECT (p % 4)::SMALLINT AS bucket, p::BIGINT AS psn_key, 61::BIGINT AS mdtrt_key, r::BIGINT AS row_id, true "
        "AS live,"
        " 'P' || p AS psn_no, TIMESTAMP '2025-01-01' AS trac_time, (r * 10)::BIGINT AS drug_trac_key FROM (VALUES (6, "
        "11), (6, 12), (9, 13)) v(p, r)"}});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  EXPECT_THAT(bucket.person_no, ElementsAre("P9", "P6"));
  EXPECT_THAT(bucket.table(Kind::kTrace).row_id, ElementsAre(13, 11, 12));
  EXPECT_THAT(bucket.table(Kind::kTrace).visit, ElementsAre(kNoRow, 0, 0));
  EXPECT_EQ(At(bucket, Kind::kTrace, "code", 1), 110);
}

TEST_P(BucketReaderTest, DecimalsAndTimesInWhateverWidthTheyAreStored) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  std::string keys =
      "SELECT 1::SMALLINT AS bucket, 1::BIGINT AS psn_key, NULL::BIGINT AS mdtrt_key, true AS "
      "live, ";
  AddBatch(lake, "a",
           {{"fee_line", keys + "1::BIGINT AS row_id, DATE '1969-12-31' AS fee_ocur_time, 1.5::DECIMAL(4,1) AS "
                                "det_item_fee_sumamt,"
                                " -2.25::DECIMAL(9,2) AS pric, 3::DECIMAL(38,6) AS cnt, 4::INTEGER AS selfpay_prop"},
            {"fee_line", keys + "2::BIGINT AS row_id, '2025-03-06 08:15:30'::TIMESTAMP_MS AS fee_ocur_time,"
                                " 999999999999999999::DECIMAL(18,0) AS det_item_fee_sumamt, "
                                "-99999999999999999999999999999999::DECIMAL(38,6) AS pric,"
                                " NULL::DECIMAL(38,6) AS cnt, 0.1::DECIMAL(18,4) AS selfpay_prop"}});
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  ASSERT_EQ(bucket.table(Kind::kLine).rows, 2u);
  EXPECT_EQ(At(bucket, Kind::kLine, "time", 0), -kSecondsPerDay);
  EXPECT_EQ(At(bucket, Kind::kLine, "time", 1), *ParseTime("2025-03-06 08:15:30"));
  EXPECT_EQ(At(bucket, Kind::kLine, "amount", 0), 1'500'000);
  EXPECT_EQ(At(bucket, Kind::kLine, "amount", 1), kMicroMax) << "too large is not a small number";
  EXPECT_EQ(At(bucket, Kind::kLine, "price", 0), -2'250'000);
  EXPECT_EQ(At(bucket, Kind::kLine, "price", 1), -kMicroMax);
  EXPECT_EQ(At(bucket, Kind::kLine, "qty", 0), 3'000'000);
  EXPECT_EQ(At(bucket, Kind::kLine, "qty", 1), kNull);
  EXPECT_EQ(At(bucket, Kind::kLine, "self_ratio", 0), 4'000'000);
  EXPECT_EQ(At(bucket, Kind::kLine, "self_ratio", 1), 100'000);
}

// ---- What goes wrong

std::string ReadError(const Lake& lake) {
  Result<std::shared_ptr<const Snapshot>> snapshot = Snapshot::Take(lake);
  if (!snapshot) return snapshot.error().message;
  BucketReader reader = Must(BucketReader::Open(*snapshot, WantAll()));
  Result<Bucket> bucket = reader.Read((*snapshot)->all());
  return bucket ? "" : bucket.error().message;
}

TEST_P(BucketReaderTest, ATypeThatCannotMeanTheFieldIsAnErrorWithFileAndColumn) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  AddBatch(lake, "a",
           {{"fee_line",
             "SELECT 1::SMALLINT AS bucket, 1::BIGINT AS psn_key, 1::BIGINT AS row_id, true AS live,"
             " 1.5::DOUBLE AS det_item_fee_sumamt"}});
  EXPECT_THAT(ReadError(lake), HasSubstr("fee_line/a-0.parquet"));
  EXPECT_THAT(ReadError(lake), HasSubstr("det_item_fee_sumamt"));
}

TEST_P(BucketReaderTest, ARowInTheWrongBucketIsAnError) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  AddBatch(lake, "a",
           {{"visit", "SELECT 1::SMALLINT AS bucket, 2::BIGINT AS psn_key, 1::BIGINT AS row_id, true AS live"}});
  auto snapshot = Must(Snapshot::Take(lake));
  BucketReader reader = Must(BucketReader::Open(snapshot, WantAll()));
  Result<Bucket> bucket = reader.Read({1, 2});
  ASSERT_FALSE(bucket);
  EXPECT_EQ(bucket.error().code, ErrorCode::kIo);
}

TEST_P(BucketReaderTest, FilesCutOffOrScribbledOnAreNamed) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "a", {Lines("(6, 61, 2, true, '2025-01-01', 1, 7), (6, 61, 3, true, '2025-01-01', 2, 7)")});
  std::string path = lake.PathOf("data/fee_line/a-0.parquet");
  std::string whole;
  {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    whole = text.str();
  }
  auto put = [&](const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; };
  put(whole.substr(0, whole.size() / 2));
  EXPECT_THAT(ReadError(lake), HasSubstr("fee_line/a-0.parquet"));
  std::filesystem::remove(path);
  EXPECT_THAT(ReadError(lake), HasSubstr("fee_line/a-0.parquet"));
  // Any damage gives an error with the file's name, or rows; never a crash.
  std::mt19937 random(42);
  for (int i = 0; i < 25; i++) {
    std::string damaged = whole;
    for (int n = 0; n < 3; n++) damaged[random() % damaged.size()] = static_cast<char>(random());
    put(damaged);
    std::string error = ReadError(lake);
    if (!error.empty()) {
      EXPECT_THAT(error, HasSubstr("a-0.parquet"));
    }
  }
}

// ---- Against SQL, on a generated lake of several batches

std::vector<TableSpec> RandomBatch(int ordinal, int persons, int lines, bool sorted) {
  std::string seed = std::to_string(ordinal);
  std::string id = "(" + seed + "::BIGINT << 40 | i)";
  std::string keys =
      "SELECT (psn_key % 4)::SMALLINT AS bucket, *, 'P' || psn_key AS psn_no FROM (SELECT "
      "(hash(i, " +
      seed + ", 1) % " + std::to_string(persons) + ")::BIGINT AS psn_key, " + id + " AS row_id, hash(i, " + seed +
      ", 2) % 9 <> 0 AS live, ";
  std::string visit = "(hash(i, " + seed + ", 3) % 5)::BIGINT";
  std::string time = "TIMESTAMP '2025-01-01' + to_seconds((hash(i, " + seed + ", 4) % 5000)::BIGINT * 600)";
  auto maybe = [&](int salt, const std::string& value) {
    return "CASE WHEN hash(i, " + seed + ", " + std::to_string(salt) + ") % 7 = 0 THEN NULL ELSE " + value + " END";
  };
  auto from = [](int rows) { return " FROM range(" + std::to_string(rows) + ") t(i))"; };
  auto order = [&](const std::string& time_column) {
    return sorted ? "bucket, psn_key, " + time_column + "row_id" : std::string("hash(row_id)");
  };
  return {
      {"visit",
       "SELECT * EXCLUDE v, psn_key * 10 + v AS mdtrt_key, 'V' || (psn_key * 10 + v) AS mdtrt_id "
       "FROM (" +
           keys + visit + " AS v, " + time + " AS begntime, i % 2 = 0 AS ipt_flag" + from(persons * 3) + ")",
       order("begntime, ")},
      {"fee_line",
       "SELECT * EXCLUDE v, " + std::string("CASE WHEN v = 4 THEN NULL ELSE psn_key * 10 + v END AS mdtrt_key FROM (") +
           keys + visit + " AS v, " + maybe(5, time) + " AS fee_ocur_time, " +
           maybe(6, "((hash(i, 7) % 100000) / 100)::DECIMAL(18,2)") +
           " AS det_item_fee_sumamt, (hash(i, 8) % 50)::INTEGER AS hilist_code_id" + from(lines) + ")",
       order("fee_ocur_time NULLS FIRST, ")},
      {"diagnosis",
       "SELECT * EXCLUDE v, psn_key * 10 + v AS mdtrt_key FROM (" + keys + visit +
           " AS v, (i % 30)::INTEGER AS diag_code_id" + from(persons * 4) + ")",
       order("")},
      {"cancel",
       "SELECT 'fee_line' AS \"table\", (row_id - (1::BIGINT << 40))::BIGINT AS row_id, "
       "((hash(i, " +
           std::to_string(ordinal - 1) + ", 1) % " + std::to_string(persons) +
           ") % 4)::SMALLINT AS bucket FROM (SELECT i, " + id + " AS row_id" + from(lines) + " WHERE i % 13 = 0",
       "row_id"},
  };
}

// Rows of the bucket as SQL would list them.
std::vector<std::string> Shown(const Bucket& bucket, Kind kind, const std::vector<std::string>& fields) {
  std::vector<std::string> rows;
  const Table& table = bucket.table(kind);
  for (uint32_t row = 0; row < table.rows; row++) {
    std::string text = bucket.person_no[table.person[row]] + "|" +
                       (table.visit[row] == kNoRow ? "" : bucket.visit_no[table.visit[row]]) + "|" +
                       std::to_string(table.row_id[row]);
    for (const std::string& field : fields) {
      int64_t value = At(bucket, kind, field, row);
      text += "|" + (value == kNull ? "" : std::to_string(value));
    }
    rows.push_back(text);
  }
  std::ranges::sort(rows);
  return rows;
}

std::vector<std::string> Listed(const std::string& sql) {
  Connection connection = Must(OpenConnection({.threads = 1}));
  QueryResult result = Must(connection.Query(sql));
  std::vector<std::string> rows;
  for (size_t row = 0; row < result.rows(); row++) {
    std::string text = result.Text(row, 0);
    for (size_t column = 1; column < result.columns().size(); column++) text += "|" + result.Text(row, column);
    rows.push_back(text);
  }
  std::ranges::sort(rows);
  return rows;
}

void CompareWithSql(const Lake& lake, const Bucket& bucket) {
  CheckShape(bucket);
  std::string visits = "(SELECT * FROM " + Must(lake.TableSql("visit")) +
                       " QUALIFY row_number() OVER (PARTITION BY mdtrt_key ORDER BY row_id DESC) = 1)";
  EXPECT_EQ(Shown(bucket, Kind::kVisit, {"begin", "stay", "key"}),
            Listed("SELECT psn_no, mdtrt_id, row_id, epoch(begntime)::BIGINT, ipt_flag::INTEGER, "
                   "mdtrt_key FROM " +
                   visits));
  EXPECT_EQ(Shown(bucket, Kind::kLine, {"time", "amount", "item"}),
            Listed("SELECT l.psn_no, v.mdtrt_id, l.row_id, epoch(l.fee_ocur_time)::BIGINT,"
                   " (l.det_item_fee_sumamt * 1000000)::BIGINT, l.hilist_code_id FROM " +
                   Must(lake.TableSql("fee_line")) + " l LEFT JOIN " + visits + " v USING (psn_key, mdtrt_key)"));
  EXPECT_EQ(Shown(bucket, Kind::kDiagnosis, {"code"}),
            Listed("SELECT d.psn_no, v.mdtrt_id, d.row_id, d.diag_code_id FROM " + Must(lake.TableSql("diagnosis")) +
                   " d JOIN " + visits + " v USING (psn_key, mdtrt_key)"));
}

TEST_P(BucketReaderTest, AgreesWithSqlOnOneBatch) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "b1", RandomBatch(1, 200, 20'000, true));
  CompareWithSql(lake, ReadAll(lake));
}

TEST_P(BucketReaderTest, AgreesWithSqlOnOverlappingBatchesSortedOrNot) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "b1", RandomBatch(1, 200, 20'000, true));
  Add(lake, "b2", RandomBatch(2, 250, 15'000, true));
  Add(lake, "b3", RandomBatch(3, 220, 5'000, false));
  Add(lake, "b4", RandomBatch(4, 100, 5'000, true));
  CompareWithSql(lake, ReadAll(lake));
  Must(lake.Withdraw(Must(lake.LockForWriting("test")), "b2", {}));
  CompareWithSql(lake, ReadAll(lake));
}

TEST_P(BucketReaderTest, RangesTogetherAreTheWholeAndABucketCanBeUsedAgain) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "b1", RandomBatch(1, 200, 20'000, true));
  Add(lake, "b2", RandomBatch(2, 200, 10'000, true));
  auto snapshot = Must(Snapshot::Take(lake));
  EXPECT_EQ(snapshot->PlanWork(1), (std::vector<BucketRange>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}));
  EXPECT_EQ(snapshot->PlanWork(1'000'000), (std::vector<BucketRange>{{0, 4}}));
  EXPECT_EQ(snapshot->RowsOf("fee_line"), 30'000);
  std::vector<std::string> fields{"time", "amount", "item"};
  std::vector<std::string> all = Shown(ReadAll(lake), Kind::kLine, fields);
  for (int64_t target : {1, 16'000, 40'000}) {
    BucketReader reader = Must(BucketReader::Open(snapshot, WantAll()));
    Bucket bucket;
    std::vector<std::string> parts;
    for (BucketRange range : snapshot->PlanWork(target)) {
      Must(reader.Read(range, &bucket));
      CheckShape(bucket);
      for (std::string& row : Shown(bucket, Kind::kLine, fields)) parts.push_back(std::move(row));
    }
    std::ranges::sort(parts);
    EXPECT_EQ(parts, all);
  }
}

TEST_P(BucketReaderTest, SlicesTogetherAreTheBucketWhateverTheirOrder) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  Add(lake, "b1", RandomBatch(1, 200, 20'000, true));
  Add(lake, "b2", RandomBatch(2, 200, 10'000, true));
  auto snapshot = Must(Snapshot::Take(lake));
  const Bucket all = ReadAll(lake);
  std::vector<int64_t> keys = all.table(Kind::kPerson).columns[OrdinalOf(*FindField(Kind::kPerson, "key"))].ToVector();
  std::ranges::sort(keys);
  int64_t low = keys[keys.size() / 5], high = keys[keys.size() / 2];
  std::vector<Slice> slices;
  for (int bucket = 0; bucket < kBuckets; bucket++) {
    slices.push_back({{bucket, bucket + 1}, INT64_MIN, low});
    slices.push_back({{bucket, bucket + 1}, low + 1, high});
    slices.push_back({{bucket, bucket + 1}, high + 1, INT64_MAX});
  }
  constexpr Kind kKinds[] = {Kind::kVisit, Kind::kSettlement, Kind::kDiagnosis, Kind::kLine};
  auto fields_of = [](Kind kind) {
    std::vector<std::string> fields;
    for (const timeline::FieldInfo& field : timeline::Fields(kind)) {
      if (field.type != timeline::FieldType::kText) fields.emplace_back(field.name);
    }
    return fields;
  };
  for (int turn = 0; turn < 2; turn++) {  // the second backwards
    BucketReader reader = Must(BucketReader::Open(snapshot, WantAll()));
    Bucket bucket;
    std::map<Kind, std::vector<std::string>> parts;
    for (const Slice& slice : slices) {
      Must(reader.Read(slice, &bucket));
      CheckShape(bucket);
      for (Kind kind : kKinds) std::ranges::move(Shown(bucket, kind, fields_of(kind)), std::back_inserter(parts[kind]));
    }
    for (Kind kind : kKinds) {
      std::ranges::sort(parts[kind]);
      EXPECT_EQ(parts[kind], Shown(all, kind, fields_of(kind)));
    }
    std::ranges::reverse(slices);
  }
}

TEST_P(BucketReaderTest, WorkIsCutWhereFilesEnd) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 8));
  auto visits = [](int from, int until) {
    return TableSpec{"visit",
                     "SELECT (i % 8)::SMALLINT AS bucket, (i % 8)::BIGINT AS psn_key, i AS row_id, "
                     "true AS live FROM range(800) t(i)"
                     " WHERE i % 8 >= " +
                         std::to_string(from) + " AND i % 8 < " + std::to_string(until)};
  };
  Add(lake, "a", {visits(0, 3), visits(3, 6), visits(6, 8)});
  auto snapshot = Must(Snapshot::Take(lake));
  EXPECT_EQ(snapshot->PlanWork(400), (std::vector<BucketRange>{{0, 3}, {3, 6}, {6, 8}}));
  EXPECT_EQ(snapshot->PlanWork(200), (std::vector<BucketRange>{{0, 2}, {2, 3}, {3, 5}, {5, 6}, {6, 8}}));
  EXPECT_EQ(snapshot->PlanWork(1),
            (std::vector<BucketRange>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}}));
}

TEST_P(BucketReaderTest, AnEmptyLakeHasNoWorkAndAnEmptyBucket) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), kBuckets));
  EXPECT_TRUE(Must(Snapshot::Take(lake))->PlanWork(1).empty());
  Bucket bucket = ReadAll(lake);
  CheckShape(bucket);
  EXPECT_EQ(bucket.persons(), 0u);
}

}  // namespace
}  // namespace yijian::lake
