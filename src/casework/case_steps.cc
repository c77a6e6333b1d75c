#include "casework/case_steps.h"

#include <algorithm>
#include <set>

#include "base/words.h"
#include "casework/clock_book.h"

namespace yijian::casework {
namespace {

using store::TextOrNull;

// All clues of one matter of one subject's house: the same institution, or the same person where there is none.
std::optional<FieldProblem> DifferentSubjects(const std::vector<ClueHead>& clues) {
  for (size_t i = 1; i < clues.size(); i++) {
    bool same = clues[i].institution == clues[0].institution &&
                (!clues[0].institution.empty() || clues[i].subject == clues[0].subject);
    if (!same)
      return FieldProblem{"/clues/" + std::to_string(i), "a clue of the same institution (or person) as the first",
                          "与第一条线索同一机构（或个人）的线索"};
  }
  return std::nullopt;
}

Result<std::vector<ClueHead>> LoadClues(Job& job, const std::vector<int64_t>& ids) {
  std::vector<ClueHead> clues;
  std::set<int64_t> seen;
  for (size_t i = 0; i < ids.size(); i++) {
    std::string at = "/clues/" + std::to_string(i);
    if (!seen.insert(ids[i]).second) return FieldErrors({{at, "each clue once", "线索各一次"}});
    auto clue = TRY(FindClue(job, ids[i]));
    bool seen_by_me = clue && TRY(Sees(job, {0, clue->area, clue->institution}));
    if (!seen_by_me) return FieldErrors({{at, "a clue", "一条线索"}});
    if (clue->status != "new" && clue->status != "assigned" && clue->status != "working" && clue->status != "snoozed") {
      return ErrorOf({"clue_not_open", "线索" + clue->no + "处于“" + clue->status + "”状态,不能立案",
                      "clue " + clue->no + " is '" + clue->status + "': no case can be opened from it"});
    }
    clues.push_back(std::move(*clue));
  }
  return clues;
}

// A person on the team: he must be there, of the bureau, and not recused.
Status CheckMember(Job& job, const CaseRow& file, int64_t user, const std::string& field) {
  auto person = TRY(job.bureau.Find(job.session, user));
  bool works_cases = person && person->institution.empty() &&
                     std::any_of(person->roles.begin(), person->roles.end(), [](const auto& role) {
                       return role == "auditor" || role == "inspector" || role == "representative";
                     });
  if (!works_cases)
    return FieldErrors({{field, "an auditor, inspector or representative", "审核员、稽核员或驻院代表"}});
  if (std::find(file.recused.begin(), file.recused.end(), user) != file.recused.end()) {
    return ErrorOf({"recused", person->name + "已回避本案", person->name + " is recused from this case"});
  }
  return {};
}

std::vector<CheckItem> ItemsOf(const Rules& rules, const std::string& kind) {
  std::vector<CheckItem> items;
  for (const auto& item : rules.check_lists) {
    if (item.task == kind) items.push_back(item);
  }
  return items;
}

std::string TextOf(const std::vector<CheckAnswer>& answers) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& answer : answers) {
    nlohmann::json entry = {{"code", answer.code}, {"evidence", answer.evidence}};
    entry["answer"] = answer.answer ? nlohmann::json(*answer.answer) : nlohmann::json();
    entry["note"] = answer.note ? nlohmann::json(*answer.note) : nlohmann::json();
    list.push_back(std::move(entry));
  }
  return list.dump();
}

// What must have happened before a case may end with this reason.
Result<std::optional<Refusal>> RefuseReason(Job& job, int64_t case_id, const CloseInput& input) {
  struct Sums {
    int64_t open_decisions, executed, without_penalty, receipted, delivered;
  };
  auto row = TRY(job.session.QueryOne(
      "SELECT CAST(COALESCE(SUM(CASE WHEN state IN ('approving', 'in_force', 'delivered') THEN 1 ELSE 0 END), 0) AS "
      "BIGINT) AS open_ones, "
      "CAST(COALESCE(SUM(CASE WHEN state = 'executed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS executed, "
      "CAST(COALESCE(SUM(CASE WHEN state IN ('delivered', 'executed') THEN 1 ELSE 0 END), 0) AS BIGINT) AS delivered "
      "FROM decision WHERE case_id = ?",
      {case_id}));
  auto kinds =
      TRY(job.session.QueryOne("SELECT CAST(COALESCE(SUM(CASE WHEN m.kind = 'no_violation' THEN 1 ELSE 0 END), 0) AS "
                               "BIGINT) AS without_penalty, "
                               "CAST(COALESCE(SUM(CASE WHEN m.kind = 'transfer' AND m.state = 'done' THEN 1 ELSE 0 "
                               "END), 0) AS BIGINT) AS receipted "
                               "FROM measure m JOIN decision d ON d.id = m.decision_id WHERE m.case_id = ? AND d.state "
                               "IN ('delivered', 'executed')",
                               {case_id}));
  Sums sums{row->Int("open_ones"), row->Int("executed"), kinds->Int("without_penalty"), kinds->Int("receipted"),
            row->Int("delivered")};
  if (input.reason == "executed" && (sums.open_decisions > 0 || sums.executed == 0)) {
    return std::optional(Refusal{"not_executed", "处理决定尚未全部执行", "the decision is not executed in full"});
  }
  if (input.reason == "no_penalty" && (sums.open_decisions > 0 || sums.without_penalty == 0)) {
    return std::optional(
        Refusal{"no_such_decision", "没有已送达的“不构成违规”决定", "no decision 'no violation' has been delivered"});
  }
  if (input.reason == "transferred" && sums.receipted == 0) {
    return std::optional(Refusal{"not_transferred", "移送尚未取得回执", "the transfer has no receipt yet"});
  }
  if (input.reason == "court_accepted" && sums.delivered == 0) {
    return std::optional(Refusal{"not_delivered", "没有已送达的处理决定", "no decision has been delivered"});
  }
  if ((input.reason == "ended" || input.reason == "other") && sums.open_decisions > 0) {
    return std::optional(Refusal{"decision_open", "尚有未了结的处理决定", "a decision is still open"});
  }
  return std::optional<Refusal>();
}

}  // namespace

std::optional<Refusal> RefuseTeam(const CaseRow& file) {
  if (file.track == Track::kAgency || !file.assistants.empty()) return std::nullopt;
  return Refusal{"two_officers", "行政执法案件须有两名以上执法人员", "an enforcement case needs two or more officers"};
}

Status WatchCriminalLine(Job& job, const CaseRow& file, Fen sum_fen) {
  auto table_line = job.rules.sanctions.CriminalLine(file.against_person());
  if (!table_line) return {};
  Fen line = TRY(NumberSetting(job, "casework.criminal_line_fen", *table_line));
  if (sum_fen < line) return {};
  std::string zh =
      "案值" + FormatFen(sum_fen) + "元,达到本地移送标准" + FormatFen(line) + "元;如查明存在骗取故意,应当移送公安机关";
  std::string en = "the case sum of " + FormatFen(sum_fen) + " yuan reaches the local criminal line of " +
                   FormatFen(line) + " yuan; where intent to defraud is found, the case must go to the police";
  int64_t changed = TRY(job.session.Execute(
      "UPDATE case_file SET transfer_alert = ?, transfer_alert_en = ? WHERE id = ? AND transfer_alert IS NULL",
      {zh, en, file.id}));
  if (changed == 0) return {};
  TRY(AddEvent(job, file.id, {"transfer_alert", zh, en, "", ""}));
  return TellTeam(job, file, {"transfer_alert", file.no + ": " + zh, file.no + ": " + en, CaseLink(file.id)});
}

Result<std::vector<int64_t>> GrownCases(Job& job) {
  std::vector<int64_t> cases;
  for (const auto& row :
       TRY(job.session.Query("SELECT DISTINCT k.case_id FROM case_clue k JOIN clue u ON u.id = k.clue_id AND "
                             "u.found_fen <> k.told_fen JOIN case_file c ON c.id = k.case_id AND c.state NOT IN "
                             "('closed', 'transferred', 'ended') ORDER BY k.case_id"))) {
    cases.push_back(row.Int("case_id"));
  }
  return cases;
}

Status TellGrowth(Job& job, int64_t case_id) {
  CaseRow file = TRY(LoadCase(job, case_id));
  auto sums = TRY(job.session.QueryOne(
      "SELECT CAST(COALESCE(SUM(k.told_fen), 0) AS BIGINT) AS told, CAST(COALESCE(SUM(u.found_fen), 0) AS BIGINT) AS "
      "found FROM case_clue k JOIN clue u ON u.id = k.clue_id WHERE k.case_id = ?",
      {case_id}));
  TRY(
      job.session.Execute("UPDATE case_clue SET told_fen = (SELECT found_fen FROM clue WHERE clue.id = "
                          "case_clue.clue_id) WHERE case_id = ?",
                          {case_id}));
  std::string told = FormatFen(sums->Int("told"));
  std::string found = FormatFen(sums->Int("found"));
  std::string zh = "后续审计使本案疑点金额由" + told + "元变为" + found + "元";
  std::string en = "a later audit changes what this case's clues found from " + told + " to " + found + " yuan";
  TRY(AddEvent(job, case_id, {"found_changed", zh, en, "", ""}));
  TRY(TellTeam(job, file, {"found_changed", file.no + ": " + zh, file.no + ": " + en, CaseLink(case_id)}));
  return WatchCriminalLine(job, file, sums->Int("found"));
}

Result<int64_t> OpenCase(Job& job, const OpenInput& input) {
  TRY(RequirePermission(job, "case.open"));
  auto clues = TRY(LoadClues(job, input.clues));
  if (clues.empty()) return FieldErrors({{"/clues", "one clue or more", "至少一条线索"}});
  if (auto problem = DifferentSubjects(clues)) return FieldErrors({*problem});
  const ClueHead& first = clues[0];
  bool of_person = first.institution.empty();
  Fen found = 0;
  for (const auto& clue : clues) found += clue.found_fen;

  auto flow = TRY(job.session.QueryOne("SELECT id FROM approval_flow ORDER BY id DESC LIMIT 1"));
  CHECK(flow);  // the first flow is made when the store is opened
  std::string no = TRY(NextNumber(job, "AJ"));
  int64_t id = TRY(job.session.Insert(
      "INSERT INTO case_file (no, title, reason, track, state, institution, institution_name, person, area, opened_at, "
      "opened_by, handler, flow) VALUES (?, ?, ?, ?, 'filed', ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {no, input.title, TextOrNull(input.reason), std::string(Name(input.track)), TextOrNull(first.institution),
       of_person ? first.subject_name : first.institution_name, TextOrNull(of_person ? first.subject : ""), first.area,
       job.now, job.actor.user, job.actor.user, flow->Int("id")}));
  for (const auto& clue : clues) {
    TRY(job.session.Execute("INSERT INTO case_clue (case_id, clue_id, told_fen) VALUES (?, ?, ?)",
                            {id, clue.id, clue.found_fen}));
    TRY(ClueEntersCase(job, clue.id, id));
  }
  CaseRow file = TRY(LoadCase(job, id));
  TRY(StartClocks(job, "case_opened", {.file = &file, .object_kind = "case", .object = id}));
  TRY(AddEvent(
      job, id,
      {"open",
       "立案:" + input.title + "(" + std::string(Zh(input.track)) + ",线索" + std::to_string(clues.size()) + "条)",
       "opened from " + std::to_string(clues.size()) + " clues", input.reason, CaseLink(id)}));
  TRY(WatchCriminalLine(job, file, found));
  return id;
}

Status SetTeam(Job& job, int64_t case_id, const TeamInput& input) {
  CaseRow file = TRY(LoadCaseFor(job, case_id, CaseStep::kSetTeam,
                                 {.permission = "case.team", .team = false, .version = input.version}));
  TRY(CheckMember(job, file, input.handler, "/handler"));
  std::set<int64_t> members = {input.handler};
  for (size_t i = 0; i < input.assistants.size(); i++) {
    std::string at = "/assistants/" + std::to_string(i);
    TRY(CheckMember(job, file, input.assistants[i], at));
    if (!members.insert(input.assistants[i]).second) return FieldErrors({{at, "each person once", "人员各一次"}});
  }
  CaseRow after = file;
  after.handler = input.handler;
  after.assistants = input.assistants;
  if (auto why = RefuseTeam(after)) return ErrorOf(*why);

  TRY(job.session.Execute("DELETE FROM case_person WHERE case_id = ? AND part = 'assistant'", {case_id}));
  for (int64_t user : input.assistants) {
    TRY(job.session.Execute("INSERT INTO case_person (case_id, user_id, part, at) VALUES (?, ?, 'assistant', ?)",
                            {case_id, user, job.now}));
  }
  TRY(job.session.Execute("UPDATE case_file SET handler = ? WHERE id = ?", {input.handler, case_id}));
  TRY(
      job.session.Execute("UPDATE case_clock SET owner = ? WHERE case_id = ? AND owner = ? AND state IN ('running', "
                          "'paused') AND kind <> 'task'",
                          {input.handler, case_id, file.handler}));
  TRY(Touch(job, file));
  std::string name = TRY(NameOfUser(job, input.handler));
  TRY(AddEvent(job, case_id,
               {"set_team", "承办人:" + name + ",协办" + std::to_string(input.assistants.size()) + "人",
                "handler " + name + ", assistants " + std::to_string(input.assistants.size()), "", ""}));
  return TellTeam(job, after,
                  {"team", "您被指定办理案件" + file.no, "you are on the team of case " + file.no, CaseLink(case_id)});
}

Status Recuse(Job& job, int64_t case_id, const RecuseInput& input) {
  bool myself = input.user == job.actor.user;
  CaseRow file =
      TRY(LoadCaseFor(job, case_id, CaseStep::kRecuse,
                      {.permission = myself ? "case.see" : "case.team", .team = false, .version = input.version}));
  auto person = TRY(job.bureau.Find(job.session, input.user));
  if (!person) return FieldErrors({{"/user", "a person", "一名人员"}});
  if (input.user == file.handler) {
    return ErrorOf(
        {"handler_first", "请先更换承办人,再登记其回避", "name another handler first, then record the recusal"});
  }
  auto voted =
      TRY(job.session.QueryOne("SELECT v.user_id FROM approval_vote v JOIN approval a ON a.id = v.approval_id WHERE "
                               "a.case_id = ? AND v.user_id = ? AND a.state = 'running'",
                               {case_id, input.user}));
  if (voted)
    return ErrorOf({"already_voted", "该人员已在本案审批中表决", "this person has voted in the running approval"});
  TRY(job.session.Execute(
      "INSERT INTO case_person (case_id, user_id, part, reason, at) VALUES (?, ?, 'recused', ?, ?) "
      "ON CONFLICT (case_id, user_id) DO UPDATE SET part = 'recused', reason = excluded.reason, at = excluded.at",
      {case_id, input.user, input.reason, job.now}));
  file.assistants.erase(std::remove(file.assistants.begin(), file.assistants.end(), input.user), file.assistants.end());
  TRY(Touch(job, file));
  TRY(AddEvent(job, case_id, {"recuse", person->name + "回避", person->name + " is recused", input.reason, ""}));
  return Tell(job, {input.user}, {"recused", "您已回避案件" + file.no, "you are recused from case " + file.no, ""});
}

Status ConvertTrack(Job& job, int64_t case_id, const ReasonInput& input) {
  CaseRow file = TRY(LoadCaseFor(job, case_id, CaseStep::kConvert,
                                 {.permission = "case.convert", .team = false, .version = input.version}));
  if (file.track == Track::kAdministrative) {
    return ErrorOf(
        {"already_administrative", "本案已是行政执法案件", "the case is administrative enforcement already"});
  }
  auto draft = TRY(job.session.QueryOne(
      "SELECT id FROM decision WHERE case_id = ? AND state NOT IN ('draft', 'returned', 'refused', 'reversed')",
      {case_id}));
  if (draft) return ErrorOf({"decision_open", "尚有未了结的处理决定", "a decision is still open"});
  file.track = Track::kAdministrative;
  if (auto why = RefuseTeam(file)) return ErrorOf(*why);
  TRY(job.session.Execute("UPDATE case_file SET track = 'administrative' WHERE id = ?", {case_id}));
  TRY(StopClocks(job, "agency_decision", "case", case_id, false));
  // A filing of its own: the time to decide begins anew, and stands still as the old one did.
  TRY(StartClocks(job, "case_opened", {.file = &file, .object_kind = "case", .object = case_id}));
  if (file.state == CaseState::kAnswering) TRY(PauseClocks(job, case_id, "answer"));
  if (file.state == CaseState::kAppealed) TRY(PauseClocks(job, case_id, "appeal"));
  TRY(Touch(job, file));
  TRY(AddEvent(job, case_id,
               {"convert", "由经办稽核转为行政执法,证据随案移转",
                "converted to administrative enforcement with its evidence", input.reason, ""}));
  return TellTeam(job, file,
                  {"converted", "案件" + file.no + "转为行政执法",
                   "case " + file.no + " is now administrative enforcement", CaseLink(case_id)});
}

Status CloseCase(Job& job, int64_t case_id, const CloseInput& input) {
  CaseRow file =
      TRY(LoadCaseFor(job, case_id, CaseStep::kClose, {.permission = "case.close", .version = input.version}));
  if (input.reason == "other" && input.note.empty())
    return FieldErrors({{"/note", "what the other reason is", "其他原因的说明"}});
  if (auto why = TRY(RefuseReason(job, case_id, input))) return ErrorOf(*why);
  auto sanctioned = TRY(job.session.QueryOne(
      "SELECT id FROM decision WHERE case_id = ? AND state IN ('delivered', 'executed') AND confirmed_fen > 0",
      {case_id}));
  std::string outcome = sanctioned ? "sanctioned" : input.reason == "no_penalty" ? "no_violation" : "inconclusive";

  TRY(job.session.Execute(
      "UPDATE case_file SET exposure = ?, exposure_reason = ?, close_reason = ?, close_note = ?, closed_at = ? WHERE "
      "id = ?",
      {int64_t{input.exposure}, input.exposure_reason, input.reason, TextOrNull(input.note), job.now, case_id}));
  TRY(job.session.Execute(
      "UPDATE case_task SET state = 'cancelled', version = version + 1 WHERE case_id = ? AND state = 'open'",
      {case_id}));
  TRY(
      job.session.Execute("UPDATE opinion SET state = 'withdrawn', version = version + 1 WHERE case_id = ? AND state "
                          "IN ('issued', 'answered', 'reviewed', 'appealed')",
                          {case_id}));
  for (const auto& row :
       TRY(job.session.Query("SELECT clue_id FROM case_clue WHERE case_id = ? ORDER BY clue_id", {case_id}))) {
    TRY(ClueEnds(job, row.Int("clue_id"), outcome, "案件" + file.no + "结案"));
  }
  TRY(CancelClocks(job, case_id));
  TRY(SetState(job, file,
               input.reason == "transferred" ? CaseState::kTransferred
               : input.reason == "ended"     ? CaseState::kEnded
                                             : CaseState::kClosed));
  return AddEvent(job, case_id,
                  {"close", std::string("结案,") + (input.exposure ? "决定曝光:" : "不予曝光:") + input.exposure_reason,
                   "closed (" + input.reason + "), exposure " + (input.exposure ? "yes" : "no"), input.note, ""});
}

Result<int64_t> AddTask(Job& job, int64_t case_id, const TaskInput& input) {
  CaseRow file = TRY(LoadCaseFor(job, case_id, CaseStep::kAddTask, {}));
  TRY(CheckMember(job, file, input.assignee, "/assignee"));
  if (input.due < job.Today()) return FieldErrors({{"/due", "today or later", "今天或以后"}});
  std::string no = TRY(NextNumber(job, "RW"));
  nlohmann::json suspects = input.suspects;
  int64_t id =
      TRY(job.session.Insert("INSERT INTO case_task (no, case_id, kind, state, assignee, given_by, given_at, text, "
                             "suspects_json, answers_json, due_at) "
                             "VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, '[]', ?) RETURNING id",
                             {no, case_id, input.kind, input.assignee, job.actor.user, job.now, TextOrNull(input.text),
                              suspects.dump(), EndOfDayMs(input.due)}));
  TRY(StartClocks(
      job, "task_assigned",
      {.file = &file, .object_kind = "task", .object = id, .assignee = input.assignee, .last_day = input.due}));
  if (file.state == CaseState::kFiled) {
    TRY(SetState(job, file, CaseState::kVerifying));
  } else {
    TRY(Touch(job, file));
  }
  std::string name = TRY(NameOfUser(job, input.assignee));
  TRY(AddEvent(job, case_id,
               {"add_task", std::string(input.kind == "on_site" ? "现场" : "书面") + "核查任务" + no + "交" + name,
                "task " + no + " (" + input.kind + ") to " + name, input.text, "/tasks/" + WireId('t', id)}));
  TRY(Tell(
      job, {input.assignee},
      {"task", "新的核查任务" + no + ":" + file.institution_name, "a new check: " + no, "/tasks/" + WireId('t', id)}));
  return id;
}

Status KeepTask(Job& job, int64_t task, const TaskReport& report, bool whole) {
  auto row = TRY(job.session.QueryOne("SELECT * FROM case_task WHERE id = ?", {task}));
  if (!row) return NotFound("no such task", "没有此核查任务");
  CaseRow file =
      TRY(LoadCaseFor(job, row->Int("case_id"), CaseStep::kReportTask, {.permission = "task.work", .team = false}));
  if (row->Int("assignee") != job.actor.user) {
    return Forbidden(
        {"not_your_task", "只有任务承担人可以填写", "only the person the task was given to may fill it in"});
  }
  if (row->Text("state") != "open") {
    return ErrorOf({"not_in_this_state", "任务已结束", "the task has ended"});
  }
  auto problems = CheckAnswers(ItemsOf(job.rules, row->Text("kind")), report.items, whole);
  if (whole && !report.conclusion) problems.push_back({"/conclusion", "a conclusion", "核查结论"});
  if (!problems.empty()) return FieldErrors(std::move(problems));
  int64_t changed = TRY(job.session.Execute(
      "UPDATE case_task SET answers_json = ?, conclusion = ?, summary = ?, state = ?, reported_at = ?, version = "
      "version + 1 "
      "WHERE id = ? AND version = ?",
      {TextOf(report.items), store::Maybe(report.conclusion), store::Maybe(report.summary),
       std::string(whole ? "done" : "open"), whole ? store::Value(job.now) : store::Value(), task, report.version}));
  if (changed != 1) return StaleVersion("任务", "the task");
  if (!whole) {
    return Record(job, {"task.save", "task", WireId('t', task), "draft kept"});
  }
  TRY(StopClocks(job, "task", "task", task));
  auto open =
      TRY(job.session.QueryOne("SELECT id FROM case_task WHERE case_id = ? AND state = 'open' LIMIT 1", {file.id}));
  if (!open && file.state == CaseState::kVerifying) {
    TRY(SetState(job, file, CaseState::kOpinion));
  } else {
    TRY(Touch(job, file));
  }
  TRY(AddEvent(job, file.id,
               {"report_task", "核查任务" + row->Text("no") + "已完成",
                "task " + row->Text("no") + " is done: " + *report.conclusion, report.summary.value_or(""),
                "/tasks/" + WireId('t', task)}));
  return TellTeam(job, file,
                  {"task_done", "核查任务" + row->Text("no") + "已提交结果", "task " + row->Text("no") + " is reported",
                   "/tasks/" + WireId('t', task)});
}

}  // namespace yijian::casework
