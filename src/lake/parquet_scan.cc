#include "lake/parquet_scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

namespace yijian::lake {
namespace {

constexpr size_t kChunkRows = 2048;  // sixteen columns of it stay in the second-level cache

int64_t IntegerAt(const ColumnView& view, Physical physical, size_t row) {
  return physical == Physical::kInt32 ? view.As<int32_t>()[row] : view.As<int64_t>()[row];
}

// A column's values one after the other, each with the number of rows that share it: where the file says so, without
// looking at them row by row.
class ValueRuns {
 public:
  ValueRuns(ColumnDecoder& decoder, Physical physical) : decoder_(decoder), physical_(physical) {}

  // The current value, of `left` rows more. Neighbours may have the same one.
  bool has = false;
  int64_t value = 0;
  size_t left = 0;

  Status Next() {
    left = 1;
    if (at_ == size_) {
      ColumnDecoder::Ahead ahead = TRY(decoder_.LookAhead());
      size_ = ahead.alike ? 1 : std::min(ahead.rows, kChunkRows);
      at_ = 0;
      view_ = TRY(decoder_.Decode(size_));
      if (ahead.alike) left = ahead.rows;
    }
    has = view_.Has(at_);
    value = has ? IntegerAt(view_, physical_, at_) : 0;
    at_++;
    return left == 1 ? Status() : decoder_.Skip(left - 1);
  }

 private:
  ColumnDecoder& decoder_;
  Physical physical_;
  ColumnView view_;
  size_t at_ = 0;  // the next of view_'s rows
  size_t size_ = 0;
};

}  // namespace

// ---- ScanCursor

ScanCursor::~ScanCursor() {
  if (fd_ >= 0) close(fd_);
}

Status ScanCursor::Use(std::shared_ptr<const ParquetFile> file, const std::vector<std::string>& names) {
  std::vector<size_t> columns;
  for (const std::string& name : names) {
    columns.push_back(file->Find(name));
    CHECK(columns.back() != ParquetFile::kAbsent);
  }
  if (file_ == file && columns_ == columns) return {};
  if (file_ != file) {
    if (fd_ >= 0) close(fd_);
    file_ = nullptr;
    fd_ = open(file->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return IoError("cannot open " + file->path() + ": " + std::strerror(errno));
    file_ = std::move(file);
    runs_group_ = kNowhere;
  }
  columns_ = std::move(columns);
  group_ = kNowhere;
  if (decoders_.size() < columns_.size()) decoders_.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); i++) decoders_[i].Use(file_->columns()[columns_[i]]);
  return {};
}

Status ScanCursor::FindRuns(size_t group) {
  if (runs_group_ == group) return {};
  runs_group_ = kNowhere;
  runs_.clear();
  TRY(FindRunsOf(file_->groups()[group]));
  auto key = [](const Run& run) { return std::tuple(run.bucket, run.key); };
  sorted_ = std::ranges::all_of(runs_, [](const Run& run) { return run.has_bucket && run.has_key; }) &&
            std::ranges::is_sorted(runs_, {}, key);
  runs_group_ = group;
  return {};
}

Status ScanCursor::FindRunsOf(const ParquetFile::RowGroup& group) {
  size_t bucket = file_->Find("bucket");
  size_t key = file_->Find("psn_key");
  if (key != ParquetFile::kAbsent && !file_->columns()[key].readable) key = ParquetFile::kAbsent;
  auto start = [&](size_t column, ColumnDecoder& decoder) {
    decoder.Use(file_->columns()[column]);
    return decoder.Start(fd_, group.columns[column], group.rows);
  };
  auto physical = [&](size_t column) { return file_->columns()[column].info.physical; };
  for (size_t column : {bucket, key}) {
    if (column == ParquetFile::kAbsent || physical(column) == Physical::kInt32 || physical(column) == Physical::kInt64)
      continue;
    return IoError(file_->columns()[column].info.name + " is not a number");
  }
  TRY(start(bucket, bucket_decoder_));
  if (key != ParquetFile::kAbsent) TRY(start(key, key_decoder_));
  auto rows = static_cast<size_t>(group.rows);
  ValueRuns buckets(bucket_decoder_, physical(bucket));
  ValueRuns keys(key_decoder_, key == ParquetFile::kAbsent ? Physical::kInt64 : physical(key));
  if (key == ParquetFile::kAbsent) keys.left = rows;
  for (size_t row = 0; row < rows;) {
    if (buckets.left == 0) TRY(buckets.Next());
    if (keys.left == 0) TRY(keys.Next());
    Run run{row, buckets.value, keys.value, buckets.has, keys.has};
    bool goes_on = !runs_.empty() && runs_.back().bucket == run.bucket && runs_.back().key == run.key &&
                   runs_.back().has_bucket == run.has_bucket && runs_.back().has_key == run.has_key;
    if (!goes_on) runs_.push_back(run);
    size_t part = std::min(buckets.left, keys.left);
    buckets.left -= part;
    keys.left -= part;
    row += part;
  }
  return {};
}

// ---- ParquetScan

Result<std::unique_ptr<ParquetScan>> ParquetScan::Open(std::shared_ptr<const ParquetFile> file,
                                                       const std::vector<std::string>& columns, const Slice& slice,
                                                       ScanCursor* cursor) {
  TRY(cursor->Use(std::move(file), columns));
  std::unique_ptr<ParquetScan> scan(new ParquetScan(slice, cursor));
  for (size_t column : cursor->columns_) scan->infos_.push_back(cursor->file_->columns()[column].info);
  return scan;
}

Result<size_t> ParquetScan::Next() {
  while (stretch_ == stretches_.size()) {
    if (!TRY(NextGroup())) return rows_ = 0;
  }
  Stretch& stretch = stretches_[stretch_];
  begin_ = stretch.begin;
  rows_ = std::min(stretch.end - stretch.begin, kChunkRows);
  stretch.begin += rows_;
  cursor_.row_ = stretch.begin;
  if (stretch.begin == stretch.end) stretch_++;
  return rows_;
}

bool ParquetScan::IsKey(size_t column) const {
  return infos_[column].name == "psn_key" && infos_[column].physical == Physical::kInt64;
}

// Brings the column's decoder to the rows at hand. Until that is decoded the cursor is nowhere: a damaged page ends
// the scan.
Status ParquetScan::GoTo(size_t column) {
  size_t& row = cursor_.decoder_rows_[column];
  if (cursor_.group_ == ScanCursor::kNowhere) return IoError("a page was damaged");
  CHECK(row <= begin_);
  cursor_.group_ = ScanCursor::kNowhere;
  if (row < begin_) TRY(cursor_.decoders_[column].Skip(begin_ - row));
  row = begin_ + rows_;
  return {};
}

Result<ColumnView> ParquetScan::View(size_t column) {
  if (IsKey(column)) return Keys(begin_, rows_);
  TRY(GoTo(column));
  ColumnView view = TRY(cursor_.decoders_[column].Decode(rows_));
  cursor_.group_ = group_ - 1;
  return view;
}

Status ParquetScan::Append(size_t column, const Converter& convert, ColumnFill* to) {
  if (IsKey(column)) {
    convert(Keys(begin_, rows_), rows_, to->column->Append(rows_));
    return {};
  }
  TRY(GoTo(column));
  TRY(cursor_.decoders_[column].Append(rows_, convert, to));
  cursor_.group_ = group_ - 1;
  return {};
}

bool ParquetScan::MayHold(const ParquetFile::RowGroup& group) const {
  if (group.rows == 0) return false;
  const ParquetFile::ColumnChunk& buckets = group.columns[cursor_.file_->Find("bucket")];
  return !buckets.has_range || (buckets.max >= slice_.range.from && buckets.min < slice_.range.until);
}

// False after the last.
Result<bool> ParquetScan::NextGroup() {
  const ParquetFile& file = *cursor_.file_;
  stretches_.clear();
  stretch_ = run_ = 0;
  if (group_ == file.groups().size()) return false;
  size_t at = group_++;
  const ParquetFile::RowGroup& group = file.groups()[at];
  if (!MayHold(group)) return true;
  TRY(cursor_.FindRuns(at));
  FindStretches(static_cast<size_t>(group.rows));
  if (stretches_.empty() || (cursor_.group_ == at && cursor_.row_ <= stretches_[0].begin)) return true;
  cursor_.group_ = ScanCursor::kNowhere;
  for (size_t i = 0; i < infos_.size(); i++) {
    TRY(cursor_.decoders_[i].Start(cursor_.fd_, group.columns[cursor_.columns_[i]], group.rows));
  }
  cursor_.group_ = at;
  cursor_.row_ = 0;
  cursor_.decoder_rows_.assign(infos_.size(), 0);
  return true;
}

bool ParquetScan::Wants(const ScanCursor::Run& run) const {
  if (!run.has_bucket || run.bucket < slice_.range.from || run.bucket >= slice_.range.until) return false;
  return slice_.whole() || (run.has_key && run.key >= slice_.key_first && run.key <= slice_.key_last);
}

void ParquetScan::FindStretches(size_t group_rows) {
  const std::vector<ScanCursor::Run>& runs = cursor_.runs_;
  size_t first = 0;
  if (cursor_.sorted_) {
    auto before = [&](const ScanCursor::Run& run) {
      return std::tuple(run.bucket, run.key) < std::tuple(int64_t{slice_.range.from}, slice_.key_first);
    };
    first = static_cast<size_t>(std::ranges::partition_point(runs, before) - runs.begin());
  }
  for (size_t i = first; i < runs.size(); i++) {
    bool past = runs[i].bucket >= slice_.range.until ||
                (runs[i].bucket + 1 == slice_.range.until && runs[i].key > slice_.key_last);
    if (cursor_.sorted_ && past) break;
    if (!Wants(runs[i])) continue;
    size_t end = i + 1 < runs.size() ? runs[i + 1].begin : group_rows;
    if (!stretches_.empty() && stretches_.back().end == runs[i].begin) {
      stretches_.back().end = end;
    } else {
      stretches_.push_back({runs[i].begin, end});
    }
  }
}

// The runs know the keys already.
ColumnView ParquetScan::Keys(size_t begin, size_t rows) {
  const std::vector<ScanCursor::Run>& runs = cursor_.runs_;
  if (run_ >= runs.size() || runs[run_].begin > begin) run_ = 0;
  auto later = std::upper_bound(runs.begin() + static_cast<int64_t>(run_), runs.end(), begin,
                                [](size_t row, const ScanCursor::Run& run) { return row < run.begin; });
  run_ = static_cast<size_t>(later - runs.begin()) - 1;
  keys_.resize(kChunkRows);
  has_keys_.assign(kChunkRows / 64, ~uint64_t{0});
  bool nulls = false;
  for (size_t row = begin; row < begin + rows;) {
    size_t end = run_ + 1 < runs.size() ? std::min(runs[run_ + 1].begin, begin + rows) : begin + rows;
    std::fill_n(keys_.begin() + static_cast<int64_t>(row - begin), end - row, runs[run_].key);
    for (size_t null = row; !runs[run_].has_key && null < end; null++) {
      has_keys_[(null - begin) / 64] &= ~(uint64_t{1} << ((null - begin) % 64));
      nulls = true;
    }
    row = end;
    if (row < begin + rows) run_++;
  }
  return {keys_.data(), nulls ? has_keys_.data() : nullptr};
}

}  // namespace yijian::lake
