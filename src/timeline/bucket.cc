#include "timeline/bucket.h"

namespace yijian::timeline {
namespace {

const std::string kEmpty;

}  // namespace

int64_t CodeBook::Intern(std::string_view code, std::string_view name) {
  auto [at, is_new] = ids_.try_emplace(std::string(code), size());
  if (is_new) {
    entries_.push_back({std::string(code), std::string(name)});
  } else if (!name.empty()) {
    Entry& entry = entries_[static_cast<size_t>(at->second)];
    if (entry.name.empty()) entry.name = name;
  }
  return at->second;
}

void CodeBook::Set(int64_t id, std::string_view code, std::string_view name) {
  auto index = static_cast<size_t>(id);
  if (index >= entries_.size()) entries_.resize(index + 1);
  entries_[index] = {std::string(code), std::string(name)};
  ids_[std::string(code)] = id;
}

int64_t CodeBook::Find(std::string_view code) const {
  auto at = ids_.find(std::string(code));
  return at == ids_.end() ? kNoCode : at->second;
}

const std::string& CodeBook::Text(int64_t id) const {
  return id > 0 && id < size() ? entries_[static_cast<size_t>(id)].code : kEmpty;
}

const std::string& CodeBook::Name(int64_t id) const {
  return id > 0 && id < size() ? entries_[static_cast<size_t>(id)].name : kEmpty;
}

}  // namespace yijian::timeline
