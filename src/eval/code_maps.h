// Functions of one code as arrays over all codes of a book: what makes a test on an item one load.
//
// Internal to eval. Threads: built by one, read by all.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/decimal.h"
#include "lang/check.h"
#include "timeline/bucket.h"

namespace yijian::eval {

bool BeginsWith(std::string_view text, std::string_view prefix);
std::string_view PrefixOf(std::string_view text, int64_t count);  // the first characters, not bytes
Micro DosesPerDay(std::string_view frequency);                    // kNull when it is not known

// The codes of a book by their texts: those with one beginning stand together.
class CodeOrder {
 public:
  explicit CodeOrder(const timeline::CodeBook& codes) : codes_(codes) { Update(); }
  void Update();  // takes in what the book gained
  std::span<const int64_t> all() const { return ids_; }
  std::span<const int64_t> BeginningWith(std::string_view prefix) const;

 private:
  const timeline::CodeBook& codes_;
  std::vector<int64_t> ids_;
};

// A function of one code, as an array over the codes of Bind.
struct CodeMap {
  std::vector<int64_t> values;
  lang::Op op = lang::Op::kInList;
  std::string text;        // kStartsWith
  int64_t characters = 0;  // kPrefix
  int64_t otherwise = 0;   // what it says of most codes
  uint32_t number = 0;     // among all maps
};

// Makes the maps; expressions that ask the same share one.
class CodeMaps {
 public:
  // All outlive it; the book gains nothing any more.
  CodeMaps(const timeline::CodeBook& codes, const CodeOrder& order, std::deque<CodeMap>& maps)
      : codes_(codes), order_(order), maps_(maps) {}

  // Of startsWith, prefix, doses_per_day or `in [...]`.
  const CodeMap& Of(const lang::Expr& expr, int64_t otherwise);

 private:
  using Key = std::tuple<lang::Op, std::string, int64_t, std::vector<int64_t>>;
  void Fill(const std::vector<int64_t>& listed, CodeMap& map) const;

  const timeline::CodeBook& codes_;
  const CodeOrder& order_;
  std::deque<CodeMap>& maps_;
  std::map<Key, const CodeMap*> made_;
};

}  // namespace yijian::eval
