// Source files as pieces of text fields, whatever their format.
//
//   std::unique_ptr<Source> source = TRY(OpenSource(path, format, file_ordinal));
//   while (TRY(source->Next(piece))) { ... }
//
// Every value arrives as text, exactly as written: an 18-digit id stays 18 digits. A missing value
// (NULL of Parquet, null or absent member of JSON) is an empty text. Memory:  one piece and, at
// worst, one record of kRecordBytesMax. Errors:  kInvalidInput when the file is not what the format
// says (empty, other encoding, cut off), kIo when it cannot be
//          read. A single record that cannot be read is no error: it goes to piece.bad.
// Threads: one owner at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "intake/piece.h"
#include "intake/text_encoding.h"

namespace yijian::intake {

enum class FileFormat : uint8_t { kCsv, kParquet, kJsonLines };
enum class RowNumber : uint8_t { kAuto, kYes, kNo };

struct SourceFormat {
  FileFormat format = FileFormat::kCsv;
  std::optional<Encoding> encoding;  // unset: found out
  std::optional<char> delimiter;     // unset: , tab ; or |, whichever the first line has most of
  std::optional<char> quote;         // '\0' = none; unset: " or ', whichever begins more fields
  bool header = true;
  std::vector<std::string> columns;         // their names when there is no header
  RowNumber row_number = RowNumber::kAuto;  // records begin with a number that the header does not name
};

class Source {
 public:
  virtual ~Source() = default;
  // Names as in the file, without blanks around them.
  const std::vector<std::string>& columns() const { return columns_; }
  // False after the last piece.
  virtual Result<bool> Next(Piece& piece) = 0;
  // For progress: how much of the file's size is read.
  virtual int64_t bytes_done() const = 0;
  // Rows numbered so far, the header among them.
  virtual int64_t last_row() const = 0;
  // Is handed every byte of the file in order while it is read. Only text files; false when the
  // format reads otherwise.
  virtual bool Tap(std::function<void(const char*, size_t)> tap) = 0;

 protected:
  std::vector<std::string> columns_;
};

Result<std::unique_ptr<Source>> OpenSource(const std::string& path, const SourceFormat& format, int file);

// The three kinds, for OpenSource.
Result<std::unique_ptr<Source>> OpenCsv(const std::string& path, const SourceFormat& format, int file);
Result<std::unique_ptr<Source>> OpenJsonLines(const std::string& path, const SourceFormat& format, int file);
Result<std::unique_ptr<Source>> OpenParquet(const std::string& path, int file);

}  // namespace yijian::intake
