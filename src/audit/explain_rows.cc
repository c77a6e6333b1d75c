#include "audit/explain_rows.h"

#include <array>
#include <map>
#include <sstream>
#include <vector>

#include "lake/table_view.h"

namespace yijian::audit {
namespace {

using lake::QueryResult;
using lake::TableView;

constexpr size_t kNeighboursShown = 40;
constexpr const char* kMoneyType = "DECIMAL(18,2)";

enum class Says { kText, kEvent, kNumber };

struct Shown {
  const char* column;
  const char* zh = "";
  const char* en = "";
  Says says = Says::kText;
};

// How rows of a kind are told: in their time, the columns shown, and last what identifies them in their source.
struct KindShown {
  const char* kind;  // of rows.kind
  const char* table;
  const char* zh;
  const char* en;
  const char* time;
  const char* id;
  std::vector<Shown> columns;
};

const std::array<KindShown, 5>& KindsShown() {
  static const std::array<KindShown, 5> kinds{{
      {"settlement",
       "settlement",
       "结算",
       "Settlements",
       "setl_time",
       "setl_id",
       {{"inscp_amt", "范围内 ", "in scope "},
        {"hifp_pay", "统筹 ", "pooled fund "},
        {"fund_pay_sumamt", "基金 ", "all funds "}}},
      {"operation",
       "operation",
       "手术操作",
       "Operations",
       "oprn_oprt_begntime",
       "mdtrt_id",
       {{"oprn_oprt_code"}, {"oprn_oprt_name"}, {"oper_dr_code", "术者 ", "operator "}}},
      {"diagnosis", "diagnosis", "诊断", "Diagnoses", nullptr, "mdtrt_id", {{"diag_code"}, {"diag_name"}}},
      {"trace",
       "trace",
       "追溯码",
       "Trace codes",
       "trac_time",
       "trac_sn",
       {{"trac_event", "", "", Says::kEvent},
        {"drug_trac_codg"},
        {"med_list_codg"},
        {"medins_list_name"},
        {"fixmedins_code", "机构 ", "institution "},
        {"det_item_fee_sumamt", "金额 ", "amount "}}},
      {"stock",
       "stock",
       "进销存",
       "Stock movements",
       "stock_time",
       "stock_sn",
       {{"stock_event", "", "", Says::kEvent},
        {"med_list_codg"},
        {"fixmedins_hilist_name"},
        {"cnt", "数量 ", "quantity ", Says::kNumber},
        {"pric", "单价 ", "price ", Says::kNumber},
        {"fixmedins_code", "机构 ", "institution "}}},
  }};
  return kinds;
}

// Events of trace codes and of stock are words of the lake's own.
std::string EventName(const std::string& event, const Words& say) {
  static const std::map<std::string, const char*> names{
      {"open", "期初"},     {"purchase", "购进"}, {"purchase_return", "购进退货"},
      {"change", "变更"},   {"sale", "销售"},     {"sale_return", "销售退货"},
      {"return", "退货"},   {"stock_in", "入库"}, {"close", "期末"},
      {"claim", "医保结算"}};
  auto name = names.find(event);
  return say.english || name == names.end() ? event : name->second;
}

class Teller {
 public:
  Teller(lake::Connection& connection, const lake::Lake& lake, const RunPlace& place, const std::string& finding,
         const Words& say)
      : connection_(connection), lake_(lake), place_(place), finding_(finding), say_(say) {}

  // Lines of the finding, and those around them on the same visits, in time order. Claims of a pharmacy's stock are
  // lines too.
  Status Lines() {
    TableView lines = TRY(TableView::Open(connection_, lake_, "fee_line"));
    if (!lines.there()) return {};
    const std::string columns = "l.row_id, l.mdtrt_key, " + As(lines, "fee_ocur_time", "TIMESTAMP") + ", " +
                                As(lines, "hilist_code") + ", " + As(lines, "hilist_name") + ", " + As(lines, "cnt") +
                                ", " + As(lines, "pric") + ", " + As(lines, "det_item_fee_sumamt") + ", " +
                                As(lines, "inscp_amt", kMoneyType) + ", " + As(lines, "bkkp_sn");
    std::string sql = "WITH own AS (SELECT " + columns +
                      ", r.kind, r.charged, r.amount AS found, r.attributed, r.units, "
                      "coalesce(r.amount BETWEEN 0.01 AND " +
                      lines.Column("l", "inscp_amt", kMoneyType) + " - 0.01, false) AS in_part FROM " + lines.sql() +
                      " l JOIN " + Rows({"line", "stock"}) + " r ON r.row_id = l.row_id), near AS (SELECT " + columns +
                      ", NULL AS kind, NULL::BOOLEAN AS charged, NULL AS found, NULL AS attributed, NULL AS units, "
                      "NULL AS in_part FROM " +
                      lines.sql() +
                      " l WHERE l.mdtrt_key IN (SELECT mdtrt_key FROM own WHERE kind = 'line') AND l.row_id NOT IN "
                      "(SELECT row_id FROM own) AND EXISTS (SELECT 1 FROM own o WHERE o.mdtrt_key = l.mdtrt_key AND "
                      "abs(date_diff('hour', o.fee_ocur_time, l.fee_ocur_time)) <= 12) LIMIT " +
                      std::to_string(kNeighboursShown) +
                      ") SELECT * FROM (SELECT * FROM own UNION ALL BY NAME SELECT * FROM near) ORDER BY "
                      "fee_ocur_time, row_id";
    QueryResult table = TRY(connection_.Query(sql));
    if (table.rows() == 0) return {};
    Head("费用明细（● 违规，○ 佐证，其余为同次就诊前后 12 小时的费用）",
         "Fee lines (● charged, ○ evidence, the rest: 12 hours around on the same visits)");
    for (size_t i = 0; i < table.rows(); i++) {
      bool charged = Mark(table, i);
      out_ << Cell(table, i, "fee_ocur_time").substr(0, 16) << "  " << Cell(table, i, "hilist_code") << " "
           << Cell(table, i, "hilist_name") << "  " << Cell(table, i, "cnt") << " × " << Cell(table, i, "pric") << " = "
           << Cell(table, i, "det_item_fee_sumamt") << say_("，范围内 ", ", in scope ") << Cell(table, i, "inscp_amt");
      if (charged) Found(table, i);
      if (charged && Cell(table, i, "units") != "0.000000")
        out_ << say_("（超出数量 ", " (units beyond what is allowed ") << Cell(table, i, "units") << say_("）", ")");
      else if (charged && table.Int(i, table.ColumnOf("in_part")) != 0)
        out_ << say_("（范围内金额的一部分）", " (a part of what is in scope)");
      out_ << "  [" << Cell(table, i, "bkkp_sn") << "]\n";
    }
    return {};
  }

  // Rows of another kind, in time order.
  Status Others(const KindShown& shown) {
    TableView view = TRY(TableView::Open(connection_, lake_, shown.table));
    if (!view.there()) return {};
    std::string sql = "SELECT r.charged, r.amount AS found, r.attributed, " + As(view, shown.id);
    if (shown.time) sql += ", " + As(view, shown.time, "TIMESTAMP");
    for (const Shown& column : shown.columns) sql += ", " + As(view, column.column);
    sql += " FROM " + view.sql() + " l JOIN " + Rows({shown.kind}) + " r ON r.row_id = l.row_id ORDER BY ";
    if (shown.time) sql += std::string(shown.time) + ", ";
    QueryResult table = TRY(connection_.Query(sql + "l.row_id"));
    if (table.rows() == 0) return {};
    Head((std::string(shown.zh) + "（● 违规，○ 佐证）").c_str(),
         (std::string(shown.en) + " (● charged, ○ evidence)").c_str());
    for (size_t i = 0; i < table.rows(); i++) {
      bool charged = Mark(table, i);
      if (shown.time) out_ << Cell(table, i, shown.time).substr(0, 16);
      for (const Shown& column : shown.columns) {
        std::string value = Cell(table, i, column.column);
        if (value.empty()) continue;
        if (column.says == Says::kEvent) value = EventName(value, say_);
        if (column.says == Says::kNumber) value = lake::TrimZeros(value);
        out_ << "  " << say_(column.zh, column.en) << value;
      }
      if (charged) Found(table, i);
      out_ << "  [" << Cell(table, i, shown.id) << "]\n";
    }
    return {};
  }

  // Visits of the person around the finding: what else happened to him; without one, the visits that are rows of it.
  Status Visits(const std::string& person) {
    TableView visits = TRY(TableView::Open(connection_, lake_, "visit"));
    if (!visits.there()) return {};
    std::string marked =
        "(SELECT row_id, bool_or(charged) AS charged, max(amount) AS found, max(attributed) AS "
        "attributed FROM " +
        Rows({"visit"}) + " GROUP BY ALL)";
    std::string whose = person.empty() ? " JOIN " + marked + " m USING (row_id)"
                                       : " LEFT JOIN " + marked + " m USING (row_id) WHERE " +
                                             visits.Column("l", "psn_no") + " = " + lake::Quote(person);
    QueryResult table = TRY(connection_.Query(
        "SELECT " + As(visits, "mdtrt_id") + ", " + As(visits, "begntime", "TIMESTAMP") + ", " +
        As(visits, "endtime", "TIMESTAMP") + ", " + As(visits, "med_type") + ", " + As(visits, "fixmedins_code") +
        ", " + As(visits, "dscg_maindiag_code") + ", m.charged, m.found, m.attributed FROM " + visits.sql() + " l" +
        whose + " ORDER BY begntime, l.row_id LIMIT 200"));
    if (table.rows() == 0) return {};
    if (person.empty())
      Head("就诊（● 违规，○ 佐证）", "Visits (● charged, ○ evidence)");
    else
      Head("该参保人的就诊", "Visits of this person");
    for (size_t i = 0; i < table.rows(); i++) {
      bool charged = Mark(table, i);
      out_ << Cell(table, i, "begntime").substr(0, 16) << " - " << Cell(table, i, "endtime").substr(0, 16) << "  "
           << Cell(table, i, "med_type") << "  " << Cell(table, i, "fixmedins_code") << "  "
           << Cell(table, i, "dscg_maindiag_code") << "  [" << Cell(table, i, "mdtrt_id") << "]";
      if (charged) Found(table, i);
      out_ << "\n";
    }
    return {};
  }

  std::string text() const { return out_.str(); }

 private:
  static std::string As(const TableView& view, const char* column, const char* type = "VARCHAR") {
    return view.Column("l", column, type) + " AS " + column;
  }
  // The finding's rows of these kinds.
  std::string Rows(const std::vector<std::string>& kinds) const {
    return "(SELECT * FROM " + RunTable(place_, "rows") + " WHERE finding_id = " + lake::Quote(finding_) +
           " AND list_contains(" + lake::QuoteList(kinds) + ", kind))";
  }
  void Head(const char* zh, const char* en) { out_ << "\n" << say_(zh, en) << "\n"; }
  bool Mark(const QueryResult& table, size_t i) {
    bool known = !table.IsNull(i, table.ColumnOf("charged"));
    bool charged = known && table.Int(i, table.ColumnOf("charged")) != 0;
    out_ << (charged ? " ● " : known ? " ○ " : "   ");
    return charged;
  }
  void Found(const QueryResult& table, size_t i) {
    out_ << say_("  → 认定 ", "  -> found ") << Cell(table, i, "found") << say_("，去重后 ", ", counted once ")
         << Cell(table, i, "attributed");
  }

  lake::Connection& connection_;
  const lake::Lake& lake_;
  const RunPlace& place_;
  const std::string& finding_;
  const Words& say_;
  std::ostringstream out_;
};

}  // namespace

std::string Cell(const QueryResult& rows, size_t row, const char* column) {
  return rows.Text(row, rows.ColumnOf(column));
}

Result<std::string> TellRows(lake::Connection& connection, const lake::Lake& lake, const RunPlace& place,
                             const std::string& finding, const std::string& person, const Words& say) {
  Teller teller(connection, lake, place, finding, say);
  TRY(teller.Lines());
  for (const KindShown& shown : KindsShown()) TRY(teller.Others(shown));
  TRY(teller.Visits(person));
  return teller.text();
}

}  // namespace yijian::audit
