// Experts of an appeal: the draw and the votes. Contract in opinion_steps.h.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/words.h"
#include "casework/clock_book.h"
#include "casework/opinion_book.h"
#include "casework/opinion_steps.h"

namespace yijian::casework {
namespace {

struct AppealRow {
  int64_t id = 0;
  int64_t opinion = 0;
  int64_t case_id = 0;
  std::string state;
  int64_t version = 0;
};

Result<AppealRow> LoadAppeal(Job& job, int64_t id) {
  auto row =
      TRY(job.session.QueryOne(std::string("SELECT * FROM appeal WHERE id = ?") + job.session.ForUpdate(), {id}));
  if (!row) return NotFound("no such appeal", "没有此申诉");
  return AppealRow{id, row->Int("opinion_id"), row->Int("case_id"), row->Text("state"), row->Int("version")};
}

// Everybody who had a hand in the case or belongs to the institution.
Result<std::set<int64_t>> InConflict(Job& job, const CaseRow& file) {
  std::set<int64_t> users(file.assistants.begin(), file.assistants.end());
  users.insert(file.recused.begin(), file.recused.end());
  users.insert({file.handler, file.opened_by});
  for (const auto& row :
       TRY(job.session.Query("SELECT DISTINCT user_id FROM case_event WHERE case_id = ?", {file.id}))) {
    users.insert(row.Int("user_id"));
  }
  for (int64_t user : TRY(job.bureau.OfInstitution(job.session, file.institution))) users.insert(user);
  return users;
}

std::string MakeSeed() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 4; i++) {
    uint32_t word = device();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return HexOfBytes(bytes);
}

Result<std::vector<int64_t>> NamedExperts(const DrawInput& input, const std::vector<int64_t>& pool) {
  std::vector<FieldProblem> problems;
  std::set<int64_t> seen;
  for (size_t i = 0; i < input.named.size(); i++) {
    bool fits = std::find(pool.begin(), pool.end(), input.named[i]) != pool.end() && seen.insert(input.named[i]).second;
    if (!fits)
      problems.push_back(
          {"/named/" + std::to_string(i), "an expert without conflict of interest, once", "无利害关系的专家，各一次"});
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));
  return input.named;
}

const char* PanelWord(Fen amount, Fen standing, Fen accepted) {
  if (amount >= standing) return "uphold";
  return amount > accepted ? "lower" : "drop";
}

// All have voted: the middle of their amounts binds, line by line.
Status Conclude(Job& job, const AppealRow& appeal, const OpinionRow& opinion) {
  std::map<int64_t, std::vector<Fen>> amounts;
  for (const auto& row :
       TRY(job.session.Query("SELECT line_id, amt_fen FROM appeal_vote WHERE appeal_id = ?", {appeal.id}))) {
    amounts[row.Int("line_id")].push_back(row.Int("amt_fen"));
  }
  for (const auto& line : opinion.lines) {
    if (!line.appealed) continue;
    Fen amount = PanelAmount(amounts.at(line.line));
    TRY(job.session.Execute("UPDATE opinion_line SET panel = ?, panel_fen = ? WHERE opinion_id = ? AND line_id = ?",
                            {std::string(PanelWord(amount, *line.review_fen, line.answer_fen.value_or(0))), amount,
                             opinion.id, line.line}));
  }
  TRY(job.session.Execute("UPDATE appeal SET state = 'settled' WHERE id = ?", {appeal.id}));
  TRY(StopClocks(job, "panel", "appeal", appeal.id));
  TRY(ResumeClocks(job, appeal.case_id, "appeal"));
  return SettleAppeal(job, opinion.id);
}

}  // namespace

std::vector<int64_t> DrawOrder(const std::string& seed, std::vector<int64_t> pool) {
  std::vector<std::pair<std::string, int64_t>> order;
  for (int64_t user : pool) order.emplace_back(Sha256Hex(seed + WireId('u', user)), user);
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); i++) pool[i] = order[i].second;
  return pool;
}

Fen PanelAmount(std::vector<Fen> amounts) {
  CHECK(!amounts.empty());
  size_t middle = (amounts.size() - 1) / 2;
  std::nth_element(amounts.begin(), amounts.begin() + static_cast<std::ptrdiff_t>(middle), amounts.end());
  return amounts[middle];
}

Status DrawExperts(Job& job, int64_t id, const DrawInput& input) {
  AppealRow appeal = TRY(LoadAppeal(job, id));
  CaseRow file = TRY(LoadCaseFor(job, appeal.case_id, CaseStep::kDrawExperts, {.permission = "appeal.draw"}));
  if (TRY(job.session.QueryOne("SELECT user_id FROM appeal_expert WHERE appeal_id = ? AND voted_at IS NOT NULL",
                               {id}))) {
    return ErrorOf({"voting_begun", "已有专家表决,不能重新抽取", "an expert has voted: no new draw"});
  }
  auto conflict = TRY(InConflict(job, file));
  std::vector<int64_t> pool;
  for (const auto& person : TRY(PeopleWithRole(job, "expert", file.area))) {
    if (conflict.count(person.user) == 0 && person.institution != file.institution) pool.push_back(person.user);
  }
  std::sort(pool.begin(), pool.end());
  std::string seed = input.named.empty() ? (input.seed.empty() ? MakeSeed() : input.seed) : "";
  std::vector<int64_t> panel = input.named.empty() ? DrawOrder(seed, pool) : TRY(NamedExperts(input, pool));
  if (input.named.empty()) {
    if (panel.size() < static_cast<size_t>(input.count)) {
      return FieldErrors(
          {{"/count", "at most " + std::to_string(panel.size()) + ": so many experts are without conflict of interest",
            "最多 " + std::to_string(panel.size()) + " 人：无利害关系的专家只有这些"}});
    }
    panel.resize(static_cast<size_t>(input.count));
  }
  TRY(job.session.Execute("DELETE FROM appeal_expert WHERE appeal_id = ?", {id}));
  for (int64_t user : panel)
    TRY(job.session.Execute("INSERT INTO appeal_expert (appeal_id, user_id) VALUES (?, ?)", {id, user}));
  TRY(job.session.Execute("UPDATE appeal SET state = 'panel', seed = ?, version = version + 1 WHERE id = ?",
                          {store::TextOrNull(seed), id}));
  TRY(Touch(job, file));
  TRY(AddEvent(job, file.id,
               {"draw_experts",
                std::string(seed.empty() ? "指定" : "随机抽取") + "专家" + std::to_string(panel.size()) + "人(回避" +
                    std::to_string(conflict.size()) + "人)",
                std::to_string(panel.size()) + " experts " + (seed.empty() ? "named" : "drawn by seed " + seed) +
                    " from " + std::to_string(pool.size()),
                seed, CaseLink(file.id)}));
  return Tell(job, panel,
              {"panel", "请对案件" + file.no + "的申诉合议表决", "your vote on the appeal of case " + file.no,
               "/appeals/" + WireId('p', id)});
}

Status VoteAppeal(Job& job, int64_t id, const ReviewInput& input) {
  AppealRow appeal = TRY(LoadAppeal(job, id));
  auto seat = TRY(job.session.QueryOne("SELECT voted_at FROM appeal_expert WHERE appeal_id = ? AND user_id = ?",
                                       {id, job.actor.user}));
  if (!seat) return NotFound("no such appeal", "没有此申诉");  // not on the panel: not his to see
  if (appeal.state != "panel")
    return ErrorOf({"not_in_this_state", "申诉不在合议中", "the appeal is not before its panel"});
  if (!seat->IsNull("voted_at")) return ErrorOf({"already_voted", "您已表决", "you have voted already"});
  if (appeal.version != input.version) return StaleVersion("申诉", "the appeal");
  OpinionRow opinion = TRY(LoadOpinion(job, appeal.opinion));

  std::map<int64_t, const OpinionLineRow*> open;
  for (const auto& line : opinion.lines) {
    if (line.appealed) open[line.line] = &line;
  }
  std::vector<FieldProblem> problems;
  std::vector<store::Values> votes;
  for (size_t i = 0; i < input.lines.size(); i++) {
    const auto& vote = input.lines[i];
    std::string at = "/lines/" + std::to_string(i);
    auto found = open.find(vote.line);
    if (found == open.end()) {
      problems.push_back({at + "/line", "an appealed line, once", "申诉的明细，各一次"});
      continue;
    }
    Fen least = found->second->answer_fen.value_or(0);
    Fen most = *found->second->review_fen;
    open.erase(found);
    Fen amount = vote.review == "uphold" ? most : least;
    if (vote.review == "lower") {
      if (!vote.amount || *vote.amount < least || *vote.amount >= most) {
        problems.push_back({at + "/amt_fen", std::to_string(least) + " or more, below " + std::to_string(most),
                            "不少于 " + std::to_string(least) + " 分，少于 " + std::to_string(most) + " 分"});
        continue;
      }
      amount = *vote.amount;
    }
    votes.push_back({id, job.actor.user, vote.line, vote.review, amount, store::TextOrNull(vote.reason)});
  }
  if (!open.empty()) problems.push_back({"/lines", "a vote on every appealed line", "对每条申诉明细的表决"});
  if (!problems.empty()) return FieldErrors(std::move(problems));

  TRY(job.session.InsertMany("appeal_vote", {"appeal_id", "user_id", "line_id", "review", "amt_fen", "reason"}, votes));
  TRY(job.session.Execute("UPDATE appeal_expert SET voted_at = ? WHERE appeal_id = ? AND user_id = ?",
                          {job.now, id, job.actor.user}));
  TRY(AddEvent(job, appeal.case_id,
               {"vote_panel", "专家" + job.actor.name + "已表决", "expert " + job.actor.name + " has voted", "", ""}));
  if (TRY(job.session.QueryOne("SELECT user_id FROM appeal_expert WHERE appeal_id = ? AND voted_at IS NULL", {id})))
    return {};
  return Conclude(job, appeal, opinion);
}

}  // namespace yijian::casework
