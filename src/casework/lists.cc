#include "casework/lists.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "base/csv.h"
#include "base/decimal.h"

namespace yijian::casework {
namespace {

std::vector<std::string> Split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, mark);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::optional<FieldProblem> WrongAnswer(const CheckItem& item, const std::string& answer, const std::string& at) {
  if (item.kind == "yes_no" && answer != "yes" && answer != "no") return FieldProblem{at, "yes or no", "是或否"};
  if (item.kind == "number" && !ParseMicro(answer)) return FieldProblem{at, "a number", "数字"};
  if (item.kind == "choice" && std::find(item.choices.begin(), item.choices.end(), answer) == item.choices.end()) {
    return FieldProblem{at, "one of the choices", "所列选项之一"};
  }
  return std::nullopt;
}

bool IsAnswered(const CheckItem& item, const CheckAnswer& answer) {
  if (item.kind == "photo") return !answer.evidence.empty();
  return answer.answer && !answer.answer->empty();
}

}  // namespace

Result<std::vector<CheckItem>> LoadCheckLists(const std::string& path) {
  CsvTable table = TRY(ReadCsvTable(path, {"task", "code", "zh", "en", "kind", "choices", "choices_en", "required"}));
  constexpr std::array<std::string_view, 5> kKinds = {"yes_no", "text", "number", "photo", "choice"};
  std::vector<CheckItem> items;
  std::set<std::string> codes;
  for (const auto& row : table.rows) {
    auto cell = [&](std::string_view name) -> const std::string& { return row[table.Column(name)]; };
    CheckItem item{cell("task"),
                   cell("code"),
                   cell("zh"),
                   cell("en"),
                   cell("kind"),
                   Split(cell("choices"), '|'),
                   Split(cell("choices_en"), '|'),
                   cell("required") == "yes"};
    bool known = std::find(kKinds.begin(), kKinds.end(), item.kind) != kKinds.end();
    if (!known || (item.kind == "choice") != !item.choices.empty() || item.choices.size() != item.choices_en.size())
      return InvalidInput(path + ": " + item.code + ": kind or choices");
    if (!codes.insert(item.code).second) return InvalidInput(path + ": " + item.code + " is there twice");
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<FieldProblem> CheckAnswers(const std::vector<CheckItem>& items, const std::vector<CheckAnswer>& answers,
                                       bool whole) {
  std::vector<FieldProblem> problems;
  std::set<std::string> answered;
  for (size_t i = 0; i < answers.size(); i++) {
    const auto& answer = answers[i];
    std::string at = "/items/" + std::to_string(i);
    auto item = std::find_if(items.begin(), items.end(), [&](const auto& it) { return it.code == answer.code; });
    if (item == items.end()) {
      problems.push_back({at + "/code", "an item of this check list", "本清单的项目"});
      continue;
    }
    if (answer.answer && !answer.answer->empty()) {
      if (auto problem = WrongAnswer(*item, *answer.answer, at + "/answer")) problems.push_back(*problem);
    }
    if (IsAnswered(*item, answer)) answered.insert(answer.code);
  }
  for (const auto& item : items) {
    if (!whole || !item.required || answered.count(item.code) != 0) continue;
    problems.push_back({"/items/" + item.code, item.kind == "photo" ? "a photo" : "an answer",
                        item.kind == "photo" ? "照片" : "答复"});
  }
  return problems;
}

Result<std::vector<NegativeItem>> LoadNegativeList(const std::string& path) {
  CsvTable table = TRY(ReadCsvTable(path, {"code", "kind", "zh", "en", "article", "rules", "origin"}));
  std::vector<NegativeItem> items;
  for (const auto& row : table.rows) {
    auto cell = [&](std::string_view name) -> const std::string& { return row[table.Column(name)]; };
    items.push_back({cell("code"), cell("kind"), cell("zh"), cell("en"), cell("article"), Split(cell("rules"), ' '),
                     cell("origin")});
  }
  return items;
}

}  // namespace yijian::casework
