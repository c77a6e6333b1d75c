#include "audit/findings.h"

#include <algorithm>

#include "audit/run_reader.h"

namespace yijian::audit {
namespace {

Result<std::string> Where(const lake::Lake& lake, const FindingFilter& filter) {
  std::string where = "true";
  auto equals = [&](const char* column, const std::string& value) {
    if (!value.empty()) where += std::string(" AND ") + column + " = " + lake::Quote(value);
  };
  equals("rule", filter.rule);
  equals("class", filter.rule_class);
  equals("severity", filter.severity);
  equals("fixmedins_code", filter.institution);
  equals("subject", filter.subject);
  equals("mdtrt_id", filter.visit);
  if (filter.from) where += " AND event_time >= " + lake::Quote(FormatDate(*filter.from)) + "::TIMESTAMP";
  if (filter.until) where += " AND event_time < " + lake::Quote(FormatDate(*filter.until)) + "::TIMESTAMP";
  if (filter.amount_min > 0) where += " AND amount >= " + FormatFen(filter.amount_min);
  if (!filter.withdrawn) where += " AND NOT (" + TRY(WithdrawnSql(lake)) + ")";
  return where;
}

Result<std::string> OrderBy(const std::string& sort) {
  if (sort == "amount") return std::string("amount DESC, rule, finding_id");
  if (sort == "time") return std::string("event_time, rule, finding_id");
  if (sort == "rule") return std::string("rule, subject, event_time, finding_id");
  if (sort == "institution") return std::string("fixmedins_code, rule, event_time, finding_id");
  return InvalidInput("cannot sort findings by '" + sort + "'; choose amount, time, rule or institution");
}

Fen FenAt(const lake::QueryResult& rows, size_t row, const char* column) {
  return rows.Int(row, rows.ColumnOf(column));
}

}  // namespace

std::string Mask(std::string_view id) {
  constexpr size_t kShown = 4;
  if (id.size() <= 2) return std::string(id.size(), '*');
  size_t shown = std::min(kShown, id.size() / 3);
  return std::string(id.substr(0, shown)) + std::string(id.size() - 2 * shown, '*') +
         std::string(id.substr(id.size() - shown));
}

Result<FindingPage> ListFindings(const lake::Lake& lake, const FindingFilter& filter, const PageOptions& options) {
  RunPlace place = TRY(FindRun(lake, filter.run));
  std::string where = TRY(Where(lake, filter));
  std::string order = TRY(OrderBy(options.sort));
  std::string withdrawn = TRY(WithdrawnSql(lake));
  lake::Connection connection = TRY(lake::OpenConnection({}));
  std::string from = " FROM " + RunTable(place, "findings") + " f WHERE " + where;
  lake::QueryResult sums =
      TRY(connection.Query("SELECT count(*) n, coalesce(sum(amount), 0)::DECIMAL(18,2) amount, "
                           "coalesce(sum(attributed), 0)::DECIMAL(18,2) attributed" +
                           from));
  FindingPage page;
  page.total = sums.Int(0, 0);
  page.amount = sums.Int(0, 1);
  page.attributed = sums.Int(0, 2);
  std::string limit =
      options.limit > 0 ? " LIMIT " + std::to_string(options.limit) + " OFFSET " + std::to_string(options.offset) : "";
  std::string sql = "SELECT *, " + withdrawn + " AS is_withdrawn" + from + " ORDER BY " + order + limit;
  if (options.with_lines) {
    std::string lines = "SELECT r.finding_id, string_agg(l.bkkp_sn, ';' ORDER BY r.ordinal) AS lines FROM " +
                        RunTable(place, "rows") + " r JOIN " + TRY(lake.TableSql("fee_line")) +
                        " l ON l.row_id = r.row_id WHERE r.kind = 'line' AND r.charged GROUP BY ALL";
    sql = "SELECT p.*, n.lines FROM (" + sql + ") p LEFT JOIN (" + lines + ") n USING (finding_id) ORDER BY " + order;
  }
  lake::QueryResult rows = TRY(connection.Query(sql));
  for (size_t i = 0; i < rows.rows(); i++) {
    auto text = [&](const char* column) { return rows.Text(i, rows.ColumnOf(column)); };
    FindingRow row;
    row.id = text("finding_id");
    row.rule = text("rule");
    row.rule_version = static_cast<int>(rows.Int(i, rows.ColumnOf("rule_version")));
    row.rule_class = text("class");
    row.severity = text("severity");
    bool person = text("subject_kind") == "person";
    row.subject = options.unmasked || !person ? text("subject") : Mask(text("subject"));
    row.institution = text("fixmedins_code");
    row.visit = text("mdtrt_id");
    row.time = text("event_time");
    row.amount = FenAt(rows, i, "amount");
    row.attributed = FenAt(rows, i, "attributed");
    if (!rows.IsNull(i, rows.ColumnOf("fund"))) row.fund = FenAt(rows, i, "fund");
    row.message = text(options.english ? "message_en" : "message_zh");
    if (options.with_lines) row.lines = text("lines");
    row.withdrawn = rows.Int(i, rows.ColumnOf("is_withdrawn")) != 0;
    page.rows.push_back(std::move(row));
  }
  return page;
}

std::vector<std::string> FindingColumns(bool english) {
  if (english) {
    return {"finding_id", "rule",   "rule_version", "class", "severity", "subject", "institution", "mdtrt_id",
            "time",       "amount", "attributed",   "fund",  "message",  "bkkp_sn", "withdrawn"};
  }
  return {"疑点编号", "规则",     "规则版本", "类别",     "性质", "对象",       "定点机构", "就诊ID",
          "时间",     "涉及金额", "去重金额", "基金份额", "说明", "明细流水号", "已撤回"};
}

std::vector<std::string> FindingCells(const FindingRow& row) {
  return {row.id,
          row.rule,
          std::to_string(row.rule_version),
          row.rule_class,
          row.severity,
          row.subject,
          row.institution,
          row.visit,
          row.time,
          FormatFen(row.amount),
          FormatFen(row.attributed),
          row.fund ? FormatFen(*row.fund) : "",
          row.message,
          row.lines,
          row.withdrawn ? "1" : "0"};
}

}  // namespace yijian::audit
