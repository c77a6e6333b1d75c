// DuckDB, wrapped: the only door to it. No DuckDB header leaves this room.
//
//   Database database = TRY(Database::Open({.memory_limit_mb = 512, .threads = 1}));
//   Connection connection = TRY(database.Connect());
//   TRY(connection.Execute("CREATE TABLE item AS SELECT 1 AS id, 'aspirin' AS name"));
//   QueryResult rows = TRY(connection.Query("SELECT name, count(*) FROM item GROUP BY ALL"));
//   rows.Text(0, 0), rows.Int(0, 1)                               // "aspirin", 1
//
//   RowStream stream = TRY(connection.Stream("SELECT det_item_fee_sumamt FROM read_parquet(" +
//   Quote(path) + ")")); while (const Chunk* chunk = TRY(stream.Next())) { ... }       // raw
//   columns, see chunk.h
//
// Database:  in memory; files come in by read_parquet, read_csv and COPY. Extensions are never
// fetched. Threads:   a Database may be shared. A Connection belongs to one thread at a time, but
// Interrupt and Progress may be
//            called from any. With .threads = 1 all work is done in the calling thread, none
//            besides.
// Owns:      streams and connections keep what they come from alive; at most one stream of a
// connection may be open. Errors:    nothing throws. kIo file trouble; kLimit memory or
// interrupted; kInvalidInput values that do not convert;
//            kConflict constraints; kInternal SQL that is wrong. Messages are DuckDB's own first
//            line.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/chunk.h"

namespace yijian::lake {

struct DatabaseOptions {
  int64_t memory_limit_mb = 0;  // 0: DuckDB's default, 80% of the machine
  int threads = 0;              // 0: all cores
  std::string temp_dir;         // where large sorts spill; empty: they fail with kLimit instead
};

// The rows of a query, all of them in memory. For results that people read; hot loops use
// RowStream.
class QueryResult {
 public:
  size_t rows() const { return rows_; }
  const std::vector<ColumnInfo>& columns() const { return columns_; }
  size_t ColumnOf(std::string_view name) const;  // CHECKs that it exists

  bool IsNull(size_t row, size_t column) const { return cells_[column].null[row]; }
  // Integers, booleans, dates, timestamps (in their units), unscaled decimals. Null gives 0.
  int64_t Int(size_t row, size_t column) const;
  // Any number; decimals scaled. Never for money.
  double Double(size_t row, size_t column) const;
  // Any type as people write it: 12.50, 2025-03-06, 2025-03-06 08:15:30, true. Null gives "".
  std::string Text(size_t row, size_t column) const;

 private:
  friend class Connection;
  struct Cells {
    std::vector<int64_t> ints;  // the bits of a double for Logical::kFloating
    std::vector<std::string> texts;
    std::vector<bool> null;
  };
  Status Append(const Chunk& chunk);

  size_t rows_ = 0;
  std::vector<ColumnInfo> columns_;
  std::vector<Cells> cells_;
};

class RowStream {
 public:
  RowStream(RowStream&&) noexcept;
  RowStream& operator=(RowStream&&) noexcept;
  ~RowStream();

  const std::vector<ColumnInfo>& columns() const;
  // The next rows, nullptr after the last. What it returned before is gone.
  Result<const Chunk*> Next();

 private:
  friend class Connection;
  struct Impl;
  explicit RowStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // One or several statements; results are dropped.
  Status Execute(const std::string& sql);
  Result<QueryResult> Query(const std::string& sql);
  // One statement, computed while its chunks are fetched.
  Result<RowStream> Stream(const std::string& sql);
  // First column of the first row; kNotFound without rows or when null.
  Result<int64_t> QueryInt(const std::string& sql);

  // Stops what runs now; it fails with kLimit. From any thread.
  void Interrupt();
  // Share of the running statement that is done, 0..1; nullopt while nobody knows. From any thread.
  std::optional<double> Progress() const;

 private:
  friend class Database;
  friend class RowStream;
  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

class Database {
 public:
  static Result<Database> Open(const DatabaseOptions& options = {});
  Result<Connection> Connect();

 private:
  friend class Connection;
  struct Impl;
  explicit Database(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// A database of its own with one connection: what a worker thread wants.
Result<Connection> OpenConnection(const DatabaseOptions& options = {});

// 'it''s' and "a ""name""": text as SQL literals and identifiers, whatever it holds.
std::string Quote(std::string_view text);
std::string QuoteName(std::string_view name);
// ['a', 'b']
std::string QuoteList(const std::vector<std::string>& texts);

}  // namespace yijian::lake
