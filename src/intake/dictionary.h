// The distinct texts of a column, numbered: one shared table per column, and a memo per thread
// before it.
//
// Exports repeat themselves: a hundred million lines name some ten thousand items. Everything that
// depends on a text alone (its code, whether a code set holds it, whether it names nobody) is
// worked out once for each text.
//
// Threads: SharedDictionary is safe; a Memo belongs to one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::intake {

// Hash table from text to number; keeps the texts. Not thread-safe.
class TextTable {
 public:
  struct Found {
    int32_t id;
    bool is_new;
  };
  Found Intern(std::string_view text);
  int32_t Find(std::string_view text) const;  // -1 when absent
  size_t size() const { return texts_.size(); }
  size_t bytes() const { return bytes_; }
  std::string_view Text(int32_t id) const { return texts_[static_cast<size_t>(id)]; }

 private:
  size_t SlotOf(std::string_view text, uint64_t hash) const;
  void Grow();
  std::string_view Keep(std::string_view text);

  std::vector<uint64_t> slots_;  // upper half hash, lower half id + 1
  std::vector<std::string_view> texts_;
  std::deque<std::string> blocks_;
  std::deque<std::string> large_;
  size_t bytes_ = 0;
};

class SharedDictionary {
 public:
  int32_t Intern(std::string_view text);
  // The name seen first, that is in the row with the smallest ordinal, stays.
  void Name(int32_t id, std::string_view name, int64_t ordinal);

  // After all threads are done.
  std::vector<std::string_view> Texts() const;
  std::string_view NameOf(int32_t id) const;
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Named {
    std::string name;
    int64_t ordinal = INT64_MAX;
  };
  mutable std::mutex mutex_;
  TextTable texts_;
  std::vector<Named> names_;
  std::atomic<size_t> size_ = 0;
};

// What a thread knows of a source text.
struct Meaning {
  int32_t id = -1;       // in the shared dictionary; -1 is NULL
  bool bad = false;      // not UTF-8, or with a NUL inside
  bool dummy = false;    // names nobody
  bool unknown = false;  // not in the code set
};

// Texts are recognised by a 128-bit hash with a secret of the process, not compared: what matters
// here is one look at one line of the cache for each value of a file.
class Memo {
 public:
  struct Key {
    uint64_t low = 0;
    uint64_t high = 0;
    bool operator==(const Key&) const = default;
  };
  static Key KeyOf(std::string_view text);

  // The meaning of a text seen before; nullptr when it is new. Good until the next Add.
  const Meaning* Find(const Key& key) const {
    const Slot& slot = slots_[SlotOf(key)];
    return slot.used ? &slot.meaning : nullptr;
  }
  const Meaning& Add(const Key& key, size_t bytes, const Meaning& meaning);
  size_t size() const { return size_; }
  size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    Key key;
    Meaning meaning;
    bool used = false;
  };
  size_t SlotOf(const Key& key) const {
    size_t mask = slots_.size() - 1;
    size_t slot = key.low & mask;
    while (slots_[slot].used && slots_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  size_t size_ = 0;
  size_t bytes_ = 0;
};

}  // namespace yijian::intake
