// A JSON text as a tree that keeps what the sender wrote: numbers stay text, so that money never passes a double.
//
// Stricter than the standard where data would be lost in silence: a name twice in one object is an error, and so are
// trees deeper than kJsonDepthMax or with more than kJsonValuesMax values.
// Errors:  kInvalidInput with line and column (a text that is no JSON), kLimit (depth, values). Doubled names are
// collected. Threads: a pure function.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yijian::http {

inline constexpr size_t kJsonDepthMax = 32;
inline constexpr size_t kJsonValuesMax = 200'000;

struct JsonValue {
  enum class Kind { kNull, kBool, kNumber, kText, kList, kObject };

  Kind kind = Kind::kNull;
  std::string text;                // of a text; a number as written; "true" or "false"
  std::vector<JsonValue> items;    // of a list; of an object, beside names
  std::vector<std::string> names;  // of an object
  mutable bool read = false;       // somebody asked for it; see Fields::Finish

  // The member of that name, or nullptr.
  const JsonValue* Find(std::string_view name) const;
  // As it would be shown to a person, cut to 64 characters.
  std::string Show() const;
};

// Pointers (RFC 6901) of names that came twice are added to doubled, at most a hundred.
Result<JsonValue> ParseJson(std::string_view text, std::vector<std::string>& doubled);

// One more step of a JSON pointer: "/lines" + "a/b" -> "/lines/a~1b".
std::string PointerTo(const std::string& parent, std::string_view name);

}  // namespace yijian::http
