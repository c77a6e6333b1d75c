#include "lake/table_writer.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/utf8.h"
#include "lake/durable.h"
#include "lake/parquet_writer.h"
#include "timeline/bucket.h"

namespace yijian::lake {
namespace {

static_assert(kNullValue == timeline::kNull);

constexpr size_t kGroupRows = 100'000;

ParquetColumn ColumnOf(const WriterColumn& column) {
  switch (column.type) {
    case WriterType::kBool:
      return {column.name, ParquetType::kBool};
    case WriterType::kInt16:
      return {column.name, ParquetType::kInt16};
    case WriterType::kInt32:
      return {column.name, ParquetType::kInt32};
    case WriterType::kInt64:
      return {column.name, ParquetType::kInt64};
    case WriterType::kFen:
      return {column.name, ParquetType::kDecimal, 2};
    case WriterType::kMicro:
      return {column.name, ParquetType::kDecimal, 6};
    case WriterType::kRatio:
      return {column.name, ParquetType::kDecimal, 4};
    case WriterType::kDate:
      return {column.name, ParquetType::kDate};
    case WriterType::kTime:
      return {column.name, ParquetType::kTimestamp};
    case WriterType::kText:
      return {column.name, ParquetType::kText};
  }
  CHECK(false);
}

// The cells of one column that wait for their row group to be full.
class Waiting {
 public:
  explicit Waiting(WriterColumn column) : column_(std::move(column)) {}

  Status Add(const WriterCells& cells, size_t from, size_t count) {
    if (column_.type != WriterType::kText) {
      auto numbers = std::get<std::span<const int64_t>>(cells).subspan(from, count);
      numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
      return {};
    }
    if (const auto* texts = std::get_if<std::span<const std::string>>(&cells)) return AddTexts(*texts, from, count);
    return AddTexts(std::get<std::span<const std::string_view>>(cells), from, count);
  }

  EncodedChunk Encode(ChunkEncoder& encoder) {
    EncodedChunk chunk;
    if (column_.type == WriterType::kText) {
      std::vector<std::string_view> views;
      views.reserve(ends_.size());
      size_t begin = 0;
      for (size_t end : ends_) {
        bool null = end == begin && column_.empty_is_null;
        views.push_back(null ? std::string_view() : std::string_view(texts_.c_str() + begin, end - begin));
        begin = end;
      }
      chunk = encoder.Texts(views);
    } else if (column_.type == WriterType::kBool) {
      chunk = encoder.Bools(numbers_);
    } else {
      chunk = encoder.Integers(numbers_, ColumnOf(column_).type);
    }
    numbers_.clear();
    texts_.clear();
    ends_.clear();
    return chunk;
  }

 private:
  template <typename Text>
  Status AddTexts(std::span<const Text> texts, size_t from, size_t count) {
    for (const Text& text : texts.subspan(from, count)) {
      if (!IsUtf8(text)) return InvalidInput("a text of column " + column_.name + " is not UTF-8");
      texts_ += text;
      ends_.push_back(texts_.size());
    }
    return {};
  }

  WriterColumn column_;
  std::vector<int64_t> numbers_;
  std::string texts_;         // one behind the other
  std::vector<size_t> ends_;  // of each text
};

}  // namespace

struct TableWriter::Impl {
  explicit Impl(ParquetWriter to) : file(std::move(to)) {}

  Status Append(size_t count, const std::vector<WriterCells>& cells);
  Status WriteGroup();

  ParquetWriter file;
  std::vector<Waiting> columns;
  size_t waiting = 0;  // rows
  ChunkEncoder encoder;
  Status failed;
};

Status TableWriter::Impl::Append(size_t count, const std::vector<WriterCells>& cells) {
  CHECK(cells.size() == columns.size());
  for (const WriterCells& column : cells) CHECK(std::visit([](auto span) { return span.size(); }, column) == count);
  for (size_t done = 0; done < count;) {
    size_t part = std::min(count - done, kGroupRows - waiting);
    for (size_t i = 0; i < columns.size(); i++) TRY(columns[i].Add(cells[i], done, part));
    waiting += part;
    done += part;
    if (waiting == kGroupRows) TRY(WriteGroup());
  }
  return {};
}

Status TableWriter::Impl::WriteGroup() {
  if (waiting == 0) return {};
  std::vector<EncodedChunk> chunks;
  for (Waiting& column : columns) chunks.push_back(column.Encode(encoder));
  return file.WriteRowGroup(static_cast<int64_t>(std::exchange(waiting, 0)), chunks);
}

TableWriter::TableWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter& TableWriter::operator=(TableWriter&&) noexcept = default;
TableWriter::~TableWriter() = default;

Result<TableWriter> TableWriter::Create(const std::string& path, std::vector<WriterColumn> columns) {
  CHECK(!columns.empty());
  TRY(MakeDirs(std::filesystem::path(path).parent_path().string()));
  std::vector<ParquetColumn> stored;
  for (const WriterColumn& column : columns) stored.push_back(ColumnOf(column));
  auto impl = std::make_unique<Impl>(TRY(ParquetWriter::Create(path, std::move(stored))));
  for (WriterColumn& column : columns) impl->columns.emplace_back(std::move(column));
  return TableWriter(std::move(impl));
}

Status TableWriter::Append(size_t rows, const std::vector<WriterCells>& columns) {
  if (impl_->failed) impl_->failed = impl_->Append(rows, columns);
  return impl_->failed;
}

Result<int64_t> TableWriter::Finish() {
  if (impl_->failed) impl_->failed = impl_->WriteGroup();
  if (!impl_->failed) return impl_->failed.error();
  TRY(impl_->file.Finish());
  return impl_->file.rows();
}

}  // namespace yijian::lake
