#include "realtime/wire_fields.h"

#include <algorithm>
#include <unordered_map>

#include "base/decimal.h"
#include "base/hash.h"

namespace yijian::realtime {
namespace {

using timeline::FieldInfo;
using timeline::FieldType;

constexpr size_t kCodeLength = 150;

// Names of 3101 and 3102 (and of older and longer forms), where they are not the national column's.
struct Alias {
  Kind kind;
  std::string_view json;
  std::string_view field;
  std::string_view named_by;  // member with the code's name
};
constexpr Alias kAliases[] = {
    {Kind::kPerson, "poolarea", "area", ""},
    {Kind::kPerson, "insuplc_admdvs", "area", ""},
    {Kind::kVisit, "medins_id", "institution", "medins_name"},
    {Kind::kVisit, "fixmedins_code", "institution", "fixmedins_name"},
    {Kind::kVisit, "medins_admdvs", "area", ""},
    {Kind::kVisit, "mdtrtarea_admvs", "area", ""},
    {Kind::kVisit, "medins_lv", "level", ""},
    {Kind::kVisit, "bedno", "bed", ""},
    {Kind::kVisit, "adm_date", "begin", ""},
    {Kind::kVisit, "dscg_date", "end", ""},
    {Kind::kVisit, "dscg_main_dise_codg", "diagnosis", "dscg_main_dise_name"},
    {Kind::kVisit, "dscg_maindiag_code", "diagnosis", "dscg_maindiag_name"},
    {Kind::kVisit, "dr_codg", "doctor", ""},
    {Kind::kVisit, "atddr_no", "doctor", "dr_name"},
    {Kind::kVisit, "adm_dept_codg", "department", "adm_dept_name"},
    {Kind::kVisit, "dept_code", "department", "dept_name"},
    {Kind::kVisit, "dscg_dept_codg", "department_out", "dscg_dept_name"},
    {Kind::kVisit, "dise_codg", "disease", "dise_name"},
    {Kind::kVisit, "dise_no", "disease", "dise_name"},
    {Kind::kDiagnosis, "dise_codg", "code", "dise_name"},
    {Kind::kDiagnosis, "diag_code", "code", "diag_name"},
    {Kind::kDiagnosis, "maindise_flag", "main", ""},
    {Kind::kOperation, "oprn_code", "code", "oprn_name"},
    {Kind::kOperation, "oprn_oprt_code", "code", "oprn_oprt_name"},
    {Kind::kOperation, "oprn_date", "time", ""},
    {Kind::kLine, "hilist_code", "item", "hilist_name"},
    {Kind::kLine, "med_list_codg", "item", "med_list_name"},
    {Kind::kLine, "hosplist_code", "local_item", "hosplist_name"},
    {Kind::kLine, "medins_list_codg", "local_item", "medins_list_name"},
    {Kind::kLine, "hilist_lv", "level", ""},
    {Kind::kLine, "chrg_type", "charge_type", ""},
    {Kind::kLine, "hilist_type", "list_type", ""},
    {Kind::kLine, "sumamt", "amount", ""},
    {Kind::kLine, "ownpay_amt", "full_self", ""},
    {Kind::kLine, "selfpay_amt", "first_self", ""},
    {Kind::kLine, "overlmt_amt", "over_limit", ""},
    {Kind::kLine, "inscp_scp_amt", "scope", ""},
    {Kind::kLine, "drord_begn_date", "time", ""},
    {Kind::kLine, "drord_dept_codg", "department", "drord_dept_name"},
    {Kind::kLine, "bilg_dept_codg", "department", "bilg_dept_name"},
    {Kind::kLine, "drord_dr_codg", "doctor", "drord_dr_name"},
    {Kind::kLine, "bilg_dr_codg", "doctor", "bilg_dr_name"},
    {Kind::kLine, "acord_dept_codg", "exec_department", "acord_dept_name"},
    {Kind::kLine, "orders_dr_code", "exec_doctor", "orders_dr_name"},
    {Kind::kLine, "rxno", "prescription", ""},
    {Kind::kLine, "drord_no", "prescription", ""},
    {Kind::kLine, "rx_drord_no", "prescription", ""},
    {Kind::kLine, "o_prdDays", "days", ""},
    {Kind::kLine, "o_sinDosDscr", "dose", ""},
    {Kind::kLine, "o_used_frqu_dscr", "frequency", ""},
    {Kind::kSettlement, "inscp_scp_amt", "scope", ""},
    {Kind::kSettlement, "psn_part_amt", "person_pay", ""},
    {Kind::kSettlement, "psn_cash_pay", "cash", ""},
    {Kind::kSettlement, "invono", "invoice", ""},
    {Kind::kTrace, "trdn_flag", "split", ""},
};

struct Target {
  size_t field;
  FieldType type;
  bool lenient = false;  // a description: what cannot be read is unknown
  std::string_view named_by;
};

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};
using Targets = std::unordered_map<std::string, Target, NameHash, std::equal_to<>>;

const Targets& TargetsOf(Kind kind) {
  static const std::array<Targets, kKindCount> kTargets = [] {
    std::array<Targets, kKindCount> all;
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      Targets& targets = all[static_cast<size_t>(info.kind)];
      for (const FieldInfo& field : timeline::Fields(info.kind)) {
        bool description = field.column.find("dscr") != std::string_view::npos && field.type == FieldType::kNumber;
        Target target{timeline::OrdinalOf(field), field.type, description, {}};
        bool summed = info.kind == Kind::kVisit && field.type == FieldType::kMoney;  // of settlements
        if (field.type == FieldType::kText || summed) continue;
        if (field.type != FieldType::kId) targets.emplace(field.column, target);
        // Keys are told as the ids they are made of; whose row it is, is told elsewhere.
        if (field.column == "setl_key") targets.emplace("setl_id", target);
        if (field.column == "refl_old_mdtrt_key") targets.emplace("refl_old_mdtrt_id", target);
        if (field.column == "drug_trac_key") targets.emplace("drug_trac_codg", target);
      }
      for (const Alias& alias : kAliases) {
        if (alias.kind != info.kind) continue;
        const FieldInfo* field = timeline::FindField(info.kind, alias.field);
        CHECK(field != nullptr);
        bool description = alias.json == "o_sinDosDscr" || alias.json == "o_prdDays";
        targets.insert_or_assign(std::string(alias.json),
                                 Target{timeline::OrdinalOf(*field), field->type, description, alias.named_by});
      }
    }
    return all;
  }();
  return kTargets[static_cast<size_t>(kind)];
}

// Senders compute in floating point: 12.600000000000001 is 12.6.
std::optional<Micro> ParseRounded(std::string_view text) {
  if (std::optional<Micro> exact = ParseMicro(text)) return exact;
  size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() - dot <= 7 || text.size() > 40) return std::nullopt;
  bool digits = std::all_of(text.begin() + static_cast<int64_t>(dot) + 1, text.end(),
                            [](char c) { return c >= '0' && c <= '9'; });
  std::optional<Micro> down = digits ? ParseMicro(text.substr(0, dot + 7)) : std::nullopt;
  if (!down || text[dot + 7] < '5') return down;
  return AddMicro(*down, text.front() == '-' ? -1 : 1);
}

// No text has more characters than bytes.
bool IsLonger(std::string_view text, size_t characters) {
  if (text.size() <= characters) return false;
  auto count =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return static_cast<size_t>(count) > characters;
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::optional<int64_t> ParseValue(FieldType type, std::string_view text) {
  switch (type) {
    case FieldType::kBool:
      if (text == "1" || text == "true") return 1;
      if (text == "0" || text == "false") return 0;
      return std::nullopt;
    case FieldType::kNumber:
    case FieldType::kMoney:
      return ParseRounded(text);
    case FieldType::kTime:
      return ParseTime(text);
    case FieldType::kDate: {
      if (std::optional<Date> date = ParseDate(text)) return *date;
      std::optional<Time> time = ParseTime(text);
      return time ? std::optional<int64_t>(DayOf(*time)) : std::nullopt;
    }
    case FieldType::kId:
      return IdKeyOf(text);
    default:
      return std::nullopt;
  }
}

}  // namespace

Status FieldReader::Read(const Json& object, NewRow& row) {
  const Targets& targets = TargetsOf(kind_);
  for (const auto& [name, value] : object.members()) {
    auto at = targets.find(name);
    if (at == targets.end() || value.kind == Json::Kind::kNull) continue;
    const Target& target = at->second;
    auto place = [&] { return place_ + (place_.empty() ? "" : ".") + std::string(name); };
    if (value.is_list() || value.is_object()) {
      if (target.lenient) continue;
      return WireError("YJ1003", place());
    }
    std::string_view text = value.Scalar();
    if (text.empty()) continue;
    if (IsLonger(text, kCodeLength)) return WireError("YJ1004", place());
    if (target.type == FieldType::kCode) {
      if (HasControl(text)) return WireError("YJ1003", place());
      std::string_view called = target.named_by.empty() ? std::string_view() : object.ScalarOf(target.named_by);
      row.Set(target.field, coder_.Of(text, IsLonger(called, 500) || HasControl(called) ? std::string_view() : called));
      continue;
    }
    std::optional<int64_t> read = ParseValue(target.type, text);
    if (!read && !target.lenient) return WireError("YJ1003", place());
    if (read) row.Set(target.field, *read);
  }
  return {};
}

Result<std::string> Optional(const Json& object, std::initializer_list<std::string_view> names, size_t length,
                             const std::string& place) {
  for (std::string_view name : names) {
    const Json* value = object.Find(name);
    if (!value) continue;
    auto where = [&] { return place + (place.empty() ? "" : ".") + std::string(name); };
    if (value->is_list() || value->is_object()) return WireError("YJ1003", where());
    std::string_view text = value->Scalar();
    if (text.empty()) continue;
    if (IsLonger(text, length)) return WireError("YJ1004", where());
    if (HasControl(text)) return WireError("YJ1003", where());
    return std::string(text);
  }
  return std::string();
}

Result<std::string> Required(const Json& object, std::initializer_list<std::string_view> names, size_t length,
                             const std::string& place) {
  std::string text = TRY(Optional(object, names, length, place));
  if (text.empty()) return WireError("YJ1002", place + (place.empty() ? "" : ".") + std::string(*names.begin()));
  return text;
}

Result<std::string> Required(const Json& object, std::string_view name, size_t length, const std::string& place) {
  return Required(object, {name}, length, place);
}

Result<std::optional<Time>> OptionalTime(const Json& object, std::initializer_list<std::string_view> names,
                                         const std::string& place) {
  std::string text = TRY(Optional(object, names, 40, place));
  if (text.empty()) return std::optional<Time>();
  std::optional<Time> time = ParseTime(text);
  if (!time) return WireError("YJ1003", place + (place.empty() ? "" : ".") + std::string(*names.begin()));
  return time;
}

}  // namespace yijian::realtime
