#include <snappy.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "lake/parquet_writer.h"
#include "lake/thrift_writer.h"

namespace yijian::lake {
namespace {

constexpr size_t kTableSlots = 1 << 16;
constexpr size_t kPlainPageBytes = 1 << 20;

enum PageType { kDataPage = 0, kDictionaryPage = 2 };
enum Encoding { kPlain = 0, kRle = 3, kDelta = 5, kRleDictionary = 8 };

// Deltas pay where numbers lie near each other; random keys do not.
constexpr int kDeltaBitsMax = 52;
// What Snappy shrinks by less than a quarter is stored as it is.
constexpr double kWorthPacking = 0.75;

template <typename T>
void AppendRaw(T value, std::string& out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 128) {
    out += static_cast<char>(value | 128);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void AppendBitPacked(std::span<const uint32_t> values, int width, std::string& out) {
  size_t groups = (values.size() + 7) / 8;
  AppendVarint(groups << 1 | 1, out);
  size_t start = out.size();
  out.resize(start + groups * static_cast<size_t>(width) + 8);
  char* at = out.data() + start;
  uint64_t bits = 0;
  int count = 0;
  for (uint32_t value : values) {
    bits |= static_cast<uint64_t>(value) << count;
    count += width;
    if (count >= 32) {
      auto word = static_cast<uint32_t>(bits);
      std::memcpy(at, &word, 4);
      at += 4;
      bits >>= 32;
      count -= 32;
    }
  }
  std::memcpy(at, &bits, 8);
  out.resize(start + groups * static_cast<size_t>(width));
}

// Parquet's hybrid of runs and bit-packed groups of eight.
void AppendHybrid(std::span<const uint32_t> values, int width, std::string& out) {
  size_t packed_from = 0;
  size_t at = 0;
  auto flush = [&](size_t until) {
    if (until > packed_from) AppendBitPacked(values.subspan(packed_from, until - packed_from), width, out);
  };
  while (at < values.size()) {
    size_t run = at + 1;
    while (run < values.size() && values[run] == values[at]) run++;
    if (run - at < 8) {
      // Groups stay whole: look again eight further on.
      at = std::min(at + 8, values.size());
      continue;
    }
    flush(at);
    AppendVarint((run - at) << 1, out);
    for (int byte = 0; byte < (width + 7) / 8; byte++) out += static_cast<char>(values[at] >> (8 * byte));
    at = run;
    packed_from = at;
  }
  flush(values.size());
}

// Definition levels: 1 where there is a value. `has(row)` tells.
template <typename Has>
std::string Levels(size_t rows, size_t nulls, Has has) {
  std::string body;
  if (nulls == 0 || nulls == rows) {
    AppendVarint(rows << 1, body);
    body += static_cast<char>(nulls == 0 ? 1 : 0);
  } else {
    std::vector<uint32_t> levels(rows);
    for (size_t row = 0; row < rows; row++) levels[row] = has(row) ? 1 : 0;
    AppendHybrid(levels, 1, body);
  }
  std::string out;
  AppendRaw(static_cast<uint32_t>(body.size()), out);
  return out + body;
}

int WidthFor(size_t distinct) { return std::bit_width(distinct <= 1 ? 0U : static_cast<unsigned>(distinct - 1)); }

// Numbers as differences, in blocks of 128 and miniblocks of 32, each as wide as its largest difference needs.
void AppendDeltas(std::span<const int64_t> values, std::string& out) {
  constexpr size_t kBlock = 128;
  constexpr size_t kMini = 32;
  auto zigzag = [](int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); };
  AppendVarint(kBlock, out);
  AppendVarint(kBlock / kMini, out);
  AppendVarint(values.size(), out);
  AppendVarint(zigzag(values.empty() ? 0 : values[0]), out);
  std::array<int64_t, kBlock> deltas{};
  for (size_t from = 1; from < values.size(); from += kBlock) {
    size_t count = std::min(kBlock, values.size() - from);
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
      deltas[i] = values[from + i] - values[from + i - 1];
      least = std::min(least, deltas[i]);
    }
    AppendVarint(zigzag(least), out);
    std::array<int, kBlock / kMini> widths{};
    for (size_t i = 0; i < count; i++) {
      int width = std::bit_width(static_cast<uint64_t>(deltas[i] - least));
      widths[i / kMini] = std::max(widths[i / kMini], width);
    }
    for (int width : widths) out += static_cast<char>(width);
    for (size_t mini = 0; mini * kMini < count; mini++) {
      unsigned __int128 bits = 0;
      int held = 0;
      for (size_t i = mini * kMini; i < (mini + 1) * kMini; i++) {
        uint64_t delta = i < count ? static_cast<uint64_t>(deltas[i] - least) : 0;
        bits |= static_cast<unsigned __int128>(delta) << held;
        held += widths[mini];
        while (held >= 8) {
          out += static_cast<char>(bits);
          bits >>= 8;
          held -= 8;
        }
      }
    }
  }
}

void AppendHeader(const auto& page, size_t packed_bytes, std::string& bytes) {
  ThriftWriter out(bytes);
  out.BeginElement();
  out.Int32(1, page.type);
  out.Int32(2, static_cast<int64_t>(page.body.size()));
  out.Int32(3, static_cast<int64_t>(packed_bytes));
  out.BeginStruct(page.type == kDataPage ? 5 : 7);
  out.Int32(1, static_cast<int64_t>(page.values));
  out.Int32(2, page.encoding);
  if (page.type == kDataPage) {
    out.Int32(3, kRle);
    out.Int32(4, kRle);
  }
  out.EndStruct();
  out.EndStruct();
}

std::string IndexBody(std::span<const uint32_t> index, size_t distinct) {
  int width = WidthFor(distinct);
  std::string body(1, static_cast<char>(width));
  AppendHybrid(index, width, body);
  return body;
}

size_t BytesOf(ParquetType type) {
  return type == ParquetType::kInt16 || type == ParquetType::kInt32 || type == ParquetType::kDate ? 4 : 8;
}

void AppendNumber(int64_t value, ParquetType type, std::string& out) {
  if (BytesOf(type) == 4) {
    AppendRaw(static_cast<int32_t>(value), out);
  } else {
    AppendRaw(value, out);
  }
}

uint64_t Mix(int64_t value) {
  auto bits = static_cast<uint64_t>(value) * 0x9E3779B97F4A7C15U;
  return bits >> 48;
}

}  // namespace

void ChunkEncoder::AddPage(int type, int encoding, size_t values, std::string body) {
  pages_.push_back({type, encoding, values, std::move(body)});
}

// Puts the pages into the chunk, packed when that pays for all of them together.
EncodedChunk& ChunkEncoder::Seal(EncodedChunk& chunk) {
  size_t raw = 0;
  size_t packed = 0;
  packed_.resize(pages_.size());
  for (size_t i = 0; i < pages_.size(); i++) {
    snappy::Compress(pages_[i].body.data(), pages_[i].body.size(), &packed_[i]);
    raw += pages_[i].body.size();
    packed += packed_[i].size();
  }
  chunk.snappy = static_cast<double>(packed) < kWorthPacking * static_cast<double>(raw);
  for (size_t i = 0; i < pages_.size(); i++) {
    const Page& page = pages_[i];
    const std::string& body = chunk.snappy ? packed_[i] : page.body;
    size_t before = chunk.bytes.size();
    AppendHeader(page, body.size(), chunk.bytes);
    size_t header = chunk.bytes.size() - before;
    chunk.bytes += body;
    chunk.raw_bytes += static_cast<int64_t>(header + page.body.size());
    if (page.type == kDictionaryPage) chunk.dictionary_bytes = static_cast<int64_t>(chunk.bytes.size() - before);
    chunk.encoding = page.encoding;
  }
  pages_.clear();
  return chunk;
}

EncodedChunk ChunkEncoder::Integers(std::span<const int64_t> values, ParquetType type) {
  EncodedChunk chunk;
  chunk.values = static_cast<int64_t>(values.size());
  const int64_t factor = type == ParquetType::kTimestamp ? 1'000'000 : 1;

  // Number the distinct values until they are too many to pay.
  table_.assign(kTableSlots, 0);
  uint32_t* slots = table_.data();
  numbers_.clear();
  index_.clear();
  size_t distinct_max = std::min(kTableSlots / 2, values.size() / 3 + 1);
  bool dictionary = true;
  int64_t low = std::numeric_limits<int64_t>::max();
  int64_t high = std::numeric_limits<int64_t>::min();
  int64_t last = kNullValue;
  uint32_t last_index = 0;
  size_t nulls = 0;
  for (int64_t value : values) {
    if (value == kNullValue) {
      nulls++;
      continue;
    }
    if (!dictionary) {
      low = std::min(low, value);
      high = std::max(high, value);
      continue;
    }
    if (value != last) {
      uint64_t slot = Mix(value);
      while (slots[slot] != 0 && numbers_[slots[slot] - 1] != value) slot = (slot + 1) % kTableSlots;
      if (slots[slot] == 0) {
        low = std::min(low, value);
        high = std::max(high, value);
        if (numbers_.size() == distinct_max) {
          dictionary = false;
          continue;
        }
        numbers_.push_back(value);
        slots[slot] = static_cast<uint32_t>(numbers_.size());
      }
      last = value;
      last_index = slots[slot] - 1;
    }
    index_.push_back(last_index);
  }
  chunk.nulls = static_cast<int64_t>(nulls);
  if (nulls < values.size()) {
    chunk.has_range = true;
    chunk.min = low * factor;
    chunk.max = high * factor;
  }

  std::string levels = Levels(values.size(), nulls, [&](size_t row) { return values[row] != kNullValue; });
  body_.clear();
  if (dictionary && !numbers_.empty()) {
    for (int64_t value : numbers_) AppendNumber(value * factor, type, body_);
    AddPage(kDictionaryPage, kPlain, numbers_.size(), body_);
    AddPage(kDataPage, kRleDictionary, values.size(), levels + IndexBody(index_, numbers_.size()));
    return Seal(chunk);
  }
  body_ = levels;
  if (chunk.has_range &&
      std::bit_width(static_cast<uint64_t>(chunk.max) - static_cast<uint64_t>(chunk.min)) <= kDeltaBitsMax &&
      BytesOf(type) == 8) {
    numbers_.clear();
    for (int64_t value : values) {
      if (value != kNullValue) numbers_.push_back(value * factor);
    }
    AppendDeltas(numbers_, body_);
    AddPage(kDataPage, kDelta, values.size(), body_);
    return Seal(chunk);
  }
  size_t width = BytesOf(type);
  size_t at = body_.size();
  body_.resize(at + width * (values.size() - nulls));
  for (int64_t value : values) {
    if (value == kNullValue) continue;
    value *= factor;
    std::memcpy(body_.data() + at, &value, width);  // little-endian: the low bytes come first
    at += width;
  }
  AddPage(kDataPage, kPlain, values.size(), body_);
  return Seal(chunk);
}

EncodedChunk ChunkEncoder::Nulls(size_t rows) {
  EncodedChunk chunk;
  chunk.values = static_cast<int64_t>(rows);
  chunk.nulls = chunk.values;
  AddPage(kDataPage, kPlain, rows, Levels(rows, rows, [](size_t) { return false; }));
  return Seal(chunk);
}

EncodedChunk ChunkEncoder::Bools(std::span<const int64_t> values) {
  EncodedChunk chunk;
  chunk.values = static_cast<int64_t>(values.size());
  size_t nulls = 0;
  for (int64_t value : values) nulls += value == kNullValue ? 1 : 0;
  chunk.nulls = static_cast<int64_t>(nulls);
  body_ = Levels(values.size(), nulls, [&](size_t row) { return values[row] != kNullValue; });
  unsigned bits = 0;
  int count = 0;
  for (int64_t value : values) {
    if (value == kNullValue) continue;
    bits |= (value != 0 ? 1U : 0U) << count;
    if (++count == 8) {
      body_ += static_cast<char>(bits);
      bits = 0;
      count = 0;
    }
  }
  if (count > 0) body_ += static_cast<char>(bits);
  AddPage(kDataPage, kPlain, values.size(), body_);
  return Seal(chunk);
}

bool ChunkEncoder::Distinct(std::span<const std::string_view> values) {
  table_.assign(kTableSlots, 0);
  uint32_t* slots = table_.data();
  texts_.clear();
  index_.clear();
  size_t distinct_max = std::min(kTableSlots / 2, values.size() / 2 + 1);
  std::string_view last;
  uint32_t last_index = 0;
  for (std::string_view value : values) {
    if (value.data() == nullptr) continue;
    if (last.data() == nullptr || value != last) {
      uint64_t slot = XXH3_64bits(value.data(), value.size()) % kTableSlots;
      while (slots[slot] != 0 && texts_[slots[slot] - 1] != value) slot = (slot + 1) % kTableSlots;
      if (slots[slot] == 0) {
        if (texts_.size() == distinct_max) return false;
        texts_.push_back(value);
        slots[slot] = static_cast<uint32_t>(texts_.size());
      }
      last = value;
      last_index = slots[slot] - 1;
    }
    index_.push_back(last_index);
  }
  return !texts_.empty();
}

EncodedChunk ChunkEncoder::Texts(std::span<const std::string_view> values) {
  if (!Distinct(values)) return PlainTexts(values);
  EncodedChunk chunk;
  chunk.values = static_cast<int64_t>(values.size());
  size_t nulls = values.size() - index_.size();
  chunk.nulls = static_cast<int64_t>(nulls);
  body_.clear();
  for (std::string_view text : texts_) {
    AppendRaw(static_cast<uint32_t>(text.size()), body_);
    body_ += text;
  }
  AddPage(kDictionaryPage, kPlain, texts_.size(), body_);
  std::string levels = Levels(values.size(), nulls, [&](size_t row) { return values[row].data() != nullptr; });
  AddPage(kDataPage, kRleDictionary, values.size(), levels + IndexBody(index_, texts_.size()));
  return Seal(chunk);
}

EncodedChunk ChunkEncoder::PlainTexts(std::span<const std::string_view> values) {
  EncodedChunk chunk;
  chunk.values = static_cast<int64_t>(values.size());
  std::string texts;
  size_t from = 0;
  size_t nulls = 0;
  for (size_t row = 0; row <= values.size(); row++) {
    if (row == values.size() || texts.size() >= kPlainPageBytes) {
      auto page = values.subspan(from, row - from);
      body_ = Levels(page.size(), nulls, [&](size_t i) { return page[i].data() != nullptr; });
      body_ += texts;
      AddPage(kDataPage, kPlain, page.size(), body_);
      chunk.nulls += static_cast<int64_t>(nulls);
      texts.clear();
      nulls = 0;
      from = row;
      if (row == values.size()) break;
    }
    if (values[row].data() == nullptr) {
      nulls++;
      continue;
    }
    AppendRaw(static_cast<uint32_t>(values[row].size()), texts);
    texts += values[row];
  }
  return Seal(chunk);
}

LocalCodes ChunkEncoder::Localise(std::span<const int32_t> codes, size_t limit) {
  LocalCodes local;
  local.rows = static_cast<int64_t>(codes.size());
  if (slots_.size() < limit) slots_.resize(limit, 0);
  local.index.reserve(codes.size());
  for (int32_t code : codes) {
    if (code == kNullCode) continue;
    uint32_t& slot = slots_[static_cast<size_t>(code)];
    if (slot == 0) {
      local.distinct.push_back(code);
      slot = static_cast<uint32_t>(local.distinct.size());
    }
    local.index.push_back(slot - 1);
  }
  for (int32_t code : local.distinct) slots_[static_cast<size_t>(code)] = 0;
  local.levels =
      Levels(codes.size(), codes.size() - local.index.size(), [&](size_t row) { return codes[row] != kNullCode; });
  if (!local.distinct.empty()) local.packed = IndexBody(local.index, local.distinct.size());
  return local;
}

EncodedChunk ChunkEncoder::CodeTexts(const LocalCodes& codes, std::span<const std::string_view> text_of) {
  EncodedChunk chunk;
  chunk.values = codes.rows;
  chunk.nulls = codes.rows - static_cast<int64_t>(codes.index.size());
  if (!codes.distinct.empty()) {
    body_.clear();
    for (int32_t code : codes.distinct) {
      std::string_view text = text_of[static_cast<size_t>(code)];
      AppendRaw(static_cast<uint32_t>(text.size()), body_);
      body_ += text;
    }
    AddPage(kDictionaryPage, kPlain, codes.distinct.size(), body_);
  }
  AddPage(kDataPage, codes.distinct.empty() ? kPlain : kRleDictionary, static_cast<size_t>(codes.rows),
          codes.levels + codes.packed);
  return Seal(chunk);
}

EncodedChunk ChunkEncoder::CodeIds(const LocalCodes& codes, std::span<const int32_t> id_of) {
  EncodedChunk chunk;
  chunk.values = codes.rows;
  chunk.nulls = codes.rows - static_cast<int64_t>(codes.index.size());
  if (!codes.distinct.empty()) {
    body_.clear();
    chunk.has_range = true;
    chunk.min = std::numeric_limits<int64_t>::max();
    chunk.max = std::numeric_limits<int64_t>::min();
    for (int32_t code : codes.distinct) {
      int32_t id = id_of[static_cast<size_t>(code)];
      AppendRaw(id, body_);
      chunk.min = std::min<int64_t>(chunk.min, id);
      chunk.max = std::max<int64_t>(chunk.max, id);
    }
    AddPage(kDictionaryPage, kPlain, codes.distinct.size(), body_);
  }
  AddPage(kDataPage, codes.distinct.empty() ? kPlain : kRleDictionary, static_cast<size_t>(codes.rows),
          codes.levels + codes.packed);
  return Seal(chunk);
}

}  // namespace yijian::lake
