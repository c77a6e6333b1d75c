#include "casework/report_data.h"

#include <map>

#include "casework/states.h"

namespace yijian::casework {
namespace {

using nlohmann::json;

// A letter names at most this many lines; the rest is in the workbook that goes with the platform's page.
constexpr size_t kLinesMax = 2'000;

struct Sum {
  int64_t lines = 0;
  Fen amount = 0;
};

json SumsByRule(const std::map<std::string, Sum>& sums, const char* amount) {
  json rows = json::array();
  for (const auto& [rule, sum] : sums) rows.push_back({rule, sum.lines, sum.amount});
  return {{"name", "按规则汇总"},
          {"head", {Column("问题"), Column("明细数", "number"), Column(amount, "money")}},
          {"rows", std::move(rows)}};
}

std::string DayOfMoment(const json& moment) {
  return moment.is_string() ? moment.get<std::string>().substr(0, 10) : "";
}

}  // namespace

json Column(const char* zh, const char* kind) { return {{"zh", zh}, {"kind", kind}}; }

Result<json> OpinionData(Job& job, int64_t id) {
  json opinion = TRY(OpinionView(job, id));
  std::map<std::string, Sum> sums;
  json rows = json::array();
  for (const json& line : opinion["lines"]) {
    Sum& sum = sums[line["rule_name_zh"].get<std::string>()];
    sum.lines++;
    sum.amount += line["chk_vola_amt_fen"].get<Fen>();
    if (rows.size() >= kLinesMax) continue;
    rows.push_back({static_cast<int64_t>(rows.size() + 1), line["rule_name_zh"], line["person_name"],
                    line["item_name"].is_null() ? json("") : line["item_name"], DayOfMoment(line["at"]),
                    line["chk_vola_amt_fen"], line["message_zh"]});
  }
  json lines = {{"name", "明细"},
                {"head",
                 {Column("序号", "number"), Column("问题"), Column("参保人"), Column("项目"), Column("日期"),
                  Column("金额（元）", "money"), Column("说明")}},
                {"rows", std::move(rows)}};
  return json{{"institution_name", opinion["institution_name"]},
              {"case_no", opinion["case_no"]},
              {"text", opinion["text"]},
              {"lines_count", opinion["lines_count"]},
              {"amount_fen", opinion["amount_fen"]},
              {"answer_due", DayOfMoment(opinion["answer_due_at"])},
              {"tables", {SumsByRule(sums, "涉及金额（元）"), std::move(lines)}}};
}

Result<json> DecisionData(Job& job, int64_t id) {
  json decision = TRY(DecisionView(job, id));
  int64_t case_id = *IdOf('a', decision["case"].get<std::string>());
  std::map<std::string, Sum> sums;
  TRY(
      job.session.ForEach("SELECT COALESCE(r.name_zh, f.rule) AS rule, o.cnfm_fen FROM opinion_line o JOIN opinion p "
                          "ON p.id = o.opinion_id "
                          "JOIN finding f ON f.id = o.suspect_id LEFT JOIN rule_info r ON r.rule = f.rule "
                          "WHERE p.case_id = ? AND o.cnfm_fen > 0",
                          {case_id}, [&](const store::Row& row) -> Status {
                            Sum& sum = sums[row.Text("rule")];
                            sum.lines++;
                            sum.amount += row.Int("cnfm_fen");
                            return {};
                          }));
  json measures = json::array();
  for (const json& measure : decision["measures"]) {
    json shown = {{"zh", Zh(*Parse<MeasureKind>(measure["kind"].get<std::string>()))}};
    if (measure["amount_fen"].is_number()) shown["amount_fen"] = measure["amount_fen"];
    for (const char* name : {"multiple", "from", "until", "target", "note", "article"}) {
      if (measure.contains(name) && measure[name].is_string()) shown[name] = measure[name];
    }
    measures.push_back(std::move(shown));
  }
  json data = {{"institution_name", decision["institution_name"]},
               {"case_no", decision["case_no"]},
               {"facts", decision["facts"]},
               {"reasons", decision["reasons"]},
               {"articles", decision["articles"]},
               {"measures", std::move(measures)},
               {"amount_fen", decision["amount_fen"]}};
  if (!sums.empty()) data["tables"] = {SumsByRule(sums, "认定金额（元）")};
  return data;
}

}  // namespace yijian::casework
