// A strict JSON document: what institutions send, before anybody believes it.
//
//   Json body = TRY(Json::Parse(bytes));
//   if (const Json* input = body.Find("input")) ...
//
// Numbers stay as they were written ("12.50"), so that money is read exactly. Refused beyond JSON's own rules: a key
// twice in one object, invalid UTF-8, more than kDepthMax levels, more than kValuesMax values, anything behind the end.
// Errors:  kInvalidInput with the place; kLimit when too big.
// Threads: a value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yijian::realtime {

class Json {
 public:
  enum class Kind { kNull, kBool, kNumber, kText, kList, kObject };
  static constexpr size_t kBytesMax = 32 << 20;
  static constexpr size_t kDepthMax = 32;
  static constexpr size_t kValuesMax = 4'000'000;

  // Defined where Json is complete: in here clang would look into the vectors too early.
  Json();
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  static Result<Json> Parse(std::string_view bytes);

  Kind kind = Kind::kNull;
  std::string text;  // of texts and numbers; "true" or "false"
  std::vector<std::pair<std::string, Json>> members;
  std::vector<Json> items;

  bool is_object() const { return kind == Kind::kObject; }
  bool is_list() const { return kind == Kind::kList; }
  // The member, or null; null also when this is no object.
  const Json* Find(std::string_view key) const;
  // Text of a text, number or bool; empty for null, lists and objects.
  std::string_view Scalar() const { return text; }
  std::string_view ScalarOf(std::string_view key) const;
  // A list's items; an object stands for a list of one (senders differ); else none.
  std::vector<const Json*> Items() const;
};

// The bytes of the value of a member of the outermost object, as they stand in `object`; empty when it has none.
// `object` is valid JSON.
std::string_view RawMember(std::string_view object, std::string_view key);

}  // namespace yijian::realtime
