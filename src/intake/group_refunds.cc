// Refunds and what they reverse: see GroupPass.
#include <algorithm>
#include <map>

#include "intake/group_pass.h"
#include "intake/key_map.h"

namespace yijian::intake {

// 1 where the settlement is marked as a refund.
Result<std::vector<uint8_t>> GroupPass::RefundFlags() {
  Rows* rows = Of("settlement");
  size_t table = Batch::IndexOf(*FindTable("settlement"));
  size_t column = FindTable("settlement")->IndexOf("refd_setl_flag");
  std::vector<uint8_t> flags(rows->size(), 0);
  if (!rows->staged->Has(column)) return flags;
  std::string bytes;
  std::vector<std::string_view> texts = TRY(rows->staged->Texts(column, context_.texts[table][column], bytes));
  for (size_t row = 0; row < texts.size(); row++) flags[row] = texts[row] == "1" ? 1 : 0;
  return flags;
}

void GroupPass::FailRefund(std::string_view table, uint32_t row) {
  result_.refunds.without_original++;
  auto [file, source_row] = PlaceOf(Of(table)->ordinal[row]);
  result_.checks.Fail(context_.checks.at(std::string(table) + " refunds"), file, source_row,
                      [] { return "reverses nothing that is here"; });
}

Status GroupPass::SettleSettlements() {
  Rows* rows = Of("settlement");
  if (rows == nullptr) return {};
  std::vector<int64_t> init = TRY(EngineOf("settlement", kInitKeySlot));
  std::vector<uint8_t> refund = TRY(RefundFlags());
  std::vector<int64_t> totals = TRY(IntsOf("settlement", "medfee_sumamt"));
  std::vector<uint32_t> refunds;  // in order of their ordinals, so that the outcome does not depend on threads
  for (uint32_t row = 0; row < rows->size(); row++) {
    if (rows->state[row] != kTaken || totals[row] == kNullValue) continue;
    if (init[row] != kNullValue || (refund[row] != 0 && totals[row] < 0)) refunds.push_back(row);
  }
  if (refunds.empty()) return {};
  result_.checks.Looked(context_.checks.at("settlement refunds"), static_cast<int64_t>(refunds.size()));
  std::ranges::sort(refunds, {}, [&](uint32_t row) { return rows->ordinal[row]; });
  std::vector<int64_t> row_keys = TRY(EngineOf("settlement", kRowKeySlot));
  std::vector<int64_t> setl_keys = TRY(KeysOf("settlement", "setl_id"));
  std::vector<int64_t> visit_keys = TRY(KeysOf("settlement", "mdtrt_id"));

  KeyMap by_key(rows->size());
  std::map<int64_t, std::vector<uint32_t>> by_visit;  // only of visits with a refund that names nothing
  for (uint32_t row : refunds) {
    if (init[row] == kNullValue) by_visit[visit_keys[row]];
  }
  for (uint32_t row = 0; row < rows->size(); row++) {
    if (rows->state[row] != kTaken) continue;
    by_key.Add(row_keys[row], row);
    if (auto visit = by_visit.find(visit_keys[row]); visit != by_visit.end()) visit->second.push_back(row);
  }
  for (auto& [visit, others] : by_visit)
    std::ranges::sort(others, {}, [&](uint32_t row) { return rows->ordinal[row]; });

  auto cancel = [&](uint32_t row) {
    rows->live[row] = 0;
    cancelled_.Add(setl_keys[row], 1);
  };
  std::vector<uint32_t> elsewhere;  // what they reverse is not in the batch
  for (uint32_t row : refunds) {
    if (rows->live[row] == 0) continue;
    uint32_t original = UINT32_MAX;
    if (init[row] != kNullValue) {
      if (const uint32_t* found = by_key.Find(init[row])) original = *found;
    } else {
      for (uint32_t other : by_visit[visit_keys[row]]) {
        if (other != row && rows->live[other] != 0 && totals[other] == -totals[row]) {
          original = other;
          break;
        }
      }
    }
    if (original == UINT32_MAX) {
      elsewhere.push_back(row);
    } else if (original == row || rows->live[original] == 0 || totals[original] != -totals[row]) {
      result_.refunds.partial++;
    } else {
      cancel(row);
      cancel(original);
      result_.refunds.settlement_pairs++;
    }
  }
  TRY(CancelSettlementsInLake(elsewhere, init, visit_keys, totals, setl_keys));
  return {};
}

Status GroupPass::CancelSettlementsInLake(const std::vector<uint32_t>& refunds, const std::vector<int64_t>& init,
                                          const std::vector<int64_t>& visit_keys, const std::vector<int64_t>& totals,
                                          const std::vector<int64_t>& setl_keys) {
  if (refunds.empty()) return {};
  Rows* rows = Of("settlement");
  std::map<int64_t, std::vector<LakeLookup::LiveRow>> by_key;
  std::map<int64_t, std::vector<LakeLookup::LiveRow>> by_visit;
  if (LakeHas("settlement")) {
    LakeLookup* lookup = TRY(Lookup());
    std::vector<int64_t> keys, visits;
    for (uint32_t row : refunds)
      (init[row] != kNullValue ? keys : visits).push_back(init[row] != kNullValue ? init[row] : visit_keys[row]);
    for (const auto& found : TRY(lookup->FindLive("settlement", "row_key", keys, buckets_)))
      by_key[found.key].push_back(found);
    for (const auto& found : TRY(lookup->FindLive("settlement", "mdtrt_key", visits, buckets_)))
      by_visit[found.key].push_back(found);
  }
  std::vector<int64_t> reversed;
  for (uint32_t row : refunds) {
    auto& candidates = init[row] != kNullValue ? by_key[init[row]] : by_visit[visit_keys[row]];
    auto original = std::ranges::find(candidates, -totals[row], &LakeLookup::LiveRow::amount);
    if (original == candidates.end()) {
      if (candidates.empty()) {
        FailRefund("settlement", row);
      } else {
        result_.refunds.partial++;
      }
      continue;
    }
    rows->live[row] = 0;
    cancelled_.Add(setl_keys[row], 1);
    cancelled_.Add(original->setl_key, 1);
    reversed.push_back(original->setl_key);
    result_.cancels.push_back({"settlement", original->row_id, original->bucket});
    result_.refunds.settlement_pairs++;
    result_.refunds.settlements_in_lake++;
    candidates.erase(original);
  }
  if (reversed.empty() || !LakeHas("fee_line")) return {};
  LakeLookup* lookup = TRY(Lookup());
  for (const auto& line : TRY(lookup->FindLive("fee_line", "setl_key", reversed, buckets_))) {
    result_.cancels.push_back({"fee_line", line.row_id, line.bucket});
  }
  return {};
}

Status GroupPass::SettleLines() {
  Rows* lines = Of("fee_line");
  if (lines == nullptr) return {};
  if (cancelled_.size() > 0) {
    std::vector<int64_t> setl_keys = TRY(KeysOf("fee_line", "setl_id"));
    for (size_t row = 0; row < lines->size(); row++) {
      if (lines->state[row] != kTaken || !cancelled_.Has(setl_keys[row])) continue;
      lines->live[row] = 0;
      result_.refunds.lines_dead++;
    }
  }
  const SlotMap& slots = context_.batch->Find("fee_line")->slots;
  if (!lines->staged->Has(slots.Engine(kInitKeySlot))) return {};

  // Refund lines by the line they name.
  struct Group {
    int64_t key = 0;
    int64_t cnt = 0;
    int64_t amount = 0;
    std::vector<uint32_t> refunds;
    bool found = false;
    uint32_t original = 0;
  };
  std::vector<int64_t> init = TRY(EngineOf("fee_line", kInitKeySlot));
  std::vector<int64_t> cnt = TRY(IntsOf("fee_line", "cnt"));
  std::vector<int64_t> amount = TRY(IntsOf("fee_line", "det_item_fee_sumamt"));
  std::vector<Group> groups;
  KeyMap index;
  for (uint32_t row = 0; row < lines->size(); row++) {
    if (lines->state[row] != kTaken || lines->live[row] == 0 || init[row] == kNullValue) continue;
    if (cnt[row] >= 0 && amount[row] >= 0) continue;
    if (index.Add(init[row], static_cast<uint32_t>(groups.size()))) groups.push_back({.key = init[row]});
    Group& group = groups[*index.Find(init[row])];
    group.cnt += cnt[row];
    group.amount += amount[row];
    group.refunds.push_back(row);
  }
  if (groups.empty()) return {};
  result_.checks.Looked(context_.checks.at("fee_line refunds"), static_cast<int64_t>(groups.size()));
  std::vector<int64_t> row_keys = TRY(EngineOf("fee_line", kRowKeySlot));
  for (uint32_t row = 0; row < lines->size(); row++) {
    if (lines->state[row] != kTaken || lines->live[row] == 0) continue;
    if (const uint32_t* group = index.Find(row_keys[row])) {
      groups[*group].found = true;
      groups[*group].original = row;
    }
  }
  std::vector<int64_t> elsewhere;
  for (Group& group : groups) {
    if (!group.found) {
      elsewhere.push_back(group.key);
      continue;
    }
    if (cnt[group.original] + group.cnt != 0 || amount[group.original] + group.amount != 0) {
      result_.refunds.partial++;
      continue;
    }
    lines->live[group.original] = 0;
    for (uint32_t row : group.refunds) lines->live[row] = 0;
    result_.refunds.line_groups++;
    result_.refunds.lines_dead += 1 + static_cast<int64_t>(group.refunds.size());
  }
  if (elsewhere.empty()) return {};
  std::vector<LakeLookup::LiveRow> there;
  if (LakeHas("fee_line")) {
    LakeLookup* lookup = TRY(Lookup());
    there = TRY(lookup->FindLive("fee_line", "row_key", elsewhere, buckets_));
  }
  for (int64_t key : elsewhere) {
    bool found = std::ranges::find(there, key, &LakeLookup::LiveRow::key) != there.end();
    if (!found) FailRefund("fee_line", groups[*index.Find(key)].refunds.front());
  }
  for (const LakeLookup::LiveRow& original : there) {
    const Group& group = groups[*index.Find(original.key)];
    if (original.cnt + group.cnt != 0 || original.amount + group.amount != 0) {
      result_.refunds.partial++;
      continue;
    }
    result_.cancels.push_back({"fee_line", original.row_id, original.bucket});
    for (uint32_t row : group.refunds) lines->live[row] = 0;
    result_.refunds.line_groups++;
    result_.refunds.lines_in_lake++;
    result_.refunds.lines_dead += static_cast<int64_t>(group.refunds.size());
  }
  return {};
}

// A purchase or outpatient visit whose settlements were all reversed did not happen. A stay did.
Status GroupPass::SettleVisits() {
  Rows* visits = Of("visit");
  Rows* settlements = Of("settlement");
  if (visits == nullptr || settlements == nullptr || cancelled_.size() == 0) return {};
  std::vector<int64_t> settled = TRY(KeysOf("settlement", "mdtrt_id"));
  KeyMap open;
  KeyMap reversed;
  for (size_t row = 0; row < settlements->size(); row++) {
    if (settlements->state[row] != kTaken) continue;
    (settlements->live[row] != 0 ? open : reversed).Add(settled[row], 1);
  }
  std::vector<int64_t> keys = TRY(KeysOf("visit", "mdtrt_id"));
  std::vector<int64_t> stay = TRY(IntsOf("visit", "ipt_flag"));
  for (size_t row = 0; row < visits->size(); row++) {
    if (visits->state[row] != kTaken || stay[row] != 0 || !reversed.Has(keys[row]) || open.Has(keys[row])) continue;
    visits->live[row] = 0;
    result_.refunds.visits_dead++;
  }
  return {};
}

}  // namespace yijian::intake
