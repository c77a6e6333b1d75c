// Converted rows on their way to the lake: column by column in temporary files, apart by table and
// bucket group.
//
//   StageWriter writer = TRY(StageWriter::Create(path, layouts, groups));     // one per thread
//   writer.Rows(table, group) ... fill ...; TRY(writer.Flush(...));
//   StagedRows rows(blocks, ...); rows.Ints(slot)
//
// Slots:   a table's row has a slot for each national column, then one for the key of each column
// that has a key_column, then
//          the engine's own (EngineSlot). A slot that a block lacks is NULL in all its rows.
// Crash:   the files lie in the lake's staging folder and go with it.
// Threads: a writer belongs to one thread; blocks, once written, may be read by any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intake/schema.h"
#include "lake/parquet_writer.h"

namespace yijian::intake {

using lake::kNullCode;
using lake::kNullValue;
inline constexpr int32_t kNullSize = -1;

enum class SlotKind : uint8_t { kAbsent, kInt, kCode, kText };

// After the national columns and their keys.
enum EngineSlot : uint8_t { kOrdinalSlot, kBucketKeySlot, kRowKeySlot, kRowHashSlot, kInitKeySlot, kEngineSlots };

// Where a table's slots are.
class SlotMap {
 public:
  explicit SlotMap(const TableInfo& table);
  const TableInfo& table() const { return *table_; }
  size_t size() const { return engine_ + kEngineSlots; }
  // Of the key of a national column; SIZE_MAX when it has none.
  size_t KeyOf(size_t column) const { return key_of_[column]; }
  size_t Engine(EngineSlot slot) const { return engine_ + slot; }

 private:
  const TableInfo* table_;
  std::vector<size_t> key_of_;
  size_t engine_;
};

// Rows being gathered: one of the vectors of each slot. A slot may lag behind: the rows it lacks are NULL in it.
struct StageColumn {
  SlotKind kind = SlotKind::kAbsent;
  std::vector<int64_t> ints;
  std::vector<int32_t> codes;
  std::vector<int32_t> sizes;  // of texts; kNullSize is NULL
  std::string bytes;           // of texts
};
struct StageBuffer {
  size_t rows = 0;
  std::vector<StageColumn> slots;

  // The slot, of this kind from now on and as long as the rows there are.
  std::vector<int64_t>& Ints(size_t slot);
  std::vector<int32_t>& Codes(size_t slot);
  StageColumn& Texts(size_t slot);
};

struct StageFile;  // a file that goes when the last block of it goes

struct StageBlock {
  // Ints, codes and sizes of texts lie in the file as unsigned numbers of the same width, one a row: 0 is NULL, n is
  // base + n - 1. With no width every row is `base`. Texts follow their sizes.
  struct Slot {
    SlotKind kind = SlotKind::kAbsent;
    uint8_t width = 0;  // in bytes: 0, 1, 2, 4 or 8
    int64_t base = 0;
    int64_t offset = 0;      // in the file
    int64_t text_bytes = 0;  // of texts
  };
  std::shared_ptr<StageFile> file;
  size_t rows = 0;
  std::vector<Slot> slots;
};

class StageWriter {
 public:
  static Result<StageWriter> Create(const std::string& path);
  // Writes the buffer as one block and empties it.
  Result<StageBlock> Write(StageBuffer& buffer);
  int64_t bytes() const;

 private:
  explicit StageWriter(std::shared_ptr<StageFile> file) : file_(std::move(file)) {}
  Status Append(std::string_view bytes);

  std::shared_ptr<StageFile> file_;
  std::string packed_;
};

// The blocks of one table and group, read a slot at a time.
class StagedRows {
 public:
  explicit StagedRows(std::vector<StageBlock> blocks);
  size_t rows() const { return rows_; }
  bool Has(size_t slot) const;
  // Whether any block holds the slot as plain texts instead of codes.
  bool HasTexts(size_t slot) const;

  // All rows in block order; kNullValue where absent.
  Result<std::vector<int64_t>> Ints(size_t slot) const;
  // Only when !HasTexts.
  Result<std::vector<int32_t>> Codes(size_t slot) const;
  // Views live as long as `bytes`; codes are looked up in `text_of`. Null views are NULL.
  Result<std::vector<std::string_view>> Texts(size_t slot, std::span<const std::string_view> text_of,
                                              std::string& bytes) const;

 private:
  template <typename T>
  Status Numbers(const StageBlock& block, size_t slot, T null, std::span<T> to) const;

  std::vector<StageBlock> blocks_;
  size_t rows_ = 0;
};

}  // namespace yijian::intake
