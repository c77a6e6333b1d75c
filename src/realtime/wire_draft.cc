// 3101 and 3102, and the plain JSON twin: the same tree under two sets of names.

#include "realtime/wire_rows.h"

namespace yijian::realtime {
namespace {

std::string Place(const std::string& place, std::string_view name, size_t at) {
  return place + (place.empty() ? "" : ".") + std::string(name) + "[" + std::to_string(at) + "]";
}

class DraftReader {
 public:
  DraftReader(program::Moment moment, const WireContext& context)
      : moment_(moment), context_(context), rows_(context) {}

  Result<std::vector<Draft>> Read(const Json& data) {
    std::vector<std::string> rules;
    if (const Json* ids = data.Find("rule_ids"); ids && data.ScalarOf("trig_scen").empty()) {
      for (const Json& id : ids->items()) {
        if (id.kind != Json::Kind::kText || id.text.size() > 50) return WireError("YJ1003", "rule_ids");
        rules.emplace_back(id.text);
      }
    }
    const Json* patients = FirstOf(data, {"patient_dtos", "patientDtos", "persons"});
    if (!patients) return WireError("YJ1002", "patient_dtos");
    std::vector<const Json*> list = patients->Items();
    if (list.empty()) return WireError("YJ3002");
    if (list.size() > kPersonsMax) return WireError("YJ3005");
    std::vector<Draft> drafts;
    for (size_t at = 0; at < list.size(); at++) {
      if (!list[at]->is_object()) return WireError("YJ1003", Place("", "patient_dtos", at));
      drafts.push_back(TRY(Patient(*list[at], Place("", "patient_dtos", at))));
      drafts.back().rules = rules;
      if (rows_.too_many()) return WireError("YJ3005");
    }
    return drafts;
  }

 private:
  Result<Draft> Patient(const Json& patient, const std::string& place) {
    Draft draft;
    draft.msgid = context_.msgid;
    draft.moment = moment_;
    draft.institution = context_.institution;
    draft.trial = context_.trial;
    draft.now = context_.now;
    draft.told.no = TRY(Required(patient, {"patn_id", "psn_no"}, 50, place));
    draft.told.subject = IdKeyOf(draft.told.no);
    draft.elsewhere.no = draft.told.no;
    draft.elsewhere.subject = draft.told.subject;
    TRY(rows_.Person(patient, place, draft.told));
    const Json* encounters = FirstOf(patient, {"fsi_encounter_dtos", "encounter_dtos", "encounterDtos", "visits"});
    std::vector<const Json*> list = encounters ? encounters->Items() : std::vector<const Json*>();
    if (list.empty()) return WireError("YJ1002", place + ".fsi_encounter_dtos");
    std::string current = TRY(Optional(patient, {"curr_mdtrt_id", "curr_mdtrt"}, 50, place));
    if (current.empty() && list.size() > 1) return WireError("YJ1002", place + ".curr_mdtrt_id");
    bool found = false;
    for (size_t at = 0; at < list.size(); at++) {
      std::string where = Place(place, "fsi_encounter_dtos", at);
      if (!list[at]->is_object()) return WireError("YJ1003", where);
      std::string visit_no = TRY(Required(*list[at], {"mdtrt_id"}, 50, where));
      bool is_current = current.empty() || visit_no == current;
      if (is_current && found) return WireError("YJ1003", where + ".mdtrt_id");
      found = found || is_current;
      TRY(Encounter(*list[at], visit_no, is_current, where, draft));
    }
    if (!found) return WireError("YJ3002", place + ".curr_mdtrt_id");
    Settle(draft.told);
    Settle(draft.elsewhere);
    return draft;
  }

  Status Encounter(const Json& encounter, const std::string& visit_no, bool current, const std::string& where,
                   Draft& draft) {
    History& history = current ? draft.told : draft.elsewhere;
    int64_t visit = IdKeyOf(visit_no);
    TRY(rows_.Visit(encounter, visit_no, where, history));
    const Json* diagnoses =
        FirstOf(encounter, {"fsi_diagnose_dtos", "diagnose_dtos", "diagnoseDtos", "diagnoses", "diseinfo"});
    const Json* operations =
        FirstOf(encounter, {"fsi_operation_dtos", "operation_dtos", "operationDtos", "operations"});
    TRY(rows_.Diagnoses(diagnoses, visit_no, where, history));
    TRY(rows_.Operations(operations, visit_no, where, history));
    if (current) {
      // What is told of the visit replaces what was.
      if (history.of(Kind::kDiagnosis).size() > 0)
        draft.clears.push_back({Deed::kDropList, Kind::kDiagnosis, visit, kNull, kNull, INT64_MAX});
      if (history.of(Kind::kOperation).size() > 0)
        draft.clears.push_back({Deed::kDropList, Kind::kOperation, visit, kNull, kNull, INT64_MAX});
      if (moment_ == program::kMid)
        draft.clears.push_back({Deed::kDropUnsettled, Kind::kLine, visit, kNull, kNull, INT64_MAX});
    }
    int64_t settlement = kNull;
    if (moment_ == program::kMid && current) settlement = TRY(Settlements(encounter, visit_no, where, history));
    const Json* orders = FirstOf(encounter, {"fsi_order_dtos", "order_dtos", "orderDtos", "lines", "feedetail"});
    size_t at = 0;
    for (const Json* order : orders ? orders->Items() : std::vector<const Json*>()) {
      std::string place = Place(where, "fsi_order_dtos", at++);
      if (!order->is_object()) return WireError("YJ1003", place);
      std::string serial = TRY(Required(*order, {"rx_id", "feedetl_sn", "bkkp_sn"}, 50, place));
      // Before settlement, orders that are not current are history; at settlement all of the visit is judged.
      bool past = current && moment_ == program::kPre && order->ScalarOf("curr_drord_flag") == "0";
      int64_t key = TRY(rows_.Line(*order, visit_no, serial, settlement, place, past ? draft.elsewhere : history));
      draft.row_names.emplace(key, serial);
      if (rows_.too_many()) return WireError("YJ3005");
    }
    RowReader::TraceFacts facts;
    facts.visit = visit;
    facts.settlement = settlement;
    facts.time = context_.now;
    facts.event = "sale";
    facts.serial = visit_no;
    TRY(rows_.Traces(encounter, facts, where, history));
    return {};
  }

  // The settlement in preparation: a node of its own where the caller has it (2206), else what the visit says of money.
  Result<int64_t> Settlements(const Json& encounter, const std::string& visit_no, const std::string& where,
                              History& history) {
    const Json* node = FirstOf(encounter, {"setlinfo", "settlement"});
    const Json& from = node && node->is_object() ? *node : encounter;
    std::string id = TRY(Optional(from, {"setl_id"}, 30, where));
    int64_t key = id.empty() ? IdKeyOf(visit_no + "|draft") : IdKeyOf(id);
    if (&from != &encounter) {
      TRY(rows_.Settlement(from, visit_no, key, where + ".setlinfo", history));
      return key;
    }
    if (encounter.ScalarOf("medfee_sumamt").empty()) return kNull;
    // Only what the visit's sums surely mean; the rest is unknown.
    std::vector<Json::Member> sums;
    for (auto [name, as] : {std::pair{"medfee_sumamt", "medfee_sumamt"},
                            {"ownpay_amt", "fulamt_ownpay_amt"},
                            {"selfpay_amt", "preselfpay_amt"},
                            {"acct_payamt", "acct_pay"},
                            {"ma_amt", "maf_pay"},
                            {"hifp_payamt", "hifp_pay"},
                            {"inscp_amt", "inscp_amt"},
                            {"fund_pay_sumamt", "fund_pay_sumamt"}}) {
      if (const Json* value = encounter.Find(name)) sums.push_back({as, *value});
    }
    TRY(rows_.Settlement(Json::ObjectOf(sums), visit_no, key, where, history));
    return key;
  }

  program::Moment moment_;
  const WireContext& context_;
  RowReader rows_;
};

}  // namespace

const std::set<std::string>& DefaultStayTypes() {
  // As mappings/centre-tables.yaml has them.
  static const std::set<std::string> kTypes{"21",   "22",   "23",     "24",   "25",   "26",   "28",
                                            "52",   "2101", "210104", "2102", "2105", "2106", "2107",
                                            "2109", "2114", "21303",  "3101", "5212"};
  return kTypes;
}

Result<std::vector<Draft>> ReadDrafts(const Json& data, program::Moment moment, const WireContext& context) {
  if (!data.is_object()) return WireError("YJ1003", "data");
  return DraftReader(moment, context).Read(data);
}

Result<std::vector<Feedback>> ReadFeedback(const Json& data, const WireContext& context) {
  if (!data.is_object()) return WireError("YJ1003", "data");
  TRY(Required(data, "warn_type", 6, ""));
  std::string_view type = data.ScalarOf("warn_type");
  if (type != "1" && type != "2") return WireError("YJ1003", "warn_type");
  const Json* warns = FirstOf(data, {"warns", "feedback"});
  if (!warns || warns->Items().empty()) return WireError("YJ1002", "warns");
  std::vector<const Json*> list = warns->Items();
  if (list.size() > kPersonsMax) return WireError("YJ3005");
  std::vector<Feedback> feedback;
  for (size_t at = 0; at < list.size(); at++) {
    std::string place = Place("", "warns", at);
    if (!list[at]->is_object()) return WireError("YJ1003", place);
    Feedback one;
    one.hit = TRY(Required(*list[at], "warn_rslt_id", 40, place));
    TRY(Required(*list[at], "dspo_way", 3, place));
    std::string_view way = list[at]->ScalarOf("dspo_way");
    if (way != "1" && way != "2") return WireError("YJ1003", place + ".dspo_way");
    one.carried_on = way == "1";
    one.reason = TRY(Optional(*list[at], {"dspo_way_rea"}, 1000, place));
    one.moment = type == "1" ? program::kPre : program::kMid;
    one.institution = context.institution;
    one.at = context.now;
    one.trial = context.trial;
    feedback.push_back(std::move(one));
  }
  return feedback;
}

}  // namespace yijian::realtime
