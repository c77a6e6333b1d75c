// Prices, the split of a line, and the settlement of a visit.
//
//   Line& line = cashier.Charge(visit, G::kBloodCount, time);
//   cashier.Settle(visit, person, paid);
//
// The identities that hold to the fen, line by line and settlement by settlement:
//   amount = price * qty = full_self + over_limit + first_self + scope
//   total  = sum of lines = fund + person;  person = account + cash;  fund = pooled + serious
// A refund is a settlement of negative amounts that names the one it reverses, with a negative line for each line.
//
// Threads: const; the totals of a person's year are the caller's.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "city/record.h"

namespace yijian::city {

// What a person has paid and been paid in the year, for deductibles and the serious-illness share.
struct YearPaid {
  Fen deductible_used = 0;
  int stays = 0;
  Fen self_in_scope = 0;
  Fen outpatient_pooled = 0;
  Fen balance = 0;
};

class Cashier {
 public:
  // The highest price that the rules allow for a code at a hospital level; nullopt = none known.
  using Ceiling = std::function<std::optional<Micro>(std::string_view code, std::string_view level)>;

  Cashier(const Town& town, const Ceiling& ceiling);

  Fen PriceOf(G good, const Institution& at) const;
  // Adds a line at the institution's price. The reference lives until the next Charge.
  Line& Charge(Visit& visit, G good, Time time, int qty = 1) const;
  // Splits an amount by the payment class of the good; for lines whose amount was set by hand.
  static void Split(Line& line, char level, int self_percent);

  // One settlement over all lines so far that have none, at this time.
  void Settle(Visit& visit, const Resident& person, Time time, YearPaid& paid) const;
  // Cancels the visit's last settlement; with_again charges the same lines anew.
  void Refund(Visit& visit, Time time, bool again) const;

 private:
  const Town& town_;
  std::array<std::array<Fen, kTierCount>, kGoodCount> prices_;
};

}  // namespace yijian::city
