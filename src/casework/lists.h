// Lists that people work through: the authenticity check list of a task (rules/checklists/authenticity.csv) and the
// negative list of self-inspection (rules/negative_list.csv).
//
// Errors of loading: kIo, kInvalidInput with file and row. Threads: values, const after loading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "casework/sanctions.h"

namespace yijian::casework {

struct CheckItem {
  std::string task;  // on_site, on_file
  std::string code;
  std::string zh;
  std::string en;
  std::string kind;                     // yes_no, text, number, photo, choice
  std::vector<std::string> choices;     // Chinese; what is stored
  std::vector<std::string> choices_en;  // the same in English
  bool required = false;
};
Result<std::vector<CheckItem>> LoadCheckLists(const std::string& path);

struct CheckAnswer {
  std::string code;
  std::optional<std::string> answer;
  std::optional<std::string> note;
  std::vector<std::string> evidence;
};
// Problems of single answers (unknown item, not one of the choices, no number, ...). Drafts pass with items unanswered;
// `whole` asks for every required item, and for a file where the item is a photo.
std::vector<FieldProblem> CheckAnswers(const std::vector<CheckItem>& items, const std::vector<CheckAnswer>& answers,
                                       bool whole);

struct NegativeItem {
  std::string code;
  std::string kind;  // hospital, pharmacy, person, gang, cross_region
  std::string zh;
  std::string en;
  std::string article;
  std::vector<std::string> rules;  // that find it in data; empty: none does
  std::string origin;              // S3: its words; ours
};
Result<std::vector<NegativeItem>> LoadNegativeList(const std::string& path);

}  // namespace yijian::casework
