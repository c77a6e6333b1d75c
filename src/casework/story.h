// For tests of this room: the steps of a case as its people take them.
#pragma once

#include <string>
#include <vector>

#include "casework/testing.h"

namespace yijian::casework {

class CaseStory : public CaseworkTest {
 protected:
  int64_t Open(std::vector<int64_t> clues, Track track = Track::kAgency) {
    auto id = Do(kAuditor, [&](Job& job) {
      return OpenCase(job, {.clues = clues, .title = "仁和医院重复收费", .track = track});
    });
    EXPECT_TRUE(id.has_value()) << Word(id);
    return *id;
  }
  Status Team(int64_t id, std::vector<int64_t> assistants = {kHelper}) {
    return Do(kAuditor, [&](Job& job) { return SetTeam(job, id, {kAuditor, assistants, Version("case_file", id)}); });
  }
  int64_t Issue(int64_t id) {
    int64_t version = Version("case_file", id);
    auto opinion =
        Do(kAuditor, [&](Job& job) { return IssueOpinion(job, id, {.text = "请核对", .version = version}); });
    EXPECT_TRUE(opinion.has_value()) << Word(opinion);
    return *opinion;
  }
  Status Answer(int64_t opinion, std::vector<AnswerLine> lines, int64_t user = kHospital) {
    int64_t version = Version("opinion", opinion);
    return Do(user, [&](Job& job) { return AnswerOpinion(job, opinion, {.lines = lines, .version = version}, true); });
  }
  Result<int64_t> Draft(int64_t id, std::vector<PlannedMeasure> measures) {
    int64_t version = Version("case_file", id);
    return Do(kAuditor, [&](Job& job) {
      return DraftDecision(
          job, id,
          {.facts = "事实", .reasons = "理由", .articles = {"条例 38(3)"}, .measures = measures, .version = version});
    });
  }
  Status Submit(int64_t decision) {
    int64_t version = Version("decision", decision);
    return Do(kAuditor, [&](Job& job) { return SubmitDecision(job, decision, version); });
  }
  int64_t Approval(int64_t decision) {
    return One("SELECT MAX(id) AS id FROM approval WHERE decision_id = ?", {decision}).Int("id");
  }
  Status Vote(int64_t user, int64_t decision, int step, Ballot ballot = Ballot::kAgree, std::string comment = "") {
    int64_t approval = Approval(decision);
    return Do(user, [&](Job& job) { return VoteApproval(job, approval, {step, ballot, comment}); });
  }
  Status Deliver(int64_t decision) {
    int64_t version = Version("decision", decision);
    return Do(kAuditor,
              [&](Job& job) { return DeliverDecision(job, decision, {.way = "electronic", .version = version}); });
  }
  int64_t MeasureOf(int64_t decision, const char* kind) {
    return One("SELECT id FROM measure WHERE decision_id = ? AND kind = ?", {decision, std::string(kind)}).Int("id");
  }
  Status Execute(int64_t decision, const char* kind, ExecuteInput input) {
    input.version = Version("decision", decision);
    int64_t measure = MeasureOf(decision, kind);
    return Do(kAuditor, [&](Job& job) { return ExecuteMeasure(job, measure, input); });
  }
  Status Close(int64_t id, const char* reason) {
    int64_t version = Version("case_file", id);
    return Do(kAuditor, [&](Job& job) {
      return CloseCase(job, id,
                       {.reason = reason, .exposure = true, .exposure_reason = "典型案例", .version = version});
    });
  }
  // Everything up to a decision in force: accepted lines, a refund, two or more levels.
  int64_t UpToForce(int64_t id) {
    int64_t opinion = Issue(id);
    std::vector<AnswerLine> all;
    auto rows = database_->Read(
        [&](store::Session& s) { return s.Query("SELECT line_id FROM opinion_line WHERE opinion_id = ?", {opinion}); });
    for (const auto& row : *rows) all.push_back({.line = row.Int("line_id"), .accept = true});
    EXPECT_EQ(Word(Answer(opinion, all)), "");
    auto decision = Draft(id, {{.kind = MeasureKind::kRecover}});
    EXPECT_TRUE(decision.has_value()) << Word(decision);
    EXPECT_EQ(Word(Submit(*decision)), "");
    int64_t level = One("SELECT level FROM decision WHERE id = ?", {*decision}).Int("level");
    for (int step = 1; step <= level; step++) EXPECT_EQ(Word(Vote(kLevel1 + step - 1, *decision, step)), "");
    return *decision;
  }
  std::string CaseState(int64_t id) { return State("case_file", id); }
};

}  // namespace yijian::casework
