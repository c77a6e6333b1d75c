#include "lake/parquet_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lake/thrift_writer.h"

namespace yijian::lake {
namespace {

constexpr std::string_view kMagic = "PAR1";

enum PhysicalType { kBoolean = 0, kInt32 = 1, kInt64 = 2, kByteArray = 6 };
constexpr int kUncompressed = 0;
constexpr int kSnappy = 1;
constexpr int kOptional = 1;

PhysicalType PhysicalOf(ParquetType type) {
  switch (type) {
    case ParquetType::kBool:
      return kBoolean;
    case ParquetType::kInt16:
    case ParquetType::kInt32:
    case ParquetType::kDate:
      return kInt32;
    case ParquetType::kInt64:
    case ParquetType::kTimestamp:
    case ParquetType::kDecimal:
      return kInt64;
    case ParquetType::kText:
      return kByteArray;
  }
  return kInt64;
}

void PutSchema(const ParquetColumn& column, ThriftWriter& out) {
  out.BeginElement();
  out.Int32(1, PhysicalOf(column.type));
  out.Int32(3, kOptional);
  out.Text(4, column.name);
  switch (column.type) {
    case ParquetType::kText:
      out.Int32(6, 0);
      break;  // UTF8
    case ParquetType::kDate:
      out.Int32(6, 6);
      break;  // DATE
    case ParquetType::kInt16:
      out.Int32(6, 16);
      break;  // INT_16
    case ParquetType::kInt32:
      out.Int32(6, 17);
      break;  // INT_32
    case ParquetType::kInt64:
      out.Int32(6, 18);
      break;  // INT_64
    case ParquetType::kDecimal:
      out.Int32(6, 5);
      out.Int32(7, column.scale);
      out.Int32(8, 18);
      break;
    case ParquetType::kTimestamp:
      out.Int32(6, 10);  // TIMESTAMP_MICROS, and that it has no zone:
      out.BeginStruct(10);
      out.BeginStruct(8);
      out.Bool(1, false);
      out.BeginStruct(2);
      out.BeginStruct(2);
      out.EndStruct();
      out.EndStruct();
      out.EndStruct();
      out.EndStruct();
      break;
    case ParquetType::kBool:
      break;
  }
  out.EndStruct();
}

std::string NumberBytes(int64_t value, ParquetType type) {
  std::string bytes(PhysicalOf(type) == kInt32 ? 4 : 8, '\0');
  std::memcpy(bytes.data(), &value, bytes.size());
  return bytes;
}

}  // namespace

Result<ParquetWriter> ParquetWriter::Create(const std::string& path, std::vector<ParquetColumn> columns) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return IoError("cannot create " + path + ": " + std::strerror(errno));
  ParquetWriter writer(path, fd, std::move(columns));
  TRY(writer.Write(kMagic));
  return writer;
}

ParquetWriter::ParquetWriter(std::string path, int fd, std::vector<ParquetColumn> columns)
    : path_(std::move(path)), fd_(fd), columns_(std::move(columns)) {}

ParquetWriter::ParquetWriter(ParquetWriter&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      columns_(std::move(other.columns_)),
      groups_(std::move(other.groups_)),
      offset_(other.offset_),
      rows_(other.rows_) {}

ParquetWriter::~ParquetWriter() {
  if (fd_ < 0) return;
  struct stat file {};
  bool ours = fstat(fd_, &file) == 0 && S_ISREG(file.st_mode);  // not a device
  close(fd_);
  if (ours) unlink(path_.c_str());
}

Status ParquetWriter::Write(std::string_view bytes) {
  offset_ += static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + path_ + ": " + std::strerror(errno));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status ParquetWriter::WriteRowGroup(int64_t rows, std::span<const EncodedChunk> chunks) {
  CHECK(chunks.size() == columns_.size());
  GroupMeta group;
  group.rows = rows;
  for (const EncodedChunk& chunk : chunks) {
    CHECK(chunk.values == rows);
    ChunkMeta& meta = group.chunks.emplace_back();
    meta.offset = offset_;
    meta.bytes = static_cast<int64_t>(chunk.bytes.size());
    meta.head.nulls = chunk.nulls;
    meta.head.raw_bytes = chunk.raw_bytes;
    meta.head.dictionary_bytes = chunk.dictionary_bytes;
    meta.head.encoding = chunk.encoding;
    meta.head.snappy = chunk.snappy;
    meta.head.has_range = chunk.has_range;
    meta.head.min = chunk.min;
    meta.head.max = chunk.max;
    TRY(Write(chunk.bytes));
  }
  groups_.push_back(std::move(group));
  rows_ += rows;
  return {};
}

std::string ParquetWriter::Footer() const {
  std::string bytes;
  ThriftWriter out(bytes);
  out.BeginElement();
  out.Int32(1, 1);
  out.List(2, ThriftWriter::kStructElement, columns_.size() + 1);
  out.BeginElement();
  out.Text(4, "yijian");
  out.Int32(5, static_cast<int64_t>(columns_.size()));
  out.EndStruct();
  for (const ParquetColumn& column : columns_) PutSchema(column, out);
  out.Int64(3, rows_);
  out.List(4, ThriftWriter::kStructElement, groups_.size());
  for (const GroupMeta& group : groups_) {
    int64_t raw_bytes = 0;
    int64_t packed_bytes = 0;
    out.BeginElement();
    out.List(1, ThriftWriter::kStructElement, group.chunks.size());
    for (size_t i = 0; i < group.chunks.size(); i++) {
      const ChunkMeta& chunk = group.chunks[i];
      const ParquetColumn& column = columns_[i];
      raw_bytes += chunk.head.raw_bytes;
      packed_bytes += chunk.bytes;
      out.BeginElement();
      out.Int64(2, chunk.offset);
      out.BeginStruct(3);
      out.Int32(1, PhysicalOf(column.type));
      out.List(2, ThriftWriter::kInt32Element, 3);
      out.ElementInt(0);  // of dictionary pages
      out.ElementInt(3);  // of levels
      out.ElementInt(chunk.head.encoding);
      out.List(3, ThriftWriter::kTextElement, 1);
      out.ElementText(column.name);
      out.Int32(4, chunk.head.snappy ? kSnappy : kUncompressed);
      out.Int64(5, group.rows);
      out.Int64(6, chunk.head.raw_bytes);
      out.Int64(7, chunk.bytes);
      out.Int64(9, chunk.offset + chunk.head.dictionary_bytes);
      if (chunk.head.dictionary_bytes > 0) out.Int64(11, chunk.offset);
      out.BeginStruct(12);
      out.Int64(3, chunk.head.nulls);
      if (chunk.head.has_range) {
        out.Text(5, NumberBytes(chunk.head.max, column.type));
        out.Text(6, NumberBytes(chunk.head.min, column.type));
      }
      out.EndStruct();
      out.EndStruct();
      out.EndStruct();
    }
    out.Int64(2, raw_bytes);
    out.Int64(3, group.rows);
    out.Int64(6, packed_bytes);
    out.EndStruct();
  }
  out.Text(6, "yijian");
  out.List(7, ThriftWriter::kStructElement, columns_.size());
  for (size_t i = 0; i < columns_.size(); i++) {
    out.BeginElement();
    out.BeginStruct(1);  // TypeDefinedOrder
    out.EndStruct();
    out.EndStruct();
  }
  out.EndStruct();
  return bytes;
}

Status ParquetWriter::Finish() {
  std::string footer = Footer();
  auto size = static_cast<uint32_t>(footer.size());
  char length[4];
  std::memcpy(length, &size, sizeof length);
  footer.append(length, sizeof length);
  footer += kMagic;
  TRY(Write(footer));
  if (fsync(fd_) != 0) return IoError("cannot write " + path_ + ": " + std::strerror(errno));
  int fd = std::exchange(fd_, -1);
  if (close(fd) != 0) return IoError("cannot write " + path_ + ": " + std::strerror(errno));
  return {};
}

}  // namespace yijian::lake
