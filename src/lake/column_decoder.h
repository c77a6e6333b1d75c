// The pages of one column chunk into flat vectors, a stretch of rows at a time.
//
//   ColumnDecoder decoder(file->columns()[3]);
//   TRY(decoder.Start(fd, group.columns[3], group.rows));
//   TRY(decoder.Skip(100));
//   ColumnView view = TRY(decoder.Decode(2048));     // good until the next call
//
// Owns:    the chunk's bytes and the vectors it gives out.
// Errors:  kIo; pages may hold anything, every length and index is checked.
// Speed:   one pass per stretch for nulls, one for indexes, one for values; checks are per stretch
// where they can be. Threads: one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "lake/convert.h"
#include "lake/encodings.h"
#include "lake/parquet_file.h"
#include "timeline/column.h"

namespace yijian::lake {

inline constexpr size_t kStretchMax = 4096;  // rows per Decode

// Bytes that need not be zero before they are written, and are kept for the next use.
class ByteBuffer {
 public:
  // Room for `size` bytes and slack behind them that may be read and written; what was there is
  // gone.
  char* Make(size_t size) {
    if (bytes_ == nullptr || size + kSlack > capacity_) {
      capacity_ = size + size / 4 + kSlack;
      bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
    }
    return bytes_.get();
  }
  char* data() const { return bytes_.get(); }

 private:
  static constexpr size_t kSlack = 128;
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
};

// A column that a decoder fills.
struct ColumnFill {
  timeline::Column* column = nullptr;
  int64_t chunk = 0;             // whose dictionary the column has got, as the decoder counts them
  std::optional<uint16_t> base;  // where it begins in the column's list; empty when it did not fit
};

class ColumnDecoder {
 public:
  ColumnDecoder();

  // For the chunks of this column from now on.
  void Use(const ParquetFile::Column& column);
  Status Start(int fd, const ParquetFile::ColumnChunk& chunk, int64_t rows);
  // rows <= kStretchMax, and within the chunk.
  Result<ColumnView> Decode(size_t rows);
  // Adds the same rows to a column, converted, kNull where there is no value; as indexes when the file has a dictionary
  // and the column can take it.
  Status Append(size_t rows, const Converter& convert, ColumnFill* to);
  Status Skip(size_t rows);
  // How many rows come next that the file says are all alike, or else rows it says nothing of. At least one; not the
  // end of the chunk.
  struct Ahead {
    size_t rows = 0;
    bool alike = false;
  };
  Result<Ahead> LookAhead();

 private:
  struct Page {
    int type = -1;
    size_t raw_bytes = 0;
    size_t packed_bytes = 0;
    size_t values = 0;
    int encoding = -1;
    size_t level_bytes = 0;  // version 2
    bool packed = true;
    bool version2 = false;
  };

  // Whole pages of no more than `skippable` rows are passed over, unread.
  Result<size_t> NextPage(size_t skippable);
  bool ReadHeader(Page* page);
  const char* Unpack(const Page& page, const char* from, ByteBuffer* raw) const;
  bool ReadDictionary(const Page& page, const char* from);
  bool StartData(const Page& page, const char* from);
  bool StartValues(const char* at, const char* end, int encoding);
  bool Values(size_t count, char* out);
  bool PlainTexts(size_t count, char* out);
  bool Deltas(size_t count, char* out);
  bool StartDeltaTexts(const char* at, const char* end);
  bool DeltaTexts(size_t count, char* out);
  bool ReadIndexes(size_t count);
  bool FromDictionary(size_t count, char* out);
  void Convert(const Converter& convert);
  bool OffersIndexes(const Converter& convert, ColumnFill* to);
  bool Indexes(size_t rows, size_t values, uint16_t base, uint16_t* out);
  bool Numbers(size_t count, const Converter& convert, int64_t* out);
  bool SkipValues(size_t count);
  void Scatter(size_t rows, const uint8_t* present, char* out);
  void MakeValidity(size_t rows);

  Physical physical_ = Physical::kInt64;
  bool optional_ = false;
  size_t width_ = 8;  // bytes of a value in a vector

  ByteBuffer bytes_;  // the chunk
  size_t size_ = 0;
  bool snappy_ = false;
  size_t at_ = 0;  // next page
  int64_t rows_left_ = 0;

  size_t page_left_ = 0;  // rows
  ByteBuffer page_;       // raw bytes of the current one, when they had to be unpacked
  HybridReader levels_;
  enum class Mode { kPlain, kDictionary, kFlags, kDelta, kDeltaTexts };
  Mode mode_ = Mode::kPlain;
  HybridReader indexes_;
  DeltaReader deltas_;
  std::vector<int64_t> lengths_;  // of texts
  size_t length_ = 0;             // the next
  const char* plain_ = nullptr;
  const char* plain_end_ = nullptr;
  size_t plain_bit_ = 0;  // of booleans

  std::vector<ByteBuffer> pages_before_;  // of this stretch, into which its texts point

  bool has_dictionary_ = false;
  ByteBuffer dictionary_bytes_;
  ByteBuffer dictionary_;  // values as they lie in vectors
  size_t dictionary_size_ = 0;
  std::optional<Converter> converted_by_;
  std::vector<int64_t> converted_;  // the dictionary's values and kNull, once something asked for them
  int64_t chunk_ = 0;               // counts Start

  std::vector<uint32_t> index_;
  std::vector<uint8_t> present_;
  std::vector<uint64_t> validity_;
  ByteBuffer out_;
  ByteBuffer dense_;  // values without the nulls between them
};

}  // namespace yijian::lake
