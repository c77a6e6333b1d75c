// The code book of a store: texts as numbers, growing while everybody reads.
//
//   Coder coder(codes);                                  // for one message
//   row.Set("item", coder.Of("ZA04CAE...", "板蓝根颗粒"));
//
// Numbers are for ever: Store writes new ones down before a history that uses them.
// Threads: share it. A Coder belongs to one thread and must not live longer than its message: nobody can add a code
//          while it holds the book.
#pragma once

#include <shared_mutex>
#include <string_view>

#include "eval/evaluate.h"
#include "timeline/bucket.h"

namespace yijian::realtime {

class Codes {
 public:
  explicit Codes(timeline::CodeBook book) : book_(std::move(book)) {}

  int64_t size() const;
  std::string Text(int64_t id) const;
  int64_t Intern(std::string_view code, std::string_view name = {});
  // Calls take(id, code, name) for ids from `from` on; returns the size.
  template <typename Take>
  int64_t ForEachFrom(int64_t from, Take take) const {
    std::shared_lock lock(mutex_);
    for (int64_t id = from; id < book_.size(); id++) take(id, book_.Text(id), book_.Name(id));
    return book_.size();
  }

  // Rules against this book: it gains their texts.
  Result<std::shared_ptr<const eval::Bound>> Bind(const program::RuleSet& rules);
  // Afterwards the rules know every code there is now.
  Status Cover(const eval::Bound& bound);

 private:
  friend class Coder;
  mutable std::shared_mutex mutex_;
  timeline::CodeBook book_;
};

class Coder {
 public:
  explicit Coder(Codes& codes) : codes_(codes), lock_(codes.mutex_) {}

  // kNull for an empty code.
  int64_t Of(std::string_view code, std::string_view name = {});

 private:
  Codes& codes_;
  std::shared_lock<std::shared_mutex> lock_;
};

}  // namespace yijian::realtime
