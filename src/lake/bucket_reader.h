// Timelines out of the lake: the rows of some buckets, of all live batches, joined and in order.
//
//   auto snapshot = TRY(Snapshot::Take(lake));
//   BucketReader reader = TRY(BucketReader::Open(snapshot, wanted));     // one per worker thread
//   timeline::Bucket bucket;
//   for (BucketRange range : my_share_of(snapshot->PlanWork(1'000'000))) {
//     TRY(reader.Read(range, &bucket));                                   // reuses the bucket's
//     memory EvaluateColumns(*bound, bucket, sink);
//   }
//
// Rows:     live ones of batches that are not withdrawn, without those a later batch cancelled.
// Rows without a person key
//           are nobody's timeline and left out; so are diagnoses and operations of visits that are
//           not in the lake.
// Persons:  all that any loaded table names, in the order (bucket, key). Those who are not in the
// register have null
//           fields; of several register rows of one person the latest batch's counts. Of several
//           visits with one key the latest batch's counts.
// Order:    as timeline/bucket.h says, whatever the files' order; files sorted as the format wants
// are simply faster. Columns:  those wanted, and the time that orders a kind. A column that a file
// lacks is null there. Visits are always
//           loaded, other tables only when a field of theirs is wanted or summed. person_no and
//           visit_no are always there.
// Amounts:  visit.total, scope and fund are sums over the visit's settlements; unknown when it has
// none, or when one of
//           them is unknown.
// Threads:  one reader per thread; all its work is done in the calling thread.
// Errors:   kIo and kInvalidInput name the file; kLimit when DuckDB's memory does not suffice.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/result.h"
#include "lake/snapshot.h"
#include "timeline/bucket.h"

namespace yijian::lake {

// Fields to load, by kind and field ordinal; an empty vector is a kind without wanted fields.
using Wanted = std::array<std::vector<bool>, timeline::kKindCount>;
Wanted WantAll();

struct ReaderOptions {
  int64_t memory_limit_mb = 1024;  // of DuckDB; buckets come on top
};

class BucketReader {
 public:
  static Result<BucketReader> Open(std::shared_ptr<const Snapshot> snapshot, const Wanted& wanted,
                                   const ReaderOptions& options = {});
  BucketReader(BucketReader&&) noexcept;
  BucketReader& operator=(BucketReader&&) noexcept;
  ~BucketReader();

  // Slices of one bucket after the other, in the order of their keys, cost no more than the bucket at once.
  Status Read(const Slice& slice, timeline::Bucket* bucket);
  Status Read(BucketRange range, timeline::Bucket* bucket) { return Read(Slice{range}, bucket); }
  Result<timeline::Bucket> Read(BucketRange range);

 private:
  struct Impl;
  explicit BucketReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yijian::lake
