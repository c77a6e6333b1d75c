// Encodings of source files: telling them apart, and GB18030 into UTF-8.
//
//   Gb18030Decoder decoder = TRY(Gb18030Decoder::Create());
//   size_t used = decoder.Decode(bytes, last, text);        // appends UTF-8
//
// A byte that is not GB18030 becomes 0xFF, which no UTF-8 text holds: the value it stands in is
// refused later, with its row and field, and the rest of the file is read. Threads: one decoder
// belongs to one thread.
#pragma once

#include <iconv.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::intake {

enum class Encoding : uint8_t { kUtf8, kGb18030 };

class Gb18030Decoder {
 public:
  static Result<Gb18030Decoder> Create();
  Gb18030Decoder(Gb18030Decoder&& other) noexcept;
  Gb18030Decoder& operator=(Gb18030Decoder&&) = delete;
  ~Gb18030Decoder();

  // Appends at most 3/2 of bytes.size() + 4. Returns the bytes used: all but an unfinished
  // character at the end, unless `last`.
  size_t Decode(std::string_view bytes, bool last, std::vector<char>& text);
  int64_t bad_bytes() const { return bad_bytes_; }

 private:
  explicit Gb18030Decoder(iconv_t converter);
  // UTF-8 of one character, 0 bytes when there is none.
  size_t Convert(std::string_view bytes, char* utf8) const;

  struct Pair {
    std::array<char, 4> utf8{};
    uint8_t size = 0;
  };
  iconv_t converter_;
  std::shared_ptr<const std::vector<Pair>> pairs_;  // of two-byte characters
  int64_t bad_bytes_ = 0;
};

// What the bytes say about themselves. `sample` may end within a character.
struct Sniffed {
  size_t bom = 0;  // bytes of byte-order mark to skip
  bool utf16 = false;
  bool ascii = true;       // nothing but
  int64_t characters = 0;  // well-formed UTF-8 characters beyond ASCII
  int64_t faults = 0;      // places that are not UTF-8
  size_t first_fault = 0;  // offset of the first
  bool LooksUtf8() const { return faults * 4 <= characters; }
};
Sniffed Sniff(std::string_view sample);

}  // namespace yijian::intake
