#include "casework/self_check_steps.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/words.h"
#include "casework/clock_book.h"

namespace yijian::casework {
namespace {

using nlohmann::json;
using store::Row;
using store::TextOrNull;

struct Check {
  int64_t id = 0;
  std::string no;
  std::string institution;
  std::string institution_name;
  std::string area;
  std::string state;
  int64_t version = 0;
};

Result<Check> Load(Job& job, int64_t id, int64_t version, const char* permission) {
  auto row =
      TRY(job.session.QueryOne(std::string("SELECT * FROM self_check WHERE id = ?") + job.session.ForUpdate(), {id}));
  bool seen = row && TRY(Sees(job, {0, row->Text("area"), row->Text("institution")}));
  if (!seen) return NotFound("no such self-inspection", "没有此自查自纠");
  TRY(RequirePermission(job, permission));
  if (row->Int("version") != version) return StaleVersion("自查自纠", "the self-inspection");
  return Check{id,
               row->Text("no"),
               row->Text("institution"),
               row->Text("institution_name"),
               row->Text("area"),
               row->Text("state"),
               version};
}

Status Move(Job& job, const Check& check, const std::string& state) {
  int64_t changed =
      TRY(job.session.Execute("UPDATE self_check SET state = ?, version = version + 1 WHERE id = ? AND version = ?",
                              {state, check.id, check.version}));
  return changed == 1 ? Status() : Status(StaleVersion("自查自纠", "the self-inspection"));
}

Error WrongState(const std::string& state) {
  return ErrorOf({"not_in_this_state", "自查自纠当前状态为“" + state + "”,不能进行此操作",
                  "the self-inspection is '" + state + "': this is not possible"});
}

struct Found {
  int64_t findings = 0;
  Fen fen = 0;
};

// Open suspects of these rules in the institution's data.
Result<std::map<std::string, Found>> FoundByRule(Job& job, const std::string& institution, const AskInput& input) {
  std::string sql =
      "SELECT f.rule, COUNT(*) AS n, CAST(COALESCE(SUM(f.attributed_fen), 0) AS BIGINT) AS fen FROM finding f WHERE "
      "f.institution = ? AND f.status = 'live' AND f.verdict IN ('undecided', 'confirmed')";
  store::Values values = {institution};
  if (input.from) {
    sql += " AND f.at >= ?";
    values.emplace_back(StartOfDayMs(*input.from));
  }
  if (input.until) {
    sql += " AND f.at < ?";
    values.emplace_back(StartOfDayMs(*input.until));
  }
  std::map<std::string, Found> found;
  for (const auto& row : TRY(job.session.Query(sql + " GROUP BY f.rule", values)))
    found[row.Text("rule")] = {row.Int("n"), row.Int("fen")};
  return found;
}

// `kind` is fixmedins_type as the register of the lake has it; where no register says it, the national code does:
// P... is a pharmacy, H... a hospital.
bool IsPharmacy(const std::string& kind, const std::string& code) {
  return kind.empty() ? code.starts_with('P') : kind == "2";
}

// Pharmacies get the items of pharmacies; what persons and gangs do is nobody's to inspect in himself.
bool Concerns(const NegativeItem& item, bool pharmacy) {
  if (item.kind == "person" || item.kind == "gang") return false;
  if (item.kind == "cross_region") return pharmacy == (item.code == "5-4");
  return pharmacy == (item.kind == "pharmacy");
}

Status AddItem(Job& job, int64_t check, int64_t position, const std::string& code, const char* source,
               const std::string& zh, const std::string& en, const std::vector<std::string>& rules,
               const Found& found) {
  json names = rules;
  TRY(job.session.Execute(
      "INSERT INTO self_check_item (self_check_id, position, code, source, zh, en, rules_json, found, found_fen) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {check, position, code, std::string(source), zh, en, names.dump(), found.findings, found.fen}));
  return {};
}

// Items of the negative list, then the rules that found something and stand under no item.
Result<Fen> AddItems(Job& job, int64_t check, bool pharmacy, const std::map<std::string, Found>& found) {
  int64_t position = 0;
  std::set<std::string> placed;
  for (const auto& item : job.rules.negative_list) {
    if (!Concerns(item, pharmacy)) continue;
    Found sum;
    for (const auto& rule : item.rules) {
      auto of_rule = found.find(rule);
      // A rule under two items is counted at the first.
      if (of_rule == found.end() || !placed.insert(rule).second) continue;
      sum.findings += of_rule->second.findings;
      sum.fen += of_rule->second.fen;
    }
    TRY(AddItem(job, check, position++, item.code, "negative_list", item.zh, item.en, item.rules, sum));
  }
  Fen all = 0;
  for (const auto& [rule, sum] : found) {
    all += sum.fen;
    if (placed.count(rule) != 0) continue;
    auto info = TRY(job.session.QueryOne("SELECT name_zh, name_en FROM rule_info WHERE rule = ?", {rule}));
    TRY(AddItem(job, check, position++, rule, "rule", info ? info->Text("name_zh") : rule,
                info ? info->Text("name_en") : rule, {rule}, sum));
  }
  return all;
}

Result<json> CheckOf(Job& job, const Row& row) {
  std::string state = row.Text("state");
  json shown = {{"id", WireId('s', row.Int("id"))},
                {"no", row.Text("no")},
                {"title", row.Text("title")},
                {"institution", row.Text("institution")},
                {"institution_name", row.Text("institution_name")},
                {"state", state},
                {"due", row.Text("due")},
                {"overdue", (state == "open" || state == "returned") && row.Text("due") < FormatDate(job.Today())},
                {"from", casework::OrNull(row.MaybeText("from_day"))},
                {"until", casework::OrNull(row.MaybeText("until_day"))},
                {"found_fen", row.Int("found_fen")},
                {"admitted_fen", row.Int("admitted_fen")},
                {"refund_fen", row.Int("refund_fen")},
                {"return_reason", casework::OrNull(row.MaybeText("return_reason"))},
                {"submitted_at", MomentOrNull(row.MaybeInt("submitted_at"))},
                {"version", row.Int("version")},
                {"actions", json::array()}};
  bool fills = job.actor.institution == row.Text("institution") && (state == "open" || state == "returned");
  if (fills) shown["actions"] = {"save", "submit"};
  if (state == "submitted" && job.bureau.May(job.actor, "selfcheck.review")) shown["actions"].push_back("review");
  return shown;
}

}  // namespace

Result<int64_t> StartSelfChecks(Job& job, const AskInput& input) {
  TRY(RequirePermission(job, "selfcheck.start"));
  if (input.due < job.Today()) return FieldErrors({{"/due", "today or later", "今天或以后"}});
  if (input.from && input.until && *input.until <= *input.from)
    return FieldErrors({{"/until", "a day after from", "晚于起始日"}});
  std::set<std::string> codes;
  for (size_t i = 0; i < input.institutions.size(); i++) {
    const std::string& code = input.institutions[i];
    auto known = TRY(job.session.QueryOne("SELECT * FROM institution WHERE code = ?", {code}));
    bool mine = known && TRY(Sees(job, {0, known->Text("area"), code}));
    if (!mine || !codes.insert(code).second)
      return FieldErrors(
          {{"/institutions/" + std::to_string(i), "an institution of your area, once", "所辖机构，各一次"}});
    std::string no = TRY(NextNumber(job, "ZC"));
    auto day = [](const std::optional<Date>& date) { return date ? store::Value(FormatDate(*date)) : store::Value(); };
    int64_t id = TRY(job.session.Insert(
        "INSERT INTO self_check (no, title, institution, institution_name, area, state, due, from_day, until_day, "
        "asked_at, asked_by) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?) RETURNING id",
        {no, input.title, code, known->Text("name"), known->Text("area"), FormatDate(input.due), day(input.from),
         day(input.until), job.now, job.actor.user}));
    Fen found = TRY(AddItems(job, id, IsPharmacy(known->Text("kind"), code), TRY(FoundByRule(job, code, input))));
    TRY(job.session.Execute("UPDATE self_check SET found_fen = ? WHERE id = ?", {found, id}));
    TRY(StartClocks(job, "self_check_asked",
                    {.object_kind = "self_check",
                     .object = id,
                     .institution = code,
                     .area = known->Text("area"),
                     .last_day = input.due}));
    TRY(TellInstitution(
        job, code,
        {"self_check", "请于" + FormatDate(input.due) + "前完成自查自纠:" + input.title,
         "self-inspection due " + FormatDate(input.due) + ": " + input.title, "/self-checks/" + WireId('s', id)}));
  }
  TRY(Record(
      job, {"selfcheck.start", "self_check", "", input.title + ": " + std::to_string(codes.size()) + " institutions"}));
  return static_cast<int64_t>(codes.size());
}

Status SaveSelfCheck(Job& job, int64_t id, int64_t version, const std::vector<SelfCheckAnswer>& answers) {
  Check check = TRY(Load(job, id, version, "selfcheck.answer"));
  if (check.state != "open" && check.state != "returned") return WrongState(check.state);
  std::vector<FieldProblem> problems;
  for (size_t i = 0; i < answers.size(); i++) {
    const auto& answer = answers[i];
    std::string at = "/items/" + std::to_string(i);
    Fen admitted = answer.admitted_fen.value_or(0);
    Fen refund = answer.refund_fen.value_or(0);
    if (!answer.admitted.value_or(false) && (admitted > 0 || refund > 0))
      problems.push_back({at + "/admitted", "true, where money is admitted", "承认金额时须选“是”"});
    if (admitted < 0) problems.push_back({at + "/admitted_fen", "0 or more", "0 或以上"});
    if (refund < 0 || refund > admitted)
      problems.push_back({at + "/refund_fen", "at most what is admitted", "不超过承认的金额"});
    store::Value said;
    if (answer.admitted) said = int64_t{*answer.admitted};
    int64_t changed =
        TRY(job.session.Execute("UPDATE self_check_item SET admitted = ?, admitted_fen = ?, refund_fen = ?, note = ? "
                                "WHERE self_check_id = ? AND code = ?",
                                {said, store::Maybe(answer.admitted_fen), store::Maybe(answer.refund_fen),
                                 store::Maybe(answer.note), id, answer.code}));
    if (changed == 0) problems.push_back({at + "/code", "an item of this self-inspection", "本次自查的项目"});
  }
  if (!problems.empty()) return FieldErrors(std::move(problems));
  TRY(
      job.session.Execute("UPDATE self_check SET admitted_fen = (SELECT CAST(COALESCE(SUM(admitted_fen), 0) AS BIGINT) "
                          "FROM self_check_item WHERE self_check_id = ?), "
                          "refund_fen = (SELECT CAST(COALESCE(SUM(refund_fen), 0) AS BIGINT) FROM self_check_item "
                          "WHERE self_check_id = ?) WHERE id = ?",
                          {id, id, id}));
  TRY(Move(job, check, check.state));
  return Record(job, {"selfcheck.save", "self_check", WireId('s', id), "draft kept"});
}

Status SubmitSelfCheck(Job& job, int64_t id, int64_t version) {
  Check check = TRY(Load(job, id, version, "selfcheck.answer"));
  if (check.state != "open" && check.state != "returned") return WrongState(check.state);
  auto open = TRY(job.session.Query(
      "SELECT code FROM self_check_item WHERE self_check_id = ? AND admitted IS NULL ORDER BY position", {id}));
  if (!open.empty())
    return FieldErrors(
        {{"/items/" + open[0].Text("code"), "a yes or no to every item; " + std::to_string(open.size()) + " are open",
          "逐项选择是或否；尚有 " + std::to_string(open.size()) + " 项未填"}});
  TRY(job.session.Execute("UPDATE self_check SET submitted_at = ?, return_reason = NULL WHERE id = ?", {job.now, id}));
  TRY(StopClocks(job, "self_check", "self_check", id));
  TRY(Move(job, check, "submitted"));
  auto asked = TRY(job.session.QueryOne("SELECT asked_by FROM self_check WHERE id = ?", {id}));
  TRY(Tell(job, {asked->Int("asked_by")},
           {"self_check", check.institution_name + "已提交自查自纠" + check.no,
            "self-inspection " + check.no + " is submitted", "/self-checks/" + WireId('s', id)}));
  return Record(job, {"selfcheck.submit", "self_check", WireId('s', id), "submitted"});
}

Status ReviewSelfCheck(Job& job, int64_t id, int64_t version, bool accept, const std::string& reason) {
  Check check = TRY(Load(job, id, version, "selfcheck.review"));
  if (check.state != "submitted") return WrongState(check.state);
  if (!accept) {
    if (reason.empty()) return FieldErrors({{"/reason", "why it goes back", "退回原因"}});
    TRY(job.session.Execute("UPDATE self_check SET return_reason = ? WHERE id = ?", {reason, id}));
    TRY(Move(job, check, "returned"));
    TRY(TellInstitution(job, check.institution,
                        {"self_check", "自查自纠" + check.no + "被退回:" + reason,
                         "self-inspection " + check.no + " was returned", "/self-checks/" + WireId('s', id)}));
    return Record(job, {"selfcheck.return", "self_check", WireId('s', id), reason});
  }
  for (const auto& item : TRY(job.session.Query("SELECT code, zh, rules_json, refund_fen FROM self_check_item WHERE "
                                                "self_check_id = ? AND refund_fen > 0 ORDER BY position",
                                                {id}))) {
    SelfRefund refund{.institution = check.institution,
                      .institution_name = check.institution_name,
                      .area = check.area,
                      .no = check.no,
                      .zh = item.Text("zh"),
                      .amount = item.Int("refund_fen")};
    refund.rules = ParseJson(item.Text("rules_json")).get<std::vector<std::string>>();
    TRY(BookSelfRefund(job, refund));
  }
  TRY(job.session.Execute("UPDATE self_check SET accepted_at = ? WHERE id = ?", {job.now, id}));
  TRY(Move(job, check, "accepted"));
  TRY(TellInstitution(job, check.institution,
                      {"self_check", "自查自纠" + check.no + "已通过", "self-inspection " + check.no + " was accepted",
                       "/self-checks/" + WireId('s', id)}));
  return Record(job, {"selfcheck.accept", "self_check", WireId('s', id), "accepted, refunds booked"});
}

Result<json> SelfCheckList(Job& job, const std::string& institution, const std::string& state, const Paging& paging) {
  TRY(RequirePermission(job, "case.see"));
  // An expert's scope is the cases of his panels, and these are no cases.
  bool only_expert = job.actor.roles.size() == 1 && job.actor.Is("expert");
  if (only_expert) return json{{"rows", json::array()}, {"total", 0}};
  Where where;
  store::Values seen;
  std::string sees = SeesWhere(job.actor, "s", "id", seen);
  where.And(sees, seen);
  if (!institution.empty()) where.And("s.institution = ?", {institution});
  if (!state.empty()) where.And("s.state = ?", {state});
  auto count = TRY(job.session.QueryOne("SELECT COUNT(*) AS n FROM self_check s WHERE " + where.text, where.values));
  store::Values values = where.values;
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const auto& row : TRY(job.session.Query(
           "SELECT s.* FROM self_check s WHERE " + where.text + " ORDER BY s.asked_at DESC, s.id DESC LIMIT ? OFFSET ?",
           values)))
    rows.push_back(TRY(CheckOf(job, row)));
  return json{{"rows", std::move(rows)}, {"total", count->Int("n")}};
}

Result<json> SelfCheckView(Job& job, int64_t id) {
  TRY(RequirePermission(job, "case.see"));
  auto row = TRY(job.session.QueryOne("SELECT * FROM self_check WHERE id = ?", {id}));
  bool seen = row && TRY(Sees(job, {0, row->Text("area"), row->Text("institution")}));
  if (!seen) return NotFound("no such self-inspection", "没有此自查自纠");
  json shown = TRY(CheckOf(job, *row));
  shown["items"] = json::array();
  for (const auto& item :
       TRY(job.session.Query("SELECT * FROM self_check_item WHERE self_check_id = ? ORDER BY position", {id}))) {
    auto admitted = item.MaybeInt("admitted");
    shown["items"].push_back({{"code", item.Text("code")},
                              {"zh", item.Text("zh")},
                              {"en", item.Text("en")},
                              {"source", item.Text("source")},
                              {"rules", ParseJson(item.Text("rules_json"))},
                              {"found", item.Int("found")},
                              {"found_fen", item.Int("found_fen")},
                              {"admitted", admitted ? json(*admitted != 0) : json()},
                              {"admitted_fen", casework::OrNull(item.MaybeInt("admitted_fen"))},
                              {"refund_fen", casework::OrNull(item.MaybeInt("refund_fen"))},
                              {"note", casework::OrNull(item.MaybeText("note"))}});
  }
  return shown;
}

json NegativeListView(const Rules& rules) {
  json items = json::array();
  for (const auto& item : rules.negative_list) {
    items.push_back({{"code", item.code},
                     {"issue", item.origin == "S3" ? "重点违法违规行为(28项)" : "本系统补充"},
                     {"zh", item.zh},
                     {"en", item.en},
                     {"kind", item.kind},
                     {"article", item.article},
                     {"rules", item.rules}});
  }
  return items;
}

}  // namespace yijian::casework
