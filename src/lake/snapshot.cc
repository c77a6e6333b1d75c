#include "lake/snapshot.h"

#include <algorithm>

namespace yijian::lake {
namespace {

constexpr int kOrdinalShift = 40;

// Tables whose buckets are those of persons.
constexpr std::string_view kPersonTables[] = {"person",    "visit",    "settlement", "diagnosis",
                                              "operation", "fee_line", "trace"};

bool Overlaps(const DataFile& file, BucketRange range) {
  return file.rows > 0 && file.bucket_min < range.until && file.bucket_max >= range.from;
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> Snapshot::Take(const Lake& lake) {
  std::shared_ptr<Snapshot> snapshot(new Snapshot(lake));
  snapshot->batches_ = TRY(lake.LiveBatches());
  for (const Batch& batch : snapshot->batches_) {
    for (const DataFile& file : batch.manifest.files) TRY(CheckFile(lake, file));
  }
  snapshot->codes_ = TRY(lake.LoadDictionary());
  TRY(snapshot->LoadCancelled());
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Status Snapshot::LoadCancelled() {
  Connection connection = TRY(OpenConnection({.threads = 1}));
  for (const File& file : FilesOf(kCancelTable, all())) {
    std::string doing = "reading " + file.path;
    RowStream stream = TRY(connection
                               .Stream("SELECT \"table\"::VARCHAR, bucket::INTEGER, row_id::BIGINT FROM read_parquet(" +
                                       Quote(file.path) + ") WHERE row_id IS NOT NULL AND bucket IS NOT NULL")
                               .While(doing));
    while (const Chunk* chunk = TRY(stream.Next().While(doing))) {
      for (size_t row = 0; row < chunk->rows; row++) {
        std::string table(chunk->columns[0].Text(row));
        cancelled_[table].push_back({chunk->columns[1].As<int32_t>()[row], chunk->columns[2].As<int64_t>()[row]});
      }
    }
  }
  for (auto& [table, cancels] : cancelled_) std::ranges::sort(cancels);
  return {};
}

int64_t Snapshot::RowsOf(std::string_view table) const {
  int64_t rows = 0;
  for (const File& file : FilesOf(table, all())) rows += file.data->rows;
  return rows;
}

int64_t Snapshot::RowsAbout(std::string_view table, BucketRange range) const {
  int64_t rows = 0;
  for (const File& file : FilesOf(table, range)) {
    int64_t shared = std::min(file.data->bucket_max + 1, range.until) - std::max(file.data->bucket_min, range.from);
    int64_t width = file.data->bucket_max + 1 - file.data->bucket_min;
    rows += file.data->rows / width * shared + file.data->rows % width * shared / width;
  }
  return rows;
}

std::vector<BucketRange> Snapshot::PlanWork(int64_t rows_target) const {
  // Rows of each bucket, and of the files that would be cut by a range that ends before it: their
  // row groups at the cut are read twice.
  std::vector<int64_t> rows(static_cast<size_t>(buckets()));
  std::vector<int64_t> cut_rows(rows.size() + 1);
  int64_t all_rows = 0;
  for (std::string_view table : kPersonTables) {
    all_rows += RowsOf(table);
    for (size_t b = 0; b < rows.size(); b++) {
      int bucket = static_cast<int>(b);
      rows[b] += RowsAbout(table, {bucket, bucket + 1});
      for (const File& file : FilesOf(table, {bucket, bucket + 1})) {
        if (file.data->bucket_min < bucket) cut_rows[b] += file.data->rows;
      }
    }
  }
  std::vector<BucketRange> ranges;
  if (all_rows == 0) return ranges;
  for (size_t from = 0; from < rows.size();) {
    size_t best = from;
    bool large = false;
    int64_t sum = 0;
    for (size_t b = from; b < rows.size(); b++) {
      sum += rows[b];
      if (b > from && sum > rows_target) break;
      if (large && cut_rows[b + 1] > cut_rows[best]) continue;
      best = b + 1;
      large = sum >= rows_target / 2;
    }
    ranges.push_back({static_cast<int>(from), static_cast<int>(best)});
    from = best;
  }
  return ranges;
}

std::vector<Snapshot::File> Snapshot::FilesOf(std::string_view table, BucketRange range) const {
  std::vector<File> files;
  for (const Batch& batch : batches_) {
    for (const DataFile& file : batch.manifest.files) {
      if (file.table == table && Overlaps(file, range)) {
        files.push_back({lake_.PathOf(file.path), batch.manifest.ordinal, &file});
      }
    }
  }
  return files;
}

std::vector<int64_t> Snapshot::CancelledOf(std::string_view table, BucketRange range, int64_t ordinal) const {
  std::vector<int64_t> row_ids;
  auto found = cancelled_.find(table);
  if (found == cancelled_.end()) return row_ids;
  for (int bucket = range.from; bucket < range.until; bucket++) {
    auto begin = std::ranges::lower_bound(found->second, Cancel{bucket, ordinal << kOrdinalShift});
    auto end = std::ranges::lower_bound(found->second, Cancel{bucket, (ordinal + 1) << kOrdinalShift});
    for (auto it = begin; it != end; ++it) row_ids.push_back(it->row_id);
  }
  return row_ids;
}

}  // namespace yijian::lake
