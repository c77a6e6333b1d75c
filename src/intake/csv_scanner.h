// Cuts delimited text into records and fields: the innermost loop of reading CSV and TSV.
//
//   CsvScanner scanner({.delimiter = ',', .quote = '\''}, columns);
//   size_t used = scanner.Scan(text_size, last, piece);
//
// Grammar: fields end at the delimiter, records at LF or CRLF. A field whose first byte is the
// quote runs to a quote
//          that stands before a delimiter, a line end or the end of the text; inside, two quotes
//          are one and a single one is itself ('5'-fluorouracil'). Elsewhere quotes are ordinary
//          bytes. Blank lines are skipped, but counted.
// Records with another number of fields than `columns` go to piece.bad; one empty field too many at
// the end is forgiven. Threads: one owner at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "intake/piece.h"

namespace yijian::intake {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';  // '\0' = none
};

class CsvScanner {
 public:
  // `columns` fields make a record; the first `skip` of them (a row number) are not kept.
  CsvScanner(CsvDialect dialect, size_t columns, size_t skip = 0) : dialect_(dialect), columns_(columns), skip_(skip) {}

  // Reads piece.text[from, until) and adds rows to the piece, until the text or the piece's room
  // ends. Returns where the first record begins that was not read. `last`: the text ends the file,
  // so its end also ends a record. piece.text must be at least until + kPadding long: the scanner
  // looks, and writes one byte, beyond `until`.
  size_t Scan(size_t from, size_t until, bool last, Piece& piece);
  static constexpr size_t kPadding = 64;

  int64_t next_row() const { return next_row_; }
  void set_next_row(int64_t row) { next_row_ = row; }
  // Whether the record that was not read ended inside quotes.
  bool in_quotes() const { return in_quotes_; }

 private:
  bool EndRecord(size_t begin, size_t end, size_t fields, bool last_empty, Piece& piece);
  size_t Unescape(size_t begin, size_t end, char* text) const;

  CsvDialect dialect_;
  size_t columns_;
  size_t skip_;
  int64_t next_row_ = 1;
  bool in_quotes_ = false;
};

}  // namespace yijian::intake
