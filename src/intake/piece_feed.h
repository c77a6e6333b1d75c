// The files of a batch, one after the other, as pieces for several threads.
//
//   PieceFeed feed(batch, files);
//   const FilePlan* file = TRY(feed.Next(piece));   // nullptr after the last
//
// Threads: Next may be called by any; the files are read by one at a time.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "intake/file_digest.h"
#include "intake/plan.h"
#include "intake/source.h"

namespace yijian::intake {

struct InputFile {
  std::string path;
  const SourceSpec* spec = nullptr;
  int64_t bytes = 0;
};

// By the file's name when the mapping leaves it open.
SourceFormat FormatOf(const SourceSpec& spec, const std::string& path);

class PieceFeed {
 public:
  PieceFeed(Batch& batch, std::vector<InputFile> files) : batch_(batch), files_(std::move(files)) {}

  Result<const FilePlan*> Next(Piece& piece);

  // Bytes of all files that are read so far; from any thread.
  int64_t bytes_done() const { return bytes_done_.load(std::memory_order_relaxed); }
  // After the last piece:
  std::vector<FilePlan> Plans() const { return {plans_.begin(), plans_.end()}; }
  const std::vector<std::string>& digests() const { return digests_; }
  int64_t ordinals() const { return next_base_; }
  int64_t rows(size_t file) const { return rows_[file]; }

 private:
  Result<const FilePlan*> NextOf(Piece& piece);
  Status OpenNext();
  Status CloseCurrent();

  Batch& batch_;
  std::vector<InputFile> files_;
  std::mutex mutex_;
  bool failed_ = false;
  std::unique_ptr<Source> source_;
  std::unique_ptr<FileDigest> digest_;
  std::deque<FilePlan> plans_;
  std::vector<std::string> digests_;
  std::vector<int64_t> rows_;
  size_t next_file_ = 0;
  int64_t next_base_ = 0;
  int64_t bytes_before_ = 0;
  std::atomic<int64_t> bytes_done_ = 0;
};

}  // namespace yijian::intake
