#include "lake/parquet_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lake/thrift_reader.h"

namespace yijian::lake {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr int64_t kTailBytes = 8;  // footer size and magic

enum PhysicalType { kBoolean = 0, kInt32 = 1, kInt64 = 2, kByteArray = 6 };
enum ConvertedType {
  kUtf8 = 0,
  kDecimal = 5,
  kDate = 6,
  kTimestampMillis = 9,
  kTimestampMicros = 10,
  kInt8 = 15,
  kInt64Type = 18
};
constexpr int kRepeated = 2;
constexpr int kOptional = 1;
constexpr int kSnappy = 1;
// PLAIN, PLAIN_DICTIONARY, RLE, BIT_PACKED (empty repetition levels of old writers),
// DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, RLE_DICTIONARY
constexpr uint64_t kEncodings = 1u << 0 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 8;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool ReadAt(int fd, int64_t offset, size_t size, std::string* bytes) {
  bytes->resize(size);
  size_t done = 0;
  while (done < size) {
    ssize_t got = pread(fd, bytes->data() + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

// One pass over the footer's thrift. What it does not know it skips.
class FooterParser {
 public:
  FooterParser(std::string_view footer, int64_t file_bytes, ParquetFile* file)
      : in_(footer), file_bytes_(file_bytes), file_(file) {}

  bool Parse() {
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      if (field->id == 2) {
        ParseSchema();
      } else if (field->id == 4) {
        for (size_t n = in_.ListSize(); n > 0 && in_.ok(); n--) ParseRowGroup();
      } else {
        in_.Skip(field->type);
      }
    }
    return in_.ok() && sound_;
  }

 private:
  struct Element {
    int type = -1;
    int repetition = 0;
    int converted = -1;
    int scale = 0;
    int precision = 0;
    int64_t children = 0;
    bool logical = false;  // says more than `converted`, which is enough for us where it is there
    std::string name;
  };

  void ParseSchema() {
    size_t count = in_.ListSize();
    sound_ &= file_->columns_.empty() && file_->groups_.empty();  // once, and before what needs it
    for (size_t i = 0; i < count && in_.ok(); i++) {
      Element element = ParseElement();
      if (i == 0) {  // the root: a flat file has all the others as its children
        flat_ = element.children == static_cast<int64_t>(count) - 1;
      } else {
        file_->columns_.push_back(ColumnOf(element));
      }
    }
    sound_ &= count > 0;
  }

  Element ParseElement() {
    Element element;
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      switch (field->id) {
        case 1:
          element.type = static_cast<int>(in_.Int());
          break;
        case 3:
          element.repetition = static_cast<int>(in_.Int());
          break;
        case 4:
          element.name = in_.Text();
          break;
        case 5:
          element.children = in_.Int();
          break;
        case 6:
          element.converted = static_cast<int>(in_.Int());
          break;
        case 7:
          element.scale = static_cast<int>(in_.Int());
          break;
        case 8:
          element.precision = static_cast<int>(in_.Int());
          break;
        case 10:
          element.logical = true;
          in_.Skip(field->type);
          break;
        default:
          in_.Skip(field->type);
      }
    }
    return element;
  }

  ParquetFile::Column ColumnOf(const Element& element) const {
    ParquetFile::Column column{.info = {.name = element.name}, .optional = element.repetition == kOptional};
    ColumnInfo& info = column.info;
    info.scale = static_cast<uint8_t>(element.scale);
    info.width = static_cast<uint8_t>(element.precision);
    bool known = true;
    if (element.type == kBoolean) {
      info.logical = Logical::kBool;
      info.physical = Physical::kBool;
    } else if (element.type == kByteArray) {
      info.logical = Logical::kText;
      info.physical = Physical::kText;
      known = element.converted == kUtf8;
    } else {
      info.physical = element.type == kInt32 ? Physical::kInt32 : Physical::kInt64;
      known = (element.type == kInt32 || element.type == kInt64) && SetMeaning(element, &info);
    }
    column.readable = known && flat_ && element.children == 0 && element.repetition != kRepeated;
    return column;
  }

  static bool SetMeaning(const Element& element, ColumnInfo* info) {
    switch (element.converted) {
      case kDecimal:
        info->logical = Logical::kDecimal;
        return element.scale >= 0 && element.scale <= 18;
      case kDate:
        info->logical = Logical::kDate;
        return element.type == kInt32;
      case kTimestampMillis:
      case kTimestampMicros:
        info->logical = Logical::kTimestamp;
        info->units_per_second = element.converted == kTimestampMillis ? 1'000 : 1'000'000;
        return element.type == kInt64;
      default:
        info->logical = Logical::kInteger;
        return (element.converted == -1 && !element.logical) ||
               (element.converted >= kInt8 && element.converted <= kInt64Type);
    }
  }

  void ParseRowGroup() {
    ParquetFile::RowGroup group;
    std::vector<int64_t> values;
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      if (field->id == 1) {
        size_t count = in_.ListSize();
        for (size_t i = 0; i < count && in_.ok() && sound_; i++) {
          values.push_back(0);
          group.columns.push_back(ParseChunk(i, &values.back()));
        }
      } else if (field->id == 3) {
        group.rows = in_.Int();
      } else {
        in_.Skip(field->type);
      }
    }
    sound_ &= group.rows >= 0 && (group.columns.size() == file_->columns_.size() || !flat_);
    for (int64_t count : values) sound_ &= count == group.rows || !flat_;
    file_->groups_.push_back(std::move(group));
  }

  ParquetFile::ColumnChunk ParseChunk(size_t column, int64_t* values) {
    ParquetFile::ColumnChunk chunk;
    bool other_file = false;
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      if (field->id == 3) {
        ParseChunkMeta(column, &chunk, values);
      } else {
        other_file |= field->id == 1;
        in_.Skip(field->type);
      }
    }
    bool inside = chunk.offset >= 4 && chunk.bytes >= 0 && chunk.offset <= file_bytes_ - kTailBytes &&
                  chunk.bytes <= file_bytes_ - kTailBytes - chunk.offset;
    sound_ &= inside && !other_file;
    return chunk;
  }

  void ParseChunkMeta(size_t column, ParquetFile::ColumnChunk* chunk, int64_t* values) {
    int64_t data_offset = 0;
    int64_t dictionary_offset = 0;
    int64_t codec = 0;
    uint64_t encodings = 0;
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      switch (field->id) {
        case 2:
          for (size_t n = in_.ListSize(); n > 0 && in_.ok(); n--) encodings |= uint64_t{1} << (in_.Int() & 63);
          break;
        case 4:
          codec = in_.Int();
          break;
        case 5:
          *values = in_.Int();
          break;
        case 7:
          chunk->bytes = in_.Int();
          break;
        case 9:
          data_offset = in_.Int();
          break;
        case 11:
          dictionary_offset = in_.Int();
          break;
        case 12:
          ParseStatistics(column, chunk);
          break;
        default:
          in_.Skip(field->type);
      }
    }
    chunk->offset = dictionary_offset > 0 && dictionary_offset < data_offset ? dictionary_offset : data_offset;
    chunk->snappy = codec == kSnappy;
    bool readable = (encodings & ~kEncodings) == 0 && (codec == 0 || codec == kSnappy);
    if (!readable && column < file_->columns_.size()) file_->columns_[column].readable = false;
  }

  void ParseStatistics(size_t column, ParquetFile::ColumnChunk* chunk) {
    std::string_view least, most;
    in_.EnterStruct();
    while (auto field = in_.NextField()) {
      if (field->id == 5) {
        most = in_.Text();
      } else if (field->id == 6) {
        least = in_.Text();
      } else {
        in_.Skip(field->type);
      }
    }
    if (column >= file_->columns_.size()) return;
    Physical physical = file_->columns_[column].info.physical;
    chunk->has_range = Number(physical, least, &chunk->min) && Number(physical, most, &chunk->max);
  }

  static bool Number(Physical physical, std::string_view bytes, int64_t* value) {
    if (physical == Physical::kInt64 && bytes.size() == 8) {
      std::memcpy(value, bytes.data(), 8);
      return true;
    }
    int32_t narrow;
    if (physical != Physical::kInt32 || bytes.size() != 4) return false;
    std::memcpy(&narrow, bytes.data(), 4);
    *value = narrow;
    return true;
  }

  ThriftReader in_;
  int64_t file_bytes_;
  ParquetFile* file_;
  bool flat_ = false;
  bool sound_ = true;
};

Result<std::shared_ptr<const ParquetFile>> ParquetFile::Open(const std::string& path) {
  Descriptor fd(path);
  if (fd.get() < 0) return IoError("cannot open " + path + ": " + std::strerror(errno));
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return IoError("cannot read " + path + ": " + std::strerror(errno));
  auto damaged = [&](const char* how) { return IoError(path + " is damaged: " + how); };
  auto size = static_cast<int64_t>(info.st_size);
  std::string tail;
  if (size < 12 || !ReadAt(fd.get(), size - kTailBytes, kTailBytes, &tail)) return damaged("it is too short");
  if (!tail.ends_with(kMagic)) return damaged("its end is not that of a Parquet file");
  uint32_t footer_bytes;
  std::memcpy(&footer_bytes, tail.data(), 4);
  if (footer_bytes > size - 12) return damaged("its footer is cut off");
  std::string footer;
  if (!ReadAt(fd.get(), size - kTailBytes - footer_bytes, footer_bytes, &footer)) return damaged("it cannot be read");
  auto file = std::make_shared<ParquetFile>();
  file->path_ = path;
  if (!FooterParser(footer, size, file.get()).Parse()) return damaged("its footer makes no sense");
  return std::shared_ptr<const ParquetFile>(std::move(file));
}

size_t ParquetFile::Find(std::string_view name) const {
  for (size_t i = 0; i < columns_.size(); i++) {
    if (columns_[i].info.name == name) return i;
  }
  return kAbsent;
}

bool ParquetFile::CanRead(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    size_t column = Find(name);
    if (column != kAbsent && !columns_[column].readable) return false;
  }
  return true;
}

}  // namespace yijian::lake
