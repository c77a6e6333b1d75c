#include "lake/database.h"

#include <utility>

#include "lake/database_impl.h"

namespace yijian::lake {
namespace {

class OwnedResult {
 public:
  OwnedResult() = default;
  OwnedResult(const OwnedResult&) = delete;
  OwnedResult& operator=(const OwnedResult&) = delete;
  ~OwnedResult() { duckdb_destroy_result(&result_); }
  duckdb_result* get() { return &result_; }

 private:
  duckdb_result result_{};
};

ErrorCode CodeOf(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_PERMISSION:
    case DUCKDB_ERROR_SERIALIZATION:
      return ErrorCode::kIo;
    case DUCKDB_ERROR_OUT_OF_MEMORY:
    case DUCKDB_ERROR_INTERRUPT:
      return ErrorCode::kLimit;
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_INVALID_INPUT:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_DIVIDE_BY_ZERO:
      return ErrorCode::kInvalidInput;
    case DUCKDB_ERROR_CONSTRAINT:
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kInternal;
  }
}

// Prepared statements give no type with their message, but the message begins with it.
duckdb_error_type TypeOf(std::string_view message) {
  if (message.starts_with("IO Error")) return DUCKDB_ERROR_IO;
  if (message.starts_with("Out of Memory Error")) return DUCKDB_ERROR_OUT_OF_MEMORY;
  if (message.starts_with("INTERRUPT Error")) return DUCKDB_ERROR_INTERRUPT;
  if (message.starts_with("Invalid Input Error")) return DUCKDB_ERROR_INVALID_INPUT;
  if (message.starts_with("Conversion Error")) return DUCKDB_ERROR_CONVERSION;
  return DUCKDB_ERROR_INVALID;
}

// One column of the result that we cannot carry is the caller's mistake: say which.
Result<std::vector<ColumnInfo>> ColumnsOf(duckdb_result* result) {
  std::vector<ColumnInfo> columns;
  for (idx_t i = 0; i < duckdb_column_count(result); i++) {
    std::string name = duckdb_column_name(result, i);
    duckdb_logical_type type = duckdb_column_logical_type(result, i);
    std::optional<ColumnInfo> info = InfoOf(type, name);
    duckdb_destroy_logical_type(&type);
    if (!info) {
      return InternalError("column " + name + " has a type that is not carried; cast it in SQL");
    }
    columns.push_back(std::move(*info));
  }
  return columns;
}

struct Setting {
  const char* name;
  std::string value;
};

std::vector<Setting> SettingsOf(const DatabaseOptions& options) {
  std::vector<Setting> settings{
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"temp_directory", options.temp_dir},
  };
  if (options.threads > 0) settings.push_back({"threads", std::to_string(options.threads)});
  if (options.memory_limit_mb > 0) {
    settings.push_back({"memory_limit", std::to_string(options.memory_limit_mb) + "MiB"});
  }
  return settings;
}

std::string Doubled(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    if (c == '\0') break;  // SQL text ends at a zero byte anyway
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

Error ErrorOf(duckdb_error_type type, const char* message) {
  std::string text = message == nullptr ? "no message" : message;
  size_t line_end = text.find("\n\n");  // after it comes a drawing of the SQL
  if (line_end != std::string::npos) text.resize(line_end);
  if (type == DUCKDB_ERROR_INVALID) type = TypeOf(text);
  return {CodeOf(type), std::move(text)};
}

Error ErrorOf(duckdb_result* result) { return ErrorOf(duckdb_result_error_type(result), duckdb_result_error(result)); }

// ---- Database

Database::Database(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<Database> Database::Open(const DatabaseOptions& options) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) return InternalError("DuckDB: no config");
  auto impl = std::make_shared<Impl>();
  std::optional<Error> error;
  for (const Setting& setting : SettingsOf(options)) {
    if (duckdb_set_config(config, setting.name, setting.value.c_str()) != DuckDBSuccess) {
      error = InvalidInput(std::string("DuckDB does not take ") + setting.name + " = " + setting.value);
    }
  }
  char* message = nullptr;
  if (!error && duckdb_open_ext(nullptr, &impl->handle, config, &message) != DuckDBSuccess) {
    error = ErrorOf(DUCKDB_ERROR_INVALID, message);
  }
  duckdb_free(message);
  duckdb_destroy_config(&config);
  if (error) return *error;
  return Database(std::move(impl));
}

Result<Connection> Database::Connect() {
  auto impl = std::make_shared<Connection::Impl>();
  impl->database = impl_;
  if (duckdb_connect(impl_->handle, &impl->handle) != DuckDBSuccess) {
    return InternalError("DuckDB: cannot connect");
  }
  Connection connection(std::move(impl));
  // Bills are in the fund's zone wherever the machine stands. Progress counts but draws nothing.
  // The audit opens each file once per range of buckets, so footers are kept.
  TRY(
      connection.Execute("SET TimeZone = 'Asia/Shanghai'; SET enable_progress_bar = true; "
                         "SET enable_progress_bar_print = false; SET progress_bar_time = 0; "
                         "SET parquet_metadata_cache = true"));
  return connection;
}

Result<Connection> OpenConnection(const DatabaseOptions& options) {
  Database database = TRY(Database::Open(options));
  return database.Connect();
}

// ---- Connection

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Status Connection::Execute(const std::string& sql) {
  OwnedResult result;
  if (duckdb_query(impl_->handle, sql.c_str(), result.get()) != DuckDBSuccess) {
    return ErrorOf(result.get());
  }
  return {};
}

Result<QueryResult> Connection::Query(const std::string& sql) {
  OwnedResult result;
  if (duckdb_query(impl_->handle, sql.c_str(), result.get()) != DuckDBSuccess) {
    return ErrorOf(result.get());
  }
  QueryResult rows;
  rows.columns_ = TRY(ColumnsOf(result.get()));
  rows.cells_.resize(rows.columns_.size());
  Chunk chunk;
  while (duckdb_data_chunk from = duckdb_fetch_chunk(*result.get())) {
    View(from, &chunk);
    Status appended = rows.Append(chunk);
    duckdb_destroy_data_chunk(&from);
    if (!appended) return appended.error();
  }
  return rows;
}

Result<int64_t> Connection::QueryInt(const std::string& sql) {
  QueryResult rows = TRY(Query(sql));
  if (rows.rows() == 0 || rows.columns().empty() || rows.IsNull(0, 0)) {
    return NotFound("no value from: " + sql);
  }
  return rows.Int(0, 0);
}

void Connection::Interrupt() { duckdb_interrupt(impl_->handle); }

std::optional<double> Connection::Progress() const {
  duckdb_query_progress_type progress = duckdb_query_progress(impl_->handle);
  if (progress.percentage < 0) return std::nullopt;
  return progress.percentage / 100;
}

// ---- RowStream

struct RowStream::Impl {
  std::shared_ptr<Connection::Impl> connection;
  duckdb_prepared_statement statement = nullptr;
  duckdb_pending_result pending = nullptr;
  duckdb_result result{};
  duckdb_data_chunk current = nullptr;
  std::vector<ColumnInfo> columns;
  Chunk chunk;

  ~Impl() {
    duckdb_destroy_data_chunk(&current);
    duckdb_destroy_result(&result);
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
  }
};

RowStream::RowStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowStream::RowStream(RowStream&&) noexcept = default;
RowStream& RowStream::operator=(RowStream&&) noexcept = default;
RowStream::~RowStream() = default;

const std::vector<ColumnInfo>& RowStream::columns() const { return impl_->columns; }

Result<RowStream> Connection::Stream(const std::string& sql) {
  auto impl = std::make_unique<RowStream::Impl>();
  impl->connection = impl_;
  if (duckdb_prepare(impl_->handle, sql.c_str(), &impl->statement) != DuckDBSuccess) {
    return ErrorOf(DUCKDB_ERROR_INVALID, duckdb_prepare_error(impl->statement));
  }
  if (duckdb_pending_prepared_streaming(impl->statement, &impl->pending) != DuckDBSuccess) {
    return ErrorOf(DUCKDB_ERROR_INVALID, duckdb_pending_error(impl->pending));
  }
  if (duckdb_execute_pending(impl->pending, &impl->result) != DuckDBSuccess) {
    return ErrorOf(&impl->result);
  }
  impl->columns = TRY(ColumnsOf(&impl->result));
  return RowStream(std::move(impl));
}

Result<const Chunk*> RowStream::Next() {
  duckdb_destroy_data_chunk(&impl_->current);
  impl_->current = duckdb_fetch_chunk(impl_->result);
  if (impl_->current == nullptr) {
    const char* message = duckdb_result_error(&impl_->result);
    if (message != nullptr && *message != '\0') return ErrorOf(&impl_->result);
    return nullptr;
  }
  View(impl_->current, &impl_->chunk);
  return &impl_->chunk;
}

// ---- SQL text

std::string Quote(std::string_view text) { return Doubled(text, '\''); }
std::string QuoteName(std::string_view name) { return Doubled(name, '"'); }

std::string QuoteList(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) list += (list.size() > 1 ? ", " : "") + Quote(text);
  return list + "]";
}

}  // namespace yijian::lake
