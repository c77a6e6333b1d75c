// How Parquet packs numbers: the hybrid of runs and bit-packed groups, and deltas in miniblocks.
//
// Bytes:   may be anything; false when they end early or make no sense. kReadSlack bytes behind
// `end` may be read. Threads: one owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace yijian::lake {

inline constexpr size_t kReadSlack = 64;

// Dictionary indexes, definition levels, flags.
class HybridReader {
 public:
  void Start(const char* at, const char* end, int width);  // width <= 32
  int width() const { return width_; }
  template <typename T>
  bool Read(size_t count, T* out);  // uint32_t, or uint16_t up to width 16
  // Width 1; counts the ones it saw.
  bool ReadFlags(size_t count, uint8_t* out, size_t* ones);
  bool Skip(size_t count);
  // What comes next: `count` times `value`, or when `value` is empty as many numbers that may differ.
  struct Piece {
    size_t count = 0;
    std::optional<uint32_t> value;
  };
  bool Peek(Piece* piece);

 private:
  bool NextRun();

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  int width_ = 0;
  size_t repeats_left_ = 0;
  uint32_t repeated_ = 0;
  size_t packed_left_ = 0;
  const char* packed_ = nullptr;
  uint64_t bit_ = 0;  // from packed_
};

// DELTA_BINARY_PACKED.
class DeltaReader {
 public:
  bool Start(const char* at, const char* end);
  size_t left() const { return left_; }
  bool Read(size_t count, int64_t* out);  // count <= left()
  // Behind the last number, once all are read.
  const char* at() const { return at_; }

 private:
  static constexpr size_t kMiniblocksMax = 64;
  bool NextBlock();
  bool NextMiniblock();
  bool Varint(uint64_t* value);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  size_t left_ = 0;
  size_t miniblocks_ = 0;      // per block
  size_t miniblock_size_ = 0;  // numbers
  bool first_ = false;         // the first number, which stands in the head, is still to be read
  uint64_t last_ = 0;          // numbers wrap around, as Parquet wants it
  uint64_t delta_min_ = 0;
  std::array<uint8_t, kMiniblocksMax> widths_{};
  size_t miniblock_ = 0;     // the next of the block
  size_t in_miniblock_ = 0;  // numbers left
  int width_ = 0;
  const char* packed_ = nullptr;
  uint64_t bit_ = 0;
};

}  // namespace yijian::lake
