#include "document/amount.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <string_view>

namespace yijian::document {
namespace {

constexpr std::array<const char*, 10> kDigits{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
constexpr std::array<const char*, 4> kPlaces{"", "拾", "佰", "仟"};
constexpr std::array<const char*, 5> kGroups{"", "万", "亿", "万亿", "亿亿"};

uint64_t Magnitude(Fen fen) { return fen < 0 ? uint64_t{0} - static_cast<uint64_t>(fen) : static_cast<uint64_t>(fen); }

// Four digits, zeros between them said once; those at the front and the end are the caller's business.
std::string GroupInWords(unsigned group) {
  std::string words;
  bool zero = false;
  for (int place = 3, unit = 1000; place >= 0; place--, unit /= 10) {
    unsigned digit = group / static_cast<unsigned>(unit) % 10;
    if (digit == 0) {
      zero = !words.empty();
      continue;
    }
    if (zero) words += kDigits[0];
    zero = false;
    words += kDigits[digit];
    words += kPlaces[static_cast<size_t>(place)];
  }
  return words;
}

std::string WholeYuanInWords(uint64_t yuan) {
  std::string words;
  bool zero = false;
  for (int level = 4; level >= 0; level--) {
    uint64_t unit = 1;
    for (int i = 0; i < level; i++) unit *= 10000;
    auto group = static_cast<unsigned>(yuan / unit % 10000);
    if (group == 0) {
      zero = !words.empty();
      continue;
    }
    if (!words.empty() && (zero || group < 1000)) words += kDigits[0];
    zero = false;
    words += GroupInWords(group);
    words += kGroups[static_cast<size_t>(level)];
  }
  return words;
}

}  // namespace

std::string Yuan(Fen fen) {
  uint64_t magnitude = Magnitude(fen);
  std::string whole = std::to_string(magnitude / 100);
  for (size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  std::string cents = std::to_string(magnitude % 100);
  return (fen < 0 ? "-" : "") + whole + "." + (cents.size() < 2 ? "0" : "") + cents;
}

std::string InWords(Fen fen) {
  uint64_t magnitude = Magnitude(fen);
  if (magnitude == 0) return "零元整";
  std::string words = fen < 0 ? "负" : "";
  uint64_t yuan = magnitude / 100;
  unsigned jiao = static_cast<unsigned>(magnitude / 10 % 10);
  unsigned cent = static_cast<unsigned>(magnitude % 10);
  if (yuan > 0) words += WholeYuanInWords(yuan) + "元";
  if (jiao > 0) words += std::string(kDigits[jiao]) + "角";
  if (jiao == 0 && cent > 0 && yuan > 0) words += kDigits[0];
  if (cent > 0) words += std::string(kDigits[cent]) + "分";
  if (cent == 0) words += "整";
  return words;
}

std::string DayInWords(const std::string& day) {
  constexpr std::string_view kShape = "0000-00-00";
  if (day.size() < kShape.size()) return day;
  for (size_t i = 0; i < kShape.size(); i++) {
    bool digit = std::isdigit(static_cast<unsigned char>(day[i])) != 0;
    if (digit != (kShape[i] == '0') || (!digit && day[i] != '-')) return day;
  }
  if (day.size() > kShape.size() && day[10] != 'T' && day[10] != ' ') return day;
  auto number = [&](size_t at, size_t length) { return std::to_string(std::stoi(day.substr(at, length))); };
  return number(0, 4) + "年" + number(5, 2) + "月" + number(8, 2) + "日";
}

}  // namespace yijian::document
