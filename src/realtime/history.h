// What is known of one subject (a person, a doctor, a trace code), and what one message adds to it.
//
//   History known = TRY(store.Get(Subject::kPerson, IdKeyOf(psn_no)));
//   Absorb(known, told);                                  // told: a draft, or an upload
//
// Rows:    of each kind, in the order they were told. `key` names a row among those of its kind: a later message about
//          the same row replaces it (lines, traces, diagnoses, operations) or adds to it (person, visits, settlements:
//          what the message does not know stays).
// Acts:    what a message does to rows told before it (cancels, settles). A message's acts never touch its own rows.
// Order:   everything carries the stamp of its message, its time by the sender's clock. What was said later wins,
//          whatever arrives first; of equal stamps what arrives later. So a cancel that overtakes its line still
//          cancels it.
// Units:   as in timeline/bucket.h. Codes are ids of the store's code book.
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/date.h"
#include "program/rule.h"
#include "timeline/bucket.h"

namespace yijian::realtime {

using timeline::Kind;
using timeline::kKindCount;
using timeline::kNull;

using Column = std::vector<int64_t>;

struct Rows {
  std::vector<int64_t> key;
  std::vector<int64_t> visit;   // key of its visit; kNull when it has none
  std::vector<int64_t> batch;   // lines: key of the charge batch (chrg_bchno); kNull when nobody said
  std::vector<int64_t> stamp;   // seconds
  std::vector<Column> columns;  // by field ordinal, each of size() or empty; or no columns at all

  size_t size() const { return key.size(); }
  int64_t At(size_t field, size_t row) const {
    return field >= columns.size() || columns[field].empty() ? kNull : columns[field][row];
  }
};

// On disk: never renumber.
enum class Deed : uint8_t {
  kDropRow = 1,        // row `key` of `kind`
  kDropBatch = 2,      // unsettled lines of charge batch `key` of `visit` (2205)
  kDropUnsettled = 3,  // unsettled lines of `visit` (2205 and 2302 with 0000; a draft that tells the visit whole)
  kSettle = 4,         // unsettled lines of `visit` in `batch` (kNull: all) belong to settlement `key` (2207, 2304)
  kUnsettle = 5,       // settlement `key` is void: its lines are unsettled, its traces and itself go (2208, 2305)
  kDropVisit = 6,      // `visit` with all that belongs to it (2202, 2404)
  kDropList = 7,       // diagnoses or operations (`kind`) of `visit`: the message brings them anew
};

struct Act {
  Deed deed = Deed::kDropRow;
  Kind kind = Kind::kLine;
  int64_t visit = kNull;
  int64_t key = kNull;
  int64_t batch = kNull;
  int64_t stamp = 0;
  friend bool operator==(const Act&, const Act&) = default;
};

struct History {
  int64_t subject = kNull;
  std::string no;  // psn_no; a doctor's code; hex of a trace code's key
  std::array<Rows, kKindCount> rows;
  std::vector<std::string> visit_no;  // by visit row
  std::vector<Act> acts;

  Rows& of(Kind kind) { return rows[static_cast<size_t>(kind)]; }
  const Rows& of(Kind kind) const { return rows[static_cast<size_t>(kind)]; }
  size_t size() const;
  bool empty() const { return size() == 0 && acts.empty(); }
};

// A row to put in: values by field ordinal, all kNull at first.
class NewRow {
 public:
  NewRow(Kind kind, int64_t key, int64_t visit, int64_t stamp);
  NewRow& Set(std::string_view field, int64_t value);
  NewRow& Set(size_t field, int64_t value) {
    values_[field] = value;
    return *this;
  }
  NewRow& Batch(int64_t batch) {
    batch_ = batch;
    return *this;
  }
  int64_t Get(std::string_view field) const;
  int64_t Get(size_t field) const { return values_[field]; }
  void PutInto(History& history, const std::string& visit_no = {}) const;

 private:
  Kind kind_;
  int64_t key_, visit_, batch_ = kNull, stamp_;
  std::vector<int64_t> values_;
};

// Row `row` of `from` behind the rows of `to`.
void CopyRow(const Rows& from, size_t row, Rows& to);
// Rows whose flag is zero go; the others keep their order.
void KeepRows(const std::vector<uint8_t>& keep, Kind kind, History& history);

// What is known after a message. Of both, rows of one kind have different keys.
void Absorb(History& known, const History& told);
// The same for one message that may name a row twice: the later stays.
void Settle(History& told);

// Rows of each kind in timeline order (time, then as told), so that a store's record lies as it is read.
void SortByTime(History& history);
// Rows that ended before `from`, and acts said before it, go. Whole visits: one that reaches to `from` keeps its rows.
void TrimBefore(History& history, Time from);
// The latest time of any line, visit or settlement; kNull when there is none.
int64_t LatestTime(const History& history);

}  // namespace yijian::realtime
