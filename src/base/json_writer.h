// Writes JSON as text, straight into one string: answers are written thousands of times a second.
//
//   JsonText out;
//   out.Object([&] {
//     out.Put("rule", "P-007");
//     out.List("lines", [&] { for (...) out.Object([&] { ... }); });
//   });
//   out.text()                                 // {"rule":"P-007","lines":[...]}
//
// Texts are UTF-8 already (the parser and the intake see to it). Numbers are given as texts.
// Threads: one owner at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace yijian {

class JsonText {
 public:
  template <typename Fill>
  void Object(Fill fill) {
    Comma();
    Nest('{', '}', fill);
  }
  template <typename Fill>
  void Object(std::string_view key, Fill fill) {
    Key(key);
    Nest('{', '}', fill);
  }
  template <typename Fill>
  void List(std::string_view key, Fill fill) {
    Key(key);
    Nest('[', ']', fill);
  }
  void Put(std::string_view key, std::string_view value) {
    Key(key);
    Quote(value);
  }
  void PutNumber(std::string_view key, std::string_view number) {
    Key(key);
    text_ += number;
  }
  void PutBool(std::string_view key, bool value) {
    Key(key);
    text_ += value ? "true" : "false";
  }
  // An item of a list.
  void Item(std::string_view value) {
    Comma();
    Quote(value);
  }
  std::string& text() { return text_; }
  void Reserve(size_t bytes) { text_.reserve(bytes); }

 private:
  template <typename Fill>
  void Nest(char open, char close, Fill fill) {
    text_ += open;
    first_ = true;
    fill();
    text_ += close;
    first_ = false;
  }
  void Comma() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  void Key(std::string_view key) {
    Comma();
    Quote(key);
    text_ += ':';
  }
  void Quote(std::string_view value) {
    constexpr char kDigits[] = "0123456789abcdef";
    text_ += '"';
    size_t done = 0;
    for (size_t at = PlainFrom(value, 0); at < value.size(); at = PlainFrom(value, at + 1)) {
      auto c = static_cast<unsigned char>(value[at]);
      text_.append(value, done, at - done);
      done = at + 1;
      if (c == '"' || c == '\\') {
        text_ += '\\';
        text_ += static_cast<char>(c);
      } else {
        text_ += "\\u00";
        text_ += kDigits[c >> 4];
        text_ += kDigits[c & 15];
      }
    }
    text_.append(value, done, value.size() - done);
    text_ += '"';
  }

  // The first byte from `at` on that must be escaped: below a space, a quotation mark, a backslash. Eight at a time:
  // the highest bit of a byte of `found` is set where one is (and perhaps of some above it, so the byte is looked at
  // again).
  static size_t PlainFrom(std::string_view value, size_t at) {
    constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
    auto zero = [](uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; };
    for (; at + 8 <= value.size(); at += 8) {
      uint64_t bytes = 0;
      std::memcpy(&bytes, value.data() + at, 8);
      uint64_t below = (bytes - kOnes * 0x20) & ~bytes & kHighs;
      if ((below | zero(bytes ^ kOnes * '"') | zero(bytes ^ kOnes * '\\')) != 0) break;
    }
    for (; at < value.size(); at++) {
      auto c = static_cast<unsigned char>(value[at]);
      if (c < 0x20 || c == '"' || c == '\\') break;
    }
    return at;
  }

  std::string text_;
  bool first_ = true;
};

}  // namespace yijian
