// Messages 3702-3704. Contract in national.h.
#include "casework/national.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/words.h"
#include "casework/opinion_book.h"
#include "casework/opinion_steps.h"

namespace yijian::casework {
namespace {

using nlohmann::json;

// One suspect of the message and what became of it.
struct Asked {
  const NationalSuspect* said = nullptr;
  int64_t id = 0;
  int64_t opinion = 0;
  std::string reason;  // why it failed; empty: it did not

  bool failed() const { return !reason.empty(); }
};
using Group = std::vector<Asked*>;  // of one opinion

std::string ChineseOf(const Error& error) {
  return error.detail && !error.detail->zh.empty() ? error.detail->zh : error.message;
}

// Finds each suspect's opinion, the newest of the caller's own that holds a line of it.
Status Place(Job& job, const std::string& doc, std::set<int64_t>& seen, Asked& asked) {
  auto id = IdOf('s', asked.said->suspect);
  if (!id || !seen.insert(*id).second) {
    asked.reason = id ? "疑点重复" : "没有此疑点";
    return {};
  }
  asked.id = *id;
  auto row = TRY(job.session.QueryOne(
      "SELECT o.id, f.doc FROM finding f JOIN finding_line fl ON fl.finding_id = f.id JOIN opinion_line l ON l.line_id "
      "= fl.id JOIN opinion o ON o.id = l.opinion_id WHERE f.id = ? AND o.institution = ? AND o.state <> 'withdrawn' "
      "ORDER BY o.id DESC LIMIT 1",
      {*id, job.actor.institution}));
  if (!row) {
    asked.reason = "没有此疑点";
  } else if (row->MaybeText("doc").value_or(asked.said->suspect) != doc) {
    asked.reason = "疑点不属于此单据";
  } else {
    asked.opinion = row->Int("id");
  }
  return {};
}

// The files of a set, kept with the opinion's answer as well (once), as ids of evidence.
Result<std::vector<std::string>> UseFiles(Job& job, int64_t opinion, Asked& asked) {
  std::vector<std::string> ids;
  const std::string& key = asked.said->attachments;
  auto set = TRY(job.session.QueryOne("SELECT id FROM attachment_set WHERE key = ? AND institution = ?",
                                      {key, job.actor.institution}));
  if (!set) {
    asked.reason = "没有此附件(attUploadId)";
    return ids;
  }
  auto there = TRY(trail::EvidenceOf(job.session, "answer", WireId('o', opinion)));
  for (const auto& file : TRY(trail::EvidenceOf(job.session, "attachment_set", key))) {
    auto kept = std::find_if(there.begin(), there.end(), [&](const auto& one) {
      return one.file.sha256 == file.file.sha256 && one.about.name == file.about.name;
    });
    if (kept != there.end()) {
      ids.push_back(WireId('e', kept->id));
      continue;
    }
    trail::NewEvidence about = file.about;
    about.object_kind = "answer";
    about.object_id = WireId('o', opinion);
    ids.push_back(WireId('e', TRY(trail::AddEvidence(job.session, about, file.file, job.now))));
  }
  return ids;
}

// ---- 3702

struct Line {
  int64_t id = 0;
  int64_t suspect = 0;
  Fen chk = 0;
  std::optional<AnswerLine> answer;  // so far
};

Result<std::vector<Line>> LinesOf(Job& job, int64_t opinion) {
  std::vector<Line> lines;
  TRY(job.session.ForEach("SELECT * FROM opinion_line WHERE opinion_id = ? ORDER BY line_id", {opinion},
                          [&](const store::Row& row) -> Status {
                            Line line{row.Int("line_id"), row.Int("suspect_id"), row.Int("chk_fen"), {}};
                            auto answer = row.MaybeText("answer");
                            if (answer) {
                              line.answer = AnswerLine{.line = line.id, .accept = *answer == "accept"};
                              if (!line.answer->accept) line.answer->amount = row.MaybeInt("answer_fen");
                              line.answer->reason = row.MaybeText("answer_reason").value_or("");
                              if (auto evidence = row.MaybeText("answer_evidence_json"))
                                line.answer->evidence = ParseJson(*evidence).get<std::vector<std::string>>();
                            }
                            lines.push_back(std::move(line));
                            return {};
                          }));
  return lines;
}

// The contested amount is taken from the suspect's lines in order; what it does not reach is accepted.
Status AnswerSuspect(Job& job, int64_t opinion, Asked& asked, std::vector<Line>& lines) {
  Fen whole = 0;
  for (const auto& line : lines) {
    if (line.suspect == asked.id) whole += line.chk;
  }
  if (asked.said->apply && (asked.said->amount <= 0 || asked.said->amount > whole)) {
    asked.reason = "申诉金额应大于0且不超过" + FormatFen(whole) + "元";
    return {};
  }
  std::vector<std::string> evidence;
  if (asked.said->apply) evidence = TRY(UseFiles(job, opinion, asked));
  if (asked.failed()) return {};
  Fen left = asked.said->apply ? asked.said->amount : 0;
  for (auto& line : lines) {
    if (line.suspect != asked.id) continue;
    Fen contested = std::min(left, line.chk);
    left -= contested;
    line.answer = AnswerLine{.line = line.id, .accept = contested == 0};
    if (contested == 0) continue;
    line.answer->amount = line.chk - contested;
    line.answer->reason = asked.said->opinion;
    line.answer->evidence = evidence;
  }
  return {};
}

Status AnswerGroup(Job& job, int64_t id, const Group& group, const std::string& remark) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  auto lines = TRY(LinesOf(job, id));
  for (Asked* asked : group) TRY(AnswerSuspect(job, id, *asked, lines));
  if (std::all_of(group.begin(), group.end(), [](const Asked* asked) { return asked->failed(); })) return {};
  AnswerInput input{.version = opinion.version};
  if (!remark.empty()) input.remark = remark;
  for (auto& line : lines) {
    if (line.answer) input.lines.push_back(std::move(*line.answer));
  }
  return AnswerOpinion(job, id, input, input.lines.size() == lines.size());
}

// ---- 3703

Status CheckPanel(const OpinionRow& opinion, Asked& asked, AppealInput& input) {
  Fen contested = 0;
  size_t before = input.lines.size();
  for (const auto& line : opinion.lines) {
    if (line.suspect != asked.id || !line.MayBeAppealed()) continue;
    contested += *line.review_fen - line.answer_fen.value_or(0);
    input.lines.push_back(line.line);
  }
  if (input.lines.size() == before) {
    asked.reason = "没有可以申请合议的明细";
  } else if (asked.said->amount != contested) {
    asked.reason = "申请合议的金额应为" + FormatFen(contested) + "元";
  }
  return {};
}

Status PanelGroup(Job& job, int64_t id, const Group& group, const std::string& remark) {
  OpinionRow opinion = TRY(LoadOpinion(job, id));
  AppealInput input{.reason = remark, .version = opinion.version};
  std::set<std::string> said;
  std::set<std::string> evidence;
  for (Asked* asked : group) {
    if (!asked->said->apply) continue;
    TRY(CheckPanel(opinion, *asked, input));
    if (asked->failed()) continue;
    for (const auto& file : TRY(UseFiles(job, id, *asked))) evidence.insert(file);
    if (said.insert(asked->said->opinion).second)
      input.reason += (input.reason.empty() ? "" : "\n") + asked->said->opinion;
  }
  if (std::any_of(group.begin(), group.end(), [](const Asked* asked) { return asked->failed(); }))
    return ErrorOf({"others_failed", "同一意见书的其他疑点有误,本疑点未提交",
                    "another suspect of the same opinion is wrong: none is filed"});
  if (input.lines.empty()) return {};
  input.evidence.assign(evidence.begin(), evidence.end());
  TRY(FileAppeal(job, id, input));
  return {};
}

// ---- both

json Told(const NationalAppeal& appeal, const std::vector<std::vector<Asked>>& asked) {
  json docs = json::array();
  for (size_t d = 0; d < appeal.docs.size(); d++) {
    json suspects = json::array();
    size_t failed = 0;
    for (const auto& one : asked[d]) {
      failed += one.failed();
      suspects.push_back(
          {{"susptId", one.said->suspect}, {"susptCode", one.failed() ? "1" : "0"}, {"susptReason", one.reason}});
    }
    docs.push_back({{"docId", appeal.docs[d].doc},
                    {"docCode", failed > 0 ? "1" : "0"},
                    {"docReason", failed > 0 ? std::to_string(failed) + "个疑点未成功" : ""},
                    {"docsuspt", std::move(suspects)}});
  }
  return {{"docs", std::move(docs)}};
}

using GroupStep = Status (*)(Job& job, int64_t opinion, const Group& group, const std::string& remark);

Result<json> Take(Casework& casework, const Actor& actor, const NationalAppeal& appeal, const char* permission,
                  GroupStep step) {
  std::vector<std::vector<Asked>> asked(appeal.docs.size());
  TRY(casework.Read(actor, [&](Job& job) -> Status {
    TRY(RequireInstitution(job.actor, job.actor.institution));
    TRY(RequirePermission(job, permission));
    std::set<int64_t> seen;
    for (size_t d = 0; d < appeal.docs.size(); d++) {
      asked[d].clear();
      for (const auto& suspect : appeal.docs[d].suspects) {
        asked[d].push_back({.said = &suspect});
        TRY(Place(job, appeal.docs[d].doc, seen, asked[d].back()));
      }
    }
    return {};
  }));
  std::map<int64_t, Group> groups;
  for (auto& document : asked) {
    for (auto& one : document) {
      if (!one.failed()) groups[one.opinion].push_back(&one);
    }
  }
  for (auto& [opinion, group] : groups) {
    Status done = casework.Write(actor, [&, id = opinion, &members = group](Job& job) -> Status {
      for (Asked* one : members) one->reason.clear();  // a step may run again
      return step(job, id, members, appeal.remark);
    });
    if (done.has_value()) continue;
    const Error& error = done.error();
    if (error.code == ErrorCode::kIo || error.code == ErrorCode::kInternal) return error;
    for (Asked* one : group) {
      if (!one->failed()) one->reason = ChineseOf(error);
    }
  }
  return Told(appeal, asked);
}

}  // namespace

Status RequireInstitution(const Actor& actor, const std::string& code) {
  if (!actor.institution.empty() && actor.institution == code) return {};
  return Forbidden({"not_your_institution", "只能由该机构自己的用户发送", "only the institution itself may send this"});
}

Result<json> NationalAnswer(Casework& casework, const Actor& actor, const NationalAppeal& appeal) {
  return Take(casework, actor, appeal, "opinion.answer", AnswerGroup);
}

Result<json> NationalPanel(Casework& casework, const Actor& actor, const NationalAppeal& appeal) {
  return Take(casework, actor, appeal, "opinion.appeal", PanelGroup);
}

Result<std::string> AddAttachments(Job& job, const std::string& set, const std::vector<NationalFile>& files) {
  TRY(RequireInstitution(job.actor, job.actor.institution));
  TRY(RequirePermission(job, "opinion.answer"));
  std::string key = set;
  if (key.empty()) {
    key = TRY(NextNumber(job, "FJ"));
    TRY(job.session.Execute("INSERT INTO attachment_set (key, institution, made_at) VALUES (?, ?, ?)",
                            {key, job.actor.institution, job.now}));
  } else if (!TRY(job.session.QueryOne("SELECT id FROM attachment_set WHERE key = ? AND institution = ?",
                                       {key, job.actor.institution}))) {
    return NotFound("no such set of attachments", "没有此附件集");
  }
  for (const auto& file : files) {
    TRY(trail::AddEvidence(job.session,
                           {.object_kind = "attachment_set",
                            .object_id = key,
                            .name = file.name,
                            .by = job.actor.user,
                            .by_name = job.actor.name},
                           file.kept, job.now));
  }
  TRY(Record(job, {"national.attachment", "attachment_set", key, std::to_string(files.size()) + " files"}));
  return key;
}

}  // namespace yijian::casework
