// How RocksDB appends messages to timelines. Internal to realtime.
#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>

#include <atomic>

#include "base/date.h"

namespace yijian::realtime {

// Appends records; folds them into one when there are many, and then drops what lies before the window.
class RecordMerge : public rocksdb::MergeOperator {
 public:
  explicit RecordMerge(int window_days) : window_days_(window_days) {}
  // The store itself knows its window, and can be asked only when it is open: until then nothing is trimmed.
  void SetWindow(int days) { window_days_.store(days, std::memory_order_relaxed); }
  const char* Name() const override { return "yijian.records.1"; }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override;
  bool PartialMergeMulti(const rocksdb::Slice& key, const std::deque<rocksdb::Slice>& operands, std::string* value,
                         rocksdb::Logger* logger) const override;

 private:
  static constexpr size_t kFoldAt = 8;
  std::atomic<int> window_days_;
};

// Drops receipts older than so many days before the newest. A receipt's value begins with its time.
class OldReceipts : public rocksdb::CompactionFilter {
 public:
  explicit OldReceipts(int days) : days_(days) {}
  const char* Name() const override { return "yijian.receipts.1"; }
  bool Filter(int level, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string* new_value,
              bool* value_changed) const override;
  void Saw(Time at);

 private:
  int days_;
  std::atomic<Time> newest_{0};
};

}  // namespace yijian::realtime
