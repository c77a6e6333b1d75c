#include "intake/csv_scanner.h"

#include <gtest/gtest.h>

#include <random>

namespace yijian::intake {
namespace {

struct Cut {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> bad;
  bool operator==(const Cut&) const = default;
};

// Feeds the text in steps of `step` bytes, as a file would come.
Cut CutUp(const std::string& text, CsvDialect dialect, size_t columns, size_t skip = 0, size_t step = SIZE_MAX) {
  CsvScanner scanner(dialect, columns, skip);
  Piece piece;
  Cut cut;
  size_t at = 0;
  size_t seen = 0;
  while (at < text.size()) {
    seen = std::min(text.size(), step == SIZE_MAX ? text.size() : seen + step);
    piece.Reset(0, columns - skip);
    piece.text.assign(text.begin() + static_cast<long>(at), text.begin() + static_cast<long>(seen));
    piece.text.resize(piece.text.size() + CsvScanner::kPadding);
    bool last = seen == text.size();
    size_t used = scanner.Scan(0, seen - at, last, piece);
    for (size_t row = 0; row < piece.rows; row++) {
      auto& fields = cut.rows.emplace_back();
      for (size_t column = 0; column < piece.columns; column++) fields.emplace_back(piece.Field(column, row));
    }
    for (const BadRecord& bad : piece.bad) cut.bad.push_back(std::to_string(bad.row) + ": " + bad.reason);
    at += used;
    if (last && used == 0) break;
  }
  return cut;
}

using Rows = std::vector<std::vector<std::string>>;
constexpr CsvDialect kDouble{',', '"'};
constexpr CsvDialect kSingle{',', '\''};

TEST(CsvScannerTest, PlainFields) {
  EXPECT_EQ(CutUp("a,b\n1,2\n", kDouble, 2).rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(CutUp("a,b\r\n1,2\r\n", kDouble, 2).rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(CutUp("a,b\n1,2", kDouble, 2).rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(CutUp(",\n", kDouble, 2).rows, (Rows{{"", ""}}));
}

TEST(CsvScannerTest, QuotedFields) {
  EXPECT_EQ(CutUp("'a','b,c'\n'1','2\n3'\r\n", kSingle, 2).rows, (Rows{{"a", "b,c"}, {"1", "2\n3"}}));
  EXPECT_EQ(CutUp("\"say \"\"hi\"\"\",\"\"\n", kDouble, 2).rows, (Rows{{"say \"hi\"", ""}}));
  EXPECT_EQ(CutUp("'5'-fluorouracil','O'Neil'\n", kSingle, 2).rows, (Rows{{"5'-fluorouracil", "O'Neil"}}));
  EXPECT_EQ(CutUp("it's,'x'", kSingle, 2).rows, (Rows{{"it's", "x"}}));
}

TEST(CsvScannerTest, WithoutQuotes) { EXPECT_EQ(CutUp("\"a\t'b\n", {'\t', '\0'}, 2).rows, (Rows{{"\"a", "'b"}})); }

TEST(CsvScannerTest, LeadingRowNumberIsDropped) {
  EXPECT_EQ(CutUp("1,'a','b'\n2,'c','d'\n", kSingle, 3, 1).rows, (Rows{{"a", "b"}, {"c", "d"}}));
}

TEST(CsvScannerTest, WrongNumberOfFields) {
  Cut cut = CutUp("a,b\nx\n\ny,z,w\n1,2,\n\n3,4\n", kDouble, 2);
  EXPECT_EQ(cut.rows, (Rows{{"a", "b"}, {"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(cut.bad,
            (std::vector<std::string>{"2: 1 fields where 2 are expected", "4: 3 fields where 2 are expected"}));
}

// The same grammar, one byte at a time.
Cut Plainly(const std::string& text, CsvDialect dialect, size_t columns) {
  Cut cut;
  size_t at = 0;
  int64_t row = 1;
  while (at < text.size()) {
    std::vector<std::string> fields;
    size_t begin = at;
    bool last_empty = false;
    bool ended = false;
    while (!ended) {
      std::string value;
      bool quoted = false;
      if (at < text.size() && text[at] == dialect.quote) {
        quoted = true;
        at++;
        for (;; at++) {
          if (at >= text.size()) return cut;  // never closed: the reader deals with it
          if (text[at] == dialect.quote) {
            if (at + 1 < text.size() && text[at + 1] == dialect.quote) {
              at++;
            } else if (at + 1 == text.size() || text[at + 1] == dialect.delimiter || text[at + 1] == '\n' ||
                       (text[at + 1] == '\r' && (at + 2 == text.size() || text[at + 2] == '\n'))) {
              at++;
              break;
            }
          }
          value += text[at];
        }
        if (at < text.size() && text[at] == '\r') at++;
      } else {
        while (at < text.size() && text[at] != dialect.delimiter && text[at] != '\n') value += text[at++];
        if ((at == text.size() || text[at] == '\n') && !value.empty() && value.back() == '\r') value.pop_back();
      }
      ended = at >= text.size() || text[at] == '\n';
      last_empty = value.empty() && !quoted;
      fields.push_back(value);
      at++;
    }
    size_t end = std::min(at - 1, text.size());
    if (end > begin && text[end - 1] == '\r') end--;
    if (fields.size() == columns || (fields.size() == columns + 1 && last_empty)) {
      fields.resize(columns);
      if (!(columns == 1 && begin == end)) cut.rows.push_back(fields);
    } else if (begin != end) {
      cut.bad.push_back(std::to_string(row) + ": " + std::to_string(fields.size()) + " fields where " +
                        std::to_string(columns) + " are expected");
    }
    row++;
  }
  return cut;
}

TEST(CsvScannerTest, AgreesWithThePlainReading) {
  for (uint32_t seed = 0; seed < 3000; seed++) {
    std::mt19937 random(seed);
    std::string text;
    size_t size = random() % 300;
    constexpr std::string_view kAlphabet = "ab,,''\n\r'x,";
    for (size_t i = 0; i < size; i++) text += kAlphabet[random() % kAlphabet.size()];
    size_t columns = 1 + random() % 3;
    Cut plain = Plainly(text, kSingle, columns);
    ASSERT_EQ(CutUp(text, kSingle, columns), plain) << "seed " << seed;
    ASSERT_EQ(CutUp(text, kSingle, columns, 0, 1 + random() % 70), plain) << "seed " << seed;
  }
}

}  // namespace
}  // namespace yijian::intake
