// One table's rows of a range of buckets, as the files give them: file after file, live rows only.
//
// A step of BucketReader, which puts them in order. Rows of one person that follow each other are a
// Group; groups of one file ascend by (bucket, key) when the file is as docs/formats/lake.md says,
// and the reader copes when it is not. Speed: the inner loop of an audit. One pass over raw
// columns; nothing per row but what keeps and groups it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/convert.h"
#include "lake/database.h"
#include "lake/parquet_scan.h"
#include "lake/snapshot.h"
#include "timeline/bucket.h"
#include "timeline/catalogue.h"

namespace yijian::lake {

// The lake's column that holds a field's value: codes lie beside their text as <column>_id.
std::string StoredName(const timeline::FieldInfo& field);

struct Group {
  int64_t key = 0;
  uint32_t begin = 0;  // rows [begin, begin of the next group)
};

// What to read of a table, and into what.
struct ScanRequest {
  timeline::Kind kind = timeline::Kind::kLine;
  std::vector<bool> fields;  // by ordinal; texts are not loaded by it
  bool visit_key = false;    // fill visit_key from mdtrt_key
  std::string_view text;     // fill text from this VARCHAR column; empty = none
};

struct ScanRows {
  uint32_t rows = 0;
  std::vector<timeline::Column> columns;  // by ordinal, those requested
  timeline::Column visit_key;             // kNull when blank
  std::vector<int64_t> row_id;
  std::vector<std::string> text;  // "" when null
  std::vector<Group> groups;

  // Row ids of the last scan stay until they are overwritten: clearing the memory would cost as much as filling it.
  void Clear(size_t fields);
  void Finish(const ScanRequest& request);  // cuts lists to `rows`
  uint32_t EndOf(size_t group) const { return group + 1 < groups.size() ? groups[group + 1].begin : rows; }
};

// Fixed set of row ids, made for many questions.
class RowIdSet {
 public:
  explicit RowIdSet(const std::vector<int64_t>& row_ids);
  bool empty() const { return slots_.empty(); }
  bool Contains(int64_t row_id) const;

 private:
  std::vector<int64_t> slots_;  // open addressing; kNull = free
};

class TableScanner {
 public:
  // So many files of a kind are remembered where they were left; of more, those asked longest ago begin anew.
  static constexpr size_t kCursorsMax = 16;

  // The snapshot outlives the scanner. DuckDB, with these options, is opened when a file needs it: few do.
  TableScanner(const Snapshot* snapshot, DatabaseOptions options) : snapshot_(snapshot), options_(std::move(options)) {}

  // Replaces what `rows` held. Rows without a person are left out: they are nobody's timeline.
  // Slices one after the other, in the order of the files, cost least.
  Status Scan(const ScanRequest& request, const Slice& slice, ScanRows* rows);

  // National ids of persons by the psn_no column of any table, for those keys in `wanted` that it
  // knows.
  Status FindTexts(std::string_view table, BucketRange range, std::map<int64_t, std::string>* wanted);

 private:
  Result<RowStream> Stream(const std::string& sql);
  Result<std::shared_ptr<const ParquetFile>> FileOf(const std::string& path);
  Status ScanFile(const ScanRequest& request, const Slice& slice, const Snapshot::File& file, ScanRows* rows);
  ScanCursor& CursorOf(timeline::Kind kind, const ParquetFile* file, int file_last, int bucket);

  const Snapshot* snapshot_;
  DatabaseOptions options_;
  std::optional<Connection> connection_;
  std::map<std::string, std::shared_ptr<const ParquetFile>> files_;  // by path
  // Where the scans of a kind's files stand.
  struct Place {
    std::unique_ptr<ScanCursor> cursor;
    int bucket_last = 0;  // of the file: behind it the cursor is free
    int64_t used = 0;
  };
  std::array<std::vector<Place>, timeline::kKindCount> places_;
  int64_t uses_ = 0;
};

}  // namespace yijian::lake
