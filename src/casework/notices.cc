#include "casework/notices.h"

#include <algorithm>

#include "base/words.h"
#include "casework/clock_book.h"
#include "casework/views.h"
#include "casework/words.h"

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Row;

constexpr const char* kPenaltyNotice = "penalty_notice";
constexpr const char* kHearingNotice = "hearing_notice";

const char* ClockOf(const std::string& kind) { return kind == kHearingNotice ? "hearing_request" : "statement"; }
const char* EventOf(const std::string& kind) {
  return kind == kHearingNotice ? "hearing_notice_given" : "notice_given";
}
const char* ZhOf(const std::string& kind) { return kind == kHearingNotice ? "听证告知书" : "事先告知书"; }
const char* EnOf(const std::string& kind) { return kind == kHearingNotice ? "hearing notice" : "penalty notice"; }

std::string DocumentLink(int64_t id) { return "/documents/" + WireId('w', id); }

struct NoticeRow {
  int64_t id = 0;
  std::string kind;
  std::string no;
  int64_t decision = 0;
  bool delivered = false;
};

NoticeRow NoticeOf(const Row& row) {
  return {row.Int("id"), row.Text("kind"), row.Text("no"), row.MaybeInt("object_id").value_or(0),
          !row.IsNull("delivered_at")};
}

struct Loaded {
  NoticeRow notice;
  CaseRow file;
};

// An institution has nothing of a notice that has not reached it.
Result<Loaded> LoadNotice(Job& job, int64_t id) {
  auto row =
      TRY(job.session.QueryOne("SELECT * FROM document WHERE id = ?" + std::string(job.session.ForUpdate()), {id}));
  if (!row || !IsNotice(row->Text("kind"))) return NotFound("no such notice", "没有此告知书");
  Loaded loaded{NoticeOf(*row), TRY(LoadCase(job, row->Int("case_id")))};
  if (!job.actor.institution.empty() && !loaded.notice.delivered) return NotFound("no such notice", "没有此告知书");
  return loaded;
}

Result<bool> ClockRuns(Job& job, const NoticeRow& notice) {
  auto clock = TRY(job.session.QueryOne(
      "SELECT id FROM case_clock WHERE object_kind = 'document' AND object_id = ? AND kind = ? AND state = 'running' "
      "AND due_at >= ?",
      {notice.id, std::string(ClockOf(notice.kind)), job.now}));
  return clock.has_value();
}

Result<std::vector<std::string>> AnswersOf(Job& job, int64_t document) {
  std::vector<std::string> kinds;
  for (const Row& row :
       TRY(job.session.Query("SELECT kind FROM document_answer WHERE document_id = ? ORDER BY id", {document})))
    kinds.push_back(row.Text("kind"));
  return kinds;
}

bool Has(const std::vector<std::string>& kinds, const char* kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// What this person may do about it now; the answers by their kinds.
Result<std::vector<std::string>> ActionsOf(Job& job, const NoticeRow& notice, const CaseRow& file) {
  std::vector<std::string> actions;
  bool works = IsOpen(file.state) && file.Works(job.actor.user) && job.bureau.May(job.actor, "decision.draft");
  bool party = !job.actor.institution.empty() && job.bureau.May(job.actor, "opinion.answer");
  if (!notice.delivered) {
    if (works) actions.emplace_back("deliver");
    return actions;
  }
  if (!works && !party) return actions;
  std::vector<std::string> answered = TRY(AnswersOf(job, notice.id));
  if (TRY(ClockRuns(job, notice))) {
    actions.emplace_back("statement");
    actions.emplace_back("waived");
    if (notice.kind == kHearingNotice) actions.emplace_back("hearing_requested");
  }
  if (works && Has(answered, "hearing_requested") && !Has(answered, "hearing_held"))
    actions.emplace_back("hearing_held");
  return actions;
}

Words WordsOf(const std::string& kind) {
  if (kind == "waived") return {"当事人放弃陈述、申辩(听证)", "the party waives its right"};
  if (kind == "hearing_requested") return {"当事人要求听证", "the party requests a hearing"};
  if (kind == "hearing_held") return {"已举行听证", "the hearing was held"};
  return {"当事人陈述、申辩", "the party's statement"};
}

}  // namespace

bool IsNotice(const std::string& document_kind) {
  return document_kind == kPenaltyNotice || document_kind == kHearingNotice;
}

bool IsPenalty(const CaseRow& file, const DecisionRow& decision) {
  return file.track == Track::kAdministrative &&
         (decision.Has(MeasureKind::kFine) || decision.Has(MeasureKind::kSuspend));
}

Status CheckNotice(Job& job, const std::string& document_kind, int64_t id) {
  DecisionRow decision = TRY(LoadDecision(job, id));
  CaseRow file = TRY(LoadCase(job, decision.case_id));
  if (!file.Works(job.actor.user))
    return Forbidden({"not_on_team", "您不是本案承办人员", "you are not on the team of this case"});
  if (decision.state != DecisionState::kDraft && decision.state != DecisionState::kReturned)
    return ErrorOf({"not_in_this_state", "只有拟定中的处理决定可以告知", "only a decision in draft can be told of"});
  if (!IsPenalty(file, decision))
    return ErrorOf({"no_penalty", "此决定不含行政处罚,无须事先告知", "this decision holds no penalty to be told of"});
  if (document_kind == kHearingNotice && !decision.hearing)
    return ErrorOf({"no_hearing", "此决定未达到听证标准", "this decision does not reach the hearing threshold"});
  return {};
}

Status DeliverNotice(Job& job, int64_t id, const DeliverInput& input) {
  TRY(RequirePermission(job, "decision.draft"));
  auto [notice, file] = TRY(LoadNotice(job, id));
  if (!file.Works(job.actor.user))
    return Forbidden({"not_on_team", "您不是本案承办人员", "you are not on the team of this case"});
  if (notice.delivered) return ErrorOf({"delivered", "该文书已送达", "this notice was delivered already"});
  TRY(CheckNotice(job, notice.kind, notice.decision));
  TRY(job.session.Execute("UPDATE document SET delivered_at = ?, delivery_way = ?, delivery_note = ? WHERE id = ?",
                          {job.now, input.way, store::TextOrNull(input.note), id}));
  TRY(StartClocks(job, EventOf(notice.kind), {.file = &file, .object_kind = "document", .object = id}));
  Words words = DeliveryWords(input.way);
  TRY(AddEvent(job, file.id,
               {"notice_given", ZhOf(notice.kind) + notice.no + "送达(" + words.zh + ")",
                std::string(EnOf(notice.kind)) + " " + notice.no + " delivered (" + words.en + ")", input.note,
                DocumentLink(id)}));
  return TellInstitution(
      job, file.institution,
      {"notice", "收到" + std::string(ZhOf(notice.kind)) + notice.no + ",请在期限内陈述、申辩",
       std::string(EnOf(notice.kind)) + " " + notice.no + " came: state your view in time", DocumentLink(id)});
}

Status AnswerNotice(Job& job, int64_t id, const NoticeAnswer& answer) {
  TRY(RequirePermission(job, job.actor.institution.empty() ? "decision.draft" : "opinion.answer"));
  auto [notice, file] = TRY(LoadNotice(job, id));
  if (!notice.delivered) return ErrorOf({"not_delivered", "该文书尚未送达", "this notice is not delivered yet"});
  bool needs_text = answer.kind == "statement" || answer.kind == "hearing_held";
  if (needs_text && answer.text.empty()) return FieldErrors({{"/text", "what was said", "陈述或听证的内容"}});
  std::vector<std::string> actions = TRY(ActionsOf(job, notice, file));
  bool own = job.actor.institution.empty() ? file.Works(job.actor.user) : job.actor.institution == file.institution;
  if (!own) return Forbidden({"not_on_team", "您不是本案承办人员", "you are not on the team of this case"});
  if (!Has(actions, answer.kind.c_str()))
    return ErrorOf({"not_in_this_state", "此告知书现在不能这样答复(期限已满或不适用)",
                    "the notice cannot be answered so now: its time is over, or it does not apply"});
  TRY(job.session.Execute("INSERT INTO document_answer (document_id, kind, text, at, user_id) VALUES (?, ?, ?, ?, ?)",
                          {id, answer.kind, store::TextOrNull(answer.text), job.now, job.actor.user}));
  // A statement leaves the rest of the time for another; to waive it or to ask for the hearing ends it.
  if (answer.kind == "waived" || answer.kind == "hearing_requested")
    TRY(StopClocks(job, ClockOf(notice.kind), "document", id));
  Words words = WordsOf(answer.kind);
  std::string zh = std::string(words.zh) + "(" + ZhOf(notice.kind) + notice.no + ")";
  std::string en = std::string(words.en) + " (" + EnOf(notice.kind) + " " + notice.no + ")";
  TRY(AddEvent(job, file.id, {"notice_answer", zh, en, answer.text, DocumentLink(id)}));
  return TellTeam(job, file, {"notice_answer", file.no + ": " + zh, file.no + ": " + en, DocumentLink(id)});
}

Result<bool> HasStatement(Job& job, int64_t document) { return Has(TRY(AnswersOf(job, document)), "statement"); }

Result<std::optional<Refusal>> RefuseWithoutNotice(Job& job, const CaseRow& file, const DecisionRow& decision) {
  if (!IsPenalty(file, decision)) return std::optional<Refusal>();
  auto drafted = TRY(job.session.QueryOne("SELECT drafted_at FROM decision WHERE id = ?", {decision.id}));
  for (const char* kind : {kPenaltyNotice, kHearingNotice}) {
    if (kind == kHearingNotice && !decision.hearing) continue;
    auto row = TRY(job.session.QueryOne(
        "SELECT * FROM document WHERE object_kind = 'decision' AND object_id = ? AND kind = ? AND delivered_at IS NOT "
        "NULL AND made_at >= ? ORDER BY id DESC LIMIT 1",
        {decision.id, std::string(kind), drafted->Int("drafted_at")}));
    if (!row)
      return std::optional(Refusal{
          "notice_missing", "处罚决定作出前,须就现拟内容送达" + std::string(ZhOf(kind)) + "(行政处罚法第六十二条)",
          "before a penalty is decided, a " + std::string(EnOf(kind)) +
              " of what is proposed now must be delivered (行政处罚法 62)"});
    NoticeRow notice = NoticeOf(*row);
    if (TRY(ClockRuns(job, notice)))
      return std::optional(
          Refusal{"notice_running", ZhOf(kind) + notice.no + "的期限未满,当事人也未放弃",
                  "the party still has time to answer the " + std::string(EnOf(kind)) + " " + notice.no});
    std::vector<std::string> answers = TRY(AnswersOf(job, notice.id));
    if (Has(answers, "hearing_requested") && !Has(answers, "hearing_held"))
      return std::optional(
          Refusal{"hearing_open", "当事人要求听证,尚未举行", "the hearing that was requested is not held yet"});
  }
  return std::optional<Refusal>();
}

Status VoidNotices(Job& job, const CaseRow& file, int64_t decision) {
  auto rows = TRY(job.session.Query(
      "SELECT id, kind, no FROM document WHERE object_kind = 'decision' AND object_id = ? AND kind IN (?, ?)",
      {decision, std::string(kPenaltyNotice), std::string(kHearingNotice)}));
  if (rows.empty()) return {};
  for (const Row& row : rows) TRY(StopClocks(job, ClockOf(row.Text("kind")), "document", row.Int("id"), false));
  return AddEvent(job, file.id,
                  {"notice_void", "处理决定已修改,原告知书不再适用,须重新告知",
                   "the decision was changed: its notices do not count any more", "", DecisionLink(decision)});
}

Status ShowNotice(Job& job, const Row& document, json& shown) {
  auto delivered = document.MaybeInt("delivered_at");
  shown["delivered_at"] = MomentOrNull(delivered);
  shown["delivery_way"] = OrNull(document.MaybeText("delivery_way"));
  shown["answers"] = json::array();
  shown["actions"] = json::array();
  if (!IsNotice(document.Text("kind"))) return {};
  for (const Row& row : TRY(job.session.Query("SELECT * FROM document_answer WHERE document_id = ? ORDER BY id",
                                              {document.Int("id")}))) {
    shown["answers"].push_back({{"kind", row.Text("kind")},
                                {"text", OrNull(row.MaybeText("text"))},
                                {"at", FormatMoment(row.Int("at"))},
                                {"by_name", TRY(NameOfUser(job, row.Int("user_id")))}});
  }
  CaseRow file = TRY(LoadCase(job, document.Int("case_id")));
  for (std::string& action : TRY(ActionsOf(job, NoticeOf(document), file)))
    shown["actions"].push_back(std::move(action));
  return {};
}

}  // namespace yijian::casework
