#include "realtime/merge.h"

#include <cstring>

#include "realtime/record.h"

namespace yijian::realtime {

bool RecordMerge::FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const {
  std::string& value = out->new_value;
  if (in.existing_value) value.assign(in.existing_value->data(), in.existing_value->size());
  for (const rocksdb::Slice& operand : in.operand_list) value.append(operand.data(), operand.size());
  if (CountRecords(value) < kFoldAt) return true;
  Result<History> history = Decode(value);
  if (!history) return true;  // damaged: whoever reads it is told
  SortByTime(*history);
  int64_t latest = LatestTime(*history);
  int window_days = window_days_.load(std::memory_order_relaxed);
  if (window_days > 0 && latest != kNull) TrimBefore(*history, latest - window_days * kSecondsPerDay);
  value = Encode(*history);
  return true;
}

bool RecordMerge::PartialMergeMulti(const rocksdb::Slice&, const std::deque<rocksdb::Slice>& operands,
                                    std::string* value, rocksdb::Logger*) const {
  value->clear();
  for (const rocksdb::Slice& operand : operands) value->append(operand.data(), operand.size());
  return true;
}

bool OldReceipts::Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const {
  Time at = 0;
  if (value.size() < sizeof at) return false;
  std::memcpy(&at, value.data(), sizeof at);
  return at < newest_.load(std::memory_order_relaxed) - days_ * kSecondsPerDay;
}

void OldReceipts::Saw(Time at) {
  Time newest = newest_.load(std::memory_order_relaxed);
  while (at > newest && !newest_.compare_exchange_weak(newest, at, std::memory_order_relaxed)) {
  }
}

}  // namespace yijian::realtime
