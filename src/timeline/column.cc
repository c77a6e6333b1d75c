#include "timeline/column.h"

#include <cstring>

namespace yijian::timeline {
namespace {

template <typename T>
size_t CloseUp(T* cells, size_t from, std::span<const Column::Span> spans) {
  size_t to = from;
  for (Column::Span span : spans) {
    if (to != from + span.begin) std::memmove(cells + to, cells + from + span.begin, span.size * sizeof(T));
    to += span.size;
  }
  return to;
}

template <typename T>
void Take(std::span<const uint32_t> order, std::vector<T>& cells, std::vector<T>& scratch) {
  if (scratch.size() < order.size()) scratch.resize(order.size());
  const T* from = cells.data();
  T* to = scratch.data();
  for (size_t row = 0; row < order.size(); row++) to[row] = from[order[row]];
  cells.swap(scratch);
}

}  // namespace

std::vector<int64_t> Column::ToVector() const {
  std::vector<int64_t> values(size_);
  Visit([&](auto from) {
    for (size_t row = 0; row < size_; row++) values[row] = from[row];
  });
  return values;
}

void Column::MakePlain() {
  values_ = ToVector();
  distinct_ = 0;
  indexed_ = false;
}

void Column::Assign(std::span<const int64_t> values) {
  clear();
  std::copy(values.begin(), values.end(), Append(values.size()));
}

void Column::Fill(size_t rows, int64_t value) {
  // Often the last of the list is it; a column that begins with such rows may still get a dictionary.
  std::optional<uint16_t> at =
      indexed_ && values_[distinct_ - 1] == value ? static_cast<uint16_t>(distinct_ - 1) : AddValues({&value, 1});
  if (at)
    std::fill_n(AppendIndexes(rows), rows, *at);
  else
    std::fill_n(Append(rows), rows, value);
}

std::optional<uint16_t> Column::AddValues(std::span<const int64_t> values) {
  if ((!indexed_ && size_ > 0) || distinct_ + values.size() > kDistinctMax) return std::nullopt;
  indexed_ = true;
  size_t at = distinct_;
  distinct_ += values.size();
  if (values_.size() < distinct_) values_.resize(distinct_);
  std::copy(values.begin(), values.end(), values_.begin() + static_cast<std::ptrdiff_t>(at));
  return static_cast<uint16_t>(at);
}

void Column::Keep(size_t from, std::span<const Span> spans) {
  size_ = indexed_ ? CloseUp(index_.data(), from, spans) : CloseUp(values_.data(), from, spans);
}

void Column::Reorder(std::span<const uint32_t> order, Scratch& scratch) {
  if (empty()) return;
  if (indexed_)
    Take(order, index_, scratch.index);
  else
    Take(order, values_, scratch.values);
  size_ = order.size();
}

}  // namespace yijian::timeline
