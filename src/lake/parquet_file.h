// The footer of a Parquet file: its columns, and where their chunks lie.
//
//   auto file = TRY(ParquetFile::Open(path));
//   if (file->CanRead({"psn_key", "row_id"})) ...       // with ParquetScan; else DuckDB has to
//
// Why our own: decoding our plainly written files (PLAIN and dictionary pages, Snappy or nothing,
// no nesting) straight into flat vectors is several times as fast as letting DuckDB do it, which
// hands every dictionary column out through two copies. Whatever is encoded otherwise is left to
// DuckDB. Errors:  kIo when the file is cut off or its footer makes no sense. Threads: immutable;
// share freely. Holds no open file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/chunk.h"

namespace yijian::lake {

class ParquetFile {
 public:
  struct ColumnChunk {
    int64_t offset = 0;  // of its first page
    int64_t bytes = 0;
    bool snappy = false;
    bool has_range = false;
    int64_t min = 0;
    int64_t max = 0;
  };
  struct RowGroup {
    int64_t rows = 0;
    std::vector<ColumnChunk> columns;
  };
  struct Column {
    ColumnInfo info;
    bool optional = false;
    bool readable = false;  // by ParquetScan, in all row groups
  };
  static constexpr size_t kAbsent = SIZE_MAX;

  static Result<std::shared_ptr<const ParquetFile>> Open(const std::string& path);

  const std::string& path() const { return path_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<RowGroup>& groups() const { return groups_; }
  size_t Find(std::string_view name) const;
  // False when one of them is there but not readable.
  bool CanRead(const std::vector<std::string>& names) const;

 private:
  friend class FooterParser;
  std::string path_;
  std::vector<Column> columns_;
  std::vector<RowGroup> groups_;
};

}  // namespace yijian::lake
