// People of a synthetic city: one of every role, with passwords that everybody may know. Only in a store that says it
// is synthetic: the sign-in page lists them there, and nowhere else.
//
// Threads: as the session.
#pragma once

#include <string>
#include <vector>

#include "account/people.h"

namespace yijian::account {

struct DemoPerson {
  std::string login;
  std::string name;
  std::string password;
  Roles roles = 0;
};

Result<bool> IsDemo(store::Session& session);
// Empty unless the store is a demo. In the order of a case's life.
Result<std::vector<DemoPerson>> DemoPeople(store::Session& session);
// Marks the store and adds the people; again: nothing. `institutions` are the ones that get a person each.
Status MakeDemo(store::Session& session, const std::string& area, const std::vector<std::string>& institutions,
                EpochMs now);

}  // namespace yijian::account
