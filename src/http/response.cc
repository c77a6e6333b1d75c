#include "http/response.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "http/path.h"
#include "http/text.h"

namespace yijian::http {
namespace {

constexpr size_t kFilePiece = 128 * 1024;

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(descriptor_); }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Exactly the bytes that were promised: a file that shrinks meanwhile breaks the answer off, one that grows is cut.
Producer ReaderOf(std::shared_ptr<OpenFile> file, uint64_t length) {
  return [file = std::move(file), left = length]() mutable -> Result<std::optional<std::string>> {
    if (left == 0) return std::optional<std::string>();
    std::string piece(std::min<uint64_t>(left, kFilePiece), '\0');
    ssize_t got = ::read(file->descriptor(), piece.data(), piece.size());
    if (got <= 0) return IoError("a file ended before its size");
    piece.resize(static_cast<size_t>(got));
    left -= static_cast<uint64_t>(got);
    return std::optional<std::string>(std::move(piece));
  };
}

}  // namespace

Response Response::Json(const nlohmann::json& body, int status) {
  return JsonText(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), status);
}

Response Response::JsonText(std::string body, int status) { return Bytes(std::move(body), "application/json", status); }

Response Response::Empty(int status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::Bytes(std::string body, std::string content_type, int status) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response Response::Stream(std::string content_type, Producer producer) {
  Response response;
  response.content_type = std::move(content_type);
  response.producer = std::move(producer);
  return response;
}

Result<Response> Response::File(const std::string& path, std::string content_type) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return NotFound("there is no such file");
  auto file = std::make_shared<OpenFile>(descriptor);
  struct stat facts = {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) return NotFound("there is no such file");
  auto length = static_cast<uint64_t>(facts.st_size);
  Response response = Stream(std::move(content_type), ReaderOf(std::move(file), length));
  response.length = length;
  return response;
}

Response Response::Of(Problem problem) {
  Response response;
  response.status = problem.status;
  response.problem = std::move(problem);
  return response;
}

Response Response::Open(std::string content_type, std::function<void(std::shared_ptr<OpenAnswer>)> attach) {
  Response response;
  response.content_type = std::move(content_type);
  response.attach = std::move(attach);
  return response;
}

Response Response::Header(std::string name, std::string value) && {
  CHECK(!HasControl(name, false) && !HasControl(value, false));
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Response Response::Cookie(const SetCookie& cookie) && {
  cookies.push_back(cookie);
  return std::move(*this);
}

Response Response::Cached(std::string value) && {
  cache_control = std::move(value);
  return std::move(*this);
}

Response Response::SaveAs(std::string_view file_name) && {
  return std::move(*this).Header("Content-Disposition", "attachment; filename*=UTF-8''" + EncodePercent(file_name));
}

std::string_view ReasonOf(int status) {
  static constexpr std::pair<int, std::string_view> kReasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [known, reason] : kReasons) {
    if (known == status) return reason;
  }
  return "Unknown";
}

}  // namespace yijian::http
