#include "intake/unique.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace yijian::intake {
namespace {

constexpr size_t kBufferEntries = 2048;

}  // namespace

Result<std::unique_ptr<KeyStage>> KeyStage::Create(const std::string& path) {
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return IoError("cannot create " + path + ": " + std::strerror(errno));
  return std::unique_ptr<KeyStage>(new KeyStage(path, fd));
}

KeyStage::~KeyStage() {
  close(fd_);
  unlink(path_.c_str());
}

Status KeyStage::Add(const KeyEntry& entry) {
  entries_++;
  size_t part = PartOf(entry.key);
  buffers_[part].push_back(entry);
  return buffers_[part].size() >= kBufferEntries ? Flush(part) : Status();
}

Status KeyStage::Flush(size_t part) {
  std::vector<KeyEntry>& buffer = buffers_[part];
  const char* from = reinterpret_cast<const char*>(buffer.data());
  size_t size = buffer.size() * sizeof(KeyEntry);
  runs_[part].push_back({bytes_, buffer.size()});
  bytes_ += static_cast<int64_t>(size);
  while (size > 0) {
    ssize_t written = write(fd_, from, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + path_ + ": " + std::strerror(errno));
    from += written;
    size -= static_cast<size_t>(written);
  }
  buffer.clear();
  return {};
}

Status KeyStage::Finish() {
  for (size_t part = 0; part < kKeyParts; part++) {
    if (!buffers_[part].empty()) TRY(Flush(part));
    buffers_[part].shrink_to_fit();
  }
  return {};
}

Status KeyStage::Read(size_t part, std::vector<KeyEntry>& entries) const {
  for (const Run& run : runs_[part]) {
    size_t at = entries.size();
    entries.resize(at + run.entries);
    auto size = static_cast<ssize_t>(run.entries * sizeof(KeyEntry));
    if (pread(fd_, entries.data() + at, static_cast<size_t>(size), run.offset) != size) {
      return IoError("cannot read back " + path_);
    }
  }
  return {};
}

std::vector<Repeat> FindRepeats(std::vector<KeyEntry>& entries) {
  // A hash table finds the keys that come more than once; only those are sorted.
  std::vector<Repeat> repeats;
  if (entries.empty()) return repeats;
  size_t size = std::bit_ceil(entries.size() * 2);
  std::vector<uint32_t> slots(size, 0);
  std::vector<uint32_t> again;  // entries that share their key with an earlier one, and that one
  std::vector<bool> listed(entries.size(), false);
  for (uint32_t i = 0; i < entries.size(); i++) {
    size_t slot = (entries[i].key ^ entries[i].table) & (size - 1);
    while (slots[slot] != 0 &&
           (entries[slots[slot] - 1].key != entries[i].key || entries[slots[slot] - 1].table != entries[i].table)) {
      slot = (slot + 1) & (size - 1);
    }
    if (slots[slot] == 0) {
      slots[slot] = i + 1;
      continue;
    }
    uint32_t first = slots[slot] - 1;
    if (!listed[first]) again.push_back(first);
    listed[first] = true;
    again.push_back(i);
  }
  std::ranges::sort(again, [&](uint32_t a, uint32_t b) {
    return std::tie(entries[a].table, entries[a].key, entries[a].ordinal) <
           std::tie(entries[b].table, entries[b].key, entries[b].ordinal);
  });
  const KeyEntry* winner = nullptr;
  for (uint32_t i : again) {
    const KeyEntry& entry = entries[i];
    if (winner == nullptr || winner->key != entry.key || winner->table != entry.table) {
      winner = &entry;
      continue;
    }
    if (entry.ordinal == kInLake) continue;
    repeats.push_back({entry.ordinal, winner->ordinal, entry.table, entry.content == winner->content});
  }
  std::ranges::sort(repeats, {}, &Repeat::ordinal);
  return repeats;
}

KeyFilter::KeyFilter(int64_t keys) {
  size_t bits = std::bit_ceil(static_cast<size_t>(std::clamp<int64_t>(keys * 8, 1 << 12, int64_t{1} << 29)));
  bits_.resize(bits / 64);
  mask_ = bits - 1;
}

}  // namespace yijian::intake
