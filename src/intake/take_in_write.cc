// The last steps of TakeIn: codes, quarantine, proof of the sums, commit.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/decimal.h"
#include "intake/take_in.h"
#include "timeline/bucket.h"

namespace yijian::intake {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRowGroupRows = 122'880;

Status MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return IoError("cannot create " + path + ": " + error.message());
  return {};
}

std::string Text(Wide value) {
  if (value == 0) return "0";
  bool minus = value < 0;
  std::string digits;
  for (Wide rest = minus ? -value : value; rest > 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return minus ? "-" + digits : digits;
}

std::string Yuan(int64_t fen) { return FormatFen(fen); }

// "-12345678901234567890.12" -> fen
Wide FenOf(const std::string& yuan) {
  Wide fen = 0;
  bool minus = !yuan.empty() && yuan[0] == '-';
  for (char c : yuan) {
    if (c >= '0' && c <= '9') fen = fen * 10 + (c - '0');
  }
  return minus ? -fen : fen;
}

Result<int64_t> Narrow(Wide value) {
  if (value > INT64_MAX || value < INT64_MIN)
    return LimitReached("a sum of money does not fit: " + Text(value) + " fen");
  return static_cast<int64_t>(value);
}

}  // namespace

Status TakeInRun::NumberCodes() {
  std::shared_ptr<timeline::CodeBook> book = TRY(lake_->LoadDictionary());
  context_.texts.resize(Tables().size());
  context_.code_ids.resize(Tables().size());
  std::map<std::string, std::string> fresh;  // code -> name, in the order in which they are numbered
  for (size_t table = 0; table < Tables().size(); table++) {
    const TablePlan& plan = batch_->table(table);
    context_.texts[table].resize(plan.dictionaries.size());
    context_.code_ids[table].resize(plan.dictionaries.size());
    for (size_t column = 0; column < plan.dictionaries.size(); column++) {
      const SharedDictionary& dictionary = plan.dictionaries[column];
      context_.texts[table][column] = dictionary.Texts();
      if (plan.table->columns[column].type != ColumnType::kCode) continue;
      for (size_t id = 0; id < dictionary.size(); id++) {
        std::string_view code = context_.texts[table][column][id];
        if (book->Find(code) != timeline::CodeBook::kNoCode) continue;
        std::string& name = fresh[std::string(code)];
        if (name.empty()) name = dictionary.NameOf(static_cast<int32_t>(id));
      }
    }
  }
  auto next = static_cast<int64_t>(std::max<int64_t>(1, book->size()));
  if (next + static_cast<int64_t>(fresh.size()) > INT32_MAX) return LimitReached("the lake's dictionary is full");
  report_.new_codes = static_cast<int64_t>(fresh.size());
  std::vector<std::pair<std::string, std::string>> codes(fresh.begin(), fresh.end());
  if (!codes.empty()) TRY(WriteDictionary(codes, static_cast<int32_t>(next)));
  for (const auto& [code, name] : codes) book->Set(next++, code, name);
  for (size_t table = 0; table < Tables().size(); table++) {
    for (size_t column = 0; column < context_.texts[table].size(); column++) {
      if (Tables()[table].columns[column].type != ColumnType::kCode) continue;
      std::vector<int32_t>& ids = context_.code_ids[table][column];
      for (std::string_view code : context_.texts[table][column]) ids.push_back(static_cast<int32_t>(book->Find(code)));
    }
  }
  return {};
}

Status TakeInRun::WriteDictionary(const std::vector<std::pair<std::string, std::string>>& codes, int32_t first_id) {
  manifest_.dictionary = "dictionary/" + name_ + ".parquet";
  TRY(MakeFolder(PathInStaging("dictionary")));
  ParquetWriter writer = TRY(
      ParquetWriter::Create(PathInStaging(manifest_.dictionary),
                            {{"id", ParquetType::kInt32}, {"code", ParquetType::kText}, {"name", ParquetType::kText}}));
  ChunkEncoder encoder;
  for (size_t from = 0; from < codes.size(); from += kRowGroupRows) {
    size_t until = std::min(from + kRowGroupRows, codes.size());
    std::vector<int64_t> ids;
    std::vector<std::string_view> texts, names;
    for (size_t i = from; i < until; i++) {
      ids.push_back(first_id + static_cast<int64_t>(i));
      texts.emplace_back(codes[i].first);
      names.push_back(codes[i].second.empty() ? std::string_view() : codes[i].second);
    }
    std::vector<EncodedChunk> chunks;
    chunks.push_back(encoder.Integers(ids, ParquetType::kInt32));
    chunks.push_back(encoder.Texts(texts));
    chunks.push_back(encoder.Texts(names));
    TRY(writer.WriteRowGroup(static_cast<int64_t>(until - from), chunks));
  }
  return writer.Finish();
}

// Rows that were refused after they had left their piece: their records are read once more.
Status TakeInRun::QuarantineLate() {
  if (late_.empty()) return {};
  late_quarantine_ = TRY(QuarantineWriter::Create(PathInStaging("work-late.faults")));
  std::ranges::sort(late_, {}, &LateReject::ordinal);
  size_t at = 0;
  for (const FilePlan& file : plans_) {
    int64_t end = file.base + (feed_->rows(static_cast<size_t>(file.index)) + 1) * file.source->stride();
    if (at == late_.size() || late_[at].ordinal >= end) continue;
    std::unique_ptr<Source> source = TRY(OpenSource(file.path, FormatOf(*file.source->spec, file.path), file.index));
    Piece piece;
    while (at < late_.size() && late_[at].ordinal < end && TRY(source->Next(piece))) {
      for (size_t row = 0; row < piece.rows; row++) {
        std::string record;
        while (at < late_.size() && late_[at].ordinal < end &&
               file.RowOf(late_[at].ordinal) == piece.row_numbers[row]) {
          if (record.empty()) record = RecordJson(piece, row);
          const LateReject& reject = late_[at++];
          TRY(late_quarantine_->Add(
              {file.index, piece.row_numbers[row], reject.table, reject.field, reject.value, reject.reason, record}));
        }
      }
    }
  }
  if (at != late_.size()) return IoError("the source files changed while they were read");
  return {};
}

Status TakeInRun::WriteQuarantineFile() {
  std::vector<QuarantineWriter*> parts;
  int64_t faults = 0;
  for (const auto& converter : converters_) parts.push_back(converter->output().quarantine.get());
  if (late_quarantine_) parts.push_back(late_quarantine_.get());
  for (QuarantineWriter* part : parts) faults += part->faults();
  if (faults == 0) return {};
  std::vector<QuarantinedFile> files;
  for (const FilePlan& plan : plans_) files.push_back({plan.path, plan.source->spec->name, plan.source->columns_json});
  manifest_.quarantine = "quarantine/" + name_ + ".parquet";
  TRY(MakeFolder(PathInStaging("quarantine")));
  return WriteQuarantine(parts, files, PathInStaging(manifest_.quarantine));
}

Status TakeInRun::WriteCancels() {
  report_.refunds = {refunds_.settlement_pairs, refunds_.line_groups, refunds_.partial, refunds_.without_original,
                     static_cast<int64_t>(cancels_.size())};
  if (cancels_.empty()) return {};
  std::ranges::sort(cancels_, {},
                    [](const GroupResult::Cancel& cancel) { return std::tie(cancel.table, cancel.row_id); });
  std::vector<int64_t> row_ids, buckets;
  std::vector<std::string_view> tables;
  lake::DataFile file;
  file.table = lake::kCancelTable;
  file.path = "data/" + file.table + "/" + name_ + "-0.parquet";
  file.rows = static_cast<int64_t>(cancels_.size());
  file.bucket_min = file.bucket_max = cancels_.front().bucket;
  for (const GroupResult::Cancel& cancel : cancels_) {
    tables.emplace_back(cancel.table);
    row_ids.push_back(cancel.row_id);
    buckets.push_back(cancel.bucket);
    file.bucket_min = std::min(file.bucket_min, cancel.bucket);
    file.bucket_max = std::max(file.bucket_max, cancel.bucket);
  }
  TRY(MakeFolder(PathInStaging("data/cancel")));
  ParquetWriter writer = TRY(ParquetWriter::Create(
      PathInStaging(file.path),
      {{"table", ParquetType::kText}, {"row_id", ParquetType::kInt64}, {"bucket", ParquetType::kInt16}}));
  ChunkEncoder encoder;
  std::vector<EncodedChunk> chunks;
  chunks.push_back(encoder.Texts(tables));
  chunks.push_back(encoder.Integers(row_ids, ParquetType::kInt64));
  chunks.push_back(encoder.Integers(buckets, ParquetType::kInt16));
  TRY(writer.WriteRowGroup(file.rows, chunks));
  TRY(writer.Finish());
  manifest_.files.push_back(std::move(file));
  return {};
}

// What the threads and groups counted, together. Sums of money come from the texts; `taken` is
// filled by VerifyWritten.
void TakeInRun::CountTables() {
  for (size_t table = 0; table < Tables().size(); table++) {
    if (!batch_->table(table).fed) continue;
    TableReport& report = report_.tables[std::string(Tables()[table].name)];
    report.key = batch_->table(table).key_name;
    const GroupTable& group = tables_[table];
    report.taken = group.taken;
    report.duplicate = group.duplicate;
    report.quarantined = group.conflict + group.referring;
    report.dead = group.dead;
    std::map<size_t, MoneyCount> money;
    for (const auto& converter : converters_) {
      const TableCount& count = converter->output().tables[table];
      report.read += count.read;
      report.filtered += count.filtered;
      report.quarantined += count.quarantined;
      for (const auto& [column, part] : count.money) {
        money[column].read += part.read;
        money[column].quarantined += part.quarantined;
        money[column].nulled += part.nulled;
      }
    }
    for (auto& [column, sums] : money) {
      if (auto late = group.rejected_fen.find(column); late != group.rejected_fen.end())
        sums.quarantined += late->second;
      Wide duplicate = 0;
      if (auto same = group.duplicate_fen.find(column); same != group.duplicate_fen.end()) duplicate = same->second;
      MoneyReport& to = report.money[std::string(Tables()[table].columns[column].name)];
      to.read = static_cast<int64_t>(sums.read);
      to.quarantined = static_cast<int64_t>(sums.quarantined);
      to.nulled = static_cast<int64_t>(sums.nulled);
      to.duplicate = static_cast<int64_t>(duplicate);
    }
  }
}

// Counts and adds up what really lies in the files, with DuckDB.
Status TakeInRun::VerifyWritten() {
  Tell("checking", 0, true);
  lake::Connection connection =
      TRY(lake::OpenConnection({.memory_limit_mb = 1024, .threads = static_cast<int>(threads_)}));
  for (auto& [table, report] : report_.tables) {
    std::vector<std::string> paths;
    for (const lake::DataFile& file : manifest_.files) {
      if (file.table == table) paths.push_back(PathInStaging(file.path));
    }
    if (paths.empty()) {
      if (report.taken != 0) return InternalError("no file was written for " + table);
      continue;
    }
    std::string sums;
    for (const auto& [column, money] : report.money) sums += ", CAST(sum(" + lake::QuoteName(column) + ") AS VARCHAR)";
    lake::QueryResult row =
        TRY(connection.Query("SELECT count(*)" + sums + " FROM read_parquet(" + lake::QuoteList(paths) + ")"));
    report.taken = row.Int(0, 0);
    size_t at = 1;
    for (auto& [column, money] : report.money) money.taken = TRY(Narrow(FenOf(row.Text(0, at++))));
  }
  return {};
}

Status TakeInRun::Reconcile() const {
  for (const auto& [table, report] : report_.tables) {
    if (report.read != report.taken + report.quarantined + report.duplicate) {
      return InternalError("the batch was not committed: of " + table + ", " + std::to_string(report.read) +
                           " rows were read, but " + std::to_string(report.taken) + " taken, " +
                           std::to_string(report.quarantined) + " quarantined and " + std::to_string(report.duplicate) +
                           " duplicate");
    }
    for (const auto& [column, money] : report.money) {
      if (money.read == money.taken + money.quarantined + money.duplicate + money.nulled) continue;
      return InternalError("the batch was not committed: " + table + "." + column + " adds up to " + Yuan(money.read) +
                           " in the source, but to " + Yuan(money.taken) + " taken, " + Yuan(money.quarantined) +
                           " quarantined and " + Yuan(money.duplicate) + " duplicate");
    }
  }
  return {};
}

void TakeInRun::FillChecks() {
  for (const auto& converter : converters_) batch_->checks().Merge(converter->output().checks);
  report_.checks = batch_->checks().Results();
}

void TakeInRun::FillFiles() {
  for (const FilePlan& plan : plans_) {
    auto index = static_cast<size_t>(plan.index);
    FileReport file;
    file.path = plan.path;
    file.source = plan.source->spec->name;
    file.sha256 = feed_->digests()[index];
    file.bytes = files_[index].bytes;
    file.rows = feed_->rows(index);
    file.unused_columns = plan.source->unused;
    report_.files.push_back(std::move(file));
  }
}

Status TakeInRun::Commit() {
  int64_t taken = 0;
  for (const auto& [table, report] : report_.tables) taken += report.taken;
  if (taken == 0 && manifest_.quarantine.empty()) return {};  // nothing new
  converters_.clear();                                        // and with them the files they wrote
  late_quarantine_.reset();
  manifest_.batch = name_;
  manifest_.ordinal = ordinal_;
  manifest_.mapping = mapping_.name;
  manifest_.mapping_version = mapping_.version + "+" + mapping_.digest.substr(0, 12);
  manifest_.created = options_.created;
  for (size_t i = 0; i < files_.size(); i++)
    manifest_.sources.push_back({files_[i].path, feed_->digests()[i], files_[i].bytes});
  for (const auto& [table, report] : report_.tables) {
    lake::TableCounts& counts = manifest_.tables[table];
    counts.read = report.read;
    counts.taken = report.taken;
    counts.quarantined = report.quarantined;
    counts.duplicate = report.duplicate;
    for (const auto& [column, money] : report.money) counts.money_fen[column] = money.taken;
  }
  report_.batch = name_;
  manifest_.checks = ReportJson(report_);
  TRY(lake_->CommitBatch(*lock_, std::move(manifest_), staging_));
  return {};
}

}  // namespace yijian::intake
