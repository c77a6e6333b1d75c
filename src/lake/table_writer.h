// Rows made in C++ into one Parquet file, in the order they are appended.
//
//   TableWriter writer = TRY(TableWriter::Create(path, {{"rule_id", WriterType::kText}, {"amount",
//   WriterType::kFen}})); TRY(writer.Append(rules.size(), {std::span(rules), std::span(amounts)}));   // as often as
//   you like int64_t rows = TRY(writer.Finish());
//
// Nulls:   timeline::kNull among numbers; an empty text is null where the column says so.
// Bytes:   depend on the rows and their order alone, not on how they are cut into calls.
// Memory:  one row group of 100,000 rows.
// Crash:   the file is whole and on the disk when Finish returns. A writer that is destroyed without it leaves none.
// Errors:  kIo from the disk; kInvalidInput for a text that is not UTF-8. After one, every call gives it again.
// Threads: one owner at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace yijian::lake {

enum class WriterType : uint8_t {
  kBool,   // 0, 1                        -> BOOLEAN
  kInt16,  // must fit                    -> SMALLINT
  kInt32,  // must fit                    -> INTEGER
  kInt64,  //                             -> BIGINT
  kFen,    // hundredths of a yuan        -> DECIMAL(18,2)
  kMicro,  // millionths                  -> DECIMAL(18,6)
  kRatio,  // ten-thousandths             -> DECIMAL(18,4)
  kDate,   // days since 1970             -> DATE
  kTime,   // local seconds since 1970    -> TIMESTAMP
  kText,   //                             -> VARCHAR
};

struct WriterColumn {
  std::string name;
  WriterType type = WriterType::kInt64;
  bool empty_is_null = false;  // texts
};

using WriterCells =
    std::variant<std::span<const int64_t>, std::span<const std::string>, std::span<const std::string_view>>;

class TableWriter {
 public:
  static Result<TableWriter> Create(const std::string& path, std::vector<WriterColumn> columns);
  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;
  ~TableWriter();

  // One span of `rows` cells per column, of the column's type.
  Status Append(size_t rows, const std::vector<WriterCells>& columns);
  // Rows in the file.
  Result<int64_t> Finish();

 private:
  struct Impl;
  explicit TableWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yijian::lake
