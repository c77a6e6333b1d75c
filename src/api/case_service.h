// casework behind the routes: its tables, its service, and account as the bureau it asks.
//
// Owns:    rules and bureau. The database and the clock outlive it. Threads: share freely.
#pragma once

#include <memory>
#include <string>

#include "account/actor.h"
#include "casework/casework.h"

namespace yijian::api {

class AccountBureau : public casework::Bureau {
 public:
  bool May(const casework::Actor& actor, std::string_view permission) const override;
  Result<std::optional<casework::Person>> Find(store::Session& session, int64_t user) const override;
  Result<std::vector<casework::Person>> WithRole(store::Session& session, const std::string& role) const override;
  Result<std::vector<int64_t>> OfInstitution(store::Session& session, const std::string& institution) const override;
  Result<std::string> AreaName(store::Session& session, const std::string& area) const override;
  Result<std::optional<int64_t>> Setting(store::Session& session, const std::string& key) const override;
  Result<casework::IsWorkingDay> WorkingDays(store::Session& session) const override;
  Status Send(store::Session& session, int64_t user, EpochMs now, const casework::Message& message) const override;
  Result<int64_t> Unread(store::Session& session, int64_t user) const override;
};

class CaseService {
 public:
  // folder: rules/. Makes the first approval flow of a new store.
  static Result<std::unique_ptr<CaseService>> Open(store::Database& database, const Clock& clock,
                                                   const std::string& folder);

  casework::Casework& casework() { return casework_; }

 private:
  CaseService(store::Database& database, const Clock& clock, casework::Rules rules)
      : rules_(std::move(rules)), casework_(database, clock, rules_, bureau_) {}

  casework::Rules rules_;
  AccountBureau bureau_;
  casework::Casework casework_;
};

casework::Actor CaseActor(const account::Actor& actor);

}  // namespace yijian::api
