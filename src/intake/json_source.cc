#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "intake/convert.h"
#include "intake/csv_scanner.h"
#include "intake/source.h"
#include "intake/text_reader.h"

namespace yijian::intake {
namespace {

constexpr size_t kBadTextMax = 64 * 1024;
constexpr size_t kSampleLines = 1000;
constexpr int kNestingMax = 32;

// Walks one JSON object and reports its scalars by dotted path, numbers as they are written: an id
// of twenty digits must not become 1.2e19.
template <typename Report>
class Scalars : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Scalars(Report report) : report_(std::move(report)) {}

  bool null() override { return Put({}); }
  bool boolean(bool value) override { return Put(value ? "1" : "0"); }
  bool number_integer(number_integer_t value) override { return Put(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Put(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Put(text); }
  bool string(string_t& text) override { return Put(text); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override {
    path_.resize(levels_.back().path_size);
    if (!path_.empty()) path_ += '.';
    path_ += name;
    return true;
  }
  bool start_object(size_t) override {
    if (levels_.empty()) is_object_ = true;
    return Enter(false);
  }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override { return Enter(true); }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t at, const std::string&, const nlohmann::detail::exception& error) override {
    message = "is not JSON at character " + std::to_string(at);
    (void)error;
    return false;
  }
  bool is_object() const { return is_object_; }

  std::string message = "is not a JSON object";

 private:
  struct Level {
    bool array;
    size_t path_size;
    size_t next = 0;
  };
  bool Put(std::string_view value) {
    if (levels_.empty()) return false;
    NameElement();
    report_(std::string_view(path_), value);
    return true;
  }
  void NameElement() {
    Level& level = levels_.back();
    if (!level.array) return;
    path_.resize(level.path_size);
    if (!path_.empty()) path_ += '.';
    path_ += std::to_string(level.next++);
  }
  bool Enter(bool array) {
    if (levels_.empty() && array) return false;
    if (levels_.size() >= kNestingMax) {
      message = "nests deeper than " + std::to_string(kNestingMax);
      return false;
    }
    if (!levels_.empty()) NameElement();
    levels_.push_back({array, path_.size()});
    return true;
  }
  bool Leave() {
    path_.resize(levels_.back().path_size);
    levels_.pop_back();
    return true;
  }

  Report report_;
  std::string path_;
  std::vector<Level> levels_;
  bool is_object_ = false;
};

// Empty when the line was read, else what is wrong with it.
template <typename Report>
std::string Walk(std::string_view line, Report report) {
  Scalars<Report> scalars(std::move(report));
  bool good = nlohmann::json::sax_parse(line.begin(), line.end(), &scalars) && scalars.is_object();
  return good ? std::string() : scalars.message;
}

class JsonLinesSource : public Source {
 public:
  JsonLinesSource(std::string path, TextReader reader, int file)
      : path_(std::move(path)), reader_(std::move(reader)), file_(file), lines_({'\n', '\0'}, 1) {}

  Status Open();
  Result<bool> Next(Piece& piece) override;
  int64_t bytes_done() const override { return reader_.bytes_done(); }
  int64_t last_row() const override { return row_ - 1; }
  bool Tap(std::function<void(const char*, size_t)> tap) override {
    if (reader_.bom() > 0) tap("\xEF\xBB\xBF", reader_.bom());
    reader_.set_tap(std::move(tap));
    return true;
  }

 private:
  void ReadLine(std::string_view line, Piece& piece);
  void TooLong(Piece& piece);

  std::string path_;
  TextReader reader_;
  int file_;
  CsvScanner lines_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<char> text_;
  size_t used_ = 0;
  size_t from_ = 0;
  bool ended_ = false;
  int64_t row_ = 1;
  int64_t skipped_bytes_ = -1;  // of a line too long; -1 when not in one
};

Status JsonLinesSource::Open() {
  std::string_view rest = reader_.sample();
  std::string first_fault;
  for (size_t i = 0; i < kSampleLines && !rest.empty(); i++) {
    size_t end = rest.find('\n');
    if (end == std::string_view::npos && !reader_.sample_is_all()) break;
    std::string_view line = Trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    std::string fault = Walk(line, [&](std::string_view name, std::string_view) {
      if (index_.emplace(name, columns_.size()).second) columns_.emplace_back(name);
    });
    if (first_fault.empty()) first_fault = fault;
  }
  if (columns_.empty() && !first_fault.empty()) {
    return InvalidInput(path_ + ": its first line " + first_fault + "; JSON lines need one object a line");
  }
  return {};
}

void JsonLinesSource::ReadLine(std::string_view line, Piece& piece) {
  int64_t row = row_++;
  line = Trim(line);
  if (line.empty()) return;
  for (size_t column = 0; column < piece.columns; column++) {
    piece.places[column * Piece::kStride + piece.rows] = {};
  }
  std::string fault = Walk(line, [&](std::string_view name, std::string_view value) {
    auto found = index_.find(std::string(name));
    if (found == index_.end()) return;
    piece.places[found->second * Piece::kStride + piece.rows] = {static_cast<uint32_t>(piece.text.size()),
                                                                 static_cast<uint32_t>(value.size())};
    piece.text.insert(piece.text.end(), value.begin(), value.end());
  });
  if (fault.empty()) {
    piece.row_numbers[piece.rows++] = row;
  } else {
    piece.bad.push_back({row, "the line " + fault, std::string(line.substr(0, kBadTextMax))});
  }
}

void JsonLinesSource::TooLong(Piece& piece) {
  piece.bad.push_back(
      {row_++,
       "a line of " + std::to_string(skipped_bytes_) + " bytes; records may have " + std::to_string(kRecordBytesMax),
       {}});
  skipped_bytes_ = -1;
}

Result<bool> JsonLinesSource::Next(Piece& piece) {
  piece.Reset(file_, columns_.size());
  piece.text.clear();
  while (true) {
    const char* begin = text_.data() + from_;
    size_t left = used_ - from_;
    const char* end = left == 0 ? nullptr : static_cast<const char*>(std::memchr(begin, '\n', left));
    if (end == nullptr && !ended_) {
      if (left > 0) std::memmove(text_.data(), begin, left);
      used_ = left;
      from_ = 0;
      if (skipped_bytes_ >= 0 || used_ > kRecordBytesMax) {
        skipped_bytes_ = std::max<int64_t>(skipped_bytes_, 0) + static_cast<int64_t>(used_);
        used_ = 0;
      }
      ended_ = !TRY(reader_.Read(std::max(kPieceBytes, used_), text_, used_));
      continue;
    }
    size_t size = end != nullptr ? static_cast<size_t>(end - begin) : left;
    if (skipped_bytes_ >= 0) {
      skipped_bytes_ += static_cast<int64_t>(size);
      TooLong(piece);
    } else if (end != nullptr || left > 0) {
      ReadLine({begin, size}, piece);
    }
    from_ += end != nullptr ? size + 1 : size;
    bool done = ended_ && from_ == used_;
    bool full = piece.rows == kPieceRowsMax || piece.text.size() >= kPieceBytes || piece.bad.size() >= kPieceRowsMax;
    if (full || done) return piece.rows > 0 || !piece.bad.empty() || !done;
  }
}

}  // namespace

Result<std::unique_ptr<Source>> OpenJsonLines(const std::string& path, const SourceFormat& format, int file) {
  auto source = std::make_unique<JsonLinesSource>(path, TRY(TextReader::Open(path, format.encoding)), file);
  TRY(source->Open());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace yijian::intake
