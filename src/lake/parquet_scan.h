// Columns of one Parquet file, rows of some buckets, as chunks: what a query would give, without
// DuckDB.
//
//   auto scan = TRY(ParquetScan::Open(file, {"psn_key", "row_id"}, BucketRange{3, 5}));
//   while (const Chunk* chunk = TRY(scan->Next())) ...
//
// Needs:   file->CanRead the columns and "bucket", and all of them are there.
// Order:   that of the file. Row groups without rows of the range are not read.
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

// Where chunks come from: a query, or a file of ours.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual const std::vector<ColumnInfo>& columns() const = 0;
  // Nullptr after the last; what was returned before is gone.
  virtual Result<const Chunk*> Next() = 0;
};

// Decoders whose memory goes from scan to scan.
using DecoderPool = std::vector<ColumnDecoder>;

class ParquetScan : public ChunkSource {
 public:
  // The pool belongs to this scan alone while it lives.
  static Result<std::unique_ptr<ParquetScan>> Open(std::shared_ptr<const ParquetFile> file,
                                                   const std::vector<std::string>& columns, BucketRange range,
                                                   DecoderPool* pool);
  ParquetScan(const ParquetScan&) = delete;
  ParquetScan& operator=(const ParquetScan&) = delete;
  ~ParquetScan() override;

  const std::vector<ColumnInfo>& columns() const override { return infos_; }
  Result<const Chunk*> Next() override;

 private:
  struct Stretch {  // of rows of a group that are wanted
    size_t begin;
    size_t end;
  };
  ParquetScan(std::shared_ptr<const ParquetFile> file, int fd, BucketRange range, DecoderPool* pool);

  Result<bool> NextGroup();
  Status FindStretches(const ParquetFile::RowGroup& group);

  std::shared_ptr<const ParquetFile> file_;
  int fd_;
  BucketRange range_;
  size_t bucket_;  // its column
  std::vector<size_t> columns_;
  std::vector<ColumnInfo> infos_;
  DecoderPool& decoders_;  // one per column, and the last for the bucket

  size_t group_ = 0;                // the next
  std::vector<Stretch> stretches_;  // of the current, those not read yet last
  size_t stretch_ = 0;
  size_t row_ = 0;  // of the group; where the decoders stand
  Chunk chunk_;
};

}  // namespace yijian::lake
