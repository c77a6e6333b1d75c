#include "account/people.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "account/areas.h"
#include "account/field_error.h"
#include "account/password.h"
#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

constexpr const char* kColumns =
    "SELECT p.id, p.login, p.name, p.area, COALESCE(a.name, p.area) AS area_name, p.institution, p.fields, p.status, "
    "p.locked_until, p.totp_secret, p.oidc_subject, p.seen_at, p.version FROM person_account p "
    "LEFT JOIN area a ON a.code = p.area";

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ",") + text;
  return joined;
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Result<Roles> RolesOf(store::Session& session, int64_t person) {
  Roles roles = 0;
  for (const store::Row& row : TRY(session.Query("SELECT role FROM person_role WHERE person = ?", {person}))) {
    if (std::optional<Role> role = RoleOf(row.Text("role"))) roles |= Bit(*role);
  }
  return roles;
}

Result<Person> PersonOf(store::Session& session, const store::Row& row) {
  Person person;
  person.id = row.Int("id");
  person.login = row.Text("login");
  person.name = row.Text("name");
  person.roles = TRY(RolesOf(session, person.id));
  person.area = row.Text("area");
  person.area_name = row.Text("area_name");
  person.institution = row.MaybeText("institution").value_or("");
  person.fields = Split(row.Text("fields"));
  person.status = row.Text("status");
  person.totp = !row.IsNull("totp_secret");
  person.oidc_subject = row.MaybeText("oidc_subject");
  person.seen_at = row.MaybeInt("seen_at");
  person.version = row.Int("version");
  return person;
}

Status CheckPlace(store::Session& session, Roles roles, const std::string& area, const std::string& institution) {
  if (!TRY(FindArea(session, area))) return FieldError("/area", "an area that is in the tree", "已有的区划");
  bool of_institution = (roles & Bit(Role::kInstitution)) != 0;
  if (of_institution && institution.empty())
    return FieldError("/institution", "the institution this person belongs to", "所属机构");
  if (!of_institution && !institution.empty())
    return FieldError("/institution", "nothing: only role institution has one", "不填：仅机构用户有所属机构");
  if (of_institution && roles != Bit(Role::kInstitution))
    return FieldError("/roles", "institution alone: nobody audits himself", "机构角色须单独授予");
  return {};
}

Status SetRoles(store::Session& session, int64_t person, Roles roles) {
  TRY(session.Execute("DELETE FROM person_role WHERE person = ?", {person}));
  for (int i = 0; i < kRoles; i++) {
    auto role = static_cast<Role>(i);
    if ((roles & Bit(role)) == 0) continue;
    TRY(session.Execute("INSERT INTO person_role (person, role) VALUES (?, ?)", {person, std::string(NameOf(role))}));
  }
  return {};
}

Status Record(store::Session& session, const Actor& actor, const char* action, int64_t id,
              const nlohmann::json& details, EpochMs now) {
  TRY(trail::Append(session,
                    {.user = actor.id,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = action,
                     .object_kind = "user",
                     .object_id = std::to_string(id),
                     .details = details.dump(),
                     .ip = actor.ip},
                    now));
  return {};
}

nlohmann::json RoleNames(Roles roles) {
  nlohmann::json names = nlohmann::json::array();
  for (int i = 0; i < kRoles; i++) {
    auto role = static_cast<Role>(i);
    if ((roles & Bit(role)) != 0) names.push_back(NameOf(role));
  }
  return names;
}

Status EndSessions(store::Session& session, int64_t person) {
  TRY(session.Execute("UPDATE session SET revoked = 1 WHERE person = ? AND revoked = 0", {person}));
  return {};
}

}  // namespace

Result<AddedPerson> AddPerson(store::Session& session, const Actor& actor, const NewPerson& person, EpochMs now) {
  if (person.roles == 0) return FieldError("/roles", "at least one role", "至少一个角色");
  TRY(CheckPlace(session, person.roles, person.area, person.institution));
  if (TRY(FindLogin(session, person.login))) {
    Error error = FieldError("/login", "a login that nobody has", "尚无人使用的登录名");
    error.code = ErrorCode::kConflict;
    return error;
  }
  std::string password = RandomPassword();
  int64_t id = TRY(session.Insert(
      "INSERT INTO person_account (login, name, area, institution, fields, password_hash, oidc_subject, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {person.login, person.name, person.area, store::TextOrNull(person.institution), Joined(person.fields),
       HashPassword(password), store::Maybe(person.oidc_subject), now}));
  TRY(SetRoles(session, id, person.roles));
  TRY(Record(session, actor, "user.add", id,
             {{"login", person.login}, {"roles", RoleNames(person.roles)}, {"area", person.area}}, now));
  return AddedPerson{TRY(FindPerson(session, id)), password};
}

Result<Person> ChangePerson(store::Session& session, const Actor& actor, int64_t id, const PersonChange& change,
                            EpochMs now) {
  Person person = TRY(FindPerson(session, id));
  if (person.version != change.version) {
    auto detail = std::make_shared<ErrorDetail>();
    detail->word = "version_conflict";
    detail->zh = "此用户已被他人修改";
    Error error = Conflict("somebody else has changed this person");
    error.detail = std::move(detail);
    return error;
  }
  Roles roles = change.roles.value_or(person.roles);
  std::string area = change.area.value_or(person.area);
  std::string institution = change.institution.value_or(person.institution);
  if (roles == 0) return FieldError("/roles", "at least one role", "至少一个角色");
  TRY(CheckPlace(session, roles, area, institution));
  // Whoever manages people may not lock himself out, nor give himself what he does not have.
  if (id == actor.id && (roles != person.roles || change.status == "disabled")) {
    return FieldError("/roles", "somebody else's: nobody changes his own roles", "不能修改本人的角色或状态");
  }
  std::optional<std::string> subject = change.oidc_subject ? change.oidc_subject : person.oidc_subject;
  if (subject && subject->empty()) subject.reset();
  TRY(session.Execute(
      "UPDATE person_account SET name = ?, area = ?, institution = ?, fields = ?, status = ?, oidc_subject = ?, "
      "version = version + 1 WHERE id = ?",
      {change.name.value_or(person.name), area, store::TextOrNull(institution),
       Joined(change.fields.value_or(person.fields)), change.status.value_or(person.status), store::Maybe(subject),
       id}));
  if (change.status == "active")
    TRY(session.Execute("UPDATE person_account SET failures = 0, locked_until = NULL WHERE id = ?", {id}));
  TRY(SetRoles(session, id, roles));
  // Roles and places are read at sign-in: whoever has other ones signs in again.
  if (roles != person.roles || area != person.area || institution != person.institution ||
      change.status == "disabled") {
    TRY(EndSessions(session, id));
  }
  TRY(Record(session, actor, "user.change", id,
             {{"login", person.login},
              {"roles", RoleNames(roles)},
              {"area", area},
              {"status", change.status.value_or(person.status)}},
             now));
  return FindPerson(session, id);
}

Result<std::string> ResetPerson(store::Session& session, const Actor& actor, int64_t id, EpochMs now) {
  Person person = TRY(FindPerson(session, id));
  std::string password = RandomPassword();
  TRY(
      session.Execute("UPDATE person_account SET password_hash = ?, must_change = 1, failures = 0, locked_until = "
                      "NULL, totp_secret = NULL, "
                      "totp_pending = NULL, version = version + 1 WHERE id = ?",
                      {HashPassword(password), id}));
  TRY(EndSessions(session, id));
  TRY(Record(session, actor, "user.reset", id, {{"login", person.login}}, now));
  return password;
}

Status SetKnownPassword(store::Session& session, int64_t id, const std::string& password) {
  TRY(session.Execute("UPDATE person_account SET password_hash = ?, must_change = 0 WHERE id = ?",
                      {HashPassword(password), id}));
  return {};
}

Result<Person> FindPerson(store::Session& session, int64_t id) {
  std::optional<store::Row> row = TRY(session.QueryOne(std::string(kColumns) + " WHERE p.id = ?", {id}));
  if (!row) return NotFound("no such person", "没有此人");
  return PersonOf(session, *row);
}

Result<std::optional<Person>> FindLogin(store::Session& session, const std::string& login) {
  std::optional<store::Row> row = TRY(session.QueryOne(std::string(kColumns) + " WHERE p.login = ?", {login}));
  if (!row) return std::optional<Person>();
  return std::optional<Person>(TRY(PersonOf(session, *row)));
}

Result<PeoplePage> ListPeople(store::Session& session, const std::string& area, const PeopleFilter& filter,
                              EpochMs now) {
  std::string where = " WHERE 1 = 1";
  store::Values values;
  if (!filter.text.empty()) {
    where += " AND (p.login LIKE ? ESCAPE '\\' OR p.name LIKE ? ESCAPE '\\')";
    values.insert(values.end(), {store::Containing(filter.text), store::Containing(filter.text)});
  }
  if (filter.role) {
    where += " AND EXISTS (SELECT 1 FROM person_role r WHERE r.person = p.id AND r.role = ?)";
    values.emplace_back(std::string(NameOf(*filter.role)));
  }
  // Accounts are hundreds: areas are told apart here, by the same function as everywhere.
  PeoplePage page;
  store::Rows rows = TRY(session.Query(kColumns + where + " ORDER BY p.login", values));
  for (const store::Row& row : rows) {
    if (!AreaCovers(area, row.Text("area"))) continue;
    int64_t at = page.total++;
    if (at < (filter.page - 1) * filter.size || at >= filter.page * filter.size) continue;
    Person person = TRY(PersonOf(session, row));
    if (person.status == "active" && row.MaybeInt("locked_until").value_or(0) > now) person.status = "locked";
    page.rows.push_back(std::move(person));
  }
  return page;
}

Result<std::vector<Person>> PeopleAround(store::Session& session, const std::string& area, Roles roles,
                                         const std::string& text) {
  std::vector<Person> found;
  store::Rows rows = TRY(session.Query(
      std::string(kColumns) + " WHERE p.status = 'active' AND p.name LIKE ? ESCAPE '\\' ORDER BY p.name, p.id",
      {store::Containing(text)}));
  for (const store::Row& row : rows) {
    std::string theirs = row.Text("area");
    if (!AreaCovers(area, theirs) && !AreaCovers(theirs, area)) continue;
    Person person = TRY(PersonOf(session, row));
    if (roles == 0 || (person.roles & roles) != 0) found.push_back(std::move(person));
  }
  return found;
}

Result<std::vector<int64_t>> PeopleOfInstitution(store::Session& session, const std::string& institution) {
  std::vector<int64_t> found;
  store::Rows rows = TRY(session.Query(
      "SELECT id FROM person_account WHERE institution = ? AND status = 'active' ORDER BY id", {institution}));
  for (const store::Row& row : rows) found.push_back(row.Int("id"));
  return found;
}

}  // namespace yijian::account
