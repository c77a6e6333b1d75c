#include "intake/group_pass.h"

#include <algorithm>

#include "intake/convert.h"
#include "intake/key_map.h"

namespace yijian::intake {
namespace {

constexpr size_t kShownBytes = 80;

}  // namespace

GroupPass::GroupPass(const GroupContext& context, int group, std::vector<std::vector<StageBlock>> blocks)
    : context_(context), group_(group), blocks_(std::move(blocks)) {
  int buckets = context.batch->buckets();
  buckets_ = {buckets, -1};
  for (int bucket = 0; bucket < buckets; bucket++) {
    if (context.batch->GroupOf(bucket) != group) continue;
    buckets_.first = std::min(buckets_.first, bucket);
    buckets_.last = std::max(buckets_.last, bucket);
  }
}

Result<GroupResult> GroupPass::Run() {
  result_.tables.resize(Tables().size());
  TRY(Load());
  constexpr Reference kReferences[] = {
      {"visit", "psn_no", "person", "psn_key"},        {"settlement", "mdtrt_id", "visit", "mdtrt_key"},
      {"diagnosis", "mdtrt_id", "visit", "mdtrt_key"}, {"operation", "mdtrt_id", "visit", "mdtrt_key"},
      {"fee_line", "mdtrt_id", "visit", "mdtrt_key"},  {"fee_line", "setl_id", "settlement", "setl_key"},
  };
  for (const Reference& reference : kReferences) TRY(CheckReference(reference));
  TRY(AddUpLines());
  TRY(SettleSettlements());
  TRY(SettleLines());
  TRY(SettleVisits());
  for (size_t table = 0; table < tables_.size(); table++) {
    if (tables_[table].size() == 0) continue;
    TRY(CountRejected(table));
    TRY(WriteTable(table));
  }
  return std::move(result_);
}

Status GroupPass::Load() {
  tables_.resize(Tables().size());
  for (size_t table = 0; table < tables_.size(); table++) {
    Rows& rows = tables_[table];
    rows.staged = std::make_unique<StagedRows>(std::move(blocks_[table]));
    if (rows.staged->rows() == 0) continue;
    rows.ordinal = TRY(rows.staged->Ints(context_.batch->table(table).slots.Engine(kOrdinalSlot)));
    rows.state.assign(rows.size(), kTaken);
    rows.live.assign(rows.size(), 1);
    for (size_t row = 0; row < rows.size(); row++) {
      if (!context_.duplicates->Has(rows.ordinal[row])) continue;
      rows.state[row] = context_.conflicts->Has(rows.ordinal[row]) ? kConflict : kDuplicate;
    }
  }
  return {};
}

GroupPass::Rows* GroupPass::Of(std::string_view table) {
  Rows& rows = tables_[Batch::IndexOf(*FindTable(table))];
  return rows.size() == 0 ? nullptr : &rows;
}

Result<std::vector<int64_t>> GroupPass::KeysOf(std::string_view table, std::string_view column) {
  const SlotMap& slots = context_.batch->Find(table)->slots;
  size_t slot = slots.KeyOf(slots.table().IndexOf(column));
  CHECK(slot != SIZE_MAX);
  return Of(table)->staged->Ints(slot);
}

Result<std::vector<int64_t>> GroupPass::IntsOf(std::string_view table, std::string_view column) {
  return Of(table)->staged->Ints(FindTable(table)->IndexOf(column));
}

Result<std::vector<int64_t>> GroupPass::EngineOf(std::string_view table, EngineSlot slot) {
  return Of(table)->staged->Ints(context_.batch->Find(table)->slots.Engine(slot));
}

Result<LakeLookup*> GroupPass::Lookup() {
  if (!lookup_) lookup_.emplace(TRY(LakeLookup::Open(*context_.lake, *context_.lake_batches)));
  return &*lookup_;
}

bool GroupPass::LakeHas(std::string_view table) const {
  for (const lake::Batch& batch : *context_.lake_batches) {
    for (const lake::DataFile& file : batch.manifest.files) {
      if (file.table == table && file.rows > 0) return true;
    }
  }
  return false;
}

Status GroupPass::CheckReference(const Reference& reference) {
  Rows* rows = Of(reference.table);
  bool in_lake = LakeHas(reference.target);
  if (rows == nullptr || (!context_.batch->Find(reference.target)->fed && !in_lake)) return {};
  std::vector<int64_t> keys = TRY(KeysOf(reference.table, reference.column));
  KeyMap targets;
  if (Rows* there = Of(reference.target)) {
    const SlotMap& slots = context_.batch->Find(reference.target)->slots;
    size_t slot = SIZE_MAX;
    for (size_t column = 0; column < slots.table().columns.size(); column++) {
      if (slots.table().columns[column].key_column == reference.target_column) slot = slots.KeyOf(column);
    }
    std::vector<int64_t> target_keys = TRY(there->staged->Ints(slot));
    for (size_t row = 0; row < there->size(); row++) {
      if (there->state[row] == kTaken) targets.Add(target_keys[row], 1);
    }
  }
  std::vector<uint32_t> missing;
  int64_t looked = 0;
  KeyMap wanted;
  for (uint32_t row = 0; row < rows->size(); row++) {
    if (rows->state[row] != kTaken || keys[row] == kNullValue) continue;
    looked++;
    if (targets.Has(keys[row])) continue;
    missing.push_back(row);
    wanted.Add(keys[row], 0);
  }
  if (!missing.empty() && in_lake) {
    LakeLookup* lookup = TRY(Lookup());
    TRY(lookup->ForEachKey(std::string(reference.target), std::string(reference.target_column), buckets_,
                           [&](int64_t key) {
                             if (uint32_t* found = wanted.Find(key)) *found = 1;
                           }));
    std::erase_if(missing, [&](uint32_t row) { return *wanted.Find(keys[row]) == 1; });
  }
  int check = context_.checks.at(std::string(reference.table) + "." + std::string(reference.column));
  result_.checks.Looked(check, looked);
  return FailReference(reference, missing, check);
}

Status GroupPass::FailReference(const Reference& reference, std::vector<uint32_t>& missing, int check) {
  if (missing.empty()) return {};
  Rows* rows = Of(reference.table);
  size_t table = Batch::IndexOf(*FindTable(reference.table));
  size_t column = FindTable(reference.table)->IndexOf(reference.column);
  bool personal = FindTable(reference.table)->columns[column].guard == Guard::kPerson;
  bool strict = context_.batch->mapping().strict.contains(Strictness::kReferences);
  std::ranges::sort(missing, {}, [&](uint32_t row) { return rows->ordinal[row]; });
  std::string bytes;
  std::vector<std::string_view> texts;
  if (!personal || strict) texts = TRY(rows->staged->Texts(column, context_.texts[table][column], bytes));
  for (uint32_t row : missing) {
    auto [file, source_row] = PlaceOf(rows->ordinal[row]);
    result_.checks.Fail(check, file, source_row,
                        [&] { return personal ? "(not shown)" : Printable(texts[row], kShownBytes); });
    if (!strict) continue;
    rows->state[row] = kRejected;
    result_.rejects.push_back({rows->ordinal[row], std::string(reference.table), std::string(reference.column),
                               Printable(texts[row], 200),
                               "is of no " + std::string(reference.target) + " in this batch or the lake"});
  }
  return {};
}

// The lines of a settlement add up to its total, within one yuan.
Status GroupPass::AddUpLines() {
  Rows* settlements = Of("settlement");
  Rows* lines = Of("fee_line");
  if (settlements == nullptr || lines == nullptr) return {};
  std::vector<int64_t> line_keys = TRY(KeysOf("fee_line", "setl_id"));
  std::vector<int64_t> amounts = TRY(IntsOf("fee_line", "det_item_fee_sumamt"));
  std::vector<int64_t> keys = TRY(KeysOf("settlement", "setl_id"));
  std::vector<int64_t> totals = TRY(IntsOf("settlement", "medfee_sumamt"));
  KeyMap index(settlements->size());
  std::vector<int64_t> sums(settlements->size(), 0);
  std::vector<uint8_t> has_lines(settlements->size(), 0);
  for (uint32_t row = 0; row < settlements->size(); row++) {
    if (settlements->state[row] == kTaken) index.Add(keys[row], row);
  }
  for (size_t row = 0; row < lines->size(); row++) {
    if (lines->state[row] != kTaken || amounts[row] == kNullValue) continue;
    const uint32_t* settlement = index.Find(line_keys[row]);
    if (settlement == nullptr) continue;
    sums[*settlement] += amounts[row];
    has_lines[*settlement] = 1;
  }
  constexpr int64_t kToleranceFen = 100;
  int check = context_.checks.at("settlement lines");
  std::vector<uint32_t> off;
  int64_t looked = 0;
  for (uint32_t row = 0; row < settlements->size(); row++) {
    if (has_lines[row] == 0 || totals[row] == kNullValue) continue;
    looked++;
    if (std::abs(sums[row] - totals[row]) > kToleranceFen) off.push_back(row);
  }
  std::ranges::sort(off, {}, [&](uint32_t row) { return settlements->ordinal[row]; });
  for (uint32_t row : off) {
    auto [file, source_row] = PlaceOf(settlements->ordinal[row]);
    result_.checks.Fail(check, file, source_row,
                        [&] { return "total " + FormatFen(totals[row]) + ", lines " + FormatFen(sums[row]); });
  }
  result_.checks.Looked(check, looked);
  return {};
}

Status GroupPass::CountRejected(size_t table) {
  Rows& rows = tables_[table];
  GroupTable& count = result_.tables[table];
  bool all_taken = true;
  for (size_t row = 0; row < rows.size(); row++) {
    uint8_t state = rows.state[row];
    count.dead += state == kTaken && rows.live[row] == 0 ? 1 : 0;
    count.taken += state == kTaken ? 1 : 0;
    count.duplicate += state == kDuplicate ? 1 : 0;
    count.conflict += state == kConflict ? 1 : 0;
    count.referring += state == kRejected ? 1 : 0;
    all_taken = all_taken && state == kTaken;
  }
  if (all_taken) return {};
  const TableInfo& info = Tables()[table];
  for (size_t column = 0; column < info.columns.size(); column++) {
    if (info.columns[column].type != ColumnType::kMoney || !rows.staged->Has(column)) continue;
    std::vector<int64_t> fen = TRY(rows.staged->Ints(column));
    for (size_t row = 0; row < rows.size(); row++) {
      if (rows.state[row] == kTaken || fen[row] == kNullValue) continue;
      (rows.state[row] == kDuplicate ? count.duplicate_fen : count.rejected_fen)[column] += fen[row];
    }
  }
  return {};
}

int GroupPass::BucketOf(int64_t key) const {
  return key == kNullValue
             ? 0
             : static_cast<int>(static_cast<uint64_t>(key) % static_cast<uint64_t>(context_.batch->buckets()));
}

std::pair<int, int64_t> GroupPass::PlaceOf(int64_t ordinal) const {
  auto file = std::ranges::upper_bound(*context_.files, ordinal, {}, &FilePlan::base);
  CHECK(file != context_.files->begin());
  --file;
  return {file->index, file->RowOf(ordinal)};
}

}  // namespace yijian::intake
