// Thrift's compact protocol, writing side: the language of Parquet's footers and page headers.
//
//   ThriftWriter out(bytes);
//   out.Int(1, version); out.BeginStruct(5); ...; out.EndStruct();
//
// Fields must come in ascending order of id within a struct. Threads: no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::lake {

class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  void Int32(int id, int64_t value) { Number(id, 5, value); }
  void Int64(int id, int64_t value) { Number(id, 6, value); }
  void Bool(int id, bool value) { Header(id, value ? 1 : 2); }
  void Text(int id, std::string_view text) {
    Header(id, 8);
    ElementText(text);
  }
  void BeginStruct(int id) {
    Header(id, 12);
    BeginElement();
  }
  void EndStruct() {
    out_ += '\0';
    last_.pop_back();
  }

  enum Element { kInt32Element = 5, kTextElement = 8, kStructElement = 12 };
  void List(int id, Element type, size_t size) {
    Header(id, 9);
    if (size < 15) {
      out_ += static_cast<char>((size << 4) | type);
    } else {
      out_ += static_cast<char>(0xF0 | type);
      Varint(size);
    }
  }
  // A struct that is an element of a list, or the outermost one.
  void BeginElement() { last_.push_back(0); }
  void ElementInt(int64_t value) { Varint(ZigZag(value)); }
  void ElementText(std::string_view text) {
    Varint(text.size());
    out_ += text;
  }

 private:
  void Number(int id, int type, int64_t value) {
    Header(id, type);
    Varint(ZigZag(value));
  }
  void Header(int id, int type) {
    int delta = id - last_.back();
    if (delta > 0 && delta < 16) {
      out_ += static_cast<char>((delta << 4) | type);
    } else {
      out_ += static_cast<char>(type);
      Varint(ZigZag(id));
    }
    last_.back() = id;
  }
  static uint64_t ZigZag(int64_t value) {
    return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  }
  void Varint(uint64_t value) {
    while (value >= 128) {
      out_ += static_cast<char>(value | 128);
      value >>= 7;
    }
    out_ += static_cast<char>(value);
  }

  std::string& out_;
  std::vector<int> last_;
};

}  // namespace yijian::lake
