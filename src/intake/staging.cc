#include "intake/staging.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace yijian::intake {

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

Result<StageWriter> StageWriter::Create(const std::string& path) {
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return IoError("cannot create " + path + ": " + std::strerror(errno));
  return StageWriter(std::make_shared<StageFile>(path, fd));
}

int64_t StageWriter::bytes() const { return file_->bytes; }

Status StageWriter::Append(const void* bytes, size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    ssize_t written = write(file_->fd, from, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + file_->path + ": " + std::strerror(errno));
    from += written;
    file_->bytes += written;
    size -= static_cast<size_t>(written);
  }
  return {};
}

Result<StageBlock> StageWriter::Write(StageBuffer& buffer) {
  StageBlock block;
  block.file = file_;
  block.rows = buffer.rows;
  block.slots.resize(buffer.slots.size());
  for (size_t i = 0; i < buffer.slots.size(); i++) {
    StageColumn& column = buffer.slots[i];
    StageBlock::Slot& slot = block.slots[i];
    slot.kind = column.kind;
    slot.offset = file_->bytes;
    switch (column.kind) {
      case SlotKind::kAbsent:
        break;
      case SlotKind::kInt:
        CHECK(column.ints.size() == buffer.rows);
        TRY(Append(column.ints.data(), column.ints.size() * sizeof(int64_t)));
        break;
      case SlotKind::kCode:
        CHECK(column.codes.size() == buffer.rows);
        TRY(Append(column.codes.data(), column.codes.size() * sizeof(int32_t)));
        break;
      case SlotKind::kText:
        CHECK(column.sizes.size() == buffer.rows);
        TRY(Append(column.sizes.data(), column.sizes.size() * sizeof(int32_t)));
        TRY(Append(column.bytes.data(), column.bytes.size()));
        break;
    }
    slot.bytes = file_->bytes - slot.offset;
    column.ints.clear();
    column.codes.clear();
    column.sizes.clear();
    column.bytes.clear();
    column.kind = SlotKind::kAbsent;
  }
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

Result<std::vector<int64_t>> StagedRows::Ints(size_t slot) const {
  std::vector<int64_t> ints(rows_);
  size_t at = 0;
  for (const StageBlock& block : blocks_) {
    const StageBlock::Slot& place = block.slots[slot];
    if (place.kind == SlotKind::kAbsent) {
      std::fill_n(ints.begin() + static_cast<long>(at), block.rows, kNullValue);
    } else {
      CHECK(place.kind == SlotKind::kInt);
      TRY(block.file->Read(place.offset, reinterpret_cast<char*>(ints.data() + at), block.rows * sizeof(int64_t)));
    }
    at += block.rows;
  }
  return ints;
}

Result<std::vector<int32_t>> StagedRows::Codes(size_t slot) const {
  std::vector<int32_t> codes(rows_);
  size_t at = 0;
  for (const StageBlock& block : blocks_) {
    const StageBlock::Slot& place = block.slots[slot];
    if (place.kind == SlotKind::kAbsent) {
      std::fill_n(codes.begin() + static_cast<long>(at), block.rows, kNullCode);
    } else {
      CHECK(place.kind == SlotKind::kCode);
      TRY(block.file->Read(place.offset, reinterpret_cast<char*>(codes.data() + at), block.rows * sizeof(int32_t)));
    }
    at += block.rows;
  }
  return codes;
}

Result<std::vector<std::string_view>> StagedRows::Texts(size_t slot, std::span<const std::string_view> text_of,
                                                        std::string& bytes) const {
  size_t text_bytes = 0;
  for (const StageBlock& block : blocks_) {
    const StageBlock::Slot& place = block.slots[slot];
    if (place.kind == SlotKind::kText) text_bytes += static_cast<size_t>(place.bytes) - block.rows * sizeof(int32_t);
  }
  bytes.resize(text_bytes);
  std::vector<std::string_view> texts(rows_);
  std::vector<int32_t> numbers;
  size_t at = 0;
  size_t next = 0;
  for (const StageBlock& block : blocks_) {
    const StageBlock::Slot& place = block.slots[slot];
    numbers.resize(block.rows);
    size_t head = block.rows * sizeof(int32_t);
    if (place.kind != SlotKind::kAbsent) {
      TRY(block.file->Read(place.offset, reinterpret_cast<char*>(numbers.data()), head));
    }
    if (place.kind == SlotKind::kText) {
      TRY(block.file->Read(place.offset + static_cast<int64_t>(head), bytes.data() + next,
                           static_cast<size_t>(place.bytes) - head));
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
