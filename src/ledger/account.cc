#include "ledger/account.h"

#include <algorithm>
#include <string>

namespace yijian::ledger {
namespace {

using A = Account;

constexpr std::array<const char*, kAccounts> kNames{
    "",          "identified",  "refuted",     "confirmed",    "decided",
    "recovered", "written_off", "damages_due", "damages_paid", "fine_due",
    "fine_paid"};

// Going back inside the ledger (confirmed -> identified) is for verdicts that are changed before a decision; what has
// been decided goes back by counter-entries only.
constexpr std::array kMoves{
    Way{A::kNone, A::kIdentified},      Way{A::kIdentified, A::kNone},        Way{A::kRefuted, A::kNone},
    Way{A::kIdentified, A::kRefuted},   Way{A::kRefuted, A::kIdentified},     Way{A::kIdentified, A::kConfirmed},
    Way{A::kConfirmed, A::kIdentified}, Way{A::kConfirmed, A::kRefuted},      Way{A::kRefuted, A::kConfirmed},
    Way{A::kConfirmed, A::kDecided},    Way{A::kDecided, A::kRecovered},      Way{A::kDecided, A::kWrittenOff},
    Way{A::kNone, A::kDamagesDue},      Way{A::kDamagesDue, A::kDamagesPaid}, Way{A::kNone, A::kFineDue},
    Way{A::kFineDue, A::kFinePaid},
};

Error Refused(const char* word, std::string message, std::string zh) {
  Error error = Conflict(std::move(message));
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = word;
  detail->zh = std::move(zh);
  error.detail = std::move(detail);
  return error;
}

}  // namespace

const char* NameOf(Account account) { return kNames[static_cast<size_t>(account)]; }

std::optional<Account> AccountOf(std::string_view name) {
  for (size_t i = 0; i < kAccounts; i++) {
    if (name == kNames[i]) return static_cast<Account>(i);
  }
  return {};
}

bool OfMeasure(Account account) { return account >= Account::kDamagesDue; }

bool Allowed(Way way) { return std::find(kMoves.begin(), kMoves.end(), way) != kMoves.end(); }

Fen Balances::Sum() const {
  Fen sum = 0;
  for (Fen fen : fen_) sum += fen;
  return sum;
}

Status Apply(Balances& balances, Way way, Fen amount, bool counter) {
  bool known = counter ? Allowed({way.to, way.from}) || Allowed(way) : Allowed(way);
  if (!known || amount <= 0) {
    return Refused("ledger_move",
                   std::string("the ledger has no move of ") + std::to_string(amount) + " fen from '" +
                       NameOf(way.from) + "' to '" + NameOf(way.to) + "'",
                   "台账没有这种划转");
  }
  Fen& from = balances.fen_[static_cast<size_t>(way.from)];
  if (way.from != Account::kNone && from < amount) {
    return Refused("ledger_balance",
                   std::string("only ") + std::to_string(from) + " fen are " + NameOf(way.from) + ", not " +
                       std::to_string(amount),
                   "台账余额不足");
  }
  if (way.from != Account::kNone) from -= amount;
  if (way.to != Account::kNone) balances.fen_[static_cast<size_t>(way.to)] += amount;
  return {};
}

Funnel FunnelOf(const Balances& sums) {
  Funnel funnel;
  funnel.recovered = sums.Of(A::kRecovered);
  funnel.written_off = sums.Of(A::kWrittenOff);
  funnel.decided = sums.Of(A::kDecided) + funnel.recovered + funnel.written_off;
  funnel.confirmed = sums.Of(A::kConfirmed) + funnel.decided;
  funnel.refuted = sums.Of(A::kRefuted);
  funnel.identified = sums.Of(A::kIdentified) + funnel.refuted + funnel.confirmed;
  funnel.damages_paid = sums.Of(A::kDamagesPaid);
  funnel.damages_due = sums.Of(A::kDamagesDue) + funnel.damages_paid;
  funnel.fine_paid = sums.Of(A::kFinePaid);
  funnel.fine_due = sums.Of(A::kFineDue) + funnel.fine_paid;
  return funnel;
}

void Sums::Add(Way way, Fen amount) {
  if (way.from != Account::kNone) balances_.fen_[static_cast<size_t>(way.from)] -= amount;
  if (way.to != Account::kNone) balances_.fen_[static_cast<size_t>(way.to)] += amount;
}

}  // namespace yijian::ledger
