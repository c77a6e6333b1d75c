// Words for people in both languages, where an error has one text: English, a line end, Chinese.
//
//   detail->fields.push_back({"/due", InBoth("today or later", "今天或以后")});
//   return NotFound("no such case", "没有此案件");
//
// http tells each reader his half. Threads: pure functions.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace yijian {

inline std::string InBoth(const std::string& en, const std::string& zh) { return en + "\n" + zh; }

// English and Chinese; of a text that was written in one language only, that one twice.
inline std::pair<std::string, std::string> HalvesOf(const std::string& both) {
  size_t at = both.find('\n');
  if (at == std::string::npos) return {both, both};
  return {both.substr(0, at), both.substr(at + 1)};
}

inline Error NotFound(std::string en, std::string zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->zh = std::move(zh);
  return {ErrorCode::kNotFound, std::move(en), std::move(detail)};
}

}  // namespace yijian
