// Opinions and appeals as screens see them. Contract in views.h.
#include <algorithm>

#include "base/words.h"
#include "casework/opinion_book.h"
#include "casework/views.h"

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Row;

// Everything about a line in one statement: 10,000 lines are one query.
constexpr const char* kLineSelect =
    "SELECT o.*, f.id AS suspect, f.person, f.doc, f.rule, f.message_zh, f.message_en, l.item_name, l.at, "
    "COALESCE(r.name_zh, "
    "f.rule) AS rule_name_zh, COALESCE(r.name_en, f.rule) AS rule_name_en, "
    "COALESCE(p.masked_name, '') AS person_name FROM opinion_line o JOIN finding_line l ON l.id = o.line_id JOIN "
    "finding f ON f.id = o.suspect_id "
    "LEFT JOIN rule_info r ON r.rule = f.rule LEFT JOIN person p ON p.ref = f.person ";

json LineOf(const Row& row) {
  auto evidence = row.MaybeText("answer_evidence_json");
  return {{"line", WireId('l', row.Int("line_id"))},
          {"suspect", WireId('s', row.Int("suspect"))},
          {"doc", OrNull(row.MaybeText("doc"))},
          {"rule", row.Text("rule")},
          {"rule_name_zh", row.Text("rule_name_zh")},
          {"rule_name_en", row.Text("rule_name_en")},
          {"message_zh", row.Text("message_zh")},
          {"message_en", row.Text("message_en")},
          {"person", OrNull(row.MaybeText("person"))},
          {"person_name", row.Text("person_name")},
          {"item_name", OrNull(row.MaybeText("item_name"))},
          {"at", MomentOrNull(row.MaybeInt("at"))},
          {"chk_vola_amt_fen", row.Int("chk_fen")},
          {"answer", OrNull(row.MaybeText("answer"))},
          {"answer_amt_fen", OrNull(row.MaybeInt("answer_fen"))},
          {"answer_reason", OrNull(row.MaybeText("answer_reason"))},
          {"answer_evidence", evidence ? ParseJson(*evidence) : json::array()},
          {"review", OrNull(row.MaybeText("review"))},
          {"review_amt_fen", OrNull(row.MaybeInt("review_fen"))},
          {"review_reason", OrNull(row.MaybeText("review_reason"))},
          {"appealed", row.Bool("appealed")},
          {"panel", OrNull(row.MaybeText("panel"))},
          {"cnfm_vola_amt_fen", OrNull(row.MaybeInt("cnfm_fen"))}};
}

// A draft belongs to the institution until it is handed in; the auditors' review until all lines are reviewed.
void HideDrafts(json& line, const std::string& state, bool institution) {
  if (state == "issued" && !institution) line["answer"] = line["answer_amt_fen"] = line["answer_reason"] = nullptr;
  if (state == "answered" && institution) line["review"] = line["review_amt_fen"] = line["review_reason"] = nullptr;
}

Result<json> LinesOf(Job& job, const Row& opinion, bool only_appealed) {
  json lines = json::array();
  bool institution = !job.actor.institution.empty();
  std::string state = opinion.Text("state");
  TRY(job.session.ForEach(kLineSelect + std::string("WHERE o.opinion_id = ?") +
                              (only_appealed ? " AND o.appealed = 1" : "") + " ORDER BY o.line_id",
                          {opinion.Int("id")}, [&](const Row& row) -> Status {
                            json line = LineOf(row);
                            HideDrafts(line, state, institution);
                            lines.push_back(std::move(line));
                            return {};
                          }));
  return lines;
}

Result<json> OpinionBasics(Job& job, const Row& row) {
  std::string state = row.Text("state");
  json shown = {{"id", WireId('o', row.Int("id"))},
                {"no", row.Text("no")},
                {"case", WireId('a', row.Int("case_id"))},
                {"case_no", row.Text("case_no")},
                {"institution", row.Text("institution")},
                {"institution_name", row.Text("institution_name")},
                {"state", state},
                {"text", row.Text("text")},
                {"issued_at", FormatMoment(row.Int("issued_at"))},
                {"answer_due_at", FormatMoment(row.Int("answer_due_at"))},
                {"answered_at", MomentOrNull(row.MaybeInt("answered_at"))},
                {"appeal_due_at", MomentOrNull(row.MaybeInt("appeal_due_at"))},
                {"overdue", state == "overdue" || (state == "issued" && row.Int("answer_due_at") < job.now)},
                {"lines_count", row.Int("lines_count")},
                {"amount_fen", row.Int("amount_fen")},
                {"accepted_fen", row.Int("accepted_fen")},
                {"contested_fen", row.Int("contested_fen")},
                {"confirmed_fen", row.MaybeInt("confirmed_fen").value_or(0)},
                {"version", row.Int("version")},
                {"actions", json::array()}};
  bool draft_of_others = state == "issued" && job.actor.institution.empty();
  shown["answer_remark"] = draft_of_others ? json() : OrNull(row.MaybeText("answer_remark"));
  shown["issued_by_name"] = TRY(NameOfUser(job, row.Int("issued_by")));
  auto document = TRY(job.session.QueryOne(
      "SELECT id FROM document WHERE object_kind = 'opinion' AND object_id = ? ORDER BY id DESC LIMIT 1",
      {row.Int("id")}));
  shown["document"] = document ? json(WireId('w', document->Int("id"))) : json();
  return shown;
}

constexpr const char* kOpinionSelect =
    "SELECT o.*, c.no AS case_no, c.handler FROM opinion o JOIN case_file c ON c.id = o.case_id ";
constexpr const char* kAppealSelect =
    "SELECT p.*, o.no AS opinion_no, o.institution, o.institution_name, o.area, c.no AS case_no FROM appeal p JOIN "
    "opinion o ON o.id = p.opinion_id JOIN case_file c ON c.id = p.case_id ";

Result<json> AppealOf(Job& job, const Row& row, bool with_lines) {
  int64_t id = row.Int("id");
  json shown = {{"id", WireId('p', id)},
                {"opinion", WireId('o', row.Int("opinion_id"))},
                {"opinion_no", row.Text("opinion_no")},
                {"case", WireId('a', row.Int("case_id"))},
                {"case_no", row.Text("case_no")},
                {"institution_name", row.Text("institution_name")},
                {"state", row.Text("state")},
                {"reason", row.Text("reason")},
                {"at", FormatMoment(row.Int("at"))},
                {"amount_fen", row.Int("amount_fen")},
                {"seed", OrNull(row.MaybeText("seed"))},
                {"experts", json::array()},
                {"version", row.Int("version")},
                {"actions", json::array()}};
  bool institution = !job.actor.institution.empty();
  for (const auto& seat : TRY(job.session.Query(
           "SELECT user_id, voted_at FROM appeal_expert WHERE appeal_id = ? ORDER BY user_id", {id}))) {
    // The institution learns how many sit there, not who.
    json expert = {{"user", institution ? "" : WireId('u', seat.Int("user_id"))}, {"voted", !seat.IsNull("voted_at")}};
    expert["name"] = institution ? "" : TRY(NameOfUser(job, seat.Int("user_id")));
    shown["experts"].push_back(std::move(expert));
    if (seat.Int("user_id") == job.actor.user && seat.IsNull("voted_at") && row.Text("state") == "panel")
      shown["actions"].push_back("vote");
  }
  bool draws = row.Text("state") != "settled" && job.bureau.May(job.actor, "appeal.draw");
  if (draws) shown["actions"].push_back("draw_experts");
  if (with_lines) {
    auto opinion = TRY(job.session.QueryOne("SELECT * FROM opinion WHERE id = ?", {row.Int("opinion_id")}));
    shown["lines"] = TRY(LinesOf(job, *opinion, true));
  }
  return shown;
}

}  // namespace

Result<json> OpinionList(Job& job, const std::string& state, const Paging& paging) {
  TRY(RequirePermission(job, "case.see"));
  Where where;
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "o", "case_id", seen);
  where.And(sees, seen);
  if (!state.empty()) where.And("o.state = ?", {state});
  auto count = TRY(job.session.QueryOne("SELECT COUNT(*) AS n FROM opinion o WHERE " + where.text, where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           kOpinionSelect + ("WHERE " + where.text) + " ORDER BY o.issued_at DESC, o.id DESC LIMIT ? OFFSET ?",
           values)))
    rows.push_back(TRY(OpinionBasics(job, row)));
  return json{{"rows", std::move(rows)}, {"total", count->Int("n")}};
}

Result<json> OpinionView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  auto row = TRY(job.session.QueryOne(std::string(kOpinionSelect) + "WHERE o.id = ?", {id}));
  bool seen = row && TRY(Sees(job, {row->Int("case_id"), row->Text("area"), row->Text("institution")}));
  if (!seen) return NotFound("no such opinion", "没有此意见书");
  json shown = TRY(OpinionBasics(job, *row));
  shown["lines"] = TRY(LinesOf(job, *row, false));
  shown["evidence"] = TRY(EvidenceViews(job, "answer", WireId('o', id)));
  for (json& paper : TRY(EvidenceViews(job, "appeal", WireId('o', id)))) shown["evidence"].push_back(std::move(paper));
  auto appeal = TRY(job.session.QueryOne(std::string(kAppealSelect) + "WHERE p.opinion_id = ?", {id}));
  shown["appeal"] = appeal ? TRY(AppealOf(job, *appeal, false)) : json();

  CaseRow file = TRY(LoadCase(job, row->Int("case_id")));
  OpinionState state = *Parse<OpinionState>(row->Text("state"));
  bool own = job.actor.institution == row->Text("institution");
  json& actions = shown["actions"];
  if (own && !Refuse(state, OpinionStep::kAnswer) && row->Int("answer_due_at") >= job.now) actions.push_back("answer");
  if (own && !Refuse(state, OpinionStep::kAppeal) && row->MaybeInt("appeal_due_at").value_or(0) >= job.now)
    actions.push_back("appeal");
  if (file.Works(job.actor.user) && !Refuse(state, OpinionStep::kReview)) actions.push_back("review");
  if (file.Works(job.actor.user) && !Refuse(file.state, CaseStep::kDrawExperts)) actions.push_back("draw_experts");
  if (appeal && shown["appeal"]["actions"].dump().find("\"vote\"") != std::string::npos) actions.push_back("vote");
  return shown;
}

Result<json> AppealList(Job& job, bool mine, const Paging& paging) {
  TRY(RequirePermission(job, "case.see"));
  Where where;
  if (mine) where.And("p.id IN (SELECT appeal_id FROM appeal_expert WHERE user_id = ?)", {job.actor.user});
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "o", "case_id", seen);
  where.And(sees, seen);
  auto count = TRY(job.session.QueryOne(
      "SELECT COUNT(*) AS n FROM appeal p JOIN opinion o ON o.id = p.opinion_id WHERE " + where.text, where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           kAppealSelect + ("WHERE " + where.text) + " ORDER BY p.at DESC, p.id DESC LIMIT ? OFFSET ?", values)))
    rows.push_back(TRY(AppealOf(job, row, true)));
  return json{{"rows", std::move(rows)}, {"total", count->Int("n")}};
}

Result<json> AppealView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  auto row = TRY(job.session.QueryOne(std::string(kAppealSelect) + "WHERE p.id = ?", {id}));
  bool seen = row && TRY(Sees(job, {row->Int("case_id"), row->Text("area"), row->Text("institution")}));
  if (!seen) return NotFound("no such appeal", "没有此申诉");
  return AppealOf(job, *row, true);
}

}  // namespace yijian::casework
