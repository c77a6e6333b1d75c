#include "account/demo.h"

#include <array>

namespace yijian::account {
namespace {

constexpr const char* kPassword = "synthetic-city";

struct Part {
  const char* login;
  const char* name;
  Roles roles;
};

constexpr std::array<Part, 14> kParts{{{"auditor", "王敏", Bit(Role::kAuditor)},
                                       {"auditor2", "陈静", Bit(Role::kAuditor)},
                                       {"representative", "李强", Bit(Role::kRepresentative)},
                                       {"inspector", "赵刚", Bit(Role::kInspector)},
                                       {"inspector2", "孙涛", Bit(Role::kInspector)},
                                       {"approver1", "周琳", Bit(Role::kApprover1)},
                                       {"approver2", "吴凯", Bit(Role::kApprover2)},
                                       {"approver3", "郑红", Bit(Role::kApprover3)},
                                       {"approver4", "冯远", Bit(Role::kApprover4)},
                                       {"analyst", "韩雪", Bit(Role::kAnalyst)},
                                       {"expert1", "专家甲", Bit(Role::kExpert)},
                                       {"expert2", "专家乙", Bit(Role::kExpert)},
                                       {"expert3", "专家丙", Bit(Role::kExpert)},
                                       {"operator", "运维员", Bit(Role::kOperator)}}};

constexpr const char* kMark = "demo.synthetic";

Status AddOne(store::Session& session, const NewPerson& person, EpochMs now) {
  if (TRY(FindLogin(session, person.login))) return {};
  AddedPerson added = TRY(AddPerson(session, Actor{.name = "demo"}, person, now));
  return SetKnownPassword(session, added.person.id, kPassword);
}

}  // namespace

Result<bool> IsDemo(store::Session& session) {
  return TRY(session.QueryOne("SELECT value FROM setting WHERE name = ?", {std::string(kMark)})).has_value();
}

Result<std::vector<DemoPerson>> DemoPeople(store::Session& session) {
  std::vector<DemoPerson> people;
  if (!TRY(IsDemo(session))) return people;
  for (const Part& part : kParts) people.push_back({part.login, part.name, kPassword, part.roles});
  for (const store::Row& row : TRY(session.Query("SELECT login, name FROM person_account WHERE institution IS NOT NULL "
                                                 "AND login LIKE 'hospital%' ORDER BY id"))) {
    people.push_back({row.Text("login"), row.Text("name"), kPassword, Bit(Role::kInstitution)});
  }
  return people;
}

Status MakeDemo(store::Session& session, const std::string& area, const std::vector<std::string>& institutions,
                EpochMs now) {
  TRY(session.Execute(
      "INSERT INTO setting (name, value, changed_at, changed_by, reason) VALUES (?, '1', ?, 'demo', 'synthetic') "
      "ON CONFLICT (name) DO NOTHING",
      {std::string(kMark), now}));
  for (const Part& part : kParts) {
    TRY(AddOne(session, {.login = part.login, .name = part.name, .roles = part.roles, .area = area}, now));
  }
  for (size_t i = 0; i < institutions.size(); i++) {
    std::string number = std::to_string(i + 1);
    TRY(AddOne(session,
               {.login = "hospital" + number,
                .name = "机构经办" + number,
                .roles = Bit(Role::kInstitution),
                .area = area,
                .institution = institutions[i]},
               now));
  }
  return {};
}

}  // namespace yijian::account
