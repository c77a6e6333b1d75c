#include "account/settings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

const SettingInfo* FindInfo(const std::string& name) {
  auto found = std::ranges::find_if(SettingTable(), [&](const SettingInfo& info) { return name == info.name; });
  return found == SettingTable().end() ? nullptr : &*found;
}

bool Fits(const SettingInfo& info, const std::string& value) {
  std::string kind = info.kind;
  if (kind == "text") return !value.empty() && value.size() <= 1000;
  if (kind == "decimal") {
    char* end = nullptr;
    double number = std::strtod(value.c_str(), &end);
    return !value.empty() && end == value.c_str() + value.size() && number >= 0 && number <= 1e9;
  }
  int64_t number = -1;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 0) return false;
  return kind == "days" ? number >= 1 && number <= 3650 : number <= 1'000'000'000'000'000;
}

const char* ZhOfKind(std::string_view kind) {
  if (kind == "text") return "1 至 1000 字节的文字";
  if (kind == "decimal") return "不小于 0 的数";
  return kind == "days" ? "1 至 3650 的天数" : "不小于 0 的整数";
}

Error BadValue(const SettingInfo& info) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "参数值不符合要求";
  detail->fields.push_back({"/value", InBoth(std::string("a value of kind ") + info.kind, ZhOfKind(info.kind))});
  Error error = InvalidInput(std::string(info.name) + ": a value of kind " + info.kind + " expected");
  error.detail = std::move(detail);
  return error;
}

}  // namespace

const std::vector<SettingInfo>& SettingTable() {
  static const std::vector<SettingInfo> table{
      {"bureau.name", "text", "医疗保障局", "本单位名称，用于文书", "name of this bureau, on documents", "ours"},
      {"clue.lock_minutes", "integer", "20", "线索锁定时长（分钟）", "how long a clue stays locked, minutes", "ours"},
      {"rank.evidence.violation", "decimal", "1", "证据权重：明确违规", "weight of evidence: violation", "ours"},
      {"rank.evidence.suspect", "decimal", "0.6", "证据权重：可疑", "weight of evidence: suspect", "ours"},
      {"rank.evidence.lead", "decimal", "0.3", "证据权重：线索", "weight of evidence: lead", "ours"},
      {"rank.evidence.monitor", "decimal", "0.1", "证据权重：监测", "weight of evidence: monitor", "ours"},
      {"rank.prior.violation.right", "decimal", "8", "精准率先验：明确违规，成立",
       "prior of precision: violation, right", "ours"},
      {"rank.prior.violation.wrong", "decimal", "2", "精准率先验：明确违规，不成立",
       "prior of precision: violation, wrong", "ours"},
      {"rank.prior.suspect.right", "decimal", "5", "精准率先验：可疑，成立", "prior of precision: suspect, right",
       "ours"},
      {"rank.prior.suspect.wrong", "decimal", "5", "精准率先验：可疑，不成立", "prior of precision: suspect, wrong",
       "ours"},
      {"rank.prior.lead.right", "decimal", "3", "精准率先验：线索，成立", "prior of precision: lead, right", "ours"},
      {"rank.prior.lead.wrong", "decimal", "7", "精准率先验：线索，不成立", "prior of precision: lead, wrong", "ours"},
      {"rank.prior.monitor.right", "decimal", "1", "精准率先验：监测，成立", "prior of precision: monitor, right",
       "ours"},
      {"rank.prior.monitor.wrong", "decimal", "9", "精准率先验：监测，不成立", "prior of precision: monitor, wrong",
       "ours"},
      {"casework.answer_days", "days", "10", "机构答复时限（工作日）", "time to answer an opinion, working days",
       "ours; local agreements differ"},
      {"casework.appeal_days", "days", "5", "机构申诉时限（工作日）", "time to appeal, working days",
       "ours; local agreements differ"},
      {"casework.criminal_line_fen", "money", "300000", "诈骗“数额较大”的本地标准（分）",
       "local line of fraud 'large', fen", "法释〔2011〕7号：三千元至一万元以上"},
  };
  return table;
}

Result<std::vector<Setting>> ListSettings(store::Session& session) {
  std::vector<Setting> settings;
  for (const SettingInfo& info : SettingTable()) {
    Setting setting{info, info.standard, std::nullopt, std::nullopt};
    std::optional<store::Row> row =
        TRY(session.QueryOne("SELECT * FROM setting WHERE name = ?", {std::string(info.name)}));
    if (row) {
      setting.value = row->Text("value");
      setting.changed_at = row->Int("changed_at");
      setting.changed_by = row->Text("changed_by");
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

Result<std::map<std::string, std::string>> SettingValues(store::Session& session) {
  std::map<std::string, std::string> values;
  for (const SettingInfo& info : SettingTable()) values[info.name] = info.standard;
  for (const store::Row& row : TRY(session.Query("SELECT name, value FROM setting")))
    values[row.Text("name")] = row.Text("value");
  return values;
}

Result<std::optional<std::string>> ChangedSetting(store::Session& session, const std::string& name) {
  std::optional<store::Row> row = TRY(session.QueryOne("SELECT value FROM setting WHERE name = ?", {name}));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(row->Text("value"));
}

Result<std::string> TextOf(store::Session& session, const std::string& name) {
  const SettingInfo* info = FindInfo(name);
  CHECK(info != nullptr);
  return TRY(ChangedSetting(session, name)).value_or(info->standard);
}

Result<int64_t> NumberOf(store::Session& session, const std::string& name) {
  return std::strtoll(TRY(TextOf(session, name)).c_str(), nullptr, 10);
}

Result<double> DecimalOf(store::Session& session, const std::string& name) {
  return std::strtod(TRY(TextOf(session, name)).c_str(), nullptr);
}

Result<Setting> ChangeSetting(store::Session& session, const Actor& actor, const std::string& name,
                              const std::string& value, const std::string& reason, EpochMs now) {
  const SettingInfo* info = FindInfo(name);
  if (info == nullptr) return NotFound("no setting " + name, "没有参数 " + name);
  if (!Fits(*info, value)) return BadValue(*info);
  std::string before = TRY(TextOf(session, name));
  TRY(
      session.Execute("INSERT INTO setting (name, value, changed_at, changed_by, reason) VALUES (?, ?, ?, ?, ?) ON "
                      "CONFLICT (name) DO UPDATE SET "
                      "value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by, "
                      "reason = excluded.reason",
                      {name, value, now, actor.name, reason}));
  nlohmann::json details{{"before", before}, {"after", value}, {"reason", reason}};
  TRY(trail::Append(session,
                    {.user = actor.id,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = "setting.change",
                     .object_kind = "setting",
                     .object_id = name,
                     .details = details.dump(),
                     .ip = actor.ip},
                    now));
  return Setting{*info, value, now, actor.name};
}

}  // namespace yijian::account
