// Rows that were not taken in, with the reason.
//
//   QuarantineWriter out = TRY(QuarantineWriter::Create(path));      // one per thread
//   TRY(out.Add({.file = 0, .row = 17, .table = "visit", .field = "begntime", .value = "yesterday",
//                .reason = "is not a time", .record = record_json}));
//   TRY(WriteQuarantine(parts, files, parquet_path));
//
// File:    quarantine/<batch>.parquet, see docs/formats/mapping.md: one row for each fault, ordered
// by file, row, table, field. Threads: a writer belongs to one thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "intake/piece.h"

namespace yijian::intake {

struct Fault {
  int file = 0;
  int64_t row = 0;
  std::string table;
  std::string field;  // empty: the whole record
  std::string value;
  std::string reason;
  std::string record;  // JSON array of the record's fields; a JSON text when it could not be cut
                       // into fields
};

// The fields of a record as JSON.
std::string RecordJson(const Piece& piece, size_t row);
std::string UncutJson(const std::string& text);

class QuarantineWriter {
 public:
  static Result<std::unique_ptr<QuarantineWriter>> Create(const std::string& path);
  ~QuarantineWriter();
  QuarantineWriter(const QuarantineWriter&) = delete;
  QuarantineWriter& operator=(const QuarantineWriter&) = delete;

  Status Add(const Fault& fault);
  int64_t faults() const { return static_cast<int64_t>(places_.size()); }

 private:
  friend Status WriteQuarantine(const std::vector<QuarantineWriter*>& parts,
                                const std::vector<struct QuarantinedFile>& files, const std::string& path);
  struct Place {
    int32_t file;
    uint32_t size;
    int64_t row;
    int64_t offset;
  };
  explicit QuarantineWriter(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status Flush();
  Result<Fault> Read(const Place& place) const;

  std::string path_;
  int fd_;
  int64_t flushed_ = 0;
  std::string buffer_;
  std::vector<Place> places_;
};

struct QuarantinedFile {
  std::string path;
  std::string source;
  std::string columns_json;
};

// Merges the parts into one Parquet file.
Status WriteQuarantine(const std::vector<QuarantineWriter*>& parts, const std::vector<QuarantinedFile>& files,
                       const std::string& path);

}  // namespace yijian::intake
