#include "intake/take_in.h"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <set>
#include <thread>

#include "base/date.h"
#include "base/hash.h"

namespace yijian::intake {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kRowsPerFile = 2'000'000;
constexpr int64_t kRowsWorthAGroup = 200'000;
constexpr int64_t kTextBytesPerRow = 300;  // a guess, for the number of groups
constexpr int64_t kParquetBytesPerRow = 40;
constexpr int64_t kStageRowsMax = 512 * 1024;  // rows in all threads' buffers together
constexpr size_t kConflictsMax = 2'000'000;

std::string Now() {
  std::time_t seconds = std::time(nullptr);
  return FormatTime(static_cast<Time>(seconds) + 8 * kSecondsPerHour);
}

// "fee_list_d=x.csv" -> source and path; the name before '=' must be a source.
std::pair<std::string, std::string> SplitArgument(const std::string& argument, const Mapping& mapping) {
  size_t equals = argument.find('=');
  if (equals == std::string::npos || mapping.FindSource(argument.substr(0, equals)) == nullptr) return {"", argument};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

}  // namespace

TakeInRun::TakeInRun(const Options& options, const ProgressFn& progress) : options_(options), progress_(progress) {
  tables_.resize(Tables().size());
}

Result<Report> TakeInRun::Run() {
  mapping_ = TRY(LoadMapping(options_.mapping));
  report_.mapping = mapping_.name;
  TRY(FindFiles());
  lake_.emplace(TRY(lake::Lake::OpenOrCreate(options_.lake, options_.buckets)));
  lock_.emplace(TRY(lake_->LockForWriting("intake")));
  lake_batches_ = TRY(lake_->LiveBatches());
  TRY(LeaveOutKnownFiles());
  if (files_.empty()) return std::move(report_);
  ordinal_ = TRY(lake_->NextOrdinal());
  staging_ = TRY(lake_->NewStaging(*lock_));
  PlanWork();
  TRY(ReadAll());
  TRY(FindAllRepeats());
  TRY(NumberCodes());
  TRY(RunGroups());
  TRY(QuarantineLate());
  TRY(WriteQuarantineFile());
  TRY(WriteCancels());
  CountTables();
  TRY(VerifyWritten());
  TRY(Reconcile());
  FillChecks();
  FillFiles();
  TRY(Commit());
  report_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  return std::move(report_);
}

Status TakeInRun::FindFiles() {
  std::set<std::string> seen;
  if (options_.files.empty()) return InvalidInput("no files to take in");
  for (const std::string& argument : options_.files) {
    auto [source, path] = SplitArgument(argument, mapping_);
    std::error_code error;
    auto bytes = fs::file_size(path, error);
    if (error) return NotFound("cannot open " + path + ": " + error.message());
    std::string canonical = fs::canonical(path, error).string();
    if (!seen.insert(canonical).second) continue;  // named twice
    InputFile file;
    file.path = path;
    file.bytes = static_cast<int64_t>(bytes);
    file.spec = source.empty() ? TRY(mapping_.SourceOf(path)) : mapping_.FindSource(source);
    files_.push_back(std::move(file));
  }
  return {};
}

// Files of the size of one that this mapping brought before are worth hashing.
Status TakeInRun::LeaveOutKnownFiles() {
  std::string version = mapping_.version + "+" + mapping_.digest.substr(0, 12);
  std::vector<InputFile> fresh;
  for (const InputFile& file : files_) {
    std::string batch;
    std::string digest;
    for (const lake::Batch& known : lake_batches_) {
      if (known.manifest.mapping != mapping_.name || known.manifest.mapping_version != version) continue;
      for (const lake::SourceFile& source : known.manifest.sources) {
        if (source.bytes != file.bytes) continue;
        if (digest.empty()) digest = TRY(Sha256HexOfFile(file.path));
        if (source.sha256 == digest) batch = known.manifest.batch;
      }
    }
    if (batch.empty()) {
      fresh.push_back(file);
    } else {
      report_.files.push_back({file.path, file.spec->name, digest, file.bytes, 0, batch, {}});
    }
  }
  files_ = std::move(fresh);
  return {};
}

void TakeInRun::PlanWork() {
  int64_t rows = 0;
  for (const InputFile& file : files_) {
    bool parquet = FormatOf(*file.spec, file.path).format == FileFormat::kParquet;
    rows += file.bytes / (parquet ? kParquetBytesPerRow : kTextBytesPerRow);
    bytes_total_ += file.bytes;
  }
  unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  threads_ = options_.threads > 0 ? static_cast<size_t>(options_.threads) : cores;
  // Not by the number of threads: the same files make the same batch on every machine.
  int64_t groups = std::max((rows + kRowsPerFile - 1) / kRowsPerFile, std::min<int64_t>(8, rows / kRowsWorthAGroup));
  groups_ = static_cast<int>(std::clamp<int64_t>(groups, 1, lake_->buckets()));
  buffer_rows_ =
      static_cast<size_t>(std::clamp<int64_t>(kStageRowsMax / (groups_ * static_cast<int64_t>(threads_)), 256, 4096));
  batch_ = std::make_unique<Batch>(mapping_, options_.dictionaries, lake_->buckets(), groups_);
  feed_ = std::make_unique<PieceFeed>(*batch_, files_);
}

Status TakeInRun::InThreads(const std::function<Status(size_t thread)>& work) {
  std::vector<Status> outcomes(threads_);
  std::vector<std::thread> others;
  for (size_t thread = 1; thread < threads_; thread++) {
    others.emplace_back([&, thread] { outcomes[thread] = work(thread); });
  }
  outcomes[0] = work(0);
  for (std::thread& other : others) other.join();
  for (Status& outcome : outcomes) {
    if (!outcome) return std::move(outcome.error());
  }
  return {};
}

void TakeInRun::Tell(std::string_view stage, double done, bool now) {
  if (!progress_) return;
  std::lock_guard lock(tell_mutex_);
  Clock::time_point time = Clock::now();
  if (stage != stage_) {
    stage_ = stage;
    stage_start_ = time;
    now = true;
  }
  if (!now && time - told_ < std::chrono::milliseconds(100)) return;
  told_ = time;
  Progress progress;
  progress.stage = stage_;
  progress.done = std::clamp(done, 0.0, 1.0);
  progress.bytes = feed_ ? feed_->bytes_done() : 0;
  progress.bytes_total = bytes_total_;
  progress.rows = rows_read_;
  progress.seconds = std::chrono::duration<double>(time - start_).count();
  double in_stage = std::chrono::duration<double>(time - stage_start_).count();
  if (progress.seconds > 0) progress.rows_per_second = static_cast<double>(progress.rows) / progress.seconds;
  if (progress.done > 0) progress.seconds_left = in_stage * (1 - progress.done) / progress.done;
  progress_(progress);
}

Status TakeInRun::ReadAll() {
  Tell("reading", 0, true);
  converters_.resize(threads_);
  for (size_t thread = 0; thread < threads_; thread++) {
    converters_[thread] =
        TRY(Converter::Create(*batch_, PathInStaging("work-" + std::to_string(thread)), buffer_rows_));
  }
  std::atomic<bool> stop = false;
  TRY(InThreads([&](size_t thread) -> Status {
    Status outcome = [&]() -> Status {
      Converter& converter = *converters_[thread];
      Piece piece;
      while (!stop) {
        const FilePlan* file = TRY(feed_->Next(piece));
        if (file == nullptr) break;
        TRY(converter.Convert(piece, *file));
        rows_read_ += static_cast<int64_t>(piece.rows + piece.bad.size());
        Tell("reading",
             static_cast<double>(feed_->bytes_done()) / static_cast<double>(std::max<int64_t>(1, bytes_total_)));
      }
      return converter.Finish();
    }();
    if (!outcome) stop = true;
    return outcome;
  }));
  plans_ = feed_->Plans();
  report_.rows = rows_read_;
  std::string content = mapping_.digest;
  for (const std::string& digest : feed_->digests()) content += digest;
  name_ = "b" + std::to_string(ordinal_) + "-" + Sha256Hex(content).substr(0, 8);
  return {};
}

// What the lake has goes before all rows of the batch.
Status TakeInRun::StageLakeKeys(KeyStage& stage) {
  int64_t keys = 0;
  for (const auto& converter : converters_) keys += converter->output().keys->entries();
  KeyFilter filter(keys);
  std::vector<KeyEntry> entries;
  for (const auto& converter : converters_) {
    for (size_t part = 0; part < kKeyParts; part++) {
      entries.clear();
      TRY(converter->output().keys->Read(part, entries));
      for (const KeyEntry& entry : entries) filter.Add(entry.key);
    }
  }
  LakeLookup lookup = TRY(LakeLookup::Open(*lake_, lake_batches_));
  for (size_t table = 0; table < Tables().size(); table++) {
    std::string name(Tables()[table].name);
    if (!batch_->table(table).fed || !lookup.Has(name)) continue;
    Status added;
    TRY(lookup.ForEachRowKey(name, [&](uint64_t key, uint32_t content) {
      if (added && filter.MayHold(key)) added = stage.Add({key, kInLake, content, static_cast<uint32_t>(table)});
    }));
    TRY(std::move(added));
  }
  return stage.Finish();
}

Status TakeInRun::FindAllRepeats() {
  Tell("keys", 0, true);
  std::unique_ptr<KeyStage> lake_keys;
  if (!lake_batches_.empty()) {
    lake_keys = TRY(KeyStage::Create(PathInStaging("work-lake.keys")));
    TRY(StageLakeKeys(*lake_keys));
  }
  std::vector<std::vector<Repeat>> parts(kKeyParts);
  std::atomic<size_t> next = 0;
  TRY(InThreads([&](size_t) -> Status {
    std::vector<KeyEntry> entries;
    for (size_t part = next++; part < kKeyParts; part = next++) {
      entries.clear();
      if (lake_keys) TRY(lake_keys->Read(part, entries));
      for (const auto& converter : converters_) TRY(converter->output().keys->Read(part, entries));
      parts[part] = FindRepeats(entries);
      Tell("keys", static_cast<double>(part) / kKeyParts);
    }
    return {};
  }));
  for (const auto& converter : converters_) converter->output().keys.reset();
  return CollectRepeats(parts);
}

Status TakeInRun::CollectRepeats(std::vector<std::vector<Repeat>>& parts) {
  repeats_.Resize(feed_->ordinals() + 1);
  conflicts_.Resize(feed_->ordinals() + 1);
  auto place = [&](int64_t ordinal) {
    auto file = std::ranges::upper_bound(plans_, ordinal, {}, &FilePlan::base);
    --file;
    return std::pair<const FilePlan&, int64_t>(*file, file->RowOf(ordinal));
  };
  CheckCounts counts;
  for (size_t table = 0; table < Tables().size(); table++) {
    if (!batch_->table(table).fed) continue;
    int64_t rows = 0;
    for (const auto& converter : converters_) {
      for (const auto& group : converter->output().blocks[table]) {
        for (const StageBlock& block : group) rows += static_cast<int64_t>(block.rows);
      }
    }
    counts.Looked(batch_->table(table).key_check, rows);
  }
  for (const std::vector<Repeat>& part : parts) {
    for (const Repeat& repeat : part) {
      repeats_.Add(repeat.ordinal);
      if (repeat.same) continue;
      conflicts_.Add(repeat.ordinal);
      if (late_.size() >= kConflictsMax) {
        return Conflict("more than " + std::to_string(kConflictsMax) +
                        " rows have a key that is taken, with other content: is this a corrected "
                        "export? then withdraw the batch it "
                        "corrects first");
      }
      auto [file, row] = place(repeat.ordinal);
      const TablePlan& table = batch_->table(repeat.table);
      std::string reason;
      if (repeat.winner == kInLake) {
        reason = "is in the lake already, with other content";
      } else {
        auto [other, other_row] = place(repeat.winner);
        reason = "is that of row " + std::to_string(other_row) +
                 (other.index == file.index ? "" : " of " + other.path) + " already, with other content";
      }
      counts.Fail(table.key_check, file.index, row, [&] { return "the key " + reason; });
      late_.push_back({repeat.ordinal, std::string(table.table->name), table.key_name, "", "the key " + reason});
    }
    // Duplicates are not failures: the lake has the row.
  }
  batch_->checks().Merge(counts);
  return {};
}

Status TakeInRun::RunGroups() {
  Tell("writing", 0, true);
  context_.batch = batch_.get();
  context_.staging = staging_;
  context_.batch_name = name_;
  context_.batch_ordinal = ordinal_;
  context_.duplicates = &repeats_;
  context_.conflicts = &conflicts_;
  context_.files = &plans_;
  context_.lake = &*lake_;
  context_.lake_batches = &lake_batches_;
  auto check = [&](const std::string& table, const std::string& column, CheckKind kind, bool quarantines,
                   const std::string& note) {
    return batch_->checks().Register({table, column, kind, quarantines, false, note});
  };
  bool strict = mapping_.strict.contains(Strictness::kReferences);
  for (const auto& [table, column, target] :
       std::initializer_list<std::array<const char*, 3>>{{"visit", "psn_no", "person"},
                                                         {"settlement", "mdtrt_id", "visit"},
                                                         {"diagnosis", "mdtrt_id", "visit"},
                                                         {"operation", "mdtrt_id", "visit"},
                                                         {"fee_line", "mdtrt_id", "visit"},
                                                         {"fee_line", "setl_id", "settlement"}}) {
    if (!batch_->Find(table)->fed) continue;
    context_.checks[std::string(table) + "." + column] = check(table, column, CheckKind::kReference, strict, target);
  }
  if (batch_->Find("settlement")->fed) {
    context_.checks["settlement lines"] = check("settlement", "medfee_sumamt", CheckKind::kIdentity, false,
                                                "lines add up to medfee_sumamt, within 1 yuan");
  }
  for (const char* table : {"settlement", "fee_line"}) {
    if (!batch_->Find(table)->fed) continue;
    context_.checks[std::string(table) + " refunds"] =
        check(table, table == std::string_view("settlement") ? "init_setl_id" : "init_feedetl_sn", CheckKind::kRefund,
              false, "what a refund reverses is there");
  }
  std::atomic<int> next = 0;
  std::atomic<int> done = 0;
  TRY(InThreads([&](size_t) -> Status {
    for (int group = next++; group < groups_; group = next++) {
      std::vector<std::vector<StageBlock>> blocks(Tables().size());
      for (size_t table = 0; table < Tables().size(); table++) {
        for (const auto& converter : converters_) {
          auto& from = converter->output().blocks[table][static_cast<size_t>(group)];
          std::ranges::move(from, std::back_inserter(blocks[table]));
          from.clear();
        }
      }
      GroupResult result = TRY(GroupPass(context_, group, std::move(blocks)).Run());
      MergeGroup(result);
      Tell("writing", static_cast<double>(++done) / groups_);
    }
    return {};
  }));
  std::ranges::sort(manifest_.files, {},
                    [](const lake::DataFile& file) { return std::tuple(file.table, file.bucket_min, file.path); });
  return {};
}

void TakeInRun::MergeGroup(GroupResult& result) {
  std::lock_guard lock(merge_mutex_);
  for (size_t table = 0; table < tables_.size(); table++) {
    GroupTable& to = tables_[table];
    const GroupTable& from = result.tables[table];
    to.taken += from.taken;
    to.duplicate += from.duplicate;
    to.conflict += from.conflict;
    to.referring += from.referring;
    to.dead += from.dead;
    for (const auto& [column, fen] : from.duplicate_fen) to.duplicate_fen[column] += fen;
    for (const auto& [column, fen] : from.rejected_fen) to.rejected_fen[column] += fen;
  }
  std::ranges::move(result.files, std::back_inserter(manifest_.files));
  std::ranges::move(result.cancels, std::back_inserter(cancels_));
  std::ranges::move(result.rejects, std::back_inserter(late_));
  refunds_.settlement_pairs += result.refunds.settlement_pairs;
  refunds_.line_groups += result.refunds.line_groups;
  refunds_.partial += result.refunds.partial;
  refunds_.without_original += result.refunds.without_original;
  batch_->checks().Merge(result.checks);
}

Result<Report> TakeIn(const Options& options, const ProgressFn& progress) {
  Options with_time = options;
  if (with_time.created.empty()) with_time.created = Now();
  return TakeInRun(with_time, progress).Run();
}

}  // namespace yijian::intake
