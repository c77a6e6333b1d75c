#include "city/town.h"

#include <algorithm>
#include <array>

#include "base/result.h"
#include "city/dice.h"

namespace yijian::city {
namespace {

constexpr std::array<DeptInfo, kDeptCount> kDepts{{
    {"A02", "全科医疗科"},    {"A03.01", "呼吸内科"}, {"A03.02", "消化内科"}, {"A03.03", "神经内科"},
    {"A03.04", "心血管内科"}, {"A03.06", "肾病学科"}, {"A03.07", "内分泌科"}, {"A04.01", "普通外科"},
    {"A04.03", "骨科"},       {"A04.04", "泌尿外科"}, {"A05.01", "妇科"},     {"A05.02", "产科"},
    {"A07", "儿科"},          {"A07.01", "新生儿科"}, {"A10", "眼科"},        {"A11", "耳鼻咽喉科"},
    {"A13", "皮肤科"},        {"A20", "急诊医学科"},  {"A19", "肿瘤科"},      {"A21", "康复医学科"},
    {"A50", "中医科"},        {"A30", "医学检验科"},  {"A32", "医学影像科"},  {"A26", "麻醉科"},
}};

constexpr std::array<std::string_view, kCounties> kAreaNames{"东川区", "西岭区", "南桥县", "北溪县"};

constexpr std::array<std::string_view, 40> kSurnames{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                                     "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗",
                                                     "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧",
                                                     "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕"};
constexpr std::array<std::string_view, 24> kMale{"伟",   "强",   "磊",   "军",   "勇",   "杰",   "涛",   "明",
                                                 "超",   "刚",   "平",   "辉",   "建国", "志强", "永康", "文博",
                                                 "家豪", "德福", "国庆", "春生", "浩然", "子轩", "宇航", "学文"};
constexpr std::array<std::string_view, 24> kFemale{"芳",   "娜",   "敏",   "静",   "丽",   "艳",   "娟",   "霞",
                                                   "秀英", "桂兰", "玉梅", "红",   "雪",   "婷",   "颖",   "欣怡",
                                                   "梓涵", "春梅", "淑珍", "凤英", "晓燕", "雅琴", "素芬", "佳"};
constexpr std::array<std::string_view, 20> kPlaces{"青石", "白云", "龙泉", "凤鸣", "柳溪", "大林", "双河",
                                                   "石桥", "清水", "黄金", "桃源", "金山", "平安", "永兴",
                                                   "太和", "新场", "响水", "三星", "高坪", "南岸"};

uint32_t AtLeast(uint32_t least, uint64_t count) { return std::max<uint32_t>(least, static_cast<uint32_t>(count)); }

std::string NameFor(Tier tier, uint32_t n, uint32_t county) {
  std::string area(kAreaNames[county]);
  std::string place(kPlaces[n / kCounties % kPlaces.size()]);
  std::string number = n >= kPlaces.size() * kCounties ? std::to_string(n / (kPlaces.size() * kCounties) + 1) : "";
  switch (tier) {
    case Tier::kThird:
      return "合成市" + (n == 0 ? std::string("人民") : "第" + std::to_string(n + 1) + "人民") + "医院";
    case Tier::kSecond:
      return area + (n % 2 == 0 ? "人民医院" : "中医医院") + (n >= 8 ? std::to_string(n / 8 + 1) : "");
    case Tier::kTownship:
      return area + place + number + (n % 3 == 0 ? "社区卫生服务中心" : "镇卫生院");
    case Tier::kClinic:
      return area + place + number + "诊所";
    case Tier::kPharmacy:
      return area + place + number + "大药房";
  }
  return area;
}

}  // namespace

const DeptInfo& InfoOf(Dept dept) { return kDepts[static_cast<size_t>(dept)]; }

std::string Padded(uint64_t number, int width) {
  std::string digits = std::to_string(number);
  if (digits.size() < static_cast<size_t>(width)) digits.insert(0, static_cast<size_t>(width) - digits.size(), '0');
  return digits;
}

std::string DoctorCode(std::string_view area, uint32_t serial) { return "D" + std::string(area) + Padded(serial, 6); }

std::string NameOf(uint64_t number, bool female) {
  uint64_t mixed = Mix(number + 0x51f15e);
  std::string name(kSurnames[mixed % kSurnames.size()]);
  const auto& given = female ? kFemale : kMale;
  return name + std::string(given[mixed / 64 % given.size()]);
}

Town::Town(uint64_t persons) {
  Add(Tier::kThird, AtLeast(2, persons / 150'000));
  Add(Tier::kSecond, AtLeast(4, persons / 40'000));
  Add(Tier::kTownship, AtLeast(8, persons / 12'000));
  Add(Tier::kClinic, AtLeast(16, persons / 2'500));
  Add(Tier::kPharmacy, AtLeast(16, persons / 1'500));
  therapists_ = static_cast<uint32_t>(persons / 400) + 1;
}

void Town::Add(Tier tier, uint32_t count) {
  static constexpr uint32_t kDoctors[kTierCount] = {6, 4, 2, 1, 0};
  size_t which = static_cast<size_t>(tier);
  first_[which] = static_cast<uint32_t>(institutions_.size());
  count_[which] = count;
  if (institutions_.empty()) therapist_first_ = 1;
  for (uint32_t n = 0; n < count; n++) {
    Institution at;
    at.ordinal = static_cast<uint32_t>(institutions_.size());
    at.tier = tier;
    uint32_t county = tier == Tier::kThird ? n % 2 : n % kCounties;
    at.area = kCityArea;
    at.code = (tier == Tier::kPharmacy ? "P" : "H") + std::string(at.area) + Padded(10'001 + at.ordinal, 5);
    at.name = NameFor(tier, n, county);
    switch (tier) {
      case Tier::kThird:
        at.level = n == 0 ? "02" : "03";
        break;
      case Tier::kSecond:
        at.level = n % 3 == 2 ? "06" : "05";
        break;
      case Tier::kTownship:
        at.level = "08";
        break;
      case Tier::kClinic:
        at.level = "11";
        break;
      case Tier::kPharmacy:
        at.level = "11";
        break;
    }
    at.doctors_each = kDoctors[which];
    at.doctor_first = therapist_first_;
    therapist_first_ += at.doctors_each * static_cast<uint32_t>(kDeptCount);
    at.beds = tier == Tier::kThird ? 1200 : tier == Tier::kSecond ? 400 : tier == Tier::kTownship ? 60 : 0;
    institutions_.push_back(std::move(at));
  }
}

uint32_t Town::Nth(Tier tier, uint64_t n) const { return First(tier) + static_cast<uint32_t>(n % CountOf(tier)); }

uint32_t Town::DoctorOf(const Institution& at, Dept dept, uint64_t k) {
  if (at.doctors_each == 0) return 0;
  return at.doctor_first + static_cast<uint32_t>(dept) * at.doctors_each + static_cast<uint32_t>(k % at.doctors_each);
}

uint32_t Town::HospitalOfTherapist(uint32_t serial) const {
  CHECK(serial >= therapist_first_);
  return Nth(Tier::kSecond, serial - therapist_first_);
}

}  // namespace yijian::city
