// int64 -> uint32, for keys that are hashes already. Null keys (kNullValue) are not kept.
// Threads: one owner.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "lake/parquet_writer.h"

namespace yijian::intake {

using lake::kNullValue;

class KeyMap {
 public:
  explicit KeyMap(size_t expected = 16) : slots_(std::bit_ceil(expected * 2 + 16)) {}

  // The first value of a key stays. False when it was there.
  bool Add(int64_t key, uint32_t value) {
    if (key == kNullValue) return false;
    if ((size_ + 1) * 2 > slots_.size()) Grow();
    Slot& slot = slots_[SlotOf(key)];
    if (slot.used) return false;
    slot = {key, value, true};
    size_++;
    return true;
  }
  uint32_t* Find(int64_t key) {
    Slot& slot = slots_[SlotOf(key)];
    return slot.used && key != kNullValue ? &slot.value : nullptr;
  }
  bool Has(int64_t key) const { return key != kNullValue && slots_[SlotOf(key)].used; }
  size_t size() const { return size_; }
  template <typename Use>
  void ForEach(Use use) const {
    for (const Slot& slot : slots_) {
      if (slot.used) use(slot.key, slot.value);
    }
  }

 private:
  struct Slot {
    int64_t key = 0;
    uint32_t value = 0;
    bool used = false;
  };
  size_t SlotOf(int64_t key) const {
    size_t mask = slots_.size() - 1;
    size_t slot = (static_cast<uint64_t>(key) * 0x9E3779B97F4A7C15U >> 20) & mask;
    while (slots_[slot].used && slots_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
  }
  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.used) slots_[SlotOf(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace yijian::intake
