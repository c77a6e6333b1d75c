#include "api/clue_json.h"

namespace yijian::api {
namespace {

using nlohmann::json;

json TextsOf(const std::string& text) {
  json parsed = json::parse(text, nullptr, false);
  return parsed.is_array() ? parsed : json::array();
}

json FactsOf(const std::string& text) {
  json facts = json::object();
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return facts;
  for (const auto& [name, value] : parsed.items()) facts[name] = value.is_string() ? value : json(value.dump());
  return facts;
}

json WireOrNull(char letter, const std::optional<int64_t>& id) {
  return id ? json(WireId(letter, *id)) : json(nullptr);
}

json LineJson(const clue::SuspectLine& line) {
  return {{"id", WireId('l', line.id)},
          {"kind", line.kind},
          {"no", OrNull(line.no)},
          {"feedetl_sn", OrNull(line.feedetl_sn)},
          {"item_code", OrNull(line.item_code)},
          {"item_name", OrNull(line.item_name)},
          {"at", MomentOrNull(line.at)},
          {"cnt", OrNull(line.cnt)},
          {"pric", OrNull(line.pric)},
          {"amount_fen", OrNull(line.amount)},
          {"doctor", OrNull(line.doctor)},
          {"department", OrNull(line.department)},
          {"charged", line.charged},
          {"verdict", line.verdict},
          {"account", OrNull(line.account)},
          {"checkout_suspt_amt_fen", line.found},
          {"attributed_fen", line.attributed},
          {"chk_vola_amt_fen", OrNull(line.chk)},
          {"cnfm_vola_amt_fen", OrNull(line.cnfm)},
          {"vola_det_amt_fen", OrNull(line.det)}};
}

json SuspectJson(const clue::Suspect& suspect) {
  json lines = json::array();
  for (const clue::SuspectLine& line : suspect.lines) lines.push_back(LineJson(line));
  return {{"id", WireId('s', suspect.id)},
          {"doc", OrNull(suspect.doc)},
          {"rule", suspect.rule},
          {"rule_name_zh", suspect.rule_name_zh},
          {"rule_name_en", suspect.rule_name_en},
          {"rule_version", suspect.rule_version},
          {"official", OrNull(suspect.official)},
          {"severity", suspect.severity},
          {"message_zh", suspect.message_zh},
          {"message_en", suspect.message_en},
          {"facts", FactsOf(suspect.facts_json)},
          {"person", OrNull(suspect.person)},
          {"person_name", suspect.person_name},
          {"institution", OrNull(suspect.institution)},
          {"at", MomentOrNull(suspect.at)},
          {"verdict", suspect.verdict},
          {"verdict_by", OrNull(suspect.verdict_by)},
          {"verdict_note", OrNull(suspect.verdict_note)},
          {"status", suspect.status},
          {"checkout_suspt_amt_fen", suspect.found},
          {"attributed_fen", suspect.attributed},
          {"fund_fen", OrNull(suspect.fund)},
          {"chk_vola_amt_fen", OrNull(suspect.chk)},
          {"cnfm_vola_amt_fen", OrNull(suspect.cnfm)},
          {"vola_det_amt_fen", OrNull(suspect.det)},
          {"lines", lines}};
}

}  // namespace

clue::Viewer ViewerOf(const account::Actor& actor) {
  clue::Viewer viewer;
  viewer.user = actor.id;
  viewer.name = actor.name;
  viewer.area = actor.area;
  viewer.institution = actor.institution;
  viewer.ip = actor.ip;
  viewer.works = actor.Can("clue.work");
  viewer.adds = actor.Can("clue.add");
  viewer.assigns = actor.Can("clue.assign");
  viewer.samples = actor.Can("clue.sample");
  viewer.opens_case = actor.Can("case.open");
  return viewer;
}

json ToJson(const clue::Clue& clue) {
  json rules = json::array();
  for (const clue::ClueRule& rule : clue.rules) {
    rules.push_back({{"rule", rule.rule},
                     {"name_zh", rule.name_zh},
                     {"name_en", rule.name_en},
                     {"findings", rule.findings},
                     {"found_fen", rule.found},
                     {"precision", rule.precision},
                     {"basis", TextsOf(rule.basis_json)}});
  }
  json merged = json::array();
  for (int64_t id : clue.merged) merged.push_back(WireId('c', id));
  return {{"id", WireId('c', clue.id)},
          {"no", clue.no},
          {"title", clue.title},
          {"source", clue.source},
          {"source_note", OrNull(clue.source_note)},
          {"matter", clue.matter},
          {"matter_zh", clue.matter_zh},
          {"matter_en", clue.matter_en},
          {"subject_kind", clue.subject_kind},
          {"subject", clue.subject},
          {"subject_name", clue.subject_name},
          {"institution", OrNull(clue.institution)},
          {"institution_name", OrNull(clue.institution_name)},
          {"area", clue.area},
          {"severity", clue.severity},
          {"status", clue.status},
          {"conduct", clue.conduct},
          {"outcome", OrNull(clue.outcome)},
          {"rank", clue.rank},
          {"rank_parts",
           {{"recoverable_fen", clue.recoverable}, {"evidence", clue.evidence}, {"precision", clue.precision}}},
          {"precision", clue.precision},
          {"found_fen", clue.found},
          {"fund_fen", clue.fund},
          {"confirmed_fen", clue.confirmed},
          {"refuted_fen", clue.refuted},
          {"findings", clue.findings},
          {"undecided", clue.undecided},
          {"persons", clue.persons},
          {"rules", rules},
          {"first_day", OrNull(clue.first_day)},
          {"last_day", OrNull(clue.last_day)},
          {"assignee", WireOrNull('u', clue.assignee)},
          {"assignee_name", OrNull(clue.assignee_name)},
          {"locked_by", WireOrNull('u', clue.locked_by)},
          {"locked_by_name", OrNull(clue.locked_by_name)},
          {"locked_until", MomentOrNull(clue.locked_until)},
          {"snoozed_until", OrNull(clue.snoozed_until)},
          {"snooze_reason", OrNull(clue.snooze_reason)},
          {"sampled_out", clue.sampled_out},
          {"merged_into", WireOrNull('c', clue.merged_into)},
          {"merged", merged},
          {"case", WireOrNull('a', clue.case_id)},
          {"due_at", MomentOrNull(clue.due_at)},
          {"related", clue.related},
          {"created_at", FormatMoment(clue.created_at)},
          {"updated_at", FormatMoment(clue.updated_at)},
          {"version", clue.version},
          {"actions", clue.actions}};
}

json ToJson(const clue::SuspectPage& page) {
  json rows = json::array();
  for (const clue::Suspect& suspect : page.rows) rows.push_back(SuspectJson(suspect));
  return {{"rows", rows}, {"total", page.total}};
}

json ToJson(const clue::RelatedClue& related) {
  return {{"id", WireId('c', related.id)},     {"no", related.no},   {"title", related.title},
          {"status", related.status},          {"why", related.why}, {"found_fen", related.found},
          {"outcome", OrNull(related.outcome)}};
}

json ToJson(const ledger::Funnel& funnel, bool reconciled) {
  return {{"identified_fen", funnel.identified},
          {"refuted_fen", funnel.refuted},
          {"confirmed_fen", funnel.confirmed},
          {"decided_fen", funnel.decided},
          {"recovered_fen", funnel.recovered},
          {"written_off_fen", funnel.written_off},
          {"damages_due_fen", funnel.damages_due},
          {"damages_paid_fen", funnel.damages_paid},
          {"fine_due_fen", funnel.fine_due},
          {"fine_paid_fen", funnel.fine_paid},
          {"reconciled", reconciled}};
}

}  // namespace yijian::api
