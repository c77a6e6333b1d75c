// Sorting and writing the rows of a group: see GroupPass.
#include <algorithm>
#include <filesystem>

#include "intake/group_pass.h"

namespace yijian::intake {
namespace {

constexpr size_t kRowGroupRows = 110'000;

ParquetType ParquetTypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kCode:
    case ColumnType::kId:
      return ParquetType::kText;
    case ColumnType::kMoney:
    case ColumnType::kPrice:
    case ColumnType::kQuantity:
      return ParquetType::kDecimal;
    case ColumnType::kInteger:
      return ParquetType::kInt32;
    case ColumnType::kDate:
      return ParquetType::kDate;
    case ColumnType::kTime:
      return ParquetType::kTimestamp;
    case ColumnType::kFlag:
      return ParquetType::kBool;
  }
  return ParquetType::kText;
}

template <typename T>
std::vector<T> Arrange(const std::vector<T>& values, std::span<const uint32_t> order) {
  std::vector<T> arranged(order.size());
  for (size_t i = 0; i < order.size(); i++) arranged[i] = values[order[i]];
  return arranged;
}

// Collects the chunks of a file, column by column, into row groups.
class GroupedChunks {
 public:
  // Row groups end where `ends` says.
  GroupedChunks(std::vector<size_t> ends, size_t columns) : ends_(std::move(ends)), groups_(ends_.size()) {
    for (auto& group : groups_) group.reserve(columns);
  }
  // encode(from, until, chunks) makes the chunks of these rows.
  template <typename Encode>
  void Add(Encode encode) {
    for (size_t group = 0; group < groups_.size(); group++) encode(Begin(group), ends_[group], groups_[group]);
  }
  Status WriteTo(ParquetWriter& writer) const {
    for (size_t group = 0; group < groups_.size(); group++) {
      TRY(writer.WriteRowGroup(static_cast<int64_t>(ends_[group] - Begin(group)), groups_[group]));
    }
    return {};
  }

 private:
  size_t Begin(size_t group) const { return group == 0 ? 0 : ends_[group - 1]; }

  std::vector<size_t> ends_;
  std::vector<std::vector<EncodedChunk>> groups_;
};

// Ends of row groups of about kRowGroupRows that end where a bucket ends, when buckets are not larger than that.
std::vector<size_t> RowGroupEnds(std::span<const int64_t> buckets) {
  std::vector<size_t> ends;
  size_t begin = 0;
  size_t bucket_end = 0;  // the last end of a bucket seen
  for (size_t row = 1; row <= buckets.size(); row++) {
    if (row == buckets.size() || buckets[row] != buckets[row - 1]) {
      if (row - begin > kRowGroupRows && bucket_end > begin) {
        ends.push_back(bucket_end);
        begin = bucket_end;
      }
      bucket_end = row;
    }
    if (row - begin >= 2 * kRowGroupRows) {
      size_t end = bucket_end > begin ? bucket_end : begin + kRowGroupRows;
      ends.push_back(end);
      begin = end;
    }
  }
  if (buckets.size() > begin) ends.push_back(buckets.size());
  return ends;
}

}  // namespace

std::vector<ParquetColumn> LakeColumns(const TableInfo& table) {
  std::vector<ParquetColumn> columns;
  for (const ColumnInfo& info : table.columns) {
    columns.push_back({std::string(info.name), ParquetTypeOf(info.type), ScaleOf(info.type)});
    if (info.type == ColumnType::kCode) columns.push_back({std::string(info.name) + "_id", ParquetType::kInt32});
    if (!info.key_column.empty()) columns.push_back({std::string(info.key_column), ParquetType::kInt64});
  }
  columns.push_back({"bucket", ParquetType::kInt16});
  columns.push_back({"row_id", ParquetType::kInt64});
  columns.push_back({"live", ParquetType::kBool});
  columns.push_back({"row_key", ParquetType::kInt64});
  columns.push_back({"row_hash", ParquetType::kInt32});
  return columns;
}

std::vector<uint32_t> GroupPass::SortedRows(size_t table, const std::vector<int64_t>& bucket_key,
                                            const std::vector<int64_t>& time) const {
  struct Item {
    int64_t key;
    int64_t time;
    int64_t ordinal;
    int32_t bucket;
    uint32_t row;
  };
  const Rows& rows = tables_[table];
  std::vector<Item> items;
  items.reserve(rows.size());
  for (uint32_t row = 0; row < rows.size(); row++) {
    if (rows.state[row] != kTaken) continue;
    items.push_back({bucket_key[row], time.empty() ? 0 : time[row], rows.ordinal[row], BucketOf(bucket_key[row]), row});
  }
  std::ranges::sort(items, [](const Item& a, const Item& b) {
    if (a.bucket != b.bucket) return a.bucket < b.bucket;
    if (a.key != b.key) return a.key < b.key;
    if (a.time != b.time) return a.time < b.time;
    return a.ordinal < b.ordinal;
  });
  std::vector<uint32_t> order;
  order.reserve(items.size());
  for (const Item& item : items) order.push_back(item.row);
  return order;
}

Status GroupPass::WriteTable(size_t table) {
  const Rows& rows = tables_[table];
  const TableInfo& info = Tables()[table];
  const SlotMap& slots = context_.batch->table(table).slots;
  const StagedRows& staged = *rows.staged;
  std::vector<int64_t> bucket_key = TRY(staged.Ints(slots.Engine(kBucketKeySlot)));
  std::vector<uint32_t> order;
  {
    std::vector<int64_t> time;
    if (!info.time.empty()) time = TRY(staged.Ints(info.IndexOf(info.time)));
    order = SortedRows(table, bucket_key, time);
  }
  if (order.empty()) return {};

  std::vector<ParquetColumn> columns = LakeColumns(info);
  ChunkEncoder encoder;
  std::vector<int64_t> buckets(order.size());
  for (size_t i = 0; i < order.size(); i++) buckets[i] = BucketOf(bucket_key[order[i]]);
  GroupedChunks chunks(RowGroupEnds(buckets), columns.size());
  auto add_ints = [&](const std::vector<int64_t>& arranged, ParquetType type) {
    chunks.Add([&](size_t from, size_t until, std::vector<EncodedChunk>& to) {
      std::span<const int64_t> part(arranged.data() + from, until - from);
      to.push_back(type == ParquetType::kBool ? encoder.Bools(part) : encoder.Integers(part, type));
    });
  };
  for (size_t column = 0; column < info.columns.size(); column++) {
    const ColumnInfo& of = info.columns[column];
    size_t key = slots.KeyOf(column);
    if (!staged.Has(column)) {
      size_t stored = 1u + (of.type == ColumnType::kCode) + (key != SIZE_MAX);
      chunks.Add([&](size_t from, size_t until, std::vector<EncodedChunk>& to) {
        to.insert(to.end(), stored, encoder.Nulls(until - from));
      });
      continue;
    }
    if (!IsText(of.type)) {
      add_ints(Arrange(TRY(staged.Ints(column)), order), ParquetTypeOf(of.type));
      continue;
    }
    if (of.type == ColumnType::kId || staged.HasTexts(column)) {
      std::string bytes;
      std::vector<std::string_view> texts =
          Arrange(TRY(staged.Texts(column, context_.texts[table][column], bytes)), order);
      chunks.Add([&](size_t from, size_t until, std::vector<EncodedChunk>& to) {
        to.push_back(encoder.Texts({texts.data() + from, until - from}));
      });
    } else {
      std::vector<int32_t> codes = Arrange(TRY(staged.Codes(column)), order);
      const std::vector<std::string_view>& texts = context_.texts[table][column];
      chunks.Add([&](size_t from, size_t until, std::vector<EncodedChunk>& to) {
        LocalCodes local = encoder.Localise({codes.data() + from, until - from}, texts.size());
        to.push_back(encoder.CodeTexts(local, texts));
        if (of.type == ColumnType::kCode) to.push_back(encoder.CodeIds(local, context_.code_ids[table][column]));
      });
    }
    if (key != SIZE_MAX) {
      add_ints(Arrange(TRY(staged.Ints(key)), order), ParquetType::kInt64);
    }
  }
  std::vector<int64_t> values(order.size());
  lake::DataFile file;
  file.bucket_min = static_cast<int>(buckets.front());
  file.bucket_max = static_cast<int>(buckets.back());
  add_ints(buckets, ParquetType::kInt16);
  for (size_t i = 0; i < order.size(); i++) values[i] = context_.batch_ordinal << 40 | rows.ordinal[order[i]];
  add_ints(values, ParquetType::kInt64);
  for (size_t i = 0; i < order.size(); i++) values[i] = rows.live[order[i]];
  add_ints(values, ParquetType::kBool);
  add_ints(Arrange(TRY(staged.Ints(slots.Engine(kRowKeySlot))), order), ParquetType::kInt64);
  add_ints(Arrange(TRY(staged.Ints(slots.Engine(kRowHashSlot))), order), ParquetType::kInt32);

  file.table = info.name;
  file.rows = static_cast<int64_t>(order.size());
  file.path = "data/" + file.table + "/" + context_.batch_name + "-" + std::to_string(group_) + ".parquet";
  std::string path = context_.staging + "/" + file.path;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  ParquetWriter writer = TRY(ParquetWriter::Create(path, columns));
  TRY(chunks.WriteTo(writer));
  TRY(writer.Finish());
  result_.files.push_back(std::move(file));
  return {};
}

}  // namespace yijian::intake
