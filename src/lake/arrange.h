// From rows as the files gave them to rows in timeline order: the steps of BucketReader that touch
// no file.
//
// Every step is one pass, and none when there is nothing to do: a table that came from one sorted
// file is not moved.
#pragma once

#include <cstdint>
#include <vector>

#include "lake/table_scan.h"
#include "timeline/bucket.h"

namespace yijian::lake {

// The persons of a range, ascending by (bucket, key).
class PersonOrder {
 public:
  explicit PersonOrder(int buckets) : buckets_(buckets) {}

  void Clear() { keys_.clear(); }
  // Adds the keys of a table.
  void Add(const std::vector<Group>& groups);
  const std::vector<int64_t>& keys() const { return keys_; }
  // The person of each group.
  void Place(const std::vector<Group>& groups, std::vector<uint32_t>* person_of_group) const;

 private:
  void MergeStretches();
  bool Before(int64_t left, int64_t right) const {
    int64_t left_bucket = left % buckets_, right_bucket = right % buckets_;
    return left_bucket != right_bucket ? left_bucket < right_bucket : left < right;
  }

  int64_t buckets_;
  std::vector<int64_t> keys_;
  std::vector<int64_t> added_, merged_;  // scratch
};

// Where each row goes. order empty: rows stay where they are.
struct Arrangement {
  std::vector<uint32_t> order;         // of the new rows: the old row
  std::vector<uint32_t> person_first;  // of the new rows
};

// Groups rows by person and orders those of one person by (time, row_id); time == nullptr: by
// row_id.
void ArrangeByPerson(const ScanRows& rows, const std::vector<uint32_t>& person_of_group, uint32_t persons,
                     const timeline::Column* time, Arrangement* arrangement);

// Row i becomes what row order[i] was.
void Reorder(const std::vector<uint32_t>& order, std::vector<int64_t>* list, std::vector<int64_t>* scratch);
void Reorder(const std::vector<uint32_t>& order, ScanRows* rows, timeline::Column::Scratch* scratch);

// Finds the visit of each row among those of its person. Keys are those of the rows and of the
// visits, in their new order.
void LinkVisits(const timeline::Column& row_keys, const std::vector<uint32_t>& row_person_first,
                const timeline::Column& visit_keys, const std::vector<uint32_t>& visit_person_first,
                std::vector<uint32_t>* visit);

// Order that puts rows under their visits, by row_id; rows without one are left out. Gives first
// row of each visit too.
void ArrangeByVisit(const std::vector<uint32_t>& visit, const std::vector<int64_t>& row_id, uint32_t visits,
                    std::vector<uint32_t>* order, std::vector<uint32_t>* visit_first);

// Rows to keep of visits in person order, so that each (person, key) has only its row with the
// largest row_id. False when all stay.
bool KeepLatest(const timeline::Column& keys, const std::vector<int64_t>& row_id,
                const std::vector<uint32_t>& person_first, std::vector<uint32_t>* order);

}  // namespace yijian::lake
