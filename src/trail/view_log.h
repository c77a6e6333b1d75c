// Looks are logged too, many a second: gathered for a moment, written in one transaction, and only then answered.
//
//   ViewLog views(database, clock);
//   TRY(views.Note(entry));        // returns when the entry is committed
//
// An entry that cannot be kept (details that are no JSON) fails alone, not those it was gathered with.
// Threads: Note from any. The destructor writes what waits.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "trail/trail.h"

namespace yijian::trail {

class ViewLog {
 public:
  ViewLog(store::Database& database, const Clock& clock);
  ~ViewLog();
  ViewLog(const ViewLog&) = delete;
  ViewLog& operator=(const ViewLog&) = delete;

  Status Note(Entry entry);

 private:
  struct Batch {
    std::vector<Entry> entries;
    std::vector<Status> outcomes;  // once done
    bool done = false;
  };
  void Work();
  std::vector<Status> Write(const std::vector<Entry>& entries);

  store::Database& database_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable written_;
  std::shared_ptr<Batch> gathering_ = std::make_shared<Batch>();
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace yijian::trail
