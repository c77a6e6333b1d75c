#include "realtime/wire_rows.h"

#include <algorithm>

namespace yijian::realtime {
namespace {

std::string Place(const std::string& place, std::string_view name, size_t at) {
  return place + (place.empty() ? "" : ".") + std::string(name) + "[" + std::to_string(at) + "]";
}

// What a line is asked for again and again.
struct LineFields {
  size_t settlement = Of("settlement");
  size_t person_key = Of("person_key");
  size_t scope = Of("scope");
  size_t amount = Of("amount");
  size_t full_self = Of("full_self");
  size_t first_self = Of("first_self");
  size_t over_limit = Of("over_limit");
  size_t item = Of("item");
  size_t time = Of("time");
  size_t qty = Of("qty");
  static size_t Of(std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(Kind::kLine, name)); }
};

}  // namespace

const Json* FirstOf(const Json& object, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    const Json* found = object.Find(name);
    if (found && found->kind != Json::Kind::kNull) return found;
  }
  return nullptr;
}

Status RowReader::Person(const Json& object, const std::string& place, History& history) {
  NewRow row(Kind::kPerson, history.subject, kNull, context_.now);
  row.Set("key", history.subject);
  if (!context_.insured_area.empty()) row.Set("area", coder_.Of(context_.insured_area));
  TRY(FieldReader(Kind::kPerson, coder_, place).Read(object, row));
  row.PutInto(history);
  return {};
}

Status RowReader::Visit(const Json& object, const std::string& visit_no, const std::string& place, History& history) {
  int64_t key = IdKeyOf(visit_no);
  NewRow row(Kind::kVisit, key, key, context_.now);
  row.Set("key", key);
  // Who sends it gave the care, unless the message says otherwise.
  if (!context_.institution.empty()) row.Set("institution", coder_.Of(context_.institution, context_.institution_name));
  if (!context_.insured_area.empty()) row.Set("insured_area", coder_.Of(context_.insured_area));
  if (std::string_view pool = object.ScalarOf("poolarea"); !pool.empty() && context_.insured_area.empty())
    row.Set("insured_area", coder_.Of(pool));
  TRY(FieldReader(Kind::kVisit, coder_, place).Read(object, row));
  // A stay is what the asker calls one; else the kind of care tells.
  std::string_view kind = object.ScalarOf("med_mdtrt_type");
  std::string_view type = object.ScalarOf("med_type");
  const std::set<std::string>& stays = context_.stay_types ? *context_.stay_types : DefaultStayTypes();
  if (kind == "2" || kind == "1" || kind == "3")
    row.Set("stay", kind == "2" ? 1 : 0);
  else if (!type.empty() && row.Get("stay") == kNull)
    row.Set("stay", stays.contains(std::string(type)) ? 1 : 0);
  row.PutInto(history, visit_no);
  rows_++;
  return {};
}

Status RowReader::Diagnoses(const Json* list, const std::string& visit_no, const std::string& place, History& history) {
  if (!list) return {};
  size_t at = 0;
  for (const Json* object : list->Items()) {
    std::string where = Place(place, "diagnoses", at++);
    if (!object->is_object()) return WireError("YJ1003", where);
    if (object->ScalarOf("vali_flag") == "0") continue;
    std::string code = TRY(Optional(*object, {"dise_codg", "diag_code"}, 150, where));
    NewRow row(Kind::kDiagnosis, IdKeyOf(visit_no + "|" + code + "|" + std::to_string(at)), IdKeyOf(visit_no),
               context_.now);
    TRY(FieldReader(Kind::kDiagnosis, coder_, where).Read(*object, row));
    row.PutInto(history);
    rows_++;
  }
  return {};
}

Status RowReader::Operations(const Json* list, const std::string& visit_no, const std::string& place,
                             History& history) {
  if (!list) return {};
  size_t at = 0;
  for (const Json* object : list->Items()) {
    std::string where = Place(place, "operations", at++);
    if (!object->is_object()) return WireError("YJ1003", where);
    std::string code = TRY(Optional(*object, {"oprn_code", "oprn_oprt_code"}, 150, where));
    if (code.empty()) continue;  // the row is sent with every visit, empty where nothing was done
    NewRow row(Kind::kOperation, IdKeyOf(visit_no + "|" + code + "|op" + std::to_string(at)), IdKeyOf(visit_no),
               context_.now);
    TRY(FieldReader(Kind::kOperation, coder_, where).Read(*object, row));
    row.PutInto(history);
    rows_++;
  }
  return {};
}

Result<int64_t> RowReader::Line(const Json& object, const std::string& visit_no, const std::string& serial,
                                int64_t settlement, const std::string& place, History& history) {
  int64_t key = LineKey(visit_no, serial);
  int64_t visit = IdKeyOf(visit_no);
  NewRow row(Kind::kLine, key, visit, context_.now);
  static const LineFields kLine;
  row.Set(kLine.settlement, settlement);
  row.Set(kLine.person_key, history.subject);
  FieldReader fields(Kind::kLine, coder_, place);
  TRY(fields.Read(object, row));
  if (const Json* more = object.Find("extend_order_map"); more && more->is_object()) TRY(fields.Read(*more, row));
  if (std::string batch = TRY(Optional(object, {"chrg_bchno"}, 30, place)); !batch.empty()) row.Batch(IdKeyOf(batch));
  // In scope is what is not the patient's own: the interface sends the parts, or, in drafts, only two of them.
  int64_t amount = row.Get(kLine.amount), over_limit = row.Get(kLine.over_limit);
  int64_t full_self = row.Get(kLine.full_self), first_self = row.Get(kLine.first_self);
  if (row.Get(kLine.scope) == kNull && amount != kNull && full_self != kNull && first_self != kNull) {
    int64_t own = AddMicro(full_self, first_self);
    if (over_limit != kNull) own = AddMicro(own, over_limit);
    row.Set(kLine.scope, SubtractMicro(amount, own));
  }
  row.PutInto(history);
  rows_++;
  TraceFacts facts{row.Get(kLine.item),
                   row.Get(kLine.time),
                   row.Get(kLine.settlement),
                   visit,
                   row.Get(kLine.qty),
                   amount,
                   kNull,
                   "sale",
                   serial};
  TRY(Traces(object, facts, place, history));
  return key;
}

Status RowReader::Settlement(const Json& object, const std::string& visit_no, int64_t key, const std::string& place,
                             History& history) {
  NewRow row(Kind::kSettlement, key, IdKeyOf(visit_no), context_.now);
  row.Set("key", key);
  row.Set("time", context_.now);
  TRY(FieldReader(Kind::kSettlement, coder_, place).Read(object, row));
  row.PutInto(history);
  rows_++;
  return {};
}

Status RowReader::Traces(const Json& object, const TraceFacts& facts, const std::string& place, History& history) {
  const Json* node = FirstOf(object, {"drugtracinfo", "drug_trac_info", "durg_trac_info", "traces"});
  std::vector<const Json*> list = node ? node->Items() : std::vector<const Json*>();
  if (list.empty() && (object.Find("drug_trac_codg") || object.Find("drug_trac_code"))) list.push_back(&object);
  for (size_t at = 0; at < list.size(); at++) {
    std::string where = Place(place, "drugtracinfo", at);
    if (!list[at]->is_object()) return WireError("YJ1003", where);
    std::string code = TRY(Optional(*list[at], {"drug_trac_codg", "drug_trac_code"}, 100, where));
    if (code.empty()) continue;
    // One scan of one pack: twice the same in a message is once.
    std::string what(list[at]->ScalarOf("trac_event").empty() ? facts.event : list[at]->ScalarOf("trac_event"));
    std::string key = code + "|" + what + "|" + facts.serial + "|" + std::string(list[at]->ScalarOf("trac_time"));
    NewRow row(Kind::kTrace, IdKeyOf(key), facts.visit, context_.now);
    row.Set("code", IdKeyOf(code));
    row.Set("product", coder_.Of(std::string_view(code).substr(0, 7)));
    row.Set("event", coder_.Of(facts.event));
    if (!context_.institution.empty())
      row.Set("institution", coder_.Of(context_.institution, context_.institution_name));
    row.Set("item", facts.item);
    row.Set("time", facts.time);
    row.Set("settlement", facts.settlement);
    row.Set("split", facts.split);
    row.Set("qty", facts.qty);
    row.Set("amount", facts.amount);
    if (history.subject != kNull) row.Set("person_key", history.subject);
    if (list[at] != &object) TRY(FieldReader(Kind::kTrace, coder_, where).Read(*list[at], row));
    row.PutInto(history);
    rows_++;
  }
  return {};
}

}  // namespace yijian::realtime
