#include "http/path.h"

#include "base/utf8.h"
#include "http/text.h"

namespace yijian::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> Segment(std::string_view text) {
  std::optional<std::string> decoded = DecodePercent(text, false);
  if (!decoded) return InvalidInput("the path has a broken percent escape");
  if (decoded->empty()) return InvalidInput("the path has an empty segment");
  if (*decoded == "." || *decoded == "..") return InvalidInput("the path has a dot segment");
  if (decoded->find_first_of("/\\") != std::string::npos) return InvalidInput("a path segment holds a slash");
  if (!IsUtf8(*decoded) || HasControl(*decoded, false)) return InvalidInput("the path is not plain UTF-8 text");
  return *std::move(decoded);
}

Result<std::string> QueryPart(std::string_view text) {
  std::optional<std::string> decoded = DecodePercent(text, true);
  if (!decoded) return InvalidInput("the query has a broken percent escape");
  if (!IsUtf8(*decoded) || HasControl(*decoded, true)) return InvalidInput("the query is not plain UTF-8 text");
  return *std::move(decoded);
}

Status ParsePath(std::string_view path, Target& target) {
  if (path.empty() || path.front() != '/') return InvalidInput("the request target must start with a slash");
  path.remove_prefix(1);
  if (path.empty()) return {};
  if (path.back() == '/') {
    target.trailing_slash = true;
    path.remove_suffix(1);
  }
  while (true) {
    size_t slash = path.find('/');
    if (target.segments.size() == kSegmentsMax) return InvalidInput("the path has too many segments");
    target.segments.push_back(TRY(Segment(path.substr(0, slash))));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

Status ParseQuery(std::string_view query, Target& target) {
  while (!query.empty()) {
    size_t end = query.find('&');
    std::string_view part = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (part.empty()) continue;
    if (target.query.size() == kQueryFieldsMax) return InvalidInput("the query has too many fields");
    size_t equals = part.find('=');
    std::string name = TRY(QueryPart(part.substr(0, equals)));
    std::string value = equals == std::string_view::npos ? std::string() : TRY(QueryPart(part.substr(equals + 1)));
    target.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  if (text.find('#') != std::string_view::npos) return InvalidInput("the request target has a fragment");
  Target target;
  size_t mark = text.find('?');
  TRY(ParsePath(text.substr(0, mark), target));
  if (mark != std::string_view::npos) TRY(ParseQuery(text.substr(mark + 1), target));
  return target;
}

std::optional<std::string> DecodePercent(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      int high = HexDigit(text[i + 1]);
      int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::string EncodePercent(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                 c == '_' || c == '~';
    if (plain) {
      encoded.push_back(c);
    } else {
      auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace yijian::http
