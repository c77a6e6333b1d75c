// Finding rows with equal keys, in the batch and against the lake, in bounded memory.
//
//   KeyStage keys = TRY(KeyStage::Create(path));            // one per thread
//   TRY(keys.Add(table, key, ordinal, content));
//   Verdict verdict = TRY(FindRepeats(stages, table, lake_keys, ...));
//
// The row with the smallest ordinal keeps its key; a row of the lake goes before all. A later row
// with the same content is a duplicate, one with other content a conflict. Memory:  keys go to
// files by kKeyParts parts of the hash; one part at a time is in memory, 24 bytes a row. Threads: a
// KeyStage belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace yijian::intake {

inline constexpr size_t kKeyParts = 64;
inline constexpr int64_t kInLake = -1;  // the ordinal of rows that the lake has already

struct KeyEntry {
  uint64_t key = 0;
  int64_t ordinal = 0;
  uint32_t content = 0;
  uint32_t table = 0;
};

class KeyStage {
 public:
  static Result<std::unique_ptr<KeyStage>> Create(const std::string& path);
  ~KeyStage();
  KeyStage(const KeyStage&) = delete;
  KeyStage& operator=(const KeyStage&) = delete;

  Status Add(const KeyEntry& entry);
  Status Finish();
  // Appends the entries of one part.
  Status Read(size_t part, std::vector<KeyEntry>& entries) const;
  int64_t entries() const { return entries_; }
  static size_t PartOf(uint64_t key) { return key >> 58; }

 private:
  struct Run {
    int64_t offset;
    size_t entries;
  };
  KeyStage(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status Flush(size_t part);

  std::string path_;
  int fd_;
  int64_t bytes_ = 0;
  int64_t entries_ = 0;
  std::array<std::vector<KeyEntry>, kKeyParts> buffers_;
  std::array<std::vector<Run>, kKeyParts> runs_;
};

// A row that loses its key to another.
struct Repeat {
  int64_t ordinal = 0;
  int64_t winner = 0;  // ordinal of the row that keeps the key, or kInLake
  uint32_t table = 0;
  bool same = false;  // duplicate; else conflict
};

// Of one part. `entries` is used up; the order of the result is that of ordinals.
std::vector<Repeat> FindRepeats(std::vector<KeyEntry>& entries);

// Tells keys that are surely not in a set from those that may be.
class KeyFilter {
 public:
  explicit KeyFilter(int64_t keys);
  void Add(uint64_t key) { bits_[(key & mask_) >> 6] |= uint64_t{1} << (key & 63); }
  bool MayHold(uint64_t key) const { return (bits_[(key & mask_) >> 6] >> (key & 63) & 1) != 0; }

 private:
  std::vector<uint64_t> bits_;
  uint64_t mask_;
};

}  // namespace yijian::intake
