#include "intake/dictionary.h"

#include <xxhash.h>

#include <algorithm>
#include <random>

#include "base/result.h"

namespace yijian::intake {
namespace {

constexpr size_t kBlockBytes = 1 << 16;
constexpr uint64_t kHashMask = 0xFFFFFFFF00000000U;

}  // namespace

size_t TextTable::SlotOf(std::string_view text, uint64_t hash) const {
  size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    auto id = static_cast<size_t>(static_cast<uint32_t>(slots_[slot])) - 1;
    if ((slots_[slot] & kHashMask) == (hash & kHashMask) && texts_[id] == text) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void TextTable::Grow() {
  std::vector<uint64_t> old(std::max<size_t>(64, slots_.size() * 2), 0);
  old.swap(slots_);
  for (uint64_t entry : old) {
    if (entry == 0) continue;
    std::string_view text = texts_[static_cast<uint32_t>(entry) - 1];
    slots_[SlotOf(text, XXH3_64bits(text.data(), text.size()))] = entry;
  }
}

std::string_view TextTable::Keep(std::string_view text) {
  bytes_ += text.size();
  if (text.size() > kBlockBytes / 4) return large_.emplace_back(text);
  if (blocks_.empty() || blocks_.back().size() + text.size() > kBlockBytes) blocks_.emplace_back().reserve(kBlockBytes);
  std::string& block = blocks_.back();
  size_t at = block.size();
  block += text;
  return std::string_view(block).substr(at);
}

TextTable::Found TextTable::Intern(std::string_view text) {
  if (texts_.size() * 2 >= slots_.size()) Grow();
  uint64_t hash = XXH3_64bits(text.data(), text.size());
  size_t slot = SlotOf(text, hash);
  if (slots_[slot] != 0) return {static_cast<int32_t>(static_cast<uint32_t>(slots_[slot]) - 1), false};
  texts_.push_back(Keep(text));
  slots_[slot] = (hash & kHashMask) | texts_.size();
  return {static_cast<int32_t>(texts_.size() - 1), true};
}

int32_t TextTable::Find(std::string_view text) const {
  if (slots_.empty()) return -1;
  size_t slot = SlotOf(text, XXH3_64bits(text.data(), text.size()));
  return static_cast<int32_t>(static_cast<uint32_t>(slots_[slot])) - 1;
}

int32_t SharedDictionary::Intern(std::string_view text) {
  std::lock_guard lock(mutex_);
  TextTable::Found found = texts_.Intern(text);
  if (found.is_new) {
    names_.emplace_back();
    size_.store(texts_.size(), std::memory_order_relaxed);
  }
  return found.id;
}

void SharedDictionary::Name(int32_t id, std::string_view name, int64_t ordinal) {
  std::lock_guard lock(mutex_);
  Named& named = names_[static_cast<size_t>(id)];
  if (ordinal < named.ordinal) named = {std::string(name), ordinal};
}

std::vector<std::string_view> SharedDictionary::Texts() const {
  std::vector<std::string_view> texts;
  texts.reserve(texts_.size());
  for (size_t id = 0; id < texts_.size(); id++) texts.push_back(texts_.Text(static_cast<int32_t>(id)));
  return texts;
}

std::string_view SharedDictionary::NameOf(int32_t id) const { return names_[static_cast<size_t>(id)].name; }

Memo::Key Memo::KeyOf(std::string_view text) {
  static const uint64_t kSecret = [] {
    std::random_device random;
    return static_cast<uint64_t>(random()) << 32 | random();
  }();
  XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), kSecret);
  return {hash.low64, hash.high64};
}

const Meaning& Memo::Add(const Key& key, size_t bytes, const Meaning& meaning) {
  if ((size_ + 1) * 2 > slots_.size()) {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.used) slots_[SlotOf(slot.key)] = slot;
    }
  }
  Slot& slot = slots_[SlotOf(key)];
  CHECK(!slot.used);
  slot = {key, meaning, true};
  size_++;
  bytes_ += bytes;
  return slot.meaning;
}

}  // namespace yijian::intake
