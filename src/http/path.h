// What a request line asks for: its path in decoded pieces and its query.
//
//   Target target = TRY(ParseTarget("/api/clues/%E7%BA%BF%E7%B4%A2?page=2"));
//   target.segments   // {"api", "clues", "线索"}
//   target.query      // {{"page", "2"}}
//
// Strict, so that what is checked is what is used: everything is decoded exactly once; a broken escape, bytes that are
// no UTF-8, control characters, '/' or '\' inside a segment, "." and "..", empty segments and whole URLs are refused.
// Errors:  kInvalidInput, saying what is wrong without repeating the text.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yijian::http {

inline constexpr size_t kQueryFieldsMax = 100;
inline constexpr size_t kSegmentsMax = 32;

struct Target {
  std::vector<std::string> segments;
  bool trailing_slash = false;  // "/a/"; false for "/"
  std::vector<std::pair<std::string, std::string>> query;
};

Result<Target> ParseTarget(std::string_view target);

// "%E4%B8%AD" as bytes. nullopt for a broken escape. A plus sign is a space when plus_is_space.
std::optional<std::string> DecodePercent(std::string_view text, bool plus_is_space);

// The text as one segment or query value: everything but unreserved characters is escaped.
std::string EncodePercent(std::string_view text);

}  // namespace yijian::http
