#include "realtime/policy.h"

#include <nlohmann/json.hpp>

namespace yijian::realtime {
namespace {

using nlohmann::json;

constexpr const char* kAdviceNames[] = {"pass", "warn", "self_pay", "block"};
constexpr const char* kAdviceChinese[] = {"通过", "提醒", "转自费", "拦截"};
constexpr const char* kMomentNames[] = {"pre", "mid"};
constexpr uint8_t kMoments[] = {program::kPre, program::kMid};

template <typename Enum>
bool IsName(const std::string& text, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); i++) {
    if (text == program::NameOf(static_cast<Enum>(i))) return true;
  }
  return false;
}

Error Wrong(const std::string& what) { return InvalidInput("realtime policy: " + what); }

Result<AdviceRow> ReadRow(const json& from) {
  if (!from.is_object()) return Wrong("a row of advice is an object");
  AdviceRow row;
  bool advised = false;
  for (const auto& [key, value] : from.items()) {
    if (key == "reason" && value.is_boolean()) {
      row.reason = value.get<bool>();
      continue;
    }
    if (!value.is_string()) return Wrong("advice." + key + " is a text");
    std::string text = value.get<std::string>();
    bool known = false;
    if (key == "moment") {
      for (size_t i = 0; i < 2; i++) {
        if (text == kMomentNames[i]) row.moments = kMoments[i], known = true;
      }
    } else if (key == "severity") {
      known = IsName(text, program::Severity::kMonitor);
      row.severity = text;
    } else if (key == "class") {
      known = IsName(text, program::RuleClass::kBehaviour);
      row.rule_class = text;
    } else if (key == "grade") {
      known = !text.empty();
      row.grade = text;
    } else if (key == "advice") {
      for (size_t i = 0; i < 4; i++) {
        if (text == kAdviceNames[i]) row.advice = static_cast<Advice>(i), known = advised = true;
      }
    }
    if (!known) return Wrong("advice." + key + " cannot be '" + text + "'");
  }
  if (!advised) return Wrong("a row of advice says no advice");
  return row;
}

}  // namespace

const char* NameOf(Advice advice) { return kAdviceNames[static_cast<size_t>(advice)]; }
const char* ChineseOf(Advice advice) { return kAdviceChinese[static_cast<size_t>(advice)]; }

// The doctor is warned before and asked for a reason; at settlement the fund does not pay for what is certainly against
// the rules, and those with the lowest grade are stopped. Suspicions never stop care.
Policy::Policy() {
  auto add = [&](uint8_t moments, const char* severity, const char* rule_class, const char* grade, Advice advice,
                 bool reason) {
    rows_.push_back({moments, severity, rule_class, grade, advice, reason});
  };
  add(program::kMid, "violation", "", "D", Advice::kBlock, true);
  add(program::kMid, "violation", "policy", "", Advice::kSelfPay, true);
  add(program::kMid, "violation", "", "", Advice::kWarn, true);
  add(program::kPre, "violation", "", "A", Advice::kWarn, false);
  add(program::kPre, "violation", "", "", Advice::kWarn, true);
  add(program::kPre | program::kMid, "suspect", "", "A", Advice::kPass, false);
  add(program::kPre | program::kMid, "suspect", "", "", Advice::kWarn, false);
}

Result<Policy> Policy::Parse(std::string_view text) {
  json file = json::parse(text, nullptr, false);
  if (!file.is_object()) return Wrong("not a JSON object");
  Policy policy;
  for (const auto& [key, value] : file.items()) {
    if (key == "budget_ms" || key == "shadow_percent") {
      int64_t most = key == "budget_ms" ? 60'000 : 100;
      if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > most)
        return Wrong(key + " is a whole number up to " + std::to_string(most));
      (key == "budget_ms" ? policy.budget_ms_ : policy.shadow_percent_) = value.get<int>();
    } else if (key == "fail" && value.is_object()) {
      for (const auto& [name, how] : value.items()) {
        if (!IsName(name, program::RuleClass::kBehaviour)) return Wrong("fail." + name + " is no class of rules");
        if (how != "open" && how != "closed") return Wrong("fail." + name + " is open or closed");
        for (int i = 0; i < 4; i++) {
          if (name == program::NameOf(static_cast<program::RuleClass>(i)))
            policy.closed_[static_cast<size_t>(i)] = how == "closed";
        }
      }
    } else if (key == "grades" && value.is_object()) {
      for (const auto& [institution, grade] : value.items()) {
        if (!grade.is_string()) return Wrong("grades." + institution + " is a text");
        policy.grades_[institution] = grade.get<std::string>();
      }
    } else if (key == "advice" && value.is_array()) {
      policy.rows_.clear();
      for (const json& row : value) policy.rows_.push_back(TRY(ReadRow(row)));
    } else {
      return Wrong("'" + key + "' is not known, or of another form");
    }
  }
  return policy;
}

const std::string& Policy::GradeOf(const std::string& institution) const {
  static const std::string kNone;
  auto at = grades_.find(institution);
  return at == grades_.end() ? kNone : at->second;
}

const AdviceRow& Policy::RowFor(const program::Rule& rule, program::Moment moment,
                                const std::string& institution) const {
  static const AdviceRow kPassRow;
  const std::string& grade = GradeOf(institution);
  for (const AdviceRow& row : rows_) {
    bool fits = (row.moments & moment) != 0 &&
                (row.severity.empty() || row.severity == program::NameOf(rule.severity)) &&
                (row.rule_class.empty() || row.rule_class == program::NameOf(rule.rule_class)) &&
                (row.grade.empty() || row.grade == grade);
    if (fits) return row;
  }
  return kPassRow;
}

}  // namespace yijian::realtime
