#include "lake/parquet_scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace yijian::lake {
namespace {

constexpr size_t kChunkRows = 2048;  // sixteen columns of it stay in the second-level cache

}  // namespace

ParquetScan::ParquetScan(std::shared_ptr<const ParquetFile> file, int fd, BucketRange range, DecoderPool* pool)
    : file_(std::move(file)), fd_(fd), range_(range), bucket_(file_->Find("bucket")), decoders_(*pool) {}

ParquetScan::~ParquetScan() { close(fd_); }

Result<std::unique_ptr<ParquetScan>> ParquetScan::Open(std::shared_ptr<const ParquetFile> file,
                                                       const std::vector<std::string>& columns, BucketRange range,
                                                       DecoderPool* pool) {
  int fd = open(file->path().c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return IoError("cannot open " + file->path() + ": " + std::strerror(errno));
  std::unique_ptr<ParquetScan> scan(new ParquetScan(std::move(file), fd, range, pool));
  for (const std::string& name : columns) {
    size_t column = scan->file_->Find(name);
    CHECK(column != ParquetFile::kAbsent);
    const ParquetFile::Column& info = scan->file_->columns()[column];
    scan->columns_.push_back(column);
    scan->infos_.push_back(info.info);
  }
  if (pool->size() < columns.size() + 1) pool->resize(columns.size() + 1);
  for (size_t i = 0; i < columns.size(); i++) (*pool)[i].Use(scan->file_->columns()[scan->columns_[i]]);
  (*pool)[columns.size()].Use(scan->file_->columns()[scan->bucket_]);
  scan->chunk_.columns.resize(columns.size());
  return scan;
}

Result<const Chunk*> ParquetScan::Next() {
  while (stretch_ == stretches_.size()) {
    if (!TRY(NextGroup())) return nullptr;
  }
  Stretch& stretch = stretches_[stretch_];
  size_t rows = std::min(stretch.end - stretch.begin, kChunkRows);
  for (size_t i = 0; i < columns_.size(); i++) {
    if (stretch.begin > row_) TRY(decoders_[i].Skip(stretch.begin - row_));
    chunk_.columns[i] = TRY(decoders_[i].Decode(rows));
  }
  chunk_.rows = rows;
  stretch.begin += rows;
  row_ = stretch.begin;
  if (stretch.begin == stretch.end) stretch_++;
  return &chunk_;
}

// False after the last.
Result<bool> ParquetScan::NextGroup() {
  stretches_.clear();
  stretch_ = row_ = 0;
  if (group_ == file_->groups().size()) return false;
  const ParquetFile::RowGroup& group = file_->groups()[group_++];
  const ParquetFile::ColumnChunk& buckets = group.columns[bucket_];
  bool outside = buckets.has_range && (buckets.max < range_.from || buckets.min >= range_.until);
  bool inside = buckets.has_range && buckets.min >= range_.from && buckets.max < range_.until;
  if (outside || group.rows == 0) return true;
  if (inside) {
    stretches_.push_back({0, static_cast<size_t>(group.rows)});
  } else {
    TRY(FindStretches(group));
    if (stretches_.empty()) return true;
  }
  for (size_t i = 0; i < columns_.size(); i++) {
    TRY(decoders_[i].Start(fd_, group.columns[columns_[i]], group.rows));
  }
  return true;
}

Status ParquetScan::FindStretches(const ParquetFile::RowGroup& group) {
  ColumnDecoder& decoder = decoders_[columns_.size()];
  TRY(decoder.Start(fd_, group.columns[bucket_], group.rows));
  const bool narrow = file_->columns()[bucket_].info.physical == Physical::kInt32;
  auto rows = static_cast<size_t>(group.rows);
  for (size_t begin = 0; begin < rows; begin += kChunkRows) {
    size_t part = std::min(rows - begin, kChunkRows);
    ColumnView view = TRY(decoder.Decode(part));
    for (size_t row = 0; row < part; row++) {
      int64_t bucket = narrow ? view.As<int32_t>()[row] : view.As<int64_t>()[row];
      if (bucket < range_.from || bucket >= range_.until || !view.Has(row)) continue;
      if (!stretches_.empty() && stretches_.back().end == begin + row) {
        stretches_.back().end++;
      } else {
        stretches_.push_back({begin + row, begin + row + 1});
      }
    }
  }
  return {};
}

}  // namespace yijian::lake
