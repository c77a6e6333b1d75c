#include "intake/converter.h"

#include <algorithm>
#include <array>

#include "intake/hashing.h"
#include "intake/id_key.h"

namespace yijian::intake {
namespace {

constexpr size_t kShownBytes = 80;

}  // namespace

Result<std::unique_ptr<Converter>> Converter::Create(Batch& batch, const std::string& staging_prefix,
                                                     size_t buffer_rows) {
  auto quarantine = TRY(QuarantineWriter::Create(staging_prefix + ".faults"));
  auto keys = TRY(KeyStage::Create(staging_prefix + ".keys"));
  StageWriter stage = TRY(StageWriter::Create(staging_prefix + ".rows"));
  return std::unique_ptr<Converter>(
      new Converter(batch, std::move(quarantine), std::move(keys), std::move(stage), buffer_rows));
}

Converter::Converter(Batch& batch, std::unique_ptr<QuarantineWriter> quarantine, std::unique_ptr<KeyStage> keys,
                     StageWriter stage, size_t buffer_rows)
    : batch_(batch),
      dummies_(batch.mapping().dummies),
      nulls_(batch.mapping().nulls),
      buffer_rows_(buffer_rows),
      stage_(std::move(stage)) {
  output_.quarantine = std::move(quarantine);
  output_.keys = std::move(keys);
  output_.tables.resize(Tables().size());
  output_.blocks.resize(Tables().size());
  buffers_.resize(Tables().size());
  auto groups = static_cast<size_t>(batch.groups());
  for (size_t table = 0; table < Tables().size(); table++) {
    output_.blocks[table].resize(groups);
    buffers_[table].resize(groups);
  }
}

Status Converter::Convert(const Piece& piece, const FilePlan& file) {
  piece_ = &piece;
  file_ = &file;
  const SourcePlan& source = *file.source;
  if (memories_.size() <= source.id) memories_.resize(source.id + 1);
  auto& memories = memories_[source.id];
  if (memories.empty()) {
    memories.resize(source.feeds.size());
    for (size_t feed = 0; feed < source.feeds.size(); feed++) {
      const FeedPlan& plan = source.feeds[feed];
      memories[feed] = std::vector<ColumnMemory>(plan.columns.size());
      for (size_t i = 0; i < plan.columns.size(); i++) {
        memories[feed][i].salt = HashOfText(plan.bound.columns[i].info->name);
        memories[feed][i].as_texts = plan.bound.columns[i].info->type == ColumnType::kId;
      }
    }
  }
  if (feeds_.size() < source.feeds.size()) feeds_.resize(source.feeds.size());
  bad_.assign(piece.rows, 0);
  issues_.clear();
  arena_.clear();
  output_.checks.Looked(source.shape_check, static_cast<int64_t>(piece.rows + piece.bad.size()));
  for (size_t feed = 0; feed < source.feeds.size(); feed++) TRY(ConvertFeed(source, feed));
  for (size_t feed = 0; feed < source.feeds.size(); feed++) TRY(StageFeed(source.feeds[feed], feed, feeds_[feed]));
  if (!issues_.empty()) TRY(QuarantineRows(source));
  return QuarantineRecords(source);
}

Status Converter::ConvertFeed(const SourcePlan& source, size_t feed_index) {
  feed_index_ = static_cast<uint16_t>(feed_index);
  feed_ = &source.feeds[feed_index];
  const FeedPlan& feed = source.feeds[feed_index];
  FeedRows& rows = feeds_[feed_index];
  auto& memories = memories_[source.id][feed_index];
  rows.columns.resize(feed.columns.size());
  rows.row_hash.assign(piece_->rows, 0);
  Filter(feed, rows);
  size_t needs = feed.bound.needs.size();
  for (size_t i = 0; i < feed.order.size(); i++) {
    size_t position = feed.order[i];
    TRY(ConvertColumn(feed, position, rows, memories[position]));
    if (i >= needs) continue;
    const Column& column = rows.columns[position];
    for (size_t row = 0; row < piece_->rows; row++) {
      if (!column.Has(row)) rows.absent[row] = 1;
    }
  }
  int64_t count = std::ranges::count(rows.absent, 0);
  TableCount& table = output_.tables[Batch::IndexOf(*feed.bound.table)];
  table.read += count;
  if (!feed.bound.feed->repeated) table.filtered += static_cast<int64_t>(piece_->rows) - count;
  for (const ColumnPlan& plan : feed.columns) {
    const BoundColumn& bound = *plan.bound;
    if (bound.info->type == ColumnType::kMoney && bound.derived == Derived::kNone) {
      CountMoney(plan, Cells(bound, *piece_, nulls_, arena_), rows, table.money[bound.column]);
    }
    if (plan.required_check >= 0) CheckRequired(plan, rows);
    HashColumn(plan, rows, memories[plan.position]);
  }
  CheckRows(feed, rows);
  LearnNames(feed, rows, memories);
  MakeKeys(feed, rows, memories);
  return {};
}

void Converter::Filter(const FeedPlan& feed, FeedRows& rows) {
  rows.absent.assign(piece_->rows, 0);
  if (!feed.bound.where) return;
  for (size_t row = 0; row < piece_->rows; row++) {
    Value value = feed.bound.where->Evaluate(*piece_, row, arena_);
    if (!value.is_null() && value.number == 0) rows.absent[row] = 1;  // unknown is not false
  }
}

void Converter::CheckRequired(const ColumnPlan& plan, FeedRows& rows) {
  const Column& column = rows.columns[plan.position];
  int64_t candidates = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    candidates++;
    if (column.Has(row) || (bad_[row] != 0 && HasIssue(plan.position, row))) continue;
    Reject(plan.position, row, Why::kRequired, plan.required_check);
  }
  output_.checks.Looked(plan.required_check, candidates);
}

void Converter::HashColumn(const ColumnPlan& plan, FeedRows& rows, ColumnMemory& memory) {
  Column& column = rows.columns[plan.position];
  const FeedPlan& feed = *feed_;
  bool keep = plan.position == feed.init_key_position ||
              std::ranges::find(feed.bound.key, plan.position) != feed.bound.key.end();
  keep = keep && feed.bound.own_key;
  if (keep) column.hashes.assign(piece_->rows, kHashOfNull);
  switch (column.kind) {
    case SlotKind::kAbsent:
      return;
    case SlotKind::kInt: {
      int64_t last = kNullValue;
      uint64_t hash = 0, field_hash = 0;
      for (size_t row = 0; row < piece_->rows; row++) {
        if (column.ints[row] == kNullValue) continue;
        if (column.ints[row] != last) {
          last = column.ints[row];
          hash = HashOfNumber(last);
          field_hash = FieldHash(memory.salt, hash);
        }
        rows.row_hash[row] += field_hash;
        if (keep) column.hashes[row] = hash;
      }
      return;
    }
    case SlotKind::kCode:
      for (size_t row = 0; row < piece_->rows; row++) {
        if (column.codes[row] == kNullCode) continue;
        auto id = static_cast<size_t>(column.codes[row]);
        rows.row_hash[row] += memory.field_hash_of[id];
        if (keep) column.hashes[row] = memory.hash_of[id];
      }
      return;
    case SlotKind::kText:
      for (size_t row = 0; row < piece_->rows; row++) {
        if (column.texts[row].data() == nullptr) continue;
        uint64_t hash = HashOfText(column.texts[row]);
        rows.row_hash[row] += FieldHash(memory.salt, hash);
        if (keep) column.hashes[row] = hash;
      }
      return;
  }
}

void Converter::CheckRows(const FeedPlan& feed, FeedRows& rows) {
  for (const RowCheck& check : feed.row_checks) {
    std::array<const int64_t*, 6> columns{};  // null where there is no such column, or no value in it
    size_t count = check.positions.size();
    size_t needed = check.rule == RowRule::kSumMaybe ? count - 1 : count;
    bool possible = true;
    for (size_t i = 0; i < count; i++) {
      size_t position = check.positions[i];
      bool there = position != SIZE_MAX && rows.columns[position].kind == SlotKind::kInt;
      if (there) columns[i] = rows.columns[position].ints.data();
      possible = possible && (there || i >= needed);
    }
    if (!possible) continue;
    auto value = [&](size_t i, size_t row) { return columns[i][row]; };
    int64_t looked = 0;
    for (size_t row = 0; row < piece_->rows; row++) {
      if (rows.absent[row] != 0) continue;
      bool all = true;
      for (size_t i = 0; i < needed; i++) all = all && columns[i][row] != kNullValue;
      if (!all) continue;
      looked++;
      bool good = true;
      switch (check.rule) {
        case RowRule::kOrder:
          good = value(0, row) <= value(1, row);
          break;
        case RowRule::kPriceTimesCount: {
          Wide product = static_cast<Wide>(value(0, row)) * value(1, row);  // scale 10
          Wide rounded = product < 0 ? -((-product + 50'000'000) / 100'000'000) : (product + 50'000'000) / 100'000'000;
          Wide off = rounded - value(2, row);
          good = off <= 1 && off >= -1;
          break;
        }
        case RowRule::kSum:
        case RowRule::kSumMaybe: {
          Wide off = value(0, row);
          for (size_t i = 1; i < needed; i++) off -= value(i, row);
          good = off <= 1 && off >= -1;
          if (!good && needed < count && columns[needed] != nullptr && columns[needed][row] != kNullValue) {
            off -= columns[needed][row];
            good = off <= 1 && off >= -1;
          }
          break;
        }
      }
      if (good) continue;
      if (check.quarantines) {
        issues_.push_back({static_cast<uint32_t>(row), feed_index_, static_cast<uint16_t>(check.positions[0]),
                           check.rule == RowRule::kOrder ? Why::kOrder : Why::kIdentity, check.check});
        bad_[row] = 1;
      }
      output_.checks.Fail(check.check, file_->index, piece_->row_numbers[row], [&] {
        std::string shown;
        for (size_t position : check.positions) {
          if (position == SIZE_MAX) continue;
          std::string_view text = Cells(feed.bound.columns[position], *piece_, nulls_, arena_).At(row);
          shown += (shown.empty() ? "" : " | ") + Printable(text, kShownBytes);
        }
        return shown;
      });
    }
    output_.checks.Looked(check.check, looked);
  }
}

void Converter::LearnNames(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories) {
  for (const ColumnPlan& plan : feed.columns) {
    if (plan.name_position == SIZE_MAX || rows.columns[plan.position].kind != SlotKind::kCode) continue;
    const std::vector<int32_t>& codes = rows.columns[plan.position].codes;
    std::vector<uint8_t>& has_name = memories[plan.position].has_name;
    Cells names(feed.bound.columns[plan.name_position], *piece_, nulls_, arena_);
    int32_t last = kNullCode;
    for (size_t row = 0; row < piece_->rows; row++) {
      int32_t code = codes[row];
      if (code == last || code == kNullCode || bad_[row] != 0) continue;
      if (uint8_t& named = AtId<uint8_t>(has_name, code, 0); named == 0) {
        std::string_view name = names.At(row);
        if (name.data() == nullptr || IsBadText(name)) continue;
        named = 1;
        feed.table->dictionaries[plan.bound->column].Name(code, name,
                                                          file_->OrdinalOf(piece_->row_numbers[row], feed_index_));
      }
      last = code;
    }
  }
}

void Converter::MakeKeys(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories) {
  size_t count = piece_->rows;
  uint64_t seed = KeySeed(feed.bound.table->name);
  rows.row_key.resize(count);
  if (feed.bound.own_key) {
    for (size_t row = 0; row < count; row++) {
      uint64_t key = seed;
      for (size_t position : feed.bound.key) key = ChainKey(key, rows.columns[position].hashes[row]);
      rows.row_key[row] = static_cast<int64_t>(key);
    }
  } else {
    for (size_t row = 0; row < count; row++)
      rows.row_key[row] = static_cast<int64_t>(ChainKey(seed, rows.row_hash[row]));
  }
  size_t by = feed.bound.PositionOf(feed.bound.table->bucket_by);
  rows.bucket_key.assign(count, kNullValue);
  if (by == SIZE_MAX) return;
  const Column& column = rows.columns[by];
  if (column.kind == SlotKind::kText) {
    KeysOfIds(column.texts, rows.bucket_key);
  } else if (column.kind == SlotKind::kCode) {
    for (size_t row = 0; row < count; row++) {
      if (column.codes[row] != kNullCode)
        rows.bucket_key[row] = memories[by].key_of[static_cast<size_t>(column.codes[row])];
    }
  }
}

bool Converter::HasIssue(size_t position, size_t row) const {
  return std::ranges::any_of(issues_, [&](const Issue& issue) {
    return issue.row == row && issue.feed == feed_index_ && issue.position == position;
  });
}

void Converter::Reject(size_t position, size_t row, Why why, int check) {
  bad_[row] = 1;
  issues_.push_back({static_cast<uint32_t>(row), feed_index_, static_cast<uint16_t>(position), why, check});
  const ColumnPlan& plan = feed_->columns[position];
  output_.checks.Fail(check, file_->index, piece_->row_numbers[row],
                      [&] { return Example(plan, Cells(*plan.bound, *piece_, nulls_, arena_).At(row)); });
}

std::string Converter::Example(const ColumnPlan& plan, std::string_view text) const {
  if (plan.bound->info->personal || plan.bound->info->guard == Guard::kPerson) return text.empty() ? "" : "(not shown)";
  return Printable(text, kShownBytes);
}

}  // namespace yijian::intake
