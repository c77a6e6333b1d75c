// Who acts: a person signed in, with what he may do and see.
//
// Threads: a value; immutable once made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account/permission.h"

namespace yijian::account {

struct Actor {
  int64_t id = 0;  // 0: the program itself
  std::string login;
  std::string name;
  Roles roles = 0;
  std::string area;                 // admdvs; sees it and what lies below it
  std::string institution;          // of an institution's person, else empty
  std::vector<std::string> fields;  // matters this person knows
  bool must_change_password = false;
  bool totp = false;
  // Of the session.
  int64_t session = 0;
  std::string csrf;
  std::string ip;

  bool Is(Role role) const { return (roles & Bit(role)) != 0; }
  bool Can(std::string_view permission) const { return May(roles, permission); }
};

// Administrative codes are 6 digits (province 2, city 4, county 6) or 9 and 12 below; "500000" covers all that begins
// with 50. Empty covers everything.
bool AreaCovers(std::string_view above, std::string_view area);

}  // namespace yijian::account
