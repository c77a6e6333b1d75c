// The accounts money passes through, and the arithmetic of moves. No database here.
//
//   Balances line;
//   TRY(Apply(line, {Account::kNone, Account::kIdentified}, 40'000));
//   TRY(Apply(line, {Account::kIdentified, Account::kConfirmed}, 30'000));
//   line.Of(Account::kIdentified)                                        // 10'000
//
// Per charged line: identified -> refuted | confirmed -> decided -> recovered | written_off. Per measure: damages_due
// -> damages_paid and fine_due -> fine_paid. Refunds and damages go to the fund, fines to the treasury: no move joins
// them. No balance falls below zero. A counter-entry goes the way of its entry backwards, also where no move goes.
// Errors:  kConflict, word "ledger_move" (no such move) or "ledger_balance" (not so much there).
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/result.h"

namespace yijian::ledger {

// On disk by name. kNone is the world outside the ledger.
enum class Account : uint8_t {
  kNone,
  kIdentified,
  kRefuted,
  kConfirmed,
  kDecided,
  kRecovered,
  kWrittenOff,
  kDamagesDue,
  kDamagesPaid,
  kFineDue,
  kFinePaid,
};
inline constexpr size_t kAccounts = 11;
inline constexpr std::array kLineAccounts{Account::kIdentified, Account::kRefuted,   Account::kConfirmed,
                                          Account::kDecided,    Account::kRecovered, Account::kWrittenOff};
inline constexpr std::array kMeasureAccounts{Account::kDamagesDue, Account::kDamagesPaid, Account::kFineDue,
                                             Account::kFinePaid};

const char* NameOf(Account account);  // "identified"; "" for kNone
std::optional<Account> AccountOf(std::string_view name);
bool OfMeasure(Account account);  // damages and fines; else of a line

struct Way {
  Account from = Account::kNone;
  Account to = Account::kNone;
  friend auto operator<=>(const Way&, const Way&) = default;
};
bool Allowed(Way way);

class Balances {
 public:
  Fen Of(Account account) const { return fen_[static_cast<size_t>(account)]; }
  void Set(Account account, Fen fen) { fen_[static_cast<size_t>(account)] = fen; }
  Fen Sum() const;  // over all accounts: what the findings say was attributed
  friend bool operator==(const Balances&, const Balances&) = default;

 private:
  friend Status Apply(Balances&, Way, Fen, bool);
  friend class Sums;
  std::array<Fen, kAccounts> fen_{};
};

// `amount` > 0. `counter`: backwards along an entry that was made. On error nothing has changed.
Status Apply(Balances& balances, Way way, Fen amount, bool counter = false);

// Cumulative money that has reached each step, net of counter-entries.
struct Funnel {
  Fen identified = 0;
  Fen refuted = 0;
  Fen confirmed = 0;
  Fen decided = 0;
  Fen recovered = 0;
  Fen written_off = 0;
  Fen damages_due = 0;
  Fen damages_paid = 0;
  Fen fine_due = 0;
  Fen fine_paid = 0;
  friend bool operator==(const Funnel&, const Funnel&) = default;
};
Funnel FunnelOf(const Balances& sums);

// Sums of flows: what came in less what went out of each account. May pass below zero on the way.
class Sums {
 public:
  void Add(Way way, Fen amount);
  const Balances& balances() const { return balances_; }

 private:
  Balances balances_;
};

}  // namespace yijian::ledger
