#include "lake/table_writer.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/date.h"
#include "base/utf8.h"
#include "lake/database_impl.h"
#include "lake/durable.h"
#include "lake/lake.h"
#include "timeline/bucket.h"

namespace yijian::lake {
namespace {

constexpr size_t kChunksWaiting = 64;
constexpr int64_t kMicrosPerSecond = 1'000'000;

class OwnedType {
 public:
  explicit OwnedType(duckdb_logical_type type) : type_(type) {}
  OwnedType(OwnedType&& other) noexcept : type_(std::exchange(other.type_, nullptr)) {}
  OwnedType& operator=(OwnedType&&) = delete;
  ~OwnedType() { duckdb_destroy_logical_type(&type_); }
  duckdb_logical_type get() const { return type_; }

 private:
  duckdb_logical_type type_;
};

OwnedType TypeOf(WriterType type) {
  switch (type) {
    case WriterType::kBool:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
    case WriterType::kInt16:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_SMALLINT));
    case WriterType::kInt32:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_INTEGER));
    case WriterType::kInt64:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
    case WriterType::kFen:
      return OwnedType(duckdb_create_decimal_type(18, 2));
    case WriterType::kMicro:
      return OwnedType(duckdb_create_decimal_type(18, 6));
    case WriterType::kDate:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_DATE));
    case WriterType::kTime:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP));
    case WriterType::kText:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  }
  CHECK(false);
}

// A DuckDB chunk that is being filled, row by row from the front.
class FilledChunk {
 public:
  explicit FilledChunk(const std::vector<WriterColumn>& columns) {
    std::vector<OwnedType> types;
    std::vector<duckdb_logical_type> handles;
    types.reserve(columns.size());
    handles.reserve(columns.size());
    for (const WriterColumn& column : columns) types.push_back(TypeOf(column.type));
    for (const OwnedType& type : types) handles.push_back(type.get());
    chunk_ = duckdb_create_data_chunk(handles.data(), handles.size());
  }
  FilledChunk(FilledChunk&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)), rows_(other.rows_) {}
  FilledChunk& operator=(FilledChunk&&) = delete;
  ~FilledChunk() { duckdb_destroy_data_chunk(&chunk_); }

  size_t rows() const { return rows_; }
  size_t room() const { return duckdb_vector_size() - rows_; }
  duckdb_vector vector(size_t column) const { return duckdb_data_chunk_get_vector(chunk_, column); }
  void AddRows(size_t rows) { rows_ += rows; }

 private:
  duckdb_data_chunk chunk_;
  size_t rows_ = 0;
};

void SetNull(duckdb_vector vector, size_t row) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

template <typename T>
void PutNumbers(duckdb_vector vector, size_t at, std::span<const int64_t> values, int64_t factor = 1) {
  T* to = static_cast<T*>(duckdb_vector_get_data(vector)) + at;
  for (size_t row = 0; row < values.size(); row++) {
    if (values[row] == timeline::kNull) {
      SetNull(vector, at + row);
    } else {
      to[row] = static_cast<T>(values[row] * factor);
    }
  }
}

void PutNumbers(WriterType type, duckdb_vector vector, size_t at, std::span<const int64_t> values) {
  switch (type) {
    case WriterType::kBool:
      return PutNumbers<uint8_t>(vector, at, values);
    case WriterType::kInt16:
      return PutNumbers<int16_t>(vector, at, values);
    case WriterType::kInt32:
    case WriterType::kDate:
      return PutNumbers<int32_t>(vector, at, values);
    case WriterType::kTime:
      return PutNumbers<int64_t>(vector, at, values, kMicrosPerSecond);
    default:
      return PutNumbers<int64_t>(vector, at, values);
  }
}

Status PutTexts(const WriterColumn& column, duckdb_vector vector, size_t at, std::span<const std::string> texts) {
  for (size_t row = 0; row < texts.size(); row++) {
    const std::string& text = texts[row];
    // DuckDB writes any bytes, but neither it nor others read them back.
    if (!IsUtf8(text)) return InvalidInput("a text of column " + column.name + " is not UTF-8");
    if (column.empty_is_null && text.empty()) {
      SetNull(vector, at + row);
    } else {
      duckdb_vector_assign_string_element_len(vector, at + row, text.data(), text.size());
    }
  }
  return {};
}

// Cells [done, done + part) of `count` into the chunk's column, from row `at`.
Status Put(const WriterColumn& column, const WriterCells& cells, size_t count, size_t done, size_t part, size_t at,
           duckdb_vector vector) {
  if (column.type == WriterType::kText) {
    auto texts = std::get<std::span<const std::string>>(cells);
    CHECK(texts.size() == count);
    return PutTexts(column, vector, at, texts.subspan(done, part));
  }
  auto numbers = std::get<std::span<const int64_t>>(cells);
  CHECK(numbers.size() == count);
  PutNumbers(column.type, vector, at, numbers.subspan(done, part));
  return {};
}

// Between the caller, who fills chunks, and the thread in which DuckDB writes them.
class ChunkQueue {
 public:
  // False when nobody takes chunks any more.
  bool Push(FilledChunk chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return chunks_.size() < kChunksWaiting || closed_; });
    if (closed_) return false;
    chunks_.push_back(std::move(chunk));
    changed_.notify_all();
    return true;
  }
  // Nullopt after the last.
  std::optional<FilledChunk> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !chunks_.empty() || closed_; });
    if (chunks_.empty()) return std::nullopt;
    FilledChunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return chunk;
  }
  void Close(bool abandon) {
    std::lock_guard lock(mutex_);
    closed_ = true;
    abandoned_ |= abandon;
    if (abandon) chunks_.clear();
    changed_.notify_all();
  }
  bool abandoned() {
    std::lock_guard lock(mutex_);
    return abandoned_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FilledChunk> chunks_;
  bool closed_ = false;
  bool abandoned_ = false;
};

struct Source {
  std::vector<WriterColumn> columns;
  ChunkQueue queue;
};

// A DuckDB that reads rows from us by the table function yijian_rows(): to open one costs as much as writing thousands
// of rows, so that writers hand theirs on. Moves nowhere: DuckDB keeps its address.
struct Engine {
  explicit Engine(Connection own) : connection(std::move(own)) {}
  Connection connection;
  Source* source = nullptr;  // of the writer that has the engine
};

// DuckDB's table function of our rows: bind tells the columns, function gives the next chunk.
void BindSource(duckdb_bind_info info) {
  const Source* source = static_cast<Engine*>(duckdb_bind_get_extra_info(info))->source;
  for (const WriterColumn& column : source->columns) {
    duckdb_bind_add_result_column(info, column.name.c_str(), TypeOf(column.type).get());
  }
}

void InitSource(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void NextOfSource(duckdb_function_info info, duckdb_data_chunk output) {
  Source* source = static_cast<Engine*>(duckdb_function_get_extra_info(info))->source;
  std::optional<FilledChunk> chunk = source->queue.Pop();
  if (source->queue.abandoned()) return duckdb_function_set_error(info, "abandoned");
  if (!chunk) return duckdb_data_chunk_set_size(output, 0);
  for (size_t i = 0; i < source->columns.size(); i++) {
    duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i), chunk->vector(i));
  }
  duckdb_data_chunk_set_size(output, chunk->rows());
}

// Engines nobody uses at the moment. Never destroyed: DuckDB's own statics may be gone before ours.
class Engines {
 public:
  static Engines& All() {
    static Engines* all = new Engines;
    return *all;
  }
  std::unique_ptr<Engine> Take() {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<Engine> engine = std::move(idle_.back());
    idle_.pop_back();
    return engine;
  }
  void GiveBack(std::unique_ptr<Engine> engine) {
    engine->source = nullptr;
    std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleMax) idle_.push_back(std::move(engine));
  }

 private:
  static constexpr size_t kIdleMax = 4;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Engine>> idle_;
};

}  // namespace

struct TableWriter::Impl {
  Impl(std::string file, std::vector<WriterColumn> columns) : path(std::move(file)) {
    source.columns = std::move(columns);
  }
  ~Impl() {
    if (finished) return;
    source.queue.Close(/*abandon=*/true);
    if (thread.joinable()) thread.join();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
  }

  Status FindEngine();
  static Status Register(Engine* engine);
  void Start();
  Status Append(size_t count, const std::vector<WriterCells>& columns);
  Status Flush();
  Status Stop();

  std::string path;
  Source source;
  std::unique_ptr<Engine> engine;
  std::thread thread;
  Status written;  // of the thread; read after it ended
  std::optional<FilledChunk> filling;
  int64_t rows = 0;
  Status failed;
  bool finished = false;
};

Status TableWriter::Impl::Register(Engine* engine) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, "yijian_rows");
  duckdb_table_function_set_extra_info(function, engine, nullptr);
  duckdb_table_function_set_bind(function, BindSource);
  duckdb_table_function_set_init(function, InitSource);
  duckdb_table_function_set_function(function, NextOfSource);
  duckdb_state state = duckdb_register_table_function(engine->connection.impl_->handle, function);
  duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess) return InternalError("DuckDB does not take our table function");
  return {};
}

Status TableWriter::Impl::FindEngine() {
  engine = Engines::All().Take();
  if (engine == nullptr) {
    engine = std::make_unique<Engine>(TRY(OpenConnection({.threads = 1})));
    TRY(Register(engine.get()));
  }
  engine->source = &source;
  return {};
}

void TableWriter::Impl::Start() {
  thread = std::thread([this] {
    written = engine->connection.Execute("COPY (SELECT * FROM yijian_rows()) TO " + Quote(path) + " (" +
                                         std::string(kParquetOptions) + ")");
    source.queue.Close(/*abandon=*/!written.has_value());  // nobody shall wait for us
  });
}

Status TableWriter::Impl::Flush() {
  if (!filling || filling->rows() == 0) return {};
  bool taken = source.queue.Push(std::move(*filling));
  filling.reset();
  return taken ? Status() : Stop();
}

Status TableWriter::Impl::Stop() {
  source.queue.Close(/*abandon=*/false);
  if (thread.joinable()) thread.join();
  return std::move(written).While("writing " + path);
}

Status TableWriter::Impl::Append(size_t count, const std::vector<WriterCells>& columns) {
  const std::vector<WriterColumn>& expected = source.columns;
  CHECK(columns.size() == expected.size());
  for (size_t done = 0; done < count;) {
    if (!filling) filling.emplace(expected);
    size_t part = std::min(count - done, filling->room());
    for (size_t i = 0; i < columns.size(); i++) {
      TRY(Put(expected[i], columns[i], count, done, part, filling->rows(), filling->vector(i)));
    }
    filling->AddRows(part);
    done += part;
    if (filling->room() == 0) TRY(Flush());
  }
  rows += static_cast<int64_t>(count);
  return {};
}

TableWriter::TableWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter& TableWriter::operator=(TableWriter&&) noexcept = default;
TableWriter::~TableWriter() = default;

Result<TableWriter> TableWriter::Create(const std::string& path, std::vector<WriterColumn> columns) {
  CHECK(!columns.empty());
  TRY(MakeDirs(std::filesystem::path(path).parent_path().string()));
  auto impl = std::make_unique<Impl>(path, std::move(columns));
  TRY(impl->FindEngine());
  impl->Start();
  return TableWriter(std::move(impl));
}

Status TableWriter::Append(size_t rows, const std::vector<WriterCells>& columns) {
  if (impl_->failed) impl_->failed = impl_->Append(rows, columns);
  return impl_->failed;
}

Result<int64_t> TableWriter::Finish() {
  if (!impl_->failed) return impl_->failed.error();
  CHECK(!impl_->finished);
  TRY(impl_->Flush());
  TRY(impl_->Stop());
  TRY(SyncFile(impl_->path));
  impl_->finished = true;
  Engines::All().GiveBack(std::move(impl_->engine));
  return impl_->rows;
}

}  // namespace yijian::lake
