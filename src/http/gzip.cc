#include "http/gzip.h"

#include <zlib.h>

#include <limits>

#include "base/result.h"
#include "http/text.h"

namespace yijian::http {
namespace {

constexpr int kLevel = 5;
constexpr int kGzipWindow = 15 + 16;  // the largest window, with gzip's head and tail
constexpr int kMemory = 8;

}  // namespace

std::string Gzip(std::string_view bytes) {
  CHECK(bytes.size() < std::numeric_limits<uInt>::max() / 2);
  z_stream stream = {};
  CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);  // there is room by deflateBound
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

bool Compressible(std::string_view content_type) {
  std::string type = Lower(Trim(content_type.substr(0, content_type.find(';'))));
  if (type == "text/event-stream") return false;
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") || type.ends_with("xml") ||
         type == "image/svg+xml" || type == "application/wasm";
}

bool AcceptsGzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    size_t comma = accept_encoding.find(',');
    std::string item = Lower(Trim(accept_encoding.substr(0, comma)));
    std::string_view name = Trim(std::string_view(item).substr(0, item.find(';')));
    bool refused =
        item.find("q=0") != std::string::npos && item.find_first_of("123456789", item.find("q=0")) == std::string::npos;
    if (name == "gzip") return !refused;
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace yijian::http
