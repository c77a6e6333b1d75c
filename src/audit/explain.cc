// One finding, told so that an accountant can check it: the rule, the law, the lines in their timeline, the arithmetic.

#include <map>
#include <sstream>

#include "audit/findings.h"
#include "audit/run_reader.h"

namespace yijian::audit {
namespace {

using lake::Connection;
using lake::QueryResult;

constexpr size_t kNeighboursShown = 40;

struct Words {
  bool english;
  std::string operator()(const char* zh, const char* en) const { return english ? en : zh; }
};

std::string Cell(const QueryResult& rows, size_t row, const char* column) {
  return rows.Text(row, rows.ColumnOf(column));
}

// finding_id of the one finding that begins with `prefix`.
Result<std::string> Resolve(Connection& connection, const RunPlace& place, const std::string& prefix) {
  bool hex =
      !prefix.empty() && prefix.size() <= 16 && prefix.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex) return InvalidInput("'" + prefix + "' is not the id of a finding: ids are up to 16 digits 0-9a-f");
  QueryResult rows = TRY(connection.Query("SELECT finding_id FROM " + RunTable(place, "findings") +
                                          " WHERE finding_id LIKE '" + prefix + "%' ORDER BY 1 LIMIT 3"));
  if (rows.rows() == 0) return NotFound("no finding " + prefix + " in run " + place.run);
  if (rows.rows() > 1)
    return InvalidInput("several findings begin with " + prefix + ": " + rows.Text(0, 0) + ", " + rows.Text(1, 0) +
                        " ...");
  return rows.Text(0, 0);
}

void TellRule(const nlohmann::json& rule, const Words& say, std::ostringstream& out) {
  auto text = [&](const char* key) { return rule.contains(key) ? rule[key].get<std::string>() : std::string(); };
  out << say("规则  ", "Rule  ") << text("id") << "@" << rule.value("version", 0) << "  "
      << (say.english ? text("name_en") : text("name_zh"));
  if (!text("official").empty()) out << "  (" << text("official") << ")";
  out << "\n" << say("性质  ", "Kind  ") << text("severity") << "\n";
  if (rule.contains("basis")) {
    for (const auto& basis : rule["basis"]) out << say("依据  ", "Basis ") << basis.get<std::string>() << "\n";
  }
  std::string why = say.english ? text("why_en") : text("why_zh");
  if (!why.empty()) out << say("理由  ", "Why   ") << why << "\n";
  std::string alarms = say.english ? text("false_alarms_en") : text("false_alarms_zh");
  if (!alarms.empty()) out << say("误报  ", "Innocent explanations  ") << alarms << "\n";
}

// Lines of the finding, and those around them on the same visits, in time order; charged ones are marked.
Status TellLines(Connection& connection, const lake::Lake& lake, const RunPlace& place, const std::string& id,
                 const Words& say, std::ostringstream& out) {
  Result<std::string> lines = lake.TableSql("fee_line");
  if (!lines) return {};
  std::string rows =
      "(SELECT * FROM " + RunTable(place, "rows") + " WHERE finding_id = " + lake::Quote(id) + " AND kind = 'line')";
  std::string own =
      "SELECT l.* , r.charged, r.amount AS found, r.attributed, r.units, "
      "coalesce(r.amount BETWEEN 0.01 AND l.inscp_amt - 0.01, false) AS in_part FROM " +
      *lines + " l JOIN " + rows + " r ON r.row_id = l.row_id";
  std::string sql =
      "WITH own AS (" + own +
      "), near AS (SELECT l.*, NULL::BOOLEAN AS charged, NULL AS found, NULL AS attributed, NULL AS units, NULL AS "
      "in_part FROM " +
      *lines +
      " l WHERE l.mdtrt_key IN (SELECT mdtrt_key FROM own) AND l.row_id NOT IN (SELECT row_id FROM own) AND EXISTS "
      "(SELECT 1 FROM own o WHERE "
      "o.mdtrt_key = l.mdtrt_key AND abs(date_diff('hour', o.fee_ocur_time, l.fee_ocur_time)) <= 12) LIMIT " +
      std::to_string(kNeighboursShown) +
      ") SELECT * FROM (SELECT * FROM own UNION ALL BY NAME SELECT * FROM near) ORDER BY fee_ocur_time, row_id";
  QueryResult table = TRY(connection.Query(sql));
  if (table.rows() == 0) return {};
  out << "\n"
      << say("费用明细（● 违规，○ 佐证，其余为同次就诊前后 12 小时的费用）",
             "Fee lines (● charged, ○ evidence, the rest: 12 hours around on the same visits)")
      << "\n";
  for (size_t i = 0; i < table.rows(); i++) {
    bool known = !table.IsNull(i, table.ColumnOf("charged"));
    bool charged = known && table.Int(i, table.ColumnOf("charged")) != 0;
    out << (charged ? " ● "
            : known ? " ○ "
                    : "   ")
        << Cell(table, i, "fee_ocur_time").substr(0, 16) << "  " << Cell(table, i, "hilist_code") << " "
        << Cell(table, i, "hilist_name") << "  " << Cell(table, i, "cnt") << " × " << Cell(table, i, "pric") << " = "
        << Cell(table, i, "det_item_fee_sumamt") << say("，范围内 ", ", in scope ") << Cell(table, i, "inscp_amt");
    if (charged)
      out << say("  → 认定 ", "  -> found ") << Cell(table, i, "found") << say("，去重后 ", ", counted once ")
          << Cell(table, i, "attributed");
    if (charged && table.Text(i, table.ColumnOf("units")) != "0.000000")
      out << say("（超出数量 ", " (units beyond what is allowed ") << Cell(table, i, "units") << say("）", ")");
    else if (charged && table.Int(i, table.ColumnOf("in_part")) != 0)
      out << say("（范围内金额的一部分）", " (a part of what is in scope)");
    out << "  [" << Cell(table, i, "bkkp_sn") << "]\n";
  }
  return {};
}

// Settlements of the finding in time order: what the fund paid, and what of it is charged.
Status TellSettlements(Connection& connection, const lake::Lake& lake, const RunPlace& place, const std::string& id,
                       const Words& say, std::ostringstream& out) {
  Result<std::string> settlements = lake.TableSql("settlement");
  if (!settlements) return {};
  QueryResult table = TRY(connection.Query(
      "SELECT s.setl_id, s.setl_time, s.inscp_amt, s.hifp_pay, s.fund_pay_sumamt, r.charged, r.amount AS found, "
      "r.attributed FROM " +
      *settlements + " s JOIN " + RunTable(place, "rows") + " r ON r.row_id = s.row_id WHERE r.finding_id = " +
      lake::Quote(id) + " AND r.kind = 'settlement' ORDER BY s.setl_time, s.row_id"));
  if (table.rows() == 0) return {};
  out << "\n" << say("结算（● 违规，○ 佐证）", "Settlements (● charged, ○ evidence)") << "\n";
  for (size_t i = 0; i < table.rows(); i++) {
    bool charged = table.Int(i, table.ColumnOf("charged")) != 0;
    out << (charged ? " ● " : " ○ ") << Cell(table, i, "setl_time").substr(0, 16) << say("  范围内 ", "  in scope ")
        << Cell(table, i, "inscp_amt") << say("，统筹 ", ", pooled fund ") << Cell(table, i, "hifp_pay")
        << say("，基金 ", ", all funds ") << Cell(table, i, "fund_pay_sumamt");
    if (charged)
      out << say("  → 认定 ", "  -> found ") << Cell(table, i, "found") << say("，去重后 ", ", counted once ")
          << Cell(table, i, "attributed");
    out << "  [" << Cell(table, i, "setl_id") << "]\n";
  }
  return {};
}

// Visits of the subject around the finding: what else happened to this person.
Status TellVisits(Connection& connection, const lake::Lake& lake, const RunPlace& place, const std::string& id,
                  const std::string& subject, const Words& say, std::ostringstream& out) {
  Result<std::string> visits = lake.TableSql("visit");
  if (!visits) return {};
  std::string marked = "(SELECT row_id, bool_or(charged) AS charged, max(amount) AS found FROM " +
                       RunTable(place, "rows") + " WHERE finding_id = " + lake::Quote(id) +
                       " AND kind = 'visit' GROUP BY ALL)";
  QueryResult table =
      TRY(connection.Query("SELECT v.mdtrt_id, v.begntime, v.endtime, v.med_type, v.fixmedins_code, "
                           "v.dscg_maindiag_code, m.charged, m.found FROM " +
                           *visits + " v LEFT JOIN " + marked + " m USING (row_id) WHERE v.psn_no = " +
                           lake::Quote(subject) + " ORDER BY v.begntime, v.row_id LIMIT 200"));
  if (table.rows() == 0) return {};
  out << "\n" << say("该参保人的就诊", "Visits of this person") << "\n";
  for (size_t i = 0; i < table.rows(); i++) {
    bool known = !table.IsNull(i, table.ColumnOf("charged"));
    bool charged = known && table.Int(i, table.ColumnOf("charged")) != 0;
    out << (charged ? " ● "
            : known ? " ○ "
                    : "   ")
        << Cell(table, i, "begntime").substr(0, 16) << " - " << Cell(table, i, "endtime").substr(0, 16) << "  "
        << Cell(table, i, "med_type") << "  " << Cell(table, i, "fixmedins_code") << "  "
        << Cell(table, i, "dscg_maindiag_code") << "  [" << Cell(table, i, "mdtrt_id") << "]";
    if (charged) out << say("  → 认定 ", "  -> found ") << Cell(table, i, "found");
    out << "\n";
  }
  return {};
}

void TellFacts(const std::string& facts, const Words& say, std::ostringstream& out) {
  nlohmann::json json = nlohmann::json::parse(facts, nullptr, false);
  if (!json.is_object() || json.empty()) return;
  out << "\n" << say("事实", "Facts") << "\n";
  for (const auto& [name, value] : json.items()) out << "   " << name << " = " << value.get<std::string>() << "\n";
}

}  // namespace

Result<std::string> ExplainFinding(const lake::Lake& lake, const std::string& id, const ExplainOptions& options) {
  RunPlace place = TRY(FindRun(lake, ""));
  Connection connection = TRY(lake::OpenConnection({}));
  std::string full = TRY(Resolve(connection, place, id));
  QueryResult rows = TRY(connection.Query("SELECT *, " + TRY(WithdrawnSql(lake)) + " AS is_withdrawn FROM " +
                                          RunTable(place, "findings") + " WHERE finding_id = " + lake::Quote(full)));
  Words say{options.english};
  std::ostringstream out;
  bool person = Cell(rows, 0, "subject_kind") == "person";
  std::string subject = Cell(rows, 0, "subject");
  out << say("疑点  ", "Finding  ") << full << "   " << say("审核批次 ", "run ") << place.run << "\n";
  if (rows.Int(0, rows.ColumnOf("is_withdrawn")) != 0)
    out << say("注意：所依据的数据批次已撤回，本疑点随之撤回。",
               "Note: a batch it rests on was withdrawn, and the finding with it.")
        << "\n";
  out << Cell(rows, 0, options.english ? "message_en" : "message_zh") << "\n\n";
  std::string rule_id = Cell(rows, 0, "rule");
  if (place.info.contains("rules") && place.info["rules"].contains(rule_id))
    TellRule(place.info["rules"][rule_id], say, out);
  out << "\n"
      << say("对象  ", "Subject  ") << Cell(rows, 0, "subject_kind") << " "
      << (person && !options.unmasked ? Mask(subject) : subject) << say("   机构 ", "   institution ")
      << Cell(rows, 0, "fixmedins_code") << say("   就诊 ", "   visit ") << Cell(rows, 0, "mdtrt_id") << "\n";
  TellFacts(Cell(rows, 0, "facts"), say, out);
  TRY(TellLines(connection, lake, place, full, say, out));
  TRY(TellSettlements(connection, lake, place, full, say, out));
  if (person) TRY(TellVisits(connection, lake, place, full, subject, say, out));
  out << "\n"
      << say("金额  涉及 ", "Money  flagged ") << Cell(rows, 0, "amount") << say("；去重后计 ", "; counted once ")
      << Cell(rows, 0, "attributed") << say("；其中基金 ", "; the fund's share ")
      << (rows.IsNull(0, rows.ColumnOf("fund")) ? say("不明（缺结算）", "unknown (no settlement)")
                                                : Cell(rows, 0, "fund"))
      << "\n";
  if (place.info.contains("rules") && place.info["rules"].contains(rule_id)) {
    out << "\n"
        << say("规则原文", "The rule as written") << "\n"
        << place.info["rules"][rule_id].value("text", "") << "\n";
  }
  return out.str();
}

}  // namespace yijian::audit
