#include "account/permission.h"

#include <algorithm>
#include <array>

namespace yijian::account {
namespace {

constexpr std::array<const char*, kRoles> kNames{"auditor",     "representative", "inspector",  "approver_1",
                                                 "approver_2",  "approver_3",     "approver_4", "analyst",
                                                 "institution", "expert",         "operator"};

constexpr Roles kAuditor = Bit(Role::kAuditor);
constexpr Roles kRepresentative = Bit(Role::kRepresentative);
constexpr Roles kInspector = Bit(Role::kInspector);
constexpr Roles kApprovers =
    Bit(Role::kApprover1) | Bit(Role::kApprover2) | Bit(Role::kApprover3) | Bit(Role::kApprover4);
constexpr Roles kLeaders = Bit(Role::kApprover2) | Bit(Role::kApprover3) | Bit(Role::kApprover4);
constexpr Roles kAnalyst = Bit(Role::kAnalyst);
constexpr Roles kInstitution = Bit(Role::kInstitution);
constexpr Roles kExpert = Bit(Role::kExpert);
constexpr Roles kOperator = Bit(Role::kOperator);
constexpr Roles kCaseWorkers = kAuditor | kInspector;
constexpr Roles kBureau = kAuditor | kRepresentative | kInspector | kApprovers | kAnalyst;

}  // namespace

const char* NameOf(Role role) { return kNames[static_cast<size_t>(role)]; }

std::optional<Role> RoleOf(std::string_view name) {
  auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Role>(found - kNames.begin());
}

const std::vector<PermissionRule>& PermissionTable() {
  // An operator keeps the machine: he sees no clue, no case and no person. An institution sees its own, which scope
  // decides.
  static const std::vector<PermissionRule> table{
      {"overview.read", kBureau, "看监管大屏和资金漏斗"},
      {"clue.read", kBureau, "看线索"},
      {"clue.work", kCaseWorkers, "锁定、认定、搁置、合并、拆分、办结线索"},
      {"clue.add", kCaseWorkers | kRepresentative, "登记其他来源的线索"},
      {"clue.assign", kAuditor | kInspector | kApprovers, "分派线索"},
      {"clue.sample", kInspector | kApprovers | kAnalyst, "随机抽样"},
      {"clue.export", kCaseWorkers | kApprovers | kAnalyst, "导出线索"},
      {"person.read", kBureau, "看参保人画像（脱敏）"},
      {"person.unmask", kCaseWorkers | kRepresentative, "说明理由后看参保人明文"},
      {"profile.read", kBureau, "看机构画像"},
      {"rule.read", kBureau, "看规则及其精准率"},
      {"case.see", kBureau | kInstitution | kExpert, "看案件（机构看本机构，专家看所在合议组）"},
      {"case.open", kCaseWorkers, "立案"},
      {"case.work", kCaseWorkers, "办理案件"},
      {"case.team", kCaseWorkers | kApprovers, "定主办人和协办人、回避"},
      {"case.convert", kInspector | kLeaders, "经办转行政执法"},
      {"case.close", kCaseWorkers, "结案"},
      {"task.work", kAuditor | kRepresentative | kInspector, "现场或书面核查"},
      {"opinion.issue", kCaseWorkers, "出具审核意见书"},
      {"opinion.review", kCaseWorkers, "复核机构答复"},
      {"opinion.answer", kInstitution, "答复审核意见"},
      {"opinion.appeal", kInstitution, "申诉"},
      {"appeal.draw", kCaseWorkers, "抽取专家"},
      {"appeal.vote", kExpert, "合议表决"},
      {"decision.draft", kCaseWorkers, "起草和送达处理决定"},
      {"decision.reverse", kLeaders, "撤销已生效的决定"},
      {"approval.vote", kApprovers, "审批"},
      {"measure.execute", kCaseWorkers, "执行处理决定"},
      {"ledger.read", kBureau, "看资金台账"},
      {"document.read", kBureau | kInstitution, "看文书（机构看发给本机构的）"},
      {"document.make", kCaseWorkers | kApprovers, "制作文书"},
      {"selfcheck.start", kCaseWorkers | kApprovers, "布置自查自纠"},
      {"selfcheck.answer", kInstitution, "填报自查自纠"},
      {"selfcheck.review", kCaseWorkers, "审核自查自纠"},
      {"trail.read", kLeaders | kOperator, "看留痕"},
      {"trail.verify", kLeaders | kOperator, "核验留痕"},
      {"flow.change", Bit(Role::kApprover4) | kOperator, "修订审批流程"},
      {"setting.change", Bit(Role::kApprover4) | kOperator, "修改参数和节假日"},
      {"user.manage", kOperator, "管理用户"},
      {"area.manage", kOperator, "维护区划"},
      {"system.read", kOperator, "看系统状态"},
      {"realtime.ask", kBureau | kInstitution, "试用事前事中审核"},
      {"realtime.monitor", kBureau | kOperator, "看事前事中运行情况"},
      {"realtime.report", kBureau | kInstitution, "看提醒采纳率和审核请求（机构看本机构）"},
      {"realtime.manage", Bit(Role::kApprover4) | kOperator, "管理接入机构及其密钥、重新加载规则包"},
  };
  return table;
}

bool May(Roles roles, std::string_view permission) {
  for (const PermissionRule& rule : PermissionTable()) {
    if (permission == rule.name) return (roles & rule.roles) != 0;
  }
  return false;
}

std::vector<std::string> PermissionsOf(Roles roles) {
  std::vector<std::string> names;
  for (const PermissionRule& rule : PermissionTable()) {
    if ((roles & rule.roles) != 0) names.emplace_back(rule.name);
  }
  return names;
}

int64_t ExportRowsMax(Roles roles) {
  if ((roles & (kApprovers | kAnalyst)) != 0) return 100'000;
  return 10'000;
}

}  // namespace yijian::account
