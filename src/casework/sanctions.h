// What the law lets a decision order: rules/sanctions.csv and its arithmetic (supervision.md D.1, D.7).
//
//   SanctionTable table = TRY(SanctionTable::Load("rules/sanctions.csv"));
//   Plan plan = table.Check({.track = Track::kAdministrative, .against_person = false, .confirmed_fen = 1'000'000},
//   measures); if (!plan.problems.empty()) ...            // every one, with the field it belongs to
//   plan.measures[0].amount_fen                // computed: fine = base x multiple
//
// Units: fen; multiples in hundredths (1.5 is 150); a part of a fen falls to the one who pays (rounded down).
// The base of a fine is the case's confirmed money, of refunds too: refuse_payment and recover together take exactly
// all of it. Threads: const after Load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "casework/states.h"

namespace yijian::casework {

struct Sanction {
  std::string article;
  bool against_person = false;
  Track track = Track::kAgency;
  std::string zh;
  std::string en;
  std::vector<MeasureKind> measures;
  std::optional<int> multiple_min;  // hundredths
  std::optional<int> multiple_max;
  std::optional<Fen> fine_min;  // fen
  std::optional<Fen> fine_max;
  std::optional<int> suspend_months_min;
  std::optional<int> suspend_months_max;
  std::optional<Fen> hearing;   // fines from here on need the offer of a hearing
  std::optional<Fen> criminal;  // case sums from here on open the transfer check list
  std::string basis;
};

struct PlannedMeasure {
  MeasureKind kind = MeasureKind::kInconclusive;
  std::string article;  // empty: none named
  std::optional<Fen> amount_fen;
  std::optional<int> multiple;  // hundredths
  std::optional<Date> from;
  std::optional<Date> until;  // last day
  std::string target;
  std::string note;
};

struct CaseSums {
  Track track = Track::kAgency;
  bool against_person = false;
  Fen confirmed_fen = 0;  // after answer, review and appeal
};

struct FieldProblem {
  std::string field;     // JSON pointer inside the request: /measures/0/multiple
  std::string expected;  // English, and
  std::string zh;
};

struct Plan {
  std::vector<PlannedMeasure> measures;  // with computed amounts
  Fen amount_fen = 0;                    // all money together: what the approval's level is chosen by
  bool hearing = false;
  std::vector<FieldProblem> problems;
};

class SanctionTable {
 public:
  static Result<SanctionTable> Load(const std::string& path);

  const std::vector<Sanction>& sanctions() const { return sanctions_; }
  const Sanction* Find(std::string_view article) const;
  // Those that fit the case's track and subject.
  std::vector<const Sanction*> For(const CaseSums& sums) const;
  Plan Check(const CaseSums& sums, const std::vector<PlannedMeasure>& measures) const;
  // The lowest criminal line of all articles of this subject; nullopt when none has one.
  std::optional<Fen> CriminalLine(bool against_person) const;

 private:
  std::vector<Sanction> sanctions_;
};

// "1.5" -> 150; nullopt unless one digit with at most two decimals.
std::optional<int> ParseMultiple(std::string_view text);
std::string FormatMultiple(int hundredths);  // 150 -> "1.5"
// Rounded down; saturates at the largest sum.
Fen FineOf(Fen base_fen, int multiple_hundredths);
// The day `months` after `day`, the last of its month where the month is too short.
Date AddMonths(Date day, int months);

}  // namespace yijian::casework
