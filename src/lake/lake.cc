#include "lake/lake.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lake/durable.h"

namespace yijian::lake {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr std::string_view kManifestSuffix = ".json";
constexpr std::string_view kWithdrawnSuffix = ".withdrawn";
// Folders whose files belong to batches: what no manifest names is left over.
constexpr std::string_view kBatchFolders[] = {"data", "dictionary", "quarantine"};

Result<std::vector<fs::path>> FilesBelow(const std::string& dir) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::exists(dir, error)) return files;
  for (fs::recursive_directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_directory(error)) files.push_back(it->path());
  }
  if (error) return IoError("cannot list " + dir + ": " + error.message());
  return files;
}

bool IsBatchName(std::string_view name) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 128 && name[0] != '.' && std::all_of(name.begin(), name.end(), plain);
}

// Manifests come from disks that others can write to: their paths must stay inside the lake.
bool IsPathOfBatchFile(const std::string& path) {
  fs::path parts(path);
  if (parts.is_absolute() || parts.lexically_normal() != parts || parts.extension() != ".parquet") return false;
  std::string first = parts.begin()->string();
  return std::find(std::begin(kBatchFolders), std::end(kBatchFolders), first) != std::end(kBatchFolders);
}

std::vector<std::string> PathsOf(const Manifest& manifest) {
  std::vector<std::string> paths;
  paths.reserve(manifest.files.size() + 2);
  for (const DataFile& file : manifest.files) paths.push_back(file.path);
  if (!manifest.dictionary.empty()) paths.push_back(manifest.dictionary);
  if (!manifest.quarantine.empty()) paths.push_back(manifest.quarantine);
  return paths;
}

Status CheckManifest(const Manifest& manifest, int buckets) {
  if (!IsBatchName(manifest.batch)) return InvalidInput("'" + manifest.batch + "' is not a name for a batch");
  if (manifest.ordinal < 1 || manifest.ordinal > kOrdinalMax) {
    return InvalidInput("ordinal " + std::to_string(manifest.ordinal) + " is not between 1 and " +
                        std::to_string(kOrdinalMax));
  }
  for (const std::string& path : PathsOf(manifest)) {
    if (!IsPathOfBatchFile(path)) return InvalidInput("'" + path + "' is not a path for a file of the lake");
  }
  for (const DataFile& file : manifest.files) {
    if (file.rows < 0 || file.bucket_min < 0 || file.bucket_max < file.bucket_min || file.bucket_max >= buckets) {
      return InvalidInput(file.path + " has rows or buckets out of range");
    }
  }
  return {};
}

std::string Tidy(const std::string& dir) {
  std::string tidy = fs::path(dir).lexically_normal().string();
  while (tidy.size() > 1 && tidy.back() == '/') tidy.pop_back();
  return tidy;
}

Result<Withdrawal> ParseWithdrawal(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return IoError("the text is cut off");
  return Withdrawal{json.value("who", ""), json.value("why", ""), json.value("when", "")};
}

std::vector<std::string> RealPaths(const Lake& lake, const std::vector<Batch>& batches, std::string_view table) {
  std::vector<std::string> paths;
  for (const Batch& batch : batches) {
    for (const DataFile& file : batch.manifest.files) {
      if (file.table == table) paths.push_back(lake.PathOf(file.path));
    }
  }
  return paths;
}

}  // namespace

// ---- WriteLock

WriteLock::WriteLock(WriteLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

WriteLock& WriteLock::operator=(WriteLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

WriteLock::~WriteLock() {
  if (fd_ >= 0) close(fd_);  // closing lets go of the flock
}

Result<WriteLock> Lake::LockForWriting(const std::string& who) const {
  std::string path = PathOf("lock");
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return IoError("cannot open " + path + ": " + std::strerror(errno));
  WriteLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return IoError("cannot lock " + path + ": " + std::strerror(errno));
    char holder[256];
    ssize_t size = pread(fd, holder, sizeof holder, 0);
    std::string name = size > 0 ? std::string(holder, static_cast<size_t>(size)) : "another process";
    return Conflict("the lake " + dir_ + " is being written by " + name + "; try again when it is done");
  }
  std::string text = who + " (process " + std::to_string(getpid()) + ")";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) < 0) {
    return IoError("cannot write " + path + ": " + std::strerror(errno));
  }
  TRY(RemoveLeftovers().While("removing what an earlier writer left in " + dir_));
  return lock;
}

Status Lake::RemoveLeftovers() const {
  TRY(RemoveTree(PathOf("staging")));
  std::set<std::string> kept;
  for (const Batch& batch : TRY(ListBatches())) {
    for (const std::string& path : PathsOf(batch.manifest)) kept.insert(path);
  }
  for (std::string_view folder : kBatchFolders) {
    for (const fs::path& file : TRY(FilesBelow(PathOf(folder)))) {
      std::string below = file.string().substr(dir_.size() + 1);
      if (!kept.contains(below)) TRY(RemoveTree(file.string()));
    }
  }
  for (const fs::path& file : TRY(FilesBelow(PathOf("batches")))) {
    if (file.extension() == ".tmp") TRY(RemoveTree(file.string()));
  }
  return {};
}

// ---- Opening

Result<Lake> Lake::Create(const std::string& dir, int buckets) {
  if (buckets < 1 || buckets > kBucketsMax) {
    return InvalidInput("a lake has 1 to " + std::to_string(kBucketsMax) + " buckets, not " + std::to_string(buckets));
  }
  std::error_code error;
  if (fs::exists(dir + "/lake.json", error)) return Conflict("there is a lake in " + dir + " already");
  for (std::string_view folder : {"batches", "data", "dictionary", "quarantine", "findings", "packs"}) {
    TRY(MakeDirs(dir + "/" + std::string(folder)));
  }
  TRY(SyncDir(dir));
  Json json = {{"format", kFormat}, {"buckets", buckets}};
  TRY(WriteWhole(dir + "/lake.json", json.dump() + "\n"));
  return Lake(Tidy(dir), buckets);
}

Result<Lake> Lake::Open(const std::string& dir) {
  std::string path = dir + "/lake.json";
  Result<std::string> text = ReadWhole(path);
  if (!text && text.error().code == ErrorCode::kNotFound) return NotFound("there is no lake in " + dir);
  if (!text) return text.error();
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  bool complete = json.is_object() && json.contains("format") && json["format"].is_number_integer() &&
                  json.contains("buckets") && json["buckets"].is_number_integer();
  if (!complete) return IoError(path + " is cut off or not a lake's");
  if (json["format"].get<int64_t>() != kFormat) {
    return InvalidInput(path + " has format " + json["format"].dump() + "; this program reads format " +
                        std::to_string(kFormat));
  }
  auto buckets = json["buckets"].get<int64_t>();
  if (buckets < 1 || buckets > kBucketsMax) return IoError(path + " has " + std::to_string(buckets) + " buckets");
  return Lake(Tidy(dir), static_cast<int>(buckets));
}

Result<Lake> Lake::OpenOrCreate(const std::string& dir, int buckets) {
  Result<Lake> lake = Open(dir);
  if (lake || lake.error().code != ErrorCode::kNotFound) return lake;
  return Create(dir, buckets);
}

// ---- Batches

Result<Batch> Lake::ReadBatch(const std::string& name) const {
  std::string path = PathOf("batches/" + name);
  std::string text = TRY(ReadWhole(path + std::string(kManifestSuffix)));
  Batch batch{.manifest = TRY(ParseManifest(text).While("reading " + path + ".json"))};
  TRY(CheckManifest(batch.manifest, buckets_).While("reading " + path + ".json"));
  if (batch.manifest.batch != name) return IoError(path + ".json is the manifest of batch " + batch.manifest.batch);
  Result<std::string> withdrawn = ReadWhole(path + std::string(kWithdrawnSuffix));
  if (withdrawn) {
    batch.withdrawn = TRY(ParseWithdrawal(*withdrawn).While("reading " + path + ".withdrawn"));
  } else if (withdrawn.error().code != ErrorCode::kNotFound) {
    return withdrawn.error();
  }
  return batch;
}

Result<std::vector<Batch>> Lake::ListBatches() const {
  std::vector<Batch> batches;
  for (const fs::path& file : TRY(FilesBelow(PathOf("batches")))) {
    if (file.extension() == kManifestSuffix) batches.push_back(TRY(ReadBatch(file.stem().string())));
  }
  auto ordinal = [](const Batch& batch) { return batch.manifest.ordinal; };
  std::ranges::sort(batches, {}, ordinal);
  if (std::ranges::adjacent_find(batches, {}, ordinal) != batches.end()) {
    return IoError("two batches in " + PathOf("batches") + " have the same ordinal");
  }
  return batches;
}

Result<std::vector<Batch>> Lake::LiveBatches() const {
  std::vector<Batch> batches = TRY(ListBatches());
  std::erase_if(batches, [](const Batch& batch) { return batch.withdrawn.has_value(); });
  return batches;
}

Result<int64_t> Lake::NextOrdinal() const {
  std::vector<Batch> batches = TRY(ListBatches());
  return batches.empty() ? 1 : batches.back().manifest.ordinal + 1;
}

Result<std::string> Lake::NewStaging(const WriteLock& lock) const {
  CHECK(lock.fd_ >= 0);
  std::error_code error;
  for (int n = 0;; n++) {
    std::string path = PathOf("staging/" + std::to_string(getpid()) + "-" + std::to_string(n));
    if (fs::exists(path, error)) continue;
    TRY(MakeDirs(path));
    return path;
  }
}

Status Lake::CheckNew(const Manifest& manifest) const {
  TRY(CheckManifest(manifest, buckets_));
  std::vector<std::string> paths = PathsOf(manifest);
  std::set<std::string> mine(paths.begin(), paths.end());
  if (mine.size() != paths.size()) return InvalidInput("the manifest names a file twice");
  for (const Batch& batch : TRY(ListBatches())) {
    if (batch.manifest.batch == manifest.batch) return Conflict("there is a batch " + manifest.batch + " already");
    if (batch.manifest.ordinal >= manifest.ordinal) {
      return Conflict("batch " + batch.manifest.batch + " has ordinal " + std::to_string(batch.manifest.ordinal) +
                      " already");
    }
    for (const std::string& path : PathsOf(batch.manifest)) {
      if (mine.contains(path)) return Conflict(path + " belongs to batch " + batch.manifest.batch);
    }
  }
  return {};
}

Status Lake::MoveIn(const std::vector<std::string>& paths, const std::string& staging) const {
  std::set<std::string> folders;
  for (const std::string& path : paths) {
    std::string staged = (fs::path(staging) / path).string();
    TRY(SyncFile(staged));
    fs::path folder = fs::path(PathOf(path)).parent_path();
    TRY(MakeDirs(folder.string()));
    TRY(Rename(staged, PathOf(path)));
    folders.insert(folder.string());
    folders.insert(folder.parent_path().string());
  }
  for (const std::string& folder : folders) TRY(SyncDir(folder));
  return {};
}

Status Lake::CommitBatch(const WriteLock& lock, Manifest manifest, const std::string& staging) const {
  CHECK(lock.fd_ >= 0);
  std::string doing = "committing batch " + manifest.batch;
  TRY(CheckNew(manifest).While(doing));
  for (DataFile& file : manifest.files) file.bytes = TRY(SizeOf(staging + "/" + file.path).While(doing));
  TRY(MoveIn(PathsOf(manifest), staging).While(doing));
  TRY(WriteWhole(PathOf("batches/" + manifest.batch + ".json"), ToJson(manifest)).While(doing));
  // The batch is in; an empty folder that stays is no reason to say it is not.
  (void)RemoveTree(staging).has_value();
  return {};
}

Status Lake::Withdraw(const WriteLock& lock, const std::string& batch, const Withdrawal& withdrawal) const {
  CHECK(lock.fd_ >= 0);
  if (!IsBatchName(batch)) return InvalidInput("'" + batch + "' is not a name for a batch");
  Result<Batch> found = ReadBatch(batch);
  if (!found && found.error().code == ErrorCode::kNotFound) return NotFound("there is no batch " + batch);
  if (!found) return found.error();
  if (found->withdrawn) {
    return Conflict("batch " + batch + " was withdrawn by " + found->withdrawn->who + " on " + found->withdrawn->when);
  }
  Json json = {{"who", withdrawal.who}, {"why", withdrawal.why}, {"when", withdrawal.when}};
  std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  return WriteWhole(PathOf("batches/" + batch + std::string(kWithdrawnSuffix)), text);
}

// ---- Reading

namespace {

constexpr int32_t kCodeIdMax = 1 << 26;  // a damaged id must not make us reserve the whole memory

Status AddCodes(Connection& connection, const std::string& path, timeline::CodeBook* codes) {
  RowStream stream =
      TRY(connection.Stream("SELECT id::INTEGER, code::VARCHAR, coalesce(name, '')::VARCHAR FROM read_parquet(" +
                            Quote(path) + ") WHERE id IS NOT NULL AND code IS NOT NULL"));
  while (const Chunk* chunk = TRY(stream.Next())) {
    const int32_t* ids = chunk->columns[0].As<int32_t>();
    for (size_t row = 0; row < chunk->rows; row++) {
      if (ids[row] < 1 || ids[row] > kCodeIdMax)
        return IoError("code id " + std::to_string(ids[row]) + " is out of range");
      codes->Set(ids[row], chunk->columns[1].Text(row), chunk->columns[2].Text(row));
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<timeline::CodeBook>> Lake::LoadDictionary() const {
  auto codes = std::make_shared<timeline::CodeBook>();
  Connection connection = TRY(OpenConnection({.threads = 1}));
  for (const Batch& batch : TRY(ListBatches())) {
    if (batch.manifest.dictionary.empty()) continue;
    std::string path = PathOf(batch.manifest.dictionary);
    std::string doing = "reading " + path;
    TRY(AddCodes(connection, path, codes.get()).While("reading " + path));
  }
  return codes;
}

Result<std::string> Lake::TableSql(std::string_view table) const {
  return TableSqlOf(*this, TRY(LiveBatches()), table);
}

Result<std::string> TableSqlOf(const Lake& lake, const std::vector<Batch>& batches, std::string_view table) {
  std::vector<std::string> files = RealPaths(lake, batches, table);
  if (files.empty()) {
    return NotFound("no batch in " + lake.dir() + " brought the table " + std::string(table));
  }
  std::string sql = "(SELECT * FROM read_parquet(" + QuoteList(files) + ", union_by_name = true) WHERE live";
  std::vector<std::string> cancels = RealPaths(lake, batches, kCancelTable);
  if (!cancels.empty()) {
    sql += " AND row_id NOT IN (SELECT row_id FROM read_parquet(" + QuoteList(cancels) +
           ") WHERE \"table\" = " + Quote(table) + " AND row_id IS NOT NULL)";
  }
  return sql + ")";
}

Status CheckFile(const Lake& lake, const DataFile& file) {
  std::string path = lake.PathOf(file.path);
  int64_t bytes = TRY(SizeOf(path).While("a file of the lake is missing"));
  if (bytes == file.bytes) return {};
  return IoError(path + " has " + std::to_string(bytes) + " bytes, its manifest says " + std::to_string(file.bytes) +
                 ": the file was cut off or changed");
}

Result<DataFile> DescribeFile(Connection& connection, const std::string& table, const std::string& path,
                              const std::string& real_path) {
  QueryResult row =
      TRY(connection.Query("SELECT count(*), min(bucket), max(bucket) FROM read_parquet(" + Quote(real_path) + ")"));
  return DataFile{.table = table,
                  .path = path,
                  .rows = row.Int(0, 0),
                  .bucket_min = static_cast<int>(row.Int(0, 1)),
                  .bucket_max = static_cast<int>(row.Int(0, 2))};
}

}  // namespace yijian::lake
