#include "intake/dummy_id.h"

#include <algorithm>

namespace yijian::intake {
namespace {

constexpr std::string_view kBuiltIn[] = {
    "-",   "--", "/",  "\\",   ".",    "*",    "?",    "null", "(null)", "none", "nil",     "na",       "n/a",
    "nan", "无", "空", "暂无", "不详", "未知", "缺失", "test", "测试",   "虚拟", "unknown", "undefined"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool AllSame(std::string_view id) {
  return std::ranges::all_of(id, [&](char c) { return c == id.front(); });
}

// "测试001", "test12"
bool IsNumbered(std::string_view id, std::string_view word) {
  if (!id.starts_with(word)) return false;
  return std::ranges::all_of(id.substr(word.size()), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

DummyIds::DummyIds(const std::vector<std::string>& more) {
  for (std::string_view id : kBuiltIn) ids_.emplace(id);
  for (const std::string& id : more) ids_.insert(Lower(id));
  for (const std::string& id : ids_) size_max_ = std::max(size_max_, id.size());
}

bool DummyIds::Contains(std::string_view id) const {
  if (id.empty()) return true;
  char first = id.front();
  if (first == '0' && AllSame(id)) return true;
  if (id.size() >= 4 && (first == '9' || first == '-' || first == '*' || first == 'x' || first == 'X') && AllSame(id))
    return true;
  if (id.size() <= size_max_ && ids_.contains(Lower(id))) return true;
  return IsNumbered(id, "测试") || IsNumbered(Lower(id.substr(0, 12)), "test");
}

}  // namespace yijian::intake
