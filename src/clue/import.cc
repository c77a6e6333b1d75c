#include "clue/import.h"

#include <nlohmann/json.hpp>

#include "clue/import_book.h"
#include "ledger/report.h"
#include "trail/trail.h"

namespace yijian::clue {
namespace {

using nlohmann::json;
using store::Row;
using store::Session;

constexpr EpochMs kAliveMs = 120'000;

class Importer {
 public:
  Importer(store::Database& database, FindingSource& source, const Clock& clock, const ImportOptions& options,
           ImportMemory memory)
      : database_(database), source_(source), clock_(clock), options_(options), memory_(std::move(memory)) {}

  Result<ImportReport> Run() {
    run_ = TRY(source_.Run());
    report_.run = run_.run;
    report_.findings = run_.findings;
    TRY(Begin());
    Status done = Work();
    if (!done.has_value()) {
      // So that the next need not wait until this one counts as dead; a killed one it has to wait for.
      Status told = database_.Write([&](Session& session) -> Status {
        TRY(session.Execute("UPDATE import_run SET state = 'interrupted' WHERE id = ?", {id_}));
        return {};
      });
      if (!told.has_value()) done.error().message += " (and " + told.error().message + ")";
      return std::move(done.error());
    }
    return report_;
  }

 private:
  Status Work() {
    TRY(LoadKnown());
    TRY(source_.ForEach([&](SourceFinding finding) { return Take(std::move(finding)); }));
    TRY(Flush());
    TRY(WithdrawGone());
    TRY(CountPersons());
    return Finish();
  }

  Status Begin() {
    std::vector<SourceRule> rules = TRY(source_.Rules());
    std::vector<SourceInstitution> institutions = TRY(source_.Institutions());
    for (const SourceInstitution& one : institutions) memory_.institutions[one.code] = one;
    json info{{"lines", run_.lines},
              {"visits", run_.visits},
              {"persons", run_.persons},
              {"from", run_.from ? json(FormatDate(*run_.from)) : json()},
              {"until", run_.until ? json(FormatDate(*run_.until)) : json()}};
    std::string info_text = info.dump();
    id_ = TRY(database_.Write([&](Session& session) -> Result<int64_t> {
      TRY(session.Lock(kImportLock));
      auto alive = TRY(session.QueryOne("SELECT id FROM import_run WHERE state = 'running' AND seen_at > ?",
                                        {clock_.Now() - kAliveMs}));
      if (alive) {
        Error error = Conflict("another import is running");
        error.detail = std::make_shared<ErrorDetail>(ErrorDetail{.word = "import_running", .zh = "另一个导入正在进行"});
        return error;
      }
      TRY(session.Execute("UPDATE import_run SET state = 'interrupted' WHERE state = 'running'"));
      for (const SourceRule& rule : rules) TRY(WriteRule(session, rule));
      for (const SourceInstitution& one : institutions) {
        TRY(
            session.Execute("INSERT INTO institution (code, name, kind, level, area, visits) VALUES (?, ?, ?, ?, ?, ?) "
                            "ON CONFLICT (code) DO UPDATE "
                            "SET name = excluded.name, kind = excluded.kind, level = excluded.level, area = "
                            "excluded.area, visits = excluded.visits",
                            {one.code, one.name, one.kind, store::Maybe(one.level), one.area, one.visits}));
      }
      return session.Insert(
          "INSERT INTO import_run (run, state, started_at, seen_at, all_findings, info_json) VALUES (?, 'running', ?, "
          "?, ?, ?) "
          "RETURNING id",
          {run_.run, clock_.Now(), clock_.Now(), run_.findings, info_text});
    }));
    return {};
  }

  Status WriteRule(Session& session, const SourceRule& rule) {
    int64_t unknowns = 0;
    for (const auto& [reason, rows] : rule.unknowns) unknowns += rows;
    TRY(session.Execute(
        "INSERT INTO rule_info (rule, version, name_zh, name_en, class, severity, matter, official, basis_json, "
        "why_zh, why_en, false_alarms_zh, "
        "false_alarms_en, text, unknowns_json, unknowns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
        "CONFLICT (rule) DO UPDATE SET "
        "version = excluded.version, name_zh = excluded.name_zh, name_en = excluded.name_en, class = excluded.class, "
        "severity = excluded.severity, "
        "matter = excluded.matter, official = excluded.official, basis_json = excluded.basis_json, why_zh = "
        "excluded.why_zh, why_en = "
        "excluded.why_en, false_alarms_zh = excluded.false_alarms_zh, false_alarms_en = excluded.false_alarms_en, text "
        "= excluded.text, "
        "unknowns_json = excluded.unknowns_json, unknowns = excluded.unknowns",
        {rule.rule, int64_t{rule.version}, rule.name_zh, rule.name_en, rule.rule_class, rule.severity,
         memory_.matters.OfRule(rule.rule).code, store::TextOrNull(rule.official), json(rule.basis).dump(), rule.why_zh,
         rule.why_en, rule.false_alarms_zh, rule.false_alarms_en, rule.text, json(rule.unknowns).dump(), unknowns}));
    return {};
  }

  Status LoadKnown() {
    memory_.known.reserve(static_cast<size_t>(run_.findings));
    return database_.Read([&](Session& session) -> Status {
      TRY(session.ForEach(
          "SELECT finding_key, id, attributed_fen, status FROM finding WHERE finding_key IS NOT NULL", {},
          [&](const Row& row) -> Status {
            auto key = static_cast<uint64_t>(row.Int("finding_key"));
            memory_.known[key] = {row.Int("id"), row.Int("attributed_fen"), row.Text("status") == "withdrawn", false};
            return {};
          }));
      return session.ForEach("SELECT ref FROM person", {}, [&](const Row& row) -> Status {
        memory_.persons.insert(row.Text("ref"));
        return {};
      });
    });
  }

  Status Take(SourceFinding finding) {
    taken_++;
    auto known = memory_.known.find(finding.key);
    if (known == memory_.known.end()) {
      batch_.added.push_back(std::move(finding));
    } else {
      known->second.seen = true;
      if (known->second.withdrawn) {
        batch_.added.push_back(std::move(finding));
      } else if (known->second.attributed != finding.attributed) {
        batch_.changed.push_back(std::move(finding));
      } else {
        report_.same++;
      }
    }
    if (batch_.added.size() + batch_.changed.size() >= options_.batch) TRY(Flush());
    if (options_.progress && taken_ % 10'000 == 0) options_.progress(taken_, run_.findings);
    return {};
  }

  Status Flush() {
    if (batch_.added.empty() && batch_.changed.empty()) return {};
    BatchOutcome outcome = TRY(database_.Write([&](Session& session) -> Result<BatchOutcome> {
      BatchOutcome written = TRY(WriteBatch(session, memory_, batch_, clock_.Now()));
      TRY(Progress(session, written));
      return written;
    }));
    for (const SourceFinding& finding : batch_.added) {
      Known& known = memory_.known[finding.key];
      if (auto id = outcome.ids.find(finding.key); id != outcome.ids.end()) known.id = id->second;
      known.attributed = finding.attributed;
      known.withdrawn = false;
      known.seen = true;
    }
    for (const auto& [key, fen] : outcome.attributed) memory_.known[key].attributed = fen;
    memory_.persons.merge(outcome.persons);
    memory_.places.merge(outcome.places);
    Count(outcome);
    batch_ = {};
    return {};
  }

  Status Progress(Session& session, const BatchOutcome& outcome) {
    TRY(
        session.Execute("UPDATE import_run SET seen_at = ?, done_findings = ?, added = added + ?, changed = changed + "
                        "?, withdrawn = withdrawn + ?, "
                        "kept = kept + ? WHERE id = ?",
                        {clock_.Now(), taken_, outcome.added, outcome.changed, outcome.withdrawn, outcome.kept, id_}));
    return {};
  }

  void Count(const BatchOutcome& outcome) {
    report_.added += outcome.added;
    report_.returned += outcome.returned;
    report_.changed += outcome.changed;
    report_.withdrawn += outcome.withdrawn;
    report_.kept += outcome.kept;
    report_.clues_opened += outcome.clues_opened;
  }

  // Only what this run looked for can be gone.
  Status WithdrawGone() {
    std::vector<int64_t> gone;
    for (const auto& [key, known] : memory_.known) {
      if (!known.seen && !known.withdrawn) gone.push_back(known.id);
    }
    std::sort(gone.begin(), gone.end());
    std::set<std::string> rules(run_.rules.begin(), run_.rules.end());
    constexpr size_t kBatch = 400;
    for (size_t at = 0; at < gone.size(); at += kBatch) {
      std::vector<int64_t> some(gone.begin() + static_cast<std::ptrdiff_t>(at),
                                gone.begin() + static_cast<std::ptrdiff_t>(std::min(gone.size(), at + kBatch)));
      BatchOutcome outcome = TRY(database_.Write([&](Session& session) -> Result<BatchOutcome> {
        std::vector<int64_t> covered = TRY(Covered(session, some, rules));
        BatchOutcome written = TRY(WithdrawBatch(session, memory_, covered, clock_.Now()));
        TRY(Progress(session, written));
        return written;
      }));
      Count(outcome);
    }
    return {};
  }

  Result<std::vector<int64_t>> Covered(Session& session, const std::vector<int64_t>& ids,
                                       const std::set<std::string>& rules) {
    std::vector<int64_t> covered;
    for (int64_t id : ids) {
      auto row = TRY(session.QueryOne("SELECT rule, institution, at FROM finding WHERE id = ?", {id}));
      if (!row) continue;
      if (!rules.empty() && !rules.contains(row->Text("rule"))) continue;
      if (!run_.institution.empty() && row->MaybeText("institution").value_or("") != run_.institution) continue;
      auto at = row->MaybeInt("at");
      if ((run_.from || run_.until) && !at) continue;
      if (run_.from && *at < MomentOf(StartOf(*run_.from))) continue;
      if (run_.until && *at >= MomentOf(StartOf(*run_.until))) continue;
      covered.push_back(id);
    }
    return covered;
  }

  Status CountPersons() {
    if (report_.added + report_.withdrawn == 0) return {};
    return database_.Write([&](Session& session) -> Status {
      TRY(
          session.Execute("UPDATE clue SET persons = x.n FROM (SELECT clue_id, COUNT(DISTINCT person) AS n FROM "
                          "finding WHERE status <> 'withdrawn' "
                          "GROUP BY clue_id) x WHERE x.clue_id = clue.id AND clue.persons <> x.n"));
      return {};
    });
  }

  Status Finish() {
    return database_.Write([&](Session& session) -> Status {
      TRY(session.Execute(
          "UPDATE import_run SET state = 'done', finished_at = ?, seen_at = ?, done_findings = ? WHERE id = ?",
          {clock_.Now(), clock_.Now(), taken_, id_}));
      json details{{"findings", report_.findings},
                   {"added", report_.added},
                   {"withdrawn", report_.withdrawn},
                   {"changed", report_.changed}};
      TRY(trail::Append(session,
                        {.user_name = "审计导入",
                         .action = "clue.import",
                         .object_kind = "run",
                         .object_id = run_.run,
                         .details = details.dump()},
                        clock_.Now()));
      return {};
    });
  }

  static constexpr int64_t kImportLock = 0x696d706f7274;  // "import"

  store::Database& database_;
  FindingSource& source_;
  const Clock& clock_;
  const ImportOptions& options_;
  ImportMemory memory_;
  SourceRun run_;
  int64_t id_ = 0;
  int64_t taken_ = 0;
  Batch batch_;
  ImportReport report_;
};

}  // namespace

Result<ImportReport> ImportRun(store::Database& database, FindingSource& source, const Matters& matters,
                               const RankWeights& weights, const Clock& clock, const ImportOptions& options) {
  PersonKey key = TRY(database.Write([](Session& session) { return PersonKey::OfStore(session); }));
  ImportMemory memory{.matters = matters,
                      .weights = weights,
                      .key = std::move(key),
                      .institutions = {},
                      .known = {},
                      .persons = {},
                      .places = {}};
  return Importer(database, source, clock, options, std::move(memory)).Run();
}

Result<std::optional<ImportState>> LastImport(Session& session) {
  auto row = TRY(session.QueryOne("SELECT * FROM import_run ORDER BY id DESC LIMIT 1"));
  if (!row) return std::optional<ImportState>();
  return std::optional<ImportState>(ImportState{.run = row->Text("run"),
                                                .done = row->Text("state") == "done",
                                                .started_at = row->Int("started_at"),
                                                .finished_at = row->MaybeInt("finished_at"),
                                                .findings = row->Int("all_findings"),
                                                .done_findings = row->Int("done_findings"),
                                                .info_json = row->Text("info_json")});
}

Result<std::vector<std::string>> VerifyFindings(Session& session) {
  std::vector<std::string> problems;
  const char* differ =
      "SELECT l.id FROM finding_line l JOIN finding f ON f.id = l.finding_id LEFT JOIN ledger_line b ON b.line_id = "
      "l.id WHERE l.charged = 1 AND "
      "COALESCE(b.identified + b.refuted + b.confirmed + b.decided + b.recovered + b.written_off, -1) <> CASE WHEN "
      "f.status = 'withdrawn' THEN 0 "
      "ELSE l.attributed_fen END LIMIT 20";
  for (const Row& row : TRY(session.Query(differ)))
    problems.push_back("line " + std::to_string(row.Int("id")) +
                       ": the ledger holds another sum than its finding attributes");
  for (const Row& row : TRY(session.Query("SELECT b.line_id FROM ledger_line b LEFT JOIN finding_line l ON l.id = "
                                          "b.line_id WHERE l.id IS NULL LIMIT 20")))
    problems.push_back("ledger line " + std::to_string(row.Int("line_id")) + " belongs to no finding");
  const char* sums =
      "SELECT f.id FROM finding f LEFT JOIN (SELECT finding_id, CAST(SUM(attributed_fen) AS BIGINT) AS fen FROM "
      "finding_line GROUP BY finding_id) l ON "
      "l.finding_id = f.id WHERE COALESCE(l.fen, 0) <> f.attributed_fen LIMIT 20";
  for (const Row& row : TRY(session.Query(sums)))
    problems.push_back("finding " + std::to_string(row.Int("id")) + " is not the sum of its lines");
  const char* clues =
      "SELECT c.id FROM clue c LEFT JOIN (SELECT clue_id, COUNT(*) AS n, CAST(SUM(attributed_fen) AS BIGINT) AS fen, "
      "CAST(SUM(CASE WHEN verdict = "
      "'undecided' THEN 1 ELSE 0 END) AS BIGINT) AS undecided FROM finding WHERE status <> 'withdrawn' GROUP BY "
      "clue_id) f ON f.clue_id = c.id WHERE "
      "COALESCE(f.n, 0) <> c.findings OR COALESCE(f.fen, 0) <> c.found_fen OR COALESCE(f.undecided, 0) <> c.undecided "
      "LIMIT 20";
  for (const Row& row : TRY(session.Query(clues)))
    problems.push_back("clue " + std::to_string(row.Int("id")) + " counts other findings than it has");
  auto all = TRY(session.QueryOne(
      "SELECT (SELECT CAST(COALESCE(SUM(found_fen), 0) AS BIGINT) FROM finding_sum) - (SELECT CAST(COALESCE(SUM("
      "attributed_fen), 0) AS BIGINT) FROM finding WHERE status <> 'withdrawn') AS difference"));
  if (all && all->Int("difference") != 0)
    problems.push_back("the sums by month differ from the findings by " + std::to_string(all->Int("difference")) +
                       " fen");
  return problems;
}

Result<Fen> AttributedSum(Session& session, const std::vector<std::string>& areas, const ledger::Months& months) {
  std::string where = " WHERE 1 = 1";
  store::Values values;
  for (const std::string& area : areas) {
    std::string prefix = ledger::AreaPrefix(area);
    if (prefix.empty()) continue;
    std::string after = prefix;
    after.back()++;
    where += " AND area >= ? AND area < ?";
    values.emplace_back(prefix);
    values.emplace_back(after);
  }
  months.Where("month", where, values);
  auto row = TRY(
      session.QueryOne("SELECT CAST(COALESCE(SUM(found_fen), 0) AS BIGINT) AS fen FROM finding_sum" + where, values));
  return row->Int("fen");
}

}  // namespace yijian::clue
