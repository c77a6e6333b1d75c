#include "intake/piece_feed.h"

#include "base/hash.h"

namespace yijian::intake {

SourceFormat FormatOf(const SourceSpec& spec, const std::string& path) {
  SourceFormat format = spec.format;
  if (!spec.format_by_name) return format;
  std::string name = path;
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name.ends_with(".parquet")) format.format = FileFormat::kParquet;
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) format.format = FileFormat::kJsonLines;
  if (name.ends_with(".tsv") && !format.delimiter) format.delimiter = '\t';
  return format;
}

Status PieceFeed::OpenNext() {
  const InputFile& file = files_[next_file_];
  auto index = static_cast<int>(next_file_++);
  std::unique_ptr<Source> source = TRY(OpenSource(file.path, FormatOf(*file.spec, file.path), index));
  const SourcePlan* plan = TRY(batch_.PlanSource(*file.spec, source->columns(), file.path));
  plans_.push_back({index, file.path, plan, next_base_});
  digest_ = std::make_unique<FileDigest>();
  if (!source->Tap([digest = digest_.get()](const char* bytes, size_t size) { digest->Add(bytes, size); }))
    digest_.reset();
  source_ = std::move(source);
  return {};
}

Status PieceFeed::CloseCurrent() {
  const FilePlan& plan = plans_.back();
  next_base_ += (source_->last_row() + 1) * plan.source->stride();
  if (next_base_ >= int64_t{1} << 40) return LimitReached("a batch can hold 2^40 rows; take the files in one by one");
  rows_.push_back(source_->last_row());
  digests_.push_back(digest_ ? digest_->Hex() : TRY(Sha256HexOfFile(plan.path)));
  bytes_before_ += files_[static_cast<size_t>(plan.index)].bytes;
  bytes_done_ = bytes_before_;
  source_.reset();
  return {};
}

Result<const FilePlan*> PieceFeed::Next(Piece& piece) {
  std::lock_guard lock(mutex_);
  if (failed_) return static_cast<const FilePlan*>(nullptr);  // another thread tells why
  Result<const FilePlan*> next = NextOf(piece);
  if (!next) failed_ = true;
  return next;
}

Result<const FilePlan*> PieceFeed::NextOf(Piece& piece) {
  while (true) {
    if (!source_) {
      if (next_file_ == files_.size()) return static_cast<const FilePlan*>(nullptr);
      TRY(OpenNext());
    }
    if (TRY(source_->Next(piece))) {
      bytes_done_ = bytes_before_ + source_->bytes_done();
      return static_cast<const FilePlan*>(&plans_.back());
    }
    TRY(CloseCurrent());
  }
}

}  // namespace yijian::intake
