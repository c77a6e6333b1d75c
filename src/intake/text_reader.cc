#include "intake/text_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "intake/convert.h"

namespace yijian::intake {
namespace {

std::string RowOf(std::string_view sample, size_t offset) {
  return std::to_string(1 + std::count(sample.begin(), sample.begin() + static_cast<long>(offset), '\n'));
}

std::string HexByte(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

}  // namespace

Result<TextReader> TextReader::Open(const std::string& path, std::optional<Encoding> encoding) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return (errno == ENOENT ? NotFound : IoError)("cannot open " + path + ": " + std::strerror(errno));
  TextReader reader(path, fd);
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return InvalidInput(path + " is not a file");
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  reader.bytes_ = info.st_size;
  TRY(reader.FindEncoding(encoding));
  return reader;
}

TextReader::TextReader(TextReader&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      bytes_(other.bytes_),
      offset_(other.offset_),
      bom_(other.bom_),
      sample_(std::move(other.sample_)),
      sample_is_all_(other.sample_is_all_),
      decoder_(std::move(other.decoder_)),
      raw_(std::move(other.raw_)),
      raw_used_(other.raw_used_),
      tap_(std::move(other.tap_)) {}

TextReader::~TextReader() {
  if (fd_ >= 0) close(fd_);
}

Result<size_t> TextReader::ReadAt(char* to, size_t size, int64_t offset) const {
  size_t done = 0;
  while (done < size) {
    ssize_t got = pread(fd_, to + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError("cannot read " + path_ + ": " + std::strerror(errno));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

// A file may begin with megabytes of ASCII. Looks on for the first bytes that tell encodings apart.
Result<std::string> TextReader::SampleBeyondAscii(std::string sample) const {
  auto offset = static_cast<int64_t>(sample.size());
  std::string block(1 << 20, '\0');
  while (true) {
    size_t got = TRY(ReadAt(block.data(), block.size(), offset));
    if (got == 0) return sample;
    auto high =
        std::find_if(block.begin(), block.begin() + static_cast<long>(got), [](char c) { return (c & 0x80) != 0; });
    if (high != block.begin() + static_cast<long>(got)) return block.substr(0, got);
    offset += static_cast<int64_t>(got);
  }
}

Status TextReader::FindEncoding(std::optional<Encoding> encoding) {
  std::string raw(kSampleBytes, '\0');
  raw.resize(TRY(ReadAt(raw.data(), raw.size(), 0)));
  sample_is_all_ = static_cast<int64_t>(raw.size()) == bytes_;
  Sniffed head = Sniff(raw);
  if (head.utf16) return InvalidInput(path_ + " is UTF-16: save it as UTF-8 or GB18030");
  bom_ = head.bom;
  Sniffed tale = head;
  if (head.ascii && !encoding && !sample_is_all_) tale = Sniff(TRY(SampleBeyondAscii(raw)));

  Encoding chosen = encoding.value_or(tale.LooksUtf8() ? Encoding::kUtf8 : Encoding::kGb18030);
  if (head.bom > 0) {
    if (chosen == Encoding::kGb18030 && encoding) {
      return InvalidInput(path_ + " begins with the mark of UTF-8, but the mapping says encoding: gb18030");
    }
    chosen = Encoding::kUtf8;
  }
  if (chosen == Encoding::kUtf8 && !head.LooksUtf8()) {
    return InvalidInput(path_ + " is not UTF-8: byte " + HexByte(raw[head.first_fault]) + " at offset " +
                        std::to_string(head.first_fault) + ", row " + RowOf(raw, head.first_fault) +
                        ", cannot be part of it; if the file is GB18030 (GBK), say encoding: gb18030");
  }
  if (chosen == Encoding::kGb18030) {
    if (encoding && head.characters >= 8 && head.faults == 0) {
      return InvalidInput(path_ + " is UTF-8, but the mapping says encoding: gb18030; say utf-8 or auto");
    }
    decoder_.emplace(TRY(Gb18030Decoder::Create()));
    Gb18030Decoder trial = TRY(Gb18030Decoder::Create());
    std::vector<char> text;
    trial.Decode(raw, sample_is_all_, text);
    auto wide = static_cast<int64_t>(std::count_if(raw.begin(), raw.end(), [](char c) { return (c & 0x80) != 0; }));
    if (trial.bad_bytes() * 8 > wide) {
      return InvalidInput(path_ + " is neither UTF-8 (byte " + HexByte(raw[head.first_fault]) + " at offset " +
                          std::to_string(head.first_fault) + ", row " + RowOf(raw, head.first_fault) +
                          ") nor GB18030: is it a text file?");
    }
    sample_.assign(text.begin(), text.end());
  } else {
    sample_ = raw.substr(bom_);
  }
  offset_ = static_cast<int64_t>(bom_);
  return {};
}

Result<bool> TextReader::Read(size_t bytes, std::vector<char>& text, size_t& used) {
  if (!decoder_) {
    if (text.size() < used + bytes) text.resize(used + bytes);
    size_t got = TRY(ReadAt(text.data() + used, bytes, offset_));
    if (tap_) tap_(text.data() + used, got);
    offset_ += static_cast<int64_t>(got);
    used += got;
    return got > 0;
  }
  raw_.resize(raw_used_ + bytes);
  size_t got = TRY(ReadAt(raw_.data() + raw_used_, bytes, offset_));
  if (tap_) tap_(raw_.data() + raw_used_, got);
  offset_ += static_cast<int64_t>(got);
  raw_used_ += got;
  if (raw_used_ == 0) return false;
  text.resize(used);
  size_t decoded = decoder_->Decode({raw_.data(), raw_used_}, got < bytes, text);
  used = text.size();
  std::memmove(raw_.data(), raw_.data() + decoded, raw_used_ - decoded);
  raw_used_ -= decoded;
  return true;
}

}  // namespace yijian::intake
