// Answers as JSON: the interface's result rows with what it has no fields for beside them, and the plain twin.

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "realtime/wire.h"

namespace yijian::realtime {
namespace {

using json = nlohmann::ordered_json;

std::string DumpOf(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// Characters, never half of one.
std::string Cut(const std::string& text, size_t characters) {
  size_t at = 0;
  while (at < text.size() && characters > 0) {
    at++;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) at++;
    characters--;
  }
  return text.substr(0, at);
}

// Dictionary sev_deg.
const char* SeverityCode(program::Severity severity) {
  return severity == program::Severity::kViolation ? "1" : severity == program::Severity::kSuspect ? "2" : "3";
}

std::string Join(const std::vector<std::string>& texts, const char* between) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : between) + text;
  return joined;
}

std::string OpenUntil(const Accusation& accusation) {
  if (accusation.open_until == kNull) return "";
  return accusation.open_until == INT64_MAX ? "9999-12-31 23:59:59" : FormatTime(accusation.open_until);
}

const std::string& LineName(const Draft& draft, const AccusedRow& row) {
  static const std::string kUnknown;
  auto at = draft.row_names.find(row.key);
  return row.kind != Kind::kLine || at == draft.row_names.end() ? kUnknown : at->second;
}

// Which visit a row belongs to, where the draft or the accusation names it.
std::string VisitNo(const Draft& draft, const Accusation& accusation, const AccusedRow& row) {
  if (row.visit == kNull) return "";
  const Rows& visits = draft.told.of(Kind::kVisit);
  for (size_t i = 0; i < visits.size(); i++) {
    if (visits.key[i] == row.visit) return draft.told.visit_no[i];
  }
  return !accusation.rows.empty() && row.visit == accusation.rows[0].visit ? accusation.visit_no : "";
}

// The interface wants a number; the shortest text of a double with two decimals is those decimals.
double Money(Fen fen) { return static_cast<double>(fen) / 100; }

json FailModes(const Policy& policy) {
  json modes = json::object();
  for (int i = 0; i < 4; i++) {
    auto rule_class = static_cast<program::RuleClass>(i);
    modes[program::NameOf(rule_class)] = policy.FailsClosed(rule_class) ? "closed" : "open";
  }
  return modes;
}

json NotReached(const Answer& answer) {
  json list = json::array();
  for (uint32_t rule : answer.not_reached) {
    const program::Rule& of = answer.version->rules().rules[rule];
    list.push_back({{"rule_id", of.id}, {"fail", answer.policy->FailsClosed(of.rule_class) ? "closed" : "open"}});
  }
  return list;
}

json NationalHit(const Draft& draft, const Answer& answer, const Hit& hit) {
  const program::Rule& rule = answer.version->rules().rules[hit.accusation.rule];
  const Accusation& accusation = hit.accusation;
  std::string id = HexOf(accusation.id);
  json details = json::array();
  int number = 0;
  for (const AccusedRow& row : accusation.rows) {
    details.push_back({{"jrd_id", id + "-" + std::to_string(++number)},
                       {"patn_id", draft.told.no},
                       {"mdtrt_id", VisitNo(draft, accusation, row)},
                       {"rx_id", LineName(draft, row)},
                       {"vola_item_type", row.charged ? "1" : "2"},
                       {"vola_amt", Money(row.amount)},
                       {"hilist_code", row.item == kNull ? "" : eval::TextOf(answer.version->bound(), row.item)},
                       {"fee_ocur_time", row.time == kNull ? "" : FormatTime(row.time)}});
  }
  bool of_visit = accusation.rows[0].kind != Kind::kLine;
  return {{"jr_id", id},
          {"rule_id", rule.id},
          {"rule_name", rule.name.zh},
          {"vola_cont", Cut(accusation.message_zh, 500)},
          {"patn_id", draft.told.no},
          {"mdtrt_id", accusation.visit_no},
          {"judge_result_detail_dtos", std::move(details)},
          {"vola_amt", Money(accusation.amount)},
          {"vola_amt_stas", accusation.amount_unknown ? "0" : "1"},
          {"sev_deg", SeverityCode(rule.severity)},
          {"vola_evid", Cut(Join(rule.basis, "；"), 500)},
          {"vola_bhvr_type", of_visit ? "1" : "2"},
          {"task_id", draft.msgid},
          {"rule_version", rule.version},
          {"official_code", rule.official},
          {"advice", NameOf(hit.advice)},
          {"advice_name", ChineseOf(hit.advice)},
          {"reason_needed", hit.reason_needed},
          {"remedy", hit.remedy_zh},
          {"open_until", OpenUntil(accusation)}};
}

std::string ReasonName(const std::string& reason) {
  size_t dot = reason.find('.');
  const timeline::KindInfo* kind = dot == std::string::npos ? nullptr : timeline::FindKind(reason.substr(0, dot));
  const timeline::FieldInfo* field = kind ? timeline::FindField(kind->kind, reason.substr(dot + 1)) : nullptr;
  return field ? std::string(kind->zh) + "." + std::string(field->zh) : reason;
}

json UnknownOf(const Draft& draft, const Answer& answer, const Doubt& doubt) {
  const program::Rule& rule = answer.version->rules().rules[doubt.rule];
  return {{"rule_id", rule.id},
          {"rule_name", rule.name.zh},
          {"rx_id", LineName(draft, doubt.row)},
          {"missing", doubt.reason},
          {"missing_name", ReasonName(doubt.reason)}};
}

json LineOf(const Draft& draft, const Answer& answer, const Accusation& accusation, const AccusedRow& row) {
  const eval::Bound& bound = answer.version->bound();
  json line{{"kind", timeline::InfoOf(row.kind).name},
            {"line", LineName(draft, row)},
            {"visit", VisitNo(draft, accusation, row)},
            {"role", row.charged ? "charged" : "evidence"},
            {"item", row.item == kNull ? "" : eval::TextOf(bound, row.item)},
            {"item_name", row.item == kNull ? "" : eval::NameOf(bound, row.item)},
            {"time", row.time == kNull ? "" : FormatTime(row.time)},
            {"amount", FormatFen(row.amount)}};
  if (row.units > 0) line["units"] = FormatMicro(row.units);
  return line;
}

json TwinHit(const Draft& draft, const Answer& answer, const Hit& hit) {
  const program::Rule& rule = answer.version->rules().rules[hit.accusation.rule];
  const Accusation& accusation = hit.accusation;
  json lines = json::array();
  for (const AccusedRow& row : accusation.rows) lines.push_back(LineOf(draft, answer, accusation, row));
  json facts = json::object();
  for (const finding::FactValue& fact : accusation.facts) facts[fact.name] = fact.text;
  return {{"id", HexOf(accusation.id)},
          {"rule", rule.id},
          {"rule_version", rule.version},
          {"name", {{"zh", rule.name.zh}, {"en", rule.name.en}}},
          {"class", program::NameOf(rule.rule_class)},
          {"official", rule.official},
          {"severity", program::NameOf(rule.severity)},
          {"visit", accusation.visit_no},
          {"lines", std::move(lines)},
          {"facts", std::move(facts)},
          {"amount", FormatFen(accusation.amount)},
          {"amount_unknown", accusation.amount_unknown},
          {"message", {{"zh", accusation.message_zh}, {"en", accusation.message_en}}},
          {"basis", rule.basis},
          {"why", {{"zh", rule.why.zh}, {"en", rule.why.en}}},
          {"remedy", {{"zh", hit.remedy_zh}, {"en", hit.remedy_en}}},
          {"advice", NameOf(hit.advice)},
          {"reason_needed", hit.reason_needed},
          {"open_until", OpenUntil(accusation)}};
}

}  // namespace

std::string WriteNational(const std::vector<Draft>& drafts, const std::vector<Answer>& answers) {
  json result = json::array();
  json unknown = json::array();
  json lifted = json::array();
  Advice advice = Advice::kPass;
  for (size_t i = 0; i < drafts.size(); i++) {
    for (const Hit& hit : answers[i].hits) result.push_back(NationalHit(drafts[i], answers[i], hit));
    for (const Doubt& doubt : answers[i].doubts) {
      json row = UnknownOf(drafts[i], answers[i], doubt);
      row["patn_id"] = drafts[i].told.no;
      unknown.push_back(std::move(row));
    }
    for (const Accusation& gone : answers[i].lifted) lifted.push_back(HexOf(gone.id));
    advice = std::max(advice, answers[i].advice);
  }
  json output{{"result", std::move(result)},
              {"unknown", std::move(unknown)},
              {"lifted", std::move(lifted)},
              {"advice", NameOf(advice)},
              {"advice_name", ChineseOf(advice)}};
  if (!answers.empty()) {
    output["not_reached"] = NotReached(answers[0]);
    output["fail"] = FailModes(*answers[0].policy);
    output["pack"] = answers[0].version->rules().digest.substr(0, 12);
  }
  return DumpOf(output);
}

std::string WriteTwin(const std::vector<Draft>& drafts, const std::vector<Answer>& answers) {
  json list = json::array();
  Advice advice = Advice::kPass;
  bool held_back = false;
  for (size_t i = 0; i < drafts.size(); i++) {
    const Answer& answer = answers[i];
    json hits = json::array(), lifted = json::array(), unknowns = json::array();
    for (const Hit& hit : answer.hits) hits.push_back(TwinHit(drafts[i], answer, hit));
    for (const Accusation& gone : answer.lifted)
      lifted.push_back({{"id", HexOf(gone.id)}, {"rule", answer.version->rules().rules[gone.rule].id}});
    for (const Doubt& doubt : answer.doubts) {
      const program::Rule& rule = answer.version->rules().rules[doubt.rule];
      unknowns.push_back({{"rule", rule.id},
                          {"name", {{"zh", rule.name.zh}, {"en", rule.name.en}}},
                          {"line", LineName(drafts[i], doubt.row)},
                          {"missing", doubt.reason},
                          {"missing_name", ReasonName(doubt.reason)}});
    }
    list.push_back({{"person", drafts[i].told.no},
                    {"advice", NameOf(answer.advice)},
                    {"held_back", answer.held_back},
                    {"hits", std::move(hits)},
                    {"lifted", std::move(lifted)},
                    {"unknowns", std::move(unknowns)}});
    advice = std::max(advice, answer.advice);
    held_back = held_back || answer.held_back;
  }
  json output{{"advice", NameOf(advice)}, {"held_back", held_back}, {"answers", std::move(list)}};
  if (!answers.empty()) {
    output["not_reached"] = NotReached(answers[0]);
    output["fail"] = FailModes(*answers[0].policy);
    output["pack"] = answers[0].version->rules().digest;
    output["microseconds"] = answers[0].microseconds;
  }
  return DumpOf(output);
}

}  // namespace yijian::realtime
