#include "casework/opinion_steps.h"

#include <algorithm>
#include <map>
#include <set>

#include "casework/case_steps.h"
#include "casework/clock_book.h"
#include "casework/opinion_book.h"

namespace yijian::casework {
namespace {

using store::Maybe;
using store::TextOrNull;

// The confirmed lines of the case that no living opinion holds yet.
Result<std::vector<CaseLine>> OpenLines(Job& job, int64_t case_id) {
  std::set<int64_t> taken;
  for (const auto& row : TRY(job.session.Query("SELECT l.line_id FROM opinion_line l JOIN opinion o ON o.id = "
                                               "l.opinion_id WHERE o.case_id = ? AND o.state <> 'withdrawn'",
                                               {case_id}))) {
    taken.insert(row.Int("line_id"));
  }
  auto lines = TRY(ConfirmedLines(job, case_id));
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [&](const auto& line) { return taken.count(line.line) != 0 || line.chk <= 0; }),
              lines.end());
  return lines;
}

Result<std::vector<CaseLine>> ChosenLines(Job& job, int64_t case_id, const std::vector<int64_t>& wanted) {
  auto open = TRY(OpenLines(job, case_id));
  if (wanted.empty()) {
    if (open.empty())
      return ErrorOf({"no_confirmed_lines", "没有已认定违规且尚未出具意见的明细",
                      "no confirmed line is left to put to the institution"});
    return open;
  }
  std::map<int64_t, CaseLine> by_id;
  for (const auto& line : open) by_id[line.line] = line;
  std::vector<CaseLine> chosen;
  std::vector<FieldProblem> problems;
  for (size_t i = 0; i < wanted.size(); i++) {
    auto found = by_id.find(wanted[i]);
    if (found == by_id.end()) {
      problems.push_back(
          {"/lines/" + std::to_string(i), "a confirmed line of this case, once, not put to the institution yet"});
      continue;
    }
    chosen.push_back(found->second);
    by_id.erase(found);
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));
  return chosen;
}

std::string OpinionLink(int64_t id) { return "/opinions/" + WireId('o', id); }

// Looks at one answer; nullopt: good.
std::optional<FieldProblem> WrongAnswer(const AnswerLine& answer, Fen chk, const std::string& at, bool submit) {
  if (answer.accept) {
    if (answer.amount && *answer.amount != chk)
      return FieldProblem{at + "/answer_amt_fen", std::to_string(chk) + " or none: accepting is of the whole line",
                          std::to_string(chk) + " 分或不填：认可是对整条明细"};
    return std::nullopt;
  }
  if (answer.amount && *answer.amount >= chk)
    return FieldProblem{at + "/answer_amt_fen", "less than " + std::to_string(chk) + ", or accept",
                        "少于 " + std::to_string(chk) + " 分，否则请选择认可"};
  if (submit && answer.reason.empty()) return FieldProblem{at + "/reason", "why it is contested", "有异议的理由"};
  return std::nullopt;
}

Status KeepAnswers(Job& job, const OpinionRow& opinion, const AnswerInput& input, bool submit) {
  std::map<int64_t, Fen> open;
  for (const auto& line : opinion.lines) open[line.line] = line.chk;
  std::vector<FieldProblem> problems;
  for (size_t i = 0; i < input.lines.size(); i++) {
    const auto& answer = input.lines[i];
    std::string at = "/lines/" + std::to_string(i);
    auto found = open.find(answer.line);
    if (found == open.end()) {
      problems.push_back({at + "/line", "a line of this opinion, once", "本意见书的明细，各一次"});
      continue;
    }
    if (auto problem = WrongAnswer(answer, found->second, at, submit)) problems.push_back(*problem);
    open.erase(found);
  }
  if (submit && !open.empty()) {
    problems.push_back(
        {"/lines",
         "an answer to every line; missing: " + WireId('l', open.begin()->first) + " and " +
             std::to_string(open.size() - 1) + " more",
         "逐条答复；尚缺 " + WireId('l', open.begin()->first) + " 等 " + std::to_string(open.size()) + " 条"});
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));

  // A draft replaces the draft before it.
  TRY(
      job.session.Execute("UPDATE opinion_line SET answer = NULL, answer_fen = NULL, answer_reason = NULL, "
                          "answer_evidence_json = NULL WHERE opinion_id = ?",
                          {opinion.id}));
  for (const auto& answer : input.lines) {
    nlohmann::json evidence = answer.evidence;
    store::Value amount;
    if (answer.accept) {
      auto line = std::find_if(opinion.lines.begin(), opinion.lines.end(),
                               [&](const auto& l) { return l.line == answer.line; });
      amount = line->chk;
    } else {
      amount = answer.amount.value_or(0);
    }
    TRY(
        job.session.Execute("UPDATE opinion_line SET answer = ?, answer_fen = ?, answer_reason = ?, "
                            "answer_evidence_json = ? WHERE opinion_id = ? AND line_id = ?",
                            {std::string(answer.accept ? "accept" : "contest"), amount, TextOrNull(answer.reason),
                             evidence.dump(), opinion.id, answer.line}));
  }
  return {};
}

// The institution's side of a step: its own opinion, in this state, as it saw it.
Result<OpinionRow> LoadForInstitution(Job& job, int64_t id, OpinionStep step, int64_t version, const char* permission) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  TRY(RequirePermission(job, permission));
  if (job.actor.institution != opinion.institution) {
    return Forbidden({"not_your_institution", "只有被审核机构可以操作", "only the institution itself may do this"});
  }
  if (opinion.version != version) return StaleVersion("意见书", "the opinion");
  if (auto why = Refuse(opinion.state, step)) return ErrorOf(*why);
  return opinion;
}

Status CheckReviewLine(const OpinionLineRow* line, const ReviewLine& review, const std::string& at,
                       std::vector<FieldProblem>& problems) {
  if (line == nullptr) {
    problems.push_back({at + "/line", "a contested line that is not reviewed yet, once", "尚未复核的异议明细，各一次"});
    return {};
  }
  if (review.review != "lower") return {};
  Fen least = line->answer_fen.value_or(0);
  Fen most = line->review_fen.value_or(line->chk);
  if (!review.amount || *review.amount < least || *review.amount >= most) {
    problems.push_back({at + "/amt_fen",
                        std::to_string(least) + " (what is accepted) or more, below " + std::to_string(most),
                        "不少于 " + std::to_string(least) + " 分（已认可），少于 " + std::to_string(most) + " 分"});
  }
  return {};
}

Fen AmountOf(const ReviewLine& review, Fen standing, Fen accepted) {
  if (review.review == "uphold") return standing;
  if (review.review == "lower") return *review.amount;
  return accepted;  // dropped: what the institution accepted itself stays
}

// Sets cnfm of every line that still lacks it and ends the opinion; the case goes on to the decision.
Status Settle(Job& job, OpinionRow& opinion, OpinionState state) {
  CaseRow file = TRY(LoadCase(job, opinion.case_id));
  Fen confirmed = 0;
  std::vector<LineAmount> settled;
  for (auto& line : opinion.lines) {
    if (!line.cnfm_fen) {
      Fen cnfm = line.panel_fen    ? *line.panel_fen
                 : line.review_fen ? *line.review_fen
                                   : line.answer_fen.value_or(line.chk);
      settled.push_back({line.line, cnfm});
      TRY(job.session.Execute("UPDATE opinion_line SET cnfm_fen = ? WHERE opinion_id = ? AND line_id = ?",
                              {cnfm, opinion.id, line.line}));
      line.cnfm_fen = cnfm;
    }
    confirmed += *line.cnfm_fen;
  }
  TRY(ConfirmLines(job, {.case_id = file.id, .case_no = file.no, .note = opinion.no}, settled));
  TRY(job.session.Execute("UPDATE opinion SET confirmed_fen = ? WHERE id = ?", {confirmed, opinion.id}));
  TRY(SetOpinionState(job, opinion, state));
  TRY(
      job.session.Execute("UPDATE case_file SET confirmed_fen = (SELECT CAST(COALESCE(SUM(l.cnfm_fen), 0) AS BIGINT) "
                          "FROM opinion_line l JOIN opinion o ON o.id = l.opinion_id "
                          "WHERE o.case_id = ? AND o.state <> 'withdrawn') WHERE id = ?",
                          {file.id, file.id}));
  auto open = TRY(job.session.QueryOne(
      "SELECT id FROM opinion WHERE case_id = ? AND state IN ('issued', 'answered', 'reviewed', 'appealed')",
      {file.id}));
  if (!open) TRY(SetState(job, file, CaseState::kDeciding));
  TRY(WatchCriminalLine(job, file, confirmed));
  TRY(AddEvent(
      job, file.id,
      {"settle", "意见书" + opinion.no + "确定违规金额" + FormatFen(confirmed) + "元",
       "opinion " + opinion.no + " settled at " + FormatFen(confirmed) + " yuan", "", OpinionLink(opinion.id)}));
  TRY(TellInstitution(job, opinion.institution,
                      {"settled", "意见书" + opinion.no + "已确定违规金额" + FormatFen(confirmed) + "元",
                       "opinion " + opinion.no + " is settled", OpinionLink(opinion.id)}));
  return TellTeam(
      job, file, {"settled", file.no + "可以拟定处理决定", file.no + ": a decision can be drafted", CaseLink(file.id)});
}

}  // namespace

Result<int64_t> IssueOpinion(Job& job, int64_t case_id, const OpinionInput& input) {
  CaseRow file = TRY(
      LoadCaseFor(job, case_id, CaseStep::kIssueOpinion, {.permission = "opinion.issue", .version = input.version}));
  if (auto why = RefuseTeam(file)) return ErrorOf(*why);
  if (file.against_person()) {
    return ErrorOf({"no_institution", "个人案件没有定点机构,不出具点对点审核意见书",
                    "a case of a person has no institution to put an opinion to"});
  }
  auto lines = TRY(ChosenLines(job, case_id, input.lines));
  Fen amount = 0;
  for (const auto& line : lines) amount += line.chk;
  int64_t table_days = job.rules.clocks.Find("answer")->length;
  int64_t days = input.answer_days ? *input.answer_days : TRY(NumberSetting(job, "casework.answer_days", table_days));

  std::string no = TRY(NextNumber(job, "YJ"));
  int64_t id =
      TRY(job.session.Insert("INSERT INTO opinion (no, case_id, institution, institution_name, area, state, text, "
                             "issued_at, issued_by, answer_due_at, lines_count, amount_fen) "
                             "VALUES (?, ?, ?, ?, ?, 'issued', ?, ?, ?, 0, ?, ?) RETURNING id",
                             {no, case_id, file.institution, file.institution_name, file.area, input.text, job.now,
                              job.actor.user, static_cast<int64_t>(lines.size()), amount}));
  std::vector<store::Values> rows;
  rows.reserve(lines.size());
  for (const auto& line : lines) rows.push_back({id, line.line, line.suspect, line.chk});
  TRY(job.session.InsertMany("opinion_line", {"opinion_id", "line_id", "suspect_id", "chk_fen"}, rows));

  TRY(PauseClocks(job, case_id, "answer"));
  EpochMs due =
      TRY(StartClocks(job, "opinion_issued",
                      {.file = &file, .object_kind = "opinion", .object = id, .length = static_cast<int>(days)}));
  TRY(job.session.Execute("UPDATE opinion SET answer_due_at = ? WHERE id = ?", {due, id}));
  TRY(SetState(job, file, CaseState::kAnswering));
  TRY(AddEvent(job, case_id,
               {"issue_opinion",
                "向" + file.institution_name + "出具审核意见书" + no + ",明细" + std::to_string(lines.size()) +
                    "条,金额" + FormatFen(amount) + "元",
                "opinion " + no + ": " + std::to_string(lines.size()) + " lines, " + FormatFen(amount) + " yuan", "",
                OpinionLink(id)}));
  TRY(TellInstitution(job, file.institution,
                      {"opinion", "收到审核意见书" + no + ",请于" + FormatDate(DayAt(due)) + "前答复",
                       "opinion " + no + " to be answered by " + FormatDate(DayAt(due)), OpinionLink(id)}));
  return id;
}

Status AnswerOpinion(Job& job, int64_t id, const AnswerInput& input, bool submit) {
  OpinionRow opinion = TRY(LoadForInstitution(job, id, OpinionStep::kAnswer, input.version, "opinion.answer"));
  if (job.now > opinion.answer_due_at) {
    return ErrorOf({"too_late", "答复期限已过", "the time to answer is over"});
  }
  TRY(KeepAnswers(job, opinion, input, submit));
  TRY(job.session.Execute("UPDATE opinion SET answer_remark = ? WHERE id = ?", {Maybe(input.remark), id}));
  if (!submit) {
    TRY(SetOpinionState(job, opinion, OpinionState::kIssued));
    return Record(job, {"opinion.save_answer", "opinion", WireId('o', id), "draft kept"});
  }
  Fen accepted = 0;
  Fen contested = 0;
  opinion = TRY(LoadOpinion(job, id));
  for (const auto& line : opinion.lines) {
    accepted += *line.answer_fen;
    contested += line.chk - *line.answer_fen;
  }
  TRY(job.session.Execute("UPDATE opinion SET answered_at = ?, accepted_fen = ?, contested_fen = ? WHERE id = ?",
                          {job.now, accepted, contested, id}));
  TRY(StopClocks(job, "answer", "opinion", id));
  TRY(ResumeClocks(job, opinion.case_id, "answer"));
  TRY(AddEvent(
      job, opinion.case_id,
      {"answer",
       opinion.institution_name + "答复" + opinion.no + ":认可" + FormatFen(accepted) + "元,异议" +
           FormatFen(contested) + "元",
       "answer to " + opinion.no + ": accepts " + FormatFen(accepted) + ", contests " + FormatFen(contested) + " yuan",
       input.remark.value_or(""), OpinionLink(id)}));
  if (contested == 0) return Settle(job, opinion, OpinionState::kSettled);

  CaseRow file = TRY(LoadCase(job, opinion.case_id));
  TRY(SetOpinionState(job, opinion, OpinionState::kAnswered));
  TRY(StartClocks(job, "answer_received", {.file = &file, .object_kind = "opinion", .object = id}));
  TRY(SetState(job, file, CaseState::kReviewing));
  return TellTeam(job, file,
                  {"answered", opinion.institution_name + "已答复" + opinion.no + ",请复核",
                   opinion.no + " is answered: review it", CaseLink(file.id)});
}

Status ExpireOpinion(Job& job, int64_t id) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  if (auto why = Refuse(opinion.state, OpinionStep::kExpire)) return ErrorOf(*why);
  // A draft that was never handed in is no answer.
  TRY(
      job.session.Execute("UPDATE opinion_line SET answer = 'accept', answer_fen = chk_fen, answer_reason = "
                          "'逾期未答复,视为认可', by_default = 1 WHERE opinion_id = ?",
                          {id}));
  TRY(job.session.Execute("UPDATE opinion SET accepted_fen = amount_fen, contested_fen = 0 WHERE id = ?", {id}));
  TRY(AddEvent(job, opinion.case_id,
               {"expire", opinion.institution_name + "逾期未答复" + opinion.no + ",视为认可",
                opinion.no + " was not answered in time: accepted by default", "", OpinionLink(id)}));
  TRY(ResumeClocks(job, opinion.case_id, "answer"));
  opinion = TRY(LoadOpinion(job, id));
  return Settle(job, opinion, OpinionState::kOverdue);
}

Status ReviewAnswer(Job& job, int64_t id, const ReviewInput& input) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  CaseRow file = TRY(LoadCaseFor(job, opinion.case_id, CaseStep::kReview, {.permission = "opinion.review"}));
  if (opinion.version != input.version) return StaleVersion("意见书", "the opinion");
  if (auto why = Refuse(opinion.state, OpinionStep::kReview)) return ErrorOf(*why);

  std::map<int64_t, const OpinionLineRow*> open;
  for (const auto& line : opinion.lines) {
    if (line.answer == "contest" && line.review.empty()) open[line.line] = &line;
  }
  std::vector<FieldProblem> problems;
  for (size_t i = 0; i < input.lines.size(); i++) {
    auto found = open.find(input.lines[i].line);
    TRY(CheckReviewLine(found == open.end() ? nullptr : found->second, input.lines[i], "/lines/" + std::to_string(i),
                        problems));
    if (found == open.end()) continue;
    Fen amount = input.lines[i].review == "lower" && !input.lines[i].amount
                     ? 0
                     : AmountOf(input.lines[i], found->second->chk, found->second->answer_fen.value_or(0));
    TRY(job.session.Execute(
        "UPDATE opinion_line SET review = ?, review_fen = ?, review_reason = ?, review_by = ? WHERE opinion_id = ? AND "
        "line_id = ?",
        {input.lines[i].review, amount, TextOrNull(input.lines[i].reason), job.actor.user, id, input.lines[i].line}));
    open.erase(found);
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));
  if (!open.empty()) {
    TRY(SetOpinionState(job, opinion, OpinionState::kAnswered));
    return AddEvent(job, file.id,
                    {"review_answer",
                     "复核" + opinion.no + "的" + std::to_string(input.lines.size()) + "条异议,尚余" +
                         std::to_string(open.size()) + "条",
                     "reviewed " + std::to_string(input.lines.size()) + " lines of " + opinion.no + ", " +
                         std::to_string(open.size()) + " left",
                     "", OpinionLink(id)});
  }
  TRY(StopClocks(job, "review", "opinion", id));
  TRY(AddEvent(job, file.id,
               {"review_answer", "复核" + opinion.no + "的异议完毕",
                "all contested lines of " + opinion.no + " are reviewed", "", OpinionLink(id)}));
  opinion = TRY(LoadOpinion(job, id));
  bool anything_left =
      std::any_of(opinion.lines.begin(), opinion.lines.end(), [](const auto& line) { return line.MayBeAppealed(); });
  if (!anything_left) return Settle(job, opinion, OpinionState::kSettled);

  int64_t days = TRY(NumberSetting(job, "casework.appeal_days", job.rules.clocks.Find("appeal")->length));
  EpochMs due =
      TRY(StartClocks(job, "opinion_reviewed",
                      {.file = &file, .object_kind = "opinion", .object = id, .length = static_cast<int>(days)}));
  TRY(job.session.Execute("UPDATE opinion SET appeal_due_at = ? WHERE id = ?", {due, id}));
  TRY(SetOpinionState(job, opinion, OpinionState::kReviewed));
  TRY(Touch(job, file));
  return TellInstitution(
      job, opinion.institution,
      {"reviewed", "意见书" + opinion.no + "已复核,可于" + FormatDate(DayAt(due)) + "前申诉",
       opinion.no + " is reviewed; an appeal is possible until " + FormatDate(DayAt(due)), OpinionLink(id)});
}

Status LapseAppeal(Job& job, int64_t id) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  if (opinion.state != OpinionState::kReviewed) return ErrorOf(*Refuse(opinion.state, OpinionStep::kAppeal));
  return Settle(job, opinion, OpinionState::kSettled);
}

Result<int64_t> FileAppeal(Job& job, int64_t id, const AppealInput& input) {
  OpinionRow opinion = TRY(LoadForInstitution(job, id, OpinionStep::kAppeal, input.version, "opinion.appeal"));
  if (opinion.appeal_due_at && job.now > *opinion.appeal_due_at) {
    return ErrorOf({"too_late", "申诉期限已过", "the time to appeal is over"});
  }
  std::set<int64_t> open;
  std::map<int64_t, Fen> amounts;
  for (const auto& line : opinion.lines) {
    if (!line.MayBeAppealed()) continue;
    open.insert(line.line);
    amounts[line.line] = *line.review_fen;
  }
  std::vector<FieldProblem> problems;
  Fen amount = 0;
  for (size_t i = 0; i < input.lines.size(); i++) {
    if (open.erase(input.lines[i]) == 0) {
      problems.push_back({"/lines/" + std::to_string(i), "a line upheld or lowered by the review, once",
                          "复核维持或调减的明细，各一次"});
      continue;
    }
    amount += amounts[input.lines[i]];
    TRY(job.session.Execute("UPDATE opinion_line SET appealed = 1 WHERE opinion_id = ? AND line_id = ?",
                            {id, input.lines[i]}));
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));

  CaseRow file = TRY(LoadCase(job, opinion.case_id));
  if (auto why = Refuse(file.state, CaseStep::kAppeal)) return ErrorOf(*why);
  nlohmann::json evidence = input.evidence;
  int64_t appeal =
      TRY(job.session.Insert("INSERT INTO appeal (opinion_id, case_id, state, reason, evidence_json, at, user_id, "
                             "amount_fen) VALUES (?, ?, 'filed', ?, ?, ?, ?, ?) RETURNING id",
                             {id, opinion.case_id, input.reason, evidence.dump(), job.now, job.actor.user, amount}));
  TRY(StopClocks(job, "appeal", "opinion", id));
  TRY(PauseClocks(job, file.id, "appeal"));
  TRY(StartClocks(job, "appeal_filed", {.file = &file, .object_kind = "appeal", .object = appeal}));
  TRY(SetOpinionState(job, opinion, OpinionState::kAppealed));
  TRY(SetState(job, file, CaseState::kAppealed));
  TRY(AddEvent(job, file.id,
               {"appeal",
                opinion.institution_name + "对" + opinion.no + "的" + std::to_string(input.lines.size()) +
                    "条明细提出申诉,金额" + FormatFen(amount) + "元",
                "appeal against " + std::to_string(input.lines.size()) + " lines of " + opinion.no, input.reason,
                OpinionLink(id)}));
  TRY(TellTeam(
      job, file,
      {"appeal", opinion.institution_name + "提出申诉,请抽取专家", "an appeal: draw experts", CaseLink(file.id)}));
  return appeal;
}

// The panel's work is in appeal_steps.cc; it ends here.
Status SettleAppeal(Job& job, int64_t opinion_id) {
  OpinionRow opinion = TRY(LoadOpinion(job, opinion_id));
  return Settle(job, opinion, OpinionState::kSettled);
}

}  // namespace yijian::casework
