// Where converted rows go: staging, keys, quarantine.
#include <algorithm>

#include "base/utf8.h"
#include "intake/converter.h"
#include "intake/hashing.h"
#include "intake/id_key.h"
#include "intake/money_text.h"

namespace yijian::intake {

Status Converter::StageFeed(const FeedPlan& feed, size_t feed_index, FeedRows& rows) {
  size_t count = piece_->rows;
  size_t table = Batch::IndexOf(*feed.bound.table);
  auto groups = static_cast<size_t>(batch_.groups());
  chosen_.resize(groups);
  for (std::vector<uint32_t>& group : chosen_) group.clear();
  auto buckets = static_cast<uint64_t>(batch_.buckets());
  for (uint32_t row = 0; row < count; row++) {
    if (rows.absent[row] != 0 || bad_[row] != 0) continue;
    int64_t key = rows.bucket_key[row];
    int bucket = key == kNullValue ? 0 : static_cast<int>(static_cast<uint64_t>(key) % buckets);
    chosen_[static_cast<size_t>(batch_.GroupOf(bucket))].push_back(row);
    TRY(output_.keys->Add({static_cast<uint64_t>(rows.row_key[row]),
                           file_->OrdinalOf(piece_->row_numbers[row], feed_index),
                           static_cast<uint32_t>(rows.row_hash[row] >> 32), static_cast<uint32_t>(table)}));
  }
  // Keys of ids, for the columns that have one.
  const SlotMap& slots = feed.table->slots;
  id_keys_.resize(feed.columns.size());
  for (size_t i = 0; i < feed.columns.size(); i++) {
    if (slots.KeyOf(feed.bound.columns[i].column) == SIZE_MAX) continue;
    if (feed.bound.columns[i].info->name == feed.bound.table->bucket_by) {
      id_keys_[i] = rows.bucket_key;
    } else if (rows.columns[i].kind == SlotKind::kText) {
      id_keys_[i].resize(count);
      KeysOfIds(rows.columns[i].texts, id_keys_[i]);
    }
  }
  feed_index_ = static_cast<uint16_t>(feed_index);
  for (size_t group = 0; group < groups; group++) {
    if (chosen_[group].empty()) continue;
    StageBuffer& buffer = buffers_[table][group];
    buffer.slots.resize(slots.size());
    if (!FitsBuffer(feed, rows, buffer)) TRY(FlushBuffer(table, group));
    AppendRows(feed, rows, chosen_[group], buffer);
    if (buffer.rows >= buffer_rows_) TRY(FlushBuffer(table, group));
  }
  return {};
}

// Whether no column comes in another form than in the rows that the buffer holds.
bool Converter::FitsBuffer(const FeedPlan& feed, const FeedRows& rows, const StageBuffer& buffer) {
  for (size_t i = 0; i < feed.columns.size(); i++) {
    SlotKind kind = buffer.slots[feed.bound.columns[i].column].kind;
    SlotKind comes = rows.columns[i].kind;
    if (kind != SlotKind::kAbsent && comes != SlotKind::kAbsent && kind != comes) return false;
  }
  return true;
}

void Converter::AppendRows(const FeedPlan& feed, FeedRows& rows, const std::vector<uint32_t>& chosen,
                           StageBuffer& buffer) {
  const SlotMap& slots = feed.table->slots;
  auto append_ints = [&](size_t slot, const auto& value_of) {
    std::vector<int64_t>& to = buffer.Ints(slot);
    size_t at = to.size();
    to.resize(at + chosen.size());
    for (uint32_t row : chosen) to[at++] = value_of(row);
  };
  for (size_t i = 0; i < feed.columns.size(); i++) {
    size_t slot = feed.bound.columns[i].column;
    const Column& from = rows.columns[i];
    switch (from.kind) {
      case SlotKind::kAbsent:
        continue;
      case SlotKind::kInt:
        append_ints(slot, [&](uint32_t row) { return from.ints[row]; });
        break;
      case SlotKind::kCode: {
        std::vector<int32_t>& to = buffer.Codes(slot);
        size_t at = to.size();
        to.resize(at + chosen.size());
        for (uint32_t row : chosen) to[at++] = from.codes[row];
        break;
      }
      case SlotKind::kText:
        StageColumn& to = buffer.Texts(slot);
        for (uint32_t row : chosen) {
          std::string_view text = from.texts[row];
          to.sizes.push_back(text.data() == nullptr ? -1 : static_cast<int32_t>(text.size()));
          to.bytes += text;
        }
        break;
    }
    if (size_t key = slots.KeyOf(slot); key != SIZE_MAX) {
      append_ints(key, [&](uint32_t row) { return id_keys_[i][row]; });
    }
  }
  append_ints(slots.Engine(kOrdinalSlot),
              [&](uint32_t row) { return file_->OrdinalOf(piece_->row_numbers[row], feed_index_); });
  append_ints(slots.Engine(kBucketKeySlot), [&](uint32_t row) { return rows.bucket_key[row]; });
  append_ints(slots.Engine(kRowKeySlot), [&](uint32_t row) { return rows.row_key[row]; });
  append_ints(slots.Engine(kRowHashSlot),
              [&](uint32_t row) { return static_cast<int64_t>(static_cast<int32_t>(rows.row_hash[row] >> 32)); });
  if (feed.init_key_position != SIZE_MAX && rows.columns[feed.init_key_position].kind != SlotKind::kAbsent) {
    const Column& init = rows.columns[feed.init_key_position];
    uint64_t seed = KeySeed(feed.bound.table->name);
    bool line = feed.bound.key.size() == 2;
    append_ints(slots.Engine(kInitKeySlot), [&](uint32_t row) {
      if (init.texts[row].data() == nullptr) return kNullValue;
      uint64_t key = line ? ChainKey(seed, rows.columns[feed.bound.key[0]].hashes[row]) : seed;
      return static_cast<int64_t>(ChainKey(key, init.hashes[row]));
    });
  }
  buffer.rows += chosen.size();
}

Status Converter::FlushBuffer(size_t table, size_t group) {
  StageBuffer& buffer = buffers_[table][group];
  if (buffer.rows == 0) return {};
  output_.blocks[table][group].push_back(TRY(stage_.Write(buffer)));
  return {};
}

Status Converter::Finish() {
  for (size_t table = 0; table < buffers_.size(); table++) {
    for (size_t group = 0; group < buffers_[table].size(); group++) TRY(FlushBuffer(table, group));
  }
  buffers_.clear();
  output_.staged_bytes = stage_.bytes();
  return output_.keys->Finish();
}

std::string Converter::Reason(const FeedPlan& feed, const Issue& issue) {
  const ColumnInfo& info = *feed.bound.columns[issue.position].info;
  switch (issue.why) {
    case Why::kType:
      return std::string("is not a ") + TypeName(info.type);
    case Why::kTooFine:
      return "has more than the " + std::to_string(ScaleOf(info.type)) + " decimals of a " + TypeName(info.type);
    case Why::kTooLarge:
      return std::string("is out of the range of a ") + TypeName(info.type);
    case Why::kRequired:
      return "is blank and must not be";
    case Why::kDummy:
      return "names nobody";
    case Why::kEncoding: {
      std::string reason = "holds bytes that are not UTF-8 text";
      std::string_view text = Cells(feed.bound.columns[issue.position], *piece_, nulls_, arena_).At(issue.row);
      bool inside = text.data() >= piece_->text.data() && text.data() < piece_->text.data() + piece_->text.size();
      if (piece_->byte_offset >= 0 && inside) {
        size_t bad = std::min(FindBadUtf8(text).value_or(text.size()), text.find('\0'));
        reason +=
            ", at byte " +
            std::to_string(piece_->byte_offset + (text.data() - piece_->text.data()) + static_cast<int64_t>(bad)) +
            " of the file";
      }
      return reason;
    }
    case Why::kCodeSet:
      return "is not in the code set " + std::string(info.code_set);
    case Why::kOrder:
      return "comes after what it must come before";
    case Why::kIdentity:
      return "does not agree with its parts";
  }
  return "";
}

Status Converter::QuarantineRows(const SourcePlan& source) {
  std::ranges::stable_sort(issues_, {}, &Issue::row);
  std::string record;
  uint32_t last = UINT32_MAX;
  for (const Issue& issue : issues_) {
    const FeedPlan& feed = source.feeds[issue.feed];
    const BoundColumn& column = feed.bound.columns[issue.position];
    if (issue.row != last) record = RecordJson(*piece_, issue.row);
    last = issue.row;
    std::string_view text = Cells(column, *piece_, nulls_, arena_).At(issue.row);
    TRY(output_.quarantine->Add({file_->index, piece_->row_numbers[issue.row], std::string(feed.bound.table->name),
                                 std::string(column.info->name), Printable(text, 1000), Reason(feed, issue), record}));
  }
  for (size_t index = 0; index < source.feeds.size(); index++) {
    const FeedPlan& feed = source.feeds[index];
    const FeedRows& rows = feeds_[index];
    TableCount& table = output_.tables[Batch::IndexOf(*feed.bound.table)];
    for (size_t row = 0; row < piece_->rows; row++) {
      if (bad_[row] == 0 || rows.absent[row] != 0) continue;
      table.quarantined++;
      for (const ColumnPlan& plan : feed.columns) {
        const BoundColumn& bound = *plan.bound;
        if (bound.info->type != ColumnType::kMoney || bound.derived != Derived::kNone) continue;
        std::string_view text = Cells(bound, *piece_, nulls_, arena_).At(row);
        std::optional<int64_t> fen;
        if (text.data() != nullptr) fen = FenOfText(text, bound.spec.thousands, bound.spec.round);
        if (!fen) continue;
        MoneyCount& money = table.money[bound.column];
        money.quarantined += *fen;
        // It was counted as made NULL, but now the whole row goes.
        if (plan.lenient && !rows.columns[plan.position].Has(row)) money.nulled -= *fen;
      }
    }
  }
  return {};
}

// Records that could not be cut into fields count for every table of the file.
Status Converter::QuarantineRecords(const SourcePlan& source) {
  for (const BadRecord& bad : piece_->bad) {
    output_.checks.Fail(source.shape_check, file_->index, bad.row, [&] { return bad.reason; });
    TRY(output_.quarantine->Add({file_->index, bad.row, "", "", "", bad.reason, UncutJson(bad.text)}));
    for (const FeedPlan& feed : source.feeds) {
      if (feed.bound.feed->repeated) continue;
      TableCount& table = output_.tables[Batch::IndexOf(*feed.bound.table)];
      table.read++;
      table.quarantined++;
    }
  }
  return {};
}

}  // namespace yijian::intake
