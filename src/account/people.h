// People with accounts: added, changed, reset by an operator; found by others for handing work over.
//
//   AddedPerson added = TRY(AddPerson(session, operator, {.login = "wangmin", .name = "王敏", ...}, now));
//
// Every change is a trail entry in the same transaction. One-time passwords are returned once and kept as hashes only.
// Errors:  kInvalidInput with fields; kConflict a login or OIDC subject that exists, or a version that is not the last
// (word version_conflict); kNotFound.
// Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "account/actor.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

std::vector<store::Migration> Migrations();

struct Person {
  int64_t id = 0;
  std::string login;
  std::string name;
  Roles roles = 0;
  std::string area;
  std::string area_name;
  std::string institution;
  std::vector<std::string> fields;
  std::string status;  // active, locked, disabled
  bool totp = false;
  std::optional<std::string> oidc_subject;
  std::optional<EpochMs> seen_at;
  int64_t version = 0;
};

struct NewPerson {
  std::string login;
  std::string name;
  Roles roles = 0;
  std::string area;
  std::string institution;
  std::vector<std::string> fields;
  std::optional<std::string> oidc_subject;
};

struct PersonChange {
  std::optional<std::string> name;
  std::optional<Roles> roles;
  std::optional<std::string> area;
  std::optional<std::string> institution;
  std::optional<std::vector<std::string>> fields;
  std::optional<std::string> status;        // active (also unlocks), disabled (ends sessions)
  std::optional<std::string> oidc_subject;  // empty: none
  int64_t version = 0;
};

struct AddedPerson {
  Person person;
  std::string one_time_password;
};

struct PeopleFilter {
  std::string text;
  std::optional<Role> role;
  int64_t page = 1;
  int64_t size = 50;
};

struct PeoplePage {
  std::vector<Person> rows;
  int64_t total = 0;
};

Result<AddedPerson> AddPerson(store::Session& session, const Actor& actor, const NewPerson& person, EpochMs now);
Result<Person> ChangePerson(store::Session& session, const Actor& actor, int64_t id, const PersonChange& change,
                            EpochMs now);
// A new one-time password; one-time codes off, lock lifted, sessions ended.
Result<std::string> ResetPerson(store::Session& session, const Actor& actor, int64_t id, EpochMs now);
// For demo cities only: a password that is known and need not be changed.
Status SetKnownPassword(store::Session& session, int64_t id, const std::string& password);

Result<Person> FindPerson(store::Session& session, int64_t id);  // kNotFound
Result<std::optional<Person>> FindLogin(store::Session& session, const std::string& login);
// Of the areas below `area`.
Result<PeoplePage> ListPeople(store::Session& session, const std::string& area, const PeopleFilter& filter,
                              EpochMs now);
// Active people with any of the roles (0: any role), whose area covers or lies below `area`.
Result<std::vector<Person>> PeopleAround(store::Session& session, const std::string& area, Roles roles,
                                         const std::string& text);
Result<std::vector<int64_t>> PeopleOfInstitution(store::Session& session, const std::string& institution);

}  // namespace yijian::account
