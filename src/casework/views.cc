// Cases, histories, tasks, deadlines, home. Contract in views.h.
#include "casework/views.h"

#include <algorithm>

#include "base/words.h"
#include "casework/decision_steps.h"
#include "casework/documents.h"
#include "trail/evidence.h"

namespace yijian::casework {

using nlohmann::json;
using store::Row;

json MomentOrNull(const std::optional<EpochMs>& at) { return at ? json(FormatMoment(*at)) : json(); }
json OrNull(const std::optional<std::string>& text) { return text ? json(*text) : json(); }
json OrNull(const std::optional<int64_t>& number) { return number ? json(*number) : json(); }

void Where::And(const std::string& condition, store::Values more) {
  text += " AND " + condition;
  values.insert(values.end(), more.begin(), more.end());
}

namespace {

std::vector<std::string> CaseActions(const Job& job, const CaseRow& file) {
  struct Offer {
    CaseStep step;
    const char* permission;
    bool team;
    const char* name;
  };
  static const Offer kOffers[] = {{CaseStep::kSetTeam, "case.team", false, "set_team"},
                                  {CaseStep::kRecuse, "case.team", false, "recuse"},
                                  {CaseStep::kAddTask, "case.work", true, "add_task"},
                                  {CaseStep::kIssueOpinion, "opinion.issue", true, "issue_opinion"},
                                  {CaseStep::kReview, "opinion.review", true, "review_answer"},
                                  {CaseStep::kDrawExperts, "appeal.draw", true, "draw_experts"},
                                  {CaseStep::kDraftDecision, "decision.draft", true, "draft_decision"},
                                  {CaseStep::kSubmitDecision, "decision.draft", true, "submit_decision"},
                                  {CaseStep::kDeliver, "decision.draft", true, "deliver"},
                                  {CaseStep::kExecute, "measure.execute", false, "execute"},
                                  {CaseStep::kReverse, "decision.reverse", false, "reverse"},
                                  {CaseStep::kConvert, "case.convert", false, "convert"},
                                  {CaseStep::kClose, "case.close", true, "close"}};
  std::vector<std::string> actions;
  bool recused = std::find(file.recused.begin(), file.recused.end(), job.actor.user) != file.recused.end();
  for (const auto& offer : kOffers) {
    bool allowed = !recused && !Refuse(file.state, offer.step) && job.bureau.May(job.actor, offer.permission) &&
                   (!offer.team || file.Works(job.actor.user));
    if (offer.step == CaseStep::kConvert && file.track == Track::kAdministrative) allowed = false;
    if (allowed) actions.emplace_back(offer.name);
  }
  if (IsOpen(file.state) && file.Works(job.actor.user)) actions.emplace_back("evidence");
  if (job.bureau.May(job.actor, "document.make")) actions.emplace_back("document");
  return actions;
}

// What its clues found, as of now.
constexpr const char* kCaseSelect =
    "SELECT c.*, (SELECT CAST(COALESCE(SUM(u.found_fen), 0) AS BIGINT) FROM case_clue k JOIN clue u ON u.id = "
    "k.clue_id "
    "WHERE k.case_id = c.id) AS found_fen FROM case_file c WHERE ";

Result<json> CaseBasics(Job& job, const Row& row) {
  json shown = {{"id", WireId('a', row.Int("id"))},
                {"no", row.Text("no")},
                {"title", row.Text("title")},
                {"track", row.Text("track")},
                {"state", row.Text("state")},
                {"institution", OrNull(row.MaybeText("institution"))},
                {"institution_name", row.Text("institution_name")},
                {"person", OrNull(row.MaybeText("person"))},
                {"area", row.Text("area")},
                {"found_fen", row.Int("found_fen")},
                {"confirmed_fen", row.Int("confirmed_fen")},
                {"decided_fen", row.Int("decided_fen")},
                {"recovered_fen", row.Int("recovered_fen")},
                {"opened_at", FormatMoment(row.Int("opened_at"))},
                {"handler", WireId('u', row.Int("handler"))},
                {"flow", WireId('f', row.Int("flow"))},
                {"due_at", MomentOrNull(row.MaybeInt("due_at"))},
                {"due_kind", OrNull(row.MaybeText("due_kind"))},
                {"transfer_alert_zh", OrNull(row.MaybeText("transfer_alert"))},
                {"transfer_alert_en", OrNull(row.MaybeText("transfer_alert_en"))},
                {"close_reason", OrNull(row.MaybeText("close_reason"))},
                {"closed_at", MomentOrNull(row.MaybeInt("closed_at"))},
                {"version", row.Int("version")}};
  auto exposure = row.MaybeInt("exposure");
  shown["exposure"] = exposure ? json(*exposure != 0) : json();
  shown["area_name"] = TRY(job.bureau.AreaName(job.session, row.Text("area")));
  shown["opened_by_name"] = TRY(NameOfUser(job, row.Int("opened_by")));
  shown["handler_name"] = TRY(NameOfUser(job, row.Int("handler")));
  auto missed = TRY(job.session.QueryOne(
      "SELECT id FROM case_clock WHERE case_id = ? AND (state = 'missed' OR (state = 'running' AND due_at < ?)) "
      "AND kind NOT IN ('review_request', 'lawsuit', 'appeal', 'statement', 'hearing_request') LIMIT 1",
      {row.Int("id"), job.now}));
  shown["overdue"] = IsOpen(*Parse<CaseState>(row.Text("state"))) && missed.has_value();
  return shown;
}

store::Values Twice(store::Values values) {
  size_t once = values.size();
  values.reserve(2 * once);
  for (size_t i = 0; i < once; i++) values.push_back(values[i]);
  return values;
}

const char* CaseOrder(const std::string& sort) {
  if (sort == "opened") return "c.opened_at, c.id";
  if (sort == "due") return "CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.id";
  if (sort == "-due") return "CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at DESC, c.id";
  if (sort == "found") return "found_fen, c.id";
  if (sort == "-found") return "found_fen DESC, c.id";
  if (sort == "decided") return "c.decided_fen, c.id";
  if (sort == "-decided") return "c.decided_fen DESC, c.id";
  return "c.opened_at DESC, c.id DESC";
}

Where CaseWhere(const Job& job, const CaseFilter& filter) {
  Where where;
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "c", "id", seen);
  where.And(sees, seen);
  if (filter.mine) {
    where.And("(c.handler = ? OR c.id IN (SELECT case_id FROM case_person WHERE user_id = ? AND part = 'assistant'))",
              {job.actor.user, job.actor.user});
  }
  if (!filter.states.empty()) {
    std::string marks;
    store::Values states;
    for (const auto& state : filter.states) {
      marks += marks.empty() ? "?" : ", ?";
      states.emplace_back(state);
    }
    where.And("c.state IN (" + marks + ")", states);
  }
  if (!filter.track.empty()) where.And("c.track = ?", {filter.track});
  if (!filter.institution.empty()) where.And("c.institution = ?", {filter.institution});
  if (!filter.area.empty()) {
    Actor area{.user = 1, .area = filter.area};
    store::Values below;
    std::string condition = SeesWhere(area, "c", "id", below);
    where.And(condition, below);
  }
  if (filter.overdue) {
    where.And(*filter.overdue ? "(c.due_at < ? AND c.state NOT IN ('closed', 'transferred', 'ended'))"
                              : "(c.due_at IS NULL OR c.due_at >= ? OR c.state IN ('closed', 'transferred', 'ended'))",
              {job.now});
  }
  if (!filter.text.empty()) {
    std::string like = store::Containing(filter.text);
    where.And("(c.no LIKE ? ESCAPE '\\' OR c.title LIKE ? ESCAPE '\\' OR c.institution_name LIKE ? ESCAPE '\\')",
              {like, like, like});
  }
  return where;
}

json CheckItems(const Rules& rules, const std::string& kind, const json& answers) {
  json items = json::array();
  for (const auto& item : rules.check_lists) {
    if (item.task != kind) continue;
    json shown = {{"code", item.code},         {"zh", item.zh},           {"en", item.en},
                  {"kind", item.kind},         {"choices", item.choices}, {"choices_en", item.choices_en},
                  {"required", item.required}, {"answer", nullptr},       {"note", nullptr},
                  {"evidence", json::array()}};
    for (const auto& answer : answers) {
      if (answer["code"] != item.code) continue;
      shown["answer"] = answer["answer"];
      shown["note"] = answer["note"];
      shown["evidence"] = answer["evidence"];
    }
    items.push_back(std::move(shown));
  }
  return items;
}

constexpr const char* kTaskSelect =
    "SELECT t.*, c.no AS case_no, c.title AS case_title, c.institution, c.institution_name, c.area FROM case_task t "
    "JOIN case_file c ON c.id = t.case_id ";

Result<json> TaskOf(Job& job, const Row& row) {
  json shown = {{"id", WireId('t', row.Int("id"))},
                {"no", row.Text("no")},
                {"kind", row.Text("kind")},
                {"state", row.Text("state")},
                {"case", WireId('a', row.Int("case_id"))},
                {"case_no", row.Text("case_no")},
                {"case_title", row.Text("case_title")},
                {"institution", OrNull(row.MaybeText("institution"))},
                {"institution_name", row.Text("institution_name")},
                {"assignee", WireId('u', row.Int("assignee"))},
                {"text", OrNull(row.MaybeText("text"))},
                {"due_at", FormatMoment(row.Int("due_at"))},
                {"overdue", row.Text("state") == "open" && row.Int("due_at") < job.now},
                {"conclusion", OrNull(row.MaybeText("conclusion"))},
                {"summary", OrNull(row.MaybeText("summary"))},
                {"reported_at", MomentOrNull(row.MaybeInt("reported_at"))},
                {"version", row.Int("version")}};
  shown["assignee_name"] = TRY(NameOfUser(job, row.Int("assignee")));
  shown["items"] = CheckItems(job.rules, row.Text("kind"), ParseJson(row.Text("answers_json")));
  shown["evidence"] = TRY(EvidenceViews(job, "task", WireId('t', row.Int("id"))));
  return shown;
}

Result<int64_t> Count(Job& job, const std::string& sql, const store::Values& values) {
  auto row = TRY(job.session.QueryOne("SELECT COUNT(*) AS n FROM " + sql, values));
  return row->Int("n");
}

}  // namespace

Result<json> EvidenceViews(Job& job, const std::string& kind, const std::string& id) {
  json files = json::array();
  for (const auto& file : TRY(trail::EvidenceOf(job.session, kind, id))) {
    json shown = {{"id", WireId('e', file.id)},
                  {"name", file.about.name},
                  {"sha256", file.file.sha256},
                  {"bytes", file.file.bytes},
                  {"media_type", file.file.media_type},
                  {"by_name", file.about.by_name},
                  {"at", FormatMoment(file.at)},
                  {"taken_at", MomentOrNull(file.about.taken_at)},
                  {"lat", nullptr},
                  {"lon", nullptr},
                  {"note", nullptr}};
    if (file.about.lat) shown["lat"] = *file.about.lat;
    if (file.about.lon) shown["lon"] = *file.about.lon;
    if (!file.about.note.empty()) shown["note"] = file.about.note;
    files.push_back(std::move(shown));
  }
  return files;
}

Result<json> CaseList(Job& job, const CaseFilter& filter, const Paging& paging) {
  TRY(RequirePermission(job, "case.see"));
  Where where = CaseWhere(job, filter);
  auto sums = TRY(job.session.QueryOne(
      "SELECT (SELECT COUNT(*) FROM case_file c WHERE " + where.text +
          ") AS n, (SELECT CAST(COALESCE(SUM(u.found_fen), 0) AS BIGINT) FROM case_file c JOIN case_clue k ON "
          "k.case_id = c.id JOIN clue u ON u.id = k.clue_id WHERE " +
          where.text + ") AS found",
      Twice(where.values)));
  json facets = json::object();
  for (const auto& row : TRY(job.session.Query(
           "SELECT c.state, COUNT(*) AS n FROM case_file c WHERE " + where.text + " GROUP BY c.state", where.values))) {
    facets[row.Text("state")] = row.Int("n");
  }
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           kCaseSelect + where.text + " ORDER BY " + CaseOrder(filter.sort) + " LIMIT ? OFFSET ?", values))) {
    json shown = TRY(CaseBasics(job, row));
    shown["actions"] = json::array();
    rows.push_back(std::move(shown));
  }
  return json{{"rows", std::move(rows)},
              {"total", sums->Int("n")},
              {"found_fen", sums->Int("found")},
              {"facets", std::move(facets)}};
}

Result<json> CaseView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  CaseRow file = TRY(LoadCase(job, id));
  auto row = TRY(job.session.QueryOne(kCaseSelect + std::string("c.id = ?"), {id}));
  json shown = TRY(CaseBasics(job, *row));
  shown["actions"] = CaseActions(job, file);
  shown["assistants"] = json::array();
  for (int64_t user : file.assistants) {
    auto person = TRY(job.bureau.Find(job.session, user));
    if (!person) continue;
    shown["assistants"].push_back({{"id", WireId('u', user)},
                                   {"name", person->name},
                                   {"roles", person->roles},
                                   {"area", person->area},
                                   {"open_work", 0}});
  }
  shown["recused"] = json::array();
  for (const auto& recused : TRY(job.session.Query(
           "SELECT user_id, reason, at FROM case_person WHERE case_id = ? AND part = 'recused' ORDER BY at", {id}))) {
    shown["recused"].push_back({{"user", WireId('u', recused.Int("user_id"))},
                                {"name", TRY(NameOfUser(job, recused.Int("user_id")))},
                                {"reason", recused.MaybeText("reason").value_or("")},
                                {"at", FormatMoment(recused.Int("at"))}});
  }
  shown["clues"] = json::array();
  for (const auto& clue :
       TRY(job.session.Query("SELECT u.id, u.no, u.title, u.status, u.found_fen, u.outcome FROM case_clue c JOIN clue "
                             "u ON u.id = c.clue_id WHERE c.case_id = ? ORDER BY u.id",
                             {id}))) {
    shown["clues"].push_back({{"id", WireId('c', clue.Int("id"))},
                              {"no", clue.MaybeText("no").value_or("")},
                              {"title", clue.Text("title")},
                              {"status", clue.Text("status")},
                              {"why", "same_institution"},
                              {"found_fen", clue.Int("found_fen")},
                              {"outcome", OrNull(clue.MaybeText("outcome"))}});
  }
  shown["tasks"] = json::array();
  bool of_bureau = job.actor.institution.empty();
  if (of_bureau) {
    for (const auto& task :
         TRY(job.session.Query(std::string(kTaskSelect) + "WHERE t.case_id = ? ORDER BY t.id", {id})))
      shown["tasks"].push_back(TRY(TaskOf(job, task)));
  }
  shown["opinions"] = json::array();
  for (const auto& opinion : TRY(job.session.Query("SELECT id FROM opinion WHERE case_id = ? ORDER BY id", {id}))) {
    json whole = TRY(OpinionView(job, opinion.Int("id")));
    shown["opinions"].push_back(std::move(whole));
  }
  shown["decisions"] = json::array();
  for (const auto& decision :
       TRY(job.session.Query("SELECT id, state FROM decision WHERE case_id = ? ORDER BY id", {id}))) {
    bool public_now = of_bureau || decision.Text("state") == "delivered" || decision.Text("state") == "executed" ||
                      decision.Text("state") == "reversed";
    if (public_now) shown["decisions"].push_back(TRY(DecisionView(job, decision.Int("id"))));
  }
  Where clocks;
  clocks.And("k.case_id = ?", {id});
  shown["clocks"] = TRY(ClockViews(job, clocks, "k.due_at, k.id", {1, 200}))["rows"];
  shown["documents"] = json::array();
  store::Values of_case{id};
  std::string visible = of_bureau ? "" : DocumentsVisible(job, "d", of_case);
  for (const auto& document :
       TRY(job.session.Query("SELECT d.* FROM document d WHERE d.case_id = ?" + visible + " ORDER BY d.id", of_case))) {
    shown["documents"].push_back({{"id", WireId('w', document.Int("id"))},
                                  {"no", document.Text("no")},
                                  {"kind", document.Text("kind")},
                                  {"title", document.Text("title")},
                                  {"made_at", FormatMoment(document.Int("made_at"))},
                                  {"made_by_name", TRY(NameOfUser(job, document.Int("made_by")))},
                                  {"delivered_at", MomentOrNull(document.MaybeInt("delivered_at"))},
                                  {"formats", json::array({"html", "pdf", "docx"})},
                                  {"sha256", document.Text("sha256")}});
  }
  shown["evidence"] = of_bureau ? TRY(EvidenceViews(job, "case", WireId('a', id))) : json::array();
  return shown;
}

Result<json> CaseHistory(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  TRY(LoadCase(job, id));
  if (!job.actor.institution.empty()) return NotFound("no such case", "没有此案件");  // the file is the bureau's
  json entries = json::array();
  for (const auto& row : TRY(job.session.Query("SELECT * FROM case_event WHERE case_id = ? ORDER BY id", {id}))) {
    entries.push_back({{"at", FormatMoment(row.Int("at"))},
                       {"by", WireId('u', row.Int("user_id"))},
                       {"by_name", row.Text("user_name")},
                       {"action", row.Text("action")},
                       {"text_zh", row.Text("text_zh")},
                       {"text_en", row.Text("text_en")},
                       {"note", OrNull(row.MaybeText("note"))},
                       {"link", OrNull(row.MaybeText("link"))}});
  }
  return entries;
}

Result<json> SanctionChoices(Job& job, int64_t case_id) {
  TRY(RequirePermission(job, "decision.draft"));
  CaseRow file = TRY(LoadCase(job, case_id));
  CaseSums sums = TRY(SumsOf(job, file));
  json choices = json::array();
  for (const Sanction* sanction : job.rules.sanctions.For(sums)) {
    json choice = {{"article", sanction->article},
                   {"zh", sanction->zh},
                   {"en", sanction->en},
                   {"who", sanction->against_person ? "person" : "institution"},
                   {"base_fen", sums.confirmed_fen},
                   {"measures", json::array()}};
    for (auto kind : sanction->measures) choice["measures"].push_back(Name(kind));
    choice["multiple_min"] = sanction->multiple_min ? json(FormatMultiple(*sanction->multiple_min)) : json();
    choice["multiple_max"] = sanction->multiple_max ? json(FormatMultiple(*sanction->multiple_max)) : json();
    std::optional<Fen> least =
        sanction->multiple_min ? FineOf(sums.confirmed_fen, *sanction->multiple_min) : sanction->fine_min;
    std::optional<Fen> most =
        sanction->multiple_max ? FineOf(sums.confirmed_fen, *sanction->multiple_max) : sanction->fine_max;
    choice["fine_min_fen"] = OrNull(least);
    choice["fine_max_fen"] = OrNull(most);
    choice["hearing"] = most && sanction->hearing && *most >= *sanction->hearing;
    choices.push_back(std::move(choice));
  }
  return choices;
}

Result<json> TaskList(Job& job, const TaskFilter& filter, const Paging& paging) {
  TRY(RequirePermission(job, "task.work"));
  Where where;
  if (filter.mine) {
    where.And("t.assignee = ?", {job.actor.user});
  } else {
    store::Values seen;
    std::string sees = SeesWhere(job.actor, "c", "id", seen);
    where.And(sees, seen);
  }
  if (!filter.state.empty()) where.And("t.state = ?", {filter.state});
  int64_t total = TRY(Count(job, "case_task t JOIN case_file c ON c.id = t.case_id WHERE " + where.text, where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           kTaskSelect + ("WHERE " + where.text) + " ORDER BY t.due_at, t.id LIMIT ? OFFSET ?", values)))
    rows.push_back(TRY(TaskOf(job, row)));
  return json{{"rows", std::move(rows)}, {"total", total}};
}

Result<json> TaskView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "task.work"));
  auto row = TRY(job.session.QueryOne(std::string(kTaskSelect) + "WHERE t.id = ?", {id}));
  bool seen =
      row && TRY(Sees(job, {row->Int("case_id"), row->Text("area"), row->MaybeText("institution").value_or("")}));
  if (!seen) return NotFound("no such task", "没有此核查任务");
  return TaskOf(job, *row);
}

Result<json> ClockViews(Job& job, const Where& where, const std::string& order, const Paging& paging) {
  int64_t total = TRY(Count(job, "case_clock k WHERE " + where.text, where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query("SELECT k.*, c.no AS case_no, c.institution_name FROM case_clock k LEFT "
                                               "JOIN case_file c ON c.id = k.case_id WHERE " +
                                                   where.text + " ORDER BY " + order + " LIMIT ? OFFSET ?",
                                               values))) {
    const ClockKind* kind = job.rules.clocks.Find(row.Text("kind"));
    auto case_id = row.MaybeInt("case_id");
    json shown = {{"id", WireId('k', row.Int("id"))},
                  {"kind", row.Text("kind")},
                  {"zh", kind != nullptr ? kind->zh : row.Text("kind")},
                  {"en", kind != nullptr ? kind->en : row.Text("kind")},
                  {"case", case_id ? json(WireId('a', *case_id)) : json()},
                  {"case_no", OrNull(row.MaybeText("case_no"))},
                  {"clue", nullptr},
                  {"started_at", FormatMoment(row.Int("started_at"))},
                  {"length", row.Int("length")},
                  {"unit", row.Text("unit")},
                  {"due_at", FormatMoment(row.Int("due_at"))},
                  {"left_days", DaysLeft(job.now, row.Int("due_at"))},
                  {"state", row.Text("state")},
                  {"paused_why", OrNull(row.MaybeText("paused_why"))},
                  {"escalated", row.Bool("escalated")},
                  {"basis", kind != nullptr ? kind->basis : ""}};
    auto owner = row.MaybeInt("owner");
    shown["owner_name"] = owner                       ? json(TRY(NameOfUser(job, *owner)))
                          : row.IsNull("institution") ? json()
                                                      : OrNull(row.MaybeText("institution_name"));
    rows.push_back(std::move(shown));
  }
  return json{{"rows", std::move(rows)}, {"total", total}};
}

namespace {

// What waits for this person: his own clocks, his institution's, his level's.
Where MyClocks(const Job& job) {
  Where where;
  where.And("k.state = 'running'");
  if (!job.actor.institution.empty()) {
    where.And("k.institution = ?", {job.actor.institution});
    return where;
  }
  std::string mine = "k.owner = ?";
  store::Values values = {job.actor.user};
  for (const auto& role : job.actor.roles) {
    if (!role.starts_with("approver_")) continue;
    mine += " OR k.role = ?";
    values.emplace_back(role);
  }
  if (job.actor.Is("expert")) {
    mine +=
        " OR (k.role = 'expert' AND k.object_id IN (SELECT appeal_id FROM appeal_expert WHERE user_id = ? AND voted_at "
        "IS NULL))";
    values.emplace_back(job.actor.user);
  }
  where.And("(" + mine + ")", values);
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "k", "case_id", seen);
  where.And(sees, seen);
  return where;
}

}  // namespace

Result<json> DeadlineList(Job& job, bool mine, const Paging& paging) {
  Where where;
  if (mine) {
    where = MyClocks(job);
  } else {
    TRY(RequirePermission(job, "case.see"));
    where.And("k.state = 'running'");
    store::Values seen;
    std::string sees = SeesWhere(job.actor, "k", "case_id", seen);
    where.And(sees, seen);
  }
  return ClockViews(job, where, "k.due_at, k.id", paging);
}

Result<json> HomeView(Job& job) {
  int64_t me = job.actor.user;
  json counts = json::object();
  Where mine = MyClocks(job);
  counts["overdue"] = TRY(Count(job, "case_clock k WHERE " + mine.text + " AND k.due_at < ?", [&] {
    auto v = mine.values;
    v.emplace_back(job.now);
    return v;
  }()));
  counts["due_today"] = TRY(Count(job, "case_clock k WHERE " + mine.text + " AND k.due_at >= ? AND k.due_at <= ?", [&] {
    auto v = mine.values;
    v.emplace_back(job.now);
    v.emplace_back(EndOfDayMs(job.Today()));
    return v;
  }()));
  counts["messages"] = TRY(job.bureau.Unread(job.session, me));
  if (!job.actor.institution.empty()) {
    counts["my_opinions"] =
        TRY(Count(job, "opinion WHERE institution = ? AND state = 'issued'", {job.actor.institution}));
    counts["my_appeals"] =
        TRY(Count(job, "opinion WHERE institution = ? AND state = 'reviewed'", {job.actor.institution}));
    counts["my_self_checks"] =
        TRY(Count(job, "self_check WHERE institution = ? AND state IN ('open', 'returned')", {job.actor.institution}));
  } else {
    counts["my_clues"] = TRY(Count(job, "clue WHERE assignee = ? AND status IN ('assigned', 'working')", {me}));
    counts["my_tasks"] = TRY(Count(job, "case_task WHERE assignee = ? AND state = 'open'", {me}));
    bool sees_cases = job.bureau.May(job.actor, "case.see");
    counts["my_approvals"] = sees_cases ? TRY(ApprovalList(job, "waiting", {1, 1}))["total"] : json(0);
    counts["my_appeals"] = TRY(Count(job,
                                     "appeal_expert e JOIN appeal p ON p.id = e.appeal_id WHERE e.user_id = ? AND "
                                     "e.voted_at IS NULL AND p.state = 'panel'",
                                     {me}));
    if (job.bureau.May(job.actor, "clue.read")) {
      store::Values seen;
      std::string sees = SeesWhere(job.actor, "u", "case_id", seen);
      counts["pool_clues"] = TRY(Count(job, "clue u WHERE u.status = 'new' AND u.sampled_out = 0 AND " + sees, seen));
    }
    counts["my_self_checks"] = 0;
    if (job.bureau.May(job.actor, "selfcheck.review")) {
      store::Values seen;
      std::string sees = SeesWhere(job.actor, "s", "id", seen);
      counts["my_self_checks"] = TRY(Count(job, "self_check s WHERE s.state = 'submitted' AND " + sees, seen));
    }
  }
  return json{{"counts", std::move(counts)},
              {"deadlines", TRY(ClockViews(job, mine, "k.due_at, k.id", {1, 10}))["rows"]}};
}

}  // namespace yijian::casework
