// What the lake holds already, as far as a new batch must know: keys, and the rows that refunds
// reverse.
//
//   LakeLookup lookup = TRY(LakeLookup::Open(lake));        // one per thread
//   TRY(lookup.ForEachKey("visit", "mdtrt_key", {0, 7}, [&](int64_t key) { ... }));
//
// Reads the batches that are not withdrawn, live rows and dead ones, unless it says otherwise.
// Threads: one owner.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/database.h"
#include "lake/lake.h"

namespace yijian::intake {

struct BucketSpan {
  int first = 0;
  int last = 0;  // inclusive
};

class LakeLookup {
 public:
  // `batches` as lake.LiveBatches() gave them.
  static Result<LakeLookup> Open(const lake::Lake& lake, const std::vector<lake::Batch>& batches);

  bool Has(const std::string& table) const { return files_.contains(table); }
  int64_t RowsOf(const std::string& table) const;

  Status ForEachKey(const std::string& table, const std::string& key, BucketSpan buckets,
                    const std::function<void(int64_t key)>& use);
  // row_key and row_hash of all rows of a table; tables written by others may lack them and are
  // passed over.
  Status ForEachRowKey(const std::string& table, const std::function<void(uint64_t key, uint32_t content)>& use);

  struct LiveRow {
    int64_t row_id = 0;
    int bucket = 0;
    int64_t key = 0;  // the column asked for
    int64_t setl_key = 0;
    int64_t cnt = 0;     // of lines, scale 4
    int64_t amount = 0;  // in fen
  };
  // Live rows of "settlement" (amount = medfee_sumamt) or "fee_line" (amount = det_item_fee_sumamt)
  // whose `key` column is one of `keys`.
  Result<std::vector<LiveRow>> FindLive(const std::string& table, const std::string& key,
                                        const std::vector<int64_t>& keys, BucketSpan buckets);

 private:
  LakeLookup(lake::Connection connection) : connection_(std::move(connection)) {}

  lake::Connection connection_;
  std::map<std::string, std::vector<lake::DataFile>> files_;
  std::string dir_;
  std::vector<std::string> cancels_;
};

}  // namespace yijian::intake
