#include <algorithm>

#include "clue/desk.h"
#include "clue/import_book.h"

namespace yijian::clue {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

// Counting a large queue costs more than showing a page of it, and nobody sees whether it says 81,204 or 81,207.
constexpr EpochMs kTotalsMs = 5'000;
constexpr int64_t kTotalsFrom = 2'000;
constexpr size_t kTotalsMax = 500;
constexpr int64_t kRelatedMax = 50;

std::string KeyOf(const std::string& where, const Values& values) {
  std::string key = where;
  for (const store::Value& value : values) {
    key += '\x1f';
    if (const auto* number = std::get_if<int64_t>(&value)) key += std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) key += *text;
  }
  return key;
}

RelatedClue RelatedOf(const Row& row, std::string why) {
  return {.id = row.Int("id"),
          .no = row.Text("no"),
          .title = row.Text("title"),
          .status = row.Text("status"),
          .why = std::move(why),
          .found = row.Int("found_fen"),
          .outcome = row.MaybeText("outcome")};
}

std::optional<std::string> AccountOfLine(const Row& row) {
  if (row.IsNull("identified")) return {};
  std::optional<std::string> most;
  int64_t fen = 0;
  for (ledger::Account account : ledger::kLineAccounts) {
    int64_t here = row.Int(ledger::NameOf(account));
    if (here > fen) most = ledger::NameOf(account);
    fen = std::max(fen, here);
  }
  return most;
}

SuspectLine LineOf(const Row& row) {
  SuspectLine line;
  line.id = row.Int("id");
  line.kind = row.Text("kind");
  line.row_id = row.Int("row_id");
  line.charged = row.Bool("charged");
  line.no = row.MaybeText("no");
  line.feedetl_sn = row.MaybeText("feedetl_sn");
  line.item_code = row.MaybeText("item_code");
  line.item_name = row.MaybeText("item_name");
  line.at = row.MaybeInt("at");
  line.cnt = row.MaybeText("cnt");
  line.pric = row.MaybeText("pric");
  line.amount = row.MaybeInt("amount_fen");
  line.doctor = row.MaybeText("doctor");
  line.department = row.MaybeText("department");
  line.verdict = row.Text("verdict");
  line.account = AccountOfLine(row);
  line.found = row.Int("found_fen");
  line.attributed = row.Int("attributed_fen");
  line.chk = row.MaybeInt("chk_fen");
  line.cnfm = row.MaybeInt("cnfm_fen");
  line.det = row.MaybeInt("det_fen");
  return line;
}

Suspect SuspectOf(const Row& row) {
  Suspect suspect;
  suspect.id = row.Int("id");
  suspect.doc = row.MaybeText("doc");
  suspect.rule = row.Text("rule");
  suspect.rule_name_zh = row.MaybeText("name_zh").value_or(suspect.rule);
  suspect.rule_name_en = row.MaybeText("name_en").value_or(suspect.rule);
  suspect.rule_version = row.Int("rule_version");
  suspect.official = row.MaybeText("official");
  suspect.severity = row.Text("severity");
  suspect.message_zh = row.Text("message_zh");
  suspect.message_en = row.Text("message_en");
  suspect.facts_json = row.Text("facts");
  suspect.person = row.MaybeText("person");
  suspect.person_name = row.MaybeText("masked_name").value_or("");
  suspect.institution = row.MaybeText("institution");
  suspect.at = row.MaybeInt("at");
  suspect.verdict = row.Text("verdict");
  suspect.verdict_by = row.MaybeText("verdict_by");
  suspect.verdict_note = row.MaybeText("verdict_note");
  suspect.status = row.Text("status") == "withdrawn" ? "withdrawn" : "live";
  suspect.found = row.Int("found_fen");
  suspect.attributed = row.Int("attributed_fen");
  suspect.fund = row.MaybeInt("fund_fen");
  suspect.chk = row.MaybeInt("chk_fen");
  return suspect;
}

std::optional<Fen> Plus(std::optional<Fen> sum, std::optional<Fen> more) {
  if (!more) return sum;
  return sum.value_or(0) + *more;
}

Status FillLines(Session& session, std::vector<Suspect>& suspects) {
  if (suspects.empty()) return {};
  Values ids;
  std::map<int64_t, Suspect*> by_id;
  for (Suspect& suspect : suspects) {
    ids.emplace_back(suspect.id);
    by_id[suspect.id] = &suspect;
  }
  Rows rows =
      TRY(session.Query("SELECT l.*, b.identified, b.refuted, b.confirmed, b.decided, b.recovered, b.written_off FROM "
                        "finding_line l LEFT JOIN "
                        "ledger_line b ON b.line_id = l.id WHERE l.finding_id IN " +
                            Marks(ids.size()) + " ORDER BY l.id",
                        ids));
  for (const Row& row : rows) {
    Suspect& suspect = *by_id[row.Int("finding_id")];
    suspect.lines.push_back(LineOf(row));
    suspect.cnfm = Plus(suspect.cnfm, suspect.lines.back().cnfm);
    suspect.det = Plus(suspect.det, suspect.lines.back().det);
  }
  return {};
}

const char* SuspectOrder(const std::string& sort) {
  if (sort == "found") return " ORDER BY f.attributed_fen, f.id";
  if (sort == "at") return " ORDER BY f.at, f.id";
  if (sort == "-at") return " ORDER BY f.at DESC, f.id DESC";
  if (sort == "rule") return " ORDER BY f.rule, f.id";
  return " ORDER BY f.attributed_fen DESC, f.id DESC";
}

}  // namespace

Result<CluePage> Desk::TotalsOf(Session& session, const std::string& where, const Values& values) {
  std::string key = KeyOf(where, values);
  {
    std::lock_guard lock(mutex_);
    auto found = totals_.find(key);
    if (found != totals_.end()) {
      if (clock_.Now() - found->second.at < kTotalsMs) return found->second.page;
      // One counts anew; the others go on with what was counted before, for as long again at most.
      if (clock_.Now() - found->second.at < 2 * kTotalsMs && found->second.counting) return found->second.page;
      found->second.counting = true;
    }
  }
  CluePage page;
  Rows rows = TRY(session.Query(
      "SELECT c.status, c.severity, COUNT(*) AS n, CAST(SUM(c.found_fen) AS BIGINT) AS fen FROM clue c WHERE 1 = 1" +
          where + " GROUP BY c.status, c.severity",
      values));
  for (const Row& row : rows) {
    page.total += row.Int("n");
    page.found += row.Int("fen");
    page.facets["status"][row.Text("status")] += row.Int("n");
    page.facets["severity"][row.Text("severity")] += row.Int("n");
  }
  if (page.total >= kTotalsFrom) {
    std::lock_guard lock(mutex_);
    if (totals_.size() >= kTotalsMax) totals_.clear();
    totals_[key] = {clock_.Now(), page, false};
  }
  return page;
}

Status Desk::FillRules(Session& session, std::vector<Clue>& clues) {
  if (clues.empty()) return {};
  Values ids;
  std::map<int64_t, Clue*> by_id;
  for (Clue& clue : clues) {
    ids.emplace_back(clue.id);
    by_id[clue.id] = &clue;
  }
  Rows rows = TRY(session.Query(
      "SELECT c.clue_id, c.rule, c.severity, c.findings, c.found_fen, r.name_zh, r.name_en, r.basis_json, r.confirmed, "
      "r.refuted, "
      "r.coding FROM clue_rule c LEFT JOIN rule_info r ON r.rule = c.rule WHERE c.findings > 0 AND c.clue_id IN " +
          Marks(ids.size()) + " ORDER BY c.clue_id, c.found_fen DESC, c.rule",
      ids));
  RankWeights weights = TRY(Weights(session));
  for (const Row& row : rows) {
    std::string rule = row.Text("rule");
    RuleVerdicts verdicts{row.MaybeInt("confirmed").value_or(0), row.MaybeInt("refuted").value_or(0),
                          row.MaybeInt("coding").value_or(0)};
    by_id[row.Int("clue_id")]->rules.push_back({.rule = rule,
                                                .name_zh = row.MaybeText("name_zh").value_or(rule),
                                                .name_en = row.MaybeText("name_en").value_or(rule),
                                                .findings = row.Int("findings"),
                                                .found = row.Int("found_fen"),
                                                .precision = PrecisionOf(verdicts, weights.Of(row.Text("severity"))),
                                                .basis_json = row.MaybeText("basis_json").value_or("[]")});
  }
  return {};
}

Result<CluePage> Desk::List(const Viewer& viewer, const ClueFilter& filter, const std::string& sort, Paging paging) {
  EpochMs now = clock_.Now();
  std::string order = TRY(OrderBy(sort.empty() ? "-rank" : sort));
  return database_.Read([&](Session& session) -> Result<CluePage> {
    std::string where;
    Values values;
    WhereFilter(session.dialect(), filter, viewer, now, where, values);
    CluePage page = TRY(TotalsOf(session, where, values));
    values.emplace_back(paging.limit);
    values.emplace_back(paging.offset);
    for (const Row& row :
         TRY(session.Query("SELECT c.* FROM clue c WHERE 1 = 1" + where + order + " LIMIT ? OFFSET ?", values))) {
      page.rows.push_back(ClueOf(row, matters_, now));
      page.rows.back().actions = ActionsOf(page.rows.back(), viewer);
    }
    TRY(FillRules(session, page.rows));
    return page;
  });
}

Result<Clue> Desk::Load(Session& session, const Viewer& viewer, int64_t id) {
  std::string where;
  Values values{id};
  WhereVisible(viewer, "c.", where, values);
  auto row = TRY(session.QueryOne("SELECT c.* FROM clue c WHERE c.id = ?" + where, values));
  if (!row) return NoSuchClue();
  std::vector<Clue> one{ClueOf(*row, matters_, clock_.Now())};
  TRY(FillRules(session, one));
  Clue clue = std::move(one.front());
  clue.actions = ActionsOf(clue, viewer);
  for (const Row& merged : TRY(session.Query("SELECT id FROM clue WHERE merged_into = ? ORDER BY id", {id})))
    clue.merged.push_back(merged.Int("id"));
  auto related =
      TRY(session.QueryOne("SELECT COUNT(*) AS n FROM clue WHERE subject = ? AND subject_kind = ? AND id <> ?",
                           {clue.subject, clue.subject_kind, id}));
  clue.related = related->Int("n");
  return clue;
}

Result<Clue> Desk::Get(const Viewer& viewer, int64_t id) {
  return database_.Read([&](Session& session) { return Load(session, viewer, id); });
}

Result<SuspectPage> Desk::SuspectsWhere(Session& session, std::string where, Values values, const SuspectFilter& filter,
                                        const std::string& sort, Paging paging) {
  auto equals = [&](const char* condition, const std::string& value) {
    if (value.empty()) return;
    where += condition;
    values.emplace_back(value);
  };
  equals(" AND f.rule = ?", filter.rule);
  equals(" AND f.verdict = ?", filter.verdict);
  equals(" AND f.person = ?", filter.person);
  if (!filter.text.empty()) {
    std::string like = store::Containing(filter.text);
    where += " AND (f.message_zh LIKE ? ESCAPE '\\' OR f.message_en LIKE ? ESCAPE '\\' OR f.doc LIKE ? ESCAPE '\\')";
    values.insert(values.end(), {like, like, like});
  }
  SuspectPage page;
  auto total = TRY(session.QueryOne("SELECT COUNT(*) AS n FROM finding f WHERE " + where, values));
  page.total = total->Int("n");
  values.emplace_back(paging.limit);
  values.emplace_back(paging.offset);
  Rows rows =
      TRY(session.Query("SELECT f.*, r.name_zh, r.name_en, r.official, p.masked_name FROM finding f LEFT JOIN "
                        "rule_info r ON r.rule = f.rule LEFT JOIN "
                        "person p ON p.ref = f.person WHERE " +
                            where + SuspectOrder(sort) + " LIMIT ? OFFSET ?",
                        values));
  for (const Row& row : rows) page.rows.push_back(SuspectOf(row));
  TRY(FillLines(session, page.rows));
  return page;
}

Result<SuspectPage> Desk::Suspects(const Viewer& viewer, int64_t id, const SuspectFilter& filter,
                                   const std::string& sort, Paging paging) {
  return database_.Read([&](Session& session) -> Result<SuspectPage> {
    TRY(Load(session, viewer, id));
    return SuspectsWhere(session, "f.clue_id = ?", {id}, filter, sort, paging);
  });
}

Result<SuspectPage> Desk::SuspectsOfCase(int64_t case_id, const SuspectFilter& filter, Paging paging) {
  return database_.Read([&](Session& session) {
    return SuspectsWhere(session, "f.clue_id IN (SELECT id FROM clue WHERE case_id = ?)", {case_id}, filter, "",
                         paging);
  });
}

Result<std::vector<RelatedClue>> Desk::Related(const Viewer& viewer, int64_t id) {
  return database_.Read([&](Session& session) -> Result<std::vector<RelatedClue>> {
    Clue clue = TRY(Load(session, viewer, id));
    auto links = TRY(session.QueryOne("SELECT earlier, split_from FROM clue WHERE id = ?", {id}));
    std::vector<RelatedClue> related;
    std::map<int64_t, bool> seen{{id, true}};
    auto take = [&](const std::string& condition, Values values, const char* why) -> Status {
      std::string where;
      WhereVisible(viewer, "c.", where, values);
      values.emplace_back(kRelatedMax);
      Rows rows = TRY(
          session.Query("SELECT c.* FROM clue c WHERE " + condition + where + " ORDER BY c.id DESC LIMIT ?", values));
      for (const Row& row : rows) {
        if (seen.emplace(row.Int("id"), true).second) related.push_back(RelatedOf(row, why));
      }
      return {};
    };
    TRY(take("c.id = ?", {links->MaybeInt("earlier").value_or(0)}, "earlier"));
    TRY(take("(c.id = ? OR c.split_from = ?)", {links->MaybeInt("split_from").value_or(0), id}, "split"));
    TRY(take("(c.merged_into = ? OR c.id = ?)", {id, clue.merged_into.value_or(0)}, "merged"));
    TRY(take("c.subject = ? AND c.subject_kind = ?", {clue.subject, clue.subject_kind}, "same_subject"));
    TRY(
        take("c.id IN (SELECT o.clue_id FROM finding o WHERE o.person IN (SELECT f.person FROM finding f WHERE "
             "f.clue_id = ? AND f.person IS NOT NULL LIMIT "
             "200))",
             {id}, "same_persons"));
    if (clue.institution) TRY(take("c.institution = ?", {*clue.institution}, "same_institution"));
    return related;
  });
}

Result<std::vector<RelatedClue>> Desk::Before(const Viewer& viewer, const std::string& institution,
                                              const std::string& subject_kind, const std::string& subject,
                                              const std::string& matter) {
  return database_.Read([&](Session& session) -> Result<std::vector<RelatedClue>> {
    std::vector<RelatedClue> related;
    std::map<int64_t, bool> seen;
    auto take = [&](const std::string& condition, Values values, const char* why) -> Status {
      std::string where;
      WhereVisible(viewer, "c.", where, values);
      values.emplace_back(kRelatedMax);
      for (const Row& row : TRY(session.Query(
               "SELECT c.* FROM clue c WHERE " + condition + where + " ORDER BY c.id DESC LIMIT ?", values))) {
        if (seen.emplace(row.Int("id"), true).second) related.push_back(RelatedOf(row, why));
      }
      return {};
    };
    if (!subject.empty()) TRY(take("c.subject = ? AND c.subject_kind = ?", {subject, subject_kind}, "same_subject"));
    if (!institution.empty() && !matter.empty())
      TRY(take("c.institution = ? AND c.matter = ?", {institution, matter}, "earlier"));
    if (!institution.empty()) TRY(take("c.institution = ?", {institution}, "same_institution"));
    return related;
  });
}

Result<std::vector<HistoryEntry>> Desk::History(const Viewer& viewer, int64_t id) {
  return database_.Read([&](Session& session) -> Result<std::vector<HistoryEntry>> {
    TRY(Load(session, viewer, id));
    std::vector<HistoryEntry> history;
    for (const Row& row : TRY(session.Query("SELECT * FROM clue_event WHERE clue_id = ? ORDER BY id", {id}))) {
      history.push_back({row.Int("at"), row.Int("user_id"), row.Text("user_name"), row.Text("action"),
                         row.Text("text_zh"), row.Text("text_en"), row.MaybeText("note")});
    }
    return history;
  });
}

}  // namespace yijian::clue
