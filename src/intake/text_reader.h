// The bytes of a text file as UTF-8: what the CSV and JSON-lines sources read from.
//
//   TextReader reader = TRY(TextReader::Open(path, std::nullopt));
//   while (TRY(reader.Read(1 << 20, text, used))) { ... text[0, used) ... }
//
// Skips a byte-order mark. Finds the encoding out unless it is given; refuses UTF-16, and a file
// whose bytes plainly contradict the encoding that was given, with the place where they do.
// Threads: one owner at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "intake/text_encoding.h"

namespace yijian::intake {

class TextReader {
 public:
  static constexpr size_t kSampleBytes = 4 << 20;

  static Result<TextReader> Open(const std::string& path, std::optional<Encoding> encoding);
  TextReader(TextReader&& other) noexcept;
  TextReader& operator=(TextReader&&) = delete;
  ~TextReader();

  // Appends about `bytes` at text[used], growing text as needed; false at the end of the file.
  Result<bool> Read(size_t bytes, std::vector<char>& text, size_t& used);

  // The beginning of the file as UTF-8, at most kSampleBytes of the file.
  const std::string& sample() const { return sample_; }
  bool sample_is_all() const { return sample_is_all_; }
  Encoding encoding() const { return decoder_ ? Encoding::kGb18030 : Encoding::kUtf8; }
  int64_t bytes() const { return bytes_; }
  int64_t bytes_done() const { return offset_; }
  size_t bom() const { return bom_; }
  void set_tap(std::function<void(const char*, size_t)> tap) { tap_ = std::move(tap); }

 private:
  TextReader(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Result<size_t> ReadAt(char* to, size_t size, int64_t offset) const;
  Status FindEncoding(std::optional<Encoding> encoding);
  Result<std::string> SampleBeyondAscii(std::string sample) const;

  std::string path_;
  int fd_;
  int64_t bytes_ = 0;
  int64_t offset_ = 0;
  size_t bom_ = 0;
  std::string sample_;
  bool sample_is_all_ = false;
  std::optional<Gb18030Decoder> decoder_;
  std::vector<char> raw_;
  size_t raw_used_ = 0;
  std::function<void(const char*, size_t)> tap_;
};

}  // namespace yijian::intake
