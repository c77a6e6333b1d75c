#include "clue/viewer.h"

#include "ledger/report.h"

namespace yijian::clue {

void WhereArea(std::string_view area, std::string_view column, std::string& where, store::Values& values) {
  std::string prefix = ledger::AreaPrefix(area);
  if (prefix.empty()) return;
  std::string after = prefix;
  after.back()++;
  where += " AND " + std::string(column) + " >= ? AND " + std::string(column) + " < ?";
  values.emplace_back(prefix);
  values.emplace_back(after);
}

void WhereVisible(const Viewer& viewer, std::string_view alias, std::string& where, store::Values& values) {
  WhereArea(viewer.area, std::string(alias) + "area", where, values);
  if (!viewer.institution.empty()) {
    where += " AND " + std::string(alias) + "institution = ?";
    values.emplace_back(viewer.institution);
  }
}

Error Refused(ErrorCode code, std::string word, std::string message, std::string zh) {
  Error error{code, std::move(message), {}};
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = std::move(word);
  detail->zh = std::move(zh);
  error.detail = std::move(detail);
  return error;
}

Error NoSuchClue() { return Refused(ErrorCode::kNotFound, "not_found", "there is no such clue", "没有这条线索"); }

}  // namespace yijian::clue
