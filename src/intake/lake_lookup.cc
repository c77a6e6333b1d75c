#include "intake/lake_lookup.h"

#include <algorithm>
#include <set>

namespace yijian::intake {
namespace {

constexpr int64_t kMemoryMb = 512;
constexpr size_t kKeysPerQuery = 2000;

bool Overlaps(const lake::DataFile& file, BucketSpan buckets) {
  return file.bucket_min <= buckets.last && file.bucket_max >= buckets.first;
}

std::string Between(BucketSpan buckets) {
  return "bucket BETWEEN " + std::to_string(buckets.first) + " AND " + std::to_string(buckets.last);
}

}  // namespace

Result<LakeLookup> LakeLookup::Open(const lake::Lake& lake, const std::vector<lake::Batch>& batches) {
  LakeLookup lookup(TRY(lake::OpenConnection({.memory_limit_mb = kMemoryMb, .threads = 1})));
  lookup.dir_ = lake.dir();
  for (const lake::Batch& batch : batches) {
    for (const lake::DataFile& file : batch.manifest.files) {
      if (file.table == lake::kCancelTable) {
        lookup.cancels_.push_back(lake.PathOf(file.path));
      } else if (file.rows > 0) {
        lookup.files_[file.table].push_back(file);
      }
    }
  }
  return lookup;
}

int64_t LakeLookup::RowsOf(const std::string& table) const {
  auto files = files_.find(table);
  int64_t rows = 0;
  if (files == files_.end()) return rows;
  for (const lake::DataFile& file : files->second) rows += file.rows;
  return rows;
}

Status LakeLookup::ForEachKey(const std::string& table, const std::string& key, BucketSpan buckets,
                              const std::function<void(int64_t key)>& use) {
  for (const lake::DataFile& file : files_[table]) {
    if (!Overlaps(file, buckets)) continue;
    lake::RowStream stream =
        TRY(connection_.Stream("SELECT " + lake::QuoteName(key) + "::BIGINT FROM read_parquet(" +
                               lake::Quote(dir_ + "/" + file.path) + ") WHERE " + Between(buckets)));
    while (const lake::Chunk* chunk = TRY(stream.Next())) {
      const int64_t* keys = chunk->columns[0].As<int64_t>();
      for (size_t row = 0; row < chunk->rows; row++) {
        if (chunk->columns[0].Has(row)) use(keys[row]);
      }
    }
  }
  return {};
}

Status LakeLookup::ForEachRowKey(const std::string& table,
                                 const std::function<void(uint64_t key, uint32_t content)>& use) {
  for (const lake::DataFile& file : files_[table]) {
    std::string from = "read_parquet(" + lake::Quote(dir_ + "/" + file.path) + ")";
    int64_t columns = TRY(connection_.QueryInt("SELECT count(*) FROM (DESCRIBE SELECT * FROM " + from +
                                               ") WHERE column_name IN ('row_key', 'row_hash')"));
    if (columns < 2) continue;
    lake::RowStream stream = TRY(connection_.Stream("SELECT row_key::BIGINT, row_hash::INTEGER FROM " + from));
    while (const lake::Chunk* chunk = TRY(stream.Next())) {
      const int64_t* keys = chunk->columns[0].As<int64_t>();
      const int32_t* contents = chunk->columns[1].As<int32_t>();
      for (size_t row = 0; row < chunk->rows; row++) {
        if (chunk->columns[0].Has(row)) use(static_cast<uint64_t>(keys[row]), static_cast<uint32_t>(contents[row]));
      }
    }
  }
  return {};
}

Result<std::vector<LakeLookup::LiveRow>> LakeLookup::FindLive(const std::string& table, const std::string& key,
                                                              const std::vector<int64_t>& keys, BucketSpan buckets) {
  std::vector<LiveRow> found;
  bool lines = table == "fee_line";
  std::vector<std::string> paths;
  for (const lake::DataFile& file : files_[table]) {
    if (Overlaps(file, buckets)) paths.push_back(dir_ + "/" + file.path);
  }
  if (paths.empty()) return found;
  for (size_t from = 0; from < keys.size(); from += kKeysPerQuery) {
    std::string list;
    for (size_t i = from; i < std::min(from + kKeysPerQuery, keys.size()); i++) {
      list += (list.empty() ? "" : ",") + std::to_string(keys[i]);
    }
    std::string sql = "SELECT row_id, bucket::INTEGER, " + lake::QuoteName(key) + "::BIGINT, setl_key::BIGINT, " +
                      (lines ? "(cnt * 10000)::BIGINT, (det_item_fee_sumamt * 100)::BIGINT"
                             : "0::BIGINT, (medfee_sumamt * 100)::BIGINT") +
                      " FROM read_parquet(" + lake::QuoteList(paths) + ", union_by_name = true) WHERE live AND " +
                      Between(buckets) + " AND " + lake::QuoteName(key) + " IN (" + list + ")";
    if (!cancels_.empty()) {
      sql += " AND row_id NOT IN (SELECT row_id FROM read_parquet(" + lake::QuoteList(cancels_) +
             ") WHERE \"table\" = " + lake::Quote(table) + " AND row_id IS NOT NULL)";
    }
    lake::QueryResult rows = TRY(connection_.Query(sql + " ORDER BY row_id"));
    for (size_t row = 0; row < rows.rows(); row++) {
      found.push_back({rows.Int(row, 0), static_cast<int>(rows.Int(row, 1)), rows.Int(row, 2), rows.Int(row, 3),
                       rows.Int(row, 4), rows.Int(row, 5)});
    }
  }
  return found;
}

}  // namespace yijian::intake
