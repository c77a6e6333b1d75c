#include "eval/code_names.h"

#include <initializer_list>
#include <string_view>

#include "base/csv.h"
#include "eval/dictionaries.h"

namespace yijian::eval {
namespace {

CodeNames NamesIn(std::initializer_list<std::string_view> dictionaries) {
  CodeNames names;
  for (std::string_view text : dictionaries) {
    Result<CsvTable> table = ParseCsvTable(text, {"code", "name_zh", "name_en"});
    CHECK(table.has_value());  // built in: its test has read it
    for (const auto& row : table->rows) {
      names.zh.emplace(row[0], row[1]);
      names.en.emplace(row[0], row[2]);
    }
  }
  return names;
}

}  // namespace

const CodeNames* CodeNamesOf(const timeline::FieldInfo& field) {
  static const CodeNames levels = NamesIn({kDictionary_hosp_lv});
  static const CodeNames types = NamesIn({kDictionary_med_type, kDictionary_med_type_regional});
  if (field.column == "hosp_lv") return &levels;
  if (field.column == "med_type") return &types;
  return nullptr;
}

}  // namespace yijian::eval
