// What the lake held at one moment: the ground of one audit run, however many batches come in
// meanwhile.
//
//   auto snapshot = TRY(Snapshot::Take(lake));
//   for (BucketRange range : snapshot->PlanWork(1'000'000)) ...     // to workers, a BucketReader
//   each
//
// Takes batches that are not withdrawn, their files (which must exist and have the size their
// manifest says), the dictionary, and the rows that later batches cancelled. Threads: immutable;
// share it among workers. Errors:  kIo with the name of a file that is missing, cut off or damaged.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "timeline/bucket.h"

namespace yijian::lake {

// Buckets [from, until).
struct BucketRange {
  int from = 0;
  int until = 0;
  friend bool operator==(const BucketRange&, const BucketRange&) = default;
};

// Of the rows of some buckets those with person keys [key_first, key_last]; by default all, also those without a key.
// Keys are digests (docs/formats/lake.md): equal steps of keys are about equally many persons.
struct Slice {
  BucketRange range;
  int64_t key_first = INT64_MIN;
  int64_t key_last = INT64_MAX;

  bool whole() const { return key_first == INT64_MIN && key_last == INT64_MAX; }
};

class Snapshot {
 public:
  static Result<std::shared_ptr<const Snapshot>> Take(const Lake& lake);

  const Lake& lake() const { return lake_; }
  int buckets() const { return lake_.buckets(); }
  BucketRange all() const { return {0, buckets()}; }
  const std::vector<Batch>& batches() const { return batches_; }  // live ones, by ordinal
  const std::shared_ptr<timeline::CodeBook>& codes() const { return codes_; }

  int64_t RowsOf(std::string_view table) const;
  // Rows of a table in a range, roughly: files are taken to spread evenly over their buckets.
  int64_t RowsAbout(std::string_view table, BucketRange range) const;

  // Ranges that together are all buckets, in order, each of at most `rows_target` rows (all tables
  // of persons together, roughly) or one bucket; cut where files end if that is not far off. No
  // ranges when there are no rows.
  std::vector<BucketRange> PlanWork(int64_t rows_target) const;

  struct File {
    std::string path;  // to open
    int64_t ordinal;   // of its batch
    const DataFile* data;
  };
  // By batch, then as the manifest lists them.
  std::vector<File> FilesOf(std::string_view table, BucketRange range) const;

  // row_ids of the table, of rows of batch `ordinal` in `range`, that later batches cancelled.
  std::vector<int64_t> CancelledOf(std::string_view table, BucketRange range, int64_t ordinal) const;
  bool HasCancelled(std::string_view table) const { return cancelled_.contains(table); }

 private:
  explicit Snapshot(Lake lake) : lake_(std::move(lake)) {}
  Status LoadCancelled();

  struct Cancel {
    int bucket;
    int64_t row_id;
    friend auto operator<=>(const Cancel&, const Cancel&) = default;
  };

  Lake lake_;
  std::vector<Batch> batches_;
  std::shared_ptr<timeline::CodeBook> codes_;
  std::map<std::string, std::vector<Cancel>, std::less<>> cancelled_;  // by table; sorted
};

}  // namespace yijian::lake
