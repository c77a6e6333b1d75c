#include "casework/decision_book.h"

#include <algorithm>

#include "base/words.h"

namespace yijian::casework {

bool DecisionRow::Has(MeasureKind kind) const {
  return std::any_of(measures.begin(), measures.end(), [kind](const auto& measure) { return measure.kind == kind; });
}

std::vector<MeasureKind> DecisionRow::Kinds() const {
  std::vector<MeasureKind> kinds;
  for (const auto& measure : measures) kinds.push_back(measure.kind);
  return kinds;
}

Result<DecisionRow> LoadDecision(Job& job, int64_t id) {
  auto row =
      TRY(job.session.QueryOne(std::string("SELECT * FROM decision WHERE id = ?") + job.session.ForUpdate(), {id}));
  if (!row) return NotFound("no such decision", "没有此处理决定");
  DecisionRow decision{.id = id, .no = row->Text("no"), .case_id = row->Int("case_id")};
  decision.state = *Parse<DecisionState>(row->Text("state"));
  decision.amount = row->Int("amount_fen");
  decision.confirmed = row->Int("confirmed_fen");
  decision.level = static_cast<int>(row->Int("level"));
  decision.hearing = row->Bool("hearing");
  decision.drafted_by = row->Int("drafted_by");
  decision.version = row->Int("version");
  for (const auto& measure : TRY(job.session.Query("SELECT * FROM measure WHERE decision_id = ? ORDER BY id", {id}))) {
    decision.measures.push_back({.id = measure.Int("id"),
                                 .kind = *Parse<MeasureKind>(measure.Text("kind")),
                                 .state = *Parse<MeasureState>(measure.Text("state")),
                                 .amount = measure.MaybeInt("amount_fen").value_or(0),
                                 .done = measure.Int("done_fen"),
                                 .until_day = measure.MaybeText("until_day").value_or("")});
  }
  return decision;
}

Status SetDecisionState(Job& job, DecisionRow& decision, DecisionState state) {
  decision.state = state;
  int64_t changed =
      TRY(job.session.Execute("UPDATE decision SET state = ?, version = version + 1 WHERE id = ? AND version = ?",
                              {std::string(Name(state)), decision.id, decision.version}));
  if (changed != 1) return StaleVersion("决定", "the decision");
  decision.version++;
  return {};
}

Result<std::vector<Share>> OpenShares(Job& job, int64_t case_id) {
  std::vector<Share> shares;
  TRY(job.session.ForEach(
      "SELECT l.line_id, l.cnfm_fen - COALESCE((SELECT CAST(SUM(ml.amount_fen) AS BIGINT) FROM measure_line ml JOIN "
      "measure m ON m.id = ml.measure_id "
      "JOIN decision d ON d.id = m.decision_id WHERE ml.line_id = l.line_id AND d.case_id = o.case_id "
      "AND d.state IN ('in_force', 'delivered', 'executed')), 0) AS left_fen "
      "FROM opinion_line l JOIN opinion o ON o.id = l.opinion_id "
      "WHERE o.case_id = ? AND o.state <> 'withdrawn' AND l.cnfm_fen > 0 ORDER BY l.line_id",
      {case_id}, [&](const store::Row& row) -> Status {
        if (row.Int("left_fen") > 0) shares.push_back({row.Int("line_id"), row.Int("left_fen")});
        return {};
      }));
  return shares;
}

namespace {

// Its share of every line goes from confirmed to decided.
Status BookRefundLines(Job& job, const Booking& booking, const MeasureRow& measure, std::vector<Share>& left) {
  auto shares = ShareOut(measure.amount, left);
  std::vector<store::Values> rows;
  rows.reserve(shares.size());
  for (const auto& share : shares) rows.push_back({measure.id, share.line, share.amount});
  TRY(job.session.InsertMany("measure_line", {"measure_id", "line_id", "amount_fen"}, rows));
  return BookLines(job, booking, "confirmed", "decided", shares);
}

}  // namespace

Status BookInForce(Job& job, const CaseRow& file, const DecisionRow& decision) {
  auto left = TRY(OpenShares(job, file.id));
  for (const auto& measure : decision.measures) {
    Booking booking{.case_id = file.id,
                    .case_no = file.no,
                    .decision = decision.id,
                    .measure = measure.id,
                    .institution = file.institution,
                    .area = file.area};
    switch (MoneyOf(measure.kind)) {
      case Money::kLines:
        TRY(BookRefundLines(job, booking, measure, left));
        break;
      case Money::kDamages:
        TRY(BookMeasure(job, booking, "", "damages_due", measure.amount));
        break;
      case Money::kFine:
        TRY(BookMeasure(job, booking, "", "fine_due", measure.amount));
        break;
      case Money::kNone:
        break;
    }
  }
  return SumUpCase(job, file.id);
}

Status SumUpCase(Job& job, int64_t case_id) {
  TRY(
      job.session.Execute("UPDATE case_file SET decided_fen = (SELECT CAST(COALESCE(SUM(m.amount_fen), 0) AS BIGINT) "
                          "FROM measure m JOIN decision d ON d.id = m.decision_id "
                          "WHERE d.case_id = ? AND d.state IN ('in_force', 'delivered', 'executed') AND m.kind IN "
                          "('recover', 'refuse_payment')), "
                          "recovered_fen = (SELECT CAST(COALESCE(SUM(e.amount_fen), 0) AS BIGINT) FROM execution e "
                          "JOIN measure m ON m.id = e.measure_id JOIN decision d ON d.id = m.decision_id "
                          "WHERE d.case_id = ? AND d.state IN ('in_force', 'delivered', 'executed') AND m.kind IN "
                          "('recover', 'refuse_payment') AND e.way <> 'written_off') WHERE id = ?",
                          {case_id, case_id, case_id}));
  return {};
}

std::vector<Share> ShareOut(Fen amount, std::vector<Share>& left) {
  std::vector<Share> shares;
  for (auto& line : left) {
    Fen part = std::min(amount, line.amount);
    if (part == 0) continue;
    shares.push_back({line.line, part});
    line.amount -= part;
    amount -= part;
  }
  CHECK(amount == 0);
  return shares;
}

std::string DecisionLink(int64_t id) { return "/decisions/" + WireId('d', id); }

}  // namespace yijian::casework
