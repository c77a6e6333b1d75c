#include "lake/subject_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "lake/bucket_reader.h"
#include "lake/testing.h"
#include "timeline/story.h"

namespace yijian::lake {
namespace {

using testing::ElementsAre;
using timeline::Bucket;
using timeline::Kind;
using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

size_t Ordinal(Kind kind, std::string_view name) { return OrdinalOf(*timeline::FindField(kind, name)); }

std::vector<bool> Fields(Kind kind, const std::vector<std::string>& names) {
  std::vector<bool> fields(timeline::Fields(kind).size());
  for (const std::string& name : names) fields[Ordinal(kind, name)] = true;
  return fields;
}

// Subject and its rows, in order; subjects sorted by text.
std::vector<std::string> Shown(const Bucket& bucket, Kind kind, const std::vector<std::string>& fields) {
  std::vector<std::string> subjects;
  const Table& table = bucket.table(kind);
  for (uint32_t p = 0; p < bucket.persons(); p++) {
    std::string text = bucket.person_no[p] + ":";
    for (uint32_t row = table.person_first[p]; row < table.person_first[p + 1]; row++) {
      EXPECT_EQ(table.person[row], p);
      EXPECT_EQ(table.visit[row], kNoRow);
      text += " " + std::to_string(table.row_id[row]);
      for (const std::string& field : fields) {
        int64_t value = table.At(Ordinal(kind, field), row);
        text += value == kNull ? "/" : "/" + std::to_string(value);
      }
    }
    subjects.push_back(text);
  }
  std::ranges::sort(subjects);
  return subjects;
}

// 30,000 lines of 300 persons by 40 doctors for 50 items, and what their codes are called.
Lake MakeLake(const TempDir& dir) {
  Lake lake = Must(Lake::Create(dir.path(), 4));
  AddBatch(lake, "a",
           {{"fee_line",
             "SELECT (psn_key % 4)::SMALLINT AS bucket, * FROM (SELECT (hash(i) % 300)::BIGINT AS "
             "psn_key, 1::BIGINT << 40 | i AS row_id,"
             " i % 17 <> 0 AS live, TIMESTAMP '2025-01-01' + to_seconds((hash(i, 2) % "
             "1000)::BIGINT * 60) AS fee_ocur_time,"
             " (1 + hash(i, 3) % 50)::INTEGER AS hilist_code_id,"
             " CASE WHEN i % 5 = 0 THEN NULL ELSE (100 + hash(i, 4) % 40)::INTEGER END AS "
             "acord_dr_code_id,"
             " (i % 1000)::DECIMAL(18,2) AS det_item_fee_sumamt FROM range(30000) t(i))"}});
  WriteLock lock = Must(lake.LockForWriting("test"));
  std::string staging = Must(lake.NewStaging(lock));
  Connection connection = Must(OpenConnection({.threads = 1}));
  std::filesystem::create_directories(staging + "/dictionary");
  Must(connection.Execute("COPY (SELECT i::INTEGER AS id, 'C' || i AS code, '' AS name FROM range(1, 200) t(i)) TO " +
                          Quote(staging + "/dictionary/codes.parquet")));
  Must(lake.CommitBatch(lock, {.batch = "codes", .ordinal = 2, .dictionary = "dictionary/codes.parquet"}, staging));
  return lake;
}

TEST(SubjectReaderTest, AgreesWithRegroupingABucketOfPersons) {
  TempDir dir;
  Lake lake = MakeLake(dir);
  auto snapshot = Must(Snapshot::Take(lake));
  Bucket persons = Must(Must(BucketReader::Open(snapshot, WantAll())).Read(snapshot->all()));
  Bucket expected = timeline::Regroup(persons, Kind::kLine, Ordinal(Kind::kLine, "exec_doctor"));
  ASSERT_EQ(expected.persons(), 40u);

  std::vector<std::string> fields{"time", "item", "amount", "exec_doctor", "price"};
  SubjectRequest request{.kind = Kind::kLine,
                         .field = Ordinal(Kind::kLine, "exec_doctor"),
                         .fields = Fields(Kind::kLine, {"item", "amount", "price"})};
  uint32_t lines = expected.table(Kind::kLine).rows;
  for (uint32_t rows_target : {1'000'000, 10'000, 1}) {
    SubjectReader reader = Must(SubjectReader::Open(snapshot, request, {.rows_target = rows_target}));
    std::vector<std::string> all;
    std::vector<uint32_t> rows;
    Bucket bucket;
    while (Must(reader.Next(&bucket))) {
      EXPECT_EQ(rows_target == 1 ? bucket.persons() : 1u, 1u) << "a subject is enough";
      rows.push_back(bucket.table(Kind::kLine).rows);
      for (std::string& subject : Shown(bucket, Kind::kLine, fields)) all.push_back(std::move(subject));
    }
    EXPECT_EQ(rows.size(), rows_target == 1 ? 40u : lines / rows_target + 1);
    for (size_t i = 0; i + 1 < rows.size(); i++) EXPECT_GE(rows[i], rows_target);
    std::ranges::sort(all);
    EXPECT_EQ(all, Shown(expected, Kind::kLine, fields));
    EXPECT_FALSE(Must(reader.Next(&bucket))) << "and stays at its end";
  }
}

// What does not fit in memory is sorted on disk.
TEST(SubjectReaderTest, MemoryIsBounded) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path() + "/lake", 4));
  AddBatch(lake, "a",
           {{"trace",
             "SELECT (i % 4)::SMALLINT AS bucket, (i % 1000)::BIGINT AS psn_key, (hash(i) % 300000)::BIGINT AS "
             "drug_trac_key, i::BIGINT AS row_id, true AS live, TIMESTAMP '2025-01-01' + to_seconds((hash(i, 2) % "
             "1000000)::BIGINT) AS trac_time FROM range(1000000) t(i)",
             "bucket, psn_key, trac_time, row_id"}});
  auto snapshot = Must(Snapshot::Take(lake));
  SubjectRequest request{.kind = Kind::kTrace, .field = Ordinal(Kind::kTrace, "code"), .fields = {}};
  SubjectOptions options{.rows_target = 100'000, .memory_limit_mb = 24, .temp_dir = dir.path() + "/spilled"};
  SubjectReader reader = Must(SubjectReader::Open(snapshot, request, options));
  Bucket bucket;
  uint32_t rows = 0;
  while (Must(reader.Next(&bucket))) {
    const Table& traces = bucket.table(Kind::kTrace);
    EXPECT_LT(traces.rows, 101'000u);
    rows += traces.rows;
  }
  EXPECT_EQ(rows, 1'000'000u);
  options.temp_dir.clear();
  auto failed = SubjectReader::Open(snapshot, request, options);
  Result<bool> next = failed ? failed->Next(&bucket) : Result<bool>(failed.error());
  ASSERT_FALSE(next) << "it would have fitted anyway";
  EXPECT_EQ(next.error().code, ErrorCode::kLimit) << next.error().message;
}

TEST(SubjectReaderTest, OnlyRowsOfTheItemsAskedFor) {
  TempDir dir;
  auto snapshot = Must(Snapshot::Take(MakeLake(dir)));
  SubjectRequest request{.kind = Kind::kLine, .field = Ordinal(Kind::kLine, "exec_doctor"), .fields = {}};
  request.items = std::vector<int64_t>{7, 9};
  request.fields = Fields(Kind::kLine, {"item"});
  SubjectReader reader = Must(SubjectReader::Open(snapshot, request));
  Bucket bucket;
  EXPECT_TRUE(Must(reader.Next(&bucket)));
  const Table& lines = bucket.table(Kind::kLine);
  EXPECT_GT(lines.rows, 500u);
  for (int64_t item : lines.columns[Ordinal(Kind::kLine, "item")].ToVector()) EXPECT_TRUE(item == 7 || item == 9);
  request.items->clear();
  reader = Must(SubjectReader::Open(snapshot, request));
  EXPECT_FALSE(Must(reader.Next(&bucket)));
}

TEST(SubjectReaderTest, TraceCodesOfAllPersonsAndOfNone) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  AddBatch(lake, "a",
           {{"trace",
             "SELECT coalesce(p % 4, 0)::SMALLINT AS bucket, p::BIGINT AS psn_key, k::BIGINT AS drug_trac_key, "
             "r::BIGINT AS row_id,"
             " true AS live, TIMESTAMP '2025-01-01' + to_days((10 - r)::INTEGER) AS trac_time"
             " FROM (VALUES (1, 5, 1), (2, 6, 2), (3, 5, 3), (1, NULL, 4), (NULL, 7, 5)) v(p, k, r)",
             "bucket, psn_key, trac_time, row_id"}});
  auto snapshot = Must(Snapshot::Take(lake));
  SubjectRequest request{.kind = Kind::kTrace, .field = Ordinal(Kind::kTrace, "code"), .fields = {}};
  SubjectReader reader = Must(SubjectReader::Open(snapshot, request, {.rows_target = 3}));
  Bucket bucket;
  EXPECT_TRUE(Must(reader.Next(&bucket)));
  EXPECT_THAT(Shown(bucket, Kind::kTrace, {}), ElementsAre(HexOf(5) + ": 3 1", HexOf(6) + ": 2"));
  EXPECT_TRUE(Must(reader.Next(&bucket)));
  EXPECT_THAT(Shown(bucket, Kind::kTrace, {}), ElementsAre(HexOf(7) + ": 5"));
  EXPECT_EQ(bucket.visit_diagnosis_first.size(), 1u);
  EXPECT_EQ(bucket.table(Kind::kLine).person_first.size(), 2u);
}

TEST(SubjectReaderTest, ALakeWithoutTheTableHasNobody) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  SubjectRequest request{.kind = Kind::kStock, .field = Ordinal(Kind::kStock, "institution"), .fields = {}};
  SubjectReader reader = Must(SubjectReader::Open(Must(Snapshot::Take(lake)), request));
  Bucket bucket;
  EXPECT_FALSE(Must(reader.Next(&bucket)));
}

}  // namespace
}  // namespace yijian::lake
