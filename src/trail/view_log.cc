#include "trail/view_log.h"

namespace yijian::trail {

ViewLog::ViewLog(store::Database& database, const Clock& clock)
    : database_(database), clock_(clock), writer_([this] { Work(); }) {}

ViewLog::~ViewLog() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  writer_.join();
}

Status ViewLog::Note(Entry entry) {
  entry.view = true;
  std::unique_lock lock(mutex_);
  std::shared_ptr<Batch> batch = gathering_;
  size_t mine = batch->entries.size();
  batch->entries.push_back(std::move(entry));
  wanted_.notify_one();
  written_.wait(lock, [&] { return batch->done; });
  return batch->outcomes[mine];
}

std::vector<Status> ViewLog::Write(const std::vector<Entry>& entries) {
  Status all = database_.Write([&](store::Session& session) { return AppendAll(session, entries, clock_.Now()); });
  if (all.has_value() || all.error().code != ErrorCode::kInvalidInput || entries.size() == 1) {
    return std::vector<Status>(entries.size(), all);
  }
  std::vector<Status> outcomes;
  for (const Entry& entry : entries) {
    outcomes.push_back(
        database_.Write([&](store::Session& session) { return AppendAll(session, {entry}, clock_.Now()); }));
  }
  return outcomes;
}

// While one batch is being written the next one gathers: the disk's own slowness makes the batches.
void ViewLog::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [&] { return stopping_ || !gathering_->entries.empty(); });
    if (gathering_->entries.empty()) return;
    std::shared_ptr<Batch> batch = std::exchange(gathering_, std::make_shared<Batch>());
    lock.unlock();
    std::vector<Status> outcomes = Write(batch->entries);
    lock.lock();
    batch->outcomes = std::move(outcomes);
    batch->done = true;
    written_.notify_all();
  }
}

}  // namespace yijian::trail
