// The lake: a folder of Parquet files that grows by whole batches. docs/formats/lake.md has its
// grammar.
//
//   Lake lake = TRY(Lake::OpenOrCreate(dir, 64));
//   WriteLock lock = TRY(lake.LockForWriting("intake"));
//   std::string staging = TRY(lake.NewStaging(lock));
//   ... write staging + "/data/fee_line/2025-03-0.parquet" and fill a Manifest ...
//   TRY(lake.CommitBatch(lock, std::move(manifest), staging));
//
// Crash:    killed at any instant, a batch is in the lake whole or not at all. What it left behind
// is removed by the next
//           LockForWriting. Files of committed batches are never changed, withdrawn batches keep
//           theirs.
// Readers:  need no lock; they see the batches that were committed when they called ListBatches.
// Threads:  const and stateless; share freely. Every call looks at the disk.
// Errors:   kNotFound no lake or batch there; kConflict held by another writer, or exists already;
// kIo files that are
//           missing, cut off or changed, by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/database.h"
#include "lake/manifest.h"
#include "timeline/bucket.h"

namespace yijian::lake {

inline constexpr int kBucketsMax = 8192;

// For COPY ... TO: measured on fee lines, version 2 (delta encoding of ids and times) with snappy
// is both the smallest and, but for no compression at all, the fastest to scan.
inline constexpr std::string_view kParquetOptions = "FORMAT parquet, PARQUET_VERSION V2, COMPRESSION snappy";

struct Withdrawal {
  std::string who;
  std::string why;
  std::string when;  // "2025-03-06 08:15:30"
};

struct Batch {
  Manifest manifest;
  std::optional<Withdrawal> withdrawn;
};

// Held by the one process that may write; let go when destroyed or when the process ends, however
// it ends.
class WriteLock {
 public:
  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&& other) noexcept;
  ~WriteLock();

 private:
  friend class Lake;
  explicit WriteLock(int fd) : fd_(fd) {}
  int fd_;
};

class Lake {
 public:
  static Result<Lake> Create(const std::string& dir, int buckets);  // kConflict when there is one
  static Result<Lake> Open(const std::string& dir);                 // kNotFound when there is none
  static Result<Lake> OpenOrCreate(const std::string& dir, int buckets);

  const std::string& dir() const { return dir_; }
  int buckets() const { return buckets_; }
  // The absolute or working-folder path of something below the lake.
  std::string PathOf(std::string_view below) const { return dir_ + "/" + std::string(below); }

  // `who` is for the message another writer gets, which also names our process. Does not wait.
  // Removes what writers before us left unfinished.
  Result<WriteLock> LockForWriting(const std::string& who) const;
  // An empty folder below staging/; lay files in it as they shall lie below the lake.
  Result<std::string> NewStaging(const WriteLock& lock) const;

  // By ordinal; withdrawn ones too.
  Result<std::vector<Batch>> ListBatches() const;
  Result<std::vector<Batch>> LiveBatches() const;
  Result<int64_t> NextOrdinal() const;  // 1 for the first batch; never used twice

  // Moves the files named by the manifest from `staging` into the lake and makes the batch visible.
  // Afterwards `staging` is gone. On error nothing is visible.
  Status CommitBatch(const WriteLock& lock, Manifest manifest, const std::string& staging) const;
  // kConflict when it was withdrawn before.
  Status Withdraw(const WriteLock& lock, const std::string& batch, const Withdrawal& withdrawal) const;

  // The codes of all batches, withdrawn ones too: later batches use ids that earlier ones gave out.
  Result<std::shared_ptr<timeline::CodeBook>> LoadDictionary() const;

  // The rows of a table that count, as one SQL relation "(SELECT ...)": batches that are not
  // withdrawn, live rows, without cancelled ones. kNotFound when no batch brought the table.
  Result<std::string> TableSql(std::string_view table) const;

 private:
  Lake(std::string dir, int buckets) : dir_(std::move(dir)), buckets_(buckets) {}
  Status RemoveLeftovers() const;
  Status CheckNew(const Manifest& manifest) const;
  Status MoveIn(const std::vector<std::string>& paths, const std::string& staging) const;
  Result<Batch> ReadBatch(const std::string& name) const;

  std::string dir_;
  int buckets_;
};

// As Lake::TableSql, over these batches.
Result<std::string> TableSqlOf(const Lake& lake, const std::vector<Batch>& batches, std::string_view table);

// kIo with the file's name when it is missing or has another size than the manifest says.
Status CheckFile(const Lake& lake, const DataFile& file);

// Rows and buckets of a Parquet file that has a bucket column, read from its footer. `path` is
// where it will lie below the lake, `real_path` where it lies now.
Result<DataFile> DescribeFile(Connection& connection, const std::string& table, const std::string& path,
                              const std::string& real_path);

}  // namespace yijian::lake
