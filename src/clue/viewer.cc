#include "clue/viewer.h"

#include "ledger/report.h"
#include "trail/trail.h"

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

std::string InOrder(store::Dialect dialect, const std::string& column) {
  return dialect == store::Dialect::kSqlite ? column + " || ''" : column;
}

void WhereInOrder(store::Dialect dialect, const Viewer& viewer, std::string& where, store::Values& values) {
  WhereArea(viewer.area, InOrder(dialect, "c.area"), where, values);
  if (viewer.institution.empty()) return;
  where += " AND c.institution = ?";
  values.emplace_back(viewer.institution);
}

Error Refused(ErrorCode code, std::string word, std::string message, std::string zh) {
  Error error{code, std::move(message), {}};
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = std::move(word);
  detail->zh = std::move(zh);
  error.detail = std::move(detail);
  return error;
}

Status Record(store::Session& session, const Viewer& viewer, const std::string& action, const std::string& kind,
              const std::string& id, const std::string& details, int64_t at_ms) {
  trail::Entry entry;
  entry.user = viewer.user;
  entry.user_name = viewer.name;
  entry.area = viewer.area;
  entry.institution = viewer.institution;
  entry.action = action;
  entry.object_kind = kind;
  entry.object_id = id;
  entry.details = details;
  entry.ip = viewer.ip;
  TRY(trail::Append(session, entry, at_ms));
  return {};
}

Status Require(bool right) {
  if (right) return {};
  Error error = InvalidInput("your role may not do this");
  error.detail = std::make_shared<ErrorDetail>(
      ErrorDetail{.word = "forbidden", .zh = "您的角色无权进行此操作", .forbidden = true});
  return error;
}

Error NoSuchClue() { return Refused(ErrorCode::kNotFound, "not_found", "there is no such clue", "没有这条线索"); }

}  // namespace yijian::clue
