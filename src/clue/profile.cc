#include "clue/profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace yijian::clue {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr int64_t kTop = 20;
constexpr int64_t kHits = 10;
constexpr int64_t kMarkedMax = 500;

Error None(const char* en, const char* zh) { return Refused(ErrorCode::kNotFound, "not_found", en, zh); }

Result<std::vector<Named>> NamedOf(Session& session, const std::string& sql, const Values& values) {
  std::vector<Named> named;
  for (const Row& row : TRY(session.Query(sql, values))) {
    std::string id = row.Text("id");
    named.push_back({id, row.MaybeText("name").value_or(id), row.Int("n"), row.Int("fen")});
  }
  return named;
}

Result<std::vector<MonthSum>> MonthsOf(Session& session, const std::string& where, const Values& values) {
  std::vector<MonthSum> months;
  Rows rows = TRY(session.Query(
      "SELECT s.month, CAST(SUM(s.findings) AS BIGINT) AS findings, CAST(SUM(s.found_fen) AS BIGINT) AS fen, "
      "CAST(SUM(s.confirmed) AS "
      "BIGINT) AS confirmed, CAST(SUM(s.refuted) AS BIGINT) AS refuted FROM finding_sum s WHERE s.month <> ''" +
          where + " GROUP BY s.month ORDER BY s.month",
      values));
  for (const Row& row : rows)
    months.push_back(
        {row.Text("month"), row.Int("findings"), row.Int("fen"), row.Int("confirmed"), row.Int("refuted")});
  return months;
}

const std::string kSums =
    ", CAST(SUM(s.findings) AS BIGINT) AS n, CAST(SUM(s.found_fen) AS BIGINT) AS fen FROM finding_sum s ";

InstitutionRow InstitutionOf(const Row& row) {
  return {row.Text("code"), row.Text("name"),    row.Text("kind"),     row.MaybeText("level"), row.Text("area"),
          row.Int("clues"), row.Int("findings"), row.Int("found_fen"), row.Int("visits")};
}

Status OneInstitution(const Viewer& viewer, std::string& where, Values& values) {
  WhereArea(viewer.area, "i.area", where, values);
  if (!viewer.institution.empty()) {
    where += " AND i.code = ?";
    values.emplace_back(viewer.institution);
  }
  return {};
}

Result<std::vector<RelatedClue>> CluesWhere(Session& session, const Viewer& viewer, const std::string& condition,
                                            Values values) {
  std::string where;
  WhereVisible(viewer, "c.", where, values);
  values.emplace_back(kTop);
  std::vector<RelatedClue> clues;
  Rows rows = TRY(session.Query("SELECT c.id, c.no, c.title, c.status, c.found_fen, c.outcome FROM clue c WHERE " +
                                    condition + where + " ORDER BY c.rank DESC, c.id DESC LIMIT ?",
                                values));
  for (const Row& row : rows)
    clues.push_back({row.Int("id"), row.Text("no"), row.Text("title"), row.Text("status"), "same_subject",
                     row.Int("found_fen"), row.MaybeText("outcome")});
  return clues;
}

Result<Peers> PeersOf(Session& session, const InstitutionRow& row) {
  Peers peers;
  if (row.visits == 0) return peers;
  peers.value = static_cast<double>(row.found) / 100 / static_cast<double>(row.visits);
  std::vector<double> others;
  Rows rows =
      TRY(session.Query("SELECT found_fen, visits FROM institution WHERE kind = ? AND COALESCE(level, '') = ? AND "
                        "visits > 0 AND code <> ?",
                        {row.kind, row.level.value_or(""), row.code}));
  for (const Row& one : rows)
    others.push_back(static_cast<double>(one.Int("found_fen")) / 100 / static_cast<double>(one.Int("visits")));
  peers.peers = static_cast<int64_t>(others.size());
  if (others.empty()) return peers;
  std::sort(others.begin(), others.end());
  size_t half = others.size() / 2;
  peers.median = others.size() % 2 == 1 ? others[half] : (others[half - 1] + others[half]) / 2;
  auto less = std::lower_bound(others.begin(), others.end(), *peers.value) - others.begin();
  peers.percentile = 100.0 * static_cast<double>(less) / static_cast<double>(others.size());
  return peers;
}

RuleRow RuleOf(const Row& row, const RankWeights& weights) {
  RuleRow rule;
  rule.rule = row.Text("rule");
  rule.version = row.Int("version");
  rule.name_zh = row.Text("name_zh");
  rule.name_en = row.Text("name_en");
  rule.rule_class = row.Text("class");
  rule.severity = row.Text("severity");
  rule.matter = row.Text("matter");
  rule.official = row.MaybeText("official");
  rule.findings = row.MaybeInt("n").value_or(0);
  rule.found = row.MaybeInt("fen").value_or(0);
  rule.confirmed = row.Int("confirmed");
  rule.refuted = row.Int("refuted");
  rule.coding = row.Int("coding");
  RuleVerdicts verdicts{rule.confirmed, rule.refuted, rule.coding};
  rule.precision = PrecisionOf(verdicts, weights.Of(rule.severity));
  rule.measured = PrecisionMeasured(verdicts, weights.Of(rule.severity));
  rule.unknowns = row.Int("unknowns");
  return rule;
}

Result<Rows> RuleRows(Session& session, const Viewer& viewer, const std::string& condition, const Values& more) {
  std::string where;
  Values values;
  WhereVisible(viewer, "s.", where, values);
  values.insert(values.end(), more.begin(), more.end());
  return session.Query("SELECT r.*, x.n, x.fen FROM rule_info r LEFT JOIN (SELECT s.rule" + kSums + "WHERE 1 = 1" +
                           where + " GROUP BY s.rule) x ON x.rule = r.rule WHERE 1 = 1" + condition +
                           " ORDER BY r.rule",
                       values);
}

}  // namespace

Result<InstitutionPage> ListInstitutions(Session& session, const Viewer& viewer, const InstitutionFilter& filter,
                                         Paging paging) {
  std::string where;
  Values values;
  TRY(OneInstitution(viewer, where, values));
  WhereArea(filter.area, "i.area", where, values);
  if (!filter.kind.empty()) {
    where += " AND i.kind = ?";
    values.emplace_back(filter.kind);
  }
  if (!filter.text.empty()) {
    std::string like = store::Containing(filter.text);
    where += " AND (i.name LIKE ? ESCAPE '\\' OR i.code LIKE ? ESCAPE '\\')";
    values.insert(values.end(), {like, like});
  }
  std::string order = filter.sort == "found"    ? "i.found_fen, i.code"
                      : filter.sort == "name"   ? "i.name, i.code"
                      : filter.sort == "-clues" ? "i.clues DESC, i.code"
                                                : "i.found_fen DESC, i.code";
  InstitutionPage page;
  page.total = TRY(session.QueryOne("SELECT COUNT(*) AS n FROM institution i WHERE 1 = 1" + where, values))->Int("n");
  values.emplace_back(paging.limit);
  values.emplace_back(paging.offset);
  for (const Row& row : TRY(session.Query(
           "SELECT i.* FROM institution i WHERE 1 = 1" + where + " ORDER BY " + order + " LIMIT ? OFFSET ?", values)))
    page.rows.push_back(InstitutionOf(row));
  return page;
}

Result<InstitutionProfile> ProfileOfInstitution(Session& session, const Viewer& viewer, const std::string& code) {
  std::string where;
  Values values{code};
  TRY(OneInstitution(viewer, where, values));
  auto row = TRY(session.QueryOne("SELECT i.* FROM institution i WHERE i.code = ?" + where, values));
  if (!row) return None("there is no such institution", "没有该机构");
  InstitutionProfile profile;
  profile.row = InstitutionOf(*row);
  profile.trend = TRY(MonthsOf(session, " AND s.institution = ?", {code}));
  profile.rules = TRY(NamedOf(session,
                              "SELECT s.rule AS id, MAX(r.name_zh) AS name" + kSums +
                                  "LEFT JOIN rule_info r ON r.rule = s.rule WHERE s.institution = ? "
                                  "GROUP BY s.rule HAVING SUM(s.findings) > 0 ORDER BY fen DESC, s.rule LIMIT ?",
                              {code, kTop}));
  auto by_line = [&](const char* column) {
    std::string name = column;
    return NamedOf(session,
                   "SELECT l." + name + " AS id, l." + name +
                       " AS name, COUNT(*) AS n, CAST(SUM(l.attributed_fen) AS BIGINT) AS fen FROM clue c JOIN "
                       "finding f ON f.clue_id = c.id AND f.status <> 'withdrawn' JOIN finding_line l ON l.finding_id "
                       "= f.id AND l.charged = 1 WHERE "
                       "c.institution = ? AND f.institution = ? AND l." +
                       name + " IS NOT NULL GROUP BY l." + name + " ORDER BY fen DESC, id LIMIT ?",
                   {code, code, kTop});
  };
  profile.doctors = TRY(by_line("doctor"));
  profile.departments = TRY(by_line("department"));
  profile.peers = TRY(PeersOf(session, profile.row));
  profile.clues = TRY(CluesWhere(session, viewer, "c.institution = ?", {code}));
  return profile;
}

Result<PersonProfile> ProfileOfPerson(Session& session, const Viewer& viewer, const std::string& ref) {
  std::string where;
  Values values{ref};
  WhereVisible(viewer, "c.", where, values);
  auto seen = TRY(session.QueryOne(
      "SELECT 1 AS one FROM finding f JOIN clue c ON c.id = f.clue_id WHERE f.person = ?" + where + " LIMIT 1",
      values));
  auto row = TRY(session.QueryOne("SELECT * FROM person WHERE ref = ?", {ref}));
  if (!seen || !row) return None("there is no such person", "没有该参保人");
  PersonProfile profile;
  profile.ref = ref;
  profile.psn_no = row->Text("psn_no");
  profile.masked_name = row->Text("masked_name");
  profile.gender = row->MaybeText("gender");
  profile.birth = row->MaybeText("birth");
  std::string from = " FROM finding f JOIN clue c ON c.id = f.clue_id ";
  std::string condition = " WHERE f.person = ? AND f.status <> 'withdrawn'" + where;
  std::string sums = ", COUNT(*) AS n, CAST(COALESCE(SUM(f.attributed_fen), 0) AS BIGINT) AS fen";
  auto all = TRY(session.QueryOne("SELECT 1 AS one" + sums + from + condition, values));
  profile.findings = all->Int("n");
  profile.found = all->Int("fen");
  profile.rules =
      TRY(NamedOf(session,
                  "SELECT f.rule AS id, MAX(r.name_zh) AS name" + sums + from +
                      "LEFT JOIN rule_info r ON r.rule = f.rule" + condition + " GROUP BY f.rule ORDER BY fen DESC, id",
                  values));
  profile.institutions = TRY(NamedOf(session,
                                     "SELECT f.institution AS id, MAX(i.name) AS name" + sums + from +
                                         "LEFT JOIN institution i ON i.code = f.institution" + condition +
                                         " AND f.institution IS NOT NULL GROUP BY f.institution ORDER BY fen DESC, id",
                                     values));
  profile.clues =
      TRY(CluesWhere(session, viewer, "c.id IN (SELECT f.clue_id FROM finding f WHERE f.person = ?)", {ref}));
  return profile;
}

Result<std::vector<RuleRow>> ListRules(Session& session, const Viewer& viewer, const RankWeights& weights,
                                       const std::string& rule_class, const std::string& text) {
  std::string condition;
  Values values;
  if (!rule_class.empty()) {
    condition += " AND r.class = ?";
    values.emplace_back(rule_class);
  }
  if (!text.empty()) {
    std::string like = store::Containing(text);
    condition += " AND (r.rule LIKE ? ESCAPE '\\' OR r.name_zh LIKE ? ESCAPE '\\' OR r.name_en LIKE ? ESCAPE '\\')";
    values.insert(values.end(), {like, like, like});
  }
  std::vector<RuleRow> rules;
  for (const Row& row : TRY(RuleRows(session, viewer, condition, values))) rules.push_back(RuleOf(row, weights));
  return rules;
}

Result<RuleProfile> ProfileOfRule(Session& session, const Viewer& viewer, const RankWeights& weights,
                                  const std::string& rule) {
  Rows rows = TRY(RuleRows(session, viewer, " AND r.rule = ?", {rule}));
  if (rows.empty()) return None("there is no such rule", "没有该规则");
  const Row& row = rows.front();
  RuleProfile profile;
  profile.row = RuleOf(row, weights);
  profile.basis_json = row.Text("basis_json");
  profile.why_zh = row.Text("why_zh");
  profile.why_en = row.Text("why_en");
  profile.false_alarms_zh = row.Text("false_alarms_zh");
  profile.false_alarms_en = row.Text("false_alarms_en");
  profile.text = row.Text("text");
  std::string where;
  Values values{rule};
  WhereVisible(viewer, "s.", where, values);
  profile.months = TRY(MonthsOf(session, " AND s.rule = ?" + where, values));
  values.emplace_back(kTop);
  profile.institutions = TRY(
      NamedOf(session,
              "SELECT s.institution AS id, MAX(i.name) AS name" + kSums +
                  "LEFT JOIN institution i ON i.code = s.institution WHERE "
                  "s.rule = ?" +
                  where +
                  " AND s.institution <> '' GROUP BY s.institution HAVING SUM(s.findings) > 0 ORDER BY fen DESC, id "
                  "LIMIT ?",
              values));
  nlohmann::json unknowns = nlohmann::json::parse(row.Text("unknowns_json"), nullptr, false);
  if (unknowns.is_object()) {
    for (const auto& [reason, count] : unknowns.items()) {
      if (count.is_number_integer()) profile.unknowns.emplace_back(reason, count.get<int64_t>());
    }
  }
  return profile;
}

namespace {

// Months begin on a first day, so that days compare with "2025-03-01" as text.
void WhereTouches(const ledger::Months& months, std::string& where, Values& values) {
  auto first = [](const std::string& month) { return month + "-01"; };
  auto moment = [&](const std::string& month) { return MomentOf(StartOf(*ParseDate(first(month)))); };
  if (!months.from.empty()) {
    where += " AND ((c.last_day IS NOT NULL AND c.last_day >= ?) OR (c.last_day IS NULL AND c.created_at >= ?))";
    values.emplace_back(first(months.from));
    values.emplace_back(moment(months.from));
  }
  if (!months.until.empty()) {
    where += " AND ((c.first_day IS NOT NULL AND c.first_day < ?) OR (c.first_day IS NULL AND c.created_at < ?))";
    values.emplace_back(first(months.until));
    values.emplace_back(moment(months.until));
  }
}

}  // namespace

Result<Overview> ReadOverview(Session& session, const Viewer& viewer, const std::string& area,
                              const ledger::Months& months) {
  Overview overview;
  std::string clues;
  Values clue_values;
  WhereVisible(viewer, "c.", clues, clue_values);
  WhereArea(area, "c.area", clues, clue_values);
  WhereTouches(months, clues, clue_values);
  for (const Row& row : TRY(session.Query(
           "SELECT c.status, COUNT(*) AS n FROM clue c WHERE 1 = 1" + clues + " GROUP BY c.status", clue_values)))
    overview.clues.emplace_back(row.Text("status"), row.Int("n"));
  std::string where;
  Values values;
  WhereVisible(viewer, "s.", where, values);
  WhereArea(area, "s.area", where, values);
  months.Where("s.month", where, values);
  overview.trend = TRY(MonthsOf(session, where, values));
  overview.areas = TRY(NamedOf(
      session,
      "SELECT s.area AS id, s.area AS name" + kSums + "WHERE 1 = 1" + where + " GROUP BY s.area ORDER BY fen DESC, id",
      values));
  overview.severity = TRY(NamedOf(session,
                                  "SELECT s.severity AS id, s.severity AS name" + kSums + "WHERE 1 = 1" + where +
                                      " GROUP BY s.severity ORDER BY fen DESC, id",
                                  values));
  Values top = values;
  top.emplace_back(kTop);
  overview.top_rules = TRY(NamedOf(session,
                                   "SELECT s.rule AS id, MAX(r.name_zh) AS name" + kSums +
                                       "LEFT JOIN rule_info r ON r.rule = s.rule WHERE 1 = 1" + where +
                                       " GROUP BY s.rule HAVING SUM(s.findings) > 0 ORDER BY fen DESC, id LIMIT ?",
                                   top));
  overview.top_institutions =
      TRY(NamedOf(session,
                  "SELECT s.institution AS id, MAX(i.name) AS name" + kSums +
                      "LEFT JOIN institution i ON i.code = s.institution WHERE "
                      "s.institution <> ''" +
                      where + " GROUP BY s.institution HAVING SUM(s.findings) > 0 ORDER BY fen DESC, id LIMIT ?",
                  top));
  // What the rules could not judge, of the run as a whole: it is counted by rule, not by area.
  for (const Row& row : TRY(session.Query(
           "SELECT rule, name_zh, unknowns_json FROM rule_info WHERE unknowns > 0 ORDER BY unknowns DESC, rule LIMIT ?",
           {kTop}))) {
    nlohmann::json reasons = nlohmann::json::parse(row.Text("unknowns_json"), nullptr, false);
    if (!reasons.is_object()) continue;
    for (const auto& [reason, count] : reasons.items()) {
      if (count.is_number_integer())
        overview.unknowns.push_back({row.Text("rule"), row.Text("name_zh"), reason, count.get<int64_t>()});
    }
  }
  std::stable_sort(overview.unknowns.begin(), overview.unknowns.end(),
                   [](const auto& a, const auto& b) { return a.rows > b.rows; });
  return overview;
}

Result<std::vector<Hit>> Search(Session& session, const Viewer& viewer, const std::string& text) {
  std::vector<Hit> hits;
  std::string like = store::Containing(text);
  std::string where;
  Values values{like, like};
  WhereVisible(viewer, "c.", where, values);
  values.emplace_back(kHits);
  for (const Row& row : TRY(session.Query(
           "SELECT c.id, c.no, c.title FROM clue c WHERE (c.no LIKE ? ESCAPE '\\' OR c.title LIKE ? ESCAPE '\\')" +
               where + " ORDER BY c.rank DESC, c.id LIMIT ?",
           values)))
    hits.push_back({"clue", "c" + std::to_string(row.Int("id")), row.Text("title"), row.Text("no")});
  where.clear();
  values = {like, like};
  TRY(OneInstitution(viewer, where, values));
  values.emplace_back(kHits);
  for (const Row& row : TRY(session.Query(
           "SELECT i.code, i.name FROM institution i WHERE (i.name LIKE ? ESCAPE '\\' OR i.code LIKE ? ESCAPE '\\')" +
               where + " ORDER BY i.found_fen DESC, i.code LIMIT ?",
           values)))
    hits.push_back({"institution", row.Text("code"), row.Text("name"), row.Text("code")});
  for (const Row& row : TRY(session.Query("SELECT rule, name_zh, name_en FROM rule_info WHERE rule LIKE ? ESCAPE '\\' "
                                          "OR name_zh LIKE ? ESCAPE '\\' OR name_en LIKE ? "
                                          "ESCAPE '\\' ORDER BY rule LIMIT ?",
                                          {like, like, like, kHits})))
    hits.push_back({"rule", row.Text("rule"), row.Text("name_zh"), row.Text("rule")});
  return hits;
}

Result<Marks360> MarksOf(Session& session, const std::string& person, int64_t clue) {
  Marks360 marks;
  std::string where = "f.person = ? AND f.status <> 'withdrawn'";
  Values values{person};
  if (clue != 0) {
    where += " AND f.clue_id = ?";
    values.emplace_back(clue);
  }
  values.emplace_back(kMarkedMax);
  for (const Row& row : TRY(session.Query("SELECT f.id, f.rule, r.name_zh, r.name_en, f.message_zh, f.message_en, "
                                          "f.attributed_fen FROM finding f LEFT JOIN rule_info r ON "
                                          "r.rule = f.rule WHERE " +
                                              where + " ORDER BY f.attributed_fen DESC, f.id LIMIT ?",
                                          values))) {
    std::string rule = row.Text("rule");
    marks.findings.push_back({row.Int("id"), rule, row.MaybeText("name_zh").value_or(rule),
                              row.MaybeText("name_en").value_or(rule), row.Text("message_zh"), row.Text("message_en"),
                              row.Int("attributed_fen")});
  }
  for (const Row& row : TRY(session.Query("SELECT l.kind, l.row_id, l.charged, l.finding_id FROM finding_line l WHERE "
                                          "l.finding_id IN (SELECT f.id FROM finding f WHERE " +
                                              where + " ORDER BY f.attributed_fen DESC, f.id LIMIT ?)",
                                          values)))
    marks.marks.push_back({row.Text("kind"), row.Int("row_id"), row.Bool("charged"), row.Int("finding_id")});
  return marks;
}

Result<std::vector<CluePerson>> PersonsOfClue(Session& session, int64_t clue, int64_t limit) {
  std::vector<CluePerson> persons;
  for (const Row& row : TRY(session.Query("SELECT x.person, p.masked_name, x.fen FROM (SELECT f.person, "
                                          "CAST(SUM(f.attributed_fen) AS BIGINT) AS fen FROM finding f WHERE "
                                          "f.clue_id = ? AND f.person IS NOT NULL AND f.status <> 'withdrawn' GROUP BY "
                                          "f.person) x LEFT JOIN person p ON p.ref = x.person "
                                          "ORDER BY x.fen DESC, x.person LIMIT ?",
                                          {clue, limit})))
    persons.push_back({row.Text("person"), row.MaybeText("masked_name").value_or("*"), row.Int("fen")});
  return persons;
}

}  // namespace yijian::clue
