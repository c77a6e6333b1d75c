// Ids that name nobody: blank fillers and test entries that would otherwise become one giant doctor
// or person. Threads: immutable.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::intake {

class DummyIds {
 public:
  explicit DummyIds(const std::vector<std::string>& more);
  // 0, 00000, 99999, -, null, 无, 测试, test1, ... in any case, and what the mapping adds.
  bool Contains(std::string_view id) const;

 private:
  std::set<std::string, std::less<>> ids_;
  size_t size_max_ = 0;
};

}  // namespace yijian::intake
