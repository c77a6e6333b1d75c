// The timelines of all persons (and of doctors and trace codes), in RocksDB, one value each.
//
//   auto store = TRY(Store::Open(dir, {.create = true}));
//   History known = TRY(store->Get(Subject::kPerson, IdKeyOf(psn_no)));
//   TRY(store->Commit({{Subject::kPerson, told}}, {msgid, digest, response}));   // on disk when it returns
//
// Append:  a message is added to a value by the merge operator, unread; reading absorbs record after record. Values of
//          many records are folded into one when RocksDB compacts, and then also trimmed to the window.
// Crash:   a commit is one atomic batch, synced to the log before Commit returns: after kill -9 it is there whole or
// not
//          at all, and when it had been acknowledged it is there.
// Message: what was answered to a msgid is kept with the commit, so that the same message again gets the same answer
// and
//          changes nothing.
// Window:  rows that ended more than `window_days` before the newest row of their subject may be dropped. 0 keeps all.
// Format:  docs/formats/timeline-store.md.
// Errors:  kNotFound no store there; kConflict in use by another process; kIo damage, disk.
// Threads: share it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "realtime/codes.h"
#include "realtime/history.h"

namespace yijian::realtime {

inline constexpr char kWindowWord[] = "window_days";

struct StoreOptions {
  bool create = false;
  bool sync = true;     // false only for benchmarks and rebuilds
  int buckets = 64;     // of a new store; that of the lake it is built from, so that both have one order
  int window_days = 0;  // 0: what the store says of itself (kWindowWord), or all is kept
  int64_t cache_mb = 256;
  int message_days = 30;      // how long answers to messages are kept
  int request_days = 30;      // how long requests are kept (Notes::kRequests)
  int64_t request_mb = 2048;  // and how much of them
};

struct Change {
  program::Subject subject = program::Subject::kPerson;
  History told;
};

// What is kept of a message that was carried out.
struct Receipt {
  std::string msgid;
  uint64_t digest = 0;  // of what it asked for
  Time at = 0;
  std::string response;
};

// Notes beside the timelines, each in a space of its own: hits told, feedback on them, differences of shadow packs,
// hits carried on with (by time), requests with their answers (by time), hits by the visit they are about. Requests are
// kept as long as StoreOptions says: the oldest go, a file at a time.
enum class Notes { kHits, kFeedback, kShadow, kOverrides, kRequests, kVisits };
struct Note {
  Notes space = Notes::kHits;
  std::string key;
  std::string text;
};

struct StoreSize {
  int64_t persons = 0;  // roughly, as RocksDB counts keys
  int64_t doctors = 0;
  int64_t trace_codes = 0;
  int64_t codes = 0;
  int64_t disk_bytes = 0;
  int64_t memory_bytes = 0;  // tables, caches, indexes
};

// Notes as they stood when it was made.
class NotesView {
 public:
  virtual ~NotesView() = default;
  // In the order of keys; stops when `take` says false.
  virtual Status ForEach(Notes space,
                         const std::function<bool(std::string_view key, std::string_view text)>& take) const = 0;
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const std::string& dir, const StoreOptions& options = {});
  virtual ~Store() = default;

  Codes& codes() { return *codes_; }
  const std::string& dir() const { return dir_; }
  int buckets() const { return buckets_; }

  // An empty history, with its subject, when nothing is known.
  virtual Result<History> Get(program::Subject subject, int64_t key) const = 0;
  virtual Result<std::vector<History>> Get(program::Subject subject, const std::vector<int64_t>& keys) const = 0;

  // All subjects of a kind, in the order of their keys, as they were when it began; stops when `take` fails.
  virtual Status ForEach(program::Subject subject, const std::function<Status(const History&)>& take) const = 0;

  virtual Status Commit(const std::vector<Change>& changes, const std::optional<Receipt>& receipt,
                        const std::vector<Note>& notes = {}) = 0;
  virtual Result<std::optional<Receipt>> FindReceipt(std::string_view msgid) const = 0;
  // All of them, and what a new store takes over from an old one (unsynced).
  virtual Status ForEachReceipt(const std::function<Status(Receipt receipt)>& take) const = 0;
  virtual Status Put(const std::vector<Receipt>& receipts) = 0;

  // Notes are not synced: a crash of the machine (not of the process) may lose the last ones.
  virtual Status Put(const std::vector<Note>& notes) = 0;
  virtual Result<std::optional<std::string>> Find(Notes space, const std::string& key) const = 0;
  // In the order of keys; stops when `take` says false.
  virtual Status ForEach(Notes space, const std::string& from,
                         const std::function<bool(std::string_view key, std::string_view text)>& take) const = 0;
  // From the last key before `before` (empty: from the end) backwards.
  virtual Status ForEachBack(Notes space, const std::string& before,
                             const std::function<bool(std::string_view key, std::string_view text)>& take) const = 0;

  // The store outlives it.
  virtual std::unique_ptr<NotesView> ViewNotes() const = 0;

  // Words about the store itself: "fields", "lake", "window".
  virtual Status SetWord(const std::string& name, const std::string& text) = 0;
  virtual Result<std::string> Word(const std::string& name) const = 0;  // empty when never said

  // Sorted runs of values built elsewhere (see RunWriter); moves the files in.
  virtual Status TakeIn(program::Subject subject, const std::vector<std::string>& files) = 0;
  // Writes all codes down that have none yet.
  virtual Status KeepCodes() = 0;

  virtual Result<StoreSize> Size() const = 0;
  virtual Status Compact() = 0;  // folds and trims everything now

  // Those who read and then write what is known of one person hold this meanwhile.
  std::mutex& LockOf(int64_t person) { return locks_[static_cast<uint64_t>(person) % kLocks]; }

 protected:
  static constexpr size_t kLocks = 256;
  Store(std::string dir, timeline::CodeBook book)
      : dir_(std::move(dir)), codes_(std::make_unique<Codes>(std::move(book))) {}

  std::string dir_;
  int buckets_ = 64;
  std::unique_ptr<Codes> codes_;
  std::array<std::mutex, kLocks> locks_;
};

// The key of a subject's value: its bucket and number, big-endian, so that order by bytes is the lake's order.
std::string StoreKey(int64_t subject, int buckets);

// Writes a sorted run for TakeIn, without the store.
class RunWriter {
 public:
  static Result<std::unique_ptr<RunWriter>> Create(const std::string& path);
  virtual ~RunWriter() = default;
  // Keys ascend.
  virtual Status Add(const std::string& key, std::string_view value) = 0;
  // True when something was written; else there is no file.
  virtual Result<bool> Finish() = 0;
};

}  // namespace yijian::realtime
