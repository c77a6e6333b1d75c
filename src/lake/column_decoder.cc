#include "lake/column_decoder.h"

#include <snappy.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lake/thrift_reader.h"
#include "timeline/bucket.h"

namespace yijian::lake {
namespace {

constexpr size_t kTextCell = 16;

enum PageType { kDataPage = 0, kDictionaryPage = 2, kDataPageV2 = 3 };
enum Encoding {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kRleDictionary = 8
};

// DuckDB's string_t, which ColumnView::Text reads: length, then up to 12 bytes in place, or a
// prefix and a pointer.
void PutText(const char* text, uint32_t size, char* cell) {
  std::memset(cell, 0, kTextCell);
  std::memcpy(cell, &size, 4);
  if (size <= 12) {
    std::memcpy(cell + 4, text, size);
  } else {
    std::memcpy(cell + 4, text, 4);
    std::memcpy(cell + 8, &text, 8);
  }
}

size_t WidthOf(Physical physical) {
  switch (physical) {
    case Physical::kBool:
      return 1;
    case Physical::kInt32:
      return 4;
    case Physical::kInt64:
      return 8;
    default:
      return kTextCell;
  }
}

uint64_t Load64(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

template <typename T>
void Gather(const char* from, const std::vector<uint32_t>& index, size_t count, char* out) {
  for (size_t i = 0; i < count; i++) std::memcpy(out + i * sizeof(T), from + index[i] * sizeof(T), sizeof(T));
}

// Spreads dense values over the rows that have one; the others get whatever comes next.
template <typename T>
void Spread(const char* dense, const uint8_t* present, size_t rows, char* out) {
  for (size_t row = 0, next = 0; row < rows; row++) {
    std::memcpy(out + row * sizeof(T), dense + next * sizeof(T), sizeof(T));
    next += present[row];
  }
}

struct Cell {
  char bytes[kTextCell];
};

// Values stand in front of what shall be rows; from the back each moves to its row.
template <typename T>
void MoveToRows(size_t rows, size_t values, const uint8_t* present, T null, T* out) {
  for (size_t row = rows, next = values; next < row;) {
    row--;
    out[row] = present[row] != 0 ? out[--next] : null;
  }
}

}  // namespace

// ---- ColumnDecoder

ColumnDecoder::ColumnDecoder() : index_(kStretchMax), present_(kStretchMax + 64), validity_(kStretchMax / 64 + 1) {}

void ColumnDecoder::Use(const ParquetFile::Column& column) {
  physical_ = column.info.physical;
  optional_ = column.optional;
  width_ = WidthOf(physical_);
  out_.Make(kStretchMax * width_);
  dense_.Make(kStretchMax * width_);
}

Status ColumnDecoder::Start(int fd, const ParquetFile::ColumnChunk& chunk, int64_t rows) {
  size_ = static_cast<size_t>(chunk.bytes);
  char* to = bytes_.Make(size_);
  for (size_t done = 0; done < size_;) {
    ssize_t got = pread(fd, to + done, size_ - done, chunk.offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError(std::string("cannot read: ") + std::strerror(errno));
    if (got == 0) return IoError("the file is cut off");
    done += static_cast<size_t>(got);
  }
  chunk_++;
  snappy_ = chunk.snappy;
  at_ = 0;
  rows_left_ = rows;
  page_left_ = 0;
  has_dictionary_ = false;
  dictionary_size_ = 0;
  converted_by_.reset();
  pages_before_.clear();
  return {};
}

bool ColumnDecoder::ReadHeader(Page* page) {
  ThriftReader in({bytes_.data() + at_, size_ - at_});
  int64_t raw = -1, packed = -1, values = -1, level_bytes = 0, repetition_bytes = 0;
  in.EnterStruct();
  while (auto field = in.NextField()) {
    bool data = field->id == 5, dictionary = field->id == 7, data2 = field->id == 8;
    if (field->id == 1) {
      page->type = static_cast<int>(in.Int());
    } else if (field->id == 2) {
      raw = in.Int();
    } else if (field->id == 3) {
      packed = in.Int();
    } else if (data || dictionary || data2) {
      in.EnterStruct();
      while (auto inner = in.NextField()) {
        if (inner->id == 1) {
          values = in.Int();
        } else if (inner->id == (data2 ? 4 : 2)) {
          page->encoding = static_cast<int>(in.Int());
        } else if (data2 && inner->id == 5) {
          level_bytes = in.Int();
        } else if (data2 && inner->id == 6) {
          repetition_bytes = in.Int();
        } else if (data2 && inner->id == 7) {
          page->packed = inner->type == ThriftReader::kTrue;
        } else {
          in.Skip(inner->type);
        }
      }
    } else {
      in.Skip(field->type);
    }
  }
  if (!in.ok()) return false;
  at_ = static_cast<size_t>(in.at() - bytes_.data());
  auto left = static_cast<int64_t>(size_ - at_);
  // Snappy cannot shrink more than about twenty times: no small file makes us reserve much.
  if (packed < 0 || packed > left || raw < 0 || raw > packed * 32 + 64) return false;
  if (values < 0 || values > INT32_MAX || level_bytes < 0 || level_bytes > packed || repetition_bytes != 0)
    return false;
  page->raw_bytes = static_cast<size_t>(raw);
  page->packed_bytes = static_cast<size_t>(packed);
  page->values = static_cast<size_t>(values);
  page->level_bytes = static_cast<size_t>(level_bytes);
  page->version2 = page->type == kDataPageV2;
  return true;
}

// Where the page's bytes lie raw, with slack behind: in the chunk, or unpacked in `raw`. Null when they are damaged.
// Levels of version 2 are never compressed.
const char* ColumnDecoder::Unpack(const Page& page, const char* from, ByteBuffer* raw) const {
  if (!snappy_ || !page.packed) return page.raw_bytes == page.packed_bytes ? from : nullptr;
  size_t levels = page.version2 ? page.level_bytes : 0;
  if (levels > page.raw_bytes || levels > page.packed_bytes) return nullptr;
  char* to = raw->Make(page.raw_bytes);
  std::memcpy(to, from, levels);
  const char* packed = from + levels;
  const size_t packed_bytes = page.packed_bytes - levels;
  size_t size = 0;
  if (!snappy::GetUncompressedLength(packed, packed_bytes, &size) || size != page.raw_bytes - levels) return nullptr;
  return snappy::RawUncompress(packed, packed_bytes, to + levels) ? to : nullptr;
}

// Stops at a page with rows to read, or when all that may be skipped is. Returns the rows skipped.
Result<size_t> ColumnDecoder::NextPage(size_t skippable) {
  size_t skipped = 0;
  for (;;) {
    Page page;
    if (at_ >= size_ || !ReadHeader(&page)) return IoError("a page header is damaged");
    const char* from = bytes_.data() + at_;
    at_ += page.packed_bytes;
    bool sound = true;
    if (page.type == kDictionaryPage) {
      sound = ReadDictionary(page, from);
    } else if (page.type == kDataPage || page.type == kDataPageV2) {
      if (page.values <= skippable - skipped) {
        sound = static_cast<int64_t>(page.values) <= rows_left_;
        rows_left_ -= static_cast<int64_t>(page.values);
        skipped += page.values;
      } else {
        sound = StartData(page, from);
      }
    }
    if (!sound) return IoError("a page is damaged");
    if (page_left_ > 0 || (skippable > 0 && skipped == skippable)) return skipped;
  }
}

bool ColumnDecoder::ReadDictionary(const Page& page, const char* from) {
  if (has_dictionary_) return false;  // texts point into the first
  has_dictionary_ = true;
  plain_ = Unpack(page, from, &dictionary_bytes_);
  if (plain_ == nullptr || physical_ == Physical::kBool || page.values > page.raw_bytes / 4) return false;
  plain_end_ = plain_ + page.raw_bytes;
  mode_ = Mode::kPlain;
  dictionary_size_ = page.values;
  return Values(page.values, dictionary_.Make(page.values * width_));
}

bool ColumnDecoder::StartData(const Page& page, const char* from) {
  if (physical_ == Physical::kText) pages_before_.push_back(std::move(page_));
  const char* at = Unpack(page, from, &page_);
  if (at == nullptr || static_cast<int64_t>(page.values) > rows_left_) return false;
  rows_left_ -= static_cast<int64_t>(page.values);
  page_left_ = page.values;
  const char* end = at + page.raw_bytes;
  if (optional_) {
    size_t level_bytes = page.level_bytes;
    if (!page.version2) {
      if (end - at < 4) return false;
      uint32_t size;
      std::memcpy(&size, at, 4);
      level_bytes = size;
      at += 4;
    }
    if (level_bytes > static_cast<size_t>(end - at)) return false;
    levels_.Start(at, at + level_bytes, 1);
    at += level_bytes;
  }
  return StartValues(at, end, page.encoding);
}

bool ColumnDecoder::StartValues(const char* at, const char* end, int encoding) {
  if (encoding == kRleDictionary || encoding == kPlainDictionary) {
    mode_ = Mode::kDictionary;
    if (at == end) {  // a page of nulls may leave even the width out
      indexes_.Start(at, end, 0);
      return true;
    }
    int width = static_cast<unsigned char>(*at);
    indexes_.Start(at + 1, end, width);
    return width <= 32;
  }
  if (encoding == kRle && physical_ == Physical::kBool) {
    mode_ = Mode::kFlags;
    if (end - at < 4) return false;
    indexes_.Start(at + 4, end, 1);
    return true;
  }
  if (encoding == kDeltaBinaryPacked && (width_ == 4 || width_ == 8)) {
    mode_ = Mode::kDelta;
    return deltas_.Start(at, end);
  }
  if (encoding == kDeltaLengthByteArray && physical_ == Physical::kText) {
    mode_ = Mode::kDeltaTexts;
    return StartDeltaTexts(at, end);
  }
  mode_ = Mode::kPlain;
  plain_ = at;
  plain_end_ = end;
  plain_bit_ = 0;
  return encoding == kPlain;
}

bool ColumnDecoder::Values(size_t count, char* out) {
  if (mode_ == Mode::kDictionary) return FromDictionary(count, out);
  if (mode_ == Mode::kDelta) return Deltas(count, out);
  if (mode_ == Mode::kDeltaTexts) return DeltaTexts(count, out);
  size_t ignored = 0;
  if (mode_ == Mode::kFlags) return indexes_.ReadFlags(count, reinterpret_cast<uint8_t*>(out), &ignored);
  if (physical_ == Physical::kText) return PlainTexts(count, out);
  auto left = static_cast<size_t>(plain_end_ - plain_);
  if (physical_ == Physical::kBool) {
    if (plain_bit_ + count > left * 8) return false;
    for (size_t i = 0; i < count; i++, plain_bit_++) {
      out[i] = static_cast<char>((plain_[plain_bit_ / 8] >> (plain_bit_ % 8)) & 1);
    }
    return true;
  }
  if (count > left / width_) return false;
  std::memcpy(out, plain_, count * width_);
  plain_ += count * width_;
  return true;
}

bool ColumnDecoder::PlainTexts(size_t count, char* out) {
  for (size_t i = 0; i < count; i++) {
    uint32_t size;
    if (plain_end_ - plain_ < 4) return false;
    std::memcpy(&size, plain_, 4);
    if (size > static_cast<size_t>(plain_end_ - plain_) - 4) return false;
    PutText(plain_ + 4, size, out + i * kTextCell);
    plain_ += 4 + size;
  }
  return true;
}

bool ColumnDecoder::Deltas(size_t count, char* out) {
  CHECK(count <= kStretchMax);
  int64_t numbers[kStretchMax];
  if (!deltas_.Read(count, numbers)) return false;
  if (width_ == 8) {
    std::memcpy(out, numbers, count * 8);
    return true;
  }
  for (size_t i = 0; i < count; i++) {
    auto narrow = static_cast<int32_t>(numbers[i]);
    std::memcpy(out + i * 4, &narrow, 4);
  }
  return true;
}

// The lengths of all texts stand in front of all texts.
bool ColumnDecoder::StartDeltaTexts(const char* at, const char* end) {
  if (!deltas_.Start(at, end) || deltas_.left() > page_left_) return false;
  lengths_.resize(deltas_.left());
  length_ = 0;
  if (!deltas_.Read(lengths_.size(), lengths_.data())) return false;
  plain_ = deltas_.at();
  plain_end_ = end;
  return true;
}

bool ColumnDecoder::DeltaTexts(size_t count, char* out) {
  if (count > lengths_.size() - length_) return false;
  for (size_t i = 0; i < count; i++) {
    int64_t size = lengths_[length_++];
    if (size < 0 || size > plain_end_ - plain_) return false;
    PutText(plain_, static_cast<uint32_t>(size), out + i * kTextCell);
    plain_ += size;
  }
  return true;
}

// False when one of them points behind the dictionary.
bool ColumnDecoder::ReadIndexes(size_t count) {
  if (!indexes_.Read(count, index_.data())) return false;
  uint32_t largest = 0;
  for (size_t i = 0; i < count; i++) largest = std::max(largest, index_[i]);
  return count == 0 || largest < dictionary_size_;
}

bool ColumnDecoder::FromDictionary(size_t count, char* out) {
  if (!ReadIndexes(count)) return false;
  if (width_ == 4) {
    Gather<uint32_t>(dictionary_.data(), index_, count, out);
  } else if (width_ == 8) {
    Gather<uint64_t>(dictionary_.data(), index_, count, out);
  } else {
    Gather<Cell>(dictionary_.data(), index_, count, out);
  }
  return true;
}

bool ColumnDecoder::SkipValues(size_t count) {
  if (mode_ == Mode::kDictionary || mode_ == Mode::kFlags) return indexes_.Skip(count);
  if (mode_ != Mode::kPlain) return Values(count, dense_.data());
  if (physical_ == Physical::kBool) {
    plain_bit_ += count;
    return plain_bit_ <= static_cast<size_t>(plain_end_ - plain_) * 8;
  }
  if (physical_ == Physical::kText) return PlainTexts(count, dense_.data());
  if (count > static_cast<size_t>(plain_end_ - plain_) / width_) return false;
  plain_ += count * width_;
  return true;
}

Status ColumnDecoder::Skip(size_t rows) {
  while (rows > 0) {
    if (page_left_ == 0) {
      rows -= TRY(NextPage(rows));
      continue;
    }
    pages_before_.clear();
    size_t part = std::min({rows, page_left_, kStretchMax});
    size_t values = part;
    if (optional_) {
      values = 0;
      if (!levels_.ReadFlags(part, present_.data(), &values)) return IoError("a page is damaged");
    }
    if (!SkipValues(values)) return IoError("a page is damaged");
    page_left_ -= part;
    rows -= part;
  }
  return {};
}

Result<ColumnDecoder::Ahead> ColumnDecoder::LookAhead() {
  if (page_left_ == 0) (void)TRY(NextPage(0));
  HybridReader::Piece levels{page_left_, 1};
  if (optional_ && !levels_.Peek(&levels)) return IoError("a page is damaged");
  size_t rows = std::min(page_left_, levels.count);
  if (!levels.value || (*levels.value == 1 && mode_ != Mode::kDictionary)) return Ahead{rows, false};
  if (*levels.value == 0) return Ahead{rows, true};
  HybridReader::Piece values;
  if (!indexes_.Peek(&values)) return IoError("a page is damaged");
  return Ahead{std::min(rows, values.count), values.value.has_value()};
}

Result<ColumnView> ColumnDecoder::Decode(size_t rows) {
  CHECK(rows <= kStretchMax);
  pages_before_.clear();
  bool nulls = false;
  for (size_t done = 0; done < rows;) {
    if (page_left_ == 0) (void)TRY(NextPage(0));
    size_t part = std::min(rows - done, page_left_);
    char* out = out_.data() + done * width_;
    size_t values = part;
    if (optional_) {
      values = 0;
      if (!levels_.ReadFlags(part, present_.data() + done, &values)) return IoError("a page is damaged");
    }
    if (values == part) {
      if (!Values(part, out)) return IoError("a page is damaged");
    } else {
      nulls = true;
      if (!Values(values, dense_.data())) return IoError("a page is damaged");
      Scatter(part, present_.data() + done, out);
    }
    page_left_ -= part;
    done += part;
  }
  if (nulls) MakeValidity(rows);
  return ColumnView{out_.data(), nulls ? validity_.data() : nullptr};
}

void ColumnDecoder::Convert(const Converter& convert) {
  if (converted_by_ == convert) return;
  converted_.resize(dictionary_size_ + 1);
  convert({dictionary_.data()}, dictionary_size_, converted_.data());
  converted_.back() = timeline::kNull;
  converted_by_ = convert;
}

// Whether the next rows of the page are indexes that the column can take; it has got the dictionary then.
bool ColumnDecoder::OffersIndexes(const Converter& convert, ColumnFill* to) {
  if (mode_ != Mode::kDictionary || indexes_.width() > 16) return false;
  if (to->chunk != chunk_) {
    Convert(convert);
    to->base = to->column->AddValues(converted_);
    to->chunk = chunk_;
  }
  return to->base.has_value();
}

bool ColumnDecoder::Indexes(size_t rows, size_t values, uint16_t base, uint16_t* out) {
  if (!indexes_.Read(values, out)) return false;
  uint16_t largest = 0;
  for (size_t i = 0; i < values; i++) largest = std::max(largest, out[i]);
  if (values > 0 && largest >= dictionary_size_) return false;
  if (base > 0) {
    for (size_t i = 0; i < values; i++) out[i] = static_cast<uint16_t>(out[i] + base);
  }
  MoveToRows(rows, values, present_.data(), static_cast<uint16_t>(base + dictionary_size_), out);
  return true;
}

bool ColumnDecoder::Numbers(size_t count, const Converter& convert, int64_t* out) {
  if (mode_ != Mode::kDictionary) {
    char* raw = out_.data();
    if (!Values(count, raw)) return false;
    convert({raw}, count, out);
    return true;
  }
  Convert(convert);
  if (!ReadIndexes(count)) return false;
  const int64_t* values = converted_.data();
  for (size_t i = 0; i < count; i++) out[i] = values[index_[i]];
  return true;
}

Status ColumnDecoder::Append(size_t rows, const Converter& convert, ColumnFill* to) {
  CHECK(rows <= kStretchMax);
  pages_before_.clear();
  while (rows > 0) {
    if (page_left_ == 0) (void)TRY(NextPage(0));
    size_t part = std::min(rows, page_left_);
    size_t values = part;
    if (optional_) {
      values = 0;
      if (!levels_.ReadFlags(part, present_.data(), &values)) return IoError("a page is damaged");
    }
    bool sound = true;
    if (values == 0) {
      to->column->Fill(part, timeline::kNull);
    } else if (OffersIndexes(convert, to)) {
      sound = Indexes(part, values, *to->base, to->column->AppendIndexes(part));
    } else {
      int64_t* out = to->column->Append(part);
      sound = Numbers(values, convert, out);
      MoveToRows(part, values, present_.data(), timeline::kNull, out);
    }
    if (!sound) return IoError("a page is damaged");
    page_left_ -= part;
    rows -= part;
  }
  return {};
}

void ColumnDecoder::Scatter(size_t rows, const uint8_t* present, char* out) {
  if (width_ == 1) return Spread<uint8_t>(dense_.data(), present, rows, out);
  if (width_ == 4) return Spread<uint32_t>(dense_.data(), present, rows, out);
  if (width_ == 8) return Spread<uint64_t>(dense_.data(), present, rows, out);
  Spread<Cell>(dense_.data(), present, rows, out);
}

void ColumnDecoder::MakeValidity(size_t rows) {
  for (size_t begin = 0; begin < rows; begin += 64) {
    uint64_t word = 0;
    for (size_t byte = 0; byte < 8; byte++) {
      // Eight bytes of 0 or 1 into eight bits. Bits behind the last row may be anything.
      uint64_t flags = Load64(reinterpret_cast<const char*>(present_.data()) + begin + byte * 8) & 0x0101010101010101u;
      word |= (flags * 0x0102040810204080u >> 56) << (byte * 8);
    }
    validity_[begin / 64] = word;
  }
}

}  // namespace yijian::lake
