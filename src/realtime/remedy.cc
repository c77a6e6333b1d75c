// What the asker can change so that the rule is content: from the rule's form and from what it charged.

#include "realtime/service.h"

namespace yijian::realtime {
namespace {

using program::Bilingual;
using program::Charge;
using program::Form;
using program::Within;

std::string NameOf(const PackVersion& version, const AccusedRow& row) {
  const std::string& name = eval::NameOf(version.bound(), row.item);
  return name.empty() ? eval::TextOf(version.bound(), row.item) : name;
}

std::string ItemsOf(const PackVersion& version, const Accusation& accusation, bool charged) {
  std::string text;
  int named = 0;
  for (const AccusedRow& row : accusation.rows) {
    if (row.charged != charged || row.item == kNull) continue;
    std::string item = NameOf(version, row);
    if (item.empty() || text.find(item) != std::string::npos) continue;
    if (named++ == 3) return text + "…";
    text += (text.empty() ? "" : "、") + item;
  }
  return text;
}

Bilingual Less(const PackVersion& version, const Accusation& accusation) {
  Bilingual remedy;
  for (const AccusedRow& row : accusation.rows) {
    if (!row.charged || row.units <= 0) continue;
    std::string item = NameOf(version, row);
    std::string left = row.qty == kNull ? "?" : FormatMicro(row.qty - row.units);
    remedy.zh +=
        (remedy.zh.empty() ? "将" : "；将") + item + "的数量减少 " + FormatMicro(row.units) + "（改为 " + left + "）";
    remedy.en += (remedy.en.empty() ? "reduce " : "; reduce ") + item + " by " + FormatMicro(row.units) + " to " + left;
  }
  return remedy;
}

// Of an excess of money each row says what is beyond the limit.
Bilingual LessMoney(const PackVersion& version, const Accusation& accusation) {
  Fen all = 0;
  Bilingual rows;
  for (const AccusedRow& row : accusation.rows) {
    if (!row.charged || row.amount <= 0) continue;
    all += row.amount;
    std::string item = row.item == kNull ? "" : NameOf(version, row);
    std::string amount = FormatFen(row.amount);
    rows.zh += (rows.zh.empty() ? "" : "、") + (item.empty() ? "本次结算" : item) + " " + amount + " 元";
    rows.en += (rows.en.empty() ? "" : ", ") + amount + " of " + (item.empty() ? "this settlement" : item);
  }
  if (all == 0) return {};
  return {"超出限额的 " + FormatFen(all) + " 元不以医保基金结算（" + rows.zh + "）",
          "do not charge the fund the " + FormatFen(all) + " above the limit (" + rows.en + ")"};
}

Bilingual ByForm(const PackVersion& version, const program::Rule& rule, const Accusation& accusation) {
  std::string items = ItemsOf(version, accusation, true);
  std::string others = ItemsOf(version, accusation, false);
  if (items.empty()) items = "所列明细";
  switch (rule.form) {
    case Form::kEach:
      return {"不以医保基金结算" + items + "：取消，或经患者同意后改为自费",
              "do not charge " + items + " to the fund: cancel it, or let it be self-paid with the patient's consent"};
    case Form::kGroup:
    case Form::kWindow: {
      if (rule.charge == Charge::kExcess) {
        bool money = rule.excess->type == lang::Type::kMoney;
        Bilingual less = money ? LessMoney(version, accusation) : Less(version, accusation);
        if (!less.zh.empty()) return less;
      }
      if (rule.within.unit == Within::Unit::kRolling && !accusation.rows.empty() && accusation.rows[0].time != kNull) {
        std::string when = FormatDate(DayOf(accusation.rows[0].time + rule.within.seconds));
        return {"取消" + items + "，或推迟到 " + when + " 以后",
                "cancel " + items + ", or put it off until after " + when};
      }
      return {"取消重复或超出的" + items, "cancel what is repeated or too much of " + items};
    }
    case Form::kPair:
    case Form::kOverlap:
    case Form::kSequence:
      if (others.empty() || others == items) return {"取消" + items + "中的一项", "cancel one of " + items};
      return {"取消" + items + "：已收取" + others + "，两者不能同时收费",
              "cancel " + items + ": " + others + " is charged already, and they exclude each other"};
    case Form::kAbsence:
      return {"补充与" + items + "对应的诊断、医嘱或项目记录，否则取消" + items,
              "add the record that must go with " + items + ", or cancel it"};
  }
  return {};
}

}  // namespace

Bilingual RemedyFor(const PackVersion& version, const Accusation& accusation) {
  const program::Rule& rule = version.rules().rules[accusation.rule];
  Bilingual remedy = ByForm(version, rule, accusation);
  std::string why_zh, why_en;
  for (const program::Exception& exception : rule.unless) {
    if (!exception.why.zh.empty()) why_zh += (why_zh.empty() ? "" : "；") + exception.why.zh;
    if (!exception.why.en.empty()) why_en += (why_en.empty() ? "" : "; ") + exception.why.en;
  }
  if (!why_zh.empty()) remedy.zh += "。属于下列情形的请如实补录：" + why_zh;
  if (!why_en.empty()) remedy.en += ". If one of these applies, record it: " + why_en;
  return remedy;
}

}  // namespace yijian::realtime
