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
  batch->entries.push_back(std::move(entry));
  wanted_.notify_one();
  written_.wait(lock, [&] { return batch->done; });
  return batch->outcome;
}

// While one batch is being written the next one gathers: the disk's own slowness makes the batches.
void ViewLog::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [&] { return stopping_ || !gathering_->entries.empty(); });
    if (gathering_->entries.empty()) return;
    std::shared_ptr<Batch> batch = std::exchange(gathering_, std::make_shared<Batch>());
    lock.unlock();
    Status outcome =
        database_.Write([&](store::Session& session) { return AppendAll(session, batch->entries, clock_.Now()); });
    lock.lock();
    batch->outcome = std::move(outcome);
    batch->done = true;
    written_.notify_all();
  }
}

}  // namespace yijian::trail
