#include "intake/staging.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace yijian::intake {
namespace {

// In all three kinds of numbers NULL is below every value.
template <typename Word, typename T>
void PackAs(std::span<const T> values, T null, int64_t base, char* to) {
  for (size_t i = 0; i < values.size(); i++) {
    auto number = static_cast<uint64_t>(static_cast<int64_t>(values[i])) - static_cast<uint64_t>(base) + 1;
    auto word = values[i] == null ? Word{0} : static_cast<Word>(number);
    std::memcpy(to + i * sizeof(Word), &word, sizeof(Word));
  }
}

// Appends nothing when all rows are NULL or the same value; the slot then says so.
template <typename T>
void Pack(std::span<const T> values, T null, SlotKind kind, StageBlock::Slot& slot, std::string& out) {
  T low = std::numeric_limits<T>::max();
  T high = null;
  bool nulls = false;
  for (T value : values) {
    nulls = nulls || value == null;
    low = std::min(low, value == null ? std::numeric_limits<T>::max() : value);
    high = std::max(high, value);
  }
  if (high == null) return;
  slot.kind = kind;
  slot.base = low;
  uint64_t range = static_cast<uint64_t>(static_cast<int64_t>(high)) - static_cast<uint64_t>(slot.base) + 1;
  if (range == 1 && !nulls) return;
  slot.width = range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : range <= UINT32_MAX ? 4 : 8;
  size_t at = out.size();
  out.resize(at + values.size() * slot.width);
  if (slot.width == 1) PackAs<uint8_t>(values, null, slot.base, out.data() + at);
  if (slot.width == 2) PackAs<uint16_t>(values, null, slot.base, out.data() + at);
  if (slot.width == 4) PackAs<uint32_t>(values, null, slot.base, out.data() + at);
  if (slot.width == 8) PackAs<uint64_t>(values, null, slot.base, out.data() + at);
}

template <typename Word, typename T>
void UnpackAs(const char* from, T null, int64_t base, std::span<T> to) {
  for (size_t i = 0; i < to.size(); i++) {
    Word word;
    std::memcpy(&word, from + i * sizeof(Word), sizeof(Word));
    to[i] = word == 0 ? null : static_cast<T>(static_cast<uint64_t>(base) + word - 1);
  }
}

template <typename T>
void Unpack(const char* from, T null, const StageBlock::Slot& slot, std::span<T> to) {
  if (slot.width == 0) std::ranges::fill(to, static_cast<T>(slot.base));
  if (slot.width == 1) UnpackAs<uint8_t>(from, null, slot.base, to);
  if (slot.width == 2) UnpackAs<uint16_t>(from, null, slot.base, to);
  if (slot.width == 4) UnpackAs<uint32_t>(from, null, slot.base, to);
  if (slot.width == 8) UnpackAs<uint64_t>(from, null, slot.base, to);
}

}  // namespace

struct StageFile {
  StageFile(std::string file_path, int file_fd) : path(std::move(file_path)), fd(file_fd) {}
  StageFile(const StageFile&) = delete;
  StageFile& operator=(const StageFile&) = delete;
  ~StageFile() {
    close(fd);
    unlink(path.c_str());
  }

  Status Read(int64_t offset, char* to, size_t size) const {
    while (size > 0) {
      ssize_t got = pread(fd, to, size, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        return IoError("cannot read back " + path + ": " + (got < 0 ? std::strerror(errno) : "it is cut off"));
      to += got;
      offset += got;
      size -= static_cast<size_t>(got);
    }
    return {};
  }

  std::string path;
  int fd;
  int64_t bytes = 0;
};

SlotMap::SlotMap(const TableInfo& table) : table_(&table), key_of_(table.columns.size(), SIZE_MAX) {
  size_t next = table.columns.size();
  for (size_t column = 0; column < table.columns.size(); column++) {
    if (!table.columns[column].key_column.empty()) key_of_[column] = next++;
  }
  engine_ = next;
}

std::vector<int64_t>& StageBuffer::Ints(size_t slot) {
  slots[slot].kind = SlotKind::kInt;
  slots[slot].ints.resize(rows, kNullValue);
  return slots[slot].ints;
}

std::vector<int32_t>& StageBuffer::Codes(size_t slot) {
  slots[slot].kind = SlotKind::kCode;
  slots[slot].codes.resize(rows, kNullCode);
  return slots[slot].codes;
}

StageColumn& StageBuffer::Texts(size_t slot) {
  slots[slot].kind = SlotKind::kText;
  slots[slot].sizes.resize(rows, kNullSize);
  return slots[slot];
}

Result<StageWriter> StageWriter::Create(const std::string& path) {
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return IoError("cannot create " + path + ": " + std::strerror(errno));
  return StageWriter(std::make_shared<StageFile>(path, fd));
}

int64_t StageWriter::bytes() const { return file_->bytes; }

Status StageWriter::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(file_->fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + file_->path + ": " + std::strerror(errno));
    file_->bytes += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<StageBlock> StageWriter::Write(StageBuffer& buffer) {
  StageBlock block;
  block.file = file_;
  block.rows = buffer.rows;
  block.slots.resize(buffer.slots.size());
  packed_.clear();
  for (size_t i = 0; i < buffer.slots.size(); i++) {
    StageColumn& column = buffer.slots[i];
    StageBlock::Slot& slot = block.slots[i];
    slot.offset = file_->bytes + static_cast<int64_t>(packed_.size());
    switch (column.kind) {
      case SlotKind::kAbsent:
        break;
      case SlotKind::kInt:
        Pack<int64_t>(buffer.Ints(i), kNullValue, column.kind, slot, packed_);
        break;
      case SlotKind::kCode:
        Pack<int32_t>(buffer.Codes(i), kNullCode, column.kind, slot, packed_);
        break;
      case SlotKind::kText:
        Pack<int32_t>(buffer.Texts(i).sizes, kNullSize, column.kind, slot, packed_);
        slot.text_bytes = static_cast<int64_t>(column.bytes.size());
        packed_ += column.bytes;
        break;
    }
    column.ints.clear();
    column.codes.clear();
    column.sizes.clear();
    column.bytes.clear();
    column.kind = SlotKind::kAbsent;
  }
  TRY(Append(packed_));
  buffer.rows = 0;
  return block;
}

StagedRows::StagedRows(std::vector<StageBlock> blocks) : blocks_(std::move(blocks)) {
  for (const StageBlock& block : blocks_) rows_ += block.rows;
}

bool StagedRows::Has(size_t slot) const {
  for (const StageBlock& block : blocks_) {
    if (block.slots[slot].kind != SlotKind::kAbsent) return true;
  }
  return false;
}

bool StagedRows::HasTexts(size_t slot) const {
  for (const StageBlock& block : blocks_) {
    if (block.slots[slot].kind == SlotKind::kText) return true;
  }
  return false;
}

template <typename T>
Status StagedRows::Numbers(const StageBlock& block, size_t slot, T null, std::span<T> to) const {
  const StageBlock::Slot& place = block.slots[slot];
  if (place.kind == SlotKind::kAbsent) {
    std::ranges::fill(to, null);
    return {};
  }
  std::string packed(block.rows * place.width, '\0');
  TRY(block.file->Read(place.offset, packed.data(), packed.size()));
  Unpack(packed.data(), null, place, to);
  return {};
}

Result<std::vector<int64_t>> StagedRows::Ints(size_t slot) const {
  std::vector<int64_t> ints(rows_);
  size_t at = 0;
  for (const StageBlock& block : blocks_) {
    CHECK(block.slots[slot].kind == SlotKind::kAbsent || block.slots[slot].kind == SlotKind::kInt);
    TRY(Numbers<int64_t>(block, slot, kNullValue, std::span(ints).subspan(at, block.rows)));
    at += block.rows;
  }
  return ints;
}

Result<std::vector<int32_t>> StagedRows::Codes(size_t slot) const {
  std::vector<int32_t> codes(rows_);
  size_t at = 0;
  for (const StageBlock& block : blocks_) {
    CHECK(block.slots[slot].kind == SlotKind::kAbsent || block.slots[slot].kind == SlotKind::kCode);
    TRY(Numbers<int32_t>(block, slot, kNullCode, std::span(codes).subspan(at, block.rows)));
    at += block.rows;
  }
  return codes;
}

Result<std::vector<std::string_view>> StagedRows::Texts(size_t slot, std::span<const std::string_view> text_of,
                                                        std::string& bytes) const {
  size_t text_bytes = 0;
  for (const StageBlock& block : blocks_) text_bytes += static_cast<size_t>(block.slots[slot].text_bytes);
  bytes.resize(text_bytes);
  std::vector<std::string_view> texts(rows_);
  std::vector<int32_t> numbers;
  size_t at = 0;
  size_t next = 0;
  for (const StageBlock& block : blocks_) {
    const StageBlock::Slot& place = block.slots[slot];
    numbers.resize(block.rows);
    TRY(Numbers<int32_t>(block, slot, -1, numbers));
    if (place.kind == SlotKind::kText) {
      auto sizes = static_cast<int64_t>(block.rows * place.width);
      TRY(block.file->Read(place.offset + sizes, bytes.data() + next, static_cast<size_t>(place.text_bytes)));
      for (size_t row = 0; row < block.rows; row++) {
        if (numbers[row] < 0) continue;
        auto size = static_cast<size_t>(numbers[row]);
        texts[at + row] = {bytes.data() + next, size};
        next += size;
      }
    } else if (place.kind == SlotKind::kCode) {
      for (size_t row = 0; row < block.rows; row++) {
        if (numbers[row] >= 0) texts[at + row] = text_of[static_cast<size_t>(numbers[row])];
      }
    }
    at += block.rows;
  }
  return texts;
}

}  // namespace yijian::intake
