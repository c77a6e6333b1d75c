// A finding in the making: rows are charged and kept as evidence one by one, then facts and messages are written.
//
// Internal to eval.
#pragma once

#include <string>
#include <vector>

#include "eval/scalar.h"

namespace yijian::eval {

class Reporter {
 public:
  explicit Reporter(Context& context) : context_(context) {}

  // Money of a row when the rule has no formula of its own. kNull when unknown.
  int64_t DefaultAmount(Kind kind, uint32_t row, Micro units) const;
  // What a row costs: by the rule's formula, else the default. kNull when unknown.
  int64_t MoneyOf(Kind kind, uint32_t row, Micro units);
  // `units`: the charged part of the quantity; 0 = the whole row. No more than `most` of its money is charged.
  void ChargeRow(Kind kind, uint32_t row, Micro units, Fen most = kMicroMax);
  void AddEvidence(finding::RowRef row) { finding_.evidence.push_back(row); }
  bool HasCharged() const { return !finding_.charged.empty(); }
  // Facts are those of the context as it is now. At least one row is charged.
  void Finish(finding::Sink& sink);

 private:
  std::string Render(const std::vector<Piece>& pieces) const;
  int64_t Value(Kind kind, size_t field, uint32_t row) const { return context_.bucket->table(kind).At(field, row); }

  Context& context_;
  finding::Finding finding_;
};

}  // namespace yijian::eval
