// Inside the wrapper: DuckDB's handles and how its types and errors become ours. Only .cc files of
// this room include it.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>

#include "lake/database.h"

namespace yijian::lake {

struct Database::Impl {
  duckdb_database handle = nullptr;
  ~Impl() { duckdb_close(&handle); }
};

struct Connection::Impl {
  std::shared_ptr<Database::Impl> database;
  duckdb_connection handle = nullptr;
  ~Impl() { duckdb_disconnect(&handle); }
};

Error ErrorOf(duckdb_error_type type, const char* message);
Error ErrorOf(duckdb_result* result);

// nullopt: a type this room does not carry (lists, structs, ...).
std::optional<ColumnInfo> InfoOf(duckdb_logical_type type, std::string name);

// Points `chunk` at the vectors of `from`.
void View(duckdb_data_chunk from, Chunk* chunk);

}  // namespace yijian::lake
