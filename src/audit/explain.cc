// One finding, told so that an accountant can check it: the rule, the law, the lines in their timeline, the arithmetic.

#include <map>
#include <sstream>

#include "audit/explain_rows.h"
#include "audit/findings.h"
#include "audit/run_reader.h"

namespace yijian::audit {
namespace {

using lake::Connection;
using lake::QueryResult;

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
  out << TRY(TellRows(connection, lake, place, full, person ? subject : "", say));
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
