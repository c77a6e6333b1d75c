// Who looks and acts, as far as this room has to know.
//
// Permissions are decided by whoever makes the Viewer (api, out of account's matrix); scope is enforced here: what lies
// outside of it does not exist (kNotFound).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/book.h"
#include "store/database.h"

namespace yijian::clue {

struct Viewer {
  int64_t user = 0;  // 0: the program itself
  std::string name;
  std::string area;         // admdvs; sees it and what lies below it; empty: everything
  std::string institution;  // of an institution's user: only its own
  std::string ip;
  bool works = false;    // may lock, judge, put off, merge, split, close
  bool adds = false;     // may bring clues from elsewhere
  bool assigns = false;  // may hand out work
  bool samples = false;  // may draw
  bool opens_case = false;
};

// "clue.verdict" and so on, for the trail.
Status Record(store::Session& session, const Viewer& viewer, const std::string& action, const std::string& kind,
              const std::string& id, const std::string& details, int64_t at_ms);
Status Require(bool right);  // forbidden

// " AND ..." over columns `area` and `institution` of the alias ("c."), with its values.
void WhereVisible(const Viewer& viewer, std::string_view alias, std::string& where, store::Values& values);
// A queue is read along the index of its order until a page is full. Conditions that most clues meet must not tempt the
// database into an index of their own, after which it would sort a hundred thousand rows for the sake of fifty. SQLite
// is kept from it by an expression, which has no index; PostgreSQL chooses well as long as it may look at its
// statistics of the column, which an expression does not have.
std::string InOrder(store::Dialect dialect, const std::string& column);
// WhereVisible of clues "c" for such queries.
void WhereInOrder(store::Dialect dialect, const Viewer& viewer, std::string& where, store::Values& values);
void WhereArea(std::string_view area, std::string_view column, std::string& where, store::Values& values);

// Errors with a stable word and Chinese words.
Error Refused(ErrorCode code, std::string word, std::string message, std::string zh);
Error NoSuchClue();

}  // namespace yijian::clue
