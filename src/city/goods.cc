#include "city/goods.h"

#include <array>

#include "base/result.h"

namespace yijian::city {
namespace {

constexpr std::array<Good, kGoodCount> kGoods{{
#define YIJIAN_GOOD(id, code, name, spec, fen, charge, level, percent, days) \
  {code, name, spec, fen, charge, level, percent, days},
#include "city/goods_drugs.inc"
#include "city/goods_services.inc"
#undef YIJIAN_GOOD
}};

}  // namespace

const Good& GoodOf(G good) {
  CHECK(good < G::kCount);
  return kGoods[static_cast<size_t>(good)];
}

bool IsDrug(const Good& good) { return good.charge == "09" || good.charge == "11"; }

bool IsLongTerm(const Good& good) {
  for (std::string_view group : {"XA10", "XB01A", "XC02", "XC03", "XC07", "XC08", "XC09", "XC10"}) {
    if (good.code.substr(0, group.size()) == group) return true;
  }
  return false;
}

bool IsService(const Good& good) { return ListTypeOf(good) == "201"; }

std::string_view ListTypeOf(const Good& good) {
  if (IsDrug(good)) return "101";
  if (good.charge == "10") return "102";
  if (good.charge == "08") return "301";
  return "201";
}

}  // namespace yijian::city
