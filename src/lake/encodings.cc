#include "lake/encodings.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace yijian::lake {
namespace {

uint64_t Load64(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

// Groups of eight numbers begin on bytes, and within one everything is a constant.
template <int kWidth, typename T>
void UnpackGroups(const char* from, size_t groups, T* out) {
  constexpr uint64_t kMask = (uint64_t{1} << kWidth) - 1;
  for (size_t group = 0; group < groups; group++, from += kWidth, out += 8) {
    [&]<size_t... I>(std::index_sequence<I...>) {
      ((out[I] = static_cast<T>((Load64(from + I * kWidth / 8) >> (I * kWidth % 8)) & kMask)), ...);
    }
    (std::make_index_sequence<8>());
  }
}

template <typename T>
using Unpacker = void (*)(const char* from, size_t groups, T* out);

template <typename T>
constexpr auto kUnpackers = []<size_t... W>(std::index_sequence<W...>) {
  return std::array<Unpacker<T>, sizeof...(W)>{UnpackGroups<static_cast<int>(W), T>...};
}
(std::make_index_sequence<sizeof(T) * 8 + 1>());

template <typename T>
void Unpack(const char* from, uint64_t bit, int width, size_t count, T* out) {
  const auto step = static_cast<uint64_t>(width);
  if (bit % 8 == 0) {
    size_t groups = count / 8;
    kUnpackers<T>[static_cast<size_t>(width)](from + bit / 8, groups, out);
    bit += groups * 8 * step;
    out += groups * 8;
    count -= groups * 8;
  }
  const uint64_t mask = (uint64_t{1} << width) - 1;
  for (size_t i = 0; i < count; i++, bit += step) {
    out[i] = static_cast<T>((Load64(from + bit / 8) >> (bit % 8)) & mask);
  }
}

// Up to 64 bits, which may reach into a ninth byte.
uint64_t Wide(const char* from, uint64_t bit, int width) {
  const char* at = from + bit / 8;
  uint64_t shift = bit % 8;
  uint64_t word = Load64(at) >> shift;
  if (shift != 0) word |= Load64(at + 8) << (64 - shift);
  return width == 64 ? word : word & ((uint64_t{1} << width) - 1);
}

}  // namespace

// ---- HybridReader

void HybridReader::Start(const char* at, const char* end, int width) {
  at_ = at;
  end_ = end;
  width_ = width;
  repeats_left_ = packed_left_ = 0;
}

bool HybridReader::NextRun() {
  uint64_t head = 0;
  for (int shift = 0;; shift += 7) {
    if (at_ == end_ || shift > 35) return false;
    auto byte = static_cast<unsigned char>(*at_++);
    head |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) break;
  }
  auto left = static_cast<uint64_t>(end_ - at_);
  if ((head & 1) == 0) {
    size_t bytes = static_cast<size_t>(width_ + 7) / 8;
    if (bytes > left) return false;
    repeated_ = 0;
    std::memcpy(&repeated_, at_, bytes);
    at_ += bytes;
    repeats_left_ = head >> 1;
    return true;
  }
  uint64_t groups = head >> 1;
  uint64_t bytes = groups * static_cast<uint64_t>(width_);
  // Some writers do not pad the last group.
  uint64_t there = std::min(bytes, left);
  packed_left_ = width_ == 0 ? groups * 8 : std::min(groups * 8, there * 8 / static_cast<uint64_t>(width_));
  if (groups > 0 && packed_left_ == 0) return false;
  packed_ = at_;
  bit_ = 0;
  at_ += there;
  return true;
}

template <typename T>
bool HybridReader::Read(size_t count, T* out) {
  while (count > 0) {
    size_t part;
    if (repeats_left_ > 0) {
      part = std::min(count, repeats_left_);
      std::fill_n(out, part, static_cast<T>(repeated_));
      repeats_left_ -= part;
    } else if (packed_left_ > 0) {
      part = std::min(count, packed_left_);
      Unpack(packed_, bit_, width_, part, out);
      bit_ += part * static_cast<uint64_t>(width_);
      packed_left_ -= part;
    } else if (!NextRun()) {
      return false;
    } else {
      continue;
    }
    out += part;
    count -= part;
  }
  return true;
}

template bool HybridReader::Read(size_t count, uint16_t* out);
template bool HybridReader::Read(size_t count, uint32_t* out);

bool HybridReader::ReadFlags(size_t count, uint8_t* out, size_t* ones) {
  while (count > 0) {
    size_t part;
    if (repeats_left_ > 0) {
      part = std::min(count, repeats_left_);
      std::memset(out, repeated_ != 0 ? 1 : 0, part);
      if (repeated_ != 0) *ones += part;
      repeats_left_ -= part;
    } else if (packed_left_ > 0) {
      part = std::min(count, packed_left_);
      size_t set = 0;
      for (size_t i = 0; i < part; i++) {
        out[i] = static_cast<uint8_t>(packed_[(bit_ + i) / 8] >> ((bit_ + i) % 8)) & 1;
        set += out[i];
      }
      bit_ += part;
      *ones += set;
      packed_left_ -= part;
    } else if (!NextRun()) {
      return false;
    } else {
      continue;
    }
    out += part;
    count -= part;
  }
  return true;
}

bool HybridReader::Skip(size_t count) {
  while (count > 0) {
    size_t part;
    if (repeats_left_ > 0) {
      part = std::min(count, repeats_left_);
      repeats_left_ -= part;
    } else if (packed_left_ > 0) {
      part = std::min(count, packed_left_);
      packed_left_ -= part;
      bit_ += part * static_cast<uint64_t>(width_);
    } else if (!NextRun()) {
      return false;
    } else {
      continue;
    }
    count -= part;
  }
  return true;
}

bool HybridReader::Peek(Piece* piece) {
  while (repeats_left_ == 0 && packed_left_ == 0) {
    if (!NextRun()) return false;
  }
  if (repeats_left_ > 0)
    *piece = {repeats_left_, repeated_};
  else
    *piece = {packed_left_, std::nullopt};
  return true;
}

// ---- DeltaReader

bool DeltaReader::Varint(uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at_ >= end_) return false;
    auto byte = static_cast<unsigned char>(*at_++);
    *value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

bool DeltaReader::Start(const char* at, const char* end) {
  at_ = at;
  end_ = end;
  uint64_t block, miniblocks, count, first;
  if (!Varint(&block) || !Varint(&miniblocks) || !Varint(&count) || !Varint(&first)) return false;
  bool sound = miniblocks >= 1 && miniblocks <= kMiniblocksMax && block <= (1 << 20) && block % miniblocks == 0 &&
               block / miniblocks % 8 == 0 && block > 0 && count <= INT32_MAX;
  if (!sound) return false;
  miniblocks_ = miniblocks;
  miniblock_size_ = block / miniblocks;
  left_ = count;
  first_ = count > 0;
  last_ = (first >> 1) ^ (~(first & 1) + 1);
  miniblock_ = miniblocks_;
  in_miniblock_ = 0;
  return true;
}

bool DeltaReader::NextBlock() {
  uint64_t least;
  if (!Varint(&least)) return false;
  delta_min_ = (least >> 1) ^ (~(least & 1) + 1);
  if (static_cast<size_t>(end_ - at_) < miniblocks_) return false;
  std::memcpy(widths_.data(), at_, miniblocks_);
  at_ += miniblocks_;
  miniblock_ = 0;
  return true;
}

bool DeltaReader::NextMiniblock() {
  if (miniblock_ == miniblocks_ && !NextBlock()) return false;
  width_ = widths_[miniblock_++];
  if (width_ > 64) return false;
  size_t bytes = miniblock_size_ * static_cast<size_t>(width_) / 8;
  auto there = static_cast<size_t>(end_ - at_);
  // Only the last miniblock may be cut short, to the numbers it has.
  if (bytes > there && there * 8 < std::min(left_, miniblock_size_) * static_cast<size_t>(width_)) return false;
  packed_ = at_;
  bit_ = 0;
  in_miniblock_ = miniblock_size_;
  at_ += std::min(bytes, there);
  return true;
}

bool DeltaReader::Read(size_t count, int64_t* out) {
  if (count > left_) return false;
  size_t done = 0;
  if (first_ && count > 0) {
    out[done++] = static_cast<int64_t>(last_);
    first_ = false;
    left_--;
  }
  while (done < count) {
    if (in_miniblock_ == 0 && !NextMiniblock()) return false;
    size_t part = std::min(count - done, in_miniblock_);
    uint64_t value = last_;
    for (size_t i = 0; i < part; i++, bit_ += static_cast<uint64_t>(width_)) {
      value += delta_min_ + (width_ == 0 ? 0 : Wide(packed_, bit_, width_));
      out[done + i] = static_cast<int64_t>(value);
    }
    last_ = value;
    in_miniblock_ -= part;
    left_ -= part;
    done += part;
  }
  return true;
}

}  // namespace yijian::lake
