// Who may do what: one table, decided here and nowhere else. Screens ask it, rooms ask it, tests walk it.
//
//   if (!actor.Can("clue.work")) return Forbidden(...);
//
// A permission says what kind of work; scope (whose area, which institution, which panel) comes on top, in Actor.
// Threads: constants.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::account {

enum class Role : uint8_t {
  kAuditor,         // 审核员
  kRepresentative,  // 驻院代表
  kInspector,       // 稽核、执法
  kApprover1,       // 初审
  kApprover2,       // 复审
  kApprover3,       // 审签
  kApprover4,       // 审定
  kAnalyst,         // 数据分析员
  kInstitution,     // 医院、药店
  kExpert,          // 评审专家
  kOperator,        // 运维
};
inline constexpr int kRoles = 11;

const char* NameOf(Role role);  // as in api/openapi.yaml
std::optional<Role> RoleOf(std::string_view name);

// A set of roles, one bit each.
using Roles = uint32_t;
constexpr Roles Bit(Role role) { return Roles{1} << static_cast<int>(role); }

struct PermissionRule {
  const char* name;  // "clue.work"
  Roles roles;       // any of them
  const char* zh;    // what it lets one do
};

const std::vector<PermissionRule>& PermissionTable();
bool May(Roles roles, std::string_view permission);
std::vector<std::string> PermissionsOf(Roles roles);

// How many rows one export may hold, and one page of a list.
int64_t ExportRowsMax(Roles roles);

}  // namespace yijian::account
