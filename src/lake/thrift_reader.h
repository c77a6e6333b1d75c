// Thrift's compact protocol, reading side: the language of Parquet's footers and page headers.
//
//   ThriftReader in(bytes);
//   in.EnterStruct();
//   while (auto field = in.NextField()) {
//     if (field->id == 3) rows = in.Int(); else in.Skip(field->type);
//   }
//   if (!in.ok()) ...
//
// Errors:  bytes may be anything. After the first that makes no sense ok() is false, numbers are 0,
// texts and lists empty and
//          structs have no more fields, so that callers need to look only once, at the end.
// Threads: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace yijian::lake {

class ThriftReader {
 public:
  enum Type : uint8_t {
    kTrue = 1,
    kFalse = 2,
    kByte = 3,
    kInt16 = 4,
    kInt32 = 5,
    kInt64 = 6,
    kDouble = 7,
    kText = 8,
    kList = 9,
    kSet = 10,
    kMap = 11,
    kStruct = 12
  };
  struct Field {
    int id;
    uint8_t type;
  };

  explicit ThriftReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  const char* at() const { return at_; }

  void EnterStruct() { last_.push_back(0); }
  // Nullopt after the last field, which also leaves the struct.
  std::optional<Field> NextField() {
    uint8_t head = Byte();
    if (!ok_ || head == 0) {
      if (!last_.empty()) last_.pop_back();
      return std::nullopt;
    }
    int delta = head >> 4;
    int id = delta != 0 ? last_.back() + delta : static_cast<int>(Int());
    last_.back() = id;
    return Field{id, static_cast<uint8_t>(head & 15)};
  }

  int64_t Int() {
    uint64_t value = Varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  std::string_view Text() {
    uint64_t size = Varint();
    if (!ok_ || size > static_cast<uint64_t>(end_ - at_)) return Fail(), std::string_view();
    std::string_view text(at_, size);
    at_ += size;
    return text;
  }
  // Elements of the list that follows; every element takes a byte at least, so this is never far
  // from the truth.
  size_t ListSize() {
    uint8_t head = Byte();
    uint64_t size = head >> 4;
    element_ = head & 15;
    if (size == 15) size = Varint();
    if (!ok_ || size > static_cast<uint64_t>(end_ - at_)) return Fail(), 0;
    return size;
  }

  void Skip(uint8_t type, int depth = 0);

 private:
  void Fail() { ok_ = false; }
  uint8_t Byte() {
    if (!ok_ || at_ == end_) return Fail(), 0;
    return static_cast<uint8_t>(*at_++);
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return ok_ ? value : 0;
    }
    return Fail(), 0;
  }
  void Advance(uint64_t bytes) {
    if (!ok_ || bytes > static_cast<uint64_t>(end_ - at_)) return Fail();
    at_ += bytes;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
  uint8_t element_ = 0;
  std::vector<int> last_;
};

inline void ThriftReader::Skip(uint8_t type, int depth) {
  if (depth > 16) return Fail();
  switch (type) {
    case kTrue:
    case kFalse:
      return;  // in the field's head
    case kByte:
      return Advance(1);
    case kInt16:
    case kInt32:
    case kInt64:
      Varint();
      return;
    case kDouble:
      return Advance(8);
    case kText:
      Text();
      return;
    case kList:
    case kSet: {
      size_t size = ListSize();
      uint8_t element = element_;
      bool flags = element == kTrue || element == kFalse;
      for (size_t i = 0; i < size && ok_; i++) flags ? Advance(1) : Skip(element, depth + 1);
      return;
    }
    case kStruct:
      EnterStruct();
      while (std::optional<Field> field = NextField()) Skip(field->type, depth + 1);
      return;
    default:
      return Fail();  // maps do not occur in what we read
  }
}

}  // namespace yijian::lake
