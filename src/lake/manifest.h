// What one batch brought into the lake, as its manifest batches/<batch>.json tells it.
//
// Grammar: docs/formats/lake.md. Unknown members are ignored, so that newer writers do not shut out
// older readers. Units:   money totals in fen, by national column name. Errors:  ParseManifest
// gives kIo with the reason when the text is cut off or not a manifest; it never throws.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::lake {

// The pseudo table whose files list rows of earlier batches that a refund in this batch reverses.
inline constexpr std::string_view kCancelTable = "cancel";
inline constexpr int64_t kOrdinalMax = (1 << 23) - 1;  // row_id = ordinal << 40 | row

struct SourceFile {
  std::string path;
  std::string sha256;
  int64_t bytes = 0;
};

// read = taken + quarantined + duplicate.
struct TableCounts {
  int64_t read = 0;
  int64_t taken = 0;
  int64_t quarantined = 0;
  int64_t duplicate = 0;
  std::map<std::string, int64_t> money_fen;  // of the taken rows
};

struct DataFile {
  std::string table;  // "fee_line", ..., or kCancelTable
  std::string path;   // below the lake: "data/fee_line/2025-03-0.parquet"
  int64_t rows = 0;
  int bucket_min = 0;
  int bucket_max = 0;  // inclusive
  int64_t bytes = 0;   // CommitBatch fills it in
};

struct Manifest {
  std::string batch;  // [A-Za-z0-9._-]+, not starting with a dot
  int64_t ordinal = 0;
  std::string mapping;
  std::string mapping_version;
  std::string created;  // "2025-03-06 08:15:30"
  std::vector<SourceFile> sources;
  std::map<std::string, TableCounts> tables;
  std::vector<DataFile> files;
  std::string dictionary;     // "dictionary/<batch>.parquet"; empty when no code was new
  std::string quarantine;     // "quarantine/<batch>.parquet"; empty when every row was taken
  std::string checks = "{}";  // JSON, as intake wrote it
};

std::string ToJson(const Manifest& manifest);
Result<Manifest> ParseManifest(std::string_view json);

}  // namespace yijian::lake
