#include "casework/opinion_book.h"

#include "base/words.h"

namespace yijian::casework {

Result<OpinionRow> LoadOpinion(Job& job, int64_t id) {
  auto row =
      TRY(job.session.QueryOne(std::string("SELECT * FROM opinion WHERE id = ?") + job.session.ForUpdate(), {id}));
  if (!row) return NotFound("no such opinion", "没有此意见书");
  OpinionRow opinion{
      .id = id, .no = row->Text("no"), .case_id = row->Int("case_id"), .institution = row->Text("institution")};
  opinion.institution_name = row->Text("institution_name");
  opinion.area = row->Text("area");
  opinion.state = *Parse<OpinionState>(row->Text("state"));
  opinion.answer_due_at = row->Int("answer_due_at");
  opinion.appeal_due_at = row->MaybeInt("appeal_due_at");
  opinion.version = row->Int("version");
  if (!TRY(Sees(job, {opinion.case_id, opinion.area, opinion.institution})))
    return NotFound("no such opinion", "没有此意见书");
  TRY(job.session.ForEach("SELECT * FROM opinion_line WHERE opinion_id = ? ORDER BY line_id", {id},
                          [&](const store::Row& line) -> Status {
                            opinion.lines.push_back({.line = line.Int("line_id"),
                                                     .suspect = line.Int("suspect_id"),
                                                     .chk = line.Int("chk_fen"),
                                                     .answer = line.MaybeText("answer").value_or(""),
                                                     .answer_fen = line.MaybeInt("answer_fen"),
                                                     .review = line.MaybeText("review").value_or(""),
                                                     .review_fen = line.MaybeInt("review_fen"),
                                                     .appealed = line.Bool("appealed"),
                                                     .panel_fen = line.MaybeInt("panel_fen"),
                                                     .cnfm_fen = line.MaybeInt("cnfm_fen")});
                            return {};
                          }));
  return opinion;
}

Status SetOpinionState(Job& job, OpinionRow& opinion, OpinionState state) {
  opinion.state = state;
  int64_t changed =
      TRY(job.session.Execute("UPDATE opinion SET state = ?, version = version + 1 WHERE id = ? AND version = ?",
                              {std::string(Name(state)), opinion.id, opinion.version}));
  if (changed != 1) return StaleVersion("意见书", "the opinion");
  opinion.version++;
  return {};
}

}  // namespace yijian::casework
