// gzip for answers (zlib).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace yijian::http {

std::string Gzip(std::string_view bytes);
// Text-like media types, which shrink.
bool Compressible(std::string_view content_type);
// An Accept-Encoding header that lets gzip through.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace yijian::http
