// Writes Parquet files of flat, nullable columns. docs/formats/lake.md says which.
//
//   ParquetWriter writer = TRY(ParquetWriter::Create(path, {{"id", ParquetType::kInt32}, {"code",
//   ParquetType::kText}})); ChunkEncoder encoder; std::vector<EncodedChunk> group;
//   group.push_back(encoder.Integers(ids, ParquetType::kInt32));
//   group.push_back(encoder.Texts(codes));
//   TRY(writer.WriteRowGroup(rows, group));
//   TRY(writer.Finish());
//
// Why not COPY TO: DuckDB 1.4 spends 5 microseconds of processor time on a fee line of 42 columns,
// this one half of one, because codes come in numbered already and every code column shares its
// numbers with its _id column.
//
// Layout:  one chunk a column and row group; dictionary encoding where it pays, else deltas or plain; Snappy where it
// shrinks a
//          chunk by a quarter; smallest and largest value of every chunk of numbers, so that readers skip buckets.
// Crash:   a file counts only when Finish returned; it is then on the disk (fsync).
// Errors:  kIo with the path.
// Threads: encoders are independent; one writer belongs to one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::lake {

// Shown to readers as BOOLEAN, SMALLINT, INTEGER, BIGINT, DATE, TIMESTAMP, DECIMAL(18, scale),
// VARCHAR.
enum class ParquetType : uint8_t { kBool, kInt16, kInt32, kInt64, kDate, kTimestamp, kDecimal, kText };

struct ParquetColumn {
  std::string name;
  ParquetType type;
  int scale = 0;  // of a decimal
};

inline constexpr int64_t kNullValue = std::numeric_limits<int64_t>::min();
inline constexpr int32_t kNullCode = -1;

// One column of one row group, ready to be written.
struct EncodedChunk {
  std::string bytes;  // pages with their headers
  int64_t values = 0;
  int64_t nulls = 0;
  int64_t raw_bytes = 0;
  int64_t dictionary_bytes = 0;  // size of the dictionary page that comes first; 0 = none
  int encoding = 0;              // of its data pages, as Parquet numbers them
  bool snappy = false;
  bool has_range = false;
  int64_t min = 0;
  int64_t max = 0;
};

// A column of small numbers into a list of distinct values: what dictionary encoding writes.
struct LocalCodes {
  std::vector<uint32_t> index;    // of every row that is not null
  std::vector<int32_t> distinct;  // the code behind each index, by first appearance
  std::string levels;             // encoded definition levels
  int64_t rows = 0;
  std::string packed;  // encoded index page body
};

class ChunkEncoder {
 public:
  // kTimestamp takes seconds. kNullValue is null. Any integer type.
  EncodedChunk Integers(std::span<const int64_t> values, ParquetType type);
  // A column without a value, of any type.
  EncodedChunk Nulls(size_t rows);
  // 0, 1 or kNullValue.
  EncodedChunk Bools(std::span<const int64_t> values);
  // A view with null data() is null.
  EncodedChunk Texts(std::span<const std::string_view> values);

  // Codes are numbers 0 .. limit-1 or kNullCode. The same LocalCodes serve the text and the id
  // column.
  LocalCodes Localise(std::span<const int32_t> codes, size_t limit);
  EncodedChunk CodeTexts(const LocalCodes& codes, std::span<const std::string_view> text_of);
  EncodedChunk CodeIds(const LocalCodes& codes, std::span<const int32_t> id_of);

 private:
  struct Page {
    int type;
    int encoding;
    size_t values;
    std::string body;
  };
  void AddPage(int type, int encoding, size_t values, std::string body);
  EncodedChunk& Seal(EncodedChunk& chunk);
  EncodedChunk PlainTexts(std::span<const std::string_view> values);
  bool Distinct(std::span<const std::string_view> values);

  std::vector<uint32_t> slots_;  // code -> index + 1 in this chunk
  std::vector<uint32_t> table_;  // hash table of numbers or texts: index + 1
  std::vector<uint32_t> index_;
  std::vector<int64_t> numbers_;
  std::vector<std::string_view> texts_;
  std::string body_;
  std::vector<Page> pages_;
  std::vector<std::string> packed_;
};

class ParquetWriter {
 public:
  static Result<ParquetWriter> Create(const std::string& path, std::vector<ParquetColumn> columns);
  ParquetWriter(ParquetWriter&& other) noexcept;
  ParquetWriter& operator=(ParquetWriter&&) = delete;
  ~ParquetWriter();  // closes; a file that was not finished is removed

  // One chunk for every column, in order.
  Status WriteRowGroup(int64_t rows, std::span<const EncodedChunk> chunks);
  Status Finish();

  int64_t rows() const { return rows_; }
  const std::string& path() const { return path_; }

 private:
  struct ChunkMeta {
    int64_t offset = 0;
    int64_t bytes = 0;
    EncodedChunk head;  // without its bytes
  };
  struct GroupMeta {
    int64_t rows = 0;
    std::vector<ChunkMeta> chunks;
  };
  ParquetWriter(std::string path, int fd, std::vector<ParquetColumn> columns);
  Status Write(std::string_view bytes);
  std::string Footer() const;

  std::string path_;
  int fd_;
  std::vector<ParquetColumn> columns_;
  std::vector<GroupMeta> groups_;
  int64_t offset_ = 0;
  int64_t rows_ = 0;
};

}  // namespace yijian::lake
