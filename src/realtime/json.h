// A strict JSON document: what institutions send, before anybody believes it.
//
//   JsonDocument body = TRY(JsonDocument::Parse(bytes));
//   if (const Json* input = body.root().Find("input")) ...
//
// Read by simdjson, kept as a flat tree of views: a message of twenty lines has three hundred values, and none of them
// is worth an allocation. Numbers stay as they were written ("12.50"), so that money is read exactly. Refused beyond
// JSON's own rules: a key twice in one object, invalid UTF-8 (also when escaped: half a surrogate pair), more than
// kDepthMax levels, more than kValuesMax values, anything behind the end.
// Owns:    the document its bytes and values; a Json is a view of it and is copied freely.
// Errors:  kInvalidInput with the place; kLimit when too big.
// Threads: values.
#pragma once

#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::realtime {

class Json {
 public:
  enum class Kind { kNull, kBool, kNumber, kText, kList, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  std::string_view text;  // of texts and numbers; "true" or "false"

  // An object of members that live elsewhere.
  static Json ObjectOf(std::span<const Member> members);
  static Json ListOf(std::span<const Json> items);

  bool is_object() const { return kind == Kind::kObject; }
  bool is_list() const { return kind == Kind::kList; }
  std::span<const Member> members() const;  // of an object, in the order they stand; else none
  std::span<const Json> items() const;      // of a list; else none
  // The member, or null; null also when this is no object.
  const Json* Find(std::string_view key) const;
  // Text of a text, number or bool; empty for null, lists and objects.
  std::string_view Scalar() const { return text; }
  std::string_view ScalarOf(std::string_view key) const;
  // A list's items; an object stands for a list of one (senders differ); else none.
  std::vector<const Json*> Items() const;

 private:
  const void* children_ = nullptr;
  size_t count_ = 0;
};

struct Json::Member {
  std::string_view first;
  Json second;
};

class JsonDocument {
 public:
  static constexpr size_t kBytesMax = 32 << 20;
  static constexpr size_t kDepthMax = 32;
  static constexpr size_t kValuesMax = 4'000'000;

  static Result<JsonDocument> Parse(std::string_view bytes);

  const Json& root() const { return root_; }

 private:
  // Values never move: the document may.
  std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
  Json root_;
};

// The bytes of the value of a member of the outermost object, as they stand in `object`; empty when it has none.
// `object` is valid JSON.
std::string_view RawMember(std::string_view object, std::string_view key);

}  // namespace yijian::realtime
