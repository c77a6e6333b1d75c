#include "realtime/codes.h"

#include <mutex>

namespace yijian::realtime {

int64_t Codes::size() const {
  std::shared_lock lock(mutex_);
  return book_.size();
}

std::string Codes::Text(int64_t id) const {
  std::shared_lock lock(mutex_);
  return book_.Text(id);
}

int64_t Codes::Intern(std::string_view code, std::string_view name) {
  std::unique_lock lock(mutex_);
  return book_.Intern(code, name);
}

Result<std::shared_ptr<const eval::Bound>> Codes::Bind(const program::RuleSet& rules) {
  std::unique_lock lock(mutex_);
  std::shared_ptr<const eval::Bound> bound = TRY(eval::Bind(rules, book_));
  TRY(eval::Cover(*bound, book_));  // the first code that comes late shall not wait for what this prepares
  return bound;
}

Status Codes::Cover(const eval::Bound& bound) {
  {
    std::shared_lock lock(mutex_);
    if (eval::CoveredOf(bound) >= book_.size()) return {};
  }
  std::unique_lock lock(mutex_);
  return eval::Cover(bound, book_);
}

int64_t Coder::Of(std::string_view code, std::string_view name) {
  if (code.empty()) return timeline::kNull;
  int64_t id = codes_.book_.Find(code);
  if (id != timeline::CodeBook::kNoCode) return id;
  lock_.unlock();
  id = codes_.Intern(code, name);
  lock_.lock();
  return id;
}

}  // namespace yijian::realtime
