// Message 3701: what has been put to an institution, as documents, suspects and details. Contract in national.h.
#include <map>

#include "casework/national.h"

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Row;

// What stands for the document of a suspect that has none.
constexpr const char* kDocument = "COALESCE(f.doc, 's' || CAST(f.id AS TEXT))";

std::string NationalTime(EpochMs at) {
  std::string moment = FormatMoment(at);  // 2026-03-02T09:00:00+08:00
  return moment.substr(0, 10) + " " + moment.substr(11, 8);
}

void PutTime(json& into, const char* name, const std::optional<EpochMs>& at) {
  if (at) into[name] = NationalTime(*at);
}
void PutText(json& into, const char* name, const std::optional<std::string>& text) {
  if (text && !text->empty()) into[name] = *text;
}
void PutAmount(json& into, const char* name, const std::optional<Fen>& amount) {
  if (amount) into[name] = FormatFen(*amount);
}

Where DocumentsWhere(const Job& job, const NationalQuery& query) {
  Where where;
  where.And("o.institution = ? AND o.state <> 'withdrawn'", {job.actor.institution});
  if (query.stage == 1) where.And("o.state IN ('issued', 'answered', 'overdue')");
  if (query.stage == 2) where.And("o.state IN ('reviewed', 'appealed', 'settled')");
  if (query.from) where.And("o.issued_at >= ?", {*query.from});
  if (query.until) where.And("o.issued_at <= ?", {*query.until});
  return where;
}

// The lines of one opinion in the documents asked for.
constexpr const char* kLines =
    "SELECT l.*, f.id AS suspect, f.doc, f.rule, f.message_zh, f.found_fen AS suspect_found, f.person, l.line_id, "
    "fl.feedetl_sn, fl.item_code, fl.item_name, fl.at AS line_at, fl.cnt, fl.pric, fl.amount_fen, fl.det_fen, "
    "c.source, COALESCE(r.name_zh, f.rule) AS rule_name, p.masked_name, p.gender FROM opinion_line l JOIN finding_line "
    "fl ON fl.id = l.line_id JOIN finding f ON f.id = l.suspect_id JOIN clue c ON c.id = f.clue_id LEFT JOIN rule_info "
    "r ON r.rule = f.rule LEFT JOIN person p ON p.ref = f.person WHERE l.opinion_id = ? ORDER BY f.id, l.line_id";

json DetailOf(const Row& row) {
  json detail = {{"docSusptDetlId", WireId('l', row.Int("line_id"))}};
  PutText(detail, "feedetlId", row.MaybeText("feedetl_sn"));
  PutText(detail, "hilistCode", row.MaybeText("item_code"));
  PutText(detail, "hilistName", row.MaybeText("item_name"));
  PutTime(detail, "feeOcurTime", row.MaybeInt("line_at"));
  PutText(detail, "cnt", row.MaybeText("cnt"));
  PutText(detail, "pric", row.MaybeText("pric"));
  PutAmount(detail, "sumamt", row.MaybeInt("amount_fen"));
  PutAmount(detail, "cnfmVolaAmt", row.MaybeInt("cnfm_fen"));
  PutAmount(detail, "volaDetAmt", row.MaybeInt("det_fen"));
  return detail;
}

// The sums of a suspect while its lines go by. A sum is there once a line has it.
struct Sums {
  Fen chk = 0;
  std::optional<Fen> applied, confirmed, deducted;
  void Add(const Row& row, bool handed_in) {
    auto add = [](std::optional<Fen>& sum, const std::optional<Fen>& more) {
      if (more) sum = sum.value_or(0) + *more;
    };
    chk += row.Int("chk_fen");
    if (handed_in && row.MaybeText("answer").value_or("") == "contest")
      add(applied, row.Int("chk_fen") - row.MaybeInt("answer_fen").value_or(0));
    add(confirmed, row.MaybeInt("cnfm_fen"));
    add(deducted, row.MaybeInt("det_fen"));
  }
};

json SuspectOf(const Row& row, const Row& opinion) {
  std::string state = opinion.Text("state");
  json suspect = {{"docSusptId", WireId('s', row.Int("suspect"))},
                  {"ruleCode", row.Text("rule")},
                  {"ruleName", row.Text("rule_name")},
                  {"volaCont", row.Text("message_zh")},
                  {"checkoutTime", NationalTime(opinion.Int("issued_at"))},
                  {"checkoutSusptAmt", FormatFen(row.Int("suspect_found"))},
                  {"susptAddWay", row.Text("source") == "rule" ? "1" : "2"},
                  {"applUpldAttFlag", "1"},
                  {"violationDetailIds", json::array()},
                  {"details", json::array()}};
  if (state != "issued") {
    PutText(suspect, "applRea", row.MaybeText("answer_reason"));
    PutTime(suspect, "applTime", opinion.MaybeInt("answered_at"));
  }
  // The second look is told when all of it is done.
  if (state != "issued" && state != "answered") PutText(suspect, "rchkOpnn", row.MaybeText("review_reason"));
  if (row.Bool("appealed")) {
    PutText(suspect, "appyClglRea", opinion.MaybeText("appeal_reason"));
    PutTime(suspect, "appyClglTime", opinion.MaybeInt("appeal_at"));
  }
  return suspect;
}

json DocumentOf(const Row& row, const Row& opinion, const std::string& doc) {
  json document = {{"docId", doc},
                   {"taskId", opinion.Text("no")},
                   {"admdvs", opinion.Text("area")},
                   {"medinsId", opinion.Text("institution")},
                   {"medinsName", opinion.Text("institution_name")},
                   {"docSusptDTOS", json::array()}};
  PutText(document, "mdtrtsn", row.MaybeText("doc"));
  PutText(document, "patnId", row.MaybeText("person"));
  PutText(document, "patnName", row.MaybeText("masked_name"));
  PutText(document, "gend", row.MaybeText("gender"));
  auto appeal_due = opinion.MaybeInt("appeal_due_at");
  PutTime(document, "applDdln", appeal_due ? appeal_due : opinion.MaybeInt("answer_due_at"));
  return document;
}

void Finish(json& suspect, const Sums& sums) {
  suspect["chkVolaAmt"] = FormatFen(sums.chk);
  PutAmount(suspect, "applAmt", sums.applied);
  PutAmount(suspect, "cnfmVolaAmt", sums.confirmed);
  PutAmount(suspect, "volaDetAmt", sums.deducted);
}

// Documents of one opinion by their docId; only those that are keys of `wanted` already.
Status FillDocuments(Job& job, int64_t opinion_id, std::map<std::string, json>& wanted) {
  auto opinion = TRY(job.session.QueryOne(
      "SELECT o.*, p.reason AS appeal_reason, p.at AS appeal_at FROM opinion o LEFT JOIN appeal p ON p.opinion_id = "
      "o.id WHERE o.id = ?",
      {opinion_id}));
  std::map<int64_t, Sums> sums;
  bool handed_in = opinion->Text("state") != "issued";
  TRY(job.session.ForEach(kLines, {opinion_id}, [&](const Row& row) -> Status {
    int64_t id = row.Int("suspect");
    std::string doc = row.MaybeText("doc").value_or(WireId('s', id));
    auto found = wanted.find(doc);
    if (found == wanted.end()) return {};
    json& document = found->second;
    if (document.is_null()) document = DocumentOf(row, *opinion, doc);
    json& suspects = document["docSusptDTOS"];
    if (suspects.empty() || suspects.back()["docSusptId"] != WireId('s', id))
      suspects.push_back(SuspectOf(row, *opinion));
    json& suspect = suspects.back();
    suspect["violationDetailIds"].push_back(WireId('l', row.Int("line_id")));
    suspect["details"].push_back(DetailOf(row));
    sums[id].Add(row, handed_in);
    Finish(suspect, sums[id]);
    return {};
  }));
  return {};
}

}  // namespace

Result<json> NationalDocuments(Job& job, const NationalQuery& query) {
  TRY(RequirePermission(job, "opinion.answer"));
  TRY(RequireInstitution(job.actor, job.actor.institution));
  Where where = DocumentsWhere(job, query);
  std::string from =
      "FROM opinion o JOIN opinion_line l ON l.opinion_id = o.id JOIN finding f ON f.id = l.suspect_id WHERE " +
      where.text + " GROUP BY o.id, " + kDocument;
  auto count = TRY(job.session.QueryOne("SELECT COUNT(*) AS n FROM (SELECT o.id " + from + ") d", where.values));
  store::Values values = where.values;
  values.emplace_back(query.paging.size);
  values.emplace_back(query.paging.offset());
  std::vector<std::pair<int64_t, std::string>> page;
  std::map<int64_t, std::map<std::string, json>> documents;
  for (const auto& row : TRY(job.session.Query(std::string("SELECT o.id, ") + kDocument + " AS doc_id " + from +
                                                   " ORDER BY o.id DESC, doc_id LIMIT ? OFFSET ?",
                                               values))) {
    page.emplace_back(row.Int("id"), row.Text("doc_id"));
    documents[row.Int("id")][row.Text("doc_id")] = nullptr;
  }
  for (auto& [opinion, wanted] : documents) TRY(FillDocuments(job, opinion, wanted));
  json data = json::array();
  for (const auto& [opinion, doc] : page) data.push_back(std::move(documents[opinion][doc]));
  return json{{"recordCounts", count->Int("n")},
              {"pageSize", query.paging.size},
              {"pageNum", query.paging.page},
              {"data", std::move(data)}};
}

}  // namespace yijian::casework
