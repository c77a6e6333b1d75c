// Some records of a source file, cut into fields: what readers hand to converters.
//
//   for (size_t row = 0; row < piece.rows; row++) Use(piece.Field(column, row),
//   piece.row_numbers[row]);
//
// Owns:    its text; fields are places in it.
// Rows:    numbered as a spreadsheet shows them: the header is row 1, blank lines count.
// Threads: one owner at a time; reused for its memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::intake {

inline constexpr size_t kPieceRowsMax = 8192;
inline constexpr size_t kPieceBytes = 1 << 18;
inline constexpr size_t kRecordBytesMax = 16 << 20;

// A record that could not be cut into fields.
struct BadRecord {
  int64_t row = 0;
  std::string reason;
  std::string text;  // its beginning, as it was
};

struct Piece {
  // Not a power of two: columns at such distances would fight for the same lines of the cache.
  static constexpr size_t kStride = kPieceRowsMax + 40;

  // Where in the text a field lies.
  struct Place {
    uint32_t begin = 0;
    uint32_t size = 0;
  };

  int file = 0;
  size_t rows = 0;
  size_t columns = 0;
  std::vector<char> text;
  std::vector<Place> places;  // of fields: [column * kStride + row]
  std::vector<int64_t> row_numbers;
  std::vector<BadRecord> bad;
  int64_t byte_offset = -1;  // of text[0] in the file; -1 when the bytes are not the file's own

  std::string_view Field(size_t column, size_t row) const {
    const Place& place = places[column * kStride + row];
    return {text.data() + place.begin, place.size};
  }
  void Reset(int of_file, size_t of_columns) {
    file = of_file;
    rows = 0;
    columns = of_columns;
    places.resize(columns * kStride);
    row_numbers.resize(kPieceRowsMax);
    bad.clear();
    byte_offset = -1;
  }
};

}  // namespace yijian::intake
