#include "realtime/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "realtime/merge.h"
#include "realtime/record.h"

namespace yijian::realtime {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::Slice;

// Column families, in the order they are opened.
enum Family : size_t {
  kWords,
  kPersons,
  kDoctors,
  kTraces,
  kCodes,
  kMessages,
  kHits,
  kFeedback,
  kShadow,
  kOverrides,
  kRequests,
  kVisits,
  kFamilies
};
constexpr const char* kFamilyNames[kFamilies] = {"default", "person",   "doctor", "trace",    "code",    "message",
                                                 "hit",     "feedback", "shadow", "override", "request", "visit_hit"};
constexpr char kFormatWord[] = "format";
constexpr char kFormat[] = "1";

Family FamilyOf(program::Subject subject) {
  CHECK(subject != program::Subject::kInstitution);
  return subject == program::Subject::kPerson ? kPersons : subject == program::Subject::kDoctor ? kDoctors : kTraces;
}

Family FamilyOf(Notes space) {
  constexpr Family kOfNotes[] = {kHits, kFeedback, kShadow, kOverrides, kRequests, kVisits};
  return kOfNotes[static_cast<size_t>(space)];
}

Slice Bytes(std::string_view text) { return Slice(text.data(), text.size()); }

Status Translate(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return {};
  std::string message = doing + ": " + status.ToString();
  if (status.IsNotFound()) return NotFound(message);
  if (status.IsBusy() || status.IsTimedOut()) return Conflict(message);
  // Another process holds the lock: RocksDB calls it an IO error.
  if (status.IsIOError() && message.find("lock") != std::string::npos) return Conflict(message);
  return IoError(message);
}

std::string BigEndian(uint64_t number, size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = bytes; i-- > 0; number >>= 8) text[i] = static_cast<char>(number & 255);
  return text;
}

rocksdb::BlockBasedTableOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = cache;
  table.block_size = 8 * 1024;
  table.format_version = 5;
  return table;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(cache)));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 32 << 20;
  return options;
}

class RocksStore : public Store {
 public:
  RocksStore(std::string dir, timeline::CodeBook book, int buckets, std::unique_ptr<rocksdb::DB> db,
             std::vector<ColumnFamilyHandle*> families, std::unique_ptr<OldReceipts> old, bool sync)
      : Store(std::move(dir), std::move(book)),
        old_(std::move(old)),
        db_(std::move(db)),
        families_(std::move(families)),
        sync_(sync) {
    buckets_ = buckets;
    kept_codes_ = codes_->size();
  }
  ~RocksStore() override {
    for (ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
    rocksdb::Status ignored = db_->Close();
    static_cast<void>(ignored);
  }

  Result<History> Get(program::Subject subject, int64_t key) const override {
    rocksdb::PinnableSlice value;
    rocksdb::Status status =
        db_->Get(rocksdb::ReadOptions(), families_[FamilyOf(subject)], StoreKey(key, buckets_), &value);
    return Read(status, value, key);
  }

  Result<std::vector<History>> Get(program::Subject subject, const std::vector<int64_t>& keys) const override {
    std::vector<std::string> names;
    for (int64_t key : keys) names.push_back(StoreKey(key, buckets_));
    std::vector<Slice> slices(names.begin(), names.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions(), families_[FamilyOf(subject)], slices.size(), slices.data(), values.data(),
                  statuses.data());
    std::vector<History> histories;
    for (size_t i = 0; i < keys.size(); i++) histories.push_back(TRY(Read(statuses[i], values[i], keys[i])));
    return histories;
  }

  Status ForEach(program::Subject subject, const std::function<Status(const History&)>& take) const override {
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), families_[FamilyOf(subject)]));
    for (at->SeekToFirst(); at->Valid(); at->Next()) TRY(take(TRY(Decode(at->value().ToStringView()))));
    return Translate(at->status(), "reading timelines");
  }

  Status Commit(const std::vector<Change>& changes, const std::optional<Receipt>& receipt,
                const std::vector<Note>& notes) override {
    TRY(KeepCodes());
    rocksdb::WriteBatch batch;
    for (const Change& change : changes) {
      if (change.told.empty()) continue;
      TRY(Translate(batch.Merge(families_[FamilyOf(change.subject)], StoreKey(change.told.subject, buckets_),
                                Encode(change.told)),
                    "adding to a timeline"));
    }
    if (receipt) TRY(Add(*receipt, batch));
    TRY(AddNotes(notes, batch));
    rocksdb::WriteOptions options;
    options.sync = sync_;
    return Translate(db_->Write(options, &batch), "committing");
  }

  Result<std::optional<Receipt>> FindReceipt(std::string_view msgid) const override {
    rocksdb::PinnableSlice value;
    rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), families_[kMessages], Bytes(msgid), &value);
    if (status.IsNotFound()) return std::optional<Receipt>();
    TRY(Translate(status, "looking for a receipt"));
    return std::optional<Receipt>(TRY(ReceiptOf(msgid, value.ToStringView())));
  }

  Status ForEachReceipt(const std::function<Status(Receipt)>& take) const override {
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), families_[kMessages]));
    for (at->SeekToFirst(); at->Valid(); at->Next())
      TRY(take(TRY(ReceiptOf(at->key().ToStringView(), at->value().ToStringView()))));
    return Translate(at->status(), "reading receipts");
  }

  Status Put(const std::vector<Receipt>& receipts) override {
    rocksdb::WriteBatch batch;
    for (const Receipt& receipt : receipts) TRY(Add(receipt, batch));
    return Translate(db_->Write(rocksdb::WriteOptions(), &batch), "keeping receipts");
  }

  Status Put(const std::vector<Note>& notes) override {
    rocksdb::WriteBatch batch;
    TRY(AddNotes(notes, batch));
    return Translate(db_->Write(rocksdb::WriteOptions(), &batch), "writing notes");
  }

  Result<std::optional<std::string>> Find(Notes space, const std::string& key) const override {
    std::string value;
    rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), families_[FamilyOf(space)], key, &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    TRY(Translate(status, "reading a note"));
    return std::optional<std::string>(std::move(value));
  }

  Status ForEach(Notes space, const std::string& from,
                 const std::function<bool(std::string_view, std::string_view)>& take) const override {
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), families_[FamilyOf(space)]));
    for (at->Seek(from); at->Valid(); at->Next()) {
      if (!take(at->key().ToStringView(), at->value().ToStringView())) break;
    }
    return Translate(at->status(), "reading notes");
  }

  Status ForEachBack(Notes space, const std::string& before,
                     const std::function<bool(std::string_view, std::string_view)>& take) const override {
    std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), families_[FamilyOf(space)]));
    if (before.empty()) {
      at->SeekToLast();
    } else {
      at->SeekForPrev(before);
      if (at->Valid() && at->key() == Bytes(before)) at->Prev();
    }
    for (; at->Valid(); at->Prev()) {
      if (!take(at->key().ToStringView(), at->value().ToStringView())) break;
    }
    return Translate(at->status(), "reading notes");
  }

  std::unique_ptr<NotesView> ViewNotes() const override { return std::make_unique<View>(*this); }

  Status SetWord(const std::string& name, const std::string& text) override {
    rocksdb::WriteOptions options;
    options.sync = sync_;
    return Translate(db_->Put(options, families_[kWords], name, text), "writing " + name);
  }

  Result<std::string> Word(const std::string& name) const override {
    std::string value;
    rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), families_[kWords], name, &value);
    if (!status.IsNotFound()) TRY(Translate(status, "reading " + name));
    return value;
  }

  Status TakeIn(program::Subject subject, const std::vector<std::string>& files) override {
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.failed_move_fall_back_to_copy = true;
    for (const std::string& file : files)
      TRY(Translate(db_->IngestExternalFile(families_[FamilyOf(subject)], {file}, options), "taking in " + file));
    return {};
  }

  Status KeepCodes() override {
    if (codes_->size() == kept_codes_.load(std::memory_order_acquire)) return {};
    std::lock_guard lock(codes_mutex_);
    rocksdb::WriteBatch batch;
    int64_t size = codes_->ForEachFrom(kept_codes_, [&](int64_t id, const std::string& code, const std::string& name) {
      rocksdb::Status ignored =
          batch.Put(families_[kCodes], BigEndian(static_cast<uint64_t>(id), 4), code + '\0' + name);
      static_cast<void>(ignored);  // a batch in memory cannot fail
    });
    // Not synced: the log is in order, so the commit that uses a code makes it safe too.
    TRY(Translate(db_->Write(rocksdb::WriteOptions(), &batch), "keeping codes"));
    kept_codes_.store(size, std::memory_order_release);
    return {};
  }

  Result<StoreSize> Size() const override {
    auto number = [&](Family family, const char* name) {
      uint64_t value = 0;
      return db_->GetIntProperty(families_[family], name, &value) ? static_cast<int64_t>(value) : 0;
    };
    StoreSize size;
    size.persons = number(kPersons, "rocksdb.estimate-num-keys");
    size.doctors = number(kDoctors, "rocksdb.estimate-num-keys");
    size.trace_codes = number(kTraces, "rocksdb.estimate-num-keys");
    size.codes = codes_->size() - 1;
    for (size_t family = 0; family < kFamilies; family++) {
      size.disk_bytes += number(static_cast<Family>(family), "rocksdb.total-sst-files-size");
      size.memory_bytes += number(static_cast<Family>(family), "rocksdb.estimate-table-readers-mem") +
                           number(static_cast<Family>(family), "rocksdb.cur-size-all-mem-tables");
    }
    size.memory_bytes += number(kPersons, "rocksdb.block-cache-usage");
    return size;
  }

  Status Compact() override {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (ColumnFamilyHandle* family : families_)
      TRY(Translate(db_->CompactRange(options, family, nullptr, nullptr), "compacting"));
    return {};
  }

 private:
  static Result<History> Read(const rocksdb::Status& status, const rocksdb::PinnableSlice& value, int64_t key) {
    History history;
    if (!status.IsNotFound()) {
      TRY(Translate(status, "reading a timeline"));
      history = TRY(Decode(value.ToStringView()));
    }
    history.subject = key;
    return history;
  }

  class View : public NotesView {
   public:
    explicit View(const RocksStore& store) : store_(store), snapshot_(store.db_->GetSnapshot()) {}
    ~View() override { store_.db_->ReleaseSnapshot(snapshot_); }
    Status ForEach(Notes space, const std::function<bool(std::string_view, std::string_view)>& take) const override {
      rocksdb::ReadOptions options;
      options.snapshot = snapshot_;
      options.fill_cache = false;
      std::unique_ptr<rocksdb::Iterator> at(store_.db_->NewIterator(options, store_.families_[FamilyOf(space)]));
      for (at->SeekToFirst(); at->Valid(); at->Next()) {
        if (!take(at->key().ToStringView(), at->value().ToStringView())) break;
      }
      return Translate(at->status(), "reading notes");
    }

   private:
    const RocksStore& store_;
    const rocksdb::Snapshot* snapshot_;
  };

  Status Add(const Receipt& receipt, rocksdb::WriteBatch& batch) {
    std::string value(reinterpret_cast<const char*>(&receipt.at), sizeof receipt.at);
    value.append(reinterpret_cast<const char*>(&receipt.digest), sizeof receipt.digest);
    value += receipt.response;
    old_->Saw(receipt.at);
    return Translate(batch.Put(families_[kMessages], receipt.msgid, value), "keeping a receipt");
  }

  static Result<Receipt> ReceiptOf(std::string_view msgid, std::string_view value) {
    Receipt receipt;
    constexpr size_t kHead = sizeof receipt.at + sizeof receipt.digest;
    if (value.size() < kHead) return IoError("a receipt of the timeline store is damaged");
    receipt.msgid = msgid;
    std::memcpy(&receipt.at, value.data(), sizeof receipt.at);
    std::memcpy(&receipt.digest, value.data() + sizeof receipt.at, sizeof receipt.digest);
    receipt.response.assign(value.data() + kHead, value.size() - kHead);
    return receipt;
  }

  Status AddNotes(const std::vector<Note>& notes, rocksdb::WriteBatch& batch) const {
    for (const Note& note : notes)
      TRY(Translate(batch.Put(families_[FamilyOf(note.space)], note.key, note.text), "writing a note"));
    return {};
  }

  std::unique_ptr<OldReceipts> old_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<ColumnFamilyHandle*> families_;
  bool sync_;
  std::mutex codes_mutex_;
  std::atomic<int64_t> kept_codes_{0};
};

Result<timeline::CodeBook> ReadCodes(rocksdb::DB& db, ColumnFamilyHandle* family) {
  timeline::CodeBook book;
  std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions(), family));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    std::string_view value = at->value().ToStringView();
    size_t cut = value.find('\0');
    int64_t id = 0;
    for (char byte : at->key().ToStringView()) id = id << 8 | static_cast<unsigned char>(byte);
    if (cut == std::string_view::npos || id != book.size())
      return IoError("the codes of the timeline store are damaged");
    book.Set(id, value.substr(0, cut), value.substr(cut + 1));
  }
  TRY(Translate(at->status(), "reading codes"));
  return book;
}

class RocksRun : public RunWriter {
 public:
  RocksRun() : writer_(rocksdb::EnvOptions(), Options()) {}
  Status Open(const std::string& path) { return Translate(writer_.Open(path), "creating " + path); }
  Status Add(const std::string& key, std::string_view value) override {
    any_ = true;
    return Translate(writer_.Put(key, Bytes(value)), "writing a sorted run");
  }
  Result<bool> Finish() override {
    if (any_) TRY(Translate(writer_.Finish(), "finishing a sorted run"));
    return any_;
  }

 private:
  static rocksdb::Options Options() { return rocksdb::Options(rocksdb::DBOptions(), FamilyOptions(nullptr)); }
  rocksdb::SstFileWriter writer_;
  bool any_ = false;
};

}  // namespace

std::string StoreKey(int64_t subject, int buckets) {
  auto bucket = static_cast<uint64_t>(subject) % static_cast<uint64_t>(buckets);
  return BigEndian(bucket, 2) + BigEndian(static_cast<uint64_t>(subject), 8);
}

Result<std::unique_ptr<RunWriter>> RunWriter::Create(const std::string& path) {
  auto run = std::make_unique<RocksRun>();
  TRY(run->Open(path));
  return std::unique_ptr<RunWriter>(std::move(run));
}

Result<std::unique_ptr<Store>> Store::Open(const std::string& dir, const StoreOptions& options) {
  std::error_code error;
  bool exists = std::filesystem::exists(std::filesystem::path(dir) / "CURRENT", error);
  if (!exists && !options.create)
    return NotFound("no timeline store in " + dir + ": yijian timelines rebuild makes one");
  if (!exists) std::filesystem::create_directories(dir, error);
  if (options.buckets < 1 || options.buckets > 65535) return InvalidInput("a store has 1 to 65535 buckets");

  std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(static_cast<size_t>(options.cache_mb) << 20);
  auto old = std::make_unique<OldReceipts>(options.message_days);
  auto merge = std::make_shared<RecordMerge>(options.window_days);
  rocksdb::DBOptions db_options;
  db_options.create_if_missing = options.create;
  db_options.create_missing_column_families = true;
  db_options.max_open_files = -1;  // what FIFO asks for; there are some hundred files at most
  db_options.keep_log_file_num = 4;
  db_options.max_total_wal_size = 256 << 20;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (size_t family = 0; family < kFamilies; family++) {
    rocksdb::ColumnFamilyOptions family_options = FamilyOptions(cache);
    if (family >= kPersons && family <= kTraces) family_options.merge_operator = merge;
    if (family == kMessages) family_options.compaction_filter = old.get();
    if (family == kRequests) {
      // Written in the order of time and never merged: the oldest file goes when there are too many or it is too old.
      family_options.compaction_style = rocksdb::kCompactionStyleFIFO;
      family_options.compaction_options_fifo.max_table_files_size = static_cast<uint64_t>(options.request_mb) << 20;
      family_options.ttl = static_cast<uint64_t>(options.request_days) * kSecondsPerDay;
    }
    descriptors.emplace_back(kFamilyNames[family], family_options);
  }
  std::vector<ColumnFamilyHandle*> families;
  rocksdb::DB* opened = nullptr;
  TRY(Translate(rocksdb::DB::Open(db_options, dir, descriptors, &families, &opened), "opening the store " + dir));
  std::unique_ptr<rocksdb::DB> db(opened);
  auto close = [&](Error reason) {
    for (ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
    return reason;
  };
  std::string format, buckets, window;
  db->Get(rocksdb::ReadOptions(), families[kWords], kFormatWord, &format);
  if (format.empty()) {
    rocksdb::WriteBatch batch;
    batch.Put(families[kWords], kFormatWord, kFormat);
    batch.Put(families[kWords], "buckets", std::to_string(options.buckets));
    rocksdb::WriteOptions synced;
    synced.sync = true;
    if (Status status = Translate(db->Write(synced, &batch), "creating the store"); !status)
      return close(status.error());
  } else if (format != kFormat) {
    return close(InvalidInput("the store " + dir + " has format " + format + "; this program knows " + kFormat));
  }
  db->Get(rocksdb::ReadOptions(), families[kWords], "buckets", &buckets);
  db->Get(rocksdb::ReadOptions(), families[kWords], kWindowWord, &window);
  if (options.window_days == 0) merge->SetWindow(std::atoi(window.c_str()));
  int bucket_count = std::atoi(buckets.c_str());
  if (bucket_count < 1) return close(IoError("the store " + dir + " does not say its buckets"));
  Result<timeline::CodeBook> book = ReadCodes(*db, families[kCodes]);
  if (!book) return close(book.error());
  return std::unique_ptr<Store>(std::make_unique<RocksStore>(dir, std::move(*book), bucket_count, std::move(db),
                                                             std::move(families), std::move(old), options.sync));
}

}  // namespace yijian::realtime
