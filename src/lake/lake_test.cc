#include "lake/lake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "lake/durable.h"
#include "lake/testing.h"

namespace yijian::lake {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void WriteFile(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A batch of three fee lines and one code; its files really are Parquet.
Manifest Stage(const std::string& name, int64_t ordinal, const std::string& staging) {
  Connection connection = Must(OpenConnection({.threads = 1}));
  auto write = [&](const std::string& path, const std::string& select) {
    fs::create_directories(fs::path(staging + "/" + path).parent_path());
    Must(connection.Execute("COPY (" + select + ") TO " + Quote(staging + "/" + path) + " (FORMAT parquet)"));
  };
  Manifest manifest{
      .batch = name, .ordinal = ordinal, .mapping = "test", .mapping_version = "1", .created = "2025-03-06"};
  std::string lines = "data/fee_line/" + name + "-0.parquet";
  write(lines, "SELECT (i % 4)::SMALLINT AS bucket, " + std::to_string(ordinal) +
                   "::BIGINT << 40 | i AS row_id, i <> 2 AS live FROM range(3) t(i)");
  manifest.files = {Must(DescribeFile(connection, "fee_line", lines, staging + "/" + lines))};
  manifest.dictionary = "dictionary/" + name + ".parquet";
  write(manifest.dictionary,
        "SELECT " + std::to_string(ordinal) + " AS id, 'C" + std::to_string(ordinal) + "' AS code, '名' AS name");
  manifest.tables["fee_line"] = {.read = 3, .taken = 3, .money_fen = {{"det_item_fee_sumamt", -1250}}};
  manifest.sources = {{.path = "in.csv", .sha256 = "ab", .bytes = 7}};
  manifest.checks = R"({"types":"passed"})";
  return manifest;
}

void Add(const Lake& lake, const std::string& name) {
  WriteLock lock = Must(lake.LockForWriting("test"));
  std::string staging = Must(lake.NewStaging(lock));
  Must(lake.CommitBatch(lock, Stage(name, Must(lake.NextOrdinal()), staging), staging));
}

int64_t CountRows(const Lake& lake, const std::string& table) {
  Connection connection = Must(OpenConnection({.threads = 1}));
  return Must(connection.QueryInt("SELECT count(*) FROM " + Must(lake.TableSql(table))));
}

size_t CountFiles(const std::string& dir) {
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

TEST(LakeTest, KeepsBucketsForEver) {
  TempDir dir;
  EXPECT_EQ(Must(Lake::OpenOrCreate(dir / "lake/", 16)).buckets(), 16);
  EXPECT_EQ(Must(Lake::OpenOrCreate(dir / "lake", 64)).buckets(), 16);
  EXPECT_EQ(Lake::Create(dir / "lake", 64).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Lake::Open(dir / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Lake::Create(dir / "bad", 0).error().code, ErrorCode::kInvalidInput);
}

TEST(LakeTest, ABatchReadsBackAsItWasCommitted) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "2025-03");
  Add(lake, "2025-04");
  std::vector<Batch> batches = Must(lake.ListBatches());
  ASSERT_EQ(batches.size(), 2u);
  const Manifest& first = batches[0].manifest;
  EXPECT_EQ(first.batch, "2025-03");
  EXPECT_EQ(first.ordinal, 1);
  EXPECT_EQ(batches[1].manifest.ordinal, 2);
  EXPECT_EQ(first.tables.at("fee_line").money_fen.at("det_item_fee_sumamt"), -1250);
  EXPECT_EQ(first.sources[0].sha256, "ab");
  EXPECT_EQ(first.checks, R"({"types":"passed"})");
  EXPECT_EQ(first.files[0].rows, 3);
  EXPECT_EQ(first.files[0].bucket_max, 2);
  EXPECT_GT(first.files[0].bytes, 0);
  EXPECT_EQ(ToJson(Must(ParseManifest(ToJson(first)))), ToJson(first));
  EXPECT_EQ(CountRows(lake, "fee_line"), 4);  // one row of each batch is not live
  auto codes = Must(lake.LoadDictionary());
  EXPECT_EQ(codes->Text(2), "C2");
  EXPECT_EQ(codes->Name(codes->Find("C1")), "名");
}

TEST(LakeTest, AWithdrawnBatchVanishesButItsCodesAndOrdinalStay) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "a");
  Add(lake, "b");
  {
    WriteLock lock = Must(lake.LockForWriting("test"));
    Must(lake.Withdraw(lock, "b", {.who = "王", .why = "wrong \"month\"", .when = "2025-03-06 08:15:30"}));
    EXPECT_EQ(lake.Withdraw(lock, "b", {}).error().code, ErrorCode::kConflict);
    EXPECT_EQ(lake.Withdraw(lock, "c", {}).error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(CountRows(lake, "fee_line"), 2);
  EXPECT_EQ(Must(lake.ListBatches())[1].withdrawn->why, "wrong \"month\"");
  EXPECT_EQ(Must(lake.LiveBatches()).size(), 1u);
  EXPECT_EQ(Must(lake.LoadDictionary())->Text(2), "C2");
  EXPECT_EQ(Must(lake.NextOrdinal()), 3);
  { WriteLock lock = Must(lake.LockForWriting("test")); }
  EXPECT_TRUE(fs::exists(lake.PathOf("data/fee_line/b-0.parquet")));
}

TEST(LakeTest, CancelledRowsOfEarlierBatchesDoNotCount) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "a");
  WriteLock lock = Must(lake.LockForWriting("test"));
  std::string staging = Must(lake.NewStaging(lock));
  Manifest manifest = Stage("b", 2, staging);
  Connection connection = Must(OpenConnection({.threads = 1}));
  std::string path = "data/cancel/b-0.parquet";
  fs::create_directories(staging + "/data/cancel");
  Must(
      connection.Execute("COPY (SELECT 'fee_line' AS \"table\", 1::BIGINT << 40 | 1 AS row_id, "
                         "1::SMALLINT AS bucket) TO " +
                         Quote(staging + "/" + path)));
  manifest.files.push_back(Must(DescribeFile(connection, std::string(kCancelTable), path, staging + "/" + path)));
  Must(lake.CommitBatch(lock, manifest, staging));
  EXPECT_EQ(CountRows(lake, "fee_line"), 3);
  Must(lake.Withdraw(lock, "b", {}));
  EXPECT_EQ(CountRows(lake, "fee_line"), 2);
}

TEST(LakeTest, RefusesBatchesThatWouldHurtOthers) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "a");
  WriteLock lock = Must(lake.LockForWriting("test"));
  std::string staging = Must(lake.NewStaging(lock));
  Manifest good = Stage("b", 2, staging);
  auto refused = [&](auto change) {
    Manifest bad = good;
    change(&bad);
    Status status = lake.CommitBatch(lock, bad, staging);
    EXPECT_FALSE(status);
    return status ? ErrorCode::kInternal : status.error().code;
  };
  EXPECT_EQ(refused([](Manifest* m) { m->batch = "a"; }), ErrorCode::kConflict);
  EXPECT_EQ(refused([](Manifest* m) { m->ordinal = 1; }), ErrorCode::kConflict);
  EXPECT_EQ(refused([](Manifest* m) { m->files[0].path = "data/fee_line/a-0.parquet"; }), ErrorCode::kConflict);
  EXPECT_EQ(refused([](Manifest* m) { m->batch = "../b"; }), ErrorCode::kInvalidInput);
  EXPECT_EQ(refused([](Manifest* m) { m->files[0].path = "data/../../b.parquet"; }), ErrorCode::kInvalidInput);
  EXPECT_EQ(refused([](Manifest* m) { m->files[0].path = "lake.json"; }), ErrorCode::kInvalidInput);
  EXPECT_EQ(refused([](Manifest* m) { m->files[0].bucket_max = 4; }), ErrorCode::kInvalidInput);
  EXPECT_EQ(refused([](Manifest* m) { m->files[0].path = "data/fee_line/none.parquet"; }), ErrorCode::kNotFound);
  Must(lake.CommitBatch(lock, good, staging));
}

TEST(LakeTest, OneWriterAtATimeAndTheOtherLearnsWho) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  {
    WriteLock lock = Must(lake.LockForWriting("yijian intake"));
    Result<WriteLock> second = lake.LockForWriting("yijian audit");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kConflict);
    EXPECT_THAT(second.error().message, HasSubstr("yijian intake (process " + std::to_string(getpid()) + ")"));
  }
  EXPECT_TRUE(lake.LockForWriting("yijian audit"));
}

TEST(LakeTest, TheNextWriterRemovesWhatNobodyCommitted) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "a");
  WriteFile(lake.PathOf("staging/99-0/data/fee_line/x.parquet"), "half");
  WriteFile(lake.PathOf("data/visit/x-0.parquet"), "half");
  WriteFile(lake.PathOf("dictionary/x.parquet"), "half");
  WriteFile(lake.PathOf("batches/x.json.tmp"), "half");
  WriteFile(lake.PathOf("findings/run-1/findings.parquet"), "not ours");
  { WriteLock lock = Must(lake.LockForWriting("test")); }
  EXPECT_FALSE(fs::exists(lake.PathOf("staging")));
  EXPECT_FALSE(fs::exists(lake.PathOf("data/visit/x-0.parquet")));
  EXPECT_FALSE(fs::exists(lake.PathOf("dictionary/x.parquet")));
  EXPECT_FALSE(fs::exists(lake.PathOf("batches/x.json.tmp")));
  EXPECT_TRUE(fs::exists(lake.PathOf("findings/run-1/findings.parquet")));
  EXPECT_EQ(CountRows(lake, "fee_line"), 2);
}

TEST(LakeTest, DamagedFilesAreNamed) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  Add(lake, "a");
  DataFile file = Must(lake.ListBatches())[0].manifest.files[0];
  fs::resize_file(lake.PathOf(file.path), static_cast<uintmax_t>(file.bytes) / 2);
  Status checked = CheckFile(lake, file);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kIo);
  EXPECT_THAT(checked.error().message, HasSubstr("data/fee_line/a-0.parquet"));

  fs::resize_file(lake.PathOf("dictionary/a.parquet"), 20);
  EXPECT_THAT(lake.LoadDictionary().error().message, HasSubstr("dictionary/a.parquet"));

  fs::resize_file(lake.PathOf("batches/a.json"), 100);
  EXPECT_EQ(lake.ListBatches().error().code, ErrorCode::kIo);
  EXPECT_THAT(lake.ListBatches().error().message, HasSubstr("batches/a.json"));

  WriteFile(lake.PathOf("lake.json"), "{\"format\": 1");
  EXPECT_THAT(Lake::Open(dir.path()).error().message, HasSubstr("lake.json"));
}

// ---- kill -9

// Runs `work` in a child that is killed at its n-th step on the disk. False when the child got to
// the end.
bool KilledAt(int n, const std::function<void()>& work) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    int step = 0;
    SetStepHookForTesting([&step, n](std::string_view) {
      if (step++ == n) raise(SIGKILL);
    });
    work();
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

TEST(LakeCrashTest, KilledAtAnyStepOfACommitTheBatchIsInWholeOrNotAtAll) {
  int whole = 0, none = 0;
  bool killed = true;
  for (int n = 0; killed; n++) {
    TempDir dir;
    Lake lake = Must(Lake::Create(dir.path(), 4));
    Add(lake, "a");
    size_t files_before = CountFiles(dir.path());
    killed = KilledAt(n, [&] { Add(lake, "b"); });

    int64_t rows = CountRows(lake, "fee_line");  // a reader comes by first
    size_t batches = Must(lake.ListBatches()).size();
    ASSERT_TRUE((batches == 1 && rows == 2) || (batches == 2 && rows == 4)) << "step " << n;
    { WriteLock lock = Must(lake.LockForWriting("test")); }
    ASSERT_EQ(CountRows(lake, "fee_line"), rows) << "step " << n;
    if (batches == 1) {
      ASSERT_EQ(CountFiles(dir.path()), files_before) << "step " << n;
      Add(lake, "b");
    }
    ASSERT_EQ(CountRows(lake, "fee_line"), 4) << "step " << n;
    ASSERT_EQ(CountFiles(dir.path()), files_before + 3) << "step " << n;
    ASSERT_EQ(Must(lake.LoadDictionary())->Text(2), "C2") << "step " << n;
    (batches == 2 ? whole : none)++;
  }
  EXPECT_GT(none, 10);
  EXPECT_GT(whole, 1);
}

TEST(LakeCrashTest, KilledAtAnyStepOfAWithdrawalItHappenedOrNot) {
  bool killed = true;
  for (int n = 0; killed; n++) {
    TempDir dir;
    Lake lake = Must(Lake::Create(dir.path(), 4));
    Add(lake, "a");
    killed = KilledAt(n, [&] {
      WriteLock lock = Must(lake.LockForWriting("test"));
      Must(lake.Withdraw(lock, "a", {.who = "w", .why = "y", .when = "t"}));
    });
    WriteLock lock = Must(lake.LockForWriting("test"));
    Batch batch = Must(lake.ListBatches())[0];
    if (batch.withdrawn) {
      ASSERT_EQ(batch.withdrawn->when, "t");
    } else {
      Must(lake.Withdraw(lock, "a", {}));
    }
  }
}

TEST(LakeCrashTest, ALockDiesWithItsProcess) {
  TempDir dir;
  Lake lake = Must(Lake::Create(dir.path(), 4));
  EXPECT_TRUE(KilledAt(0, [&] { (void)lake.LockForWriting("a writer that is killed").has_value(); }));
  EXPECT_TRUE(lake.LockForWriting("test"));
}

}  // namespace
}  // namespace yijian::lake
