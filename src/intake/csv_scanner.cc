#include "intake/csv_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/result.h"

namespace yijian::intake {
namespace {

constexpr size_t kBadTextMax = 64 * 1024;

// Bit i is set where byte i of the 64 at `at` is the delimiter, the quote or LF.
#ifdef __SSE2__
class Marker {
 public:
  Marker(char delimiter, char quote)
      : delimiter_(_mm_set1_epi8(delimiter)), quote_(_mm_set1_epi8(quote)), line_(_mm_set1_epi8('\n')) {}
  uint64_t Mark(const char* at) const {
    uint64_t bits = 0;
    for (int part = 0; part < 4; part++) {
      __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * part));
      __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, delimiter_), _mm_cmpeq_epi8(bytes, quote_)),
                                 _mm_cmpeq_epi8(bytes, line_));
      bits |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(hit))) << (16 * part);
    }
    return bits;
  }

 private:
  __m128i delimiter_, quote_, line_;
};
#else
class Marker {
 public:
  Marker(char delimiter, char quote) : delimiter_(delimiter), quote_(quote) {}
  uint64_t Mark(const char* at) const {
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++) {
      char c = at[i];
      bits |= static_cast<uint64_t>((c == delimiter_) | (c == quote_) | (c == '\n')) << i;
    }
    return bits;
  }

 private:
  char delimiter_, quote_;
};
#endif

}  // namespace

// Two quotes become one, in place; returns the new end.
size_t CsvScanner::Unescape(size_t begin, size_t end, char* text) const {
  size_t to = begin;
  for (size_t from = begin; from < end; from++) {
    text[to++] = text[from];
    if (text[from] == dialect_.quote && from + 1 < end && text[from + 1] == dialect_.quote) from++;
  }
  return to;
}

bool CsvScanner::EndRecord(size_t begin, size_t end, size_t fields, bool last_empty, Piece& piece) {
  int64_t row = next_row_++;
  if (fields == columns_ || (fields == columns_ + 1 && last_empty)) {
    bool blank = fields == 1 && begin == end;
    if (!blank) piece.row_numbers[piece.rows++] = row;
  } else if (begin != end) {
    BadRecord& bad = piece.bad.emplace_back();
    bad.row = row;
    bad.reason = std::to_string(fields) + " fields where " + std::to_string(columns_) + " are expected";
    bad.text.assign(piece.text.data() + begin, std::min(end - begin, kBadTextMax));
  }
  return piece.rows < kPieceRowsMax;
}

size_t CsvScanner::Scan(size_t from, size_t until, bool last, Piece& piece) {
  CHECK(piece.text.size() >= until + kPadding);
  char* const text = piece.text.data();
  const char delimiter = dialect_.delimiter;
  const char quote = dialect_.quote == '\0' ? '\n' : dialect_.quote;
  const bool quotes = dialect_.quote != '\0';
  in_quotes_ = false;
  if (from >= until) return from;
  // The end of the file ends a record like a line end does.
  bool closing = last && text[until - 1] != '\n';
  if (closing) text[until] = '\n';
  const size_t limit = closing ? until + 1 : until;

  const size_t kept = columns_ - skip_;
  Piece::Place* const places = piece.places.data();
  auto store = [&](size_t at, size_t begin, size_t end) {
    if (at - skip_ >= kept) return;  // a row number, or a field too many
    places[(at - skip_) * Piece::kStride + piece.rows] = {static_cast<uint32_t>(begin),
                                                          static_cast<uint32_t>(end - begin)};
  };

  const Marker marker(delimiter, quote);
  size_t record = from;
  size_t field = from;  // where the field at hand begins
  size_t value_end = 0;
  size_t fields = 0;
  size_t skip = SIZE_MAX;  // the second of two quotes
  bool inside = false;
  bool quoted = false;
  bool escaped = false;
  for (size_t block = from; block < limit; block += 64) {
    uint64_t bits = marker.Mark(text + block);
    if (block + 64 > limit) bits &= ~uint64_t{0} >> (64 - (limit - block));
    for (; bits != 0; bits &= bits - 1) {
      const size_t at = block + static_cast<size_t>(std::countr_zero(bits));
      const char c = text[at];
      if (c == delimiter && !quoted) [[likely]] {
        store(fields++, field, at);
        field = at + 1;
        continue;
      }
      if (quotes && c == quote) {
        if (at == skip) continue;
        if (!inside) {
          if (at == field && !quoted) {
            inside = true;
            quoted = true;
          }
          continue;
        }
        if (at + 1 >= limit && !last) {  // what follows decides; it is not here yet
          in_quotes_ = true;
          return record;
        }
        const char next = at + 1 < limit ? text[at + 1] : '\n';
        if (next == quote) {
          escaped = true;
          skip = at + 1;
        } else if (next == delimiter || next == '\n' || (next == '\r' && (at + 2 >= limit || text[at + 2] == '\n'))) {
          inside = false;
          value_end = at;
        }
        continue;
      }
      if (inside) continue;
      size_t begin = field;
      size_t end = at;
      if (quoted) {
        begin = field + 1;
        end = escaped ? Unescape(begin, value_end, text) : value_end;
      } else if (c == '\n' && end > begin && text[end - 1] == '\r') {
        end--;
      }
      store(fields++, begin, end);
      const bool was_quoted = quoted;
      field = at + 1;
      quoted = false;
      escaped = false;
      if (c != '\n') continue;
      size_t record_end = at > record && text[at - 1] == '\r' ? at - 1 : at;
      bool room = EndRecord(record, record_end, fields, begin == end && !was_quoted, piece);
      record = field;
      fields = 0;
      if (!room) return std::min(record, until);
    }
  }
  in_quotes_ = inside;
  return std::min(record, until);
}

}  // namespace yijian::intake
