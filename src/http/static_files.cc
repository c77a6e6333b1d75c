#include "http/static_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "http/gzip.h"

namespace yijian::http {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBytesMax = 256 * 1024 * 1024;
constexpr size_t kPackedBytesMin = 1024;

Result<std::string> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return IoError("cannot read " + path.string());
  return bytes;
}

std::string PathOf(const Target& target) {
  std::string path;
  for (const std::string& segment : target.segments) path += (path.empty() ? "" : "/") + segment;
  return path;
}

}  // namespace

Result<StaticFiles> StaticFiles::Load(const std::string& folder) {
  StaticFiles files;
  std::map<std::string, std::string> packed;
  size_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, error);
  if (error) return NotFound("no folder of web pages: " + folder);
  for (const fs::directory_entry& entry : walk) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    std::string content = TRY(ReadFile(entry.path()));
    bytes += content.size();
    if (bytes > kBytesMax) return LimitReached("the web pages in " + folder + " take more than 256 MB");
    std::string name = entry.path().lexically_relative(folder).generic_string();
    if (name.ends_with(".gz")) {
      packed[name.substr(0, name.size() - 3)] = std::move(content);
      continue;
    }
    std::string etag = "\"" + HexOf(KeyOf(content)) + "\"";
    files.files_[name] = {ContentTypeOf(name), std::move(content), "", std::move(etag), name.starts_with("assets/")};
  }
  if (!files.files_.contains("index.html")) return NotFound("no index.html in " + folder);
  for (auto& [name, file] : files.files_) {
    auto found = packed.find(name);
    if (found != packed.end()) {
      file.packed = std::move(found->second);
    } else if (file.bytes.size() >= kPackedBytesMin && Compressible(file.content_type)) {
      file.packed = Gzip(file.bytes);
    }
  }
  return files;
}

std::optional<Response> StaticFiles::Answer(const Request& request) const {
  const Target& target = request.target();
  auto found = files_.find(target.segments.empty() ? "index.html" : PathOf(target));
  if (found == files_.end() || target.trailing_slash) {
    bool api = !target.segments.empty() && target.segments.front() == "api";
    bool file = !target.segments.empty() && target.segments.back().find('.') != std::string::npos;
    if (api || file) return std::nullopt;
    found = files_.find("index.html");
  }
  const File& file = found->second;
  bool gzip = !file.packed.empty() && AcceptsGzip(request.Header("accept-encoding").value_or(""));
  Response response = Response::Bytes(gzip ? file.packed : file.bytes, file.content_type)
                          .Cached(file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.etag = gzip ? file.etag.substr(0, file.etag.size() - 1) + "-gz\"" : file.etag;
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  if (!file.packed.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  return response;
}

std::string ContentTypeOf(std::string_view file_name) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".txt", "text/plain; charset=utf-8"},
      {".csv", "text/csv; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".gif", "image/gif"},
      {".ico", "image/x-icon"},
      {".woff", "font/woff"},
      {".woff2", "font/woff2"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
      {".pdf", "application/pdf"},
      {".mp4", "video/mp4"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
  };
  std::string name = Lower(file_name);
  for (const auto& [end, type] : kTypes) {
    if (name.ends_with(end)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace yijian::http
