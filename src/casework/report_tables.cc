// The monthly table (S3) and the quarterly bulletin (S0): counted from cases, measures and the ledger, nothing typed
// in.
#include <array>
#include <map>
#include <set>

#include "casework/report_data.h"
#include "casework/states.h"
#include "clue/viewer.h"
#include "document/amount.h"

namespace yijian::casework {
namespace {

using nlohmann::json;

struct Moments {
  EpochMs from;
  EpochMs until;
};
Moments MomentsOf(const Period& period) { return {MomentOf(StartOf(period.from)), MomentOf(StartOf(period.until))}; }

// "c.area" within the period's area.
std::string Below(const Period& period, const char* column, store::Values& values) {
  std::string where;
  clue::WhereArea(period.area, column, where, values);
  return where;
}

// Kinds as the register has them, gathered to the rows that the form knows.
// fixmedins_type 2 is a pharmacy. Where the register is silent, the code tells: those of pharmacies begin with P.
std::string KindZh(const std::string& kind, const std::string& code) {
  if (code.empty()) return "个人";
  bool pharmacy = kind == "2" || (kind.empty() && code.front() == 'P');
  return pharmacy ? "定点零售药店" : "定点医疗机构";
}
const std::vector<std::string> kKinds{"定点医疗机构", "定点零售药店", "个人"};

struct Work {
  int64_t institutions = 0;
  std::set<std::string> inspected;
  std::set<std::string> sanctioned;
  int64_t opened = 0;
  int64_t closed = 0;
  Fen found = 0;
  Fen confirmed = 0;
};

Result<std::map<std::string, Work>> WorkByKind(Job& job, const Period& period) {
  std::map<std::string, Work> work;
  for (const std::string& kind : kKinds) work[kind];
  Moments moments = MomentsOf(period);
  {
    store::Values values;
    std::string where = Below(period, "area", values);
    for (const store::Row& row :
         TRY(job.session.Query("SELECT kind, code FROM institution WHERE 1 = 1" + where, values))) {
      work[KindZh(row.Text("kind"), row.Text("code"))].institutions++;
    }
  }
  {
    store::Values values{moments.from, moments.until, moments.from, moments.until};
    std::string where = Below(period, "c.area", values);
    for (const store::Row& row : TRY(job.session.Query(
             "SELECT c.institution, COALESCE(i.kind, '') AS kind, c.opened_at, c.closed_at, "
             "c.confirmed_fen, (SELECT CAST(COALESCE(SUM(u.found_fen), 0) AS BIGINT) FROM case_clue k JOIN clue u ON "
             "u.id = k.clue_id WHERE k.case_id = c.id) AS found_fen "
             "FROM case_file c LEFT JOIN institution i ON i.code = c.institution "
             "WHERE ((c.opened_at >= ? AND c.opened_at < ?) OR (c.closed_at >= ? AND c.closed_at < ?))" +
                 where,
             values))) {
      std::string institution = row.MaybeText("institution").value_or("");
      Work& kind = work[KindZh(row.Text("kind"), institution)];
      int64_t opened = row.Int("opened_at");
      if (opened >= moments.from && opened < moments.until) {
        kind.opened++;
        kind.found += row.Int("found_fen");
        kind.confirmed += row.Int("confirmed_fen");
        if (!institution.empty()) kind.inspected.insert(institution);
      }
      int64_t closed = row.MaybeInt("closed_at").value_or(0);
      if (closed >= moments.from && closed < moments.until) kind.closed++;
    }
  }
  {
    store::Values values{moments.from, moments.until};
    std::string where = Below(period, "c.area", values);
    for (const store::Row& row : TRY(job.session.Query(
             "SELECT DISTINCT c.institution, COALESCE(i.kind, '') AS kind FROM decision d JOIN case_file c ON "
             "c.id = d.case_id "
             "LEFT JOIN institution i ON i.code = c.institution "
             "WHERE d.in_force_at >= ? AND d.in_force_at < ? AND d.state <> 'reversed' AND c.institution IS NOT NULL" +
                 where,
             values))) {
      work[KindZh(row.Text("kind"), row.Text("institution"))].sanctioned.insert(row.Text("institution"));
    }
  }
  return work;
}

struct MoneyMoved {
  Fen recovered = 0, written_off = 0, damages_due = 0, damages_paid = 0, fine_due = 0, fine_paid = 0;
};

// Net of counter-entries, which move the other way.
Result<MoneyMoved> MoneyOf(Job& job, const Period& period) {
  Moments moments = MomentsOf(period);
  store::Values values{moments.from, moments.until};
  std::string where = Below(period, "p.area", values);
  MoneyMoved money;
  std::map<std::string, Fen*> accounts{{"recovered", &money.recovered},     {"written_off", &money.written_off},
                                       {"damages_due", &money.damages_due}, {"damages_paid", &money.damages_paid},
                                       {"fine_due", &money.fine_due},       {"fine_paid", &money.fine_paid}};
  for (const store::Row& row : TRY(job.session.Query(
           "SELECT e.from_account, e.to_account, CAST(SUM(e.amount_fen) AS BIGINT) AS fen FROM ledger_entry e "
           "JOIN ledger_place p ON p.id = e.place_id WHERE e.at >= ? AND e.at < ? AND e.kind <> 'import'" +
               where + " GROUP BY e.from_account, e.to_account",
           values))) {
    std::string from = row.Text("from_account");
    std::string to = row.Text("to_account");
    // What becomes paid was due: due counts what was imposed, so leaving it for paid is no return.
    bool paid = (from == "damages_due" && to == "damages_paid") || (from == "fine_due" && to == "fine_paid");
    if (auto found = accounts.find(to); found != accounts.end()) *found->second += row.Int("fen");
    if (auto found = accounts.find(from); found != accounts.end() && !paid) *found->second -= row.Int("fen");
  }
  return money;
}

// Measures that came into force in the period, by kind: how many.
Result<std::map<std::string, int64_t>> MeasuresOf(Job& job, const Period& period) {
  Moments moments = MomentsOf(period);
  store::Values values{moments.from, moments.until};
  std::string where = Below(period, "c.area", values);
  std::map<std::string, int64_t> counts;
  for (const store::Row& row : TRY(job.session.Query(
           "SELECT m.kind, CAST(COUNT(*) AS BIGINT) AS n FROM measure m JOIN decision d ON d.id = m.decision_id "
           "JOIN case_file c ON c.id = m.case_id WHERE d.in_force_at >= ? AND d.in_force_at < ? AND d.state <> "
           "'reversed'" +
               where + " GROUP BY m.kind",
           values))) {
    counts[row.Text("kind")] = row.Int("n");
  }
  return counts;
}

Result<int64_t> Exposed(Job& job, const Period& period) {
  Moments moments = MomentsOf(period);
  store::Values values{moments.from, moments.until};
  std::string where = Below(period, "area", values);
  auto row = TRY(job.session.QueryOne(
      "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM case_file WHERE exposure = 1 AND closed_at >= ? AND closed_at < ?" +
          where,
      values));
  return row->Int("n");
}

json WorkTable(const std::map<std::string, Work>& work) {
  json rows = json::array();
  Work all;
  size_t inspected = 0;
  size_t sanctioned = 0;
  for (const std::string& kind : kKinds) {
    const Work& one = work.at(kind);
    rows.push_back({kind, one.institutions, one.inspected.size(), one.opened, one.closed, one.found, one.confirmed,
                    one.sanctioned.size()});
    all.institutions += one.institutions;
    all.opened += one.opened;
    all.closed += one.closed;
    all.found += one.found;
    all.confirmed += one.confirmed;
    inspected += one.inspected.size();
    sanctioned += one.sanctioned.size();
  }
  rows.push_back({"合计", all.institutions, inspected, all.opened, all.closed, all.found, all.confirmed, sanctioned});
  return {{"name", "一、监督检查情况"},
          {"head",
           {Column("类别"), Column("定点数", "number"), Column("检查家数", "number"), Column("立案件数", "number"),
            Column("结案件数", "number"), Column("涉及金额（元）", "money"), Column("认定金额（元）", "money"),
            Column("处理家数", "number")}},
          {"rows", std::move(rows)}};
}

json MoneyTable(const MoneyMoved& money) {
  return {
      {"name", "二、资金情况"},
      {"head",
       {Column("追回和拒付（元）", "money"), Column("违约金（元）", "money"), Column("其中已缴（元）", "money"),
        Column("行政罚款（元）", "money"), Column("其中已缴（元）", "money"), Column("核销（元）", "money")}},
      {"rows",
       {{money.recovered, money.damages_due, money.damages_paid, money.fine_due, money.fine_paid, money.written_off}}}};
}

json MeasureTable(const std::map<std::string, int64_t>& counts, int64_t exposed) {
  json rows = json::array();
  for (MeasureKind kind : All<MeasureKind>()) {
    auto found = counts.find(std::string(Name(kind)));
    rows.push_back({std::string(Zh(kind)), found == counts.end() ? int64_t{0} : found->second});
  }
  rows.push_back({"公开曝光", exposed});
  return {{"name", "三、处理措施"}, {"head", {Column("措施"), Column("件数", "number")}}, {"rows", std::move(rows)}};
}

Result<json> ClueTable(Job& job, const Period& period) {
  static const std::map<std::string, std::string> kSources{{"rule", "智能审核"},       {"report", "举报投诉"},
                                                           {"inspection", "现场检查"}, {"superior", "上级交办"},
                                                           {"media", "媒体曝光"},      {"department", "部门移送"}};
  Moments moments = MomentsOf(period);
  store::Values values{moments.from, moments.until};
  std::string where = Below(period, "area", values);
  std::map<std::string, std::array<int64_t, 3>> counts;
  for (const auto& [source, zh] : kSources) counts[source] = {0, 0, 0};
  for (const store::Row& row : TRY(job.session.Query(
           "SELECT source, status, CAST(COUNT(*) AS BIGINT) AS n FROM clue WHERE created_at >= ? AND created_at < ?" +
               where + " GROUP BY source, status",
           values))) {
    auto& count = counts[row.Text("source")];
    std::string status = row.Text("status");
    count[0] += row.Int("n");
    if (status == "in_case") count[1] += row.Int("n");
    if (status == "closed") count[2] += row.Int("n");
  }
  json rows = json::array();
  for (const auto& [source, count] : counts) {
    auto zh = kSources.find(source);
    rows.push_back({zh == kSources.end() ? source : zh->second, count[0], count[1], count[2]});
  }
  return json{
      {"name", "四、线索情况"},
      {"head", {Column("来源"), Column("新增", "number"), Column("已立案", "number"), Column("已办结", "number")}},
      {"rows", std::move(rows)}};
}

}  // namespace

Result<json> MonthlyTable(Job& job, const Period& period) {
  json tables = json::array();
  tables.push_back(WorkTable(TRY(WorkByKind(job, period))));
  tables.push_back(MoneyTable(TRY(MoneyOf(job, period))));
  tables.push_back(MeasureTable(TRY(MeasuresOf(job, period)), TRY(Exposed(job, period))));
  tables.push_back(TRY(ClueTable(job, period)));
  return json{{"period", period.name}, {"tables", std::move(tables)}};
}

Result<json> QuarterlyBulletin(Job& job, const Period& period) {
  std::map<std::string, Work> work = TRY(WorkByKind(job, period));
  MoneyMoved money = TRY(MoneyOf(job, period));
  std::map<std::string, int64_t> measures = TRY(MeasuresOf(job, period));
  int64_t institutions = 0, inspected = 0, opened = 0, closed = 0, sanctioned = 0;
  for (const auto& [kind, one] : work) {
    institutions += one.institutions;
    inspected += static_cast<int64_t>(one.inspected.size());
    opened += one.opened;
    closed += one.closed;
    sanctioned += static_cast<int64_t>(one.sanctioned.size());
  }
  auto n = [](int64_t number) { return std::to_string(number); };
  auto yuan = [](Fen fen) { return document::Yuan(fen); };
  json sections = json::array();
  sections.push_back(
      {{"name", "一、总体情况"},
       {"text", "辖区内定点医药机构 " + n(institutions) + " 家，本期检查 " + n(inspected) + " 家，立案 " + n(opened) +
                    " 件，结案 " + n(closed) + " 件，处理 " + n(sanctioned) + " 家。"}});
  sections.push_back(
      {{"name", "二、资金追回和处罚"},
       {"text", "追回和拒付医保基金 " + yuan(money.recovered) + " 元，违约金 " + yuan(money.damages_due) +
                    " 元（已缴 " + yuan(money.damages_paid) + " 元），行政罚款 " + yuan(money.fine_due) + " 元（已缴 " +
                    yuan(money.fine_paid) + " 元）。"}});
  sections.push_back({{"name", "三、处理措施"},
                      {"text", "约谈 " + n(measures["interview"]) + " 件，责令整改 " + n(measures["correct"]) +
                                   " 件，暂停服务 " + n(measures["suspend"]) + " 件，解除协议 " +
                                   n(measures["end_agreement"]) + " 件，移送 " + n(measures["transfer"]) + " 件。"}});
  // The problems that cost most, out of what was confirmed in cases opened in the period.
  Moments moments = MomentsOf(period);
  store::Values values{moments.from, moments.until};
  std::string where = Below(period, "c.area", values);
  json rows = json::array();
  for (const store::Row& row : TRY(job.session.Query(
           "SELECT COALESCE(r.name_zh, f.rule) AS rule, CAST(COUNT(*) AS BIGINT) AS n, CAST(SUM(o.cnfm_fen) AS BIGINT) "
           "AS fen "
           "FROM opinion_line o JOIN opinion p ON p.id = o.opinion_id JOIN case_file c ON c.id = p.case_id "
           "JOIN finding f ON f.id = o.suspect_id LEFT JOIN rule_info r ON r.rule = f.rule "
           "WHERE o.cnfm_fen > 0 AND c.opened_at >= ? AND c.opened_at < ?" +
               where + " GROUP BY COALESCE(r.name_zh, f.rule) ORDER BY fen DESC LIMIT 10",
           values))) {
    rows.push_back({row.Text("rule"), row.Int("n"), row.Int("fen")});
  }
  json tables = json::array();
  if (!rows.empty()) {
    tables.push_back({{"name", "四、主要问题"},
                      {"head", {Column("问题"), Column("明细数", "number"), Column("认定金额（元）", "money")}},
                      {"rows", std::move(rows)}});
  }
  return json{{"period", period.name}, {"sections", std::move(sections)}, {"tables", std::move(tables)}};
}

}  // namespace yijian::casework
