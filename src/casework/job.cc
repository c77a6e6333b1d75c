#include "casework/job.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/words.h"

namespace yijian::casework {
namespace {

std::shared_ptr<const ErrorDetail> DetailOf(const Refusal& refusal, bool forbidden) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = refusal.code;
  detail->zh = refusal.zh;
  detail->forbidden = forbidden;
  return detail;
}

CaseRow CaseOf(const store::Row& row) {
  CaseRow file{.id = row.Int("id"), .no = row.Text("no"), .title = row.Text("title")};
  file.track = *Parse<Track>(row.Text("track"));
  file.state = *Parse<CaseState>(row.Text("state"));
  file.institution = row.MaybeText("institution").value_or("");
  file.institution_name = row.Text("institution_name");
  file.person = row.MaybeText("person").value_or("");
  file.area = row.Text("area");
  file.opened_by = row.Int("opened_by");
  file.handler = row.Int("handler");
  file.flow = row.Int("flow");
  file.version = row.Int("version");
  return file;
}

}  // namespace

Result<Rules> Rules::Load(const std::string& folder) {
  return Rules{.sanctions = TRY(SanctionTable::Load(folder + "/sanctions.csv")),
               .clocks = TRY(ClockTable::Load(folder + "/clocks.csv")),
               .check_lists = TRY(LoadCheckLists(folder + "/checklists/authenticity.csv")),
               .negative_list = TRY(LoadNegativeList(folder + "/negative_list.csv"))};
}

Error ErrorOf(const Refusal& refusal) { return {ErrorCode::kConflict, refusal.en, DetailOf(refusal, false)}; }
Error Forbidden(const Refusal& refusal) { return {ErrorCode::kConflict, refusal.en, DetailOf(refusal, true)}; }

Error FieldErrors(std::vector<FieldProblem> problems) {
  CHECK(!problems.empty());
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "提交的内容有误";
  std::string message = problems[0].field + ": " + problems[0].expected;
  for (auto& problem : problems)
    detail->fields.push_back({std::move(problem.field), InBoth(problem.expected, problem.zh)});
  return {ErrorCode::kInvalidInput, std::move(message), std::move(detail)};
}

Error StaleVersion(std::string_view what_zh, std::string_view what_en) {
  return ErrorOf({"version_conflict", std::string(what_zh) + "已被他人修改,请刷新后再试",
                  std::string(what_en) + " was changed by somebody else in between"});
}

std::string WireId(char letter, int64_t id) { return letter + std::to_string(id); }

std::optional<int64_t> IdOf(char letter, std::string_view text) {
  if (text.size() < 2 || text.size() > 19 || text[0] != letter || text[1] == '0') return std::nullopt;
  int64_t id = 0;
  auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

Result<std::string> NextNumber(Job& job, const std::string& prefix) {
  int64_t year = CivilOf(job.Today()).year;
  int64_t last =
      TRY(job.session.Insert("INSERT INTO case_number (prefix, year, last) VALUES (?, ?, 1) "
                             "ON CONFLICT (prefix, year) DO UPDATE SET last = case_number.last + 1 "
                             "RETURNING last",
                             {prefix, year}));
  std::string number = std::to_string(last);
  if (number.size() < 6) number.insert(0, 6 - number.size(), '0');
  return prefix + "-" + std::to_string(year) + "-" + number;
}

bool CaseRow::Works(int64_t user) const {
  return user == handler || std::find(assistants.begin(), assistants.end(), user) != assistants.end();
}

namespace {

Result<CaseRow> Load(Job& job, int64_t id, const char* lock) {
  auto row = TRY(job.session.QueryOne(std::string("SELECT * FROM case_file WHERE id = ?") + lock, {id}));
  if (!row) return NotFound("no such case", "没有此案件");
  CaseRow file = CaseOf(*row);
  if (!TRY(Sees(job, {file.id, file.area, file.institution}))) return NotFound("no such case", "没有此案件");
  for (const auto& row : TRY(job.session.Query("SELECT user_id, part FROM case_person WHERE case_id = ?", {id}))) {
    (row.Text("part") == "recused" ? file.recused : file.assistants).push_back(row.Int("user_id"));
  }
  return file;
}

}  // namespace

Result<CaseRow> LoadCase(Job& job, int64_t id) { return Load(job, id, ""); }

Result<CaseRow> LoadCaseFor(Job& job, int64_t id, CaseStep step, const StepNeeds& needs) {
  CaseRow file = TRY(Load(job, id, job.session.ForUpdate()));
  TRY(RequirePermission(job, needs.permission));
  if (std::find(file.recused.begin(), file.recused.end(), job.actor.user) != file.recused.end()) {
    return Forbidden({"recused", "您已回避本案", "you are recused from this case"});
  }
  if (needs.team && !file.Works(job.actor.user)) {
    return Forbidden({"not_on_the_team", "只有本案承办人和协办人可以操作",
                      "only the handler and assistants of the case may do this"});
  }
  if (needs.version && *needs.version != file.version) return StaleVersion("案件", "the case");
  if (auto why = Refuse(file.state, step)) return ErrorOf(*why);
  return file;
}

Status SetState(Job& job, CaseRow& file, CaseState state) {
  file.state = state;
  return Touch(job, file);
}

Status Touch(Job& job, CaseRow& file) {
  int64_t changed =
      TRY(job.session.Execute("UPDATE case_file SET state = ?, version = version + 1 WHERE id = ? AND version = ?",
                              {std::string(Name(file.state)), file.id, file.version}));
  if (changed != 1) return StaleVersion("案件", "the case");
  file.version++;
  return {};
}

Status AddEvent(Job& job, int64_t case_id, const EventText& text) {
  TRY(job.session.Execute(
      "INSERT INTO case_event (case_id, at, user_id, user_name, action, text_zh, text_en, note, link) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {case_id, job.now, job.actor.user, job.actor.name, std::string(text.action), text.zh, text.en,
       store::TextOrNull(text.note), store::TextOrNull(text.link)}));
  return Record(
      job, {.action = std::string("case.") + text.action, .kind = "case", .id = WireId('a', case_id), .text = text.en});
}

Status Tell(Job& job, const std::vector<int64_t>& users, const Notice& notice) {
  for (int64_t user : users) {
    if (user == job.actor.user || user == 0) continue;
    TRY(job.bureau.Send(job.session, user, job.now, {notice.kind, notice.zh, notice.en, notice.link}));
  }
  return {};
}

Status TellTeam(Job& job, const CaseRow& file, const Notice& notice) {
  auto users = file.assistants;
  users.push_back(file.handler);
  return Tell(job, users, notice);
}

Status TellInstitution(Job& job, const std::string& institution, const Notice& notice) {
  return Tell(job, TRY(job.bureau.OfInstitution(job.session, institution)), notice);
}

nlohmann::json ParseJson(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  CHECK(!json.is_discarded());
  return json;
}

std::string CaseLink(int64_t id) { return "/cases/" + WireId('a', id); }

}  // namespace yijian::casework
