#include <array>

#include "pack/manual.h"

namespace yijian::pack {

std::string_view ZhOf(program::RuleClass rule_class) {
  constexpr std::array<std::string_view, 4> kWords{"政策类", "管理类", "医疗类", "行为类"};
  return kWords[static_cast<size_t>(rule_class)];
}

std::string_view ZhOf(program::Severity severity) {
  constexpr std::array<std::string_view, 4> kWords{"明确违规", "可疑", "线索", "监测"};
  return kWords[static_cast<size_t>(severity)];
}

std::string_view ZhOf(program::Form form) {
  constexpr std::array<std::string_view, 7> kWords{"逐行", "分组", "滚动窗口", "配对", "重叠", "先后", "缺失"};
  return kWords[static_cast<size_t>(form)];
}

std::string_view ZhOf(program::Subject subject) {
  constexpr std::array<std::string_view, 4> kWords{"参保人", "医师", "机构", "追溯码"};
  return kWords[static_cast<size_t>(subject)];
}

std::string MomentsText(uint8_t moments) {
  std::string text;
  if ((moments & program::kPre) != 0) text += "事前 ";
  if ((moments & program::kMid) != 0) text += "事中 ";
  if ((moments & program::kPost) != 0) text += "事后 ";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace yijian::pack
