#include <algorithm>
#include <cstring>
#include <utility>

#include "intake/convert.h"
#include "intake/csv_scanner.h"
#include "intake/source.h"
#include "intake/text_reader.h"

namespace yijian::intake {
namespace {

constexpr int kUnclosedMax = 100;
constexpr size_t kBadTextMax = 64 * 1024;

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

char GuessDelimiter(std::string_view line) {
  char best = ',';
  auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
  for (char c : {'\t', ';', '|'}) {
    if (count(c) > count(best)) best = c;
  }
  return best;
}

// Which of the two quotes begins more fields in the first lines.
char GuessQuote(std::string_view text, char delimiter) {
  std::string_view head = text.substr(0, 1 << 16);
  auto begins = [&](char quote) {
    int count = 0;
    for (size_t i = 0; i < head.size(); i++) {
      if (head[i] == quote && (i == 0 || head[i - 1] == delimiter || head[i - 1] == '\n')) count++;
    }
    return count;
  };
  return begins('\'') > begins('"') ? '\'' : '"';
}

struct FirstRecord {
  std::vector<std::string> fields;
  size_t end = 0;  // where the next record begins
  bool complete = false;
};

// The record at the beginning of `text`, whatever its number of fields.
FirstRecord ReadRecord(std::string_view text, bool text_is_all, const CsvDialect& dialect) {
  FirstRecord record;
  std::string value;
  bool inside = false;
  bool quoted = false;
  for (size_t at = 0; at <= text.size(); at++) {
    bool end = at == text.size();
    if (end && !text_is_all) return record;
    char c = end ? '\n' : text[at];
    if (inside) {
      if (end) return record;
      if (c != dialect.quote) {
        value += c;
      } else if (at + 1 < text.size() && text[at + 1] == dialect.quote) {
        value += text[at++];
      } else {
        inside = false;
      }
    } else if (c == dialect.quote && dialect.quote != '\0' && value.empty() && !quoted) {
      inside = true;
      quoted = true;
    } else if (c == dialect.delimiter || c == '\n') {
      record.fields.emplace_back(Trim(value));
      value.clear();
      quoted = false;
      if (c != '\n') continue;
      record.end = std::min(at + 1, text.size());
      record.complete = true;
      return record;
    } else {
      value += c;
    }
  }
  return record;
}

bool IsWholeNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class CsvSource : public Source {
 public:
  CsvSource(std::string path, TextReader reader, int file)
      : path_(std::move(path)), reader_(std::move(reader)), file_(file), scanner_({}, 0) {}

  Status Open(const SourceFormat& format);
  Result<bool> Next(Piece& piece) override;
  int64_t bytes_done() const override { return reader_.bytes_done(); }
  int64_t last_row() const override { return scanner_.next_row() - 1; }
  bool Tap(std::function<void(const char*, size_t)> tap) override {
    if (reader_.bom() > 0) tap("\xEF\xBB\xBF", reader_.bom());
    reader_.set_tap(std::move(tap));
    return true;
  }

 private:
  Status Fill(size_t target, Piece& piece);
  void SkipLine(size_t from, const std::string& reason, Piece& piece);
  bool GoOnSkipping(Piece& piece);
  void EndSkipping(Piece& piece);

  std::string path_;
  TextReader reader_;
  int file_;
  CsvScanner scanner_;
  size_t skip_columns_ = 0;
  size_t header_bytes_ = 0;

  std::vector<char> carry_;  // read but not yet cut
  size_t used_ = 0;          // bytes of the piece's text at hand
  size_t from_ = 0;          // where in them the next record begins
  bool ended_ = false;
  bool started_ = false;
  int unclosed_ = 0;
  int64_t text_offset_ = 0;  // of carry_ in the decoded file

  // A record too long or never closed: its line is skipped.
  bool skipping_ = false;
  int64_t skipped_bytes_ = 0;
  BadRecord skipped_;
};

Status CsvSource::Open(const SourceFormat& format) {
  const std::string& sample = reader_.sample();
  if (sample.empty() && format.header) return InvalidInput(path_ + " is empty: it has no header line");
  CsvDialect dialect;
  dialect.delimiter = format.delimiter.value_or(GuessDelimiter(FirstLine(sample)));
  dialect.quote = format.quote.value_or(GuessQuote(sample, dialect.delimiter));
  std::string_view rest = sample;
  columns_ = format.columns;
  if (format.header) {
    FirstRecord header = ReadRecord(rest, reader_.sample_is_all(), dialect);
    if (!header.complete) return InvalidInput(path_ + ": the header line does not end within its first 4 MB");
    columns_ = header.fields;
    header_bytes_ = header.end;
    rest.remove_prefix(header.end);
  }
  FirstRecord first = ReadRecord(rest, reader_.sample_is_all(), dialect);
  bool numbered = first.fields.size() == columns_.size() + 1 && IsWholeNumber(first.fields.front());
  if (format.row_number == RowNumber::kYes || (format.row_number == RowNumber::kAuto && numbered)) skip_columns_ = 1;
  scanner_ = CsvScanner(dialect, columns_.size() + skip_columns_, skip_columns_);
  scanner_.set_next_row(format.header ? 2 : 1);
  text_offset_ = static_cast<int64_t>(reader_.bom());
  return {};
}

Status CsvSource::Fill(size_t target, Piece& piece) {
  while (!ended_ && used_ < target) {
    ended_ = !TRY(reader_.Read(target - used_, piece.text, used_));
  }
  if (piece.text.size() < used_ + CsvScanner::kPadding) piece.text.resize(used_ + CsvScanner::kPadding);
  return {};
}

// Gives the line at `from` up, and goes on after it.
void CsvSource::SkipLine(size_t from, const std::string& reason, Piece& piece) {
  skipping_ = true;
  skipped_bytes_ = 0;
  skipped_.row = scanner_.next_row();
  skipped_.reason = reason;
  skipped_.text.assign(piece.text.data() + from, std::min(used_ - from, kBadTextMax));
  skipped_.text.resize(std::min(skipped_.text.size(), skipped_.text.find('\n')));
  from_ = from;
  scanner_.set_next_row(scanner_.next_row() + 1);
}

// True when the line ended and reading can go on at from_.
bool CsvSource::GoOnSkipping(Piece& piece) {
  const char* begin = piece.text.data() + from_;
  const char* line_end = static_cast<const char*>(std::memchr(begin, '\n', used_ - from_));
  size_t size = line_end != nullptr ? static_cast<size_t>(line_end - begin) : used_ - from_;
  skipped_bytes_ += static_cast<int64_t>(size);
  if (line_end != nullptr) {
    from_ += size + 1;
  } else {
    text_offset_ += static_cast<int64_t>(used_);
    used_ = 0;
    from_ = 0;
    if (!ended_) return false;
  }
  EndSkipping(piece);
  return true;
}

void CsvSource::EndSkipping(Piece& piece) {
  skipping_ = false;
  if (skipped_bytes_ > static_cast<int64_t>(kRecordBytesMax)) {
    skipped_.reason =
        "a line of " + std::to_string(skipped_bytes_) + " bytes; records may have " + std::to_string(kRecordBytesMax);
  }
  piece.bad.push_back(std::move(skipped_));
  skipped_ = {};
}

Result<bool> CsvSource::Next(Piece& piece) {
  piece.Reset(file_, columns_.size());
  if (piece.text.size() < carry_.size()) piece.text.resize(carry_.size());
  std::copy(carry_.begin(), carry_.end(), piece.text.begin());
  used_ = carry_.size();
  from_ = 0;
  size_t target = std::max(kPieceBytes, used_);
  if (!started_) {
    TRY(Fill(std::max(target, header_bytes_), piece));
    from_ = header_bytes_;
    started_ = true;
  }
  while (true) {
    TRY(Fill(target, piece));
    if (skipping_ && !GoOnSkipping(piece)) continue;
    from_ = scanner_.Scan(from_, used_, ended_, piece);
    if (piece.rows > 0 || !piece.bad.empty()) break;
    bool too_long = used_ - from_ > kRecordBytesMax;
    bool unclosed = ended_ && from_ < used_;
    if (too_long || unclosed) {
      if (scanner_.in_quotes() && ++unclosed_ > kUnclosedMax) {
        return InvalidInput(path_ + ": in more than " + std::to_string(kUnclosedMax) + " rows (now row " +
                            std::to_string(scanner_.next_row()) +
                            ") a quote opens that does not close; is `quote` right in the mapping?");
      }
      SkipLine(from_, scanner_.in_quotes() ? "a quote opens in this line and never closes" : "a line without an end",
               piece);
      continue;
    }
    if (ended_) return false;
    target = std::max(used_ - from_, kPieceBytes) * 2 + from_;
  }
  piece.byte_offset = reader_.encoding() == Encoding::kUtf8 ? text_offset_ : -1;
  carry_.assign(piece.text.begin() + static_cast<long>(from_), piece.text.begin() + static_cast<long>(used_));
  text_offset_ += static_cast<int64_t>(from_);
  return true;
}

}  // namespace

Result<std::unique_ptr<Source>> OpenCsv(const std::string& path, const SourceFormat& format, int file) {
  auto source = std::make_unique<CsvSource>(path, TRY(TextReader::Open(path, format.encoding)), file);
  TRY(source->Open(format));
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace yijian::intake
