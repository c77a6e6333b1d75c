// Names for persons that say nothing about them: person_ref stands for psn_no in ids and URLs.
//
//   PersonKey key = TRY(PersonKey::OfStore(session));
//   key.RefOf("330102199001011234")        // 24 hexadecimal digits, the same for ever in this store, HMAC-SM3
//   MaskedName("欧阳锋")                     // 欧**
//
// Threads: const, share freely.
#pragma once

#include <string>
#include <string_view>

#include "store/database.h"

namespace yijian::clue {

class PersonKey {
 public:
  explicit PersonKey(std::string secret) : secret_(std::move(secret)) {}
  // Made at random the first time; in a Write.
  static Result<PersonKey> OfStore(store::Session& session);
  std::string RefOf(std::string_view psn_no) const;

 private:
  std::string secret_;  // 32 bytes
};

std::string HmacSm3(std::string_view key, std::string_view text);  // RFC 2104; 32 bytes
std::string MaskedName(std::string_view name);                     // first character, then stars; "*" for an empty one

}  // namespace yijian::clue
