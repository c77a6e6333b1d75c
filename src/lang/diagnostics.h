// What is wrong with a text an author wrote: collected, never thrown, so that he sees all mistakes at once.
//
//   diagnostics.Add(Code::kUnknownName, {file, span}, "no field 'dept'", "did you mean 'department'?");
//   std::cout << diagnostics.Render();
//
// Threads: one owner at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::lang {

// Printed as E101 etc. Never renumber: manuals and searches name them.
enum class Code : uint16_t {
  kSyntax = 101,
  kTooDeep = 102,
  kUnknownName = 103,
  kUnknownField = 104,
  kUnknownFunction = 105,
  kTypeMismatch = 106,
  kWrongArguments = 107,
  kNotAllowedHere = 108,
  kUnknownTable = 109,
  kUnknownParameter = 110,
  kBadLiteral = 111,
  kYaml = 201,
  kMissingKey = 202,
  kUnknownKey = 203,
  kBadValue = 204,
  kDuplicate = 205,
  kFactMissing = 206,
  kNoCases = 207,
  kUnused = 208,
  kLetOrder = 209,
  kKnowledgeRow = 301,
  kContradiction = 302,
  kRowCount = 303,
  kCaseSyntax = 401,
};

struct CodeInfo {
  Code code;
  std::string_view title;
  std::string_view example;  // a text that earns it
};
std::span<const CodeInfo> Codes();

struct Place {
  std::string file;
  int line = 0;    // 1-based; 0 = the whole file
  int column = 0;  // 1-based, in characters; 0 = the whole line
};

struct Diagnostic {
  Code code;
  Place place;
  std::string message;
  std::string suggestion;  // may be empty
};

class Diagnostics {
 public:
  void Add(Code code, Place place, std::string message, std::string suggestion = {});
  bool ok() const { return list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }
  std::string Render() const;  // file:line:column: E103 message; suggestion

 private:
  std::vector<Diagnostic> list_;
};

// The nearest of `names` when it is near enough to be a slip of the pen; else empty.
std::string Nearest(std::string_view word, std::span<const std::string> names);

}  // namespace yijian::lang
