#include "intake/text_encoding.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "intake/convert.h"

namespace yijian::intake {
namespace {

constexpr unsigned char kLeadMin = 0x81;
constexpr unsigned char kLeadMax = 0xFE;
constexpr size_t kTrails = 256;

unsigned char Byte(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

bool IsFourByteTrail(unsigned char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Gb18030Decoder> Gb18030Decoder::Create() {
  iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == reinterpret_cast<iconv_t>(-1)) {  // NOLINT(performance-no-int-to-ptr)
    return InternalError(std::string("this machine's iconv does not know GB18030: ") + std::strerror(errno));
  }
  return Gb18030Decoder(converter);
}

Gb18030Decoder::Gb18030Decoder(iconv_t converter) : converter_(converter) {
  auto pairs = std::make_shared<std::vector<Pair>>(kTrails * (kLeadMax - kLeadMin + 1));
  for (unsigned lead = kLeadMin; lead <= kLeadMax; lead++) {
    for (unsigned trail = 0x40; trail <= 0xFE; trail++) {
      if (trail == 0x7F) continue;
      char bytes[2] = {static_cast<char>(lead), static_cast<char>(trail)};
      Pair& pair = (*pairs)[(lead - kLeadMin) * kTrails + trail];
      pair.size = static_cast<uint8_t>(Convert({bytes, 2}, pair.utf8.data()));
    }
  }
  pairs_ = std::move(pairs);
}

Gb18030Decoder::Gb18030Decoder(Gb18030Decoder&& other) noexcept
    : converter_(std::exchange(other.converter_, reinterpret_cast<iconv_t>(-1))),  // NOLINT
      pairs_(std::move(other.pairs_)),
      bad_bytes_(other.bad_bytes_) {}

Gb18030Decoder::~Gb18030Decoder() {
  if (converter_ != reinterpret_cast<iconv_t>(-1)) iconv_close(converter_);  // NOLINT
}

size_t Gb18030Decoder::Convert(std::string_view bytes, char* utf8) const {
  char in[4];
  std::memcpy(in, bytes.data(), bytes.size());
  char* from = in;
  size_t from_left = bytes.size();
  char out[8];
  char* to = out;
  size_t to_left = sizeof out;
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  if (iconv(converter_, &from, &from_left, &to, &to_left) == static_cast<size_t>(-1) || from_left != 0) return 0;
  size_t size = sizeof out - to_left;
  if (size > 4) return 0;
  std::memcpy(utf8, out, size);
  return size;
}

size_t Gb18030Decoder::Decode(std::string_view bytes, bool last, std::vector<char>& text) {
  size_t start = text.size();
  text.resize(start + bytes.size() + bytes.size() / 2 + 4);
  char* to = text.data() + start;
  size_t at = 0;
  while (at < bytes.size()) {
    while (at + 8 <= bytes.size()) {  // ASCII by eights
      uint64_t word;
      std::memcpy(&word, bytes.data() + at, 8);
      if ((word & 0x8080808080808080U) != 0) break;
      std::memcpy(to, &word, 8);
      to += 8;
      at += 8;
    }
    if (at == bytes.size()) break;
    unsigned char lead = Byte(bytes, at);
    if (lead < 0x80) {
      *to++ = static_cast<char>(lead);
      at++;
      continue;
    }
    size_t left = bytes.size() - at;
    if (lead >= kLeadMin && lead <= kLeadMax) {
      if (left < 2 && !last) break;
      unsigned char trail = left < 2 ? 0 : Byte(bytes, at + 1);
      if (IsFourByteTrail(trail)) {
        if (left < 4 && !last) break;
        size_t size = left < 4 ? 0 : Convert(bytes.substr(at, 4), to);
        if (size > 0) {
          to += size;
          at += 4;
          continue;
        }
      } else if (const Pair& pair = (*pairs_)[(lead - kLeadMin) * kTrails + trail]; pair.size > 0) {
        std::memcpy(to, pair.utf8.data(), 4);
        to += pair.size;
        at += 2;
        continue;
      }
    }
    *to++ = static_cast<char>(0xFF);
    bad_bytes_++;
    at++;
  }
  text.resize(static_cast<size_t>(to - text.data()));
  return at;
}

Sniffed Sniff(std::string_view sample) {
  Sniffed sniffed;
  if (sample.starts_with("\xEF\xBB\xBF")) sniffed.bom = 3;
  sniffed.utf16 = sample.starts_with("\xFF\xFE") || sample.starts_with("\xFE\xFF");
  size_t at = sniffed.bom;
  while (at < sample.size()) {
    size_t bad = at + FindBadUtf8(sample.substr(at)).value_or(sample.size() - at);
    for (size_t i = at; i < bad; i++) sniffed.characters += (Byte(sample, i) & 0xC0) == 0xC0 ? 1 : 0;
    if (bad == sample.size() || sample.size() - bad < 4) break;
    if (sniffed.faults++ == 0) sniffed.first_fault = bad;
    at = bad + 1;
  }
  sniffed.ascii = sniffed.characters == 0 && sniffed.faults == 0;
  return sniffed;
}

}  // namespace yijian::intake
