// Histories as a Bucket: what the evaluator of the batch audit reads.
//
//   ColumnMaker maker(eval::FieldsOf(*bound, Subject::kPerson));
//   const timeline::Bucket& bucket = maker.Make({&before, &after});     // one person each, in this order
//
// Shape:   as lake::BucketReader makes it: rows of a person by (time, as told), diagnoses and operations by (visit, as
//          told), sums of a visit over its settlements. row_id is the row's key. For other subjects than persons, as
//          timeline::Regroup: no row knows a visit.
// Owns:    the bucket, until the next Make; its memory is used again. Code texts come from the bound rules:
// bucket.codes
//          stays null.
// Threads: one owner at a time.
#pragma once

#include <span>

#include "realtime/history.h"

namespace yijian::realtime {

class ColumnMaker {
 public:
  ColumnMaker(program::FieldSet wanted, program::Subject subject);

  // The histories need not outlive the call.
  const timeline::Bucket& Make(std::span<const History* const> subjects);

 private:
  void Add(const History& history);
  void AddRows(const History& history, Kind kind, uint32_t person);
  void SumSettlements(const History& history, uint32_t first_visit);
  void StartOver();

  program::Subject subject_;
  std::array<std::vector<uint16_t>, kKindCount> fields_;  // to copy
  bool sums_ = false;
  timeline::Bucket bucket_;
  // Scratch: visits of the person at hand.
  std::vector<std::pair<int64_t, uint32_t>> visit_rows_;
  std::vector<uint32_t> order_;
  std::vector<uint32_t> owner_;
};

}  // namespace yijian::realtime
