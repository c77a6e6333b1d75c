#include "lang/diagnostics.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace yijian::lang {
namespace {

constexpr std::array kCodes{
    CodeInfo{Code::kSyntax, "the expression does not read as CEL", "line.qty >"},
    CodeInfo{Code::kTooDeep, "the expression is too long or nests too deep", "((((...))))"},
    CodeInfo{Code::kUnknownName, "no such row, knowledge binding, fact or parameter", "lien.qty > 1"},
    CodeInfo{Code::kUnknownField, "the row or table has no such field", "line.dept == 'A01'"},
    CodeInfo{Code::kUnknownFunction, "no such function", "len(line.item) > 3"},
    CodeInfo{Code::kTypeMismatch, "these types do not go together", "line.amount + line.qty"},
    CodeInfo{Code::kWrongArguments, "the function takes other arguments", "age(person.birth)"},
    CodeInfo{Code::kNotAllowedHere, "the construct has no meaning in this place", "where: sum(line.qty) > 3"},
    CodeInfo{Code::kUnknownTable, "no such knowledge table", "line.item in dialisys_items"},
    CodeInfo{Code::kUnknownParameter, "params.yaml has no such parameter", "param.child_age"},
    CodeInfo{Code::kBadLiteral, "the literal cannot be read", "1.23456789 yuan"},
    CodeInfo{Code::kYaml, "the file is not YAML, or is hostile (too big, too deep, aliases)", "rule: [P-001"},
    CodeInfo{Code::kMissingKey, "a required key is missing", "a rule without severity"},
    CodeInfo{Code::kUnknownKey, "the key has no meaning here", "sevrity: violation"},
    CodeInfo{Code::kBadValue, "the value is not one of those allowed", "severity: bad"},
    CodeInfo{Code::kDuplicate, "the same id, name or period twice", "two rules P-001 in force on one day"},
    CodeInfo{Code::kFactMissing, "the message uses a fact that the rule does not state", "message: {zh: '{agee} 岁'}"},
    CodeInfo{Code::kNoCases, "the rule has no case with a finding, or none without", "a rule without P-001.cases"},
    CodeInfo{Code::kUnused, "nothing uses the name", "let: {over: ...} and no 'over' below"},
    CodeInfo{Code::kLetOrder, "a let uses itself, or one that stands below it", "let: {over: 'claimed - over'}"},
    CodeInfo{Code::kKnowledgeRow, "a knowledge row cannot be read", "from=2025-13-01"},
    CodeInfo{Code::kContradiction, "two knowledge rows in force together say different things",
             "男 and 女 for one item"},
    CodeInfo{Code::kRowCount, "the table holds another number of rows than it expects", "expect: {rows: 390}"},
    CodeInfo{Code::kCaseSyntax, "a case line cannot be read", "2025-03-05 lime L1 qty=1"},
};

// Insertions, deletions, replacements, and neighbours that changed places.
size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> before;  // row i - 2
  std::vector<size_t> last(right.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= left.size(); i++) {
    std::vector<size_t> row(right.size() + 1);
    row[0] = i;
    for (size_t j = 1; j <= right.size(); j++) {
      size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::move(last);
    last = std::move(row);
  }
  return last.back();
}

}  // namespace

std::span<const CodeInfo> Codes() { return kCodes; }

void Diagnostics::Add(Code code, Place place, std::string message, std::string suggestion) {
  list_.push_back({code, std::move(place), std::move(message), std::move(suggestion)});
}

std::string Diagnostics::Render() const {
  std::string text;
  for (const Diagnostic& diagnostic : list_) {
    text += diagnostic.place.file;
    if (diagnostic.place.line > 0) text += ":" + std::to_string(diagnostic.place.line);
    if (diagnostic.place.column > 0) text += ":" + std::to_string(diagnostic.place.column);
    text += ": E" + std::to_string(static_cast<int>(diagnostic.code)) + " " + diagnostic.message;
    if (!diagnostic.suggestion.empty()) text += "; " + diagnostic.suggestion;
    text += '\n';
  }
  return text;
}

std::string Nearest(std::string_view word, std::span<const std::string> names) {
  if (word.size() > 64) return {};
  std::string best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : names) {
    size_t distance = name.size() > 64 ? best_distance : EditDistance(word, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace yijian::lang
