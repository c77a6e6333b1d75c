// The values of one field, row after row.
//
//   int64_t value = column[row];
//   column.Visit([&](auto values) {                              // a loop for each shape, without a question per row
//     for (uint32_t row : rows) sum += values[row];
//   });
//
// Shape:   plain: eight bytes a row. Or indexed: two bytes a row say which of a list of values it is, as files store
//          them; the list may hold a value twice, and values that no row has.
// Memory:  kept for the next use; what lies behind the rows is not cleared.
// Threads: may be read by many while nobody writes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace yijian::timeline {

class Column {
 public:
  struct Plain {
    const int64_t* values;
    int64_t operator[](size_t row) const { return values[row]; }
  };
  struct Indexed {
    const int64_t* values;
    const uint16_t* index;
    int64_t operator[](size_t row) const { return values[index[row]]; }
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t operator[](size_t row) const { return indexed_ ? values_[index_[row]] : values_[row]; }
  template <typename Use>
  decltype(auto) Visit(Use&& use) const {
    return indexed_ ? use(Indexed{values_.data(), index_.data()}) : use(Plain{values_.data()});
  }
  std::vector<int64_t> ToVector() const;
  // By row the entry of the list; null when plain. The list has `distinct` entries.
  const uint16_t* index() const { return indexed_ ? index_.data() : nullptr; }
  size_t distinct() const { return distinct_; }
  int64_t entry(size_t at) const { return values_[at]; }

  void clear() {
    size_ = distinct_ = 0;
    indexed_ = false;
  }
  void push_back(int64_t value) { *Append(1) = value; }
  // The rows become these.
  void Assign(std::span<const int64_t> values);
  // Adds rows that all have this value.
  void Fill(size_t rows, int64_t value);
  // Adds plain rows, to be written at once. An indexed column becomes plain.
  int64_t* Append(size_t rows) {
    if (indexed_) MakePlain();
    return Grow(values_, rows);
  }

  // Adds values to the list; tells where they begin in it. Nothing when the column is plain or the list would be too
  // long. Indexes that are appended must be of values in the list.
  std::optional<uint16_t> AddValues(std::span<const int64_t> values);
  uint16_t* AppendIndexes(size_t rows) { return Grow(index_, rows); }

  // Of the rows from `from` on only these spans stay and close up; they ascend and count from there.
  struct Span {
    uint32_t begin;
    uint32_t size;
  };
  void Keep(size_t from, std::span<const Span> spans);

  struct Scratch {
    std::vector<int64_t> values;
    std::vector<uint16_t> index;
  };
  // Row i becomes what row order[i] was.
  void Reorder(std::span<const uint32_t> order, Scratch& scratch);

 private:
  static constexpr size_t kDistinctMax = 65536;
  void MakePlain();

  template <typename T>
  T* Grow(std::vector<T>& cells, size_t rows) {
    size_t at = size_;
    size_ += rows;
    if (cells.size() < size_) cells.resize(std::max(size_, cells.size() + cells.size() / 2));
    return cells.data() + at;
  }

  std::vector<int64_t> values_;  // by row, or the list; only the first size_ or distinct_ count
  std::vector<uint16_t> index_;  // by row, when indexed
  size_t size_ = 0;
  size_t distinct_ = 0;
  bool indexed_ = false;
};

}  // namespace yijian::timeline
