// Numbers that an office may set: each with its default, its meaning and where it comes from (law, document, or ours).
//
//   int64_t days = TRY(NumberOf(session, "casework.answer_days"));
//
// A change needs a reason and is a trail entry. Unknown names are our bug when read, kNotFound when changed.
// Threads: as the session.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/actor.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

struct SettingInfo {
  const char* name;
  const char* kind;  // integer, decimal, money (fen), days, text
  const char* standard;
  const char* zh;
  const char* en;
  const char* source;
};

const std::vector<SettingInfo>& SettingTable();

struct Setting {
  SettingInfo info;
  std::string value;
  std::optional<EpochMs> changed_at;
  std::optional<std::string> changed_by;
};

Result<std::vector<Setting>> ListSettings(store::Session& session);
// Of every name, in one statement.
Result<std::map<std::string, std::string>> SettingValues(store::Session& session);
// nullopt: the default stands, or no such name.
Result<std::optional<std::string>> ChangedSetting(store::Session& session, const std::string& name);
Result<std::string> TextOf(store::Session& session, const std::string& name);
Result<int64_t> NumberOf(store::Session& session, const std::string& name);
Result<double> DecimalOf(store::Session& session, const std::string& name);
Result<Setting> ChangeSetting(store::Session& session, const Actor& actor, const std::string& name,
                              const std::string& value, const std::string& reason, EpochMs now);

}  // namespace yijian::account
