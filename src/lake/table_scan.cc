#include "lake/table_scan.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace yijian::lake {
namespace {

using timeline::Column;
using Span = timeline::Column::Span;
using timeline::FieldInfo;
using timeline::Fields;
using timeline::FieldType;
using timeline::kNull;
using timeline::Storage;

std::string RangeSql(BucketRange range) {
  return "bucket >= " + std::to_string(range.from) + " AND bucket < " + std::to_string(range.until);
}

bool Inside(const DataFile& file, BucketRange range) {
  return file.bucket_min >= range.from && file.bucket_max < range.until;
}

// Rows of a chunk that stay, as spans between those that go.
void SpansOf(const std::vector<uint8_t>& dead, size_t rows, std::vector<Span>* spans) {
  spans->clear();
  size_t row = 0;
  while (row < rows) {
    const void* hit = std::memchr(dead.data() + row, 1, rows - row);
    size_t end = hit == nullptr ? rows : static_cast<size_t>(static_cast<const uint8_t*>(hit) - dead.data());
    if (end > row) spans->push_back({static_cast<uint32_t>(row), static_cast<uint32_t>(end - row)});
    row = end + 1;
  }
}

size_t SizeOf(const std::vector<Span>& spans) {
  size_t size = 0;
  for (Span span : spans) size += span.size;
  return size;
}

}  // namespace

std::string StoredName(const FieldInfo& field) {
  std::string name(field.column);
  return field.storage == Storage::kCodeId ? name + "_id" : name;
}

// ---- ScanRows

void ScanRows::Clear(size_t fields) {
  rows = 0;
  columns.resize(fields);
  for (Column& column : columns) column.clear();
  visit_key.clear();
  groups.clear();
}

void ScanRows::Finish(const ScanRequest& request) {
  row_id.resize(rows);
  text.resize(request.text.empty() ? 0 : rows);
}

// ---- RowIdSet

RowIdSet::RowIdSet(const std::vector<int64_t>& row_ids) {
  if (row_ids.empty()) return;
  size_t size = 16;
  while (size < row_ids.size() * 2) size *= 2;
  slots_.assign(size, kNull);
  for (int64_t row_id : row_ids) {
    size_t at = static_cast<size_t>(static_cast<uint64_t>(row_id) * 0x9e3779b97f4a7c15u >> 20) & (size - 1);
    while (slots_[at] != kNull && slots_[at] != row_id) at = (at + 1) & (size - 1);
    slots_[at] = row_id;
  }
}

bool RowIdSet::Contains(int64_t row_id) const {
  size_t mask = slots_.size() - 1;
  size_t at = static_cast<size_t>(static_cast<uint64_t>(row_id) * 0x9e3779b97f4a7c15u >> 20) & mask;
  while (slots_[at] != kNull) {
    if (slots_[at] == row_id) return true;
    at = (at + 1) & mask;
  }
  return false;
}

// ---- TableScanner

Result<RowStream> TableScanner::Stream(const std::string& sql) {
  if (!connection_) connection_ = TRY(OpenConnection(options_));
  return connection_->Stream(sql);
}

Result<std::shared_ptr<const ParquetFile>> TableScanner::FileOf(const std::string& path) {
  std::shared_ptr<const ParquetFile>& file = files_[path];
  if (file == nullptr) file = TRY(ParquetFile::Open(path));
  return file;
}

namespace {

constexpr size_t kAbsent = SIZE_MAX;

// One file's query: where each thing we need stands in its SELECT, kAbsent when the file lacks it.
// psn_key is 0, row_id 1.
struct FilePlan {
  std::vector<std::string> columns;
  struct Field {
    size_t ordinal;
    size_t position;
  };
  size_t live = kAbsent;
  size_t visit_key = kAbsent;
  size_t text = kAbsent;
  bool want_visit_key = false;
  bool want_text = false;
  std::vector<Field> fields;
};

Result<FilePlan> PlanOf(const ScanRequest& request, const ParquetFile& file) {
  for (const char* needed : {"bucket", "psn_key", "row_id"}) {
    if (file.Find(needed) == ParquetFile::kAbsent) return IoError(std::string("the file has no column ") + needed);
  }
  FilePlan plan{
      .columns = {"psn_key", "row_id"}, .want_visit_key = request.visit_key, .want_text = !request.text.empty()};
  auto select = [&](const std::string& column) {
    if (file.Find(column) == ParquetFile::kAbsent) return kAbsent;
    plan.columns.push_back(column);
    return plan.columns.size() - 1;
  };
  plan.live = select("live");
  if (plan.want_visit_key) plan.visit_key = select("mdtrt_key");
  if (plan.want_text) plan.text = select(std::string(request.text));
  for (size_t field = 0; field < request.fields.size(); field++) {
    if (request.fields[field]) plan.fields.push_back({field, select(StoredName(Fields(request.kind)[field]))});
  }
  return plan;
}

std::string SqlOf(const FilePlan& plan, const Slice& slice, const Snapshot::File& file) {
  std::string list;
  for (const std::string& column : plan.columns) list += (list.empty() ? "" : ", ") + QuoteName(column);
  std::string sql = "SELECT " + list + " FROM read_parquet(" + Quote(file.path) + ")";
  if (!Inside(*file.data, slice.range) || !slice.whole()) sql += " WHERE " + RangeSql(slice.range);
  if (!slice.whole())
    sql += " AND psn_key BETWEEN " + std::to_string(slice.key_first) + " AND " + std::to_string(slice.key_last);
  return sql;
}

// DuckDB as a source of chunks.
class QuerySource : public ChunkSource {
 public:
  explicit QuerySource(RowStream stream) : stream_(std::move(stream)) {}
  const std::vector<ColumnInfo>& columns() const override { return stream_.columns(); }
  Result<size_t> Next() override {
    chunk_ = TRY(stream_.Next());
    return chunk_ ? chunk_->rows : 0;
  }
  Result<ColumnView> View(size_t column) override { return chunk_->columns[column]; }
  Status Append(size_t column, const Converter& convert, ColumnFill* to) override {
    convert(chunk_->columns[column], chunk_->rows, to->column->Append(chunk_->rows));
    return {};
  }

 private:
  RowStream stream_;
  const Chunk* chunk_ = nullptr;
};

}  // namespace

namespace {

// The stream of one file into ScanRows.
class FileScan {
 public:
  FileScan(const FilePlan& plan, std::unique_ptr<ChunkSource> source, const std::vector<int64_t>& cancelled,
           ScanRows* rows)
      : plan_(plan), source_(std::move(source)), cancelled_(cancelled), rows_(rows) {}

  Status Start(const ScanRequest& request);
  Status Run();

 private:
  Status MarkDead(const ColumnView& keys, const ColumnView& row_ids);
  void AddGroups(const int64_t* keys);
  Status AddTexts();
  void AddRowIds(const int64_t* row_ids);
  // A column of the file, and where it goes.
  struct Way {
    size_t position = kAbsent;
    std::optional<Converter> convert;  // when the file has it
    ColumnFill to;
  };
  Result<Way> WayOf(size_t position, FieldType type, Column* column) const;
  Status Append(Way& way);

  const FilePlan& plan_;
  std::unique_ptr<ChunkSource> source_;
  RowIdSet cancelled_;
  ScanRows* rows_;
  std::vector<Way> ways_;

  // Of the current chunk.
  size_t size_ = 0;
  size_t kept_ = 0;
  std::vector<uint8_t> dead_;
  std::vector<Span> spans_;
  bool grouping_ = false;  // last_key_ is set
  int64_t last_key_ = 0;
};

Status FileScan::Start(const ScanRequest& request) {
  const std::vector<ColumnInfo>& infos = source_->columns();
  auto is = [&](size_t position, Logical logical, Physical physical) {
    return position == kAbsent || (infos[position].logical == logical && infos[position].physical == physical);
  };
  for (size_t key : {size_t{0}, size_t{1}, plan_.visit_key}) {
    if (!is(key, Logical::kInteger, Physical::kInt64)) return IoError(infos[key].name + " is not a BIGINT");
  }
  if (!is(plan_.live, Logical::kBool, Physical::kBool)) return IoError("live is not a BOOLEAN");
  if (!is(plan_.text, Logical::kText, Physical::kText)) return IoError(infos[plan_.text].name + " is not a VARCHAR");
  if (plan_.want_visit_key) ways_.push_back(TRY(WayOf(plan_.visit_key, FieldType::kId, &rows_->visit_key)));
  for (const FilePlan::Field& field : plan_.fields) {
    FieldType type = Fields(request.kind)[field.ordinal].type;
    ways_.push_back(TRY(WayOf(field.position, type, &rows_->columns[field.ordinal])));
  }
  return {};
}

Result<FileScan::Way> FileScan::WayOf(size_t position, FieldType type, Column* column) const {
  Way way{position, std::nullopt, {column, 0, std::nullopt}};
  if (position != kAbsent) way.convert = TRY(Converter::For(source_->columns()[position], type));
  return way;
}

Status FileScan::Run() {
  while ((size_ = TRY(source_->Next())) > 0) {
    ColumnView keys = TRY(source_->View(0));
    ColumnView row_ids = TRY(source_->View(1));
    TRY(MarkDead(keys, row_ids));
    SpansOf(dead_, size_, &spans_);
    kept_ = SizeOf(spans_);
    AddGroups(keys.As<int64_t>());
    AddRowIds(row_ids.As<int64_t>());
    for (Way& way : ways_) TRY(Append(way));
    if (plan_.want_text) TRY(AddTexts());
    rows_->rows += static_cast<uint32_t>(kept_);
  }
  return {};
}

// Dead: not live, cancelled, or without a person.
Status FileScan::MarkDead(const ColumnView& keys, const ColumnView& row_ids) {
  dead_.assign(size_, 0);
  auto without = [&](const ColumnView& column) {
    if (column.validity == nullptr) return;
    for (size_t row = 0; row < size_; row++) dead_[row] |= column.Has(row) ? 0 : 1;
  };
  without(keys);
  without(row_ids);
  if (plan_.live != kAbsent) {
    ColumnView lives = TRY(source_->View(plan_.live));
    const auto* live = lives.As<uint8_t>();
    for (size_t row = 0; row < size_; row++) dead_[row] |= live[row] == 0 ? 1 : 0;
    without(lives);
  }
  if (!cancelled_.empty()) {
    const auto* ids = row_ids.As<int64_t>();
    for (size_t row = 0; row < size_; row++) dead_[row] |= cancelled_.Contains(ids[row]) ? 1 : 0;
  }
  return {};
}

void FileScan::AddGroups(const int64_t* keys) {
  uint32_t to = rows_->rows;
  for (Span span : spans_) {
    if (!grouping_) {
      rows_->groups.push_back({keys[span.begin], to});
      last_key_ = keys[span.begin];
      grouping_ = true;
    }
    for (uint32_t row = span.begin; row < span.begin + span.size; row++, to++) {
      if (keys[row] == last_key_) continue;
      rows_->groups.push_back({keys[row], to});
      last_key_ = keys[row];
    }
  }
}

// Texts of an earlier scan are overwritten: their memory is used again.
Status FileScan::AddTexts() {
  ColumnView texts;
  if (plan_.text != kAbsent) texts = TRY(source_->View(plan_.text));
  size_t to = rows_->rows;
  if (rows_->text.size() < to + kept_) rows_->text.resize(to + kept_);
  for (Span span : spans_) {
    for (uint32_t row = span.begin; row < span.begin + span.size; row++) {
      bool has = plan_.text != kAbsent && texts.Has(row);
      rows_->text[to++] = has ? texts.Text(row) : std::string_view();
    }
  }
  return {};
}

void FileScan::AddRowIds(const int64_t* row_ids) {
  std::vector<int64_t>& list = rows_->row_id;
  size_t to = rows_->rows;
  if (list.size() < to + kept_) list.resize(to + kept_);
  for (Span span : spans_) {
    std::memcpy(list.data() + to, row_ids + span.begin, span.size * sizeof(int64_t));
    to += span.size;
  }
}

// Adds all rows, then closes the gaps of dead ones: they are few, so this moves long stretches.
Status FileScan::Append(Way& way) {
  Column& column = *way.to.column;
  if (way.convert)
    TRY(source_->Append(way.position, *way.convert, &way.to));
  else
    column.Fill(size_, kNull);
  if (kept_ != size_) column.Keep(rows_->rows, spans_);
  return {};
}

}  // namespace

// Cursors of files that end before `bucket` are used again first.
ScanCursor& TableScanner::CursorOf(timeline::Kind kind, const ParquetFile* file, int file_last, int bucket) {
  std::vector<Place>& places = places_[static_cast<size_t>(kind)];
  auto place = std::ranges::find_if(places, [&](const Place& each) { return each.cursor->file() == file; });
  if (place == places.end())
    place = std::ranges::find_if(places, [&](const Place& each) { return each.bucket_last < bucket; });
  if (place == places.end() && places.size() < kCursorsMax)
    place = places.insert(places.end(), {std::make_unique<ScanCursor>()});
  if (place == places.end()) place = std::ranges::min_element(places, {}, &Place::used);
  place->bucket_last = file_last;
  place->used = ++uses_;
  return *place->cursor;
}

Status TableScanner::ScanFile(const ScanRequest& request, const Slice& slice, const Snapshot::File& file,
                              ScanRows* rows) {
  std::shared_ptr<const ParquetFile> parquet = TRY(FileOf(file.path));
  FilePlan plan = TRY(PlanOf(request, *parquet));
  std::unique_ptr<ChunkSource> source;
  if (parquet->CanRead(plan.columns) && parquet->CanRead({"bucket", "psn_key"})) {
    ScanCursor& cursor = CursorOf(request.kind, parquet.get(), file.data->bucket_max, slice.range.from);
    source = TRY(ParquetScan::Open(parquet, plan.columns, slice, &cursor));
  } else {
    source = std::make_unique<QuerySource>(TRY(Stream(SqlOf(plan, slice, file))));
  }
  std::string_view table = timeline::InfoOf(request.kind).table;
  FileScan scan(plan, std::move(source), snapshot_->CancelledOf(table, slice.range, file.ordinal), rows);
  TRY(scan.Start(request));
  return scan.Run();
}

Status TableScanner::Scan(const ScanRequest& request, const Slice& slice, ScanRows* rows) {
  CHECK(request.fields.size() == Fields(request.kind).size());
  std::string_view table = timeline::InfoOf(request.kind).table;
  rows->Clear(request.fields.size());
  for (const Snapshot::File& file : snapshot_->FilesOf(table, slice.range)) {
    if (rows->rows + file.data->rows > UINT32_MAX - 1) return LimitReached("more rows in a bucket than 32 bits count");
    TRY(ScanFile(request, slice, file, rows).While("reading " + file.path));
  }
  rows->Finish(request);
  return {};
}

Status TableScanner::FindTexts(std::string_view table, BucketRange range, std::map<int64_t, std::string>* wanted) {
  for (const Snapshot::File& file : snapshot_->FilesOf(table, range)) {
    std::string doing = "reading " + file.path;
    if (TRY(FileOf(file.path))->Find("psn_no") == ParquetFile::kAbsent) continue;
    RowStream stream = TRY(Stream("SELECT psn_key, min(psn_no) FROM read_parquet(" + Quote(file.path) + ") WHERE " +
                                  RangeSql(range) + " AND psn_key IS NOT NULL AND psn_no IS NOT NULL GROUP BY psn_key")
                               .While(doing));
    while (const Chunk* chunk = TRY(stream.Next().While(doing))) {
      const int64_t* keys = chunk->columns[0].As<int64_t>();
      for (size_t row = 0; row < chunk->rows; row++) {
        auto it = wanted->find(keys[row]);
        if (it != wanted->end() && it->second.empty()) it->second = chunk->columns[1].Text(row);
      }
    }
  }
  return {};
}

}  // namespace yijian::lake
