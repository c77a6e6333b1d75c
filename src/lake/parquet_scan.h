// Columns of one Parquet file, rows of some buckets and keys, as chunks: what a query would give, without DuckDB.
//
//   ScanCursor cursor;
//   auto scan = TRY(ParquetScan::Open(file, {"psn_key", "row_id"}, Slice{{3, 5}}, &cursor));
//   while (size_t rows = TRY(scan->Next())) {
//     ColumnView keys = TRY(scan->View(0));
//     TRY(scan->Append(1, convert, &fill));
//   }
//
// Needs:   file->CanRead the columns and "bucket", and all of them are there; "psn_key" too when the slice has bounds.
// Order:   that of the file. Row groups without rows of the slice are not read.
// Speed:   a cursor remembers where its decoders stand: the next scan of the same file and columns goes on from there
//          when its rows come later. Slices in the order of the file unpack every page once.
// Errors:  kIo; see column_decoder.h.
// Threads: one owner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/column_decoder.h"
#include "lake/parquet_file.h"
#include "lake/snapshot.h"

namespace yijian::lake {

// Where rows come from: a query, or a file of ours. A column of the rows at hand is asked for once, by View or Append.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual const std::vector<ColumnInfo>& columns() const = 0;
  // Goes on to the next rows and tells how many; 0 after the last.
  virtual Result<size_t> Next() = 0;
  // As it is stored; dies with the next call.
  virtual Result<ColumnView> View(size_t column) = 0;
  // Adds them to a column, as timeline values.
  virtual Status Append(size_t column, const Converter& convert, ColumnFill* to) = 0;
};

// Decoders in the midst of a file, and their memory, which goes from file to file.
class ScanCursor {
 public:
  ScanCursor() = default;
  ScanCursor(const ScanCursor&) = delete;
  ScanCursor& operator=(const ScanCursor&) = delete;
  ~ScanCursor();

  const ParquetFile* file() const { return file_.get(); }

 private:
  friend class ParquetScan;
  static constexpr size_t kNowhere = SIZE_MAX;

  // Rows of one bucket and key that follow each other; until the next run begins.
  struct Run {
    size_t begin = 0;
    int64_t bucket = 0;
    int64_t key = 0;
    bool has_bucket = false;
    bool has_key = false;
  };

  Status Use(std::shared_ptr<const ParquetFile> file, const std::vector<std::string>& columns);
  Status FindRuns(size_t group);
  Status FindRunsOf(const ParquetFile::RowGroup& group);

  std::shared_ptr<const ParquetFile> file_;
  int fd_ = -1;
  std::vector<size_t> columns_;
  std::vector<ColumnDecoder> decoders_;  // one per column
  std::vector<size_t> decoder_rows_;     // of the group: the next that each gives; it may lag behind row_
  size_t group_ = kNowhere;              // whose rows the decoders hold
  size_t row_ = 0;                       // behind those of the last Next

  ColumnDecoder bucket_decoder_;
  ColumnDecoder key_decoder_;
  size_t runs_group_ = kNowhere;
  std::vector<Run> runs_;  // of that group
  bool sorted_ = false;    // by (bucket, key), and all have both
};

class ParquetScan : public ChunkSource {
 public:
  // The cursor belongs to this scan alone while it lives.
  static Result<std::unique_ptr<ParquetScan>> Open(std::shared_ptr<const ParquetFile> file,
                                                   const std::vector<std::string>& columns, const Slice& slice,
                                                   ScanCursor* cursor);

  const std::vector<ColumnInfo>& columns() const override { return infos_; }
  Result<size_t> Next() override;
  Result<ColumnView> View(size_t column) override;
  Status Append(size_t column, const Converter& convert, ColumnFill* to) override;

 private:
  struct Stretch {  // of rows of a group that are wanted
    size_t begin;
    size_t end;
  };
  ParquetScan(const Slice& slice, ScanCursor* cursor) : slice_(slice), cursor_(*cursor) {}

  Result<bool> NextGroup();
  bool MayHold(const ParquetFile::RowGroup& group) const;
  void FindStretches(size_t group_rows);
  bool Wants(const ScanCursor::Run& run) const;
  bool IsKey(size_t column) const;
  Status GoTo(size_t column);
  ColumnView Keys(size_t begin, size_t rows);

  Slice slice_;
  ScanCursor& cursor_;
  std::vector<ColumnInfo> infos_;

  size_t group_ = 0;                // the next
  std::vector<Stretch> stretches_;  // of the current
  size_t stretch_ = 0;              // the first not read to its end
  size_t run_ = 0;                  // where Keys stands
  std::vector<int64_t> keys_;
  std::vector<uint64_t> has_keys_;
  size_t begin_ = 0;  // the rows at hand, of the current group
  size_t rows_ = 0;
};

}  // namespace yijian::lake
