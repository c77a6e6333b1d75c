#include "ledger/report.h"

#include <algorithm>

namespace yijian::ledger {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr size_t kGroupsMax = 500;
constexpr size_t kProblemsMax = 100;

// Ranges instead of LIKE: both databases use the index for them, whatever their collation of letters; codes are digits.
void WhereArea(const std::vector<std::string>& areas, const char* column, std::string& where, Values& values) {
  for (const std::string& area : areas) {
    std::string prefix = AreaPrefix(area);
    if (prefix.empty()) continue;
    std::string after = prefix;
    after.back()++;
    where += std::string(" AND ") + column + " >= ? AND " + column + " < ?";
    values.emplace_back(prefix);
    values.emplace_back(after);
  }
}

std::optional<Account> AccountAt(const Row& row, const char* column) { return AccountOf(row.Text(column)); }

Way WayOf(const Row& row) {
  auto from = AccountAt(row, "from_account");
  auto to = AccountAt(row, "to_account");
  CHECK(from && to);
  return {*from, *to};
}

Entry EntryOf(const Row& row) {
  return {.id = row.Int("id"),
          .at_ms = row.Int("at"),
          .by_name = row.Text("user_name"),
          .way = WayOf(row),
          .amount = row.Int("amount_fen"),
          .kind = row.Text("kind"),
          .line = row.MaybeInt("line_id"),
          .measure = row.MaybeInt("measure_id"),
          .case_id = row.MaybeInt("case_id"),
          .case_no = row.MaybeText("case_no"),
          .decision = row.MaybeInt("decision_id"),
          .institution = row.Text("institution"),
          .receipt = row.MaybeText("receipt"),
          .counter_of = row.MaybeInt("counter_of"),
          .note = row.MaybeText("note")};
}

const char* ColumnOf(GroupBy by) {
  switch (by) {
    case GroupBy::kInstitution:
      return "p.institution";
    case GroupBy::kMatter:
      return "p.matter";
    case GroupBy::kMonth:
      return "p.month";
    case GroupBy::kArea:
      return "p.area";
    case GroupBy::kNone:
      break;
  }
  return "''";
}

std::vector<Flow> NetFlows(const std::map<Way, Fen>& sums) {
  std::vector<Flow> flows;
  for (const auto& [way, amount] : sums) {
    auto back = sums.find({way.to, way.from});
    Fen net = amount - (back == sums.end() ? 0 : back->second);
    if (net > 0) flows.push_back({way, net});
  }
  return flows;
}

// SUM(...) of an account over entries `e`.
std::string BalanceSql(Account account) {
  std::string name = NameOf(account);
  return "CAST(COALESCE(SUM(CASE WHEN e.to_account = '" + name +
         "' THEN e.amount_fen ELSE 0 END) - SUM(CASE WHEN e.from_account = '" + name +
         "' THEN e.amount_fen ELSE 0 END), 0) AS BIGINT)";
}

template <size_t N>
Status VerifyHolders(Session& session, const char* table, const char* id, const std::array<Account, N>& accounts,
                     Verification& verification) {
  std::string sums;
  std::string differ;
  for (Account account : accounts) {
    std::string name = NameOf(account);
    sums += ", " + BalanceSql(account) + " AS " + name;
    differ += (differ.empty() ? "" : " OR ") + std::string("h.") + name + " <> COALESCE(s." + name + ", 0)";
  }
  std::string sql = std::string("SELECT h.") + id + " AS id FROM " + table + " h LEFT JOIN (SELECT e." + id + sums +
                    " FROM ledger_entry e WHERE e." + id + " IS NOT NULL GROUP BY e." + id + ") s ON s." + id +
                    " = h." + id + " WHERE " + differ + " LIMIT 20";
  for (const Row& row : TRY(session.Query(sql))) {
    verification.problems.push_back(std::string(table) + " " + std::to_string(row.Int("id")) +
                                    ": balances are not the sum of its entries");
  }
  std::string orphans = std::string("SELECT e.id AS id FROM ledger_entry e LEFT JOIN ") + table + " h ON h." + id +
                        " = e." + id + " WHERE e." + id + " IS NOT NULL AND (h." + id +
                        " IS NULL OR h.place_id <> e.place_id) LIMIT 20";
  for (const Row& row : TRY(session.Query(orphans))) {
    verification.problems.push_back("entry " + std::to_string(row.Int("id")) + " belongs to no row of " + table +
                                    ", or to another place");
  }
  return {};
}

Status VerifyFlows(Session& session, Verification& verification) {
  const char* by_place =
      "SELECT COUNT(*) AS n FROM (SELECT place_id, from_account, to_account, COUNT(*) AS entries, CAST(SUM(amount_fen) "
      "AS BIGINT) AS "
      "amount_fen FROM ledger_entry GROUP BY place_id, from_account, to_account EXCEPT SELECT place_id, from_account, "
      "to_account, "
      "entries, amount_fen FROM ledger_flow) x";
  const char* no_entries =
      "SELECT COUNT(*) AS n FROM (SELECT place_id, from_account, to_account, entries, amount_fen FROM ledger_flow "
      "EXCEPT SELECT place_id, "
      "from_account, to_account, COUNT(*) AS entries, CAST(SUM(amount_fen) AS BIGINT) AS amount_fen FROM ledger_entry "
      "GROUP BY place_id, "
      "from_account, to_account) x";
  const char* sums =
      "SELECT p.area, f.from_account, f.to_account, CAST(SUM(f.entries) AS BIGINT) AS entries, CAST(SUM(f.amount_fen) "
      "AS BIGINT) AS "
      "amount_fen FROM ledger_flow f JOIN ledger_place p ON p.id = f.place_id GROUP BY p.area, f.from_account, "
      "f.to_account";
  const char* area = "SELECT area, from_account, to_account, entries, amount_fen FROM ledger_area_flow";
  auto check = [&](const std::string& sql, const char* problem) -> Status {
    auto row = TRY(session.QueryOne(sql));
    if (row && row->Int("n") > 0)
      verification.problems.push_back(std::string(problem) + ": " + std::to_string(row->Int("n")));
    return {};
  };
  TRY(check(by_place, "running sums by place that are not those of the entries"));
  TRY(check(no_entries, "running sums by place without their entries"));
  TRY(check(std::string("SELECT COUNT(*) AS n FROM (") + sums + " EXCEPT " + area + ") x",
            "running sums by area that are not those of their places"));
  TRY(check(std::string("SELECT COUNT(*) AS n FROM (") + area + " EXCEPT " + sums + ") x",
            "running sums by area without places"));
  return check(
      "SELECT COUNT(*) AS n FROM ledger_entry c JOIN ledger_entry e ON e.id = c.counter_of WHERE c.from_account <> "
      "e.to_account OR "
      "c.to_account <> e.from_account OR c.amount_fen <> e.amount_fen OR COALESCE(c.line_id, 0) <> COALESCE(e.line_id, "
      "0) OR "
      "COALESCE(c.measure_id, 0) <> COALESCE(e.measure_id, 0)",
      "counter-entries that do not mirror their entries");
}

}  // namespace

std::string AreaPrefix(std::string_view area) {
  while (area.size() >= 2 && area.substr(area.size() - 2) == "00") area.remove_suffix(2);
  return std::string(area);
}

Result<EntryPage> ListEntries(Session& session, const EntryFilter& filter, int64_t limit, int64_t offset) {
  std::string where = " WHERE 1 = 1";
  Values values;
  WhereArea(filter.areas, "p.area", where, values);
  if (!filter.institution.empty()) {
    where += " AND p.institution = ?";
    values.emplace_back(filter.institution);
  }
  if (filter.account) {
    where += " AND (e.from_account = ? OR e.to_account = ?)";
    values.emplace_back(std::string(NameOf(*filter.account)));
    values.emplace_back(std::string(NameOf(*filter.account)));
  }
  // Running sums know places and ways, not cases and days.
  bool summed = filter.case_id == 0 && filter.line == 0 && !filter.from_ms && !filter.until_ms;
  EntryPage page;
  if (summed) {
    auto row = TRY(session.QueryOne(
        "SELECT CAST(COALESCE(SUM(e.entries), 0) AS BIGINT) AS n, CAST(COALESCE(SUM(e.amount_fen), 0) AS BIGINT) "
        "AS fen FROM ledger_flow e JOIN ledger_place p ON p.id = e.place_id" +
            where,
        values));
    page.total = row->Int("n");
    page.amount = row->Int("fen");
  }
  auto equals = [&](const char* condition, int64_t value) {
    where += condition;
    values.emplace_back(value);
  };
  if (filter.case_id != 0) equals(" AND e.case_id = ?", filter.case_id);
  if (filter.line != 0) equals(" AND e.line_id = ?", filter.line);
  if (filter.from_ms) equals(" AND e.at >= ?", *filter.from_ms);
  if (filter.until_ms) equals(" AND e.at < ?", *filter.until_ms);
  std::string from = " FROM ledger_entry e JOIN ledger_place p ON p.id = e.place_id" + where;
  if (!summed) {
    auto row = TRY(
        session.QueryOne("SELECT COUNT(*) AS n, CAST(COALESCE(SUM(e.amount_fen), 0) AS BIGINT) AS fen" + from, values));
    page.total = row->Int("n");
    page.amount = row->Int("fen");
  }
  values.emplace_back(limit);
  values.emplace_back(offset);
  for (const Row& row :
       TRY(session.Query("SELECT e.*, p.institution" + from + " ORDER BY e.id DESC LIMIT ? OFFSET ?", values))) {
    page.rows.push_back(EntryOf(row));
  }
  return page;
}

Result<Sheet> ReadSheet(Session& session, const std::vector<std::string>& areas, GroupBy by,
                        const std::string& institution) {
  std::string where = " WHERE 1 = 1";
  Values values;
  WhereArea(areas, "p.area", where, values);
  if (!institution.empty()) {
    where += " AND p.institution = ?";
    values.emplace_back(institution);
  }
  std::string group = ColumnOf(by);
  Rows rows =
      TRY(session.Query("SELECT " + group +
                            " AS grp, f.from_account, f.to_account, CAST(SUM(f.amount_fen) AS BIGINT) AS amount_fen "
                            "FROM ledger_flow f JOIN ledger_place p ON p.id = f.place_id" +
                            where +
                            (by == GroupBy::kNone ? " GROUP BY f.from_account, f.to_account"
                                                  : " GROUP BY " + group + ", f.from_account, f.to_account"),
                        values));
  Sums all;
  std::map<Way, Fen> ways;
  std::map<std::string, Sums> groups;
  for (const Row& row : rows) {
    Way way = WayOf(row);
    Fen amount = row.Int("amount_fen");
    all.Add(way, amount);
    ways[way] += amount;
    if (by != GroupBy::kNone) groups[row.Text("grp")].Add(way, amount);
  }
  Sheet sheet;
  sheet.funnel = FunnelOf(all.balances());
  sheet.flows = NetFlows(ways);
  for (const auto& [id, sums] : groups) sheet.groups.push_back({id, FunnelOf(sums.balances())});
  if (by != GroupBy::kMonth) {
    std::stable_sort(sheet.groups.begin(), sheet.groups.end(),
                     [](const Group& a, const Group& b) { return a.funnel.identified > b.funnel.identified; });
  }
  if (sheet.groups.size() > kGroupsMax) sheet.groups.resize(kGroupsMax);
  return sheet;
}

void Months::Where(const std::string& column, std::string& where, Values& values) const {
  for (const auto& [condition, month] : {std::pair(" >= ?", &from), std::pair(" < ?", &until)}) {
    if (month->empty()) continue;
    where += " AND " + column + condition;
    values.emplace_back(*month);
  }
}

Result<Funnel> ReadFunnel(Session& session, const std::vector<std::string>& areas, const Months& months) {
  std::string where = " WHERE 1 = 1";
  Values values;
  Sums sums;
  if (months.all()) {
    WhereArea(areas, "area", where, values);
    where = "SELECT from_account, to_account, amount_fen FROM ledger_area_flow" + where;
  } else {
    WhereArea(areas, "p.area", where, values);
    months.Where("p.month", where, values);
    where =
        "SELECT f.from_account, f.to_account, CAST(SUM(f.amount_fen) AS BIGINT) AS amount_fen FROM ledger_flow f JOIN "
        "ledger_place p ON p.id = f.place_id" +
        where + " GROUP BY f.from_account, f.to_account";
  }
  for (const Row& row : TRY(session.Query(where, values))) sums.Add(WayOf(row), row.Int("amount_fen"));
  return FunnelOf(sums.balances());
}

Result<Verification> Verify(Session& session) {
  Verification verification;
  auto counts = TRY(session.QueryOne(
      "SELECT (SELECT COUNT(*) FROM ledger_entry) AS entries, (SELECT COUNT(*) FROM ledger_line) AS lines_n"));
  verification.entries = counts->Int("entries");
  verification.lines = counts->Int("lines_n");
  Sums sums;
  Rows rows = TRY(session.Query(
      "SELECT from_account, to_account, CAST(SUM(amount_fen) AS BIGINT) AS amount_fen FROM ledger_entry GROUP BY "
      "from_account, to_account"));
  for (const Row& row : rows) sums.Add(WayOf(row), row.Int("amount_fen"));
  verification.sums = sums.balances();
  TRY(VerifyHolders(session, "ledger_line", "line_id", kLineAccounts, verification));
  TRY(VerifyHolders(session, "ledger_measure", "measure_id", kMeasureAccounts, verification));
  TRY(VerifyFlows(session, verification));
  if (verification.problems.size() > kProblemsMax) verification.problems.resize(kProblemsMax);
  return verification;
}

}  // namespace yijian::ledger
