// What is charged for: services, drugs, herbs and consumables of the background, with list price and payment class.
//
//   const Good& good = GoodOf(G::kBloodCount);   // 002501010150000 血细胞分析, 18.00 yuan, 化验费
//
// Codes:   services and drugs that appear in the published knowledge points or in public price lists carry their real
//          national code. A drug whose name number begins with 9 (XC10AAA9..) and every consumable have the real class
//          and a made-up remainder: no public table of them was at hand.
// Prices:  fen, at a level-3 hospital. Not a price list of any real place.
// Threads: constant data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yijian::city {

enum class G : uint16_t {
#define YIJIAN_GOOD(id, ...) id,
#include "city/goods_drugs.inc"
#include "city/goods_services.inc"
#undef YIJIAN_GOOD
  kCount
};
inline constexpr size_t kGoodCount = static_cast<size_t>(G::kCount);

struct Good {
  std::string_view code;
  std::string_view name;
  std::string_view spec;  // drugs: strength and pack; services: unit
  int price_fen;
  std::string_view charge;  // med_chrgitm_type: 01 bed .. 14 other
  char level;               // chrgitm_lv: 1 class A, 2 class B, 3 out of scope
  int self_percent;         // first self-pay of class B
  int days;                 // days one pack lasts at the usual dose; 0 = not a chronic drug
};

const Good& GoodOf(G good);
bool IsDrug(const Good& good);  // western or patent, sold in packs that carry trace codes
bool IsService(const Good& good);
// Drugs whose days of supply auditors add up: prd_days is filled in for them, as it seldom is for others.
bool IsLongTerm(const Good& good);
std::string_view ListTypeOf(const Good& good);  // 101, 102, 201, 301

}  // namespace yijian::city
