// A timeline written by hand, one event a line: what rule cases and tests are made of.
//
//   CodeBook codes;
//   Story story = TRY(ParseStory(R"(
//     person birth=2011-03-06 sex=1
//     2025-03-05 08:00 visit V1 type=11 institution=H1
//     2025-03-05 09:10 line L1 item=ZA04C qty=1 price=20
//   )", codes));
//   story.bucket.table(Kind::kLine).rows             // 1
//   story.names.at("L1")                             // {kLine, 0}
//
// The grammar is that of docs/rule-language.md, "Cases". Every column of every kind is there; what was not given is
// kNull. Rows are numbered (row_id) in the order written, from 1, over all kinds.
//
// Owns:    the bucket; its `codes` points to the caller's book, which outlives it.
// Errors:  ParseStory stops at the first mistake and names its line; StoryParser goes on and tells them all.
// Threads: one owner at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "timeline/bucket.h"

namespace yijian::timeline {

struct StoryRow {
  Kind kind = Kind::kPerson;
  uint32_t row = 0;
  friend bool operator==(const StoryRow&, const StoryRow&) = default;
  friend auto operator<=>(const StoryRow&, const StoryRow&) = default;
};

struct Story {
  Bucket bucket;
  std::map<std::string, StoryRow, std::less<>> names;  // rows as they lie in the bucket
};

struct StoryError {
  int line = 0;    // 1-based
  int column = 0;  // 1-based, in bytes
  std::string message;
  std::string word;  // the word that was not understood, when one of `known` was expected
  std::vector<std::string> known;
};

Result<Story> ParseStory(std::string_view text, CodeBook& codes);

// Line by line, for texts that hold more than timelines.
class StoryParser {
 public:
  explicit StoryParser(CodeBook& codes);
  ~StoryParser();
  StoryParser(StoryParser&&) noexcept;
  StoryParser& operator=(StoryParser&&) noexcept;

  // One event. Empty lines and those that begin with # say nothing. A line with a mistake adds no row.
  void Add(std::string_view line, int line_number);
  const std::vector<StoryError>& errors() const;
  // The timeline of all lines so far. Links to visits and persons are those known when a line was added.
  Story Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Words of a line: separated by blanks; 'a b' or "a b" keeps them together, also behind key=. `column` is 1-based.
// A word that begins with # and all behind it are a comment. Nullopt when a quote is not closed.
struct StoryWord {
  std::string text;
  int column = 0;
};
std::optional<std::vector<StoryWord>> SplitWords(std::string_view line);

// A text as the value of a column of this type; nullopt when it is none. Codes are interned, ids hashed.
std::optional<int64_t> ParseField(FieldType type, std::string_view text, CodeBook& codes);
// "a date YYYY-MM-DD"
std::string_view Expected(FieldType type);
// The id of a text: 63 bits of its SHA-256, never negative, so never kNull.
int64_t IdOf(std::string_view text);

// The same rows seen from another subject: doctors, institutions, trace codes. The persons of the result are the
// different values of `field` (a code or an id) of the rows of `of`; rows without one are left out. person_no is the
// code, or the hex of an id. No row knows a visit; no other kind has rows.
Bucket Regroup(const Bucket& bucket, Kind of, size_t field);

}  // namespace yijian::timeline
