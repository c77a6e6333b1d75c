// The ledger in the store: entries that are only added, balances and running sums that follow them in the same
// transaction.
//
//   int64_t place = TRY(PlaceOf(session, {"330102", "H33010200001", "repeat_charge", "2025-03"}));
//   TRY(Identify(session, author, {{.line = 7, .place = place, .amount = 40'000}}));
//   TRY(Post(session, author, {{.line = 7, .way = {Account::kIdentified, Account::kConfirmed}, .amount = 40'000,
//                               .kind = "verdict"}}));
//   TRY(Counter(session, author, entries_of_the_decision, "decision reversed"));
//
// Who calls decides and logs; the ledger only sees that every move is allowed and covered. All functions run inside the
// caller's transaction; rows are locked in order of their ids, sums last, so that two callers do not wait for each
// other for ever. Errors:  as account.h; kConflict "ledger_countered" an entry is reversed already; kNotFound a line or
// entry that is not there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/account.h"
#include "store/database.h"

namespace yijian::ledger {

struct Author {
  int64_t user = 0;  // 0: the program itself
  std::string name;
  int64_t at_ms = 0;
};

struct Place {
  std::string area;         // admdvs
  std::string institution;  // code; empty: none
  std::string matter;       // empty for measures
  std::string month;        // "2025-03"; of the finding, or of the measure's decision
};
Result<int64_t> PlaceOf(store::Session& session, const Place& place);

struct Identified {
  int64_t line = 0;
  int64_t place = 0;
  Fen amount = 0;  // 0 opens the line without an entry
};
// New lines, each with what was attributed to it.
Status Identify(store::Session& session, const Author& author, const std::vector<Identified>& lines);

struct Move {
  int64_t line = 0;     // or
  int64_t measure = 0;  // with place
  int64_t place = 0;    // of a measure's first move; lines keep theirs
  Way way;
  Fen amount = 0;    // > 0
  std::string kind;  // verdict, withdraw, adjust, review, decision, execution
  int64_t case_id = 0;
  std::string case_no;
  int64_t decision = 0;
  std::string receipt;
  std::string note;
};
// In the order given. The ids of the entries.
Result<std::vector<int64_t>> Post(store::Session& session, const Author& author, const std::vector<Move>& moves);

// Backwards, newest first. Each entry can be reversed once, and a counter-entry cannot.
Status Counter(store::Session& session, const Author& author, const std::vector<int64_t>& entries,
               const std::string& note);

// For whoever looks: nothing is locked, Post checks again.
Result<Balances> BalancesOfLine(store::Session& session, int64_t line);
// Also those that are not in the ledger: with zero balances.
Result<std::vector<Balances>> BalancesOfLines(store::Session& session, const std::vector<int64_t>& lines);
Result<Balances> BalancesOfMeasure(store::Session& session, int64_t measure);

}  // namespace yijian::ledger
