#include "app/finding_source.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "audit/run_reader.h"
#include "lake/table_view.h"
#include "timeline/catalogue.h"

namespace yijian::app {
namespace {

using lake::QueryResult;
using lake::TableView;
using lake::TrimZeros;
using nlohmann::json;

constexpr int64_t kPart = 20'000;

// Where the tables of the lake say what a person wants to see of a row, by its kind.
struct RowColumns {
  timeline::Kind kind;
  const char* no = nullptr;
  const char* serial = nullptr;
  const char* item = nullptr;
  const char* time = nullptr;
  const char* quantity = nullptr;
  const char* price = nullptr;
  const char* total = nullptr;
  const char* doctor = nullptr;
  const char* department = nullptr;
};
constexpr std::array kRowColumns{
    RowColumns{.kind = timeline::Kind::kLine,
               .serial = "bkkp_sn",
               .item = "hilist_code",
               .time = "fee_ocur_time",
               .quantity = "cnt",
               .price = "pric",
               .total = "det_item_fee_sumamt",
               .doctor = "bilg_dr_code",
               .department = "bilg_dept_codg"},
    RowColumns{.kind = timeline::Kind::kTrace,
               .no = "drug_trac_codg",
               .item = "med_list_codg",
               .time = "trac_time",
               .quantity = "cnt",
               .total = "det_item_fee_sumamt"},
    RowColumns{.kind = timeline::Kind::kSettlement, .no = "setl_id", .time = "setl_time", .total = "medfee_sumamt"},
    RowColumns{.kind = timeline::Kind::kVisit,
               .no = "mdtrt_id",
               .time = "begntime",
               .doctor = "chfpdr_code",
               .department = "adm_dept_codg"},
    RowColumns{.kind = timeline::Kind::kOperation,
               .item = "oprn_oprt_code",
               .time = "oprn_oprt_begntime",
               .doctor = "oper_dr_code"},
    RowColumns{.kind = timeline::Kind::kDiagnosis, .item = "diag_code"},
    RowColumns{.kind = timeline::Kind::kStock,
               .no = "stock_sn",
               .item = "med_list_codg",
               .time = "stock_time",
               .quantity = "cnt",
               .price = "pric"},
};

class LakeFindings : public clue::FindingSource {
 public:
  LakeFindings(lake::Lake lake, audit::RunPlace place, lake::Connection connection,
               std::shared_ptr<timeline::CodeBook> codes)
      : lake_(std::move(lake)),
        place_(std::move(place)),
        connection_(std::move(connection)),
        codes_(std::move(codes)) {}

  Result<clue::SourceRun> Run() override {
    try {
      return ReadRun();
    } catch (const json::exception& exception) {
      return Damaged(exception);
    }
  }

  Result<std::vector<clue::SourceRule>> Rules() override {
    try {
      return ReadRules();
    } catch (const json::exception& exception) {
      return Damaged(exception);
    }
  }

  Result<std::vector<clue::SourceInstitution>> Institutions() override {
    TableView registers = TRY(TableView::Open(connection_, lake_, "institution"));
    TableView visits = TRY(TableView::Open(connection_, lake_, "visit"));
    std::map<std::string, clue::SourceInstitution> all;
    if (registers.there()) {
      QueryResult rows = TRY(connection_.Query(
          "SELECT i.fixmedins_code, max(" + registers.Column("i", "fixmedins_type") + ") AS kind, max(" +
          registers.Column("i", "hosp_lv") + ") AS lv, max(" + registers.Column("i", "fix_blng_admdvs") +
          ") AS area FROM " + registers.sql() + " i WHERE i.fixmedins_code IS NOT NULL GROUP BY 1"));
      for (size_t i = 0; i < rows.rows(); i++) {
        clue::SourceInstitution& one = all[rows.Text(i, 0)];
        one.kind = rows.Text(i, 1);
        if (!rows.IsNull(i, 2)) one.level = rows.Text(i, 2);
        one.area = rows.Text(i, 3);
      }
    }
    if (visits.there()) {
      QueryResult rows = TRY(connection_.Query("SELECT v.fixmedins_code, count(*) FROM " + visits.sql() +
                                               " v WHERE v.fixmedins_code IS NOT NULL GROUP BY 1"));
      for (size_t i = 0; i < rows.rows(); i++) all[rows.Text(i, 0)].visits = rows.Int(i, 1);
    }
    QueryResult found = TRY(connection_.Query("SELECT DISTINCT fixmedins_code FROM f WHERE fixmedins_code <> ''"));
    for (size_t i = 0; i < found.rows(); i++) all[found.Text(i, 0)];
    std::vector<clue::SourceInstitution> institutions;
    for (auto& [code, one] : all) {
      one.code = code;
      std::string name(codes_->Name(codes_->Find(code)));
      one.name = name.empty() ? code : name;
      // H33010200001: where no register says it, the code does: its area, and whether it is a hospital or a pharmacy.
      if (one.area.empty() && code.size() >= 7) one.area = code.substr(1, 6);
      if (one.kind.empty() && code.starts_with('H')) one.kind = "1";
      if (one.kind.empty() && code.starts_with('P')) one.kind = "2";
      institutions.push_back(std::move(one));
    }
    return institutions;
  }

  Status ForEach(const std::function<Status(clue::SourceFinding)>& take) override {
    for (int64_t from = 0; from < findings_; from += kPart) {
      std::string range = " n >= " + std::to_string(from) + " AND n < " + std::to_string(from + kPart);
      std::vector<clue::SourceFinding> part = TRY(ReadFindings(range));
      TRY(ReadLines(range, from, part));
      for (clue::SourceFinding& finding : part) TRY(take(std::move(finding)));
    }
    return {};
  }

 private:
  Error Damaged(const json::exception& exception) const {
    return IoError(place_.dir + "/run.json is damaged: " + exception.what());
  }

  Result<clue::SourceRun> ReadRun() {
    clue::SourceRun run;
    run.run = place_.run;
    run.lines = place_.info.value("lines", int64_t{0});
    run.visits = place_.info.value("visits", int64_t{0});
    run.persons = place_.info.value("persons", int64_t{0});
    json filter = place_.info.value("filter", json::object());
    run.from = ParseDate(filter.value("from", ""));
    run.until = ParseDate(filter.value("until", ""));
    run.institution = filter.value("institution", "");
    run.rules = filter.value("rules", std::vector<std::string>());
    TRY(Prepare());
    run.findings = findings_;
    return run;
  }

  Result<std::vector<clue::SourceRule>> ReadRules() {
    std::vector<clue::SourceRule> rules;
    std::map<std::string, std::string> classes;
    QueryResult rows = TRY(connection_.Query("SELECT rule, any_value(class) FROM f GROUP BY rule"));
    for (size_t i = 0; i < rows.rows(); i++) classes[rows.Text(i, 0)] = rows.Text(i, 1);
    json unknown = place_.info.value("unknown", json::object());
    const json described = place_.info.value("rules", json::object());
    for (const auto& [id, about] : described.items()) {
      clue::SourceRule rule;
      rule.rule = id;
      rule.version = about.value("version", 1);
      rule.name_zh = about.value("name_zh", id);
      rule.name_en = about.value("name_en", id);
      rule.rule_class = classes.contains(id) ? classes[id] : ClassOf(id);
      rule.severity = about.value("severity", "suspect");
      rule.official = about.value("official", "");
      rule.basis = about.value("basis", std::vector<std::string>());
      rule.why_zh = about.value("why_zh", "");
      rule.why_en = about.value("why_en", "");
      rule.false_alarms_zh = about.value("false_alarms_zh", "");
      rule.false_alarms_en = about.value("false_alarms_en", "");
      rule.text = about.value("text", "");
      rule.unknowns = unknown.value(id, std::map<std::string, int64_t>());
      rules.push_back(std::move(rule));
    }
    return rules;
  }

  static std::string ClassOf(const std::string& rule) {
    switch (rule.empty() ? ' ' : rule.front()) {
      case 'P':
        return "policy";
      case 'M':
        return "management";
      case 'D':
        return "medical";
      default:
        return "behaviour";
    }
  }

  // Findings numbered in their order, and their rows with what the lake says of them.
  Status Prepare() {
    if (prepared_) return {};
    std::string withdrawn = TRY(audit::WithdrawnSql(lake_));
    TRY(
        connection_.Execute("CREATE TEMP TABLE f AS SELECT *, row_number() OVER (ORDER BY fixmedins_code, subject, "
                            "finding_id) - 1 AS n FROM " +
                            audit::RunTable(place_, "findings") + " WHERE NOT (" + withdrawn + ")"));
    findings_ = TRY(connection_.QueryInt("SELECT count(*) FROM f"));
    std::vector<TableView> tables;
    for (const RowColumns& of : kRowColumns)
      tables.push_back(TRY(TableView::Open(connection_, lake_, std::string(timeline::InfoOf(of.kind).table))));
    // A row is in one table, whatever its kind (a claim of stock is a line): what that one says of it.
    auto pick = [&](const char* RowColumns::*column, const char* type) {
      std::string any;
      for (size_t i = 0; i < tables.size(); i++) {
        const char* name = kRowColumns[i].*column;
        if (name != nullptr) any += (any.empty() ? "" : ", ") + tables[i].Column("t" + std::to_string(i), name, type);
      }
      return ", coalesce(" + any + ")";
    };
    std::string sql =
        "CREATE TEMP TABLE d AS SELECT f.n, r.ordinal, r.kind, r.row_id, r.charged, r.amount, r.attributed" +
        pick(&RowColumns::no, "VARCHAR") + " AS no" + pick(&RowColumns::serial, "VARCHAR") + " AS sn" +
        pick(&RowColumns::item, "VARCHAR") + " AS item" + pick(&RowColumns::time, "TIMESTAMP") + " AS moment" +
        pick(&RowColumns::quantity, "DECIMAL(18,4)") + " AS cnt" + pick(&RowColumns::price, "DECIMAL(18,6)") +
        " AS pric" + pick(&RowColumns::total, "DECIMAL(18,2)") + " AS total" + pick(&RowColumns::doctor, "VARCHAR") +
        " AS doctor" + pick(&RowColumns::department, "VARCHAR") + " AS department FROM " +
        audit::RunTable(place_, "rows") + " r JOIN f USING (finding_id)";
    for (size_t i = 0; i < tables.size(); i++) {
      if (!tables[i].there()) continue;
      std::string alias = "t" + std::to_string(i);
      sql += " LEFT JOIN " + tables[i].sql() + " " + alias + " ON " + alias + ".row_id = r.row_id";
    }
    TRY(connection_.Execute(sql + " ORDER BY f.n, r.ordinal"));
    TableView persons = TRY(TableView::Open(connection_, lake_, "person"));
    if (persons.there()) {
      TRY(connection_.Execute("CREATE TEMP TABLE p AS SELECT psn_no, arg_max(" + persons.Column("x", "psn_name") +
                              ", row_id) AS name, arg_max(" + persons.Column("x", "gend") +
                              ", row_id) AS gender, arg_max(" + persons.Column("x", "brdy", "DATE") +
                              ", row_id) AS birth FROM " + persons.sql() +
                              " x WHERE psn_no IN (SELECT subject FROM f WHERE subject_kind = 'person') GROUP BY "
                              "psn_no"));
    } else {
      TRY(connection_.Execute("CREATE TEMP TABLE p (psn_no VARCHAR, name VARCHAR, gender VARCHAR, birth DATE)"));
    }
    prepared_ = true;
    return {};
  }

  Result<std::vector<clue::SourceFinding>> ReadFindings(const std::string& range) {
    QueryResult rows =
        TRY(connection_.Query("SELECT f.*, p.name, p.gender, p.birth FROM f LEFT JOIN p ON f.subject_kind = 'person' "
                              "AND p.psn_no = f.subject WHERE" +
                              range + " ORDER BY n"));
    auto column = [&](const char* name) { return rows.ColumnOf(name); };
    size_t id = column("finding_id"), rule = column("rule"), version = column("rule_version"),
           severity = column("severity"), kind = column("subject_kind"), subject = column("subject"),
           institution = column("fixmedins_code"), doc = column("mdtrt_id"), at = column("event_time"),
           amount = column("amount"), attributed = column("attributed"), fund = column("fund"),
           zh = column("message_zh"), en = column("message_en"), facts = column("facts"), name = column("name"),
           gender = column("gender"), birth = column("birth");
    std::vector<clue::SourceFinding> findings;
    findings.reserve(rows.rows());
    for (size_t i = 0; i < rows.rows(); i++) {
      clue::SourceFinding finding;
      std::string hex = rows.Text(i, id);
      auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), finding.key, 16);
      if (error != std::errc() || end != hex.data() + hex.size())
        return IoError("'" + hex + "' is not the id of a finding");
      finding.rule = rows.Text(i, rule);
      finding.rule_version = static_cast<int>(rows.Int(i, version));
      finding.severity = rows.Text(i, severity);
      finding.subject_kind = rows.Text(i, kind);
      finding.subject = rows.Text(i, subject);
      finding.person_name = rows.Text(i, name);
      finding.gender = rows.Text(i, gender);
      finding.birth = rows.Text(i, birth);
      finding.institution = rows.Text(i, institution);
      finding.doc = rows.Text(i, doc);
      if (!rows.IsNull(i, at)) finding.at = ParseTime(rows.Text(i, at));
      finding.found = rows.Int(i, amount);
      finding.attributed = rows.Int(i, attributed);
      if (!rows.IsNull(i, fund)) finding.fund = rows.Int(i, fund);
      finding.message_zh = rows.Text(i, zh);
      finding.message_en = rows.Text(i, en);
      finding.facts = rows.Text(i, facts);
      findings.push_back(std::move(finding));
    }
    return findings;
  }

  Status ReadLines(const std::string& range, int64_t from, std::vector<clue::SourceFinding>& findings) {
    QueryResult rows = TRY(
        connection_.Query("SELECT n, kind, row_id, charged, amount, attributed, sn, item, moment, cnt, pric, total, "
                          "doctor, department, no FROM d WHERE" +
                          range + " ORDER BY n, ordinal"));
    auto text = [&](size_t row, size_t column) {
      return rows.IsNull(row, column) ? std::nullopt : std::optional(rows.Text(row, column));
    };
    for (size_t i = 0; i < rows.rows(); i++) {
      auto at = static_cast<size_t>(rows.Int(i, 0) - from);
      if (at >= findings.size()) return IoError("rows of the run belong to no finding");
      clue::SourceLine line;
      line.kind = rows.Text(i, 1);
      line.row_id = rows.Int(i, 2);
      line.charged = rows.Int(i, 3) != 0;
      line.found = rows.Int(i, 4);
      line.attributed = rows.Int(i, 5);
      line.feedetl_sn = text(i, 6);
      line.item_code = text(i, 7);
      if (line.item_code) {
        std::string name(codes_->Name(codes_->Find(*line.item_code)));
        if (!name.empty()) line.item_name = name;
      }
      if (!rows.IsNull(i, 8)) line.at = ParseTime(rows.Text(i, 8));
      if (!rows.IsNull(i, 9)) line.cnt = TrimZeros(rows.Text(i, 9));
      if (!rows.IsNull(i, 10)) line.pric = TrimZeros(rows.Text(i, 10));
      if (!rows.IsNull(i, 11)) line.amount = rows.Int(i, 11);
      line.doctor = text(i, 12);
      line.department = text(i, 13);
      line.no = text(i, 14);
      findings[at].lines.push_back(std::move(line));
    }
    return {};
  }

  lake::Lake lake_;
  audit::RunPlace place_;
  lake::Connection connection_;
  std::shared_ptr<timeline::CodeBook> codes_;
  bool prepared_ = false;
  int64_t findings_ = 0;
};

}  // namespace

Result<std::unique_ptr<clue::FindingSource>> OpenLakeFindings(const std::string& lake_dir) {
  lake::Lake lake = TRY(lake::Lake::Open(lake_dir));
  audit::RunPlace place = TRY(audit::FindRun(lake, ""));
  lake::Connection connection = TRY(lake::OpenConnection({}));
  std::shared_ptr<timeline::CodeBook> codes = TRY(lake.LoadDictionary());
  return std::unique_ptr<clue::FindingSource>(
      std::make_unique<LakeFindings>(std::move(lake), std::move(place), std::move(connection), std::move(codes)));
}

}  // namespace yijian::app
